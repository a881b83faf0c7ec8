/** Commands on orders and their fulfillments. */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import { cancelledUnits, holdRefusal, orderInput, shortRefusal, type OurBody } from '../../actors/order-checks.ts';
import type { OrderContext, OrderInput, OrderMessage, Replaces } from '../../actors/order-context.ts';
import { isOffered as isOnlyOffered } from '../../actors/offer.ts';
import { heldRefusal } from '../../actors/order-holds.ts';
import { isParked, parkNews } from '../../actors/order-parked.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { LineLot } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { orderSteps, type OrderCell, type ReservationCell } from '../cells.ts';
import { feeFor } from '../../actors/edit-checks.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Core } from '../core.ts';
import { tellOrder, type Given } from '../effects.ts';
import { quotaRefusal } from '../quotas.ts';
import { tellReservation } from '../reservation-effects.ts';
import { isOffered } from '../routing/services.ts';
import { mapped, withParked } from '../intake/mapping.ts';
import { preRouted } from '../intake/routed.ts';
import { knownOrder, saysMore, takeIn } from '../intake/take-in.ts';
import { followPayments, wantCapture } from '../payments/follow.ts';
import { cancelMissed } from './cancels.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { mayNotWait } from './may-wait.ts';
import { followPicks, hasLots, lotsGone, lotsMeant, lotsToPick } from './lot-orders.ts';
import { withOrder, withPart } from './with-order.ts';
import { doubtShort } from '../suspects/raise.ts';
import { deliverParcel, registerParcel } from '../tracking/register.ts';
import { orderAnswer } from './order-answer.ts';
import { scheduleOrder, unschedule } from './schedule.ts';
import { heldForLine, reservationFor, takeReservation, type Taken } from './reservations.ts';

export function placeOrder(core: Core, command: CommandOf<'order.place'>, atMs: number): Handled {
  const known = knownOrder(core, command.body);
  if (known !== undefined) return known;
  const isTakenIn = saysMore(core, command.body);
  const { body } = command;
  const lines = isTakenIn ? mapped(core, body) : body.lines;
  if ('code' in lines) return refused(lines);
  const ours = lines === body.lines ? command : { ...command, body: { ...body, lines } };
  return place(core, ours, atMs, { isTakenIn, said: command });
}

/** The command with our SKUs in its lines. */
interface Ours extends Omit<CommandOf<'order.place'>, 'body'> {
  readonly body: OurBody;
}

/** How an order comes to be placed. */
interface Placing {
  /** The policy of its channel is asked, and what is said of it beside is kept. */
  readonly isTakenIn: boolean;
  /** The command as it came, with the SKUs of its channel. */
  readonly said?: CommandOf<'order.place'>;
  readonly replaces?: Replaces;
}

