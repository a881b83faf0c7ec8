/**
 * Plays records of the journal on a fork: the commands as they were accepted, at their times, each through the code
 * that carries it out in the engine, with the timers and wakes between them. What was decided is decided anew.
 *
 * - A count tells what was there in the recorded world: the units by which it corrected the books are what counts.
 * - A parcel is picked, shorted and shipped when the recorded parcel of its number was. Where the fork has no such
 *   parcel, units that were not found are lost where they were missing, and the rest is left.
 * - What a location declined it declines where the fork has that part there, and else not.
 * - Deliveries decide nothing; of returns the units count. What the record refused stays refused, save placements.
 */
import type { Command } from '../../actors/commands.ts';
import type { ChannelId, OrderId } from '../../actors/ids.ts';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import type { StoredRecord } from '../../storage/journal.ts';
import { askedFor, isOffered } from '../../actors/offer.ts';
import { must } from '../assert.ts';
import { strandedOf } from '../carriers/rerate.ts';
import { concerns, concernsMany } from '../concerns.ts';
import { placeOrder } from '../commands/orders.ts';
import type { Handled } from '../commands/handled.ts';
import { tellStock } from '../effects.ts';
import type { DecisionExplained } from '../outcome-plans.ts';
import { readMovements, type RecordedMove } from '../movements.ts';
import { firstDifference, type Entry } from '../receipts.ts';
import { stockNames } from '../recover.ts';
import { improveOrder } from '../improve.ts';
import { mayImprove } from '../improvements.ts';
import { decidedNow } from '../routing/explain-decision.ts';
import { prefixes } from '../rows.ts';
import { rerateParcel, rescoreOrder, runCommand, serveLine, tellQuietly, wakeOrder } from '../run-command.ts';
import { isToRescore } from '../suspects/rescore.ts';
import { timerDue } from '../timer-due.ts';
import { putInForce, type Fork } from './fork.ts';
import type { Fidelity } from './result.ts';
import { RecordedPrices } from './prices.ts';
import { Tally } from './tally.ts';

type Placement = Extract<Command, { kind: 'order.place' }>;
type Count = Extract<Command, { kind: 'stock.count' }>;
type Accept = Extract<Command, { kind: 'offer.accept' }>;
type Reject = Extract<Command, { kind: 'fulfillment.reject' }>;
type Short = Extract<Command, { kind: 'fulfillment.short' }>;

/** The plan that takes the place of those in force, for one channel or for all; undefined: they stay as they were. */
export interface Candidate {
  readonly plan: PlanDocument;
  readonly channel?: ChannelId | undefined;
}

/** Commands that only say what is in force: under a candidate they say nothing. */
const seating: ReadonlySet<string> = new Set([
  'plan.publish', 'plan.withdraw', 'plan.rollback', 'plan.canary', 'plan.promote', 'plan.abort',
]);
/** Commands that decide nothing. */
const idle: ReadonlySet<string> = new Set(['fulfillment.deliver', 'plan.shadow', 'plan.unshadow']);

export class Player {
  readonly tally = new Tally();
  readonly explained: (readonly [OrderId, DecisionExplained['now']])[] = [];
  readonly #fork: Fork;
  readonly #prices: RecordedPrices;
  readonly #candidate: Candidate | undefined;
  readonly #toExplain: ReadonlySet<string>;
  readonly #refused = new Map<string, number>();
  #placements = 0;
  #asRecorded = 0;
  #bugs = 0;
  readonly #onBug = (): void => void (this.#bugs += 1);

  /** @param toExplain orders whose decision is told in full. */
  constructor(fork: Fork, candidate: Candidate | undefined, atMs: number, toExplain: ReadonlySet<string> = new Set()) {
    this.#fork = fork;
    this.#prices = new RecordedPrices(fork.core.prices);
    this.#candidate = candidate;
    this.#toExplain = toExplain;
    if (candidate !== undefined) putInForce(fork, candidate.plan, candidate.channel, atMs);
  }

