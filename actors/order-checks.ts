/**
 * What is asked of an order, judged before the machine is told: the order as it would be placed, and
 * whether units named in a command are there to be named. Pure.
 */
import type { CommandBody } from './commands.ts';
import type { FulfillmentId, LineId, Sku } from './ids.ts';
import type { Kit } from './item-commands.ts';
import { componentUnits, explode, tornKit, type ExplodedLine } from './kits.ts';
import type { OrderContext, OrderInput, Plan } from './order-context.ts';
import { offerEndsMs } from './offer.ts';
import { mayBeAsked } from './order-cancels.ts';
import { holdEndsAtMs, withHold, type Hold } from './order-holds.ts';
import { reduce, waitingUnits } from './order-lines.ts';
import { scheduleRefusal } from './order-schedule.ts';
import { consentIn } from './order-substitute.ts';
import { cancelPlan, findFulfillment, isUntouched } from './order-takings.ts';
import { startByMs } from './order-trouble.ts';
import { reject, type Rejection } from './rejection.ts';
import { delayMsMax, holdsMax } from './limits.ts';
import type { Fulfillment, LineUnits, OrderLine } from './vocabulary.ts';

type Body = CommandBody<'order.place'>;

/** A placement with our SKUs in its lines; those that are mapped to nothing are marked. */
export interface OurBody extends Omit<Body, 'lines'> {
  readonly lines: (Body['lines'][number] & { readonly isUnmapped?: true })[];
}

/**
 * The order as placed: lines numbered, defaults filled in, every unit waiting for a place.
 * @param by the credential it is placed with: who set the holds it has from the beginning.
 */
export function orderInput(
  body: OurBody,
  by: string,
  atMs: number,
  kitOf: ((sku: Sku) => Kit | undefined) | undefined = undefined,
): OrderInput | Rejection {
  const lines = kitOf === undefined ? plainLines(body) : kitLines(body, kitOf);
  if ('code' in lines) return lines;
  const holds = body.holds === undefined ? undefined : placedHolds(body, by, atMs);
  if (holds !== undefined && 'code' in holds) return holds;
  const refused = scheduleRefusal(body, atMs);
  if (refused !== undefined) return refused;
  const consent = consentIn(body);
  return {
    orderId: body.orderId,
    channel: body.channel,
    destination: body.destination,
    currency: body.currency,
    customer: body.customer,
    shortage: body.shortage ?? 'refuse',
    service: body.service,
    releaseAfterMs: body.releaseAfterMs ?? 0,
    segment: body.segment,
    priority: body.priority,
    promisedByMs: body.promisedByMs,
    fulfillAtMs: body.fulfillAtMs !== undefined && body.fulfillAtMs > atMs ? body.fulfillAtMs : undefined,
    fulfillByMs: body.fulfillByMs,
    tags: body.tags,
    attributes: body.attributes,
    holds,
    intake: consent === undefined ? undefined : { consent },
    lines,
    atMs,
  };
}

const places = { allocated: 0, shipped: 0, cancelled: 0 } as const;

/** A line of which every unit waits: for a place, or for what it is. */
export function waitingLine({ isUnmapped, ...line }: ExplodedLine): OrderLine {
  const { quantity } = line;
  return isUnmapped === true
    ? { ...line, ...places, backordered: 0, parked: quantity }
    : { ...line, ...places, backordered: quantity };
}

function plainLines(body: OurBody): OrderLine[] | Rejection {
  const seen = new Set<string>();
  const lines: OrderLine[] = [];
  for (const [index, { sku, quantity, isUnmapped, ...line }] of body.lines.entries()) {
    const lineId = line.lineId ?? (String(index + 1) as LineId);
    if (seen.has(lineId)) return reject('duplicate', `line id ${lineId} twice`, `body.lines[${index}].lineId`);
    seen.add(lineId);
    const unitPriceMinor = line.unitPriceMinor ?? 0;
    if (isUnmapped === true) lines.push(waitingLine({ lineId, sku, quantity, unitPriceMinor, isUnmapped }));
    else {
      const waiting = { allocated: 0, backordered: quantity, shipped: 0, cancelled: 0 };
      lines.push({ lineId, sku, quantity, unitPriceMinor, ...waiting });
    }
  }
  return lines;
}

function kitLines(body: OurBody, kitOf: (sku: Sku) => Kit | undefined): OrderLine[] | Rejection {
  const lines = explode(body.lines, kitOf);
  return 'code' in lines ? lines : lines.map(waitingLine);
}

/** Why an order, or a part of one, may not be held so, or undefined when it may. */
export function holdRefusal(
  order: Pick<OrderContext, 'holds'>,
  hold: Pick<Hold, 'holdId' | 'untilMs'>,
  atMs: number,
): Rejection | undefined {
  const { holdId, untilMs } = hold;
  if (untilMs !== undefined && (untilMs <= atMs || untilMs > atMs + delayMsMax)) {
    return reject('over-limit', 'a hold ends later than now and within a year', 'body.untilMs');
  }
  const isNew = order.holds?.some((known) => known.holdId === holdId) !== true;
  if (!isNew || (order.holds?.length ?? 0) < holdsMax) return undefined;
  return reject('over-limit', `there are at most ${holdsMax} holds at once`, 'body.holdId');
}

