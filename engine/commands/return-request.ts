/** Whether units of an order may come back, what was paid for them, and where they go. */
import type { CommandBody } from '../../actors/commands.ts';
import type { LineId, LocationId } from '../../actors/ids.ts';
import { moneyMinorMax, returnsOfOrderMax } from '../../actors/limits.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { ReturnInput } from '../../actors/return-context.ts';
import { fittingRules, isLost, isExcluded, isInWindow } from '../../actors/return-policy.ts';
import { isTagExcluded, termsOf } from '../../actors/return-policy.ts';
import type { StandingPolicy } from '../../actors/return-policy.ts';
import type { ReturnMethod } from '../../actors/return-words.ts';
import type { Attributes } from '../../actors/schemas.ts';
import type { OrderLine } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { distanceKm } from '../routing/distance.ts';

type Body = CommandBody<'return.request'>;
type Lines = ReturnInput['lines'];

/** What a return begins with; or why it may not. */
export function requestedReturn(core: Core, body: Body, atMs: number): ReturnInput | Rejection {
  const { world } = core;
  const { returnId, orderId, method = 'parcel' } = body;
  const order = world.look(orderId);
  const isAnothers = body.customer !== undefined && body.customer !== order?.context.customer;
  if (order === undefined || isAnothers) return reject('unknown-order', `no order ${orderId}`, 'body.orderId');
  const { context } = order;
  const policy = world.returns.policyFor(context.channel);
  const linesById = new Map(context.lines.map((line) => [line.lineId, line]));
  const deliveredAtMs = order.value === 'delivered' ? context.changedAtMs : undefined;
  const wrong = unknownLine(body, linesById) ?? knownReturn(core, body) ?? twice(body) ?? halfLost(body) ??
    notReturnable(core, policy, body, context, linesById) ?? outOfTime(policy, body, deliveredAtMs, atMs);
  if (wrong !== undefined) return wrong;
  const lines = linesOf(body, linesById, policy);
  const tooMany = notEnough(core, body, linesById) ?? tooMuch(lines) ?? tooManyReturns(core, body);
  if (tooMany !== undefined) return tooMany;
  const { channel, customer, currency } = context;
  const to = destinationOf(core, policy, context, lines, method);
  const named = { returnId, orderId, channel, customer, currency, method, exchange: body.exchange?.orderId };
  return { ...named, to, terms: termsOf(policy), lines, atMs };
}

type Known = ReadonlyMap<LineId, OrderLine>;

function unknownLine({ orderId, lines }: Body, known: Known): Rejection | undefined {
  const index = lines.findIndex(({ orderLineId }) => !known.has(orderLineId));
  if (index < 0) return undefined;
  const detail = `order ${orderId} has no line ${lines[index]?.orderLineId}`;
  return reject('unknown-line', detail, `body.lines[${index}].orderLineId`);
}

function knownReturn({ world }: Core, { returnId }: Body): Rejection | undefined {
  if (world.returns.look(returnId) === undefined) return undefined;
  return reject('return-exists', `return ${returnId} exists`, 'body.returnId');
}

function twice({ lines }: Body): Rejection | undefined {
  const seen = new Set<LineId>();
  for (const [index, { orderLineId }] of lines.entries()) {
    const field = `body.lines[${index}].orderLineId`;
    if (seen.has(orderLineId)) return reject('duplicate', `line ${orderLineId} twice`, field);
    seen.add(orderLineId);
  }
  return undefined;
}

/** What is lost does not come with what comes back. */
function halfLost({ lines }: Body): Rejection | undefined {
  const index = lines.findIndex(({ reason }) => reason === 'lost');
  if (index < 0 || isLost(lines)) return undefined;
  const detail = 'lost units do not come back: ask for them by themselves';
  return reject('contradiction', detail, `body.lines[${index}].reason`);
}

function notReturnable(
  { world }: Core,
  policy: StandingPolicy,
  { orderId, lines, method = 'parcel' }: Body,
  { tags }: OrderContext,
  known: Known,
): Rejection | undefined {
  if (!policy.methods.includes(method)) {
    return reject('not-returnable', `by ${policy.methods.join(', ')} only`, 'body.method');
  }
  if (isTagExcluded(policy, tags)) return reject('not-returnable', `order ${orderId} is excluded`, 'body.orderId');
  const own = (sku: OrderLine['sku']): Attributes | undefined =>
    world.skus.get(sku)?.item?.snapshot?.context.attributes;
  const index = lines.findIndex(({ orderLineId }) => {
    const { sku, kit } = must(known.get(orderLineId), 'a line of the order');
    return isExcluded(policy, sku, own(sku)) || (kit !== undefined && isExcluded(policy, kit.sku, own(kit.sku)));
  });
  if (index < 0) return undefined;
  const field = `body.lines[${index}].orderLineId`;
  return reject('not-returnable', `line ${lines[index]?.orderLineId} is not taken back`, field);
}

