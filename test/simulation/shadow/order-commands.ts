/** The commands on orders and fulfillments, in the shadow: what each must answer, and why not. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import { mayWait } from './items.ts';
import { explode, isKnown, isLines, isWhole, kitOf, want } from './kits.ts';
import { answerOf, parkedOf, stateOf, unitsIn, waiting, waitingOf } from './order-facts.ts';
import * as cancels from './cancels.ts';
import * as holds from './holds.ts';
import * as lotOrders from './lot-orders.ts';
import { decidedOrder } from './decided.ts';
import { feeOf } from './edits.ts';
import type { IntakePolicy } from '../../../actors/intake-commands.ts';
import * as orders from './orders.ts';
import { tellParked } from './parked.ts';
import type { Doing, Wanted } from './orders.ts';
import { isOffered as isOnlyOffered } from './offered.ts';
import * as suspects from './suspects.ts';
import * as quotas from './quotas.ts';
import { isKept } from './parts.ts';
import { preRouted, type PreRouted } from './routed.ts';
import * as reservations from './reservations.ts';
import * as schedule from './schedule.ts';
import * as payments from './payments.ts';
import * as intake from './intake.ts';
import { isOffered } from './sourcing.ts';
import { left, wordOf } from './parcels-left.ts';
import { isHeld, type Part, type ShadowLine, type ShadowOrder, type ShadowReservation } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export function place(doing: Doing, command: CommandOf<'order.place'>): Verdict {
  const known = intake.known(doing, command.body);
  if (known !== undefined) return known;
  const ours = intake.mapped(doing, command.body);
  return 'lines' in ours ? placeNew(doing, { ...command, body: ours }, true, command.body) : ours;
}

/** @param isTakenIn its channel's policy is asked, and what is said of it beside is kept. */
export function placeNew(doing: Doing, { body, by }: CommandOf<'order.place'>, isTakenIn: boolean, said = body, replaces?: ShadowOrder['replaces']): Verdict {
  const { shadow, atMs } = doing;
  if (!shadow.channels.has(body.channel)) return no('unknown-channel', 'body.channel');
  if (body.service !== undefined && !isOffered(shadow, body.service)) return no('unknown-service', 'body.service');
  const unknown = body.lines.findIndex((line) => !('isParked' in line) && !isKnown(shadow, line.sku));
  if (unknown >= 0) return no('unknown-sku', `body.lines[${unknown}].sku`);
  const held = reservations.shareOf(doing, body);
  if (held !== undefined && !('reservation' in held)) return held;
  const hasKits = body.lines.some(({ sku }) => kitOf(shadow, sku) !== undefined);
  if (shadow.orders.has(body.orderId)) return no('order-exists', 'body.orderId');
  const lines = explode(shadow, body.lines);
  if (!isLines(lines)) return lines;
  const heldBy = holds.placed(doing, body.holds, by);
  if (heldBy !== undefined && !holds.isHolds(heldBy)) return heldBy;
  const wrong = schedule.refusal(body, atMs);
  if (wrong !== undefined) return wrong;
  const takenIn = isTakenIn ? intake.takeIn(doing, body, said, heldBy) : { delayMs: body.releaseAfterMs ?? 0, holds: heldBy };
  if (!('delayMs' in takenIn)) return takenIn;
  const waits = held === undefined ? reservations.heldForLine(doing, lines) : undefined;
  if (waits !== undefined) return hasKits ? no('out-of-stock', 'body.lines') : waits;
  const standing = { segment: held?.reservation.segment ?? body.segment, service: body.service ?? held?.reservation.service };
  const routed = preRouted(doing, body, { lines, holds: takenIn.holds, ...standing }, by);
  if (routed !== undefined && ('code' in routed || 'ok' in routed)) return routed;
  const heldAnew = routed !== undefined && 'hold' in routed && routed.hold !== undefined ? [...(takenIn.holds ?? []), routed.hold] : takenIn.holds;
  orders.put(doing, {
    id: body.orderId,
    channel: body.channel,
    destination: body.destination,
    currency: body.currency,
    customer: body.customer,
    ...standing,
    isRouted: routed !== undefined && 'plan' in routed,
    mayWait: body.shortage === 'backorder',
    delayMs: takenIn.delayMs,
    priority: body.priority,
    promisedByMs: body.promisedByMs,
    fulfillAtMs: body.fulfillAtMs === undefined || body.fulfillAtMs <= atMs ? undefined : body.fulfillAtMs,
    fulfillByMs: body.fulfillByMs,
    tags: body.tags,
    replaces,
    attributes: body.attributes,
    substitution: body.substitution,
    agrees: new Map(body.lines.flatMap(({ lineId, substitution }, index) => (substitution === undefined ? [] : [[lineId ?? String(index + 1), substitution] as const]))),
    holds: heldAnew,
    parked: lines.some(({ isParked }) => isParked === true) ? ((intake.policyOf(shadow, body.channel) as IntakePolicy).parked ?? 'wait') : undefined,
    placedAtMs: atMs,
    changedAtMs: atMs,
    startedAtMs: undefined,
    attempts: 0,
    lines,
    parts: [],
    trouble: undefined,
    exception: undefined,
  });
  const refusal = held === undefined ? sourceFirst(doing, body.orderId, routed) : take(doing, held.reservation, body, lines);
  if (refusal !== undefined) return refusal;
  const over = held === undefined ? quotas.refusal(doing, body.customer, lines.filter(({ isParked }) => isParked !== true)) : undefined;
  tellParked(doing, shadow.orders.get(body.orderId) as ShadowOrder, lines);
  return over ?? mayWait(doing, shadow.orders.get(body.orderId) as ShadowOrder, body.lines) ?? answer(doing, body.orderId);
}

