/**
 * The end of a window: its orders, which have places each by itself, change them where that costs less all in all, in
 * one record with the window's report. Prices and rules are those of now; nobody else's units are touched. An order
 * takes part that nobody has touched since it was placed, without kits and untracked units; and orders change places
 * among those of one channel and segment. A location with a capacity gets nothing it has not.
 */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { Batch, Cause, OrderContext, Plan } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import { asWaiting } from '../commands/withdraw.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { decide } from '../routing/decide.ts';
import type { Found } from '../routing/request.ts';
import type { SourcingRequest } from '../routing/source.ts';
import { limitedTo } from '../routing/source-among.ts';
import type { Joint, JointOrder } from './reassign.ts';

/** An order of the window that may change its places. */
interface Member {
  readonly cell: OrderCell;
  readonly order: OrderContext;
  readonly parts: readonly Fulfillment[];
  readonly request: SourcingRequest;
}

interface Move {
  readonly member: Member;
  readonly to: LocationId;
  readonly savedMinor: number;
}

/** Source the orders of a window together and let them go on; a refusal undoes all of it. */
export function settleWindow(core: Core, batch: Batch, atMs: number): Rejection | undefined {
  const { windows } = core.views;
  const cells = windows.ordersOf(batch).map((id) => must(core.world.order(id), 'an order of a window'));
  const moves = groupsOf(core, cells, batch, atMs).flatMap((members) => movesOf(core, members));
  const rejection = carryOut(core, moves, atMs);
  if (rejection !== undefined) return rejection;
  for (const cell of cells) {
    if (cell.snapshot?.context.batch === undefined) continue;
    const refused = tellOrder(core, cell, { type: 'order.settle', atMs });
    if (refused !== undefined) return refused;
  }
  const savedMinor = moves.reduce((sum, move) => sum + move.savedMinor, 0);
  const { planId, version } = batch;
  const told = { planId, version, orders: cells.length, moved: moves.length, savedMinor };
  core.changes.publish([{ kind: 'batch.settled', ...told }]);
  return undefined;
}

