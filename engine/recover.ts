/**
 * Recovery: saved rows, then the rows of every record after them, become the world and its views as
 * they were. No command is run again. What the records changed is handed to the saver, because it is
 * not in the saved rows yet; whoever waits for stock is woken, because a wake that was due is not stored.
 */
import type { LaneStats } from '../actors/lanes.ts';
import type { Channel, Location } from '../actors/network-commands.ts';
import type { PlanSeat, PlanVersion } from '../actors/plan-commands.ts';
import type { Pool } from '../actors/pool-commands.ts';
import type { Pace, StandingRule } from '../actors/buffer-growth.ts';
import type { LoadedForecast } from '../actors/forecast-commands.ts';
import type { Transit } from '../actors/transit-commands.ts';
import type { Playbook } from '../actors/case-context.ts';
import type {
  BufferId, CarrierId, ChannelId, LocationId, OrderId, PlanId, ReservationId, ReturnId, Sku, SupplyId,
} from '../actors/ids.ts';
import type { PlanShadow, TrialCounts } from '../actors/trial-commands.ts';
import type { Suspect } from '../actors/suspect.ts';
import type { Known, Mapping, OrderDetails, RecentOrders } from '../actors/intake.ts';
import type { IntakePolicy } from '../actors/intake-commands.ts';
import type { OrderReturns } from '../actors/return-context.ts';
import type { ReturnPolicy } from '../actors/return-commands.ts';
import type { Claim } from '../storage/journal.ts';
import { unreachable } from './assert.ts';
import { recoverCases } from './cases/recover-cases.ts';
import { expectRoom } from './capacity.ts';
import { carriersChanged } from './carriers/rerate.ts';
import { orderCell, paceCell, type Cell, type OrderCell } from './cells.ts';
import { place } from './place.ts';
import type { Core } from './core.ts';
import type { Work } from './promise/capacity.ts';
import { lineUp } from './floor/kept.ts';
import { wakeMapped } from './intake/mapping.ts';
import type { EngineLimits } from './limits.ts';
import { lotNames } from './lots.ts';
import type { Entry, Receipts } from './receipts.ts';
import { settingsFrom, settingsKey } from './replaced.ts';
import { carrierFromRow, driftFromRow, itemFromRow, orderFromRow, prefixes, reservationFromRow } from './rows.ts';
import { returnFromRow, stockFromRow, supplyFromRow, valueFromRow, type RowBytes } from './rows.ts';
import type { PlanCell } from './plan-cells.ts';
import { sweep } from './kept.ts';
import { channelOfSeat, type Plans } from './plans.ts';
import type { Quota } from './quotas.ts';
import type { RateVersion } from './rate-cell.ts';
import type { Saver } from './saver.ts';
import { lookAgain } from './suspects/rescore.ts';

type Latest = Map<string, unknown>;

