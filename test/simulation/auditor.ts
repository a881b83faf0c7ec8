/**
 * The auditor knows what every command must be answered. It does each thing in the shadow at the moment
 * the engine does it, and compares: outcomes, what is written to the journal, what is published, what
 * is replied, to whom, when, and that nothing is said before it is durable.
 */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { rejectionCodes } from '../../actors/rejection.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { Outcome, Published } from '../../engine/outcome.ts';
import { outcomeOf, type Entry } from '../../engine/receipts.ts';
import { prefixes } from '../../engine/rows.ts';
import type { Stranded } from '../../engine/carriers/rerates.ts';
import type { Doubt } from '../../engine/suspects/doubts.ts';
import type { TimerOwner } from '../../engine/timers.ts';
import type { Position, Row, TurnRecord } from '../../storage/journal.ts';
import { expect, Violation } from './actions.ts';
import { comparePrices } from './compare-prices.ts';
import { checkRecord } from './records.ts';
import { reuse, strip } from './retries.ts';
import { difference } from './same.ts';
import type { Divergence } from '../../actors/divergence.ts';
import type { Forecast } from './shadow/decided.ts';
import { isOver } from './shadow/reservations.ts';
import type { Told } from './shadow/told.ts';
import { StrandedParcels } from './shadow/rerates.ts';
import { better, carryOut, deal, rerateParcel, rescore, serveLine, timer, wake } from './shadow/run.ts';
import { DoubtedOrders } from './shadow/suspects.ts';
import { Shadow } from './shadow/state.ts';
import type { Verdict } from './shadow/verdict.ts';
import type { Watcher } from './watch.ts';

/** A command on its way: what it will be answered is known from when it is taken. */
interface Submission {
  readonly command: Command;
  isRetry: boolean;
  expected: Outcome | undefined;
  isAnswered: boolean;
}

/** Whether a stock command takes units from so many orders that their rows may be more than a record holds. */
function displacesMany(verdict: Verdict): boolean {
  const ok = 'ok' in verdict ? (verdict.ok as { readonly displaced?: readonly string[] }) : {};
  return (ok.displaced?.length ?? 0) >= 20;
}

/** A turn that was handed to the journal. */
interface Turn {
  readonly record: TurnRecord;
  readonly replies: Submission[];
}

/** What the engine looks at. */
type Pending =
  | { readonly kind: 'wake' | 'better'; readonly id: string }
  | { readonly kind: 'line'; readonly sku: string }
  | { readonly kind: 'deal'; readonly location: string }
  | { readonly kind: 'timer'; readonly owner: TimerOwner }
  | { readonly kind: 'rerate'; readonly parcel: Stranded }
  | { readonly kind: 'doubt'; readonly doubt: Doubt };

export class Auditor implements Omit<Watcher, 'moved' | 'givenUp' | 'offered'> {
  readonly shadow: Shadow;
  /** Parcels that the engine owes a look since their carrier took no more. */
  readonly stranded = new StrandedParcels();
  /** And orders that are to be sent suspect stock. */
  readonly doubted = new DoubtedOrders();
  /** Every turn by position, as handed to the journal; later lives overwrite what was lost. */
  readonly turns = new Map<Position, Turn>();
  /** Commands that were answered, durably: a client may send any of them again. */
  readonly answered: Command[] = [];
  /** Commands whose answer the client never got. */
  readonly unanswered = new Map<string, Command>();
  /** The last position published to subscribers. */
  publishedAt = 0;
  count = { commands: 0, refused: 0, retries: 0, turns: 0, busy: 0, divergences: 0, rollbacks: 0 };
  #inbox: Submission[] = [];
  #events: unknown[] = [];
  /** Answers of sourcing since the last record. */
  #heard: Told[] = [];
  #entries: Entry[] = [];
  #replies: Submission[] = [];
  #atMs = 0;
  /** Whether the time of the turn under way is known. */
  #hasTime = false;
  #pending: Pending | undefined;
  #isSilent = false;
  /** Reservations that have closed and whose rows were deleted, or will be at any moment. */
  readonly #forgottenReservations = new Set<string>();
  readonly isForgotten = (reservationId: string): boolean => this.#forgottenReservations.has(reservationId);
  /** Where ids were carried out whose receipts were deleted, or will be at any moment. */
  readonly #forgotten = new Map<string, Position | undefined>();
  readonly #head: () => number;
  readonly #isOnDisk: (position: Position) => boolean;
  readonly #inboxMax: number;
  /** The clock of whoever sends commands. */
  readonly now: () => number;

