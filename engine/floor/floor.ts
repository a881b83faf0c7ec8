/**
 * The floor: terminals that are open, the tasks they hold or held, and for each location that has terminals what
 * waits for one. A location without any costs nothing here. The queues are derived from orders and tasks and kept as
 * these change; recovery builds them from the rows.
 */
import type { FulfillmentId, LocationId, OrderId, Sku, TerminalId } from '../../actors/ids.ts';
import { isOffered } from '../../actors/offer.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { isKept } from '../../actors/order-holds.ts';
import type { TaskContext } from '../../actors/task-context.ts';
import { unitsOfTask } from '../../actors/task-lines.ts';
import type { TerminalContext } from '../../actors/terminal-context.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { Claim } from '../../storage/journal.ts';
import type { Cell } from '../cells.ts';
import type { FloorStatus } from '../outcome-floor.ts';
import { place } from '../place.ts';
import { itemFromRow, prefixes } from '../rows.ts';
import { isFinal, type Snapshot } from '../step.ts';
import type { Timer, Timers } from '../timers.ts';
import { isHeldTask, isOpenTask, taskCell, taskKey, terminalCell, terminalSteps } from './cells.ts';
import type { TaskCell, TerminalCell } from './cells.ts';
import { entryFor, Queue, type TraitsOf } from './queue.ts';
import { dueAtMs } from './due.ts';

type Terminal = Snapshot<TerminalContext>;
type Task = Snapshot<TaskContext>;

/** A location with terminals. */
export interface Place {
  readonly queue: Queue;
  readonly terminals: Set<TerminalCell>;
}

/** Locations at which a task may be given to a terminal. */
export class Deals {
  readonly #locations = new Set<LocationId>();

  get isEmpty(): boolean {
    return this.#locations.size === 0;
  }

  add(location: LocationId): void {
    this.#locations.add(location);
  }

  take(): LocationId | undefined {
    const [location] = this.#locations;
    if (location !== undefined) this.#locations.delete(location);
    return location;
  }

  /** The one just taken could not be looked at now. */
  putBack(location: LocationId): void {
    this.#locations.add(location);
  }
}

const isOpen = ({ value }: Terminal): boolean => !isFinal(terminalSteps, value);

/** Whether a terminal holds a task now. */
export const isHeldBy = ({ snapshot }: TaskCell, id: TerminalId): boolean =>
  snapshot !== undefined && snapshot.context.terminal === id && isHeldTask(snapshot);

/**
 * Whether a terminal that is there was but heard of, as it is by each of its commands: it has the room it had, and
 * nothing of it is due sooner than before.
 */
function isHeardOf(before: Terminal | undefined, { value, context }: Terminal): boolean {
  if (before === undefined || before.value !== value || before.context.lostAtMs !== undefined) return false;
  const was = before.context as unknown as Readonly<Record<string, unknown>>;
  const is = context as unknown as Readonly<Record<string, unknown>>;
  for (const name in is) if (name !== 'seenAtMs' && was[name] !== is[name]) return false;
  return true;
}

export class Floor {
  /** Locations that have terminals. */
  readonly places = new Map<LocationId, Place>();
  readonly deals = new Deals();
  /** Tasks that have not ended, and ended ones that are not saved yet. */
  readonly tasks = new Map<string, TaskCell>();
  /** Open terminals. */
  openCount = 0;
  /** Tasks that terminals hold. */
  heldCount = 0;
  /** Tasks that terminals were given since the start, and that were taken back because time was over. */
  leases = 0;
  lapses = 0;
  readonly #terminals = new Map<TerminalId, TerminalCell>();
  readonly #held = new Map<TerminalId, Set<TaskCell>>();
  /** Cells that may leave memory: ended, or never begun. */
  readonly #idle = new Set<TaskCell>();
  readonly #idleTerminals = new Set<TerminalCell>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  readonly #traitsOf: TraitsOf;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean =>
    owner.kind !== 'terminal' || this.#terminals.get(owner.id)?.timerAtMs === atMs;

  constructor(saved: Pick<Claim, 'row'>, timers: Timers, traitsOf: TraitsOf) {
    this.#saved = saved;
    this.#timers = timers;
    this.#traitsOf = traitsOf;
  }

  /** Whether there is anything that follows orders. */
  get isBusy(): boolean {
    return this.places.size > 0 || this.tasks.size > 0;
  }

