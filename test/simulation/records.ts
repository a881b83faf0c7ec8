/** What a turn writes must be what the shadow changed: the same things, each as it stands, nothing else. */
import type { OrderId, LocationId, ReservationId, ReturnId, Sku, SupplyId } from '../../actors/ids.ts';
import { stockNames } from '../../engine/recover.ts';
import { rowOfCase, stateOfCase, type ShadowCase, type ShadowMember } from './shadow/case-facts.ts';
import { carrierFromRow, caseFromRow, driftFromRow, itemFromRow, orderFromRow, prefixes, reservationFromRow, returnFromRow, stockFromRow, supplyFromRow, valueFromRow } from '../../engine/rows.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { momentsKey } from '../../engine/decision-moments.ts';
import { settingsKey } from '../../engine/replaced.ts';
import { pricesKey } from '../../engine/routing/prices/recorded.ts';
import type { Lot } from '../../actors/lots.ts';
import { lotRowOf, sortedLot } from './compare-lots.ts';
import { hasEnded as hasEndedLot, type ShadowLot } from './shadow/lots.ts';
import type { OrderReturns } from '../../actors/return-context.ts';
import { returnView } from '../../engine/queries-returns.ts';
import { viewOfSupply } from '../../engine/queries-supply.ts';
import { orderView } from '../../engine/queries-orders.ts';
import { reservationView } from '../../engine/reservation-views.ts';
import type { TurnRecord } from '../../storage/journal.ts';
import { expect } from './actions.ts';
import { checkTask, checkTerminal } from './records-floor.ts';
import type { ShadowTask, ShadowTerminal } from './shadow/floor.ts';
import { difference } from './same.ts';
import type { Work } from '../../engine/promise/capacity.ts';
import { workOf } from './shadow/capacity.ts';
import { isClosed, viewOf } from './shadow/order-facts.ts';
import { hasReturnEnded, returnsOf, returnViewOf, type ShadowReturn } from './shadow/return-facts.ts';
import { isOver, positionOf, reservationViewOf } from './shadow/reservations.ts';
import { rowOf, timeOf } from './shadow/payments.ts';
import { intakeKind, type ShadowPayments } from './shadow/intake-state.ts';
import { levelsOf, type Shadow, type ShadowCarrier, type ShadowItem, type ShadowOrder, type ShadowReservation, type ShadowStock, type ShadowSupply } from './shadow/state.ts';
import { paceOf, type ShadowSale } from './shadow/buffer-commands.ts';
import { poolRowOf, type ShadowPool } from './shadow/pool-commands.ts';
import { hasEnded, supplyViewOf } from './shadow/supply-facts.ts';
import { countsOf } from './shadow/trials.ts';
import { healthOf } from './shadow/carrier-health.ts';
import { checkLane, checkParcel } from './compare-tracking.ts';
import type { ShadowParcel } from './shadow/parcels-left.ts';

/** Compare the rows of a turn that is being sealed with what changed in the shadow since the last one. */
export function checkRecord(shadow: Shadow, record: TurnRecord, position: number): void {
  const { rows } = record;
  const written = new Map(rows);
  expect(written.size === rows.length, `turn ${position} writes a row twice`);
  // What settings were is judged by the decisions that are made again from it (compare-explain.ts).
  const isMarked = (record.events as readonly Event[]).some((one) => one.kind === 'order.sourced' && (one.attempt > 1 || one.choices.length === 0));
  written.delete(pricesKey); // compare-prices.ts
  expect(written.delete(momentsKey) === isMarked, `turn ${position} says wrongly when decisions were made`);
  const hasReplaced = [...written.keys()].filter((key) => key.startsWith(prefixes.replaced) && written.delete(key)).length > 0;
  expect(written.delete(settingsKey) === hasReplaced, `turn ${position} says wrongly whether settings changed`);
  for (const [map, key] of shadow.changed()) {
    const isOurs = map === shadow.caseWatch || map === shadow.caseKnown || map === shadow.suspectWatch;
    if (isOurs || map === shadow.executed || map === shadow.transit) continue;
    const wrong = checkOne(shadow, map, key, written);
    expect(wrong === undefined, () => `turn ${position}, ${key}: ${wrong}`);
  }
  for (const [key, row] of rows) if (key.startsWith(prefixes.work) && written.delete(key)) checkWork(shadow, key, row);
  for (const [key, row] of rows) if (row === null && key.startsWith(prefixes.drift) && isLongOver(shadow, key.slice(2))) written.delete(key);
  const [left] = written;
  expect(left === undefined, () => `turn ${position} writes ${left?.[0]}, which it did not change`);
}