/** By the places it came with, or as any other. */
function sourceFirst(doing: Doing, id: string, routed: PreRouted | undefined): Verdict | undefined {
  if (routed !== undefined && 'plan' in routed) return void orders.sourceBy(doing, id, routed.plan);
  return orders.source(doing, id, undefined, routed?.routed);
}

/** Place an order with what a reservation holds for it. */
function take(
  doing: Doing,
  reservation: ShadowReservation,
  body: CommandBody<'order.place'>,
  lines: readonly ShadowLine[],
): Verdict | undefined {
  const plan = reservations.planOf(doing, reservation, { ...body, lines });
  if (!('parcels' in plan)) return lines.some(({ kit }) => kit !== undefined) ? no('not-enough', 'body.lines') : plan;
  decidedOrder(doing, doing.shadow.orders.get(body.orderId) as ShadowOrder, [], plan, reservation);
  orders.sourceBy(doing, body.orderId, plan, 'commit');
  reservations.convert(doing, reservation, body.orderId);
  return undefined;
}

function answer({ shadow }: Doing, id: string): Verdict {
  return { ok: answerOf(shadow.orders.get(id) as ShadowOrder) };
}

/** Go on with the order of a command; answered with where it stands unless refused. */
function withOrder(doing: Doing, id: string, go: (order: ShadowOrder) => Verdict | undefined): Verdict {
  const order = doing.shadow.orders.get(id);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  return go(order) ?? answer(doing, id);
}

/** @param isAsked somebody cancels: that may cost something. */
export function cancel(doing: Doing, body: CommandBody<'order.cancel'>, isAsked = false): Verdict {
  return withOrder(doing, body.orderId, (order) => {
    const wanted: Wanted = new Map();
    if (body.lines === undefined) {
      for (let line = 0; line < order.lines.length; line += 1) {
        const open = waitingOf(order, line) + parkedOf(order, line) + unitsIn(order, line, isHeld);
        if (open > 0) wanted.set(line, open);
      }
      if (wanted.size === 0) return no('wrong-state');
    }
    for (const [index, { lineId, quantity }] of (body.lines ?? []).entries()) {
      if (!want(order, wanted, lineId, quantity)) return no('unknown-line', `body.lines[${index}].lineId`);
    }
    if (!isWhole(order, (line) => wanted.get(line) ?? 0)) return no('kit-in-parts', 'body.lines');
    const fee = isAsked ? feeOf(intake.policyOf(doing.shadow, order.channel) as IntakePolicy, 'cancel', order) : undefined;
    const refusal = orders.cancel(doing, order, wanted, body.reason, fee === 'refuse' ? undefined : fee);
    if (refusal !== undefined) return refusal;
    if (fee === 'refuse') return no('too-late');
    payments.cancelled(doing, order.id);
    return { ok: { ...(answerOf(doing.shadow.orders.get(order.id) as ShadowOrder) as object), feeMinor: fee } };
  });
}