/** Bring a new core to the state the claim holds. Returns the time of the last turn, 0 when there was none. */
export async function recover(
  core: Core,
  claim: Claim,
  saver: Saver,
  receipts: Receipts,
  limits: EngineLimits,
): Promise<number> {
  const latest: Latest = new Map();
  let lastAtMs = claim.record(claim.tail)?.atMs ?? 0;
  const unsaved: { position: number; entries: readonly Entry[] }[] = [];
  for await (const record of claim.records(claim.savedAt)) {
    for (const [key, row] of record.rows) if (!key.startsWith(prefixes.replaced)) latest.set(key, row);
    const entries = record.commands as readonly Entry[];
    for (const [id] of entries) receipts.add(id, record.position);
    unsaved.push({ position: record.position, entries });
    lastAtMs = record.atMs;
  }
  core.past.settingsAt = settingsFrom(latest.get(settingsKey) ?? claim.row(settingsKey)).at;
  const touched: Cell[] = [];
  for (const prefix of plainPrefixes) {
    await loadAll(claim, latest, prefix, (key, row) => keep(touched, latest, key, load(core, prefix, key, row)));
  }
  recoverLots(core, latest, touched);
  await recoverSupplies(core, claim, latest, touched);
  await recoverReturns(core, claim, latest, touched);
  recoverIntakes(core, latest, touched);
  const all = (prefix: string, each: (key: string, row: unknown) => void) => loadAll(claim, latest, prefix, each);
  await recoverCases(core.world, { latest, all, kept: (key, cell) => keep(touched, latest, key, cell) });
  await recoverReservations(core, claim, latest, touched);
  await recoverPayments(core, claim, latest, touched);
  await recoverParcels(core, claim, latest, touched);
  await recoverFloor(core, claim, latest, touched);
  await recoverOrders(core, claim, latest, touched, limits);
  for (const location of core.world.floor.places.keys()) lineUp(core, location);
  const rows = [...latest] as RowBytes[];
  // All cells go with the first record: rows may be newer than the position they are saved with, never older.
  for (const [index, { position, entries }] of unsaved.entries()) {
    saver.add(position, index === 0 ? touched : [], index === 0 ? rows : [], entries);
  }
  core.wakes.addAll(core.views.waitedFor, core.world.reservations.lined);
  wakeMapped(core);
  // Whoever waits says anew when time may change the answer, if it has not by now.
  if (!core.world.plans.isIdle) sweep(core, 'rules');
  carriersChanged(core);
  for (const { stock } of core.world.suspects.all) lookAgain(core, [stock]);
  expectRoom(core, lastAtMs);
  core.world.plans.expect(lastAtMs);
  core.world.rates.expect(lastAtMs);
  return lastAtMs;
}

function keep(touched: Cell[], latest: Latest, key: string, cell: Cell): void {
  if (!latest.has(key)) return;
  cell.unsaved += 1;
  touched.push(cell);
}

/** Every row under a prefix, saved or newer, once, as it stands now. */
async function loadAll(
  claim: Claim, latest: Latest, prefix: string, each: (key: string, row: unknown) => void,
): Promise<void> {
  const seen = new Set<string>();
  for await (const [key, saved] of claim.rows(prefix)) {
    const isNewer = latest.has(key);
    if (isNewer) seen.add(key);
    const row = isNewer ? latest.get(key) : saved;
    if (row !== null) each(key, row);
  }
  for (const [key, row] of latest) {
    if (key.startsWith(prefix) && !seen.has(key) && row !== null) each(key, row);
  }
}

/** Everything but orders, in the order it is loaded. */
const plainPrefixes = [
  prefixes.location, prefixes.channel, prefixes.carrier, prefixes.item, prefixes.buffer, prefixes.transit,
  prefixes.pool, prefixes.work, prefixes.quota, prefixes.drift, prefixes.plan, prefixes.seat, prefixes.trial,
  prefixes.shadow, prefixes.stock, prefixes.suspect, prefixes.pace, prefixes.lot, prefixes['return-policy'],
  prefixes.forecast, prefixes.rates, prefixes.lane, prefixes['intake-policy'], prefixes.playbook,
] as const;
type Plain = (typeof plainPrefixes)[number];

