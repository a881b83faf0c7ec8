/** The engine's answers against the shadow: every query there is, over everything there is. */
import type { OrderId, Sku } from '../../actors/ids.ts';
import type { OrderState } from '../../actors/order-states.ts';
import type { QueryKind, QueryOf } from '../../actors/queries.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { compareLedgers } from './ledger.ts';
import { comparePromises } from './compare-promise.ts';
import { compareRates } from './compare-rates.ts';
import { healthOf } from './shadow/carrier-health.ts';
import { compareTracking } from './compare-tracking.ts';
import { compareDrift } from './compare-drift.ts';
import { compareFloor } from './compare-floor.ts';
import { difference } from './same.ts';
import { workOf } from './shadow/capacity.ts';
import { stockOf } from './records.ts';
import { inLine, isOnPreorder, unitsWaiting } from './shadow/items.ts';
import { isClosed, stateOf, viewOf } from './shadow/order-facts.ts';
import { lineOf } from './shadow/reservations.ts';
import { isHeld, stockKey, toPromise, type Shadow } from './shadow/state.ts';
import { compareOptions } from './compare-options.ts';
import { comparePlans } from './compare-plans.ts';
import { compareReservations } from './compare-reservation.ts';
import { compareSearch } from './compare-search.ts';
import { compareSelling } from './compare-selling.ts';
import { compareLots } from './compare-lots.ts';
import { compareIntake } from './compare-intake.ts';
import { compareCases } from './compare-cases.ts';
import { compareReturns, viewWithReturns } from './compare-returns.ts';
import { compareEdits } from './compare-edit.ts';
import { compareWhatIf } from './compare-what-if.ts';
import { compareOffers } from './compare-offers.ts';
import { compareSuspects } from './compare-suspects.ts';
import { compareSupplies } from './compare-supply.ts';
import { promiseOf } from './shadow/promise-watch.ts';
import { hasEnded, incomingTo } from './shadow/supply-facts.ts';

const percents = Array.from({ length: 101 }, (_, index) => index);

/** Closed orders looked at in one comparison. */
const closedSampleMax = 100;