export function release(doing: Doing, body: CommandBody<'order.release'>): Verdict {
  return withOrder(doing, body.orderId, (order) => {
    if (stateOf(order) !== 'allocated') return no('wrong-state');
    if (order.holds !== undefined) return no('on-hold');
    releaseNow(doing, schedule.over(doing, order));
    return undefined;
  });
}

export function releaseNow(doing: Doing, order: ShadowOrder): void {
  const after = orders.put(doing, orders.started(order, doing.atMs));
  orders.tellParts(doing, order, after);
  orders.tellState(doing, after);
  orders.tellTimes(doing, order, order.id);
}

export function retry(doing: Doing, body: CommandBody<'order.retry'>): Verdict {
  return withOrder(doing, body.orderId, (order) =>
    waiting(order) === 0 ? no('wrong-state') : orders.source(doing, order.id),
  );
}

/** Go on with the part of a command. */
function withPart(
  doing: Doing,
  body: CommandBody<'fulfillment.pick'>,
  go: (order: ShadowOrder, part: Part, index: number) => Verdict | undefined,
): Verdict {
  return withOrder(doing, body.orderId, (order) => {
    const index = order.parts.findIndex((_, at) => String(at + 1) === body.fulfillmentId);
    const part = order.parts[index];
    return part === undefined ? no('unknown-fulfillment', 'body.fulfillmentId') : go(order, part, index);
  });
}

/** Replace one part, and tell of it and of the order's state if that is another one now. */
function patch(doing: Doing, before: ShadowOrder, index: number, change: Partial<Part>): undefined {
  const parts = before.parts.map((part, at) => (at === index ? { ...part, ...change } : part));
  const after = orders.put(doing, { ...before, parts });
  orders.tellParts(doing, before, after);
  orders.tellException(doing, before, after);
  if (stateOf(before) !== stateOf(after)) orders.tellState(doing, after);
}

export function pick(doing: Doing, body: CommandBody<'fulfillment.pick'>): Verdict {
  return withPart(doing, body, (order, part, index) => {
    if (part.state === 'released' && isKept(order, part)) return no('on-hold');
    if (isOnlyOffered(part)) return no('not-accepted');
    return part.state === 'released' ? startPicking(doing, order, part, index) : no('wrong-state');
  });
}

/** Picking is given up before a unit was taken. */
export function unpick(doing: Doing, orderId: string, index: number): void {
  const order = doing.shadow.orders.get(orderId);
  if (order?.parts[index]?.state !== 'picking') throw new Error(`part ${index} of ${orderId} is not being picked`);
  patch(doing, order, index, { state: 'released', lots: undefined, startByMs: undefined, isOverdue: undefined });
  orders.tellTimes(doing, order, orderId);
}

function startPicking(doing: Doing, order: ShadowOrder, part: Part, index: number): Verdict | undefined {
  if (!lotOrders.isAbout(doing.shadow, order, part, undefined)) return patch(doing, order, index, { state: 'picking' });
  const lots = lotOrders.toPick(doing, order, part);
  return lotOrders.isLots(lots) ? patch(doing, order, index, { state: 'picking', lots }) : lots;
}

