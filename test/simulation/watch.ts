/**
 * Watches one engine at work: every command, wake and timer is reported at the moment the engine takes
 * it, so that the auditor can do the same in the shadow, in the same order. The engine is not changed in
 * what it does; methods of its parts are wrapped on the instance, through `inspect()`.
 */
import type { Command } from '../../actors/commands.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Entry } from '../../engine/receipts.ts';
import type { Core } from '../../engine/core.ts';
import type { Stranded } from '../../engine/carriers/rerates.ts';
import type { Joint } from '../../engine/batch/reassign.ts';
import type { OfferedPart } from '../../engine/offers/offers.ts';
import type { Doubt } from '../../engine/suspects/doubts.ts';
import { keyOf, type JointNames } from '../../engine/batch/windows.ts';
import type { HeardMove } from './shadow/batches.ts';
import type { Told } from './shadow/told.ts';
import type { TimerOwner, Timers } from '../../engine/timers.ts';
import type { Claim, Position, Row, Space, StoredRecord, TurnRecord } from '../../storage/journal.ts';
import type { MemoryDisk } from '../../storage/memory.ts';

export interface Watcher {
  /** A turn looked for timers at this time: the turn's one reading of the clock. */
  turnTime(atMs: number): void;
  wake(orderId: string): void;
  /** Orders of a window get other places. */
  moved(moves: readonly HeardMove[]): void;
  /** A window is given up. */
  givenUp(window: string): void;
  /** An order that has a place is looked at for a better one. */
  better(orderId: string): void;
  /** Whoever is first in line for a SKU is looked at. */
  line(sku: string): void;
  /** A parcel whose carrier takes it no more is looked at. */
  rerate(parcel: Stranded): void;
  /** Those who are offered a part besides the one with the units. */
  offered(part: OfferedPart, asked: readonly string[]): void;
  /** An order that is to be sent suspect stock is looked at. */
  doubt(doubt: Doubt): void;
  /** A location at which a task may be given to a terminal is looked at. */
  deal(location: string): void;
  timer(owner: TimerOwner): void;
  /** The wake or timer just reported found no room and did nothing. */
  putBack(): void;
  /** Sourcing was asked, and answered. */
  decided(told: Told): void;
  /** A case gathered orders of the location that it is about. */
  gathered(orders: readonly string[]): void;
  /** The promise of an order is looked at. */
  looked(orderId: string): void;
  /** A command was taken from the inbox. */
  taken(commandId: string): void;
  /** A command was carried out, with this outcome. */
  executed(entry: Entry): void;
  /** A turn is handed to the journal, to stand at this position. */
  sealed(record: TurnRecord, position: Position): void;
  /** Rows are handed to the journal to be saved. */
  saved(rows: readonly Row[]): void;
  /** A write is under way; to be called when it ended, one way or the other. */
  writing(kind: 'append' | 'save' | 'trim'): () => void;
}

/** What a test may do to the engine's parts on purpose, to prove that it is noticed. */
export interface Sabotage {
  /** Once the engine is open. */
  readonly engine?: ((engine: Engine) => void) | undefined;
  /** The rows really saved instead of those the engine hands over. */
  readonly rows?: ((rows: readonly Row[]) => readonly Row[]) | undefined;
}

