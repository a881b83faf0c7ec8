/** Searching finds every order that is what is sought, once, the newest placed first, page by page. */
import type { QueryBody } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import { stateOf } from './shadow/order-facts.ts';
import type { Shadow, ShadowOrder } from './shadow/state.ts';

type Asked = QueryBody<'order.search'>;
type Search = (body: object) => Answers['order.search'];

/** Searches made in one comparison. */
const searches = 6;
const pageLimit = 3;

/** @param turnOf which searches to make this time: any whole number. */
export function compareSearch(shadow: Shadow, turnOf: number, search: Search): void {
  const orders = [...shadow.orders.values()].sort((a, b) => b.placedAtMs - a.placedAtMs || (a.id < b.id ? -1 : 1));
  for (let count = 0; count < searches; count += 1) {
    const asked = likeOne(orders, turnOf * searches + count);
    const is = orders.filter((order) => fits(order, asked)).map(({ id }) => id);
    const wrong = difference(is, read(search, asked), `orders sought by ${JSON.stringify(asked)}`);
    expect(wrong === undefined, () => `a search finds others: ${wrong}`);
  }
}

function read(search: Search, asked: Asked): string[] {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = search({ ...asked, limit: pageLimit, after });
    expect(page.orders.length <= pageLimit, 'a page is larger than was asked for');
    found.push(...page.orders.map(({ orderId }) => orderId));
    expect(page.next === undefined || page.next !== after, 'a page leads to itself');
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** What one of the orders is, or some of that: each whole number another search. */
function likeOne(orders: readonly ShadowOrder[], number: number): Asked {
  const order = orders[(number * 7) % Math.max(1, orders.length)];
  if (order === undefined) return {};
  const asked: Record<string, unknown> = {};
  const mask = (number * 37) % 512;
  const ask = (bit: number, field: keyof Asked, value: unknown): void => {
    if ((mask & (1 << bit)) !== 0 && value !== undefined) asked[field] = value;
  };
  ask(0, 'state', stateOf(order));
  ask(1, 'location', order.parts[0]?.location);
  ask(2, 'sku', order.lines[0]?.kit?.sku ?? order.lines[0]?.sku);
  ask(3, 'channel', order.channel);
  ask(4, 'customer', order.customer);
  ask(5, 'tag', order.tags?.[0]);
  ask(6, 'held', order.holds === undefined ? undefined : true);
  ask(7, 'placedFromMs', order.placedAtMs);
  ask(8, 'placedToMs', order.placedAtMs + 1);
  return asked as Asked;
}

function fits(order: ShadowOrder, asked: Asked): boolean {
  return (asked.state === undefined || stateOf(order) === asked.state)
    && (asked.location === undefined || order.parts.some((part) => part.location === asked.location && part.state !== 'cancelled'))
    && (asked.sku === undefined || order.lines.some((line) => line.sku === asked.sku || line.kit?.sku === asked.sku))
    && (asked.channel === undefined || order.channel === asked.channel)
    && (asked.customer === undefined || order.customer === asked.customer)
    && (asked.tag === undefined || order.tags?.includes(asked.tag) === true)
    && (asked.held === undefined || order.holds !== undefined)
    && (asked.placedFromMs === undefined || order.placedAtMs >= asked.placedFromMs)
    && (asked.placedToMs === undefined || order.placedAtMs < asked.placedToMs);
}