  /** In figures, for the engine's status. */
  status(): FloorStatus {
    let queued = 0;
    for (const { queue } of this.places.values()) queued += queue.size;
    return { terminals: this.openCount, held: this.heldCount, queued, leases: this.leases, lapses: this.lapses };
  }

  /** Open terminals, in no order. */
  get terminals(): readonly TerminalCell[] {
    return [...this.places.values()].flatMap(({ terminals }) => [...terminals]);
  }

  /** An open terminal. */
  terminal(id: TerminalId): TerminalCell | undefined {
    const cell = this.#terminals.get(id);
    return cell?.snapshot === undefined || !isOpen(cell.snapshot) ? undefined : cell;
  }

  /** The cell of a terminal that is about to open. */
  beginTerminal(id: TerminalId): TerminalCell {
    let cell = this.#terminals.get(id);
    if (cell === undefined) {
      this.#terminals.set(id, (cell = terminalCell(id)));
      this.#idleTerminals.add(cell);
    }
    return cell;
  }

  /** The cell of a task: one that has ended is read back. Undefined when no terminal was ever given it. */
  task(orderId: OrderId, fulfillmentId: FulfillmentId): TaskCell | undefined {
    const key = taskKey(orderId, fulfillmentId);
    const cell = this.tasks.get(key);
    if (cell !== undefined) return cell.snapshot === undefined ? undefined : cell;
    const snapshot = this.#read(key);
    if (snapshot === undefined) return undefined;
    const ended = this.beginTask(key);
    place(ended, snapshot);
    return ended;
  }

  /** A task for a reader: one that has ended does not stay in memory for it. */
  look(orderId: OrderId, fulfillmentId: FulfillmentId): Task | undefined {
    const key = taskKey(orderId, fulfillmentId);
    const cell = this.tasks.get(key);
    return cell === undefined ? this.#read(key) : cell.snapshot;
  }

