/**
 * Returns in memory: the open ones and how they are listed, the policies, and which returns an order has. A return
 * that has ended, and the list of an order, leave memory once they are saved and are read back from their rows.
 */
import type { ChannelId, LineId, LocationId, OrderId, ReturnId } from '../actors/ids.ts';
import type { ReturnPolicy } from '../actors/return-commands.ts';
import type { OrderReturns, ReturnContext, ReturnState } from '../actors/return-context.ts';
import { standingPolicy, type StandingPolicy } from '../actors/return-policy.ts';
import { comingUnits, returnDueAtMs } from '../actors/return-units.ts';
import type { Claim } from '../storage/journal.ts';
import { move, sortByAge } from './id-lists.ts';
import { place } from './place.ts';
import { orderReturnsCell, returnCell, returnPolicyCell, returnSteps } from './return-cells.ts';
import type { OrderReturnsCell, ReturnCell, ReturnPolicyCell } from './return-cells.ts';
import { prefixes, returnFromRow, valueFromRow } from './rows.ts';
import { isFinal, type Snapshot } from './step.ts';
import type { Timer, Timers } from './timers.ts';

type Return = Snapshot<ReturnContext>;

const isOpen = ({ value }: Return): boolean => !isFinal(returnSteps, value);

/** Units of an order line in its returns: still to come, and those that came or were kept. */
export interface UnitsBack {
  readonly coming: number;
  readonly back: number;
}