/** First all that move give up their units, then each is given its new ones. */
function carryOut(core: Core, moves: readonly Move[], atMs: number): Rejection | undefined {
  for (const { member: { cell, parts } } of moves) {
    const takings = parts.map(({ fulfillmentId, lines }) => ({ fulfillmentId, units: lines }));
    const rejection = tellOrder(core, cell, { type: 'order.yield', takings, atMs });
    if (rejection !== undefined) return rejection;
  }
  for (const { member: { cell, parts, request }, to, savedMinor } of moves) {
    const from = parts.map(({ fulfillmentId }) => fulfillmentId);
    const cause: Cause = { kind: 'batch', from, savedMinor };
    const { candidates, removed } = request;
    const plan = { ...wholeFrom(core, request, to), candidates: candidates.length, removed };
    const rejection = tellOrder(core, cell, { type: 'order.source', atMs }, { plan, cause });
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** Those that may change places among each other. */
function groupsOf(core: Core, cells: readonly OrderCell[], batch: Batch, atMs: number): readonly Member[][] {
  const groups = new Map<string, Member[]>();
  for (const cell of cells) {
    const member = memberOf(core, cell, batch, atMs);
    if (member === undefined) continue;
    const { channel, segment = '' } = member.order;
    const group = groups.get(`${channel} ${segment}`);
    if (group === undefined) groups.set(`${channel} ${segment}`, [member]);
    else group.push(member);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function memberOf(core: Core, cell: OrderCell, batch: Batch, atMs: number): Member | undefined {
  const { value, context: order } = must(cell.snapshot, 'an order of a window');
  const { fulfillments: parts, attempt } = order;
  const isFresh = value === 'allocated' && attempt === 1 && waitingUnits(order) === 0;
  if (!isFresh || !parts.every(({ state, untracked }) => state === 'open' && untracked === undefined)) return undefined;
  if (order.lines.some(({ kit, quantity, allocated }) => kit !== undefined || quantity !== allocated)) return undefined;
  const units = parts.flatMap(({ lines }) => lines);
  const { request, under } = decide(core, asWaiting(order, units), atMs);
  if (under?.inForce.id !== batch.planId || under.inForce.version !== batch.version) return undefined;
  return { cell, order, parts, request };
}

/** All of an order from one location, whoever has what there: the others of the window may give it up. */
function wholeFrom(core: Core, request: SourcingRequest, to: LocationId): Plan {
  const asked = limitedTo(request, new Set([to]));
  const masked = (asked.candidates[0] as Found | undefined)?.masked;
  const available = (sku: Sku): number => (masked?.has(sku) === true ? 0 : Number.MAX_SAFE_INTEGER);
  // There is one way of one parcel: nothing can be missed.
  return { ...core.source({ ...asked, available }), gapMinor: undefined };
}

/** What all of an order costs from one location; Infinity where some of it may not come from there. */
function minorFrom(core: Core, request: SourcingRequest, place: LocationId): number {
  const isPriced = core.prices !== undefined || request.isWeighed === true;
  if (isPriced) return minorOf(wholeFrom(core, request, place));
  const found = request.candidates.find(({ location }) => location === place) as Found | undefined;
  if (found?.ruled === undefined) return Infinity;
  const { parcelMinor, lineMinor, unitMinor } = found.ruled;
  let minor = parcelMinor;
  for (const [index, { sku, quantity }] of request.needs.entries()) {
    if (found.masked?.has(sku) === true) return Infinity;
    minor += (lineMinor?.[index] ?? 0) + quantity * (unitMinor?.[index] ?? 0);
  }
  return Math.round(minor);
}

/** What an order costs as it is placed: its parts give what they have. */
function asPlaced(core: Core, { order, parts, request }: Member): number {
  const asked = limitedTo(request, new Set(parts.map(({ location }) => location)));
  const skuOf = new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]));
  const available = (sku: Sku, candidate: number): number => {
    const at = asked.candidates[candidate]?.location;
    const here = parts.filter(({ location }) => location === at).flatMap(({ lines }) => lines);
    return here.reduce((sum, { lineId, quantity }) => sum + (skuOf.get(lineId) === sku ? quantity : 0), 0);
  };
  return minorOf(core.source({ ...asked, available }));
}

/** What a plan costs by the routing plan’s prices; Infinity when it does not place all in one parcel or more. */
const minorOf = ({ ruled, short, fulfillments }: Plan): number =>
  short > 0 || fulfillments.length === 0 ? Infinity : (ruled?.scoreMinor ?? Infinity);

/** What changes among orders of one channel and segment. */
function movesOf(core: Core, members: readonly Member[]): readonly Move[] {
  const skus = [...new Set(members.flatMap(({ order }) => order.lines.map(({ sku }) => sku)))];
  const places = [...new Set(members.flatMap(({ request }) => request.candidates.map(({ location }) => location)))];
  places.sort();
  const orders = members.map((member) => jointOf(core, member, skus, places));
  const fit = members.filter((_, index) => Number.isFinite(orders[index]?.nowMinor));
  const joint: Joint = {
    locations: places.length,
    orders: orders.filter(({ nowMinor }) => Number.isFinite(nowMinor)),
    free: skus.map((sku) => places.map((place) => freeAt(fit[0], sku, place))),
  };
  const at = core.views.windows.solve(joint, { orders: fit.map(({ cell }) => cell.id), places });
  return fit.flatMap((member, index): Move[] => {
    const [order, to] = [must(joint.orders[index], 'an order'), at[index] ?? -1];
    if (to === -1 || to === order.at) return [];
    return [{ member, to: must(places[to], 'a location'), savedMinor: order.nowMinor - (order.minor[to] ?? 0) }];
  });
}

/** Units that are free for the channel and segment all members have. */
function freeAt(member: Member | undefined, sku: Sku, place: LocationId): number {
  const candidate = member?.request.candidates.findIndex(({ location }) => location === place) ?? -1;
  return candidate < 0 ? 0 : (member?.request.available(sku, candidate) ?? 0);
}

function jointOf(core: Core, member: Member, skus: readonly Sku[], places: readonly LocationId[]): JointOrder {
  const { order, parts, request } = member;
  const needs = new Map<Sku, number>();
  for (const { sku, quantity } of order.lines) needs.set(sku, (needs.get(sku) ?? 0) + quantity);
  const here = new Set(parts.map(({ location }) => location));
  const isOpen = (place: LocationId): boolean =>
    here.has(place) || core.world.locations.get(place)?.snapshot?.context.capacity === undefined;
  const asked = new Set(request.candidates.map(({ location }) => location));
  const minor = places.map((place) =>
    asked.has(place) && isOpen(place) ? minorFrom(core, request, place) : Infinity,
  );
  const [part] = parts;
  const at = parts.length === 1 && part !== undefined ? places.indexOf(part.location) : -1;
  const skuOf = new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]));
  const split = at >= 0 ? [] : parts.flatMap(({ location, lines }) =>
    lines.map(({ lineId, quantity }) => ({
      sku: skus.indexOf(must(skuOf.get(lineId), 'a line')), quantity, location: places.indexOf(location),
    })),
  );
  return {
    needs: [...needs].map(([sku, quantity]) => ({ sku: skus.indexOf(sku), quantity })),
    at,
    nowMinor: at >= 0 ? (minor[at] ?? Infinity) : asPlaced(core, member),
    minor,
    parts: split,
  };
}