/** Drift of days that are told of no more may go, but for what says when the location was last fed. */
function isLongOver({ drifts }: Shadow, key: string): boolean {
  const [location, day] = key.split('/');
  const ofIt = [...drifts].filter(([other]) => other.split('/')[0] === location);
  const lastDay = Math.max(...ofIt.map(([other]) => Number(other.split('/')[1])));
  const lastFedMs = Math.max(...ofIt.map(([, { fedAtMs = 0 }]) => fedAtMs));
  const { fedAtMs = -1 } = drifts.get(key) ?? {};
  return Number(day) <= lastDay - 31 && fedAtMs !== lastFedMs;
}

function checkOne(
  shadow: Shadow,
  map: ReadonlyMap<string, unknown>,
  key: string,
  written: Map<string, unknown>,
): string | undefined {
  const take = (row: string): unknown => {
    const value = written.get(row);
    written.delete(row);
    return value;
  };
  const now = map.get(key);
  if (map === shadow.reservations) return checkReservation(shadow, now as ShadowReservation, take);
  if (map === shadow.lots) return checkLot(shadow, key, now as ShadowLot, take);
  if (map === shadow.lotShipments) {
    const row = take(prefixes['lot-shipment'] + key);
    return row === undefined ? 'the shipment was not written' : difference(now, valueFromRow(row).context);
  }
  if (map === shadow.supplies) return checkSupply(key, now as ShadowSupply, take);
  if (map === shadow.returns) {
    const one = now as ShadowReturn;
    const list = take(prefixes['order-returns'] + one.orderId);
    const wrongList = list === undefined ? undefined : difference(returnsOf(shadow, one.orderId).map(({ id }) => id), valueFromRow<OrderReturns>(list).context.returns);
    return wrongList ?? checkReturn(key, one, take);
  }
  if (map === shadow.lanes) return checkLane(now as readonly number[], take(prefixes.lane + key));
  if (map === shadow.parcels) return checkParcel(shadow, key, now as ShadowParcel, take);
  if (map === shadow.orders) return checkOrder(key, now as ShadowOrder, take);
  if (map === shadow.stocks) {
    const row = take(prefixes.stock + key);
    if (row === undefined) return 'the stock was not written';
    const { sku, location } = stockNames(prefixes.stock + key);
    return difference(stockOf(sku, location, now as ShadowStock), stockFromRow(sku, location, row).snapshot.context);
  }
  if (map === shadow.carriers) {
    const row = take(prefixes.carrier + key);
    return row === undefined ? 'the carrier was not written' : checkCarrier(now as ShadowCarrier, row);
  }
  if (map === shadow.items) {
    const row = take(prefixes.item + key);
    const { item: context, isOpen } = now as ShadowItem;
    return row === undefined ? 'it was not written' : difference({ value: isOpen ? 'open' : 'preorder', context }, itemFromRow(row));
  }
  if (map === shadow.terminals) return checkTerminal(key, now as ShadowTerminal | undefined, take(prefixes.terminal + key));
  if (map === shadow.tasks) return checkTask(key, now as ShadowTask, take);
  if (map === shadow.pools) {
    // One that ended may have begun anew, of another SKU: its old row goes.
    const rows = [...written.keys()].filter((row) => row.startsWith(`${prefixes.pool}${key}/`)).map(take);
    const there = rows.filter((row) => row !== null).map((row) => valueFromRow(row).context);
    return difference(now === undefined ? [] : [poolRowOf(now as ShadowPool)], there);
  }
  if (map === shadow.quotas) {
    const quota = take(prefixes.quota + key);
    if (quota === undefined) return 'the count was not written';
    return difference(now, quota === null ? undefined : valueFromRow(quota).context);
  }
  if (map === shadow.sales) {
    const pace = take(prefixes.pace + key);
    return pace === undefined ? 'the pace was not written' : difference(paceOf(now as readonly ShadowSale[]), valueFromRow(pace).context);
  }
  if (map === shadow.buffers) {
    const rule = take(prefixes.buffer + key);
    if (rule === undefined) return 'the rule was not written';
    return difference(now, rule === null ? undefined : valueFromRow(rule).context);
  }
  if (map === shadow.drifts) {
    const row = take(prefixes.drift + key);
    return row === undefined ? 'the drift was not written' : difference(now, driftFromRow(row).context);
  }
  if (map === shadow.planTrials || map === shadow.planShadows) {
    const row = take((map === shadow.planTrials ? prefixes.trial : prefixes.shadow) + key);
    const is = map === shadow.planTrials && now !== undefined ? countsOf(shadow, key) : now;
    return row === undefined ? 'the trial was not written' : difference(is, row === null ? undefined : valueFromRow(row).context);
  }
  if (map === shadow.suspects) {
    const row = take(prefixes.suspect + key);
    return row === undefined ? 'the suspicion was not written' : difference(now, row === null ? undefined : valueFromRow(row).context);
  }
  if (map === shadow.rates) {
    const row = take(prefixes.rates + key);
    return row === undefined ? 'the rate card was not written' : difference({ card: now }, valueFromRow(row).context);
  }
  if (map === shadow.promises) {
    const row = take(prefixes.promise + key);
    return row === undefined ? 'the promise was not written' : difference(now, row === null ? undefined : valueFromRow(row).context);
  }
  if (map === shadow.cases) return checkCase(shadow, key, now as ShadowCase, take);
  if (map === shadow.caseOrders) {
    const row = take(prefixes['case-order'] + key);
    if (row === undefined) return 'the order of the case was not written';
    if (now === undefined) return difference(undefined, row ?? undefined);
    const { wasClosed: _, ...member } = now as ShadowMember;
    return difference(member, row === null ? undefined : valueFromRow(row).context);
  }
  if (map === shadow.caseLogs) {
    const row = take(prefixes['case-log'] + key);
    return row === undefined ? 'the page was not written' : difference({ entries: now }, valueFromRow(row).context);
  }
  if (map === shadow.intake.payments) {
    const doc = now as ShadowPayments;
    const [timed, idle] = [take(prefixes.payment + key), take(prefixes.paymentIdle + key)];
    const [row, other] = timeOf(doc) === undefined ? [idle, timed] : [timed, idle];
    if (row === undefined || row === null || other !== null) return 'the rows do not say whether its payments may expire';
    return difference(rowOf(key, doc), valueFromRow(row).context);
  }
  const kind = intakeKind(shadow.intake, map);
  const row = take((kind === undefined ? valuePrefix(shadow, map) : prefixes[kind]) + key);
  return row === undefined ? 'it was not written' : difference(now, row === null ? undefined : valueFromRow(row).context);
}

