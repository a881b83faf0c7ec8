/** What the world counts of itself. */
import { build, type Histogram } from 'hdr-histogram-js';
import { count } from '../replay/tally.ts';
import type { Happening, HappeningKind } from './happening.ts';

/** Longer waits are recorded as a minute. */
const microsMax = 60_000_000;

export class Tally {
  readonly startedAtMs = performance.now();
  commands = 0;
  unanswered = 0;
  /** Orders that go on: placed, and not every parcel of them delivered, lost or cancelled. */
  alive = 0;
  /** Orders of which everything has arrived, or never will. */
  ended = 0;
  /** Orders that were due and not placed, because so many went on. */
  heldBack = 0;
  /** Times the server was gone. */
  losses = 0;
  readonly refusals = new Map<string, number>();
  readonly #happened = new Map<HappeningKind, number>();
  /** From sending to the durable answer, in microseconds. */
  readonly answers = histogram();
  /** From sending an order until the terminal that is to pick it knows, where nothing holds it, in microseconds. */
  readonly pushes = histogram();

  note({ kind }: Happening): void {
    count(this.#happened, kind);
  }

  /** Everything that happened at least once, by kind. */
  get happened(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#happened);
  }

  of(kind: HappeningKind): number {
    return this.#happened.get(kind) ?? 0;
  }
}

function histogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: microsMax, numberOfSignificantValueDigits: 3 });
}

export function record(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(microsMax, Math.max(1, Math.round(ms * 1_000))));
}

/** A percentile in milliseconds. */
export const percentile = (of: Histogram, percent: number): number => of.getValueAtPercentile(percent) / 1_000;
