/**
 * Moving units of an order by hand: which locations could take them and at what price, and giving them to one of
 * these. What counts now is asked in the very turn that moves: the location, rules, stock and room.
 */
import type { Command } from '../../actors/commands.ts';
import type { FulfillmentId, LocationId } from '../../actors/ids.ts';
import { unitsToMove } from '../../actors/order-checks.ts';
import type { OrderContext, Plan, PlanUse } from '../../actors/order-context.ts';
import type { OfferAnswer } from '../../actors/offer.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import type { MoveOption, MoveOptions, MoveWay } from '../outcome-plans.ts';
import { parcelDates } from '../promise/promise-for.ts';
import { limitedTo } from '../routing/source-among.ts';
import { withUntracked } from '../untracked.ts';
import { ask, obstacleAt, offerAt, ruleAt, scoreAt, unitsAt, type Asked } from './asked-places.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';

/** Ways over several locations that one answer tells. */
const waysMax = 5;

const details = {
  'location-closed': 'is paused, does not ship, or is none its channel sells from',
  'rule-excludes': 'is excluded by a rule of the routing plan',
  'no-capacity': 'has no room for so many units on the day they would be ready',
  'out-of-stock': 'does not have all of these units for the channel',
} as const;

export function moveOrder(core: Core, { body, by }: Extract<Command, { kind: 'order.move' }>, atMs: number): Handled {
  const { orderId, fulfillmentId, to, reason } = body;
  const cell = core.world.order(orderId);
  const order = cell?.snapshot?.context;
  if (cell === undefined || order === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const target = core.world.locations.get(to);
  if (target?.snapshot === undefined) return refuse('unknown-location', `no location ${to}`, 'body.to');
  const units = unitsToMove(order, fulfillmentId, body.lines);
  if ('code' in units) return refused(units);
  const from = fulfillmentId === undefined ? undefined : findFulfillment(order, fulfillmentId);
  if (from?.location === to) return refuse('contradiction', `these units are to come from ${to} already`, 'body.to');
  const asked = ask(core, order, units, atMs);
  const isFree = body.override === true;
  const obstacle = obstacleAt(asked, target, isFree);
  if (obstacle !== undefined) return refused(refusalOf(to, obstacle));
  const overrode = ruleAt(asked.decision.request, to);
  const moved = { by, reason, from: fulfillmentId, overrode };
  const rejection = giveTo(core, asked, target, fulfillmentId, { moved });
  return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
}

/** Give a part that was offered to the location that has claimed it, if it can have all of it now. */
export function claimFor(
  core: Core,
  order: OrderContext,
  { fulfillmentId, lines }: Fulfillment,
  to: LocationId,
  { by, answer }: { readonly by: string; readonly answer: OfferAnswer },
  atMs: number,
): Rejection | undefined {
  const target = must(core.world.locations.get(to), 'a location that is asked');
  const asked = ask(core, order, lines, atMs);
  const obstacle = obstacleAt(asked, target, false);
  if (obstacle !== undefined) return { ...refusalOf(to, obstacle), field: 'body.location' };
  const moved = { by, reason: 'claimed', from: fulfillmentId, overrode: undefined };
  return giveTo(core, asked, target, fulfillmentId, { moved }, answer);
}

function refusalOf(to: LocationId, { reason, rule }: { reason: keyof typeof details; rule?: string }): Rejection {
  const detail = `${to} ${details[reason]}${rule === undefined ? '' : `: ${rule}`}`;
  return reject(reason, detail, reason === 'out-of-stock' ? 'body.lines' : 'body.to');
}

/** Take the units out of their part, if they are in one, and give them to a location. */
function giveTo(
  core: Core,
  asked: Asked,
  target: LocationCell,
  from: FulfillmentId | undefined,
  { moved }: Required<Pick<Plan, 'moved'>>,
  answer?: OfferAnswer,
): Rejection | undefined {
  const { order, units, decision, atMs } = asked;
  const { carrier, service, distanceKm, costMinor } = offerAt(asked, target);
  const { candidates, removed, ruling } = decision.request;
  const part = { location: target.id, carrier, service, distanceKm, costMinor, lines: units };
  const made = { fulfillments: [part], short: 0, candidates: candidates.length, runnerUpMinor: undefined };
  const plan = withUntracked(core.world, order, { ...made, removed, ruled: useOf(ruling?.use), moved });
  const cell = must(core.world.order(order.orderId), 'an order that exists');
  const given = { plan, claimedBy: answer?.location };
  if (from === undefined) return tellOrder(core, cell, { type: 'order.source', atMs }, given);
  return tellOrder(core, cell, { type: 'order.move', fulfillmentId: from, units, answer, atMs }, given);
}

/** The plan that was asked; what it would have chosen is not what was done. */
const useOf = (use: PlanUse | undefined): PlanUse | undefined =>
  use === undefined ? undefined : { planId: use.planId, version: use.version };

/** Where units could come from, the best first; null when there is no such order, part or line. */
export function moveOptions(core: Core, body: QueryBody<'order.options'>, nowMs: number): MoveOptions | null {
  const order = core.world.look(body.orderId)?.context;
  const units = order === undefined ? undefined : unitsToMove(order, body.fulfillmentId, body.lines);
  if (order === undefined || units === undefined || 'code' in units) return null;
  const asked = ask(core, order, units, nowMs);
  const at = body.fulfillmentId === undefined ? undefined : findFulfillment(order, body.fulfillmentId)?.location;
  const options = core.world.locationList.flatMap((cell) =>
    cell.snapshot === undefined ? [] : [optionAt(asked, cell, at)],
  );
  options.sort(
    (a, b) =>
      Number(b.isFeasible) - Number(a.isFeasible) ||
      a.scoreMinor - b.scoreMinor ||
      a.distanceKm - b.distanceKm ||
      (a.location < b.location ? -1 : 1),
  );
  const { orderId, fulfillmentId } = body;
  return { orderId, fulfillmentId, at, lines: units, options, ways: waysOf(asked, at) };
}

function optionAt(asked: Asked, cell: LocationCell, at: LocationId | undefined): MoveOption {
  const { core, order, wanted, count, view, decision, startMs } = asked;
  const { world } = core;
  const obstacle = cell.id === at ? ({ reason: 'current' } as const) : obstacleAt(asked, cell, false);
  const { carrier, service, distanceKm, costMinor, ruled } = offerAt(asked, cell);
  let units = 0;
  for (const [sku, quantity] of wanted) units += Math.min(quantity, unitsAt(core, view, sku, cell));
  const isLimited = cell.snapshot?.context.capacity !== undefined;
  const readyMs = isLimited ? roomAt(world, cell, count, startMs)?.readyMs : undefined;
  const dates = parcelDates(world, { location: cell.id, carrier, service }, order.destination, startMs, readyMs);
  const { shipByMs, deliverByMs } = dates ?? {};
  const isDated = deliverByMs !== undefined && order.promisedByMs !== undefined;
  const { parcelMinor, lineMinor, unitMinor } = ruled ?? {};
  return {
    location: cell.id,
    isFeasible: obstacle === undefined,
    reason: obstacle?.reason,
    rule: ruleAt(decision.request, cell.id),
    units, carrier, service, distanceKm, costMinor, parcelMinor, lineMinor, unitMinor,
    scoreMinor: scoreAt(decision.request, { costMinor, ruled }),
    shipByMs, deliverByMs,
    lateMs: isDated ? Math.max(0, deliverByMs - (order.promisedByMs ?? 0)) : undefined,
  };
}

/** The best way over any locations but the present one, and then, again and again, the best without its first. */
function waysOf({ core, decision }: Asked, at: LocationId | undefined): MoveWay[] {
  const ways: MoveWay[] = [];
  const left = new Set(decision.request.candidates.map(({ location }) => location));
  if (at !== undefined) left.delete(at);
  while (ways.length < waysMax) {
    const { fulfillments, short, ruled } = core.source(limitedTo(decision.request, left));
    const [first] = fulfillments;
    if (first === undefined) break;
    const parts = fulfillments.map(({ location, carrier, service, distanceKm, costMinor, lines }) => ({
      location, carrier, service, distanceKm, costMinor, lines,
    }));
    const costMinor = parts.reduce((sum, part) => sum + part.costMinor, 0);
    ways.push({ parts, short, costMinor, scoreMinor: ruled?.scoreMinor ?? costMinor });
    left.delete(first.location);
  }
  return ways.sort((a, b) => a.short - b.short || a.parts.length - b.parts.length || a.scoreMinor - b.scoreMinor);
}