/** @param turnOf which part of the closed orders to look at this time: any whole number. */
export function compareAll(
  engine: Engine,
  shadow: Shadow,
  turnOf: number,
  isForgotten: (reservationId: string) => boolean,
  isCopy = false,
): void {
  const ask = <K extends QueryKind>(kind: K, body: object): Answers[K] =>
    engine.query({ kind, body } as unknown as QueryOf<K>).ok;
  const agree = (what: string, is: unknown, said: unknown): void => {
    const wrong = difference(is, said, what);
    expect(wrong === undefined, () => `the engine answers otherwise: ${wrong}`);
  };
  compareWhatIf(shadow, turnOf, ask);
  compareSuspects(shadow, turnOf, agree, ask);
  compareOffers(shadow, agree, ask);
  compareOrders(shadow, turnOf, (orderId, view) => {
    const { promise, ...said } = ask('order.get', { orderId }) ?? {};
    agree(`order ${orderId}`, viewWithReturns(shadow, orderId, view), said);
    agree(`promise of ${orderId}`, promiseOf(shadow, orderId), promise && { ...promise, missPercent: undefined });
    expect([undefined, ...percents].includes(promise?.missPercent), `order ${orderId} misses its date with ${promise?.missPercent} %`);
  });
  compareCounts(shadow, agree, ask('order.counts', {}));
  compareLists(shadow, (body) => ask('order.list', body));
  // Others find what is durable.
  if (!shadow.isAhead) compareSearch(shadow, turnOf, (body) => ask('order.search', body));
  const open = [...shadow.supplies.values()].filter((supply) => !hasEnded(supply));
  compareSupplies(shadow, turnOf, agree, ask);
  compareReturns(shadow, turnOf, agree, ask);
  compareIntake(shadow, turnOf, agree, ask);
  compareEdits(shadow, turnOf, agree, ask);
  compareOptions(shadow, turnOf, agree, ask);
  compareFloor(shadow, agree, ask);
  compareCases(shadow, turnOf, agree, ask);
  compareLots(shadow, turnOf, agree, ask);
  compareReservations(shadow, turnOf, isForgotten, agree, ask);
  for (const [sku, places] of shadow.places) {
    const [first, ...others] = lineOf(shadow, sku);
    const line = { sku, length: first === undefined ? 0 : 1 + others.length, head: first?.ticket ?? null };
    agree(`line for ${sku}`, line, ask('line.get', { sku }));
    for (const location of places) {
      const stock = shadow.stocks.get(stockKey(sku, location));
      const incoming = incomingTo(open, sku, location).reduce((sum, { units }) => sum + units, 0);
      const is = stock === undefined ? [] : [{ ...(stockOf(sku as Sku, location as never, stock) as object), atp: toPromise(stock), incoming }];
      agree(`stock of ${sku} at ${location}`, is, ask('stock.get', { sku, location }));
    }
  }
  compareSelling(engine, shadow, agree, ask);
  const byId = <T extends { readonly id: string }>(list: readonly T[]): T[] => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  agree('locations', byId([...shadow.locations.values()]), byId(ask('location.list', {})));
  for (const [sku, { item }] of shadow.items) {
    agree(`item ${sku}`, item, ask('item.get', { sku }));
    compareWaiting(shadow, sku, agree, ask('item.waiting', { sku, limit: 500 }));
  }
  // The ledger is read from the journal: it ends with what is durable.
  if (!shadow.isAhead) compareLedgers(engine, shadow, turnOf);
  agree('channels', byId([...shadow.channels.values()]), byId(ask('channel.list', {})));
  compareDrift(shadow, agree, ask);
  comparePlans(shadow, agree, ask, isCopy);
  comparePromises(ask, shadow, turnOf);
  for (const location of shadow.locations.keys()) compareWork(shadow, location, ask('capacity.get', { location }));
  for (const sku of shadow.places.keys()) comparePrices(sku, ask('price.get', { sku }));
  for (const [sku, loaded] of shadow.forecasts) agree(`forecast of ${sku}`, loaded, ask('forecast.get', { sku })?.loaded);
  compareRates(shadow, agree, ask, turnOf);
  compareTracking(shadow, agree, ask, turnOf);
  for (const { table, origin, lanes } of shadow.transits.values()) {
    agree(`transit times of ${table}`, lanes.length === 0 ? null : { table, origin, lanes }, ask('transit.get', { table, origin }));
  }
  const carriers = [...shadow.carriers.values()].map(({ card, isOpen, reason, inTransit, health }) => ({
    ...card,
    state: isOpen ? 'open' : 'suspended',
    reason: isOpen ? undefined : reason,
    inTransit,
    health: healthOf(health),
  }));
  agree('carriers', byId(carriers), byId(ask('carrier.list', {})));
  expect(ask('order.get', { orderId: 'nobody' }) === null, 'an order that does not exist was found');
  expect(engine.channelOf('nobody' as OrderId) === undefined, 'an order that does not exist has a channel');
}

/** Units are counted, and those who wait stand in line; who came first within one moment the shadow does not know. */
function compareWaiting(
  shadow: Shadow,
  sku: string,
  agree: (what: string, is: unknown, said: unknown) => void,
  { units, byChannel, orders, first, state }: Answers['item.waiting'],
): void {
  const line = inLine(shadow, sku);
  const keys = new Map(line.map(({ id, key }) => [id, key]));
  agree(`units that wait for ${sku}`, unitsWaiting(shadow, sku), units);
  agree(`orders that wait for ${sku}`, line.length, orders);
  agree(`state of ${sku}`, isOnPreorder(shadow, sku) ? 'preorder' : 'open', state);
  for (const channel of shadow.channels.keys()) {
    agree(`units through ${channel}`, unitsWaiting(shadow, sku, channel), Object.hasOwn(byChannel, channel) ? byChannel[channel] : 0);
  }
  agree(`line for ${sku}`, line.slice(0, 500).map(({ key }) => key), first.map(({ orderId }) => keys.get(orderId)));
}

