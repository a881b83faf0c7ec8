/** Units of an order moved by hand, in the shadow: where to, what stands against it, and what it costs there. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Location } from '../../../actors/network-commands.ts';
import { hasRoom } from './capacity.ts';
import { isWhole, needsFor, type ShadowNeed } from './kits.ts';
import { answerOf, waitingOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { candidateUnder } from './plan-sourcing.ts';
import { versionsOf } from './plan-state.ts';
import type { Candidate, ShadowPlan } from './seeking.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { planUnits, pricesFor } from './sourcing.ts';
import { isUntracked } from './items.ts';
import { isUntouched, type Part, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';
import { startOf } from './parts.ts';

type Body = CommandBody<'order.move'>;

export function moveOrder(doing: Doing, by: string, body: Body): Verdict {
  const { shadow } = doing;
  const order = shadow.orders.get(body.orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const place = shadow.locations.get(body.to);
  if (place === undefined) return no('unknown-location', 'body.to');
  const index = body.fulfillmentId === undefined ? undefined : order.parts.findIndex((_, at) => String(at + 1) === body.fulfillmentId);
  const wanted = wantedOf(order, index, body.lines);
  if (!(wanted instanceof Map)) return wanted;
  if (index !== undefined && order.parts[index]?.location === body.to) return no('contradiction', 'body.to');
  const plan = planTo(doing, order, wanted, place, body, by);
  if ('code' in plan) return plan;
  if (index !== undefined) orders.takeAway(doing, order, index, new Map(wanted));
  orders.sourceBy(doing, order.id, plan);
  return { ok: answerOf(shadow.orders.get(order.id) as ShadowOrder) };
}

/** The units that are meant, line by line. */
export function wantedOf(order: ShadowOrder, index: number | undefined, asked: Body['lines']): Wanted | Verdict {
  const part: Part | undefined = index === undefined ? undefined : order.parts[index];
  if (index !== undefined && part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  if (part !== undefined && !isUntouched(part)) return no('wrong-state');
  const there: Wanted = new Map();
  for (const { line, quantity } of part?.units ?? []) there.set(line, quantity);
  if (part === undefined) for (const line of order.lines.keys()) if (waitingOf(order, line) > 0) there.set(line, waitingOf(order, line));
  if (there.size === 0) return no('wrong-state');
  if (asked === undefined) return there;
  const wanted: Wanted = new Map();
  for (const [at, { lineId, quantity }] of asked.entries()) {
    const line = order.lines.findIndex((one) => one.lineId === lineId);
    const most = there.get(line);
    if (most === undefined) return no('unknown-line', `body.lines[${at}].lineId`);
    wanted.set(line, (wanted.get(line) ?? 0) + quantity);
    if ((wanted.get(line) ?? 0) > most) return no('not-enough', `body.lines[${at}].quantity`);
  }
  const isAll = [...there].every(([line, quantity]) => wanted.get(line) === quantity);
  const bound = { lines: order.lines.map((line) => (line.kit?.together === true ? line : { ...line, kit: undefined })) };
  return isAll || isWhole(bound, (line) => wanted.get(line) ?? 0) ? wanted : no('kit-in-parts', 'body.lines');
}

/** The one parcel a place gives, or why it gives none. */
function planTo({ shadow, atMs }: Doing, order: ShadowOrder, wanted: Wanted, place: Location, body: Body, by: string): ShadowPlan | { readonly code: never } {
  const view = { channel: order.channel, segment: order.segment, method: 'ship' } as const;
  const refusal = (code: Parameters<typeof no>[0], field = 'body.to') => no(code, field) as { readonly code: never };
  if (!isSoldFrom(shadow, view, place)) return refusal('location-closed');
  const needs = needsFor(order, (line) => wanted.get(line) ?? 0);
  const decided = planUnits(shadow, order, needs, atMs);
  const rule = decided.removed?.find(({ location, reason }) => location === place.id && reason === 'rule')?.rule;
  if (rule !== undefined && body.override !== true) return refusal('rule-excludes');
  const count = [...wanted.values()].reduce((sum, units) => sum + units, 0);
  if (!hasRoom(shadow, place, count, startOf(order, atMs))) return refusal('no-capacity');
  const totals = new Map<string, number>();
  for (const { sku, quantity } of needs) totals.set(sku, (totals.get(sku) ?? 0) + quantity);
  for (const [sku, quantity] of totals) if (unitsFrom(shadow, sku, place.id, view) < quantity) return refusal('out-of-stock', 'body.lines');
  const units = [...wanted].sort(([a], [b]) => a - b).map(([line, quantity]) => ({ line, quantity }));
  const free = units.flatMap(({ line }) => (isUntracked(shadow, order.lines[line]?.sku ?? '', order.channel) ? [line] : []));
  const { ruled } = decided;
  const from = offer({ shadow, atMs, events: [], decided: [] }, order, needs, ruled, place);
  return {
    parcels: [{ from, units, ...(free.length > 0 ? { untracked: free } : {}) }],
    short: 0, candidates: decided.candidates, runnerUpMinor: undefined, removed: decided.removed,
    ruled: ruled === undefined ? undefined : { planId: ruled['planId'], version: ruled['version'] },
    moved: { by, reason: body.reason, from: body.fulfillmentId, overrode: rule },
  };
}

/** A parcel as the plan prices it; by the cheapest service where the plan takes none from there. */
function offer({ shadow, atMs }: Doing, order: ShadowOrder, needs: readonly ShadowNeed[], ruled: ShadowPlan['ruled'], place: Location): Candidate {
  const version = ruled === undefined ? undefined : versionsOf(shadow, ruled['planId'] as string).find((one) => one.version === ruled['version']);
  const found = version === undefined ? undefined : candidateUnder(shadow, order, needs, atMs, version.document, place);
  const units = needs.map(({ sku, quantity }) => ({ sku, quantity }));
  return found ?? pricesFor(shadow, order.destination, order.service, atMs)(place, units);
}
