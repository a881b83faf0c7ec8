/**
 * Moving units of an order by hand: which locations could take them and at what price, and giving them to one of
 * these. What counts now is asked in the very turn that moves: the location, rules, stock and room.
 */
import type { Command } from '../../actors/commands.ts';
import type { FulfillmentId, LocationId, Sku } from '../../actors/ids.ts';
import { unitsToMove } from '../../actors/order-checks.ts';
import { startsAtMs } from '../../actors/order-schedule.ts';
import type { OrderContext, Plan, PlanUse } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { hasRoom, roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import type { MoveOption, MoveOptions, MoveWay } from '../outcome-plans.ts';
import { loadOf, parcelDates } from '../promise/promise-for.ts';
import { decide, type Decision } from '../routing/decide.ts';
import { pricer } from '../routing/request.ts';
import { limitedTo } from '../routing/source-among.ts';
import type { Candidate, SourcingRequest } from '../routing/source.ts';
import type { View } from '../selling.ts';
import { withUntracked } from '../untracked.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';

/** Ways over several locations that one answer tells. */
const waysMax = 5;

/** Units of an order that are to have another place, and how they would be decided were it open. */
interface Asked {
  readonly core: Core;
  readonly order: OrderContext;
  readonly units: readonly LineUnits[];
  /** By SKU. */
  readonly wanted: ReadonlyMap<Sku, number>;
  readonly count: number;
  readonly view: View;
  readonly decision: Decision;
  readonly atMs: number;
  /** When a location would begin. */
  readonly startMs: number;
}

function ask(core: Core, order: OrderContext, units: readonly LineUnits[], atMs: number): Asked {
  const moved = new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  const lines = order.lines.map((line) => ({ ...line, allocated: 0, backordered: moved.get(line.lineId) ?? 0 }));
  const wanted = new Map<Sku, number>();
  let count = 0;
  for (const { sku, backordered } of lines) {
    if (backordered > 0) wanted.set(sku, (wanted.get(sku) ?? 0) + backordered);
    count += backordered;
  }
  const { world } = core;
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const startMs = startsAtMs(order, atMs);
  const decision = decide(core, { ...order, lines }, atMs);
  return { core, order, units, wanted, count, view, decision, atMs, startMs };
}

/** What stands against having all of the units at a location; undefined: nothing. */
function obstacleAt({ core, wanted, count, view, decision, startMs }: Asked, cell: LocationCell, isFree: boolean) {
  if (!view.sells(cell)) return { reason: 'location-closed' } as const;
  const rule = ruleAt(decision.request, cell.id);
  if (rule !== undefined && !isFree) return { reason: 'rule-excludes', rule } as const;
  if (!hasRoom(core.world, cell, count, startMs)) return { reason: 'no-capacity' } as const;
  for (const [sku, quantity] of wanted) {
    if (unitsAt(core, view, sku, cell) < quantity) return { reason: 'out-of-stock' } as const;
  }
  return undefined;
}

/** The hard rule that keeps any of the units from a location. */
const ruleAt = ({ removed }: SourcingRequest, id: LocationId): string | undefined =>
  removed?.find(({ location, reason }) => location === id && reason === 'rule')?.rule;

function unitsAt({ world }: Core, view: View, sku: Sku, cell: LocationCell): number {
  const known = world.skus.get(sku);
  return known === undefined ? 0 : view.unitsIn(known, cell);
}

/** A parcel from a location: as the plan prices it, or, where it is no candidate, by the cheapest service. */
function offerAt({ core, order, wanted, decision, atMs }: Asked, cell: LocationCell): Omit<Candidate, 'location'> {
  const { candidates, removed = [] } = decision.request;
  const found = candidates.find(({ location }) => location === cell.id);
  // By weight, it may be priced without what is too heavy to be carried from there.
  const isWhole = !removed.some(({ location, reason }) => location === cell.id && reason === 'too-heavy');
  if (found !== undefined && isWhole) return found;
  const lines = [...wanted].map(([sku, quantity]) => ({ sku, quantity }));
  return pricer(core.world, order.destination, order.service, atMs)(cell, loadOf(core.world, lines));
}

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
): Rejection | undefined {
  const { order, units, decision, atMs } = asked;
  const { carrier, service, distanceKm, costMinor } = offerAt(asked, target);
  const { candidates, removed, ruling } = decision.request;
  const part = { location: target.id, carrier, service, distanceKm, costMinor, lines: units };
  const made = { fulfillments: [part], short: 0, candidates: candidates.length, runnerUpMinor: undefined };
  const plan = withUntracked(core.world, order, { ...made, removed, ruled: useOf(ruling?.use), moved });
  const cell = must(core.world.order(order.orderId), 'an order that exists');
  const given = { plan };
  if (from === undefined) return tellOrder(core, cell, { type: 'order.source', atMs }, given);
  return tellOrder(core, cell, { type: 'order.move', fulfillmentId: from, units, atMs }, given);
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

/** What all of the units would cost from a location: by the plan’s prices, or what the parcel costs. */
function scoreAt({ needs }: SourcingRequest, { costMinor, ruled }: Pick<Candidate, 'costMinor' | 'ruled'>): number {
  if (ruled === undefined) return costMinor;
  const { parcelMinor, lineMinor = [], unitMinor = [] } = ruled;
  return needs.reduce(
    (sum, { quantity }, index) => sum + (lineMinor[index] ?? 0) + quantity * (unitMinor[index] ?? 0),
    parcelMinor,
  );
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