/** The holds of an order that is placed with some. */
function placedHolds(
  { holds }: Pick<Body, 'holds'>,
  by: string,
  atMs: number,
): readonly Hold[] | undefined | Rejection {
  let all: readonly Hold[] | undefined;
  for (const [index, hold] of (holds ?? []).entries()) {
    const refused = holdRefusal({ holds: all }, hold, atMs);
    if (refused !== undefined) return { ...refused, field: `body.holds[${index}].untilMs` };
    if (all?.some(({ holdId }) => holdId === hold.holdId) === true) {
      return reject('duplicate', `hold ${hold.holdId} twice`, `body.holds[${index}].holdId`);
    }
    all = withHold({ holds: all }, { ...hold, by, sinceMs: atMs });
  }
  return all;
}

/** The units a cancellation ends: those named, or all that can still end. */
export function cancelledUnits(
  order: OrderContext,
  asked: readonly LineUnits[] | undefined,
): readonly LineUnits[] | Rejection {
  const named = asked ?? order.lines.flatMap(openUnits);
  const units = componentUnits(order.lines, named);
  if (units.length === 0) return reject('wrong-state', 'no unit of this order is open');
  for (const [index, { lineId }] of named.entries()) {
    if (!order.lines.some((line) => line.lineId === lineId || line.kit?.lineId === lineId)) {
      return reject('unknown-line', `order ${order.orderId} has no line ${lineId}`, `body.lines[${index}].lineId`);
    }
  }
  const torn = tornKit(order.lines, units);
  if (torn !== undefined) {
    const detail = `of line ${torn.lineId}, kit ${torn.sku}, only whole kits can be cancelled`;
    return reject('kit-in-parts', detail, 'body.lines');
  }
  const { missing } = cancelPlan(order, units);
  if (missing === 0) return units;
  const picked = order.fulfillments.filter((part) => part.lines.length > 0 && !isUntouched(part));
  return reject(
    'wrong-state',
    `${missing} of these units are picked, shipped or cancelled already` +
      (picked.length > 0 ? ` (fulfillment ${picked.map((part) => part.fulfillmentId).join(', ')})` : ''),
  );
}

function openUnits(line: OrderLine): LineUnits[] {
  const quantity = line.allocated + line.backordered + (line.parked ?? 0);
  return quantity > 0 ? [{ lineId: line.lineId, quantity }] : [];
}

/** Why units of a fulfillment cannot be short, or undefined when they can. */
export function shortRefusal(
  order: OrderContext,
  id: FulfillmentId,
  units: readonly LineUnits[],
): Rejection | undefined {
  const left = new Map<string, number>();
  for (const { lineId, quantity } of findFulfillment(order, id)?.lines ?? []) {
    left.set(lineId, (left.get(lineId) ?? 0) + quantity);
  }
  const unknown = units.findIndex(({ lineId }) => !left.has(lineId));
  if (unknown >= 0) {
    const detail = `fulfillment ${id} has no line ${units[unknown]?.lineId}`;
    return reject('unknown-line', detail, `body.lines[${unknown}].lineId`);
  }
  for (const [index, { lineId, quantity }] of units.entries()) {
    const there = left.get(lineId) ?? 0;
    if (there < quantity) {
      const detail = `fulfillment ${id} has ${there} of line ${lineId}`;
      return reject('not-enough', detail, `body.lines[${index}].quantity`);
    }
    left.set(lineId, there - quantity);
  }
  return undefined;
}

/**
 * When something of the order is due by itself: its next hold ends, or else its release delay or a part’s time; a hold
 * of a part ends, or a location must have answered.
 */
export function orderDueAtMs(state: string, order: OrderContext): number | undefined {
  const batchMs = batchEndsAtMs(state, order);
  const dueMs =
    order.holds !== undefined
      ? earlier(holdEndsAtMs(order), batchMs)
      : earlier(batchMs ?? releaseAtMs(state, order), earlier(startByMs(order), offerEndsMs(order)));
  return earlier(dueMs, partsDueMs(order));
}

/** When a location must have answered, or the next hold of a part ends; undefined when neither is so. */
function partsDueMs({ fulfillments }: OrderContext): number | undefined {
  let nextMs: number | undefined;
  for (const { cancelling, holds } of fulfillments) {
    if (cancelling === undefined && holds === undefined) continue;
    nextMs = earlier(nextMs, earlier(cancelling?.answerByMs, holdEndsAtMs({ holds })));
  }
  return nextMs;
}

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** When the window of an order ends; undefined when it is in none. */
export function batchEndsAtMs(state: string, { batch }: OrderContext): number | undefined {
  return state === 'cancelled' ? undefined : batch?.untilMs;
}

