/**
 * The turn: how commands become durable.
 *
 *   1. Commands wait in the inbox. A turn takes them in order, with the timers that are due and the
 *      orders that arriving stock wakes, and reads the clock once.
 *   2. A command whose id was seen before is answered from its receipt. Any other is carried out to
 *      quiescence, all or nothing (run-command.ts), and its outcome is kept for later.
 *   3. When the journal is free, the turn is sealed: the rows of everything it changed, the commands
 *      with their outcomes and the events become one record, and that is appended.
 *   4. Commands go on being taken into the next turn while the append is under way.
 *   5. When the record is durable, and not before, subscribers are told, then each caller gets its reply.
 *   6. An append that fails or hangs ends the process: nobody was told, and a retry finds the truth.
 */
import type { Command } from '../actors/commands.ts';
import { reject } from '../actors/rejection.ts';
import { atp, type StockContext } from '../actors/stock-ledger.ts';
import type { StockChange } from '../actors/vocabulary.ts';
import type { Claim, Position, TurnRecord } from '../storage/journal.ts';
import type { OrderId } from '../actors/ids.ts';
import { must } from './assert.ts';
import type { Cell } from './cells.ts';
import { concerns, concernsMany } from './concerns.ts';
import type { Clock } from './clock.ts';
import { linesOf } from './command-lines.ts';
import type { Core } from './core.ts';
import { improveOrder } from './improve.ts';
import { mayImprove } from './improvements.ts';
import { Inbox } from './inbox.ts';
import { writeMovements } from './movements.ts';
import type { Published, Reply, TurnReport } from './outcome.ts';
import { answerAgain, entryAt, entryOf, outcomeOf, type Entry, type Receipts } from './receipts.ts';
import { momentsRow } from './decision-moments.ts';
import { replacedRow } from './replaced.ts';
import { pricesRow } from './routing/prices/recorded.ts';
import { pushRows, type RowBytes } from './rows.ts';
import { strandedOf } from './carriers/rerate.ts';
import { dealTasks, rerateParcel, rescoreOrder, runCommand, serveLine, wakeOrder } from './run-command.ts';
import { timerDue } from './timer-due.ts';
import type { Saver } from './saver.ts';
import type { Waiting } from './shadows.ts';
import type { Timers } from './timers.ts';
import { walkInsOf } from './walk-ins.ts';
import { isToRescore } from './suspects/rescore.ts';
import { maySweep, type Queue } from './sweep-room.ts';
import { watchCommit } from './watchdog.ts';

export interface TurnHooks {
  /** A turn is durable: called before its replies go out. */
  onPublished(published: Published): void;
  /** The same turn, in figures. */
  onTurn?(report: TurnReport): void;
  /** A bug was caught; the command it befell was undone. */
  onBug(bug: unknown): void;
  /** A commit takes longer than it should. */
  onSlowCommit(elapsedMs: number): void;
  /** A commit did not end in time: the process must be killed, for a clean exit would wait for it too. */
  onHungCommit(): void;
}

export interface TurnParts {
  readonly claim: Claim;
  readonly clock: Clock;
  readonly receipts: Receipts;
  readonly timers: Timers;
  readonly saver: Saver;
  readonly hooks: TurnHooks;
  /** The time of the last record: turns never go back before it. */
  readonly lastAtMs: number;
}

/** A turn while it takes commands, and until it is durable. */
interface Turn {
  readonly atMs: number;
  readonly entries: Entry[];
  readonly replies: Reply[];
  /** Retries of commands that are not durable yet: answered when this turn is. */
  readonly again: { readonly entry: Entry; readonly retry: Command; readonly reply: Reply }[];
  /** What was decided, for shadows: made again once it is durable. */
  decided: readonly Waiting[];
  wakes: number;
  /** Of them, those whom something woke that may concern many; and when it takes no more of those. */
  swept: number;
  sweptUntilMs: number;
  computeMs: number;
  /** A large command has the turn to itself. */
  isFull: boolean;
}