  get fidelity(): Fidelity {
    const refused = Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1)));
    const bugs = this.#bugs === 0 ? {} : { internal: this.#bugs };
    return { placements: this.#placements, asRecorded: this.#asRecorded, refused: { ...refused, ...bugs } };
  }

  /** One record: first what came due since the last, then its commands. */
  play(record: StoredRecord): void {
    const { timers } = this.#fork;
    for (let atMs = timers.nextAtMs; atMs !== undefined && atMs < record.atMs; atMs = timers.nextAtMs) {
      this.#quiet(atMs);
      this.#endTurn();
    }
    this.#quiet(record.atMs);
    this.#prices.begin(record);
    const entries = record.commands as readonly Entry[];
    const facts = new Facts(record);
    for (const [index, entry] of entries.entries()) {
      this.#carryOut(record.atMs, entry, facts, index);
      if (!this.#fork.core.wakes.isEmpty) this.#quiet(record.atMs);
    }
    this.#endTurn();
  }

  /** The rehearsal is over: orders that are open count as they stand. */
  end(): void {
    for (const { snapshot } of this.#fork.core.world.orders.values()) {
      if (snapshot !== undefined) this.tally.ended(snapshot.context);
    }
  }

  #carryOut(atMs: number, entry: Entry, facts: Facts, index: number): void {
    const [commandId, kind, by, body, refusal] = entry;
    if (idle.has(kind) || (this.#candidate !== undefined && this.#isReplaced(kind, body))) return;
    if (refusal !== null && kind !== 'order.place') return;
    // What comes back comes back to where it was received, whoever had sent it.
    if (kind.startsWith('return.')) return this.#moveAsRecorded(facts.of(index), atMs);
    const command = { commandId, kind, by, body } as Command;
    switch (command.kind) {
      case 'order.place':
        return this.#prices.by(command.body.orderId, () => this.#placeOrder(command, entry, atMs));
      case 'stock.count':
        return this.#count(command, facts.of(index), atMs);
      case 'fulfillment.short':
        return this.#short(command, facts.of(index), atMs);
      case 'offer.accept':
        return this.#accept(command, facts.of(index), atMs);
      case 'fulfillment.reject':
        return this.#reject(command, facts.of(index), atMs);
      default:
        return this.#follow(command, () => facts.of(index), atMs);
    }
  }

  /** A candidate for one channel leaves the plans of the others as they were. */
  #isReplaced(kind: string, body: unknown): boolean {
    if (!seating.has(kind)) return false;
    const { channel } = must(this.#candidate, 'a candidate');
    return channel === undefined || channel === (body as { readonly channel?: string }).channel;
  }

  #run(command: Command, atMs: number): Handled {
    const { core } = this.#fork;
    const handled = runCommand(core, command, atMs, this.#onBug, 0);
    if (handled !== undefined) return handled;
    this.#endTurn();
    return must(runCommand(core, command, atMs, this.#onBug, 0), 'a command fits into a turn of its own');
  }

  #placeOrder(command: Placement, entry: Entry, atMs: number): void {
    const { core } = this.#fork;
    const { orderId: id, channel } = command.body;
    // Orders that have ended are not in memory: that there are some is as it was.
    if (this.tally.has(id) || entry[4]?.[0] === 'order-exists') return;
    // What was answered with another order came before under the same external id.
    if (entry[4] === null && (entry[5] as { readonly orderId?: string }).orderId !== id) return;
    if (this.#toExplain.has(id)) this.#explain(command, atMs);
    const handled = this.#run(command, atMs);
    this.#placements += 1;
    const isAccepted = !('refused' in handled);
    const isSame = isAccepted
      ? firstDifference(entry[5], handled.ok, '') === undefined
      : entry[4]?.[0] === handled.refused.code;
    this.#asRecorded += Number(isSame);
    // What is wrong with a placement is wrong on both sides: only a want of stock is a matter of routing.
    if (!isAccepted && handled.refused.code !== 'out-of-stock' && entry[4] !== null) return;
    this.tally.placed(id, channel, isAccepted ? core.world.orders.get(id)?.snapshot?.context : undefined);
  }

  /** How the order is decided, before it takes what it is given. */
  #explain(command: Placement, atMs: number): void {
    const { core } = this.#fork;
    const { body } = command;
    if (this.explained.some(([id]) => id === body.orderId)) return;
    core.changes.begin(undefined);
    placeOrder(core, { ...command, body: { ...body, shortage: 'backorder' } }, atMs);
    const order = core.world.orders.get(body.orderId)?.snapshot?.context;
    core.changes.undo();
    if (order !== undefined) this.explained.push([body.orderId, decidedNow(core, order, atMs)]);
  }

  #count(command: Count, moves: readonly PlacedMove[], atMs: number): void {
    const { entries, feed } = command.body;
    if (entries.some((entry) => 'lots' in entry)) return this.#follow(command, () => moves, atMs);
    const corrected = entries.map(({ sku, location }) => {
      const own = moves.filter((move) => move.kind === 'counted' && move.sku === sku && move.location === location);
      return { sku, location, units: own.reduce((units, move) => units + move.units, 0) };
    });
    this.#correct(command, corrected, feed, atMs);
  }

  /** The books are corrected by so many units: a count of what the fork has, with those. */
  #correct(
    { commandId, by }: Command,
    corrected: readonly Correction[],
    feed: Count['body']['feed'],
    atMs: number,
  ): void {
    const { world } = this.#fork.core;
    const entries = corrected.map(({ sku, location, units }) => {
      const onHand = world.findStock(sku, location)?.snapshot?.context.onHand ?? 0;
      return { sku, location, onHand: Math.max(0, onHand + units) };
    });
    if (entries.length === 0) return;
    const body = feed === undefined ? { entries } : { entries, feed };
    if ('refused' in this.#run({ kind: 'stock.count', commandId, by, body }, atMs)) this.#isRefused('stock.count');
  }

  /** Units were not there when they were picked: that is so whoever would have picked them. */
  #short(command: Short, moves: readonly PlacedMove[], atMs: number): void {
    const missing = moves.filter(({ kind }) => kind === 'short');
    const { orderId, fulfillmentId } = command.body;
    const order = this.#fork.core.world.orders.get(orderId)?.snapshot?.context;
    const part = order?.fulfillments.find((one) => one.fulfillmentId === fulfillmentId);
    const isThere = missing.every(({ location }) => location === part?.location);
    if (part !== undefined && isThere && !('refused' in this.#run(command, atMs))) return;
    if (order === undefined && !this.tally.has(orderId)) return this.#moveAsRecorded(moves, atMs);
    const lost = missing.map(({ sku, location, units }) => ({ sku, location, units: -units }));
    this.#correct(command, lost, undefined, atMs);
  }

  /** Somebody accepted what was offered: in the fork whoever is offered it does. */
  #accept(command: Accept, moves: readonly PlacedMove[], atMs: number): void {
    const { orderId, fulfillmentId, location } = command.body;
    const order = this.#fork.core.world.orders.get(orderId)?.snapshot?.context;
    if (order === undefined && !this.tally.has(orderId)) return this.#moveAsRecorded(moves, atMs);
    const offered = order?.fulfillments.filter(isOffered) ?? [];
    const part = offered.find((one) => one.fulfillmentId === fulfillmentId) ?? offered[0];
    const by = part === undefined || askedFor(part).includes(location) ? location : part.location;
    const body = { orderId, fulfillmentId: part?.fulfillmentId ?? fulfillmentId, location: by };
    this.#follow({ ...command, body }, () => moves, atMs);
  }

  /** A location declined units: whoever has them in the fork is asked no such thing. */
  #reject(command: Reject, moves: readonly PlacedMove[], atMs: number): void {
    const { orderId, fulfillmentId } = command.body;
    const order = this.#fork.core.world.orders.get(orderId)?.snapshot?.context;
    const part = order?.fulfillments.find((one) => one.fulfillmentId === fulfillmentId);
    const declined = moves.find(({ kind }) => kind === 'deallocated')?.location;
    if (order !== undefined && declined !== undefined && part?.location !== declined) return;
    this.#follow(command, () => moves, atMs);
  }

  /** Any other command. One on an order or reservation that the fork does not know moves what it moved. */
  #follow(command: Command, moves: () => readonly PlacedMove[], atMs: number): void {
    const handled = this.#run(command, atMs);
    if (!('refused' in handled)) return;
    const { code } = handled.refused;
    const { orderId } = command.body as { readonly orderId?: OrderId };
    const isOlderOrder = code === 'unknown-order' && orderId !== undefined && !this.tally.has(orderId);
    if (isOlderOrder || code === 'unknown-reservation') this.#moveAsRecorded(moves(), atMs);
    else this.#isRefused(command.kind);
  }

  #isRefused(kind: string): void {
    this.#refused.set(kind, (this.#refused.get(kind) ?? 0) + 1);
  }

  #moveAsRecorded(moves: readonly PlacedMove[], atMs: number): void {
    const { core } = this.#fork;
    for (const move of moves) {
      const stock = core.world.findStock(move.sku, move.location);
      const message = messageOf(move);
      if (stock === undefined || message === undefined) continue;
      tellQuietly(core, atMs, () => tellStock(core, stock, message), this.#onBug);
    }
  }

  /** Timers that are due, lines and waiting orders, until nobody is left to be woken. */
  #quiet(atMs: number): void {
    const { core, timers } = this.#fork;
    const { wakes } = core;
    for (let due = timers.takeDue(atMs); due !== undefined; due = timers.takeDue(atMs)) {
      const { owner } = due;
      this.#fit(() => timerDue(core, owner, atMs, this.#onBug));
    }
    for (let sku = wakes.lines.take(); sku !== undefined; sku = wakes.lines.take()) {
      const line = sku;
      this.#fit(() => serveLine(core, line, atMs, this.#onBug));
    }
    while (!wakes.isEmpty) {
      if (this.#lookedAgain(atMs)) continue;
      const id =
        wakes.take((sku, waiter, reason) => concerns(core, sku, waiter, reason)) ??
        (wakes.hasUrgent ? undefined : wakes.takeSwept((sku, waiter, why) => concernsMany(core, sku, waiter, why)));
      if (id === undefined) continue;
      this.#fit(() => wakeOrder(core, id, atMs, this.#onBug));
      if (!wakes.lines.isEmpty) return this.#quiet(atMs);
    }
  }

  /** Whether nobody is left who has no place, and the next who may have another one was looked at. */
  #lookedAgain(atMs: number): boolean {
    const { core } = this.#fork;
    const { wakes } = core;
    if (wakes.isWaking || !wakes.hasPlaced) return false;
    const doubt = wakes.doubts.take((one) => isToRescore(core, one));
    if (doubt !== undefined) this.#fit(() => rescoreOrder(core, doubt, atMs, this.#onBug));
    const parcel = wakes.rerates.take((id) => strandedOf(core, id));
    if (parcel !== undefined) this.#fit(() => rerateParcel(core, parcel, atMs, this.#onBug));
    const order = wakes.better.take((one) => mayImprove(core, one));
    if (order !== undefined) this.#fit(() => improveOrder(core, order, atMs, this.#onBug));
    return true;
  }

  /** What does not fit into a turn has the next one to itself. */
  #fit(work: () => boolean): void {
    if (work()) return;
    this.#endTurn();
    work();
  }

  /** Let go of orders that have left. */
  #endTurn(): void {
    const { core } = this.#fork;
    for (const cell of core.changes.takeTurn().changed) {
      if (cell.kind !== 'order' || cell.snapshot === undefined) continue;
      const { value, context } = cell.snapshot;
      if (value !== 'shipped' && value !== 'delivered' && value !== 'cancelled') continue;
      this.tally.ended(context);
      core.world.orders.delete(cell.id);
      core.views.byState.get(value)?.delete(cell.id);
    }
  }
}