/** When the order's release delay and its window have ended and its time has come, while nothing holds it. */
export function releaseAtMs(state: string, order: OrderContext): number | undefined {
  if (state !== 'allocated' || order.holds !== undefined) return undefined;
  return Math.max(order.placedAtMs + order.releaseAfterMs, order.fulfillAtMs ?? 0, order.batch?.untilMs ?? 0);
}

/** The units a move is about: those named, or all of the part, or all that wait. */
export function unitsToMove(
  order: OrderContext,
  id: FulfillmentId | undefined,
  asked: readonly LineUnits[] | undefined,
): readonly LineUnits[] | Rejection {
  const part = id === undefined ? undefined : findFulfillment(order, id);
  if (id !== undefined && part === undefined) {
    return reject('unknown-fulfillment', `order ${order.orderId} has no fulfillment ${id}`, 'body.fulfillmentId');
  }
  if (part !== undefined && !isUntouched(part)) {
    return reject('wrong-state', `fulfillment ${id} is ${part.state}: its units cannot be moved any more`);
  }
  const there = part?.lines ?? waitingLines(order);
  if (there.length === 0) return reject('wrong-state', 'no unit of this order waits');
  if (asked === undefined) return there;
  const named = unitsNamed(there, part === undefined ? 'that wait' : `in fulfillment ${id}`, asked);
  if ('code' in named) return named;
  const torn = tornKit(order.lines.filter(({ kit }) => kit?.together === true), named);
  const isAll = there.every(({ lineId, quantity }) => unitsOf(named, lineId) === quantity);
  if (torn === undefined || isAll) return named;
  return reject('kit-in-parts', `of line ${torn.lineId}, kit ${torn.sku}, only whole kits can be moved`, 'body.lines');
}

const unitsOf = (units: readonly LineUnits[], id: LineId): number =>
  units.find(({ lineId }) => lineId === id)?.quantity ?? 0;

/** Of units that are somewhere, those that are named; in the order in which they are there. */
function unitsNamed(
  there: readonly LineUnits[],
  where: string,
  asked: readonly LineUnits[],
): readonly LineUnits[] | Rejection {
  const units = new Map<LineId, number>();
  for (const [index, { lineId, quantity }] of asked.entries()) {
    const line = there.find((one) => one.lineId === lineId);
    if (line === undefined) {
      return reject('unknown-line', `there are no units of line ${lineId} ${where}`, `body.lines[${index}].lineId`);
    }
    const sum = (units.get(lineId) ?? 0) + quantity;
    if (sum > line.quantity) {
      const detail = `there are ${line.quantity} units of line ${lineId} ${where}`;
      return reject('not-enough', detail, `body.lines[${index}].quantity`);
    }
    units.set(lineId, sum);
  }
  return there.flatMap(({ lineId }) => {
    const quantity = units.get(lineId);
    return quantity === undefined ? [] : [{ lineId, quantity }];
  });
}

/** The units that a location is asked to give up: those named, or all of the part. */
export function unitsToGiveUp(
  order: OrderContext,
  part: Fulfillment,
  asked: readonly LineUnits[] | undefined,
): readonly LineUnits[] | Rejection {
  const { fulfillmentId: id, state, cancelling } = part;
  if (state === 'open') {
    return reject('wrong-state', `fulfillment ${id} is open: its location was told nothing; cancel its units`);
  }
  if (!mayBeAsked(part)) {
    return reject('wrong-state', `fulfillment ${id} is ${state}: nothing can be asked of it any more`);
  }
  if (cancelling !== undefined) {
    return reject('wrong-state', `a cancellation of fulfillment ${id} is asked for already, and is not answered`);
  }
  const meant = asked === undefined ? undefined : componentUnits(order.lines, asked);
  const units = meant === undefined ? part.lines : unitsNamed(part.lines, `in fulfillment ${id}`, meant);
  // Of kits, what is named is not what is counted.
  if ('code' in units) return meant?.length === asked?.length ? units : { ...units, field: 'body.lines' };
  const torn = tornKit(order.lines, units);
  if (torn === undefined) return units;
  const detail = `of line ${torn.lineId}, kit ${torn.sku}, only whole kits can be cancelled`;
  return reject('kit-in-parts', detail, 'body.lines');
}

function waitingLines({ lines }: OrderContext): readonly LineUnits[] {
  return lines.flatMap(({ lineId, backordered }) => (backordered > 0 ? [{ lineId, quantity: backordered }] : []));
}

/** Whether a plan that places nothing leaves an order as it is: nothing is cancelled, held or let go by it. */
export function isLeftAsItIs(context: OrderContext, plan: Plan, atMs: number): boolean {
  if (plan.fulfillments.length > 0) return false;
  const after = reduce(context, { type: 'order.sourced', plan, atMs });
  const isSameTrouble = after.trouble === context.trouble && after.exception?.detail === context.exception?.detail;
  return isSameTrouble && waitingUnits(after) === waitingUnits(context);
}
