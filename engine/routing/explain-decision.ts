/**
 * Why an order went where it went: the decision as it was recorded, found in the journal by its time; and how the
 * same order would be decided now, with every candidate's price and the margin to the best way without the first
 * location that was chosen.
 */
import type { Moved, OrderContext } from '../../actors/order-context.ts';
import type { QueryBody } from '../../actors/queries.ts';
import type { Event } from '../../actors/vocabulary.ts';
import type { Claim, Position } from '../../storage/journal.ts';
import type { Core } from '../core.ts';
import type { DecisionExplained, ExplainedCandidate, RecordedDecision } from '../outcome-plans.ts';
import { decide } from './decide.ts';
import type { Candidate, SourcingRequest } from './source.ts';

type Sourced = Extract<Event, { kind: 'order.sourced' }>;
type Journal = Pick<Claim, 'record' | 'tail' | 'head'>;

/** Records one question reads beyond those it takes to find the time. */
const recordsMax = 2_000;

/** The explanation of a decision of an order; null when there is no such order. */
export function explainDecision(
  core: Core,
  journal: Journal,
  { orderId, attempt = 1 }: QueryBody<'decision.explain'>,
  nowMs: number,
): DecisionExplained | null {
  const order = core.world.look(orderId)?.context;
  if (order === undefined) return null;
  const recorded = recordedDecision(journal, order, attempt);
  const again = decidedNow(core, order, nowMs);
  return { orderId, attempt, recorded, now: again, text: [...recordedText(recorded), ...nowText(again)] };
}

/** A decision was made when the order was placed, or later: records from then on are read, up to a bound. */
function recordedDecision(journal: Journal, order: OrderContext, attempt: number): RecordedDecision | undefined {
  let [low, high] = [journal.head, journal.tail + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((journal.record(middle)?.atMs ?? 0) < order.placedAtMs) low = middle + 1;
    else high = middle;
  }
  const end: Position = Math.min(journal.tail, low + recordsMax);
  for (let position = Math.max(1, low); position <= end; position += 1) {
    const record = journal.record(position);
    const found = (record?.events as readonly Event[] | undefined)?.find(
      (event): event is Sourced =>
        event.kind === 'order.sourced' && event.orderId === order.orderId && event.attempt === attempt,
    );
    if (record !== undefined && found !== undefined) return { position, atMs: record.atMs, decision: found };
  }
  return undefined;
}

/** The whole order as if all of it had no place yet: nothing is changed. */
export function decidedNow(core: Core, order: OrderContext, nowMs: number): DecisionExplained['now'] {
  const none = { allocated: 0, shipped: 0 };
  const lines = order.lines.map((line) => ({ ...line, ...none, backordered: line.quantity - line.cancelled }));
  const { request, plan } = decide(core, { ...order, lines }, nowMs);
  const first = plan.fulfillments[0]?.location;
  const others = first === undefined ? undefined : core.source(without(request, first));
  const isWhole = others !== undefined && others.short === plan.short && others.fulfillments.length > 0;
  const [score, next] = [scoreOf(plan), isWhole ? scoreOf(others) : undefined];
  return {
    candidates: request.candidates.map((candidate, index) => explained(request, candidate, index)),
    removed: request.removed ?? [],
    fulfillments: plan.fulfillments,
    short: plan.short,
    ruled: plan.ruled,
    gapMinor: plan.gapMinor,
    scoreMinor: score,
    nextMinor: next,
    marginMinor: score === undefined || next === undefined ? undefined : next - score,
  };
}

type Scored = ReturnType<typeof decide>['plan'];

/** By the plan's prices; without a plan, what the parcels cost. */
function scoreOf({ ruled, fulfillments }: Scored): number | undefined {
  if (fulfillments.length === 0) return undefined;
  return ruled?.scoreMinor ?? fulfillments.reduce((sum, { costMinor }) => sum + costMinor, 0);
}

function without(request: SourcingRequest, location: string): SourcingRequest {
  const kept = request.candidates.flatMap((candidate, index) => (candidate.location === location ? [] : [index]));
  const candidates = kept.flatMap((index) => request.candidates[index] ?? []);
  return { ...request, candidates, available: (sku, at) => request.available(sku, kept[at] ?? -1) };
}

function explained(request: SourcingRequest, candidate: Candidate, index: number): ExplainedCandidate {
  const { ruled, ...offer } = candidate;
  let units = 0;
  for (const { sku, quantity } of request.needs) units += Math.min(quantity, request.available(sku, index));
  const { parcelMinor, lineMinor, unitMinor } = ruled ?? {};
  const { location, carrier, service, distanceKm, costMinor } = offer;
  return { location, carrier, service, distanceKm, costMinor, units, parcelMinor, lineMinor, unitMinor };
}

const money = (minor: number | undefined): string => (minor === undefined ? 'no price' : (minor / 100).toFixed(2));

const removedText = (removed: DecisionExplained['now']['removed']): string[] =>
  removed.map(({ location, reason, rule, lines }) => {
    const of = lines === undefined ? '' : ` for line ${lines.join(', ')}`;
    return `  ${location} is out${of}: ${rule === undefined ? reason : `rule ${rule}`}`;
  });

/** Of an order too large to be planned exactly: how much less the best way could cost at most. */
const gapText = (gapMinor: number | undefined): string[] =>
  gapMinor === undefined ? [] : [`  It is too large to try every way: the best costs at most ${money(gapMinor)} less.`];

function movedText({ by, reason, from, overrode }: Moved): string {
  const what = from === undefined ? 'Units that waited were given' : `Units of part ${from} were given`;
  return `  ${what} another place by ${by}: ${reason}${overrode === undefined ? '' : `, against rule ${overrode}`}`;
}

function recordedText(recorded: RecordedDecision | undefined): string[] {
  if (recorded === undefined) return ['The decision is not in the journal any more.'];
  const { position, decision } = recorded;
  const { choices, candidates, short, ruled, removed = [], gapMinor, moved } = decision;
  const by = ruled === undefined ? 'without a routing plan' : `by plan ${ruled.planId}, version ${ruled.version}`;
  const of = `${choices.length} of ${candidates} candidates, ${short} units without a place`;
  return [
    `Decided at position ${position} ${by}: ${of}.`,
    ...(moved === undefined ? [] : [movedText(moved)]),
    ...choices.map(({ location, units, costMinor }) => `  ${location} ships ${units} units for ${money(costMinor)}`),
    ...gapText(gapMinor),
    ...removedText(removed),
    ...(ruled?.failed ?? []).map(({ rule, detail }) => `  rule ${rule} could not be evaluated: ${detail}`),
  ];
}

function nowText(now: DecisionExplained['now']): string[] {
  const { candidates, removed, fulfillments, scoreMinor, marginMinor, gapMinor } = now;
  const chosen = fulfillments.map(({ location }) => location).join(' and ') || 'nowhere';
  const margin = marginMinor === undefined ? 'there is no other way' : `the next best costs ${money(marginMinor)} more`;
  return [
    `Placed now, all of it would come from ${chosen} at ${money(scoreMinor)}; ${margin}.`,
    ...gapText(gapMinor),
    ...candidates.map(({ location, units, costMinor, parcelMinor }) => {
      const price = parcelMinor === undefined ? '' : `, ${money(parcelMinor)} by the plan’s prices`;
      return `  ${location} has ${units} units; a parcel costs ${money(costMinor)}${price}`;
    }),
    ...removedText(removed),
  ];
}
