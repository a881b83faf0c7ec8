/**
 * Why an order went where it went: the decision as it was recorded, found in the journal by its time; and how the
 * same order would be decided now, with every candidate's price and the margin to the best way without the first
 * location that was chosen.
 */
import type { OrderContext, Plan } from '../../actors/order-context.ts';
import type { QueryBody } from '../../actors/queries.ts';
import type { Core } from '../core.ts';
import type { LedgerJournal } from '../ledger.ts';
import type { DecisionExplained, Explained, ExplainedCandidate, Recomputed } from '../outcome-plans.ts';
import { decide, type Decision } from './decide.ts';
import { flipsOf } from './explain-flips.ts';
import { decisionText } from './explain-text.ts';
import { explainedWays, roomMinorOf, unitMinorOf, waysOf } from './explain-ways.ts';
import { findDecision } from './past-decision.ts';
import { remake, type Remade } from './recompute.ts';
import type { Candidate, SourcingRequest } from './source.ts';

/** The explanation of a decision of an order; null when there is no such order. */
export function explainDecision(
  core: Core,
  journal: LedgerJournal,
  { orderId, attempt = 1 }: QueryBody<'decision.explain'>,
  nowMs: number,
): DecisionExplained | null {
  const order = core.world.look(orderId)?.context;
  if (order === undefined) return null;
  const found = findDecision(journal, order, attempt);
  const recorded = found && { position: found.record.position, atMs: found.record.atMs, decision: found.decision };
  const recomputed = found && recomputedFrom(remake(core, order, found));
  const now = decidedNow(core, order, nowMs);
  const all = { orderId, attempt, recorded, recomputed, now };
  return { ...all, text: decisionText(all) };
}

function recomputedFrom(remade: Remade): Recomputed {
  if ('unknown' in remade) return remade;
  const { again, ...compared } = remade;
  const ways = waysOf(again.core, again.decision);
  const decision = explained(again.core, again.order, again.decision, again.atMs, ways);
  return { ...compared, decision, flips: flipsOf(again, ways) };
}

/** The whole order as if all of it had no place yet: nothing is changed. */
export function decidedNow(core: Core, order: OrderContext, nowMs: number): Explained {
  const none = { allocated: 0, shipped: 0 };
  const lines = order.lines.map((line) => {
    return { ...line, ...none, backordered: line.quantity - line.cancelled - (line.parked ?? 0) };
  });
  const whole = { ...order, lines };
  const decision = decide(core, whole, nowMs);
  return explained(core, whole, decision, nowMs, waysOf(core, decision));
}

/** A decision with all that it was chosen from. */
function explained(core: Core, order: OrderContext, decision: Decision, atMs: number, all: readonly Plan[]): Explained {
  const { request, plan } = decision;
  const ways = explainedWays(core, order, decision, atMs, all);
  const score = ways.find(({ isChosen }) => isChosen)?.totalMinor;
  const next = ways.find(({ isChosen }) => !isChosen)?.totalMinor;
  return {
    candidates: request.candidates.map((candidate, index) => explainedCandidate(core, request, candidate, index)),
    removed: request.removed ?? [],
    ways,
    fulfillments: plan.fulfillments,
    short: plan.short,
    ruled: plan.ruled,
    prices: plan.prices,
    gapMinor: plan.gapMinor,
    scoreMinor: score,
    nextMinor: next,
    marginMinor: score === undefined || next === undefined ? undefined : next - score,
  };
}

function explainedCandidate(
  { prices }: Core, request: SourcingRequest, candidate: Candidate, index: number,
): ExplainedCandidate {
  const { ruled, ...offer } = candidate;
  let units = 0;
  for (const { sku, quantity } of request.needs) units += Math.min(quantity, request.available(sku, index));
  const { parcelMinor, lineMinor, unitMinor } = ruled ?? {};
  const { location, carrier, service, distanceKm, costMinor } = offer;
  const stock = [...new Set(request.needs.map(({ sku }) => sku))].map((sku) => {
    const priceMinor = unitMinorOf(prices, sku, location) || undefined;
    return { sku, units: request.available(sku, index), priceMinor };
  });
  const roomMinor = roomMinorOf(prices, location) || undefined;
  const offerOf = { location, carrier, service, distanceKm, costMinor };
  return { ...offerOf, units, stock, roomMinor, parcelMinor, lineMinor, unitMinor };
}