  #read(key: string): Task | undefined {
    const row = this.#saved.row(prefixes.taskEnded + key);
    return row === undefined || row === null ? undefined : itemFromRow<TaskContext>(row);
  }

  /** The cell of a task that is about to begin. */
  beginTask(key: string): TaskCell {
    let cell = this.tasks.get(key);
    if (cell === undefined) {
      this.tasks.set(key, (cell = taskCell(key)));
      this.#idle.add(cell);
    }
    return cell;
  }

  /** The tasks a terminal holds, the longest held first. */
  heldBy(id: TerminalId): TaskCell[] {
    const sinceMs = ({ snapshot }: TaskCell): number => snapshot?.context.leasedAtMs ?? 0;
    return this.heldInAnyOrder(id).sort((a, b) => sinceMs(a) - sinceMs(b) || (a.id < b.id ? -1 : 1));
  }

  /** The same, where their order makes no difference: it is asked for with every command of a terminal. */
  heldInAnyOrder(id: TerminalId): TaskCell[] {
    const held: TaskCell[] = [];
    for (const cell of this.#held.get(id) ?? []) if (isHeldBy(cell, id)) held.push(cell);
    return held;
  }

  /** Terminals that are given nothing more, of those that are among some cells or hold or held tasks among them. */
  drainingAmong(cells: readonly Cell[]): readonly TerminalCell[] {
    let found: TerminalCell[] | undefined;
    for (const cell of cells) {
      if (cell.kind !== 'terminal' && cell.kind !== 'task') continue;
      const id = cell.kind === 'terminal' ? cell.id : cell.snapshot?.context.terminal;
      const terminal = id === undefined ? undefined : this.terminal(id);
      if (terminal?.snapshot?.context.isDraining !== true || found?.includes(terminal) === true) continue;
      (found ??= []).push(terminal);
    }
    return found?.sort((a, b) => (a.id < b.id ? -1 : 1)) ?? [];
  }

  /** A kept change of a terminal. True when its location had none before. */
  terminalChanged(cell: TerminalCell, before: Terminal | undefined): boolean {
    const after = cell.snapshot;
    if (after === undefined || isHeardOf(before, after)) return false;
    const [was, is] = [before !== undefined && isOpen(before), isOpen(after)];
    this.openCount += Number(is) - Number(was);
    const { location } = after.context;
    let at = this.places.get(location);
    const isFirst = is && at === undefined;
    if (isFirst) this.places.set(location, (at = { queue: new Queue(), terminals: new Set() }));
    if (is) {
      at?.terminals.add(cell);
      this.#idleTerminals.delete(cell);
      this.deals.add(location);
    } else {
      at?.terminals.delete(cell);
      this.#idleTerminals.add(cell);
      if (at?.terminals.size === 0) this.places.delete(location);
    }
    this.rearm(cell);
    return isFirst;
  }

  /** A kept change of a task. */
  taskChanged(cell: TaskCell, before: Task | undefined): void {
    const after = cell.snapshot;
    if (after === undefined) return;
    if (isOpenTask(after)) this.#idle.delete(cell);
    else this.#idle.add(cell);
    const then = before !== undefined && isHeldTask(before) ? before.context.terminal : undefined;
    const now = isHeldTask(after) ? after.context.terminal : undefined;
    if (then !== now) this.#held.get(then as TerminalId)?.delete(cell);
    if (now !== undefined && then !== now) {
      let held = this.#held.get(now);
      if (held === undefined) this.#held.set(now, (held = new Set()));
      held.add(cell);
      this.leases += 1;
    }
    if (then !== undefined && this.#held.get(then)?.size === 0) this.#held.delete(then);
    this.heldCount += Number(now !== undefined) - Number(then !== undefined);
    // Of one that goes on with a task, and of one that has it no more, nothing is due sooner than before.
    const terminal = now === undefined ? undefined : this.#terminals.get(now);
    const isLost = terminal?.snapshot?.context.lostAtMs !== undefined;
    if (terminal !== undefined && (then !== now || isLost)) this.rearm(terminal);
    // Where the same terminal goes on with the same units it has no more room than before.
    const isAsBefore = before !== undefined && then === now && now !== undefined;
    if (!isAsBefore || unitsOfTask(before.context.lines) !== unitsOfTask(after.context.lines)) {
      this.deals.add(after.context.location);
    }
  }

  /** Set the timer of a terminal, where none comes before something of it is due. */
  rearm(cell: TerminalCell): void {
    const due = cell.snapshot === undefined ? undefined : dueAtMs(cell.snapshot, this.heldInAnyOrder(cell.id));
    if (due === undefined) return;
    if (cell.timerAtMs > 0 && cell.timerAtMs <= due) return;
    if (cell.timerAtMs > 0) this.#timers.overtaken(this.#isNeeded);
    cell.timerAtMs = due;
    this.#timers.set(due, { kind: 'terminal', id: cell.id });
  }

  /** The timer of a terminal came: it is set anew for what is due next. */
  timerCame(id: TerminalId, nowMs: number): void {
    const cell = this.#terminals.get(id);
    if (cell === undefined || cell.timerAtMs > nowMs) return;
    cell.timerAtMs = 0;
    this.rearm(cell);
  }

  /** A fulfillment, or the task of it, is another one now: it waits for a terminal or it does not. */
  refresh(order: OrderContext, part: Fulfillment): void {
    const at = this.places.get(part.location);
    if (at === undefined) return;
    const key = taskKey(order.orderId, part.fulfillmentId);
    if (!this.isWanted(order, part)) return at.queue.remove(key);
    at.queue.put(entryFor(order, part, this.#traitsOf));
    this.deals.add(part.location);
  }

  /** Whether a fulfillment waits for a terminal. */
  isWanted(order: OrderContext, part: Fulfillment): boolean {
    const task = this.tasks.get(taskKey(order.orderId, part.fulfillmentId))?.snapshot;
    if (part.state === 'picking') return task?.value === 'waiting';
    if (isOffered(part)) return false;
    return part.state === 'released' && !isKept(order, part) && (task === undefined || task.value === 'waiting');
  }

  /** What an item says of where and how it is picked. */
  traitsOf(sku: Sku): ReturnType<TraitsOf> {
    return this.#traitsOf(sku);
  }

  /** Recovery: a terminal or a task as its row has it. */
  recover(key: string, row: unknown): TerminalCell | TaskCell {
    const name = key.slice(prefixes.task.length);
    if (key.startsWith(prefixes.terminal)) {
      const cell = this.beginTerminal(name as TerminalId);
      place(cell, itemFromRow<TerminalContext>(row));
      this.terminalChanged(cell, undefined);
      return cell;
    }
    const cell = this.beginTask(name);
    place(cell, itemFromRow<TaskContext>(row));
    this.taskChanged(cell, undefined);
    this.leases = 0;
    return cell;
  }

  /** Let go of what has ended and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.tasks.delete(cell.id);
    }
    for (const cell of this.#idleTerminals) {
      if (cell.unsaved > 0) continue;
      this.#idleTerminals.delete(cell);
      this.#terminals.delete(cell.id);
    }
  }
}