function load({ world, views }: Core, prefix: Plain, key: string, row: unknown): Cell {
  const name = key.slice(prefix.length);
  switch (prefix) {
    case 'l/': {
      const cell = placed(world.location(name as LocationId), valueFromRow<Location>(row));
      views.locationChanged(cell, undefined);
      return cell;
    }
    case 'n/': return placed(world.channel(name as ChannelId), valueFromRow<Channel>(row));
    case 'k/': return loadCarrier(world, name as CarrierId, row);
    case 't/': return placed(world.transit(name), valueFromRow<Transit>(row));
    case 'F/': return placed(world.forecast(name as Sku), valueFromRow<LoadedForecast>(row));
    case 'i/': {
      const cell = placed(world.item(name as Sku), itemFromRow(row));
      views.itemChanged(cell);
      return cell;
    }
    case 'b/': {
      const cell = placed(world.selling.buffers.cell(name as BufferId), valueFromRow<StandingRule>(row));
      views.bufferChanged(cell, undefined);
      return cell;
    }
    case 'g/': {
      const { sku, location } = stockNames(key);
      return placed(paceCell(world.stock(sku, world.location(location))), valueFromRow<Pace>(row));
    }
    case 'x/': {
      const snapshot = valueFromRow<Pool>(row);
      return placed(world.selling.pools.cell(snapshot.context.id, world.sku(snapshot.context.sku)), snapshot);
    }
    case 'd/': return placed(world.work(name as LocationId), valueFromRow<Work>(row));
    case 'q/': return placed(world.quotas.recover(name), valueFromRow<Quota>(row));
    case 'e/': {
      const { sku, lot } = lotNames(name);
      return world.lots.recover(world.sku(sku), lot, row);
    }
    case 'f/': {
      const cell = placed(world.drifts.recover(name), driftFromRow(row));
      world.drifts.changed(cell);
      return cell;
    }
    case 'J/': return placed(world.returns.policyCell(name), valueFromRow<ReturnPolicy>(row));
    case 'G/': return placed(world.intakes.policyCell(name), valueFromRow<IntakePolicy>(row));
    case 'y/':
    case 'Y/':
    case 'z/':
    case 'Z/':
      return loadPlan(world.plans, prefix, name, row);
    case 'W/': return placed(world.lanes.cell(name), valueFromRow<LaneStats>(row));
    case 'R/': return placed(world.rates.cell(name), valueFromRow<RateVersion>(row));
    case 'Xp/': return placed(world.cases.playbookCell(name as never), valueFromRow<Playbook>(row));
    case 'S/': return loadSuspect(world, key, row);
    case 's/': return loadStock(world, key, row);
    default:
      return unreachable(prefix);
  }
}

function loadCarrier(world: Core['world'], id: CarrierId, row: unknown): Cell {
  const cell = placed(world.carrier(id), carrierFromRow(row));
  world.carrierTimes.changed(cell);
  return cell;
}

function loadStock(world: Core['world'], key: string, row: unknown): Cell {
  const { sku, location } = stockNames(key);
  const { snapshot, changedAt, changedBefore } = stockFromRow(sku, location, row);
  const known = { changedAt, changedBefore, movedAt: changedAt };
  return Object.assign(placed(world.stock(sku, world.location(location)), snapshot), known);
}

function loadSuspect(world: Core['world'], key: string, row: unknown): Cell {
  const { sku, location } = stockNames(key);
  const cell = placed(world.suspects.cell(world.stock(sku, world.location(location))), valueFromRow<Suspect>(row));
  world.suspects.changed(cell, undefined);
  return cell;
}

/** What is kept of routing plans. */
function loadPlan(plans: Plans, prefix: 'y/' | 'Y/' | 'z/' | 'Z/', name: string, row: unknown): Cell {
  if (prefix === 'y/') return placed(planNamed(plans, name), valueFromRow<PlanVersion>(row));
  if (prefix === 'Y/') return placed(plans.seat(channelOfSeat(name)), valueFromRow<PlanSeat>(row));
  if (prefix === 'z/') return placed(plans.trial(name), valueFromRow<TrialCounts>(row));
  return placed(plans.shadow(name as PlanId), valueFromRow<PlanShadow>(row));
}

/** The cell of a version by its key: the plan, and the number. */
function planNamed(plans: Plans, name: string): PlanCell {
  const [planId = '', version = ''] = name.split('/');
  return plans.cell(planId as PlanId, Number(version));
}

function placed<T extends Cell>(cell: T, snapshot: NonNullable<T['snapshot']>): T {
  place(cell, snapshot);
  return cell;
}

/** The names in a stock's key. A location id holds no slash. */
export function stockNames(key: string): { readonly sku: Sku; readonly location: LocationId } {
  const slash = key.indexOf('/', prefixes.stock.length);
  return {
    location: key.slice(prefixes.stock.length, slash) as LocationId,
    sku: key.slice(slash + 1) as Sku,
  };
}

