/** What came of the requests of a run: latencies by kind, endings by name, within the measured window. */
import { build, type Histogram } from 'hdr-histogram-js';

/** Latencies above a minute are recorded as a minute. Three digits hold up to there. */
const microsMax = 60_000_000;

export interface Latency {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export class Meter {
  /** Latencies of what was answered with a result, by kind. */
  readonly #histograms = new Map<string, Histogram>();
  /** Refusals by code, and `unanswered: …` by cause. */
  readonly endings = new Map<string, number>();

  /** @param micros from the intended moment of sending to the answer. */
  answered(kind: string, micros: number): void {
    let histogram = this.#histograms.get(kind);
    if (histogram === undefined) this.#histograms.set(kind, (histogram = newHistogram()));
    histogram.recordValue(Math.min(microsMax, Math.max(1, Math.round(micros))));
  }

  ended(how: string): void {
    this.endings.set(how, (this.endings.get(how) ?? 0) + 1);
  }

  get kinds(): readonly string[] {
    return [...this.#histograms.keys()];
  }

  count(kind: string): number {
    return this.#histograms.get(kind)?.totalCount ?? 0;
  }

  /** Of one kind, or of all together. */
  latency(kind?: string): Latency {
    if (kind !== undefined) return latencyOf(this.#histograms.get(kind) ?? newHistogram());
    const all = newHistogram();
    for (const histogram of this.#histograms.values()) all.add(histogram);
    return latencyOf(all);
  }
}

export function newHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: microsMax, numberOfSignificantValueDigits: 3 });
}

export function latencyOf(histogram: Histogram): Latency {
  const at = (percent: number): number => histogram.getValueAtPercentile(percent) / 1_000;
  return {
    count: histogram.totalCount,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue / 1_000,
  };
}