export class Returns {
  /** Open returns, in the order they got there. */
  readonly byState = new Map<ReturnState, Set<ReturnId>>();
  readonly byChannel = new Map<ChannelId, Set<ReturnId>>();
  /** By where they go. */
  readonly byLocation = new Map<LocationId, Set<ReturnId>>();
  openCount = 0;
  readonly #policies = new Map<string, ReturnPolicyCell>();
  readonly #cells = new Map<ReturnId, ReturnCell>();
  readonly #orders = new Map<OrderId, OrderReturnsCell>();
  /** Cells that may leave memory: ended, or never begun. */
  readonly #idle = new Set<ReturnCell>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean => {
    if (owner.kind !== 'return') return true;
    const context = this.#cells.get(owner.id)?.snapshot?.context;
    return context !== undefined && returnDueAtMs(context) === atMs;
  };

  constructor(saved: Pick<Claim, 'row'>, timers: Timers) {
    this.#saved = saved;
    this.#timers = timers;
  }

  /** The return, from memory or its saved row; undefined when there is none. */
  get(id: ReturnId): ReturnCell | undefined {
    const cell = this.#cells.get(id);
    if (cell !== undefined) return cell.snapshot === undefined ? undefined : cell;
    const snapshot = this.#read(id);
    if (snapshot === undefined) return undefined;
    const ended = this.begin(id);
    place(ended, snapshot);
    return ended;
  }

  /** The return for a reader: one that has ended does not stay in memory for it. */
  look(id: ReturnId): Return | undefined {
    const cell = this.#cells.get(id);
    return cell === undefined ? this.#read(id) : cell.snapshot;
  }

  #read(id: ReturnId): Return | undefined {
    const row = this.#saved.row(prefixes.returnEnded + id);
    return row === undefined || row === null ? undefined : returnFromRow(id, row);
  }

  isOpen(id: ReturnId): boolean {
    const snapshot = this.#cells.get(id)?.snapshot;
    return snapshot !== undefined && isOpen(snapshot);
  }

  /** Open returns, by state. */
  *open(): Iterable<ReturnId> {
    for (const ids of this.byState.values()) yield* ids;
  }

  /** The cell for a return that is about to begin. The caller has made sure that `get` found none. */
  begin(id: ReturnId): ReturnCell {
    const present = this.#cells.get(id);
    if (present !== undefined) return present;
    const cell = returnCell(id);
    this.#cells.set(id, cell);
    this.#idle.add(cell);
    return cell;
  }

  /** The returns there were of an order, for a reader. */
  ofOrder(orderId: OrderId): readonly ReturnId[] {
    const cell = this.#orders.get(orderId);
    if (cell?.snapshot !== undefined) return cell.snapshot.context.returns;
    const row = this.#saved.row(prefixes['order-returns'] + orderId);
    return row === undefined || row === null ? [] : valueFromRow<OrderReturns>(row).context.returns;
  }

  /** The cell of the list of an order, that is about to get one more. */
  listOf(orderId: OrderId): OrderReturnsCell {
    let cell = this.#orders.get(orderId);
    if (cell === undefined) this.#orders.set(orderId, (cell = orderReturnsCell(orderId)));
    return cell;
  }

  /** Units of each line of an order that are in its returns; lines without any are absent. */
  unitsOf(orderId: OrderId): ReadonlyMap<LineId, UnitsBack> {
    const units = new Map<LineId, UnitsBack>();
    for (const id of this.ofOrder(orderId)) {
      for (const line of this.look(id)?.context.lines ?? []) {
        if (line.orderLineId === undefined) continue;
        const { coming, back } = units.get(line.orderLineId) ?? { coming: 0, back: 0 };
        const more = { coming: coming + comingUnits(line), back: back + line.received + line.kept };
        units.set(line.orderLineId, more);
      }
    }
    return units;
  }

  policyCell(id: string): ReturnPolicyCell {
    let cell = this.#policies.get(id);
    if (cell === undefined) this.#policies.set(id, (cell = returnPolicyCell(id)));
    return cell;
  }

  /** The policy in force for a channel: its own, else that of all, else the defaults. */
  policyFor(channel: ChannelId | undefined): StandingPolicy {
    const own = channel === undefined ? undefined : this.#policy(channel);
    return standingPolicy(own ?? this.#policy('*'));
  }

  #policy(id: string): ReturnPolicy | undefined {
    return this.#policies.get(id)?.snapshot?.context;
  }

  /** A kept change of a return: `before` is undefined when it is new. */
  changed(cell: ReturnCell, before: Return | undefined): void {
    const after = cell.snapshot;
    if (after === undefined) return;
    const [was, is] = [before !== undefined && isOpen(before), isOpen(after)];
    if (is) this.#idle.delete(cell);
    else this.#idle.add(cell);
    this.openCount += Number(is) - Number(was);
    const [then, now] = [was ? before : undefined, is ? after : undefined];
    move(this.byState, cell.id, then?.value as ReturnState | undefined, now?.value as ReturnState | undefined);
    move(this.byChannel, cell.id, then?.context.channel, now?.context.channel);
    move(this.byLocation, cell.id, then?.context.to, now?.context.to);
    this.#setTimer(cell.id, before?.context, after.context);
  }

  #setTimer(id: ReturnId, before: ReturnContext | undefined, after: ReturnContext): void {
    const [then, now] = [dueOf(before), dueOf(after)];
    if (then === now) return;
    if (now !== undefined) this.#timers.set(now, { kind: 'return', id });
    if (then !== undefined) this.#timers.overtaken(this.#isNeeded);
  }

  /** Recovery: a return as it stands. */
  recover(id: ReturnId, snapshot: Return): ReturnCell {
    const cell = this.begin(id);
    place(cell, snapshot);
    this.changed(cell, undefined);
    return cell;
  }

  /** Recovery: lists stand by age. */
  sortByAge(): void {
    const ageOf = (id: ReturnId): number => this.#cells.get(id)?.snapshot?.context.requestedAtMs ?? 0;
    sortByAge(this.byState, ageOf);
    sortByAge(this.byChannel, ageOf);
    sortByAge(this.byLocation, ageOf);
  }

  /** Let go of what has ended and is saved, and of lists that are saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
    for (const [id, cell] of this.#orders) if (cell.unsaved === 0) this.#orders.delete(id);
  }
}

const dueOf = (context: ReturnContext | undefined): number | undefined => context && returnDueAtMs(context);