  constructor(limits: EngineLimits, now: () => number, head: () => number, isOnDisk: (position: Position) => boolean) {
    this.#inboxMax = limits.inboxCountMax;
    this.shadow = new Shadow(limits);
    this.now = now;
    this.#head = head;
    this.#isOnDisk = isOnDisk;
  }

  /** The time a turn would have now: where the clock was set back, time stands still. */
  get turnTimeNow(): number {
    return Math.max(this.#atMs, this.now());
  }

  get waiting(): number {
    return this.#inbox.length;
  }

  /** A command is about to be submitted; `refusal`: the code it must be refused with at once, if any. */
  submitted(command: Command, refusal: 'storage-full' | undefined): (outcome: Outcome) => void {
    const submission: Submission = { command, isRetry: false, expected: undefined, isAnswered: false };
    this.count.commands += 1;
    const code = refusal ?? (this.#inbox.length === this.#inboxMax ? 'busy' : undefined);
    if (code === undefined) {
      this.#inbox.push(submission);
      this.unanswered.set(command.commandId, command);
      return (outcome) => this.#replied(submission, outcome);
    }
    this.count.busy += 1;
    return (outcome) => {
      expect(!submission.isAnswered, `${command.commandId} was answered twice`);
      submission.isAnswered = true;
      const was = outcome.refused?.code;
      expect(was === code, `${command.commandId} must be refused as ${code}, not answered ${JSON.stringify(outcome)}`);
    };
  }

  turnTime(atMs: number): void {
    this.#settlePending();
    expect(atMs >= this.#atMs, `a turn at ${atMs} after one at ${this.#atMs}`);
    this.#atMs = atMs;
    this.#hasTime = true;
  }

  decided(told: Told): void {
    this.shadow.told.push(told);
    this.#heard.push(told);
  }

  readonly gathered = (orders: readonly string[]): void => void (this.shadow.gathered = orders);
  readonly looked = (id: string): void => void this.shadow.looked.push(id);
  readonly wake = (id: string): void => this.#begin(() => ({ kind: 'wake', id }));
  readonly better = (id: string): void => this.#begin(() => ({ kind: 'better', id }));
  readonly line = (sku: string): void => this.#begin(() => ({ kind: 'line', sku }));
  readonly deal = (location: string): void => this.#begin(() => ({ kind: 'deal', location }));
  readonly timer = (owner: TimerOwner): void => this.#begin(() => ({ kind: 'timer', owner }));

  /** The engine looks at one thing: it is done in the shadow once it is known whether there was room for it. */
  #begin(next: () => Pending): void {
    this.#settlePending();
    this.#pending = next();
  }

  readonly rerate = (parcel: Stranded): void => this.#begin(() => this.stranded.seen(parcel));
  readonly doubt = (doubt: Doubt): void => this.#begin(() => this.doubted.seen(doubt));

  /** The wake or timer just taken found no room in its turn and did nothing. */
  putBack(): void {
    if (this.#pending?.kind === 'rerate') this.stranded.owed(this.#pending.parcel);
    if (this.#pending?.kind === 'doubt') this.doubted.owed(this.#pending.doubt);
    this.#pending = undefined;
  }

  flush(): void {
    this.#settlePending();
  }

  #settlePending(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.kind === 'wake') wake(this.shadow, pending.id, this.#atMs, this.#events);
    else if (pending?.kind === 'better') better(this.shadow, pending.id, this.#atMs, this.#events);
    else if (pending?.kind === 'line') serveLine(this.shadow, pending.sku, this.#atMs, this.#events);
    else if (pending?.kind === 'deal') deal(this.shadow, pending.location, this.#atMs, this.#events);
    else if (pending?.kind === 'timer') timer(this.shadow, pending.owner, this.#atMs, this.#events);
    else if (pending?.kind === 'rerate') rerateParcel(this.shadow, pending.parcel, this.#atMs, this.#events);
    else if (pending?.kind === 'doubt') rescore(this.shadow, pending.doubt, this.#atMs, this.#events);
    this.stranded.note(this.shadow);
    this.doubted.note(this.shadow);
    this.shadow.told = [];
  }

  taken(id: string): void {
    this.#settlePending();
    const next = this.#inbox[0];
    expect(next?.command.commandId === id, `command ${id} was taken before its turn`);
    // A turn that begins with a command the last one had no room for does not look at timers first.
    if (!this.#hasTime) this.#atMs = Math.max(this.#atMs, this.now());
    this.#hasTime = true;
    const first = this.shadow.executed.get(id);
    if (first === undefined) return;
    if (first.position !== undefined && first.position < this.#head()) return; // forgotten with its record
    this.count.retries += 1;
    next.isRetry = true;
    // Its receipt is being deleted together with its record: it may be answered or carried out again.
    const isForgotten = this.#forgotten.has(id) && this.#forgotten.get(id) === first.position;
    if (!isForgotten) this.#inbox.shift();
    const field = reuse(first, next.command);
    const again = field === undefined ? first : { ok: undefined, refused: { code: 'command-id-reused', field } };
    next.expected = { ...again, position: first.position ?? -1 } as Outcome;
    const turn = this.turns.get(first.position ?? -1);
    if (first.position === undefined) this.#replies.push(next);
    else if (!this.#isOnDisk(first.position)) turn?.replies.push(next);
  }

  executed(entry: Entry): void {
    const submission = this.#inbox.shift();
    const [id, kind, by, body] = entry;
    expect(submission?.command.commandId === id, `command ${id} was carried out before its turn`);
    const { command } = submission;
    const outcome = outcomeOf(entry, 0);
    // How large a record is, the shadow does not know: it believes it of what may be large.
    const mayBeLarge = outcome.refused?.code === 'too-large';
    const isLarge = (verdict: Verdict): boolean => JSON.stringify(body).length > 2_000 || displacesMany(verdict);
    // Nor does it know how far back the journal reaches.
    const isForgotten = kind === 'stock.count' && outcome.refused?.field?.endsWith('.countedAtMs') === true && outcome.refused.code === 'over-limit';
    const isKept = (verdict: Verdict): boolean => !isForgotten && (!mayBeLarge || !isLarge(verdict));
    this.#forget(command, outcome);
    const verdict = carryOut(this.shadow, command, this.#atMs, this.#events, isKept);
    if (isKept(verdict)) checkOutcome(`${kind} ${id}`, verdict, outcome);
    if (outcome.refused !== undefined) this.count.refused += 1;
    const { ok, refused } = outcome;
    this.shadow.set(this.shadow.executed, id, { kind, by, body, ok, refused, position: undefined });
    this.shadow.keep();
    this.stranded.note(this.shadow);
    this.doubted.note(this.shadow);
    submission.expected = outcome;
    this.#entries.push(entry);
    this.#replies.push(submission);
  }

  /** A closed reservation whose row is being deleted is known or not: what the engine says is believed. */
  #forget({ kind, body }: Command, { refused }: Outcome): void {
    const { reservationId: id = '', channel, customer, segment } = body as CommandBody<'order.place'>;
    const reservation = this.shadow.reservations.get(id);
    if (reservation === undefined || !isOver(reservation) || !this.#forgottenReservations.has(id)) return;
    const isNew = refused === undefined || ['duplicate', 'out-of-stock', 'line-full', 'customer-limit'].includes(refused.code);
    const isAnothers =
      kind === 'order.place' &&
      (reservation.channel !== channel ||
        (reservation.customer !== undefined && reservation.customer !== customer) ||
        (segment !== undefined && reservation.segment !== segment));
    const isUnknown = kind === 'reservation.make' ? isNew : refused?.code === 'unknown-reservation' && !isAnothers;
    if (isUnknown) this.shadow.reservations.delete(id);
  }

  sealed(record: TurnRecord, position: Position): void {
    this.#settlePending();
    expect(record.atMs === this.#atMs, `turn ${position} at ${record.atMs}, but its clock said ${this.#atMs}`);
    expect(record.commands.length === this.#entries.length, `turn ${position} does not hold the commands it took`);
    for (const [index, entry] of this.#entries.entries()) {
      expect(record.commands[index] === entry, `turn ${position}: command ${index} is another one`);
    }
    const wrong = difference(this.#events, record.events, 'events');
    expect(wrong === undefined, () => `turn ${position}: ${wrong}`);
    checkRecord(this.shadow, record, position);
    comparePrices(record, this.#heard, position);
    this.#heard = [];
    this.shadow.seal(position);
    this.turns.set(position, { record, replies: this.#replies });
    this.count.turns += 1;
    for (const { state } of record.events as readonly { readonly state?: string }[]) if (state === 'rolled-back') this.count.rollbacks += 1;
    this.#hasTime = false;
    this.#events = [];
    this.#entries = [];
    this.#replies = [];
  }

  saved(rows: readonly Row[]): void {
    for (const [key, value] of rows) {
      if (value === null && key.startsWith(prefixes.receipt)) {
        const id = key.slice(prefixes.receipt.length);
        this.#forgotten.set(id, this.shadow.executed.get(id)?.position);
      }
      if (value === null && key.startsWith(prefixes.reservationClosed)) {
        this.#forgottenReservations.add(key.slice(prefixes.reservationClosed.length));
      }
    }
  }

  published({ position, atMs, events }: Published): void {
    expect(!this.#isSilent, `position ${position} was published by an engine that must be silent`);
    expect(position === this.publishedAt + 1, `position ${position} published after ${this.publishedAt}`);
    expect(this.#isOnDisk(position), `position ${position} was published before it was durable`);
    const turn = this.turns.get(position);
    expect(turn !== undefined && turn.record.atMs === atMs, `position ${position} published with another time`);
    const wrong = difference(turn.record.events, events, 'events');
    expect(wrong === undefined, () => `position ${position} published other news: ${wrong}`);
    this.publishedAt = position;
    this.shadow.durable(position);
    for (const { command, expected } of turn.replies) {
      if (expected !== undefined) this.answered.push(command);
    }
  }

  /** A shadow says what it would have done otherwise: each time what the model says, once, of what is durable. */
  diverged(found: readonly Divergence[]): void {
    for (const { planId, orderId, reservationId, attempt, atMs, position, candidate, difference } of found) {
      const who = orderId ?? reservationId;
      expect(position <= this.publishedAt, `shadow ${planId} tells of ${who} before it is durable`);
      const told = { costMinor: candidate.costMinor, short: candidate.short, isRefused: candidate.isRefused, isLate: candidate.isLate };
      const isIt = (one: Forecast): boolean => {
        const { places: _, ...is } = one.candidate;
        const isOf = one.of.planId === planId && one.who === who && one.attempt === attempt && one.atMs === atMs;
        if (!isOf || one.isTold || !one.isSure) return isOf && !one.isTold;
        return !one.isSame && JSON.stringify([is, one.difference]) === JSON.stringify([told, difference]);
      };
      // What was foreseen comes before what could not be.
      const inTurn = this.shadow.foretold.toSorted((a, b) => Number(b.isSure) - Number(a.isSure));
      const forecast = inTurn.find(isIt);
      if (forecast === undefined) throw new Violation(`shadow ${planId} tells of ${who} what it must not: ${JSON.stringify({ candidate, difference })}`);
      const places = candidate.parcels.map(({ location, carrier, service }) => `${location} ${carrier} ${service}`);
      expect(!forecast.isSure || forecast.candidate.places.every((place, index) => place.startsWith(places[index] ?? '?')), `shadow ${planId} puts ${who} elsewhere`);
      forecast.isTold = true;
      forecast.told = difference;
      this.count.divergences += 1;
    }
  }

  /** Records on disk that no subscriber was told of: a crash came between. */
  caughtUp(position: Position): void {
    this.publishedAt = position;
    this.shadow.durable(position);
  }

  /** From here on the present engine must not say anything. */
  silence(): void {
    this.#isSilent = true;
  }

  /** A new process: what was in the inbox is gone, what was not durable never happened. */
  rewind(tail: Position): void {
    expect(tail >= this.publishedAt, `position ${this.publishedAt} was acknowledged, the journal ends at ${tail}`);
    this.shadow.rewind(tail);
    this.stranded.restart(this.shadow);
    this.doubted.restart(this.shadow);
    for (const position of this.turns.keys()) if (position > tail) this.turns.delete(position);
    this.#inbox = [];
    this.#events = [];
    this.#entries = [];
    this.#replies = [];
    this.#pending = undefined;
    this.#isSilent = false;
    this.#hasTime = false;
    this.#atMs = this.turns.get(tail)?.record.atMs ?? 0;
  }

  writing(): () => void {
    return () => undefined;
  }

  /** A process that is fenced off still answers: only what is durable, and as it was answered first. */
  echoed(command: Command, outcome: Outcome): void {
    const first = this.shadow.executed.get(command.commandId);
    const isTrue = first !== undefined && first.position === outcome.position && this.#isOnDisk(outcome.position);
    const field = first === undefined ? undefined : reuse(first, command);
    const expected = field === undefined ? { ok: first?.ok, refused: first?.refused } : { code: 'command-id-reused', field };
    const isSame = difference(expected, strip(outcome)) === undefined;
    expect(isTrue && isSame, () => `a fenced process answered ${command.commandId} with ${JSON.stringify(outcome)}`);
  }

  #replied(submission: Submission, outcome: Outcome): void {
    const { command, expected } = submission;
    const what = `${command.kind} ${command.commandId}`;
    expect(!this.#isSilent, `${what} was answered by an engine that must be silent`);
    expect(!submission.isAnswered, `${what} was answered twice`);
    submission.isAnswered = true;
    if (this.#inbox[0] === submission && submission.isRetry) this.#inbox.shift();
    expect(expected !== undefined, `${what} was answered before it was carried out`);
    const first = this.shadow.executed.get(command.commandId);
    const position = first?.position;
    expect(position === outcome.position, () => `${what} answered with position ${outcome.position}, not ${position}`);
    expect(this.#isOnDisk(outcome.position), () => `${what} was answered before it was durable`);
    const wrong = difference(strip(expected), strip(outcome));
    expect(wrong === undefined, () => `${what} was answered ${JSON.stringify(outcome)}: ${wrong}`);
    this.unanswered.delete(command.commandId);
  }
}

function checkOutcome(what: string, verdict: ReturnType<typeof carryOut>, outcome: Outcome): void {
  if (!('code' in verdict)) {
    const wrong = outcome.refused === undefined ? difference(verdict.ok, outcome.ok, 'ok') : 'refused';
    expect(wrong === undefined, () => `${what}: ${wrong}: got ${JSON.stringify(outcome)}, expected ${JSON.stringify(verdict)}`);
    return;
  }
  const { code, field } = verdict;
  const said = outcome.refused;
  const fits = said?.code === code && (field === undefined || said.field?.startsWith(field) === true);
  if (!fits) throw new Violation(`${what} must be refused as ${code} (${field}), got ${JSON.stringify(outcome)}`);
  expect(said.retryable === rejectionCodes[code], `${what}: ${code} with a wrong retryable flag`);
}
