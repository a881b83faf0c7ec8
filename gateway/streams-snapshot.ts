/**
 * The whole truth of a topic, asked of the engine: what a subscription begins with, and begins
 * again with after a gap.
 */
import { availableOf } from '../actors/available.ts';
import type { EngineApi } from '../engine/api.ts';
import type { StockView } from '../engine/outcome.ts';
import type { ChannelId, LocationId, OrderId, ReservationId, Sku } from '../actors/ids.ts';
import type { OrderView, StockChange } from '../actors/vocabulary.ts';
import { isTerminalsOwn, seesChannel } from './streams-subscription.ts';
import type { Caller, EventTopic, StockTopic } from './streams-subscription.ts';
import type { CaseCode } from '../actors/case-kinds.ts';
import type { CaseList } from './protocol.ts';
import type { ChannelStock, ExceptionList, LocationWork, ReturnList, Snapshot, SupplyList } from './protocol.ts';

export interface TopicSnapshot {
  readonly position: number;
  readonly snapshot: Snapshot;
}

/**
 * Lines of all orders in a location's snapshot together: keeps it well below what a socket may
 * buffer.
 */
const snapshotLinesMax = 2_000;
/** Supply documents in a snapshot: as many as supply.list gives at once. */
const suppliesMax = 200;
/** Returns in a snapshot: as many as return.list gives at once. */
const returnsMax = 200;
/** Cases in a snapshot: as many as case.list gives at once. */
const casesMax = 200;
/** Late lanes of a carrier in a snapshot. */
const lanesMax = 100;
const exceptionsMax = 10_000;
const pageMax = 1_000;

/**
 * The snapshot of a topic of events; undefined for `decisions`, which are history and have no
 * state.
 */
export function snapshotOf(
  engine: EngineApi,
  caller: Caller,
  topic: EventTopic,
  ordersMax: number,
): TopicSnapshot | undefined {
  switch (topic.topic) {
    case 'order':
      return orderSnapshot(engine, caller, topic.orderId);
    case 'location':
      return locationSnapshot(engine, topic.location, ordersMax);
    case 'reservation':
      return reservationSnapshot(engine, caller, topic.reservationId);
    case 'terminal': {
      const { ok, position } = engine.query({ kind: 'terminal.get', body: { terminalId: topic.terminalId } });
      return { position, snapshot: ok };
    }
    case 'supply':
      return supplySnapshot(engine, topic.location);
    case 'returns':
      return returnsSnapshot(engine, caller, topic);
    case 'exceptions':
      return exceptionsSnapshot(engine, caller, topic.channel);
    case 'cases':
      return casesSnapshot(engine, topic.code);
    case 'carriers':
      return carriersSnapshot(engine);
    case 'plans': {
      const { ok, position } = engine.query({ kind: 'plan.list', body: {} });
      return { position, snapshot: ok };
    }
    case 'shadow': {
      const { ok, position } = engine.query({ kind: 'plan.divergence', body: { planId: topic.planId } });
      return { position, snapshot: { shadows: ok } };
    }
    case 'decisions':
      return undefined;
  }
}

function orderSnapshot(engine: EngineApi, caller: Caller, orderId: OrderId): TopicSnapshot {
  const { ok, position } = engine.query({ kind: 'order.get', body: { orderId } });
  // Another channel's order looks like one that does not exist.
  return { position, snapshot: ok !== null && seesChannel(caller, ok.channel) ? ok : null };
}

function reservationSnapshot(engine: EngineApi, caller: Caller, reservationId: ReservationId): TopicSnapshot {
  const { ok, position } = engine.query({ kind: 'reservation.get', body: { reservationId } });
  return { position, snapshot: ok !== null && seesChannel(caller, ok.channel) ? ok : null };
}

