/**
 * Asks a solver for prices of sampled futures: of SKUs that are scarce, one question at a time, with a rest between
 * two, longer and longer while none is answered. Answers are put into the book between turns; nobody waits for one,
 * and what is answered wrongly is not believed.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { Clock } from '../../clock.ts';
import type { SolverState } from '../../outcome-prices.ts';
import type { PriceBook, SampledPrices } from './book.ts';
import { gather, pricedMax, type Gathered, type GatherFrom } from './gather.ts';
import type { FuturesAnswer, FuturesSolver } from './question.ts';

/** Between two pieces of putting a question together. */
const pieceMs = 10;
/** Between two questions, doubled with each that came to nothing. */
export const restMs = { min: 5_000, max: 300_000 } as const;
/** How long an answer is waited for. */
export const answerMsMax = 60_000;
/** A SKU is not asked about again before. */
export const askAgainMs = 15 * 60_000;
/** SKUs that wait to be asked about; later ones go by the closed form until they are noted again. */
const wantedMax = 20_000;

export class FuturesAsker {
  readonly #from: GatherFrom;
  readonly #book: PriceBook;
  readonly #clock: Clock;
  readonly #solver: FuturesSolver;
  readonly #onBug: (bug: unknown) => void;
  readonly #wanted = new Set<Sku>();
  #state: SolverState = 'idle';
  #cancel: (() => void) | undefined;
  #asked: Gathered | undefined;
  #inRow = 0;
  #isClosed = false;
  questions = 0;
  answers = 0;
  failures = 0;
  /** Of this thread: all, and the longest piece. */
  askMs = 0;
  askPieceMs = 0;
  answeredAtMs: number | undefined;

  constructor(from: GatherFrom, book: PriceBook, clock: Clock, solver: FuturesSolver, onBug: (bug: unknown) => void) {
    this.#from = from;
    this.#book = book;
    this.#clock = clock;
    this.#solver = solver;
    this.#onBug = onBug;
  }

  get state(): SolverState {
    return this.#inRow > 0 && this.#state !== 'asked' && this.#state !== 'gathering' ? 'failing' : this.#state;
  }

  get wanted(): number {
    return this.#wanted.size;
  }

  /** A SKU is scarce: ask about it, unless that was done not long ago. */
  want(sku: Sku, atMs: number): void {
    const sampled = this.#book.of(sku)?.sampled;
    if (sampled !== undefined && atMs - sampled.atMs < askAgainMs) return;
    if (this.#wanted.size >= wantedMax) return;
    this.#wanted.add(sku);
    if (this.#state === 'idle') this.#begin();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#solver.close();
  }

  #begin(): void {
    const skus: Sku[] = [];
    for (const sku of this.#wanted) {
      if (skus.length === pricedMax) break;
      this.#wanted.delete(sku);
      skus.push(sku);
    }
    if (skus.length === 0 || this.#isClosed) {
      this.#state = 'idle';
      return;
    }
    this.#state = 'gathering';
    const pieces = gather(this.#from, skus, this.questions + 1, this.#clock.now());
    this.#after(pieceMs, () => this.#piece(pieces));
  }

  #piece(pieces: ReturnType<typeof gather>): void {
    const piece = this.#measured(() => pieces.next());
    if (piece === undefined) this.#rest();
    else if (piece.done !== true) this.#after(pieceMs, () => this.#piece(pieces));
    else if (piece.value === undefined) this.#rest();
    else this.#ask(piece.value);
  }

  #ask(gathered: Gathered): void {
    this.#state = 'asked';
    this.#asked = gathered;
    this.questions += 1;
    this.#after(answerMsMax, () => {
      this.#solver.drop();
      this.#failed();
    });
    const { number } = gathered.question;
    const isTaken = this.#measured(() => {
      this.#solver.ask(gathered.question, (answer) => this.#answered(number, answer));
      return true;
    });
    if (isTaken === undefined && this.#asked === gathered) this.#failed();
  }

  #answered(number: number, answer: FuturesAnswer | undefined): void {
    const asked = this.#asked;
    if (asked === undefined || asked.question.number !== number || this.#isClosed) return;
    const isPut = answer !== undefined && this.#measured(() => this.#put(asked, answer)) === true;
    if (!isPut) return this.#failed();
    this.answers += 1;
    this.#inRow = 0;
    this.answeredAtMs = this.#clock.now();
    this.#rest();
  }

  /** False: it is not an answer to what was asked. */
  #put({ question, skus, locations, atMs }: Gathered, { number, prices }: FuturesAnswer): boolean {
    const { nodes } = question;
    if (number !== question.number || prices.length !== skus.length * nodes) return false;
    for (const price of prices) if (!(price >= 0 && price < Infinity)) return false;
    const answers = new Map<Sku, SampledPrices>();
    for (const [index, sku] of skus.entries()) {
      const stocks = this.#from.world.skus.get(sku)?.stocks ?? [];
      const valueAt = (location: LocationId): number => prices[index * nodes + locations.indexOf(location)] ?? 0;
      let levelMinor = Infinity;
      for (const { location, atp } of stocks) {
        if (atp >= 1 && locations.includes(location.id)) levelMinor = Math.min(levelMinor, valueAt(location.id));
      }
      if (levelMinor === Infinity) levelMinor = 0;
      const byLocation = new Map<LocationId, number>();
      for (const { location } of stocks) {
        if (!locations.includes(location.id)) continue;
        byLocation.set(location.id, Math.max(0, valueAt(location.id) - levelMinor));
      }
      answers.set(sku, { atMs, byLocation, levelMinor });
    }
    this.#book.putSampled(answers);
    return true;
  }

  #failed(): void {
    for (const sku of this.#asked?.skus ?? []) if (this.#wanted.size < wantedMax) this.#wanted.add(sku);
    this.failures += 1;
    this.#inRow += 1;
    this.#rest();
  }

  #rest(): void {
    this.#asked = undefined;
    this.#state = 'resting';
    this.#after(Math.min(restMs.max, restMs.min * 2 ** this.#inRow), () => this.#begin());
  }

  #after(delayMs: number, work: () => void): void {
    this.#cancel?.();
    if (this.#isClosed) return;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      work();
    });
  }

  /** What a piece gives; undefined when it failed, which is told. */
  #measured<T>(piece: () => T): T | undefined {
    const sinceMs = this.#clock.measureMs();
    try {
      return piece();
    } catch (bug) {
      this.#onBug(bug);
      return undefined;
    } finally {
      const tookMs = this.#clock.measureMs() - sinceMs;
      this.askMs += tookMs;
      this.askPieceMs = Math.max(this.askPieceMs, tookMs);
    }
  }
}