/** Work by the hour is what all parts add up to; hours that are long over may be gone. */
function compareWork(shadow: Shadow, location: string, said: Answers['capacity.get']): void {
  const counted = workOf(shadow, location);
  for (const { hourMs, units, parcels } of said) {
    const wrong = difference(counted.get(hourMs), { units, parcels }, `work of ${location} at ${hourMs}`);
    expect(wrong === undefined, () => `the engine answers otherwise: ${wrong}`);
    counted.delete(hourMs);
  }
  const longOverMs = shadow.atMs - 2 * 24 * 3_600_000;
  for (const hourMs of counted.keys()) expect(hourMs < longOverMs, `work of ${location} at ${hourMs} is gone`);
}

function compareOrders(shadow: Shadow, turnOf: number, compare: (id: string, view: unknown) => void): void {
  const closed = [];
  for (const order of shadow.orders.values()) {
    if (isClosed(order)) closed.push(order);
    else compare(order.id, viewOf(order));
  }
  const step = Math.max(1, Math.ceil(closed.length / closedSampleMax));
  for (let i = turnOf % step; i < closed.length; i += step) {
    const order = closed[i];
    if (order !== undefined) compare(order.id, viewOf(order));
  }
}

function compareCounts(
  shadow: Shadow,
  agree: (what: string, is: unknown, said: unknown) => void,
  said: Answers['order.counts'],
): void {
  const byState: Partial<Record<OrderState, number>> = {};
  const byLocation = new Map<string, number>();
  for (const order of shadow.orders.values()) {
    if (isClosed(order)) continue;
    const state = stateOf(order);
    byState[state] = (byState[state] ?? 0) + 1;
    const places = new Set(order.parts.filter(isHeld).map(({ location }) => location));
    for (const place of places) byLocation.set(place, (byLocation.get(place) ?? 0) + 1);
  }
  agree('orders by state', byState, said.byState);
  agree('orders by location', Object.fromEntries(byLocation), said.byLocation);
  const held = [...shadow.orders.values()].filter(({ holds }) => holds !== undefined).length;
  agree('orders held', held, said.held);
}

/** Every open order is listed once, page by page, in its state and at each place where it has work. */
function compareLists(shadow: Shadow, list: (body: object) => Answers['order.list']): void {
  const read = (body: object): string[] => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = list({ ...body, limit: 7, after });
      ids.push(...page.orders.map(({ orderId }) => orderId));
      after = page.next;
    } while (after !== undefined && ids.length < 100_000);
    return ids.sort();
  };
  const open = [...shadow.orders.values()].filter((order) => !isClosed(order));
  const expectList = (what: string, body: object, orders: typeof open): void => {
    const wrong = difference(orders.map(({ id }) => id).sort(), read(body), what);
    expect(wrong === undefined, () => `the list is another one: ${wrong}`);
  };
  expectList('open orders', {}, open);
  for (const state of new Set(open.map(stateOf))) {
    expectList(`orders ${state}`, { state }, open.filter((order) => stateOf(order) === state));
  }
  expectList('orders held', { held: true }, open.filter(({ holds }) => holds !== undefined));
  for (const location of shadow.locations.keys()) {
    const here = open.filter(({ parts }) => parts.some((part) => part.location === location && isHeld(part)));
    expectList(`orders at ${location}`, { location }, here);
  }
}

/** Prices in force are amounts, and the mean of both where there are both (R50). */
function comparePrices(sku: string, view: Answers['price.get']): void {
  for (const { location, priceMinor, closedMinor, sampledMinor } of view?.prices ?? []) {
    const is = sampledMinor === undefined ? closedMinor : 0.5 * closedMinor + 0.5 * sampledMinor;
    expect(priceMinor >= 0 && Number.isFinite(priceMinor) && Math.abs(priceMinor - is) < 1e-9, () => `the price of ${sku} at ${location} is ${priceMinor}, not ${is}`);
  }
}