export function short(doing: Doing, body: CommandBody<'fulfillment.short'>, by: string): Verdict {
  return withPart(doing, body, (order, part, index) => {
    const wanted: Wanted = new Map();
    let excess: Verdict | undefined;
    for (const [at, { lineId, quantity }] of body.lines.entries()) {
      const line = order.lines.findIndex((one) => one.lineId === lineId);
      const there = part.units.find((unit) => unit.line === line)?.quantity;
      if (there === undefined) return no('unknown-line', `body.lines[${at}].lineId`);
      wanted.set(line, (wanted.get(line) ?? 0) + quantity);
      if ((wanted.get(line) ?? 0) > there) excess ??= no('not-enough', `body.lines[${at}].quantity`);
    }
    if (part.state !== 'picking') return no('wrong-state');
    if (excess !== undefined) return excess;
    suspects.short(doing, order, index, wanted, by, body.reason);
    if (!lotOrders.isAbout(doing.shadow, order, part, body.lines)) return orders.short(doing, order, index, wanted);
    const lots = lotOrders.meant(doing, order, part, body.lines, false);
    if (!lotOrders.isLots(lots)) return lots;
    const verdict = orders.short(doing, order, index, wanted, lots);
    lotOrders.gone(doing, order, index, part, lots, false);
    return verdict;
  });
}

export function ship(doing: Doing, body: CommandBody<'fulfillment.ship'>): Verdict {
  const { shadow } = doing;
  if (body.carrier !== undefined && !shadow.carriers.has(body.carrier)) return no('unknown-carrier', 'body.carrier');
  return withPart(doing, body, (order, part, index) => {
    if (part.state !== 'picking') return no('wrong-state');
    const isAbout = body.lines !== undefined || lotOrders.isAbout(shadow, order, part, undefined);
    const lots = isAbout ? lotOrders.meant(doing, order, part, body.lines ?? [], true) : [];
    if (!lotOrders.isLots(lots)) return lots;
    const name = body.carrier ?? part.carrier;
    const carrier = name === undefined ? undefined : shadow.carriers.get(name);
    if (carrier?.isOpen === false) return no('carrier-suspended', 'body.carrier');
    const service = name === part.carrier ? part.service : undefined;
    patch(doing, order, index, { state: 'shipped', asked: undefined, holds: undefined, carrier: name, service, tracking: body.tracking, ...(lots.length > 0 ? { lots } : {}) });
    if (carrier !== undefined && name !== undefined) {
      shadow.set(shadow.carriers, name, { ...carrier, inTransit: carrier.inTransit + 1 });
    }
    orders.moveStock(shadow, order, part, 'leave');
    lotOrders.gone(doing, order, index, part, lots, true);
    cancels.missed(doing, order, index);
    payments.shipped(doing, order.id, index);
    return left(doing, order.id, index);
  });
}

/** Delivered by somebody's word: its parcel is told of after it. */
export function deliver(doing: Doing, body: CommandBody<'fulfillment.deliver'>): Verdict {
  const verdict = deliverPart(doing, body);
  if ('ok' in verdict) wordOf(doing, body.orderId, Number(body.fulfillmentId) - 1);
  return verdict;
}

export function deliverPart(doing: Doing, body: Pick<CommandBody<'fulfillment.deliver'>, 'orderId' | 'fulfillmentId'>): Verdict {
  const { shadow } = doing;
  const verdict = withPart(doing, body, (order, part, index) => {
    if (part.state !== 'shipped') return no('wrong-state');
    patch(doing, order, index, { state: 'delivered' });
    const carrier = part.carrier === undefined ? undefined : shadow.carriers.get(part.carrier);
    if (carrier !== undefined && part.carrier !== undefined) {
      shadow.set(shadow.carriers, part.carrier, { ...carrier, inTransit: carrier.inTransit - 1 });
    }
    return undefined;
  });
  // What it was sent for has come with it.
  const order = shadow.orders.get(body.orderId);
  const { orderId = '', part = 0 } = order?.replaces ?? {};
  const isThrough = 'ok' in verdict && order !== undefined && stateOf(order) === 'delivered';
  if (isThrough && shadow.orders.get(orderId)?.parts[part]?.state === 'shipped') deliverPart(doing, { orderId, fulfillmentId: String(part + 1) } as never);
  return verdict;
}

