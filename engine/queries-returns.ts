/** Answers about returns: read from their lists, never by a scan over all of them. */
import type { ReturnId } from '../actors/ids.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import type { ReturnContext, ReturnState, ReturnView } from '../actors/return-context.ts';
import type { OrderLineView, OrderView } from '../actors/vocabulary.ts';
import { unreachable } from './assert.ts';
import type { Answers } from './outcome.ts';
import type { Snapshot } from './step.ts';
import type { World } from './world.ts';

export type ReturnQuery = Extract<Query, { kind: `return.${string}` | `return-policy.${string}` }>;

export const isReturnQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, ReturnQuery> =>
  query.kind.startsWith('return.') || query.kind.startsWith('return-policy.');

const pageDefault = 50;
/** Lines of all returns of a page together, the first aside. */
const pageLinesMax = 2_000;

export function answerReturns(world: World, { kind, body }: ReturnQuery): Answers[ReturnQuery['kind']] {
  switch (kind) {
    case 'return.get':
      return viewOrNull(world.returns.look(body.returnId));
    case 'return.list':
      return listReturns(world, body);
    case 'return-policy.get':
      return world.returns.policyFor(body.channel);
    default:
      return unreachable(kind);
  }
}

/** A return as others see it. */
export function returnView({ value, context }: Snapshot<ReturnContext>): ReturnView {
  return { ...context, state: value as ReturnState };
}

const viewOrNull = (snapshot: Snapshot<ReturnContext> | undefined): ReturnView | null =>
  snapshot === undefined ? null : returnView(snapshot);

/** The order with what of its lines came back. */
export function withReturns({ returns }: World, order: OrderView): OrderView {
  // What never left has no returns.
  if (!order.lines.some(({ shipped }) => shipped > 0)) return order;
  const ids = returns.ofOrder(order.orderId);
  if (ids.length === 0) return order;
  const units = returns.unitsOf(order.orderId);
  const withUnits = (line: OrderLineView): OrderLineView => {
    const returned = units.get(line.lineId)?.back ?? 0;
    return returned === 0 ? line : { ...line, returned };
  };
  return { ...order, lines: order.lines.map(withUnits), returns: ids };
}

/**
 * Open returns, or all of an order, continued after the last one given. Where that one has left the list meanwhile,
 * the list begins again: a reader sees a return twice rather than never.
 */
function listReturns(world: World, body: QueryBody<'return.list'>): Answers['return.list'] {
  const limit = body.limit ?? pageDefault;
  const ids = idsFor(world, body);
  const isListed = body.after !== undefined && ids.has(body.after);
  let isPast = !isListed;
  const returns: ReturnView[] = [];
  let lines = 0;
  let last: ReturnId | undefined;
  for (const id of ids.keys()) {
    if (!isPast) {
      isPast = id === body.after;
      continue;
    }
    const snapshot = world.returns.look(id);
    if (snapshot === undefined || !fits(snapshot, body)) continue;
    lines += snapshot.context.lines.length;
    const isFull = returns.length === limit || (returns.length > 0 && lines > pageLinesMax);
    if (isFull) return { returns, next: last };
    returns.push(returnView(snapshot));
    last = id;
  }
  return { returns };
}

interface Ids {
  has(id: ReturnId): boolean;
  keys(): Iterable<ReturnId>;
}

const noIds: ReadonlySet<ReturnId> = new Set();

/** The list to go through: the same one for every page of the same question. */
function idsFor({ returns }: World, { orderId, location, channel, state }: QueryBody<'return.list'>): Ids {
  if (orderId !== undefined) return new Set(returns.ofOrder(orderId));
  if (location !== undefined) return returns.byLocation.get(location) ?? noIds;
  if (channel !== undefined) return returns.byChannel.get(channel) ?? noIds;
  if (state !== undefined) return returns.byState.get(state) ?? noIds;
  return { has: (id) => returns.isOpen(id), keys: () => returns.open() };
}

function fits({ value, context }: Snapshot<ReturnContext>, body: QueryBody<'return.list'>): boolean {
  const { state, location, channel } = body;
  if (state !== undefined && value !== state) return false;
  if (location !== undefined && context.to !== location) return false;
  return channel === undefined || context.channel === channel;
}