function locationSnapshot(
  engine: EngineApi,
  location: LocationId,
  ordersMax: number,
): TopicSnapshot {
  const { ok, position } = engine.query({
    kind: 'order.list',
    body: { location, limit: ordersMax },
  });
  let lines = 0;
  const orders: OrderView[] = [];
  for (const order of ok.orders) {
    lines += order.lines.length;
    if (lines > snapshotLinesMax && orders.length > 0) break;
    orders.push(order);
  }
  const more = ok.next !== undefined || orders.length < ok.orders.length;
  const snapshot: LocationWork = { location, orders, more };
  return { position, snapshot };
}

/** One page of open documents: it is bounded by their lines as well. */
function supplySnapshot(engine: EngineApi, location: LocationId | undefined): TopicSnapshot {
  const body = location === undefined ? { limit: suppliesMax } : { location, limit: suppliesMax };
  const { ok, position } = engine.query({ kind: 'supply.list', body });
  const snapshot: SupplyList = { supplies: ok.supplies, more: ok.next !== undefined };
  return { position, snapshot };
}

/** One page of open returns, those of channels that the caller sees. */
function returnsSnapshot(
  engine: EngineApi,
  caller: Caller,
  topic: Extract<EventTopic, { topic: 'returns' }>,
): TopicSnapshot {
  const { location, channel } = topic;
  const named = { ...(location !== undefined && { location }), ...(channel !== undefined && { channel }) };
  const { ok, position } = engine.query({ kind: 'return.list', body: { ...named, limit: returnsMax } });
  const isSeen = (of: ChannelId): boolean => isTerminalsOwn(caller, topic) || seesChannel(caller, of);
  const returns = ok.returns.filter((one) => isSeen(one.channel));
  const snapshot: ReturnList = { returns, more: ok.next !== undefined };
  return { position, snapshot };
}

/** One page of open cases. */
function casesSnapshot(engine: EngineApi, code: CaseCode | undefined): TopicSnapshot {
  const named = code === undefined ? {} : { code };
  const { ok, position } = engine.query({ kind: 'case.list', body: { ...named, limit: casesMax } });
  const snapshot: CaseList = { cases: ok.cases, more: ok.next !== undefined };
  return { position, snapshot };
}

/** Every carrier, with its lanes that are late. */
function carriersSnapshot(engine: EngineApi): TopicSnapshot {
  const { ok, position } = engine.query({ kind: 'carrier.list', body: {} });
  const carriers = ok.map((one) => {
    const asked = { carrier: one.id, late: true, limit: lanesMax };
    const { lanes } = engine.query({ kind: 'tracking.lanes', body: asked }).ok;
    return lanes.length === 0 ? one : { ...one, lateLanes: lanes };
  });
  return { position, snapshot: { carriers } };
}

function exceptionsSnapshot(
  engine: EngineApi,
  caller: Caller,
  channel: ChannelId | undefined,
): TopicSnapshot {
  const orders: OrderId[] = [];
  let after: OrderId | undefined;
  let position: number;
  do {
    const body = {
      state: 'exception' as const,
      limit: pageMax,
      ...(after === undefined ? {} : { after }),
    };
    const page = engine.query({ kind: 'order.list', body });
    position = page.position;
    for (const order of page.ok.orders) {
      const meant = channel === undefined || order.channel === channel;
      if (meant && seesChannel(caller, order.channel)) orders.push(order.orderId);
    }
    after = page.ok.next;
  } while (after !== undefined && orders.length < exceptionsMax);
  const snapshot: ExceptionList = { orders, more: after !== undefined };
  return { position, snapshot };
}

/** Every balance of a SKU, as the stock topic without a channel shows it. */
export function stockOf(engine: EngineApi, sku: Sku): readonly StockChange[] {
  return engine.query({ kind: 'stock.get', body: { sku } }).ok.map(stockChange);
}

function stockChange(view: StockView): StockChange {
  const { sku, location, atp, incoming: _incoming, ...levels } = view;
  return { sku, location, levels, atp };
}

/** What a view may sell of a SKU now. */
export function channelStockOf(
  engine: EngineApi,
  sku: Sku,
  { channel, method, segment }: StockTopic,
): ChannelStock {
  return { sku, atp: availableOf(engine.atp(sku, channel, method, segment)) };
}