/** Report from an engine that has just been opened, before its first turn. */
export function watchEngine(engine: Engine, watcher: Watcher): void {
  const { core, timers, receipts } = engine.inspect();
  const { source } = core;
  // What shadows ask is no decision.
  let isShadow = false;
  const { rewind } = core.changes;
  const visit = rewind.visit.bind(rewind);
  rewind.visit = (marks, look) => {
    isShadow = true;
    visit(marks, look);
    isShadow = false;
  };
  (core as { source: Core['source'] }).source = (request) => {
    const plan = source(request);
    if (!isShadow) watcher.decided(toldFrom(core, request, plan));
    return plan;
  };
  const take = core.wakes.take.bind(core.wakes);
  core.wakes.take = (hasStock) => {
    const order = take(hasStock);
    if (order !== undefined) watcher.wake(order);
    return order;
  };
  const takeSwept = core.wakes.takeSwept.bind(core.wakes);
  core.wakes.takeSwept = (concerns) => {
    const order = takeSwept(concerns);
    if (order !== undefined) watcher.wake(order);
    return order;
  };
  const putBack = core.wakes.putBack.bind(core.wakes);
  core.wakes.putBack = () => {
    watcher.putBack();
    putBack();
  };
  const { windows } = core.views;
  const solve = windows.solve.bind(windows);
  windows.solve = (joint, names) => {
    const at = solve(joint, names);
    watcher.moved(movesIn(joint, names, at));
    return at;
  };
  const giveUp = windows.giveUp.bind(windows);
  windows.giveUp = (batch) => {
    watcher.givenUp(keyOf(batch));
    giveUp(batch);
  };
  const { better } = core.wakes;
  const takeBetter = better.take.bind(better);
  better.take = (isMeant) => {
    const order = takeBetter(isMeant);
    if (order !== undefined) watcher.better(order);
    return order;
  };
  const putBackBetter = better.putBack.bind(better);
  better.putBack = () => {
    watcher.putBack();
    putBackBetter();
  };
  const { rerates } = core.wakes;
  const takeRerate = rerates.take.bind(rerates);
  rerates.take = (partsOf) => {
    const parcel = takeRerate(partsOf);
    if (parcel !== undefined) watcher.rerate(parcel);
    return parcel;
  };
  const putBackRerate = rerates.putBack.bind(rerates);
  rerates.putBack = () => {
    watcher.putBack();
    putBackRerate();
  };
  const { offers } = core.world;
  const chosen = offers.chosen.bind(offers);
  offers.chosen = (part, ranked, max) => {
    const asked = chosen(part, ranked, max);
    watcher.offered(part, asked);
    return asked;
  };
  const { doubts } = core.wakes;
  const takeDoubt = doubts.take.bind(doubts);
  doubts.take = (isMeant) => {
    const doubt = takeDoubt(isMeant);
    if (doubt !== undefined) watcher.doubt(doubt);
    return doubt;
  };
  const putBackDoubt = doubts.putBack.bind(doubts);
  doubts.putBack = () => {
    watcher.putBack();
    putBackDoubt();
  };
  const { lines } = core.wakes;
  const takeLine = lines.take.bind(lines);
  lines.take = () => {
    const sku = takeLine();
    if (sku !== undefined) watcher.line(sku.sku);
    return sku;
  };
  const putBackLine = lines.putBack.bind(lines);
  lines.putBack = (sku) => {
    watcher.putBack();
    putBackLine(sku);
  };
  const { deals } = core.world.floor;
  const takeDeal = deals.take.bind(deals);
  deals.take = () => {
    const location = takeDeal();
    if (location !== undefined) watcher.deal(location);
    return location;
  };
  const putBackDeal = deals.putBack.bind(deals);
  deals.putBack = (location) => {
    watcher.putBack();
    putBackDeal(location);
  };
  const { cases } = core.world;
  const gather = cases.gather.bind(cases);
  cases.gather = (id, among, fits) => {
    const found = gather(id, among, fits);
    watcher.gathered(found);
    return found;
  };
  const { promises } = core.world;
  const was = promises.was.bind(promises);
  promises.was = (id) => {
    watcher.looked(id);
    return was(id);
  };
  let last: ReturnType<Timers['takeDue']>;
  const takeDue = timers.takeDue.bind(timers);
  timers.takeDue = (nowMs) => {
    watcher.turnTime(nowMs);
    last = takeDue(nowMs);
    if (last !== undefined) watcher.timer(last.owner);
    return last;
  };
  const set = timers.set.bind(timers);
  timers.set = (atMs, owner) => {
    if (last?.atMs === atMs && last.owner === owner) watcher.putBack();
    set(atMs, owner);
  };
  const find = receipts.find.bind(receipts);
  receipts.find = (id: Command['commandId']) => {
    watcher.taken(id);
    return find(id);
  };
  const add = receipts.add.bind(receipts);
  receipts.add = (id, receipt) => {
    if (typeof receipt !== 'number') watcher.executed(receipt);
    add(id, receipt);
  };
}

