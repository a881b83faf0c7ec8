/**
 * Cases in memory: the open ones and how they are listed, the orders they concern, and the playbooks. A case that has
 * ended, and the pages of logs, leave memory once they are saved and are read back from their rows.
 */
import type { CaseContext, CaseLogPage, CaseOrder, CaseState, Playbook } from '../../actors/case-context.ts';
import { caseKinds, type CaseCode, type Severity } from '../../actors/case-kinds.ts';
import { caseDueAtMs, hasEnded } from '../../actors/case-life.ts';
import type { CaseId, OrderId } from '../../actors/ids.ts';
import { caseLogPagesMax } from '../../actors/limits.ts';
import type { Claim } from '../../storage/journal.ts';
import { join, leave, move, sortByAge } from '../id-lists.ts';
import { place } from '../place.ts';
import { caseFromRow, prefixes, valueFromRow } from '../rows.ts';
import type { Snapshot } from '../step.ts';
import type { Timer, Timers } from '../timers.ts';
import { caseCell, caseLogCell, caseOrderCell, ofCase, playbookCell } from './case-cells.ts';
import type { CaseCell, CaseLogCell, CaseOrderCell, PlaybookCell } from './case-cells.ts';

type Case = Snapshot<CaseContext>;

/** Orders of a location that one attempt gathers. */
const gatheredMax = 50;

const noCases: ReadonlySet<CaseId> = new Set();
const isOpen = (snapshot: Case | undefined): snapshot is Case => snapshot !== undefined && !hasEnded(snapshot.context);

