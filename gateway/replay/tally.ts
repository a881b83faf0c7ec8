/** What the replay counted: everything in the report but the stock check. */
import { build, type Histogram } from 'hdr-histogram-js';
import type { RejectionCode } from '../../actors/rejection.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Outcome } from '../client/answers.ts';
import type { LineRefusal, Mapped } from './map.ts';

/** Latencies above this are recorded as this: one minute, in microseconds. */
const latencyMaxUs = 60_000_000;

/** How the engine decided an order. */
export type Decision = 'whole' | 'split' | 'backordered' | 'refused' | 'unanswered';

export class Tally {
  invoices = 0;
  linesRead = 0;
  readonly linesRefused = new Map<LineRefusal, number>();
  /** Invoices of which nothing was for the engine. */
  invoicesEmpty = 0;
  orders = 0;
  orderLines = 0;
  readonly decisions: Record<Decision, number> = {
    whole: 0,
    split: 0,
    backordered: 0,
    refused: 0,
    unanswered: 0,
  };
  readonly refusals = new Map<RejectionCode, number>();
  /** Commands of an earlier run that the server answered from its receipts. */
  repeated = 0;
  cancellations = 0;
  cancellationLines = 0;
  cancelled = 0;
  unitsCancelled = 0;
  /** Units cancelled in the file beyond what was ordered in it. */
  unitsUnmatched = 0;
  readonly cancelRefusals = new Map<RejectionCode, number>();
  cancelsUnanswered = 0;
  parcelsShipped = 0;
  parcelsDelivered = 0;
  /** From when an order was due until its durable answer, microseconds. */
  readonly latency: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: latencyMaxUs,
    numberOfSignificantValueDigits: 3,
  });
  startedAtMs = 0;
  lastAnswerAtMs = 0;

  read(mapped: Mapped, lines: number): void {
    this.invoices += 1;
    this.linesRead += lines;
    for (const { reason } of mapped.refused) count(this.linesRefused, reason);
    if (mapped.kind === 'nothing') this.invoicesEmpty += 1;
    if (mapped.kind === 'order') {
      this.orders += 1;
      this.orderLines += mapped.body.lines.length;
    }
    if (mapped.kind === 'cancellation') {
      this.cancellations += 1;
      this.cancellationLines += mapped.lines;
      this.unitsUnmatched += mapped.unmatchedUnits;
    }
  }

  placed(outcome: Outcome<OrderAnswer>, latencyMs: number, nowMs: number): Decision {
    const decision = decisionOf(outcome);
    this.decisions[decision] += 1;
    if (outcome.refused !== undefined) count(this.refusals, outcome.refused.code);
    this.lastAnswerAtMs = nowMs;
    const latencyUs = Math.max(1, Math.round(latencyMs * 1_000));
    this.latency.recordValue(Math.min(latencyUs, latencyMaxUs));
    return decision;
  }

  /** Orders answered per second, from the first one due to the last answer. */
  get ordersPerSecond(): number {
    const elapsedMs = this.lastAnswerAtMs - this.startedAtMs;
    return elapsedMs > 0 ? (this.latency.totalCount * 1_000) / elapsedMs : 0;
  }
}

function decisionOf(outcome: Outcome<OrderAnswer>): Decision {
  if (outcome.refused !== undefined) return 'refused';
  if (outcome.unanswered !== undefined) return 'unanswered';
  if (outcome.ok.backordered > 0) return 'backordered';
  return outcome.ok.fulfillments.length > 1 ? 'split' : 'whole';
}

export function count<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