type Place = ReturnType<typeof stockNames>;
type Correction = Place & { readonly units: number };
type PlacedMove = RecordedMove & Place;

/** What moves a stock as it was moved by a return, or by an order or reservation of which nothing is known. */
function messageOf({ kind, units: quantity, bucket }: RecordedMove): StockMessage | undefined {
  switch (kind) {
    case 'deallocated':
      return { type: 'stock.deallocate', quantity };
    case 'unreserved':
      return { type: 'stock.unreserve', quantity };
    case 'shipped':
      return { type: 'stock.ship', quantity };
    case 'short':
      return { type: 'stock.short', quantity };
    case 'returned':
      return { type: 'stock.return', quantity, bucket };
    case 'put-back':
      return { type: 'stock.put-back', quantity, bucket: bucket ?? 'held' };
    case 'set-aside':
      return { type: 'stock.set-aside', quantity, bucket: bucket ?? 'held' };
    case 'disposed':
      return { type: 'stock.dispose', quantity, bucket: bucket ?? 'held' };
    default:
      return undefined;
  }
}

/** What a record says that its commands moved; read when it is asked for. */
class Facts {
  readonly #record: StoredRecord;
  #moves: readonly PlacedMove[] | undefined;

  constructor(record: StoredRecord) {
    this.#record = record;
  }

  /** By the command with this index. */
  of(index: number): readonly PlacedMove[] {
    return (this.#moves ??= this.#read()).filter(({ command }) => command === index);
  }

  /** Movements number the stocks of a record in the order of their rows. */
  #read(): PlacedMove[] {
    const { rows, movements } = this.#record;
    const places = rows.filter(([key]) => key.startsWith(prefixes.stock)).map(([key]) => stockNames(key));
    return readMovements(movements).map((move) => ({ ...move, ...must(places[move.stock], 'its stock') }));
  }
}