/** Work is what every part of every order adds up to, but for hours that are long over. */
function checkWork(shadow: Shadow, key: string, row: unknown): void {
  const counted = workOf(shadow, key.slice(prefixes.work.length));
  const { hours } = valueFromRow<Work>(row).context;
  const fresh = [...counted].filter(([hourMs]) => hourMs >= shadow.atMs - 2 * 24 * 3_600_000).sort(([a], [b]) => a - b);
  const wrong = difference(fresh.map(([hourMs, hour]) => ({ hourMs, ...hour })), hours, key);
  expect(wrong === undefined, () => `work is written as it is not: ${wrong}`);
}

/** Where plain values of the network are written. */
function valuePrefix(shadow: Shadow, map: ReadonlyMap<string, unknown>): string {
  if (map === shadow.locations) return prefixes.location;
  if (map === shadow.transits) return prefixes.transit;
  if (map === shadow.forecasts) return prefixes.forecast;
  if (map === shadow.planVersions) return prefixes.plan;
  if (map === shadow.returnPolicies) return prefixes['return-policy'];
  if (map === shadow.planSeats) return prefixes.seat;
  if (map === shadow.playbooks) return prefixes.playbook;
  return prefixes.channel;
}

function checkOrder(id: string, order: ShadowOrder, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.open + id);
  const closed = take(prefixes.closed + id);
  if (isClosed(order) ? open !== null || closed === undefined : open === undefined || closed !== undefined) {
    return 'the rows do not say whether the order is open';
  }
  return difference(viewOf(order), orderView(orderFromRow(id as OrderId, isClosed(order) ? closed : open)));
}

