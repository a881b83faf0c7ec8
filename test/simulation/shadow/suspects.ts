/** Suspect stock in the shadow: how it comes and goes, what is not sold because of it, and who is sent elsewhere. */
import type { CommandOf } from '../../../actors/commands.ts';
import type { Doubt } from '../../../engine/suspects/doubts.ts';
import { expect } from '../actions.ts';
import { needsFor } from './kits.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { planUnits } from './sourcing.ts';
import { aside, isUntouched, onHand, stockKey, tracked, type Part, type Shadow, type ShadowOrder, type ShadowStock } from './state.ts';
import { no, type Verdict } from './verdict.ts';

const dayMs = 86_400_000;

export interface ShadowSuspect {
  readonly sku: string;
  readonly location: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reach: 'stock' | 'orders';
  readonly times: number;
  readonly missing: number;
  readonly by: string;
  readonly reason: string;
  readonly of?: { readonly orderId: string; readonly fulfillmentId: string } | undefined;
}

type Said = Pick<ShadowSuspect, 'reach' | 'by' | 'reason' | 'of'> & { readonly missing: number; readonly forMs: number };

function raise(doing: Doing, sku: string, location: string, { reach, by, reason, of, missing, forMs }: Said): void {
  const { shadow, atMs } = doing;
  const key = stockKey(sku, location);
  const was = shadow.suspects.get(key);
  const now: ShadowSuspect = {
    sku, location, sinceMs: was?.sinceMs ?? atMs, untilMs: atMs + forMs, reach: was?.reach === 'orders' ? 'orders' : reach,
    times: (was?.times ?? 0) + 1, missing: (was?.missing ?? 0) + missing, by, reason, of,
  };
  shadow.set(shadow.suspects, key, now);
  const stock = shadow.stocks.get(key) as ShadowStock;
  if (was === undefined) shadow.set(shadow.stocks, key, { ...stock, suspect: true });
  doing.events.push({ kind: 'suspect.changed', ...now, state: 'stands' });
}

function trust(doing: Doing, key: string, state: 'counted' | 'cleared' | 'expired'): void {
  const { shadow } = doing;
  const was = shadow.suspects.get(key);
  if (was === undefined) return;
  shadow.set(shadow.suspects, key, undefined);
  const { suspect: _, ...stock } = shadow.stocks.get(key) as ShadowStock;
  shadow.set(shadow.stocks, key, stock);
  doing.events.push({ kind: 'suspect.changed', ...was, state });
}

/** A count of an instant after it began ends it. */
export function counted(doing: Doing, key: string, ofMs: number): void {
  if (ofMs >= (doing.shadow.suspects.get(key)?.sinceMs ?? Infinity)) trust(doing, key, 'counted');
}

export function due(doing: Doing, key: string): void {
  if ((doing.shadow.suspects.get(key)?.untilMs ?? Infinity) <= doing.atMs) trust(doing, key, 'expired');
}

/** Units of a part are short: what is left there is suspect, as its location says. */
export function short(doing: Doing, order: ShadowOrder, index: number, wanted: Wanted, by: string, reason: string): void {
  const { shadow } = doing;
  const part = order.parts[index] as Part;
  const policy = shadow.locations.get(part.location)?.shortPick;
  if (policy === undefined || policy.reach === 'units') return;
  const missing = new Map<string, number>();
  for (const { line } of tracked(part)) {
    const sku = order.lines[line]?.sku ?? '';
    const units = wanted.get(line) ?? 0;
    if (units > 0) missing.set(sku, (missing.get(sku) ?? 0) + units);
  }
  // In the order in which the command names them.
  const named = [...wanted.keys()].map((line) => order.lines[line]?.sku ?? '');
  for (const sku of new Set(named)) {
    const units = missing.get(sku);
    if (units === undefined) continue;
    const key = stockKey(sku, part.location);
    const stock = shadow.stocks.get(key) as ShadowStock;
    const left = onHand(stock) - aside(stock) - units;
    if (stock.suspect !== true && (left <= 0 || left > (policy.leftMax ?? Infinity))) continue;
    const of = { orderId: order.id, fulfillmentId: String(index + 1) };
    raise(doing, sku, part.location, { reach: policy.reach, by, reason, of, missing: units, forMs: policy.suspectForMs ?? dayMs });
  }
}