/** Lots that have ended, and shipments, that are not saved yet. */
function recoverLots({ world }: Core, latest: Latest, touched: Cell[]): void {
  for (const [key, row] of latest) {
    if (row === null) continue;
    if (key.startsWith(prefixes.lotEnded)) {
      const { sku, lot } = lotNames(key.slice(prefixes.lotEnded.length));
      keep(touched, latest, key, world.lots.recover(world.sku(sku), lot, row));
    } else if (key.startsWith(prefixes['lot-shipment'])) {
      keep(touched, latest, key, world.lots.recoverShipment(key.slice(prefixes['lot-shipment'].length), row));
    }
  }
}

/** Open documents, and those that have ended and are not saved yet. */
async function recoverSupplies({ world }: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const recoverOne = (prefix: string, key: string, row: unknown): void => {
    const id = key.slice(prefix.length) as SupplyId;
    keep(touched, latest, key, world.supplies.recover(id, supplyFromRow(id, row)));
  };
  await loadAll(claim, latest, prefixes.supply, (key, row) => recoverOne(prefixes.supply, key, row));
  for (const [key, row] of latest) {
    if (key.startsWith(prefixes.supplyEnded) && row !== null) recoverOne(prefixes.supplyEnded, key, row);
  }
  world.supplies.sortByAge();
}

/** Open returns, those that have ended and are not saved yet, and lists of orders that are not. */
async function recoverReturns({ world }: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const recoverOne = (prefix: string, key: string, row: unknown): void => {
    const id = key.slice(prefix.length) as ReturnId;
    keep(touched, latest, key, world.returns.recover(id, returnFromRow(id, row)));
  };
  await loadAll(claim, latest, prefixes.return, (key, row) => recoverOne(prefixes.return, key, row));
  for (const [key, row] of latest) {
    if (row === null) continue;
    if (key.startsWith(prefixes.returnEnded)) recoverOne(prefixes.returnEnded, key, row);
    else if (key.startsWith(prefixes['order-returns'])) {
      const orderId = key.slice(prefixes['order-returns'].length) as OrderId;
      keep(touched, latest, key, placed(world.returns.listOf(orderId), valueFromRow<OrderReturns>(row)));
    }
  }
  world.returns.sortByAge();
}

/** Payments that may expire, and others that are not saved yet. */
async function recoverPayments({ world }: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const recoverOne = (prefix: string, key: string, row: unknown): void =>
    keep(touched, latest, key, world.payments.recover(key.slice(prefix.length) as OrderId, row));
  await loadAll(claim, latest, prefixes.payment, (key, row) => recoverOne(prefixes.payment, key, row));
  for (const [key, row] of latest) {
    if (key.startsWith(prefixes.paymentIdle) && row !== null) recoverOne(prefixes.paymentIdle, key, row);
  }
  for await (const [key] of claim.rows(prefixes.paymentIdle)) {
    world.payments.isUsed = key.length > 0;
    break;
  }
}

/** Parcels on their way, and those that have ended and are not saved yet. */
async function recoverParcels({ world }: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const recoverOne = (prefix: string, key: string, row: unknown): void =>
    keep(touched, latest, key, world.parcels.recover(key.slice(prefix.length), row, latest.has(key)));
  await loadAll(claim, latest, prefixes.parcel, (key, row) => recoverOne(prefixes.parcel, key, row));
  for (const [key, row] of latest) {
    if (key.startsWith(prefixes.parcelEnded) && row !== null) recoverOne(prefixes.parcelEnded, key, row);
  }
}

const gone = { value: 'removed', context: { sku: '' as Sku, quantity: 0 } } as const;

/** What was taken in with orders and is not saved yet. */
function recoverIntakes({ world: { intakes } }: Core, latest: Latest, touched: Cell[]): void {
  for (const [key, row] of latest) {
    const id = key.slice(2);
    // What was said of it may still be saved: it holds no more.
    const isGone = row === null && key.startsWith(prefixes.mapping);
    if (isGone) keep(touched, latest, key, placed(intakes.mappings.cell(id), gone));
    if (row === null) continue;
    if (key.startsWith(prefixes.details)) {
      keep(touched, latest, key, placed(intakes.details.cell(id), valueFromRow<OrderDetails>(row)));
    } else if (key.startsWith(prefixes.external)) {
      keep(touched, latest, key, placed(intakes.externals.cell(id), valueFromRow<Known>(row)));
    } else if (key.startsWith(prefixes.recent)) {
      keep(touched, latest, key, placed(intakes.recents.cell(id), valueFromRow<RecentOrders>(row)));
    } else if (key.startsWith(prefixes.mapping)) {
      keep(touched, latest, key, placed(intakes.mappings.cell(id), valueFromRow<Mapping>(row)));
    }
  }
}

