/** Answers: read from the world and its views, never by a scan over all orders. */
import { unitsToCome } from '../actors/incoming.ts';
import type { Query, QueryBody, QueryKind, QueryOf } from '../actors/queries.ts';
import type { StockCell } from './cells.ts';
import { compareItems, compareLocations, compareStock } from './compare.ts';
import type { Core } from './core.ts';
import { stockAt, stockHistory, type LedgerJournal } from './ledger.ts';
import type { Answers, EngineStatus, StockView, WaitingView } from './outcome.ts';
import { answerIntake, type IntakeQuery } from './intake/queries.ts';
import { paymentView } from './payments/queries.ts';
import { answerCases, isCaseQuery, type CaseQuery } from './queries-cases.ts';
import { answerDrift } from './queries-drift.ts';
import { listLots, lotTrace } from './queries-lots.ts';
import { answerTracking, isTrackingQuery, type TrackingQuery } from './tracking/queries.ts';
import { answerFloor, isFloorQuery, type FloorQuery } from './floor/queries.ts';
import { answerNetwork, type NetworkQuery } from './queries-network.ts';
import { answerOrders, type Search } from './queries-orders.ts';
import { answerPlans, isPlanQuery, type PlanQuery } from './queries-plans.ts';
import { answerReturns, isReturnQuery } from './queries-returns.ts';
import { answerSelling, type SellingQuery } from './queries-selling.ts';
import { incomingViews, listSupplies, supplyView } from './queries-supply.ts';
import { lineFor, listReservations, reservationOf } from './reservation-views.ts';
import { moveOptions } from './commands/move.ts';
import { explainDecision } from './routing/explain-decision.ts';
import { listOffers } from './offers/queries.ts';
import { answerSuspects, isSuspectQuery, type SuspectQuery } from './suspects/queries.ts';
import { whatIf } from './what-if.ts';

/** What is asked beside the world. */
export interface Beside {
  /** For what was. */
  readonly journal: LedgerJournal;
  /** For promises. */
  readonly nowMs: () => number;
  readonly status: () => EngineStatus;
  readonly search: Search;
}

/** Answer a query. */
export function answer<K extends QueryKind>(core: Core, query: QueryOf<K>, beside: Beside): Answers[K] {
  return answerAny(core, query as unknown as Query, beside) as Answers[K];
}

function answerAny(core: Core, query: Query, beside: Beside): Answers[QueryKind] {
  const [{ world }, { journal, nowMs, status }] = [core, beside];
  const { kind, body } = query;
  switch (kind) {
    case 'order.get':
    case 'order.find':
    case 'order.list':
    case 'order.search':
    case 'order.counts':
      return answerOrders(core, query, beside);
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

type Asked = QueryOf<'payment.get'> | QueryOf<'offer.list'> | QueryOf<'whatif.run'> | QueryOf<RehearsalKind>;
type Rest = Asked | SuspectQuery | CaseQuery | IntakeQuery | TrackingQuery | FloorQuery | PlanQuery | NetworkQuery;
type RehearsalKind = Extract<QueryKind, `rehearsal.${string}`>;

function answerRest(core: Core, query: Rest, nowMs: () => number): Answers[QueryKind] {
  switch (query.kind) {
    case 'payment.get':
      return paymentView(core.world, query.body.orderId);
    case 'order.details':
    case 'order.preview':
    case 'mapping.get':
    case 'intake-policy.get':
      return answerIntake(core, query, nowMs());
    case 'offer.list':
      return listOffers(core.world, query.body);
    case 'whatif.run':
      return whatIf(core, query.body, nowMs());
    case 'rehearsal.start':
    case 'rehearsal.get':
    case 'rehearsal.cancel':
      // Beside the engine, by whoever has its journal on disk (gateway/rehearse/).
      return null;
    default:
      if (isTrackingQuery(query)) return answerTracking(core.world, query, nowMs());
      if (isFloorQuery(query)) return answerFloor(core.world, query);
      if (isSuspectQuery(query)) return answerSuspects(core, query, nowMs());
      if (isCaseQuery(query)) return answerCases(core.world, query);
      return isPlanQuery(query) ? answerPlans(core, query, nowMs) : answerNetwork(core, query, nowMs);
  }
}

function stocksOf(core: Core, { sku, location: only }: QueryBody<'stock.get'>): StockView[] {
  return (core.world.skus.get(sku)?.stocks ?? [])
    .filter(({ location }) => only === undefined || location.id === only)
    .flatMap((stock) => stockView(core, stock))
    .sort((a, b) => (a.location < b.location ? -1 : 1));
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
