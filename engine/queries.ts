/** Answers: read from the world and its views, never by a scan over all orders. */
import { unitsToCome } from '../actors/incoming.ts';
import type { Query, QueryBody, QueryKind, QueryOf } from '../actors/queries.ts';
import type { LocationId, OrderId } from '../actors/ids.ts';
import { releaseAtMs } from '../actors/order-checks.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { isHeld } from '../actors/order-lines.ts';
import type { OrderState } from '../actors/queries.ts';
import type { OrderView } from '../actors/vocabulary.ts';
import type { StockCell } from './cells.ts';
import { compareItems, compareLocations, compareStock } from './compare.ts';
import type { Core } from './core.ts';
import { stockAt, stockHistory, type LedgerJournal } from './ledger.ts';
import type { Answers, EngineStatus, OrderCounts, StockView, WaitingView } from './outcome.ts';
import { answerIntake, orderIdOf, type IntakeQuery } from './intake/queries.ts';
import { paymentView } from './payments/queries.ts';
import { answerDrift } from './queries-drift.ts';
import { listLots, lotTrace } from './queries-lots.ts';
import { answerTracking, isTrackingQuery, type TrackingQuery } from './tracking/queries.ts';
import { answerNetwork, type NetworkQuery } from './queries-network.ts';
import { answerPlans, isPlanQuery, type PlanQuery } from './queries-plans.ts';
import { answerReturns, isReturnQuery, withReturns } from './queries-returns.ts';
import { answerSelling, type SellingQuery } from './queries-selling.ts';
import { incomingViews, listSupplies, supplyView } from './queries-supply.ts';
import { lineFor, listReservations, reservationOf } from './reservation-views.ts';
import { moveOptions } from './commands/move.ts';
import { explainDecision } from './routing/explain-decision.ts';
import type { Snapshot } from './step.ts';
import { whatIf } from './what-if.ts';

const pageDefault = 100;

/** Answer a query. The journal is asked only for what was, the time for promises, `status` for engine.status. */
export function answer<K extends QueryKind>(
  core: Core,
  query: QueryOf<K>,
  journal: LedgerJournal,
  nowMs: () => number,
  status: () => EngineStatus,
): Answers[K] {
  return answerAny(core, query as unknown as Query, journal, nowMs, status) as Answers[K];
}

function answerAny(
  core: Core,
  query: Query,
  journal: LedgerJournal,
  nowMs: () => number,
  status: () => EngineStatus,
): Answers[QueryKind] {
  const { world } = core;
  const { kind, body } = query;
  switch (kind) {
    case 'order.get':
      return orderOf(world, world.look(body.orderId));
    case 'order.list':
      return listOrders(core, body);
    case 'order.counts':
      return counts(core);
    case 'reservation.get':
      return reservationOf(world, body.reservationId);
    case 'reservation.list':
      return listReservations(world, body);
    case 'line.get':
      return lineFor(world, body.sku);
    case 'stock.get':
      return stocksOf(core, body);
    case 'item.get':
      return world.skus.get(body.sku)?.item?.snapshot?.context ?? null;
    case 'item.waiting':
      return waitingView(core, body);
    case 'lot.get':
      return lotTrace(world, body);
    case 'lot.list':
      return listLots(world, body);
    case 'stock.history':
      return stockHistory(world, journal, body);
    case 'stock.at':
      return stockAt(world, journal, body);
    case 'stock.drift':
    case 'drift.report':
    case 'feed.ages':
      return answerDrift(world, journal, query);
    case 'stock.compare':
      return compareStock(core, body);
    case 'item.compare':
      return compareItems(world, body);
    case 'location.compare':
      return compareLocations(world, body);
    case 'atp.get':
    case 'atp.explain':
    case 'atp.by-location':
    case 'buffer.get':
    case 'buffer.list':
    case 'pool.list':
      return answerSelling(world, query as SellingQuery);
    case 'stock.incoming':
      return incomingViews(core, body);
    case 'supply.get':
      return supplyView(core, body.supplyId);
    case 'supply.list':
      return listSupplies(core, body);
    case 'engine.status':
      return status();
    default:
      if (isDecisionQuery(query)) return answerDecision(core, journal, query, nowMs());
      return isReturnQuery(query) ? answerReturns(world, query) : answerRest(core, query, nowMs);
  }
}

