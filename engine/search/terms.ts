/**
 * What an order is found by: terms, a letter and a name. An order that ever was found by a term stays listed
 * there; whoever reads the list looks whether that still holds. So nothing is ever taken out of an index, and
 * writing an order down twice does no harm.
 */
import type { OrderContext } from '../../actors/order-context.ts';
import { orderSteps } from '../cells.ts';
import { isFinal, type Snapshot } from '../step.ts';

type Order = Snapshot<OrderContext>;

/** The terms for what a search may ask. States: only those that an order ends in, which it never leaves. */
export const terms = {
  all: 'd',
  channel: (channel: string): string => `n${channel}`,
  customer: (customer: string): string => `u${customer}`,
  tag: (tag: string): string => `g${tag}`,
  sku: (sku: string): string => `s${sku}`,
  location: (location: string): string => `l${location}`,
  ended: (state: string): string => `e${state}`,
} as const;

/** The terms an order is found by now and was not when it was last written down. */
export function newTerms(before: Order | undefined, after: Order): readonly string[] {
  if (before === after) return [];
  const found: string[] = [];
  const { context } = after;
  if (before === undefined) {
    found.push(terms.all, terms.channel(context.channel));
    if (context.customer !== undefined) found.push(terms.customer(context.customer));
    for (const tag of context.tags ?? []) found.push(terms.tag(tag));
  }
  if (before?.context.lines !== context.lines) addNew(found, skuTerms(before), skuTerms(after));
  if (before?.context.fulfillments !== context.fulfillments) addNew(found, placeTerms(before), placeTerms(after));
  if (isFinal(orderSteps, after.value) && before?.value !== after.value) found.push(terms.ended(after.value));
  return found;
}

function addNew(found: string[], before: ReadonlySet<string>, after: ReadonlySet<string>): void {
  for (const term of after) if (!before.has(term)) found.push(term);
}

/** Of kits: the kit and its components. */
function skuTerms(order: Order | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { sku, kit } of order?.context.lines ?? []) {
    found.add(terms.sku(sku));
    if (kit !== undefined) found.add(terms.sku(kit.sku));
  }
  return found;
}

function placeTerms(order: Order | undefined): ReadonlySet<string> {
  return new Set(order?.context.fulfillments.map(({ location }) => terms.location(location)));
}