export class Turns {
  readonly inbox: Inbox;
  readonly #core: Core;
  readonly #parts: TurnParts;
  #open: Turn | undefined;
  #appending: Turn | undefined;
  #isScheduled = false;
  #isHalted = false;
  /** The first command found no room beside what the last turn held: the next turn begins with it. */
  #isOverdue = false;
  #lastAtMs: number;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(core: Core, parts: TurnParts) {
    this.#core = core;
    this.#parts = parts;
    this.#lastAtMs = parts.lastAtMs;
    this.inbox = new Inbox(core.limits.inboxCountMax);
    parts.saver.onSaved = () => this.schedule();
  }

  /** The time a turn would have that began now: never before that of the last one, whatever the clock says. */
  get nowMs(): number {
    return Math.max(this.#parts.clock.now(), this.#lastAtMs);
  }

  /** Queue a command; refused at once as busy when the inbox is full. */
  submit(command: Command, reply: Reply): void {
    if (this.inbox.put({ command, reply })) this.schedule();
    else reply({ refused: reject('busy', 'the inbox is full; try again shortly'), position: this.#parts.claim.tail });
  }

  /** Make sure a turn begins soon. */
  schedule(): void {
    if (this.#isScheduled || this.#isHalted) return;
    this.#isScheduled = true;
    this.#parts.clock.soon(() => {
      this.#isScheduled = false;
      this.#advance();
    });
  }

  /** Do nothing any more. Commands in the inbox stay unanswered. */
  halt(): void {
    this.#isHalted = true;
    this.#timer?.cancel();
  }

  /** Resolves when every command taken so far is durable and answered. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.schedule();
    });
  }

  #advance(): void {
    if (this.#isHalted) return;
    this.#fill();
    if (this.#appending === undefined) this.#seal();
    this.#setTimer();
    const isIdle = this.inbox.count === 0 && this.#open === undefined && this.#appending === undefined;
    if (isIdle) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  // 1. Take what waits into the open turn, as far as there is room.
  #fill(): void {
    if (this.#parts.saver.isBehind) return;
    const { clock } = this.#parts;
    const turn = (this.#open ??= this.#begin());
    const sinceMs = clock.measureMs();
    if (!this.#isOverdue) this.#fillFromWakes(turn);
    while (this.#hasRoom(turn)) {
      const next = this.inbox.peek();
      if (next === undefined) break;
      const isLarge = linesOf(next.command) > this.#core.limits.smallCommandLinesMax;
      const hasPlace = !isLarge || this.#core.changes.bytes === 0;
      this.#isOverdue = !hasPlace || !this.#take(turn, next.command, next.reply);
      turn.isFull = isLarge || this.#isOverdue;
      if (this.#isOverdue) break;
      this.inbox.take();
      // Those who wait come before those who are next.
      if (this.#isSomethingDue) this.#fillFromWakes(turn);
    }
    turn.computeMs += clock.measureMs() - sinceMs;
  }

  #begin(): Turn {
    this.#lastAtMs = Math.max(this.#parts.clock.now(), this.#lastAtMs);
    const counts = { wakes: 0, swept: 0, sweptUntilMs: 0, computeMs: 0 };
    const atMs = this.#lastAtMs;
    return { atMs, entries: [], replies: [], again: [], decided: [], ...counts, isFull: false };
  }

  #hasRoom(turn: Turn): boolean {
    const { turnCommandsMax, turnBytesMax } = this.#core.limits;
    return !turn.isFull && turn.entries.length < turnCommandsMax && this.#core.changes.bytes < turnBytesMax;
  }

  #fillFromWakes(turn: Turn): void {
    const { wakes, limits } = this.#core;
    const { timers, hooks } = this.#parts;
    while (turn.wakes < limits.turnWakesMax && this.#hasRoom(turn)) {
      const due = timers.takeDue(turn.atMs);
      if (due === undefined) break;
      turn.wakes += 1;
      turn.isFull = !timerDue(this.#core, due.owner, turn.atMs, hooks.onBug);
      if (turn.isFull) timers.set(due.atMs, due.owner);
    }
    this.#deal(turn);
    while (turn.wakes < limits.turnWakesMax && this.#hasRoom(turn)) {
      const sku = wakes.lines.take();
      if (sku === undefined) break;
      turn.wakes += 1;
      turn.isFull = !serveLine(this.#core, sku, turn.atMs, hooks.onBug);
      if (turn.isFull) wakes.lines.putBack(sku);
    }
    while (turn.wakes < limits.turnWakesMax && this.#hasRoom(turn)) {
      const order = wakes.take((sku, waiter, reason) => concerns(this.#core, sku, waiter, reason));
      if (order === undefined) break;
      turn.wakes += 1;
      this.#wake(turn, order);
    }
    while (!wakes.hasUrgent && maySweep(turn, limits, this.#parts.clock) && this.#hasRoom(turn)) {
      const order = wakes.takeSwept((sku, waiter, why) => concernsMany(this.#core, sku, waiter, why));
      if (order === undefined) break;
      turn.swept += 1;
      this.#wake(turn, order);
    }
    if (wakes.hasPlaced) this.#lookAgain(turn);
  }

  /** Who has a place comes after all who have none: it may not be there, no carrier takes it, there is a better one. */
  #lookAgain(turn: Turn): void {
    const core = this.#core;
    const { doubts, rerates, better } = core.wakes;
    const { atMs } = turn;
    const { onBug } = this.#parts.hooks;
    this.#each(turn, doubts, (one) => isToRescore(core, one), (one) => rescoreOrder(core, one, atMs, onBug));
    this.#each(turn, rerates, (id) => strandedOf(core, id), (one) => rerateParcel(core, one, atMs, onBug));
    this.#each(turn, better, (id) => mayImprove(core, id), (one) => improveOrder(core, one, atMs, onBug));
  }

  /** Look at one after another of a queue, while there is room for that. */
  #each<T, M>(turn: Turn, queue: Queue<T, M>, isMeant: M, look: (one: T) => boolean): void {
    const { wakes, limits } = this.#core;
    while (!wakes.hasUrgent && maySweep(turn, limits, this.#parts.clock) && this.#hasRoom(turn)) {
      const one = queue.take(isMeant);
      if (one === undefined) return;
      turn.swept += 1;
      turn.isFull = !look(one);
      if (turn.isFull) queue.putBack();
    }
  }

  /** Tasks go to terminals that have room. */
  #deal(turn: Turn): void {
    const { deals } = this.#core.world.floor;
    while (turn.wakes < this.#core.limits.turnWakesMax && this.#hasRoom(turn)) {
      const location = deals.take();
      if (location === undefined) return;
      turn.wakes += 1;
      turn.isFull = !dealTasks(this.#core, location, turn.atMs, this.#parts.hooks.onBug);
      if (turn.isFull) deals.putBack(location);
    }
  }

  get #isSomethingDue(): boolean {
    return !this.#core.wakes.isEmpty || !this.#core.world.floor.deals.isEmpty;
  }

  #wake(turn: Turn, order: OrderId): void {
    turn.isFull = !wakeOrder(this.#core, order, turn.atMs, this.#parts.hooks.onBug);
    if (turn.isFull) this.#core.wakes.putBack();
  }

  // 2. Answer a command from its receipt, or carry it out. False when it must wait for the next turn.
  #take(turn: Turn, command: Command, reply: Reply): boolean {
    const { receipts, claim, hooks } = this.#parts;
    const receipt = receipts.find(command.commandId);
    if (typeof receipt === 'number') {
      const entry = entryAt(claim, receipt, command);
      if (entry !== undefined) {
        reply(answerAgain(entry, receipt, command));
        return true;
      }
    } else if (receipt !== undefined) {
      const turnOfIt = this.#appending?.entries.includes(receipt) === true ? this.#appending : turn;
      turnOfIt.again.push({ entry: receipt, retry: command, reply });
      return true;
    }
    const handled = runCommand(this.#core, command, turn.atMs, hooks.onBug, turn.entries.length);
    if (handled === undefined) return false;
    const entry = entryOf(command, handled);
    receipts.add(command.commandId, entry);
    turn.entries.push(entry);
    turn.replies.push(reply);
    return true;
  }

  // 3. Seal the open turn and append it.
  #seal(): void {
    const turn = this.#open;
    if (turn === undefined) return;
    this.#open = undefined;
    const sinceMs = this.#parts.clock.measureMs();
    turn.decided = this.#core.shadows.takeTurn();
    const { changed, events, moves, replaced, moments, prices } = this.#core.changes.takeTurn();
    if (changed.length === 0 && turn.entries.length === 0) return;
    const saved = this.#rowsOf(changed, replaced.length > 0);
    const ofThePast = replaced.map(replacedRow);
    if (moments.length > 0) ofThePast.push(momentsRow(moments));
    if (prices !== undefined) ofThePast.push(pricesRow(prices));
    const rows = ofThePast.length === 0 ? saved : [...saved, ...ofThePast];
    const movements = writeMovements(moves);
    const record = { atMs: turn.atMs, commands: turn.entries, rows, events, outbox: [], movements };
    this.#appending = turn;
    const { tail, epoch } = this.#parts.claim;
    this.#core.past.append({ ...record, position: tail + 1, epoch });
    turn.computeMs += this.#parts.clock.measureMs() - sinceMs;
    const stock = stockChanges(changed);
    const walkIns = walkInsOf(moves, stock, turn.entries);
    void this.#append(turn, record, { changed, saved }, { atMs: turn.atMs, events, stock, walkIns });
  }

  /** The rows of what changed, for the record that comes next: appends go one after another. */
  #rowsOf(changed: readonly Cell[], hasSettings: boolean): RowBytes[] {
    const position = this.#parts.claim.tail + 1;
    const rows: RowBytes[] = [];
    for (const cell of changed) {
      pushRows(cell, cell.snapshot, rows, position);
      if (cell.kind !== 'stock') continue;
      cell.changedBefore = cell.changedAt;
      cell.changedAt = position;
      cell.movedAt ??= position;
    }
    if (hasSettings) rows.push(this.#core.past.settingsChanged(position));
    return rows;
  }

  async #append(
    turn: Turn,
    record: TurnRecord,
    { changed, saved }: { readonly changed: readonly Cell[]; readonly saved: readonly RowBytes[] },
    news: Omit<Published, 'position'>,
  ): Promise<void> {
    const { claim, saver, clock, hooks } = this.#parts;
    const stopWatch = watchCommit(clock, this.#core.limits, hooks);
    const sinceMs = clock.measureMs();
    let position: Position;
    try {
      position = await claim.append(record, claim.tail);
    } catch {
      // 6. Fenced or unknown: the claim is lost, `claim.lost` tells the engine. Nobody is answered.
      this.halt();
      return;
    } finally {
      stopWatch();
    }
    if (this.#isHalted) return;
    const commitMs = clock.measureMs() - sinceMs;
    hooks.onTurn?.({ commands: turn.entries.length, computeMs: turn.computeMs, commitMs });
    this.#appending = undefined;
    this.#core.past.settle();
    saver.add(position, changed, saved, turn.entries);
    this.#release(turn, position, { position, ...news });
    this.#advance();
  }

  // 5. Tell subscribers, then each caller.
  #release(turn: Turn, position: Position, published: Published): void {
    this.#parts.receipts.settle(turn.entries, position);
    this.#core.shadows.durable(turn.decided, position);
    this.#parts.hooks.onPublished(published);
    for (const [index, entry] of turn.entries.entries()) turn.replies[index]?.(outcomeOf(entry, position));
    for (const { entry, retry, reply } of turn.again) reply(answerAgain(entry, position, retry));
  }

  /** Wake up when the next timer is due, or at once when more is due or waits to be woken than one turn takes. */
  #setTimer(): void {
    const { timers, clock, saver } = this.#parts;
    if (saver.isBehind) return;
    const atMs = timers.nextAtMs;
    const isDue = atMs !== undefined && atMs <= clock.now();
    if (isDue || this.#isSomethingDue || this.inbox.count > 0) {
      if (this.#appending === undefined) this.schedule();
      return;
    }
    if (atMs === undefined || this.#timer?.atMs === atMs) return;
    this.#timer?.cancel();
    const cancel = clock.after(atMs - clock.now(), () => {
      this.#timer = undefined;
      this.schedule();
    });
    this.#timer = { atMs, cancel };
  }
}

function stockChanges(changed: readonly Cell[]): StockChange[] {
  const changes: StockChange[] = [];
  for (const cell of changed) {
    if (cell.kind === 'stock') changes.push(stockChange(must(cell.snapshot, 'a stock that changed').context));
  }
  return changes;
}

/** A stock as subscribers see it. */
export function stockChange(stock: StockContext): StockChange {
  const { sku, location, ...levels } = stock;
  return { sku, location, levels, atp: atp(stock) };
}