export function command(doing: Doing, { kind, body, by }: CommandOf<'suspect.raise'> | CommandOf<'suspect.clear'>): Verdict {
  const { shadow } = doing;
  const { sku, location, reason } = body;
  if (!shadow.locations.has(location)) return no('unknown-location', 'body.location');
  const key = stockKey(sku, location);
  const stock = shadow.stocks.get(key);
  if (stock === undefined) return no('unknown-sku', 'body.sku');
  if (kind === 'suspect.clear') {
    if (shadow.suspects.get(key) === undefined) return no('wrong-state');
    trust(doing, key, 'cleared');
  } else {
    if (onHand(stock) === 0) return no('wrong-state');
    raise(doing, sku, location, { reach: body.reach ?? 'stock', by, reason, missing: 0, forMs: body.forMs ?? dayMs });
  }
  return { ok: { id: key } };
}

/** Lines of a part that have units of a SKU in stock. */
const linesOf = ({ lines }: ShadowOrder, part: Part, sku: string): number[] =>
  tracked(part).flatMap(({ line }) => (lines[line]?.sku === sku ? [line] : []));

const partsAt = (order: ShadowOrder, sku: string, location: string): number[] =>
  order.parts.flatMap((part, index) => (part.location === location && isUntouched(part) && linesOf(order, part, sku).length > 0 ? [index] : []));

export const isSuspectSku = (shadow: Shadow, sku: string): boolean => [...shadow.suspects.values()].some((one) => one?.sku === sku);

/** Whether an order is to be sent units of a SKU from where they are suspect. */
export const isDoubted = (shadow: Shadow, order: ShadowOrder, sku: string): boolean =>
  [...shadow.suspects.values()].some((one) => one?.sku === sku && partsAt(order, sku, one.location).length > 0);

/** An order is scored again: each part goes elsewhere if there is another place for all of it. Whether any of it stays. */
export function rescore(doing: Doing, sku: string, location: string, id: string): boolean {
  const { shadow, atMs } = doing;
  for (const index of partsAt(shadow.orders.get(id) as ShadowOrder, sku, location)) {
    const now = shadow.orders.get(id) as ShadowOrder;
    const part = now.parts[index] as Part;
    const own = linesOf(now, part, sku);
    const isTogether = own.some((line) => now.lines[line]?.kit?.together === true);
    const units: Wanted = new Map(part.units.flatMap(({ line, quantity }) => (isTogether || own.includes(line) ? [[line, quantity] as const] : [])));
    const plan = planUnits(shadow, now, needsFor(now, (line) => units.get(line) ?? 0), atMs);
    if (plan.short > 0 || plan.parcels.length === 0) continue;
    orders.withdraw(doing, now, index, units, undefined, false);
    orders.sourceBy(doing, id, { ...plan, cause: { kind: 'suspect', from: [String(index + 1)] } });
  }
  return partsAt(shadow.orders.get(id) as ShadowOrder, sku, location).length > 0;
}

/** Whom the engine owes a look: everybody with units of what became suspect, or who got some of it since. */
export class DoubtedOrders {
  readonly #owed = new Set<string>();
  readonly #known = new Map<string, ShadowSuspect | undefined>();

  note(shadow: Shadow): void {
    for (const [key, one] of shadow.suspects) {
      if (this.#known.get(key) === one) continue;
      this.#known.set(key, one);
      if (one?.reach === 'orders') this.#all(shadow, one);
    }
  }

  restart(shadow: Shadow): void {
    this.#owed.clear();
    this.#known.clear();
    this.note(shadow);
  }

  #all(shadow: Shadow, { sku, location }: ShadowSuspect): void {
    for (const order of shadow.orders.open.values()) if (partsAt(order, sku, location).length > 0) this.#owed.add(`${location}/${sku} ${order.id}`);
  }

  /** It is looked at now: what that is, to be done in the shadow. */
  seen(doubt: Doubt): { readonly kind: 'doubt'; readonly doubt: Doubt } {
    this.#owed.delete(nameOf(doubt));
    return { kind: 'doubt', doubt };
  }

  owed(doubt: Doubt): void {
    this.#owed.add(nameOf(doubt));
  }

  /** Nothing is left to do: all were looked at that are still concerned. */
  checkRest(shadow: Shadow): void {
    for (const one of shadow.suspects.values()) {
      if (one?.reach !== 'orders') continue;
      const { sku, location } = one;
      for (const order of shadow.orders.open.values()) {
        const isOwed = this.#owed.has(`${location}/${sku} ${order.id}`) && partsAt(order, sku, location).length > 0;
        expect(!isOwed, `order ${order.id} is to be sent ${sku} from ${location}, where it is suspect, and nobody looked at it`);
      }
    }
    this.#owed.clear();
  }
}

const nameOf = ({ stock, orderId }: Doubt): string => `${stock.location.id}/${stock.sku.sku} ${orderId}`;
