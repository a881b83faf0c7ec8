/** What follows from a shadow order: where its units are, which state it is in, how others see it. */
import type { OrderState } from '../../../actors/order-states.ts';
import { shown } from './asked.ts';
import { isOffered } from './offered.ts';
import { dueOf, isHeld, isKept, isUntouched } from './parts.ts';
import type { Part, ShadowOrder } from './state.ts';

/** Units of a line in parts that `which` accepts. */
export function unitsIn(order: ShadowOrder, line: number, which: (part: Part) => boolean): number {
  let sum = 0;
  for (const part of order.parts) {
    if (!which(part)) continue;
    for (const unit of part.units) if (unit.line === line) sum += unit.quantity;
  }
  return sum;
}

const isGone = ({ state }: Part): boolean => state === 'shipped' || state === 'delivered';

interface Facts {
  /** By line. */
  readonly waiting: readonly number[];
  readonly sum: number;
  readonly state: OrderState;
  view?: unknown;
}

/** An order never changes, another takes its place: what follows from one is found once. */
const known = new WeakMap<ShadowOrder, Facts>();

function factsOf(order: ShadowOrder): Facts {
  let facts = known.get(order);
  if (facts === undefined) {
    const each = order.lines.map((one, line) => (one.isParked === true ? 0 : one.quantity - one.cancelled) - unitsIn(order, line, isHeld) - unitsIn(order, line, isGone));
    const sum = each.reduce((all, units) => all + units, 0);
    known.set(order, (facts = { waiting: each, sum, state: stateWith(order, sum) }));
  }
  return facts;
}

/** Units of a line that have no place: all that is neither held, gone nor cancelled. */
export const waitingOf = (order: ShadowOrder, line: number): number => factsOf(order).waiting[line] ?? 0;
export const waiting = (order: ShadowOrder): number => factsOf(order).sum;
/** Units of a line whose name is mapped to nothing. */
export const parkedOf = (order: ShadowOrder, line: number): number => {
  const { quantity = 0, cancelled = 0, isParked } = order.lines[line] ?? {};
  return isParked === true ? quantity - cancelled : 0;
};

/** What the rest of an order does meanwhile; undefined where nothing of it is parked. */
export const parkedRest = (order: ShadowOrder): 'wait' | 'go' | undefined =>
  order.lines.some((_, line) => parkedOf(order, line) > 0) ? (order.parked ?? 'wait') : undefined;

export const stateOf = (order: ShadowOrder): OrderState => factsOf(order).state;

function stateWith(order: ShadowOrder, units: number): OrderState {
  if (order.exception !== undefined) return 'exception';
  const parked = parkedRest(order);
  if (units > 0 || parked === 'wait') return 'backordered';
  const has = (state: Part['state']): boolean => order.parts.some((part) => part.state === state);
  if (parked === 'go' && !order.parts.some(isHeld)) return 'backordered';
  if (has('open')) return 'allocated';
  if (has('picking')) return 'picking';
  const hasGone = order.parts.some(isGone);
  if (has('released')) return hasGone ? 'picking' : 'released';
  if (has('shipped')) return 'shipped';
  return hasGone ? 'delivered' : 'cancelled';
}

export const isClosed = (order: ShadowOrder): boolean => {
  const state = stateOf(order);
  return state === 'delivered' || state === 'cancelled';
};

/** In the words of others. */
function statusOf(order: ShadowOrder, part: Part): string {
  const words = { open: 'scheduled', released: 'open', picking: 'in-progress', shipped: 'closed', delivered: 'closed', cancelled: 'cancelled' } as const;
  if (isUntouched(part) && isKept(order, part)) return 'on-hold';
  if (isOffered(part)) return 'scheduled';
  return part.state === 'released' && part.isOverdue === true ? 'incomplete' : words[part.state];
}

function fulfillments(order: ShadowOrder): object[] {
  return order.parts.map((part, index) => ({
    fulfillmentId: String(index + 1),
    location: part.location,
    state: part.state,
    carrier: part.carrier,
    distanceKm: part.distanceKm,
    costMinor: part.costMinor,
    lines: part.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId, quantity })),
    tracking: part.tracking,
    service: part.service,
    shipByMs: part.shipByMs,
    deliverByMs: part.deliverByMs,
    workAtMs: part.workAtMs,
    untracked: part.untracked?.map((line) => order.lines[line]?.lineId),
    startByMs: part.startByMs,
    overdue: part.isOverdue,
    holds: part.holds,
    cancelling: shown(order, part.asked),
    offer: part.offer,
    lots: part.lots?.map(({ line, lot, quantity }) => ({ lineId: order.lines[line]?.lineId, lot, quantity })),
  }));
}

/** The answer to a command on this order. */
export function answerOf(order: ShadowOrder): unknown {
  return {
    orderId: order.id,
    state: stateOf(order),
    fulfillments: fulfillments(order),
    backordered: waiting(order),
  };
}

/** The order as order.get shows it. */
export function viewOf(order: ShadowOrder): unknown {
  const facts = factsOf(order);
  facts.view ??= viewIn(order, facts.state);
  return facts.view;
}

/** What was said of a line itself, where that is another thing than was said of the order. */
function ownOf({ agrees, substitution = 'never' }: ShadowOrder, lineId: string): string | undefined {
  const own = agrees?.get(lineId);
  return own === substitution ? undefined : own;
}

function viewIn(order: ShadowOrder, state: OrderState): unknown {
  return {
    orderId: order.id,
    channel: order.channel,
    state,
    placedAtMs: order.placedAtMs,
    changedAtMs: order.changedAtMs,
    destination: order.destination,
    currency: order.currency,
    customer: order.customer,
    segment: order.segment,
    service: order.service,
    priority: order.priority,
    promisedByMs: order.promisedByMs,
    fulfillAtMs: order.fulfillAtMs,
    fulfillByMs: order.fulfillByMs,
    tags: order.tags,
    attributes: order.attributes,
    lines: order.lines.map(({ lineId, sku, quantity, unitPriceMinor, cancelled, kit, standsFor }, line) => ({
      lineId,
      sku,
      quantity,
      unitPriceMinor,
      allocated: unitsIn(order, line, isHeld),
      backordered: waitingOf(order, line),
      shipped: unitsIn(order, line, isGone),
      cancelled,
      kit,
      substitution: ownOf(order, kit?.lineId ?? lineId),
      substitutes: standsFor,
      parked: parkedOf(order, line) || undefined,
    })),
    fulfillments: fulfillments(order).map((part, index) => ({ ...part, status: statusOf(order, order.parts[index] as Part) })),
    exception: order.exception,
    holds: order.holds,
    declined: order.declined,
    replaces: order.replaces && { orderId: order.replaces.orderId, fulfillmentId: String(order.replaces.part + 1) },
    substitution: order.substitution === 'never' ? undefined : order.substitution,
    feesMinor: order.feesMinor === 0 ? undefined : order.feesMinor,
    releaseAtMs: state === 'allocated' && order.holds === undefined ? dueOf(order) : undefined,
  };
}

/** When a part must have been begun, while that counts. */
export const startByOf = ({ state, startByMs, isOverdue }: Part): number => (state === 'released' && isOverdue !== true ? (startByMs ?? Infinity) : Infinity);