function outOfTime(
  policy: StandingPolicy,
  { orderId }: Body,
  deliveredAtMs: number | undefined,
  atMs: number,
): Rejection | undefined {
  if (isInWindow(policy, deliveredAtMs, atMs)) return undefined;
  const detail = `order ${orderId} was delivered over ${policy.windowDays} days ago`;
  return reject('return-window-closed', detail, 'body.orderId');
}

/** No more than was shipped and is in no other return. */
function notEnough({ world }: Core, { orderId, lines }: Body, known: Known): Rejection | undefined {
  const units = world.returns.unitsOf(orderId);
  for (const [index, { orderLineId, quantity }] of lines.entries()) {
    const { shipped } = must(known.get(orderLineId), 'a line of the order');
    const { coming, back } = units.get(orderLineId) ?? { coming: 0, back: 0 };
    if (quantity <= shipped - coming - back) continue;
    const detail = `of line ${orderLineId} ${shipped} were shipped, ${back} are back and ${coming} are coming back`;
    return reject('not-enough', detail, `body.lines[${index}].quantity`);
  }
  return undefined;
}

/** All that was paid for the units is an amount. */
function tooMuch(lines: Lines): Rejection | undefined {
  let sumMinor = 0;
  for (const [index, { unitPriceMinor, quantity }] of lines.entries()) {
    sumMinor += unitPriceMinor * quantity;
    if (sumMinor <= moneyMinorMax) continue;
    return reject('over-limit', `over ${moneyMinorMax} were paid`, `body.lines[${index}].quantity`);
  }
  return undefined;
}

function tooManyReturns({ world, limits }: Core, { orderId }: Body): Rejection | undefined {
  if (world.returns.ofOrder(orderId).length >= returnsOfOrderMax) {
    return reject('over-limit', `order ${orderId} has ${returnsOfOrderMax} returns`, 'body.orderId');
  }
  if (world.returns.openCount < limits.returnsOpenMax) return undefined;
  return reject('over-limit', `${limits.returnsOpenMax} returns are open`, 'body.returnId');
}

function linesOf({ lines }: Body, known: Known, { feeFree }: StandingPolicy): Lines {
  return lines.map(({ orderLineId, quantity, reason, note }) => {
    const line = must(known.get(orderLineId), 'a line of the order');
    const isCharged = !feeFree.includes(reason);
    return { orderLineId, sku: line.sku, quantity, unitPriceMinor: priceOf(line, known), reason, note, isCharged };
  });
}

/** What was paid for a unit; the price of a kit is spread evenly over its units, rounded down. */
function priceOf({ unitPriceMinor, kit }: OrderLine, known: Known): number {
  if (kit === undefined) return unitPriceMinor;
  let units = 0;
  for (const other of known.values()) if (other.kit?.lineId === kit.lineId) units += other.quantity / kit.quantity;
  return Math.floor(kit.unitPriceMinor / units);
}

/** Where a return goes by the first rule that fits and leads somewhere; undefined: it is kept. */
function destinationOf(
  core: Core,
  policy: StandingPolicy,
  order: OrderContext,
  lines: Lines,
  method: ReturnMethod,
): LocationId | undefined {
  if (isLost(lines)) return undefined;
  for (const { to } of fittingRules(policy, { lines, method, country: order.destination.country })) {
    if (to === 'keep') return undefined;
    if (to === 'origin') break;
    const location = to === 'nearest' ? nearest(core, order) : to.location;
    if (location !== undefined) return location;
  }
  return originOf(order, lines);
}

/** The open location with the capability `returns` that is nearest to where the order went, of equal ones by name. */
function nearest({ world }: Core, { destination }: OrderContext): LocationId | undefined {
  let best: { readonly id: LocationId; readonly km: number } | undefined;
  for (const { id, snapshot } of world.locationList) {
    const location = snapshot?.context;
    if (location?.state !== 'open' || location.capabilities?.includes('returns') !== true) continue;
    const km = distanceKm(location, destination);
    if (best === undefined || km < best.km || (km === best.km && id < best.id)) best = { id, km };
  }
  return best?.id;
}

/** Where most of these units were sent from; of equal parts, the first. */
function originOf({ fulfillments }: OrderContext, lines: Lines): LocationId {
  const wanted = new Set(lines.map(({ orderLineId }) => orderLineId));
  let best: { readonly location: LocationId; readonly units: number } | undefined;
  for (const { location, state, lines: parts } of fulfillments) {
    if (state !== 'shipped' && state !== 'delivered') continue;
    let units = 0;
    for (const { lineId, quantity } of parts) if (wanted.has(lineId)) units += quantity;
    if (units > 0 && (best === undefined || units > best.units)) best = { location, units };
  }
  return must(best, 'a part that left with these units').location;
}