export class Cases {
  /** Open cases, in the order they got there. */
  readonly byState = new Map<CaseState, Set<CaseId>>();
  readonly byCode = new Map<CaseCode, Set<CaseId>>();
  readonly byOwner = new Map<string, Set<CaseId>>();
  readonly bySeverity = new Map<Severity, Set<CaseId>>();
  /** By the name of what they are about. */
  readonly bySubject = new Map<string, Set<CaseId>>();
  /** Open cases that concern an order. */
  readonly byOrder = new Map<OrderId, Set<CaseId>>();
  openCount = 0;
  lateCount = 0;
  readonly #cells = new Map<CaseId, CaseCell>();
  /** By case and order; of those that were removed until that is saved. */
  readonly #orders = new Map<string, CaseOrderCell>();
  /** The orders of each case by their places. */
  readonly #places = new Map<CaseId, Map<number, OrderId>>();
  readonly #logs = new Map<string, CaseLogCell>();
  readonly #playbooks = new Map<CaseCode, PlaybookCell>();
  /** Cells that may leave memory: ended, or never begun. */
  readonly #idle = new Set<CaseCell>();
  readonly #gone = new Set<CaseOrderCell>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean => {
    if (owner.kind !== 'case') return true;
    const context = this.#cells.get(owner.id)?.snapshot?.context;
    return context !== undefined && caseDueAtMs(context) === atMs;
  };

  constructor(saved: Pick<Claim, 'row'>, timers: Timers) {
    this.#saved = saved;
    this.#timers = timers;
  }

  /** The cell of a case, with what is saved of it; made when new. */
  cell(id: CaseId): CaseCell {
    let cell = this.#cells.get(id);
    if (cell !== undefined) return cell;
    cell = caseCell(id);
    const ended = this.#read(id);
    if (ended !== undefined) place(cell, ended);
    this.#cells.set(id, cell);
    this.#idle.add(cell);
    return cell;
  }

  /** The case for a reader: one that has ended does not stay in memory for it. */
  look(id: CaseId): Case | undefined {
    const cell = this.#cells.get(id);
    return cell === undefined ? this.#read(id) : cell.snapshot;
  }

  #read(id: CaseId): Case | undefined {
    const row = this.#saved.row(prefixes.caseEnded + id);
    return row === undefined || row === null ? undefined : caseFromRow(id, row);
  }

  isOpen(id: CaseId): boolean {
    return isOpen(this.#cells.get(id)?.snapshot);
  }

  /** Open cases, by state. */
  *open(): Iterable<CaseId> {
    for (const ids of this.byState.values()) yield* ids;
  }

  /** When the oldest open case was raised: of each kind the first one is the oldest. */
  get oldestAtMs(): number | undefined {
    let oldest: number | undefined;
    for (const ids of this.byCode.values()) {
      for (const id of ids) {
        const raisedAtMs = this.#cells.get(id)?.snapshot?.context.raisedAtMs ?? Infinity;
        oldest = Math.min(oldest ?? raisedAtMs, raisedAtMs);
        break;
      }
    }
    return oldest;
  }

  ofOrder(id: OrderId): ReadonlySet<CaseId> {
    return this.byOrder.get(id) ?? noCases;
  }

  /** The cell that says whether a case concerns an order. */
  orderCell(caseId: CaseId, orderId: OrderId): CaseOrderCell {
    const key = ofCase(caseId, orderId);
    let cell = this.#orders.get(key);
    if (cell !== undefined) return cell;
    cell = caseOrderCell(caseId, orderId);
    this.#orders.set(key, cell);
    this.#gone.add(cell);
    return cell;
  }

  /** Whether a case concerns an order, as far as the present command has come. */
  concerns(caseId: CaseId, orderId: OrderId): boolean {
    return this.#orders.get(ofCase(caseId, orderId))?.snapshot?.value === 'put';
  }

  /** The orders of a case with their places, in the order in which they joined it. */
  ordersOf(id: CaseId): ReadonlyMap<number, OrderId> {
    return this.#places.get(id) ?? new Map();
  }

  /** The first order of a case at a place or after it. */
  orderAt({ caseId, nextPlace }: CaseContext, from: number): readonly [place: number, id: OrderId] | undefined {
    const places = this.#places.get(caseId);
    if (places === undefined) return undefined;
    for (let at = from; at < nextPlace; at += 1) {
      const id = places.get(at);
      if (id !== undefined) return [at, id];
    }
    return undefined;
  }

  /** The first orders of a list that fit and that a case does not concern so far, as many as it takes at once. */
  gather(id: CaseId, among: Iterable<OrderId>, fits: (order: OrderId) => boolean): readonly OrderId[] {
    const found: OrderId[] = [];
    for (const order of among) {
      if (found.length === gatheredMax) break;
      if (!this.concerns(id, order) && fits(order)) found.push(order);
    }
    return found;
  }

  logCell(caseId: CaseId, page: number): CaseLogCell {
    return this.pageCell(ofCase(caseId, page % caseLogPagesMax));
  }

  pageCell(id: string): CaseLogCell {
    let cell = this.#logs.get(id);
    if (cell === undefined) this.#logs.set(id, (cell = caseLogCell(id)));
    return cell;
  }

  /** A page of a log; undefined when there is none, or it was written over. */
  logPage({ caseId, pages }: CaseContext, page: number): CaseLogPage | undefined {
    if (page >= pages || page < pages - caseLogPagesMax) return undefined;
    const id = ofCase(caseId, page % caseLogPagesMax);
    const snapshot = this.#logs.get(id)?.snapshot;
    if (snapshot !== undefined) return snapshot.context;
    const row = this.#saved.row(prefixes['case-log'] + id);
    return row === undefined || row === null ? undefined : valueFromRow<CaseLogPage>(row).context;
  }

  playbookCell(code: CaseCode): PlaybookCell {
    let cell = this.#playbooks.get(code);
    if (cell === undefined) this.#playbooks.set(code, (cell = playbookCell(code)));
    return cell;
  }

  playbook(code: CaseCode): Playbook | undefined {
    return this.#playbooks.get(code)?.snapshot?.context;
  }

  /** What is done about a kind now. */
  stepsFor(code: CaseCode): CaseContext['playbook'] {
    const put = this.playbook(code);
    return put?.steps === undefined
      ? { version: 0, steps: caseKinds[code].steps }
      : { version: put.version, steps: put.steps };
  }

  /** A kept change of a case: `before` is undefined when it is new. */
  changed(cell: CaseCell, before: Case | undefined, atMs: number): void {
    const [then, now] = [isOpen(before) ? before : undefined, isOpen(cell.snapshot) ? cell.snapshot : undefined];
    if (now === undefined) this.#idle.add(cell);
    else this.#idle.delete(cell);
    this.openCount += Number(now !== undefined) - Number(then !== undefined);
    this.lateCount += Number(now?.context.isLate === true) - Number(then?.context.isLate === true);
    const { id } = cell;
    move(this.byState, id, then?.value as CaseState | undefined, now?.value as CaseState | undefined);
    move(this.byCode, id, then?.context.code, now?.context.code);
    move(this.byOwner, id, then?.context.owner, now?.context.owner);
    move(this.bySeverity, id, then?.context.severity, now?.context.severity);
    move(this.bySubject, id, then?.context.subject.id, now?.context.subject.id);
    this.#setTimer(id, then?.context, now?.context, atMs);
  }

  #setTimer(id: CaseId, before: CaseContext | undefined, after: CaseContext | undefined, atMs: number): void {
    const then = before === undefined ? undefined : caseDueAtMs(before);
    const now = after === undefined ? undefined : caseDueAtMs(after);
    // What is due at once has had its timer taken.
    if (then === now && (now === undefined || now > atMs)) return;
    if (now !== undefined) this.#timers.set(now, { kind: 'case', id });
    if (then !== undefined && then > atMs) this.#timers.overtaken(this.#isNeeded);
  }

  /** A kept change of whether a case concerns an order. */
  orderChanged(cell: CaseOrderCell, before: CaseOrderCell['snapshot']): void {
    const { caseId, orderId, snapshot } = cell;
    if (before?.value === 'put') {
      this.#places.get(caseId)?.delete(before.context.place);
      if (this.#places.get(caseId)?.size === 0) this.#places.delete(caseId);
      leave(this.byOrder, orderId, caseId);
    }
    if (snapshot?.value !== 'put') return void this.#gone.add(cell);
    this.#gone.delete(cell);
    let places = this.#places.get(caseId);
    if (places === undefined) this.#places.set(caseId, (places = new Map()));
    places.set(snapshot.context.place, orderId);
    join(this.byOrder, orderId, caseId);
  }

  /** Recovery: a case as it stands. */
  recover(id: CaseId, snapshot: Case): CaseCell {
    const cell = this.#cells.get(id) ?? caseCell(id);
    this.#cells.set(id, cell);
    place(cell, snapshot);
    this.changed(cell, undefined, -1);
    return cell;
  }

  /** Recovery: a case concerns an order. */
  recoverOrder(snapshot: Snapshot<CaseOrder>): CaseOrderCell {
    const cell = this.orderCell(snapshot.context.caseId, snapshot.context.orderId);
    place(cell, snapshot);
    this.orderChanged(cell, undefined);
    return cell;
  }

  /** Recovery: lists stand by age, orders by their places. */
  sortByAge(): void {
    const ageOf = (id: CaseId): number => this.#cells.get(id)?.snapshot?.context.raisedAtMs ?? 0;
    for (const lists of [this.byState, this.byCode, this.byOwner, this.bySeverity, this.bySubject]) {
      sortByAge(lists as Map<unknown, Set<CaseId>>, ageOf);
    }
    for (const [id, places] of this.#places) this.#places.set(id, new Map([...places].sort(([a], [b]) => a - b)));
  }

  /** Let go of what has ended and is saved, and of pages that are saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
    for (const cell of this.#gone) {
      if (cell.unsaved > 0) continue;
      this.#gone.delete(cell);
      this.#orders.delete(cell.id);
    }
    for (const [id, cell] of this.#logs) if (cell.unsaved === 0) this.#logs.delete(id);
  }
}