export function place(
  core: Core,
  command: Ours,
  atMs: number,
  { isTakenIn, said = command, replaces }: Placing,
): Handled {
  const { world } = core;
  const { body, by } = command;
  if (world.channels.get(body.channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${body.channel}`, 'body.channel');
  }
  if (body.service !== undefined && !isOffered(world, body.service)) {
    return refuse('unknown-service', `no carrier offers ${body.service}`, 'body.service');
  }
  for (const [index, { sku, isUnmapped }] of body.lines.entries()) {
    const unknown = isUnmapped === true ? undefined : world.unknownOf(sku);
    if (unknown === undefined) continue;
    return refuse('unknown-sku', `no stock of ${unknown} anywhere`, `body.lines[${index}].sku`);
  }
  const held = reservationFor(core, body, atMs);
  if (held !== undefined && 'code' in held) return refused(held);
  if (world.order(body.orderId) !== undefined) {
    return refuse('order-exists', `order ${body.orderId} exists`, 'body.orderId');
  }
  const kitOf = world.kitsAmong(body.lines);
  const plain = orderInput(withHeld(body, held), by, atMs, kitOf);
  const input = isTakenIn && !('code' in plain) ? takeIn(core, said, body, withParked(core, plain)) : plain;
  if ('code' in input) return refused(input);
  const waits = held === undefined ? heldForLine(world, input.lines) : undefined;
  if (waits !== undefined) return refused(kitOf === undefined ? waits : { ...waits, field: 'body.lines' });
  const routed = preRouted(core, body, input, by);
  if (routed !== undefined && 'code' in routed) return refused(routed);
  const { input: begun = input, given } = routed ?? {};
  const order = world.newOrder(body.orderId);
  core.changes.set(order, orderSteps.begin(replaces === undefined ? begun : { ...begun, replaces }, []));
  const source = { type: 'order.source', atMs } as const;
  const placed = held === undefined ? tell(core, order, source, given) : take(core, order, held, input);
  const context = order.snapshot?.context;
  if ('refused' in placed || context === undefined) return placed;
  // What was reserved was counted then.
  const over = held === undefined ? quotaRefusal(core, context.customer, wanted(context)) : undefined;
  if (over !== undefined) return refused(over);
  const parked = parkNews(context, context.lines);
  if (parked !== undefined) core.changes.publish([parked]);
  if (waitingUnits(context) === 0) return placed;
  const rejection = mayNotWait(core, body, context, atMs);
  return rejection === undefined ? placed : refused(rejection);
}

/** Lines but those of which nobody knows what they are. */
const wanted = ({ intake, lines }: Pick<OrderContext, 'intake' | 'lines'>): OrderContext['lines'] =>
  intake?.parked === undefined ? lines : lines.filter((line) => !isParked(line));

/** Place an order with what a reservation holds for it. */
function take(core: Core, order: OrderCell, held: ReservationCell, input: OrderInput): Handled {
  const taken = takeReservation(core, held, input);
  const hasKits = input.lines.some(({ kit }) => kit !== undefined);
  if ('code' in taken) return refused(hasKits ? { ...taken, field: 'body.lines' } : taken);
  return convert(core, order, taken, input.atMs);
}

/** Reserved units become an order's, where they are held and within one command; the rest goes back to sale. */
function convert(core: Core, order: OrderCell, { cell, plan, rest }: Taken, atMs: number): Handled {
  const { reservationId, madeAtMs } = must(cell.snapshot, 'a reservation').context;
  const rejection =
    tellOrder(core, order, { type: 'order.source', atMs }, { plan, cart: { reservationId, madeAtMs } }) ??
    tellReservation(core, cell, { type: 'reservation.convert', orderId: order.id, rest, atMs });
  return rejection === undefined ? done(orderAnswer(must(order.snapshot, 'an order'))) : refused(rejection);
}

/** An order that names no service goes by that of its reservation, and is of its segment. */
function withHeld(body: OurBody, held: ReservationCell | undefined): OurBody {
  const { service, segment } = held?.snapshot?.context ?? {};
  const goes = service === undefined || body.service !== undefined ? body : { ...body, service };
  return segment === undefined ? goes : { ...goes, segment };
}

function tell(core: Core, order: OrderCell, message: OrderMessage, given?: Given): Handled {
  const rejection = tellOrder(core, order, message, given);
  return rejection === undefined ? done(orderAnswer(must(order.snapshot, 'an order'))) : refused(rejection);
}

/** Somebody cancels: what that costs, or that it is too late, the policy of the channel says. */
export function cancelByCommand(core: Core, body: CommandBody<'order.cancel'>, atMs: number): Handled {
  const order = core.world.look(body.orderId)?.context;
  const fees = order === undefined ? undefined : core.world.intakes.policyFor(order.channel).fees?.cancel;
  if (order === undefined || fees === undefined) return cancelOrder(core, body, atMs);
  const fee = feeFor(fees, order, 'cancellation');
  // What its state forbids is told before what the policy does.
  const units = cancelledUnits(order, body.lines);
  if ('code' in units || 'code' in fee) return refused('code' in units ? units : (fee as Rejection));
  return cancelOrder(core, body, atMs, fee);
}

export function cancelOrder(
  core: Core, body: CommandBody<'order.cancel'>, atMs: number, fee: { readonly feeMinor?: number } = {},
): Handled {
  return withOrder(core, body.orderId, (order, context) => {
    const units = cancelledUnits(context, body.lines);
    if ('code' in units) return refused(units);
    const handled = tell(core, order, { type: 'order.cancel', units, reason: body.reason, ...fee, atMs });
    // Less is due now: what was authorised may be enough.
    if ('refused' in handled) return handled;
    const rejection = followPayments(core, body.orderId, atMs);
    if (rejection !== undefined) return refused(rejection);
    return done({ ...orderAnswer(must(order.snapshot, 'an order')), ...fee });
  });
}

/** Whether an order goes on: held, at its instant or now; and what waits for units, asked for once more. */
export function goOn(core: Core, command: Going, atMs: number): Handled {
  switch (command.kind) {
    case 'order.hold':
      return holdOrder(core, command, atMs);
    case 'order.unhold':
      return unholdOrder(core, command.body, atMs);
    case 'order.schedule':
      return scheduleOrder(core, command.body, atMs);
    case 'order.retry':
      return retryOrder(core, command.body, atMs);
    default:
      return releaseOrder(core, command.body, atMs);
  }
}

type GoingKind = 'order.hold' | 'order.unhold' | 'order.schedule' | 'order.release' | 'order.retry';
type Going = { [K in GoingKind]: CommandOf<K> }[GoingKind];

function holdOrder(core: Core, { body, by }: CommandOf<'order.hold'>, atMs: number): Handled {
  const { orderId, ...asked } = body;
  return withOrder(core, orderId, (order, context) => {
    const rejection = holdRefusal(context, asked, atMs);
    if (rejection !== undefined) return refused(rejection);
    return tell(core, order, { type: 'order.hold', hold: { ...asked, by, sinceMs: atMs }, atMs });
  });
}

export function unholdOrder(core: Core, { orderId, holdId }: CommandBody<'order.unhold'>, atMs: number): Handled {
  return withOrder(core, orderId, (order, { holds }) => {
    if (holds?.some((hold) => hold.holdId === holdId) === true) {
      return tell(core, order, { type: 'order.unhold', holdIds: [holdId], ended: false, atMs });
    }
    return refuse('unknown-hold', `order ${orderId} is not held by ${holdId}`, 'body.holdId');
  });
}

function releaseOrder(core: Core, body: CommandBody<'order.release'>, atMs: number): Handled {
  return withOrder(core, body.orderId, (order, context) => {
    const held = heldRefusal(context);
    const isNext = order.snapshot?.value === 'allocated';
    if (held !== undefined && isNext) return refused(held);
    const refusal = isNext ? unschedule(core, order, context, atMs) : undefined;
    return refusal === undefined ? tell(core, order, { type: 'order.release', atMs }) : refused(refusal);
  });
}

function retryOrder(core: Core, body: CommandBody<'order.retry'>, atMs: number): Handled {
  return withOrder(core, body.orderId, (order) => tell(core, order, { type: 'order.source', atMs }));
}

type FulfillmentBody = CommandBody<'fulfillment.pick'>;

/** A message about one fulfillment; what its state forbids is told by the fulfillment's own state. */
function tellPart(core: Core, body: FulfillmentBody, message: OrderMessage): Handled {
  return withPart(core, body, (order, context) => {
    const rejection = tellOrder(core, order, message);
    if (rejection === undefined) return done(orderAnswer(must(order.snapshot, 'an order')));
    if (rejection.code !== 'wrong-state') return refused(rejection);
    const state = findFulfillment(context, body.fulfillmentId)?.state ?? 'unknown';
    return refuse('wrong-state', `fulfillment ${body.fulfillmentId} is ${state}: ${message.type} does not apply`);
  });
}

export function pickFulfillment(core: Core, body: FulfillmentBody, atMs: number): Handled {
  const { fulfillmentId } = body;
  return withPart(core, body, (order, context) => {
    const part = findFulfillment(context, fulfillmentId);
    const held = part?.state === 'released' ? heldRefusal(context, part) : undefined;
    if (held !== undefined) return refused(held);
    if (part !== undefined && isOnlyOffered(part)) {
      return refuse('not-accepted', `fulfillment ${fulfillmentId} is offered, and nobody has accepted it yet`);
    }
    const isTracked = part?.state === 'released' && hasLots(core, context, part, undefined);
    if (!isTracked) return tellPart(core, body, { type: 'fulfillment.pick', fulfillmentId, atMs });
    const lots = lotsToPick(core, context, part);
    if ('code' in lots) return refused(lots);
    const handled = tellPart(core, body, { type: 'fulfillment.pick', fulfillmentId, lots, atMs });
    if (!('refused' in handled)) followPicks(core, context, must(order.snapshot, 'an order').context);
    return handled;
  });
}

export function shortFulfillment(
  core: Core, body: CommandBody<'fulfillment.short'>, atMs: number, by: string,
): Handled {
  const { fulfillmentId, lines, reason } = body;
  return withPart(core, body, (order, context) => {
    const rejection = shortRefusal(context, fulfillmentId, lines);
    const part = must(findFulfillment(context, fulfillmentId), 'a fulfillment');
    const isPicking = part.state === 'picking';
    // What its state forbids is told before how many units it has.
    if (rejection !== undefined && (isPicking || rejection.code !== 'not-enough')) return refused(rejection);
    if (isPicking) doubtShort(core, context, part, lines, { by, reason }, atMs);
    return tellGone(core, body, order, context, lines, (lots) => ({
      type: 'fulfillment.short', fulfillmentId, lines, reason, lots, atMs,
    }));
  });
}

export function shipFulfillment(core: Core, body: CommandBody<'fulfillment.ship'>, atMs: number): Handled {
  const { fulfillmentId, carrier, tracking, lines } = body;
  if (carrier !== undefined && core.world.carriers.get(carrier)?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.carrier');
  }
  return withPart(core, body, (order, context) => {
    const handled = tellGone(core, body, order, context, lines, (lots) => ({
      type: 'fulfillment.ship', fulfillmentId, carrier, tracking, lots, atMs,
    }));
    if ('refused' in handled) return handled;
    cancelMissed(core, order, findFulfillment(context, fulfillmentId), atMs);
    wantCapture(core, body.orderId, fulfillmentId);
    if (tracking === undefined) return handled;
    const taken = registerParcel(core, must(order.snapshot, 'an order').context, fulfillmentId, atMs);
    return taken === undefined ? handled : refused(taken);
  });
}

type Gone = Extract<OrderMessage, { type: 'fulfillment.ship' | 'fulfillment.short' }>;

/** Units of a fulfillment left or were not there. Of tracked SKUs it is found which, and their lots follow. */
function tellGone(
  core: Core,
  body: FulfillmentBody,
  order: OrderCell,
  context: OrderContext,
  lines: CommandBody<'fulfillment.ship'>['lines'],
  message: (lots: readonly LineLot[] | undefined) => Gone,
): Handled {
  const part = must(findFulfillment(context, body.fulfillmentId), 'a fulfillment');
  const isSent = message(undefined).type === 'fulfillment.ship';
  const isPlain = lines === undefined || !isSent;
  if (part.state !== 'picking' || (isPlain && !hasLots(core, context, part, lines))) {
    return tellPart(core, body, message(undefined));
  }
  const lots = lotsMeant(core, context, part, lines ?? [], isSent);
  if ('code' in lots) return refused(lots);
  const told = message(lots.length === 0 ? undefined : lots);
  const handled = tellPart(core, body, told);
  if ('refused' in handled) return handled;
  followPicks(core, context, must(order.snapshot, 'an order').context);
  lotsGone(core, context, part, lots, told.atMs, isSent);
  return handled;
}

export function deliverFulfillment(core: Core, body: FulfillmentBody, atMs: number): Handled {
  const handled = deliverPart(core, body, atMs);
  if (!('refused' in handled)) deliverParcel(core, body, atMs);
  return handled;
}

/** The part alone: its parcel says so itself. An order that was sent for a lost parcel delivers that with its last. */
export function deliverPart(core: Core, body: FulfillmentBody, atMs: number): Handled {
  const handled = tellPart(core, body, { type: 'fulfillment.deliver', fulfillmentId: body.fulfillmentId, atMs });
  const order = core.world.look(body.orderId);
  const replaces = order?.context.replaces;
  if ('refused' in handled || replaces === undefined || order?.value !== 'delivered') return handled;
  const first = core.world.look(replaces.orderId)?.context;
  const isOpen = first !== undefined && findFulfillment(first, replaces.fulfillmentId)?.state === 'shipped';
  const delivered = isOpen ? deliverPart(core, replaces, atMs) : undefined;
  return delivered !== undefined && 'refused' in delivered ? delivered : handled;
}