type DecisionQuery = Extract<Query, { kind: 'order.options' | 'decision.explain' }>;

const isDecisionQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, DecisionQuery> =>
  query.kind === 'order.options' || query.kind === 'decision.explain';

function answerDecision(
  core: Core,
  journal: LedgerJournal,
  query: DecisionQuery,
  nowMs: number,
): Answers[DecisionQuery['kind']] {
  if (query.kind === 'order.options') return moveOptions(core, query.body, nowMs);
  return explainDecision(core, journal, query.body, nowMs);
}

type Asked = QueryOf<'order.find'> | QueryOf<'payment.get'> | QueryOf<'whatif.run'> | QueryOf<RehearsalKind>;
type Rest = Asked | IntakeQuery | TrackingQuery | PlanQuery | NetworkQuery;
type RehearsalKind = Extract<QueryKind, `rehearsal.${string}`>;

function answerRest(core: Core, query: Rest, nowMs: () => number): Answers[QueryKind] {
  switch (query.kind) {
    case 'order.find':
      return orderOf(core.world, lookFor(core.world, query.body));
    case 'payment.get':
      return paymentView(core.world, query.body.orderId);
    case 'order.details':
    case 'intake-policy.get':
      return answerIntake(core.world, query);
    case 'whatif.run':
      return whatIf(core, query.body, nowMs());
    case 'rehearsal.start':
    case 'rehearsal.get':
    case 'rehearsal.cancel':
      // Beside the engine, by whoever has its journal on disk (gateway/rehearse/).
      return null;
    default:
      if (isTrackingQuery(query)) return answerTracking(core.world, query);
      return isPlanQuery(query) ? answerPlans(core, query, nowMs) : answerNetwork(core, query, nowMs);
  }
}

function stocksOf(core: Core, { sku, location: only }: QueryBody<'stock.get'>): StockView[] {
  return (core.world.skus.get(sku)?.stocks ?? [])
    .filter(({ location }) => only === undefined || location.id === only)
    .flatMap((stock) => stockView(core, stock))
    .sort((a, b) => (a.location < b.location ? -1 : 1));
}

function orderOf(world: Core['world'], snapshot: Snapshot<OrderContext> | undefined): OrderView | null {
  return snapshot === undefined ? null : withReturns(world, orderView(snapshot));
}

function lookFor(world: Core['world'], { channel, externalId }: QueryBody<'order.find'>) {
  const orderId = orderIdOf(world, channel, externalId);
  return orderId === undefined ? undefined : world.look(orderId);
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
    tags: context.tags,
    attributes: context.attributes,
    lines: context.lines,
    fulfillments: context.fulfillments,
    exception: context.exception,
    holds: context.holds,
    declined: context.declined,
    releaseAtMs: releaseAtMs(value, context),
  };
}

const waitersDefault = 100;

function waitingView({ world, views }: Core, { sku, limit = waitersDefault }: QueryBody<'item.waiting'>): WaitingView {
  const cell = world.skus.get(sku);
  const state = cell?.item?.snapshot?.value === 'preorder' ? 'preorder' : 'open';
  const { waiting } = cell ?? {};
  const first: WaitingView['first'][number][] = [];
  for (const { id, channel, units } of waiting ?? []) {
    if (first.length === limit) break;
    first.push({ orderId: id, channel, units });
  }
  const byChannel = Object.fromEntries(waiting?.byChannel ?? []);
  const { units = 0, size: orders = 0 } = waiting ?? {};
  return { units, byChannel, orders, first, serve: views.serveOf(cell), state };
}

function stockView({ world }: Core, { snapshot, atp }: StockCell): StockView[] {
  if (snapshot === undefined) return [];
  const { sku, location } = snapshot.context;
  const incoming = unitsToCome(world.supplies.incoming.at(sku, location));
  return [{ ...snapshot.context, atp, incoming }];
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