function movesIn({ orders }: Joint, names: JointNames, at: readonly number[]): HeardMove[] {
  return orders.flatMap(({ at: was, nowMinor, minor }, index): HeardMove[] => {
    const to = at[index] ?? -1;
    if (to === -1 || to === was) return [];
    return [{ id: names.orders[index] ?? '', to: names.places[to] ?? '', savedMinor: nowMinor - (minor[to] ?? 0) }];
  });
}

/** A decision as the shadow is told of it; prices as decisions count them, in 256ths of a minor unit. */
function toldFrom({ prices }: Core, request: Parameters<Core['source']>[0], plan: ReturnType<Core['source']>): Told {
  const { needs, candidates, ruling } = request;
  const counted = (minor: number | undefined): number => Math.round((minor ?? 0) * 256) / 256;
  const bySku = new Map(needs.map(({ sku }) => [sku as string, prices?.of(sku)?.byLocation]));
  const rooms = new Map(candidates.map(({ location }) => [location as string, counted(prices?.roomAt(location))]));
  return {
    needs: needs.map(({ sku, quantity, kit }) => ({ sku, quantity, isOfKit: kit !== undefined })),
    locations: candidates.map(({ location }) => location),
    has: new Map(needs.map(({ sku }) => [sku, candidates.map((_, at) => request.available(sku, at))])),
    ruledBy: ruling === undefined ? '' : `${ruling.use.planId}/${ruling.use.version}`,
    parcels: plan.fulfillments.map(({ location, lines }) => ({
      location,
      units: lines.map(({ lineId, quantity }) => [needs.findIndex((need) => need.lineId === lineId), quantity] as const),
    })),
    short: plan.short,
    runnerUpMinor: plan.runnerUpMinor,
    gapMinor: plan.gapMinor,
    scoreMinor: plan.ruled?.scoreMinor,
    prices: plan.prices,
    price: (sku, location) => counted(bySku.get(sku)?.get(location as never)),
    room: (location) => rooms.get(location) ?? 0,
  };
}

/**
 * Records by their bytes, which are never written to again: the queries of a comparison read the same few hundred
 * thousands of times. A start reads all of them from the disk itself.
 */
const decoded = new WeakMap<Uint8Array, StoredRecord>();

/** A claim that reports what it is given. `isLow` says whether the disk reports no room. */
export function watchClaim(claim: Claim, disk: MemoryDisk, watcher: Watcher, isLow: () => boolean, sabotage: Sabotage): Claim {
  const { generation } = disk;
  let isReleased = false;
  const record = (position: Position): StoredRecord | undefined => {
    const isThere = generation === disk.generation && !isReleased && position >= claim.head && position <= claim.tail;
    const bytes = isThere ? disk.records.get(position) : undefined;
    const known = bytes === undefined ? undefined : decoded.get(bytes);
    if (known !== undefined) return known;
    const read = claim.record(position);
    if (bytes !== undefined && read !== undefined) decoded.set(bytes, read);
    return read;
  };
  return {
    get epoch() {
      return claim.epoch;
    },
    get tail() {
      return claim.tail;
    },
    get head() {
      return claim.head;
    },
    get savedAt() {
      return claim.savedAt;
    },
    lost: claim.lost,
    row: (key) => claim.row(key),
    rows: (prefix) => claim.rows(prefix),
    page: (from, prefix, limit) => claim.page(from, prefix, limit),
    records: (after) => claim.records(after),
    record,
    append(record, after) {
      watcher.sealed(record, after + 1);
      return ended(claim.append(record, after), watcher.writing('append'));
    },
    save(rows, at) {
      watcher.saved(rows);
      return ended(claim.save(sabotage.rows?.(rows) ?? rows, at), watcher.writing('save'));
    },
    trim: (before) => ended(claim.trim(before), watcher.writing('trim')),
    scrub: (limit) => claim.scrub(limit),
    backup: (directory) => claim.backup(directory),
    async space(): Promise<Space> {
      return isLow() ? { freeBytes: 0, totalBytes: 2 ** 40 } : { freeBytes: 2 ** 39, totalBytes: 2 ** 40 };
    },
    stats: () => claim.stats(),
    release: () => {
      isReleased = true;
      return claim.release();
    },
  };
}

function ended<T>(write: Promise<T>, end: () => void): Promise<T> {
  write.then(end, end);
  return write;
}
