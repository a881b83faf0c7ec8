/** Orders as others see them: one, lists, searches, counts. */
import type { LocationId, OrderId } from '../actors/ids.ts';
import { releaseAtMs } from '../actors/order-checks.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { shownLines } from '../actors/order-substitute.ts';
import { isHeld } from '../actors/order-takings.ts';
import type { OrderState } from '../actors/order-states.ts';
import { statusOf } from '../actors/order-status.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import type { OrderView } from '../actors/vocabulary.ts';
import type { Core } from './core.ts';
import type { Answers } from './outcome.ts';
import type { OrderCounts } from './outcome-orders.ts';
import { promiseView } from './jeopardy/look.ts';
import { orderIdOf } from './intake/queries.ts';
import { withReturns } from './queries-returns.ts';
import type { OrderPage } from './search/order-search.ts';
import type { Snapshot } from './step.ts';

type OrderKind = 'order.get' | 'order.find' | 'order.list' | 'order.search' | 'order.counts';
type OrderQuery = Extract<Query, { readonly kind: OrderKind }>;
export type Search = (asked: QueryBody<'order.search'>) => OrderPage;

const pageDefault = 100;

/** What orders are looked for with, and when. */
export interface Asking {
  readonly search: Search;
  readonly nowMs: () => number;
}

export function answerOrders(
  core: Core, { kind, body }: OrderQuery, { search, nowMs }: Asking,
): Answers[OrderKind] {
  switch (kind) {
    case 'order.get':
      return orderOf(core.world, core.world.look(body.orderId), nowMs);
    case 'order.find': {
      const orderId = orderIdOf(core.world, body.channel, body.externalId);
      return orderId === undefined ? null : orderOf(core.world, core.world.look(orderId), nowMs);
    }
    case 'order.list':
      return listOrders(core, body);
    case 'order.search': {
      const { found, next } = search(body);
      return { orders: found.map(orderView), next };
    }
    case 'order.counts':
      return counts(core);
  }
}

function orderOf(
  world: Core['world'], snapshot: Snapshot<OrderContext> | undefined, nowMs: () => number,
): OrderView | null {
  if (snapshot === undefined) return null;
  const view = withReturns(world, orderView(snapshot));
  if (snapshot.context.promisedByMs === undefined) return view;
  return { ...view, promise: promiseView(world, snapshot, nowMs()) };
}

/** An order as others see it. */
export function orderView({ value, context }: Snapshot<OrderContext>): OrderView {
  return {
    orderId: context.orderId,
    channel: context.channel,
    state: value as OrderState,
    placedAtMs: context.placedAtMs,
    changedAtMs: context.changedAtMs,
    destination: context.destination,
    currency: context.currency,
    customer: context.customer,
    segment: context.segment,
    service: context.service,
    priority: context.priority,
    promisedByMs: context.promisedByMs,
    fulfillAtMs: context.fulfillAtMs,
    fulfillByMs: context.fulfillByMs,
    tags: context.tags,
    attributes: context.attributes,
    lines: shownLines(context),
    fulfillments: context.fulfillments.map((part) => ({ ...part, status: statusOf(context, part) })),
    exception: context.exception,
    holds: context.holds,
    declined: context.declined,
    replaces: context.replaces,
    releaseAtMs: releaseAtMs(value, context),
    feesMinor: context.intake?.feesMinor,
    substitution: context.intake?.consent?.order,
  };
}

function counts({ views }: Core): OrderCounts {
  const byState: Partial<Record<OrderState, number>> = {};
  for (const [state, orders] of views.byState) if (orders.size > 0) byState[state] = orders.size;
  const byLocation: Record<string, number> = {};
  for (const [location, orders] of views.byLocation) if (orders.size > 0) byLocation[location] = orders.size;
  return { byState, byLocation, held: views.held.size };
}

/**
 * Open orders in the order they came there, continued after the last one given. Where that one has left
 * the list meanwhile, the list begins again: a reader sees an order twice rather than never.
 */
function listOrders(core: Core, body: QueryBody<'order.list'>): Answers['order.list'] {
  const { after, ...whole } = body;
  if (after === undefined || isListed(core, body, after)) return page(core, body);
  return page(core, whole);
}

function isListed({ views }: Core, { state, location, held }: QueryBody<'order.list'>, id: OrderId): boolean {
  if (held === true) return views.held.has(id);
  if (location !== undefined) return views.atLocation(location).has(id);
  if (state !== undefined) return views.inState(state).has(id);
  for (const ids of views.byState.values()) if (ids.has(id)) return true;
  return false;
}

function page(core: Core, body: QueryBody<'order.list'>): Answers['order.list'] {
  const limit = body.limit ?? pageDefault;
  const orders: OrderView[] = [];
  let isPast = body.after === undefined;
  let last: OrderId | undefined;
  for (const id of idsFor(core, body)) {
    if (!isPast) {
      isPast = id === body.after;
      continue;
    }
    const snapshot = core.world.look(id);
    if (snapshot === undefined) continue;
    if (body.state !== undefined && snapshot.value !== body.state) continue;
    if (body.held === true && !isAt(snapshot, body.location)) continue;
    if (orders.length === limit) return { orders, next: last };
    orders.push(orderView(snapshot));
    last = id;
  }
  return { orders };
}

/** Whether an order has work at a location that has not left. */
function isAt({ context }: Snapshot<OrderContext>, location: LocationId | undefined): boolean {
  return location === undefined || context.fulfillments.some((part) => part.location === location && isHeld(part));
}

function* idsFor({ views }: Core, { state, location, held }: QueryBody<'order.list'>): Iterable<OrderId> {
  if (held === true) yield* views.held;
  else if (location !== undefined) yield* views.atLocation(location);
  else if (state !== undefined) yield* views.inState(state);
  else for (const ids of views.byState.values()) yield* ids;
}
