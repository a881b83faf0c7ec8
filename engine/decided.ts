/** What is decided about orders and carts: the plan with its dates, and the note of it for plans on trial. */
import type { OrderContext, Plan } from '../actors/order-context.ts';
import type { ReservationId, Sku } from '../actors/ids.ts';
import { startsAtMs } from '../actors/order-schedule.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import type { Core } from './core.ts';
import type { PlanInForce } from './plans.ts';
import { datedPlan } from './promise/promise-for.ts';
import { decide, decideReservation } from './routing/decide.ts';
import type { Decided } from './trials.ts';
import { withUntracked } from './untracked.ts';

/** A cart that holds units for an order. */
export interface Cart {
  readonly reservationId: ReservationId;
  readonly madeAtMs: number;
}

/** What sourcing says of the units of an order that have no place. */
export function planned(core: Core, order: OrderContext, atMs: number, candidate?: PlanInForce): Plan {
  return withUntracked(core.world, order, decide(core, order, atMs, candidate).plan);
}

/**
 * Where the units of an order come from that have no place, with the dates of its parcels.
 * @param given the plan, where sourcing is not asked. @param candidate a plan asked before those in force.
 */
export function planOrder(
  core: Core, order: OrderContext, atMs: number, given?: Plan, candidate?: PlanInForce,
): Plan {
  const found = given ?? planned(core, order, atMs, candidate);
  return datedPlan(core.world, found, order.destination, startsAtMs(order, atMs));
}

/** Where the units would come from that a reservation does not hold, with dates when it is known where they go. */
export function planFor(core: Core, context: ReservationContext, atMs: number, candidate?: PlanInForce): Plan {
  const plan = withUntracked(core.world, context, decideReservation(core, context, atMs, candidate));
  return context.destination === undefined ? plan : datedPlan(core.world, plan, context.destination, atMs, false);
}

/** Prices are refreshed beside the decisions: under others it would be another question. */
function pricesSeen({ prices }: Core, lines: readonly { readonly sku: Sku }[]): () => boolean {
  if (prices === undefined) return () => true;
  const { roomsVersion } = prices;
  const seen = lines.map(({ sku }) => prices.of(sku));
  return () => prices.roomsVersion === roomsVersion && lines.every(({ sku }, index) => prices.of(sku) === seen[index]);
}

/** The note of a decision about an order. */
export function decidedOrder(
  core: Core, order: OrderContext, plan: Plan, atMs: number, cart: Cart | undefined,
): Decided {
  const { orderId, channel, attempt, placedAtMs, promisedByMs, shortage, trouble, exception } = order;
  const isFirst = attempt === 0;
  const mayNotWait = isFirst && shortage === 'refuse';
  // An order that lost units is in trouble until all have a place again, and in an exception once some were sought.
  const isLost = (trouble === 'stockout' || trouble === 'short-pick') && exception === undefined;
  const again = (candidate: PlanInForce): Plan => planOrder(core, order, atMs, undefined, candidate);
  return {
    who: cart?.reservationId ?? orderId,
    channel, orderId, plan, attempt: attempt + 1, atMs, isFirst, mayNotWait, promisedByMs,
    beganAtMs: cart?.madeAtMs ?? placedAtMs,
    isCounted: isFirst || isLost,
    isRefused: mayNotWait && plan.short > 0,
    again: cart === undefined ? again : undefined,
    isPricedSo: pricesSeen(core, order.lines),
    mark: core.changes.rewind.mark,
  };
}

/** The note of a decision about a cart: for shadows alone. Canaries count the order that is made of it. */
export function decidedCart(core: Core, cart: ReservationContext, plan: Plan, atMs: number): Decided {
  const { reservationId, channel, madeAtMs } = cart;
  const again = (candidate: PlanInForce): Plan => planFor(core, cart, atMs, candidate);
  return {
    who: reservationId, channel, reservationId, plan, attempt: 1, atMs, isFirst: true, mayNotWait: false,
    beganAtMs: madeAtMs, isCounted: false, isRefused: false, again,
    isPricedSo: pricesSeen(core, cart.lines), mark: core.changes.rewind.mark,
  };
}