async function recoverFloor({ world }: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const one = (key: string, row: unknown): void => keep(touched, latest, key, world.floor.recover(key, row));
  await loadAll(claim, latest, prefixes.task, one);
  for (const [key, row] of latest) if (key.startsWith(prefixes.taskEnded) && row !== null) one(key, row);
  await loadAll(claim, latest, prefixes.terminal, one);
}

/** Open reservations, and those that have closed and are not saved yet. */
async function recoverReservations(core: Core, claim: Claim, latest: Latest, touched: Cell[]): Promise<void> {
  const { world } = core;
  const found: [ReservationId, ReturnType<typeof reservationFromRow>][] = [];
  const keyOf = new Map<ReservationId, string>();
  const recoverOne = (prefix: string, key: string, row: unknown): void => {
    const id = key.slice(prefix.length) as ReservationId;
    found.push([id, reservationFromRow(id, row)]);
    keyOf.set(id, key);
  };
  await loadAll(claim, latest, prefixes.reservation, (key, row) => recoverOne(prefixes.reservation, key, row));
  for (const [key, row] of latest) {
    if (key.startsWith(prefixes.reservationClosed) && row !== null) recoverOne(prefixes.reservationClosed, key, row);
  }
  for (const cell of world.reservations.recover(found)) keep(touched, latest, keyOf.get(cell.id) ?? '', cell);
}

async function recoverOrders(
  core: Core,
  claim: Claim,
  latest: Latest,
  touched: Cell[],
  limits: EngineLimits,
): Promise<void> {
  const { world, views } = core;
  const placedAtMs = new Map<OrderId, number>();
  await loadAll(claim, latest, prefixes.open, (key, row) => {
    const cell = readOrder(key.slice(prefixes.open.length), row);
    placedAtMs.set(cell.id, cell.snapshot?.context.placedAtMs ?? 0);
    if (cell.snapshot !== undefined) views.orderChanged(cell.id, undefined, cell.snapshot);
    if (latest.has(key) || world.orders.size < limits.ordersInMemoryMax) world.orders.set(cell.id, cell);
    else world.leaveOnDisk(cell.id);
    if (!latest.has(key)) cell.listed = cell.snapshot;
    keep(touched, latest, key, cell);
  });
  for (const [key, row] of latest) {
    if (!key.startsWith(prefixes.closed) || row === null) continue;
    const cell = readOrder(key.slice(prefixes.closed.length), row);
    world.orders.set(cell.id, cell);
    keep(touched, latest, key, cell);
  }
  sortByAge(core, placedAtMs);
}

const readOrder = (id: string, row: unknown): OrderCell =>
  placed(orderCell(id as OrderId), orderFromRow(id as OrderId, row));

/** Rows come in the order of their names; who is first in line is decided by age. */
function sortByAge({ world, views }: Core, placedAtMs: ReadonlyMap<OrderId, number>): void {
  const byAge = (a: OrderId, b: OrderId): number =>
    (placedAtMs.get(a) ?? 0) - (placedAtMs.get(b) ?? 0) || (a < b ? -1 : 1);
  const sort = (ids: Set<OrderId>): void => {
    if (ids.size < 2) return;
    const sorted = [...ids].sort(byAge);
    ids.clear();
    for (const id of sorted) ids.add(id);
  };
  for (const ids of views.byState.values()) sort(ids);
  for (const ids of views.byLocation.values()) sort(ids);
  views.loaded();
  for (const { stocks } of world.skus.values()) {
    for (const { holders } of stocks) holders.sort(byAge);
  }
}
