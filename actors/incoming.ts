/**
 * What is to come of a SKU at a location, and what of it may be promised: pure. The engine keeps the lists
 * (engine/incoming.ts); what counts is for whoever promises to say.
 */
import type { LineId, LocationId, SupplyId } from './ids.ts';
import type { SupplyType } from './supply-commands.ts';
import type { SupplyContext } from './supply-context.ts';
import { isIncoming, openUnits } from './supply-lines.ts';

/** Units of one line of a supply document that are to come. */
export interface IncomingUnits {
  /** When they are expected. */
  readonly atMs: number;
  readonly units: number;
  /** How sure that is, 0 to 1. */
  readonly confidence: number;
  readonly supplyId: SupplyId;
  readonly lineId: LineId;
  readonly type: SupplyType;
  /** Where a transfer comes from. */
  readonly from?: LocationId | undefined;
}

/** What of incoming supply may be counted on. */
export interface IncomingTerms {
  /** Now. What was expected before is overdue: nobody knows when it comes, so it does not count. */
  readonly fromMs: number;
  /** Less sure units do not count. */
  readonly confidenceMin: number;
}

/** By date, then by name: the order in which the lists stand. */
export function sooner(a: IncomingUnits, b: IncomingUnits): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.supplyId !== b.supplyId) return a.supplyId < b.supplyId ? -1 : 1;
  return a.lineId === b.lineId ? 0 : a.lineId < b.lineId ? -1 : 1;
}

/** What each line of a document brings, by its place; undefined where nothing is to come. */
export function incomingOf(supply: SupplyContext): readonly (IncomingUnits | undefined)[] {
  if (!isIncoming(supply)) return supply.lines.map(() => undefined);
  const { supplyId, type, from, confidence } = supply;
  return supply.lines.map((line) => {
    const units = openUnits(line);
    if (units === 0) return undefined;
    const atMs = line.expectedAtMs ?? supply.expectedAtMs;
    return { atMs, units, confidence, supplyId, lineId: line.lineId, type, from };
  });
}

/** Units that can be counted on to have come by a time (that moment included). */
export function unitsBy(incoming: readonly IncomingUnits[], byMs: number, terms: IncomingTerms): number {
  let sum = 0;
  for (const { atMs, units, confidence } of incoming) {
    if (atMs > byMs) break;
    if (atMs >= terms.fromMs && confidence >= terms.confidenceMin) sum += units;
  }
  return sum;
}

/** The first moment by which so many units can be counted on to have come; undefined when they cannot. */
export function whenUnits(
  incoming: readonly IncomingUnits[],
  quantity: number,
  terms: IncomingTerms,
): number | undefined {
  let sum = 0;
  for (const { atMs, units, confidence } of incoming) {
    if (atMs < terms.fromMs || confidence < terms.confidenceMin) continue;
    sum += units;
    if (sum >= quantity) return atMs;
  }
  return undefined;
}

/** All units to come, however sure. */
export function unitsToCome(incoming: readonly IncomingUnits[]): number {
  let sum = 0;
  for (const { units } of incoming) sum += units;
  return sum;
}