function checkSupply(id: string, supply: ShadowSupply, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.supply + id);
  const ended = take(prefixes.supplyEnded + id);
  if (hasEnded(supply) ? open !== null || ended === undefined : open === undefined || ended !== undefined) {
    return 'the rows do not say whether the supply is open';
  }
  const row = supplyFromRow(id as SupplyId, hasEnded(supply) ? ended : open);
  return difference(supplyViewOf(supply), viewOfSupply(row));
}

function checkReturn(id: string, one: ShadowReturn, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.return + id);
  const ended = take(prefixes.returnEnded + id);
  if (hasReturnEnded(one) ? open !== null || ended === undefined : open === undefined || ended !== undefined) {
    return 'the rows do not say whether the return is open';
  }
  return difference(returnViewOf(one), returnView(returnFromRow(id as ReturnId, hasReturnEnded(one) ? ended : open)));
}

function checkCase(shadow: Shadow, id: string, one: ShadowCase, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.case + id);
  const ended = take(prefixes.caseEnded + id);
  const [row, other] = one.ended === undefined ? [open, ended] : [ended, open];
  if (row === undefined || row === null || other !== null) return 'the rows do not say whether the case is open';
  return difference({ value: stateOfCase(one), context: rowOfCase(shadow, one) }, caseFromRow(id, row));
}

function checkLot(shadow: Shadow, key: string, lot: ShadowLot, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.lot + key);
  const ended = take(prefixes.lotEnded + key);
  const isEnded = hasEndedLot(shadow, lot);
  const [row, other] = isEnded ? [ended, open] : [open, ended];
  if (row === undefined || row === null || other !== null) return 'the rows do not say whether the lot is open';
  return difference(lotRowOf(shadow, lot), sortedLot(valueFromRow<Lot>(row).context));
}

function checkReservation(shadow: Shadow, reservation: ShadowReservation, take: (row: string) => unknown): string | undefined {
  const { id } = reservation;
  const open = take(prefixes.reservation + id);
  const closed = take(prefixes.reservationClosed + id);
  if (isOver(reservation) ? open !== null || closed === undefined : open === undefined || closed !== undefined) {
    return 'the rows do not say whether the reservation is open';
  }
  const row = isOver(reservation) ? closed : open;
  return difference(reservationViewOf(shadow, reservation), reservationView(reservationFromRow(id as ReservationId, row), positionOf(shadow, reservation)));
}

export function stockOf(sku: Sku, location: LocationId, stock: ShadowStock): unknown {
  return { sku, location, ...levelsOf(stock) };
}

function checkCarrier(carrier: ShadowCarrier, row: unknown): string | undefined {
  const { value, context } = carrierFromRow(row);
  const { card, inTransit, isOpen, reason } = carrier;
  return difference({ value: isOpen ? 'open' : 'suspended', card, inTransit, reason, health: healthOf(carrier.health) }, { value, ...context });
}
