/** The commands on stock, in the shadow. Entries in turn, then whoever lost units is sourced again. */
import type { Command, CommandBody, CommandKind } from '../../../actors/commands.ts';
import { quantityMax } from '../../../actors/limits.ts';
import { foundBy, noteDrift, type Found } from './drift.ts';
import { kitOf } from './items.ts';
import * as lots from './lots.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import * as losses from './reservation-losses.ts';
import * as reservations from './reservations.ts';
import { free, levelsOf, onHand, stockKey, type ShadowOrder, type ShadowStock } from './state.ts';
import * as suspects from './suspects.ts';
import type { Verdict } from './verdict.ts';

type StockKind = Extract<CommandKind, `stock.${string}`>;
type StockCommand = Extract<Command, { kind: StockKind }>;

export interface Entry {
  readonly lots?: readonly lots.Unit[];
  readonly serials?: readonly string[];
  readonly sku: string;
  readonly location: string;
  readonly quantity?: number;
  readonly delta?: number;
  readonly onHand?: number;
  readonly countedAtMs?: number;
  readonly buffer?: number;
}

type Bucket = 'damaged' | 'quality' | 'held';

const nothing: ShadowStock = {
  came: 0, went: 0, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0,
};
const mayBeNew: readonly string[] = ['stock.receive', 'stock.return', 'stock.count', 'stock.buffer'] satisfies StockKind[];

export function moveStock(doing: Doing, kind: StockCommand['kind'], body: CommandBody<StockKind>): Verdict {
  const lost: Lost = { orders: new Set(), reservations: new Set(), lines: 0 };
  const seen = new Set<string>();
  const outdated: number[] = [];
  const found: Found[] = [];
  const budget = { lots: 1_000 };
  for (const [index, entry] of (body.entries as readonly Entry[]).entries()) {
    const verdict = moveOne(doing, kind, { ...entry, bucket: 'bucket' in body ? body.bucket : undefined }, seen, lost, budget, found);
    if (verdict === undefined && kind === 'stock.count') suspects.counted(doing, stockKey(entry.sku, entry.location), entry.countedAtMs ?? doing.atMs);
    if (verdict === 'outdated') outdated.push(index);
    else if (verdict !== undefined) return { field: `body.entries[${index}]`, ...verdict };
  }
  for (const id of lost.orders) orders.source(doing, id);
  for (const id of [...lost.reservations].toReversed()) reservations.sourceAgain(doing, id);
  const ok = { entries: body.entries.length, displaced: [...lost.orders], broken: [...lost.reservations] };
  if (kind === 'stock.count' || kind === 'stock.adjust') noteDrift(doing, (body as CommandBody<'stock.count'>).feed, found);
  return { ok: outdated.length === 0 ? ok : { ...ok, outdated } };
}

/** What a count of an earlier instant says of today: all that came and went since, counts left out. */
function presentOf({ shadow, atMs }: Doing, key: string, { onHand: then = 0, countedAtMs }: Entry): number | 'outdated' {
  const stock = shadow.stocks.get(key);
  if (countedAtMs === undefined || countedAtMs === atMs || stock === undefined) return then;
  let since = 0;
  for (let move = stock.past; move !== undefined && move.atMs > countedAtMs; move = move.before) {
    if (move.countedMs === undefined) since += move.units;
    else if (move.countedMs > countedAtMs) return 'outdated';
  }
  return then + since;
}

/** One entry of a stock command, or what a return does in stock. */
export function moveOne(
  doing: Doing,
  kind: StockKind,
  entry: Entry & { readonly bucket: Bucket | undefined },
  seen: Set<string>,
  lost: Lost,
  budget: { lots: number },
  found: Found[],
): { readonly code: 'malformed' } | Verdict | 'outdated' | undefined {
  const { shadow } = doing;
  if (!shadow.locations.has(entry.location)) return { code: 'unknown-location' };
  const key = stockKey(entry.sku, entry.location);
  const known = shadow.stocks.get(key);
  if (known === undefined && !mayBeNew.includes(kind)) return { code: 'unknown-sku' };
  if (entry.delta === 0) return { code: 'malformed' };
  if ((entry.countedAtMs ?? 0) > doing.atMs) return { code: 'malformed' };
  if (seen.has(key)) return { code: 'duplicate' };
  seen.add(key);
  const before = known ?? nothing;
  const isTracked = kind !== 'stock.buffer' && lots.isMeant(shadow, entry.sku, entry);
  if (isTracked && entry.countedAtMs !== undefined) return { code: 'malformed' };
  const held = isTracked ? lots.moveEntry(doing, kind, entry, budget) : 0;
  if (typeof held === 'object') return held;
  const present = kind === 'stock.count' ? presentOf(doing, key, entry) : 0;
  if (present === 'outdated') {
    found.push({ location: entry.location, cause: 'outdated', units: (entry.onHand ?? 0) - onHand(before) });
    return present;
  }
  if (present < 0) return { code: 'not-enough' };
  const counted = { ofMs: entry.countedAtMs ?? doing.atMs };
  const main = kind === 'stock.count' ? { ...before, came: present + before.went, counted } : moved(kind, entry, before);
  const after = held === 0 || held === 'same' ? main : { ...main, held: main.held + held };
  if (known === undefined && kitOf(shadow, entry.sku) !== undefined) return { code: 'kit-stock' };
  if (onHand(after) > quantityMax) return { code: 'over-limit' };
  if (kind === 'stock.adjust') found.push({ location: entry.location, cause: 'adjusted', units: entry.delta ?? 0 });
  if (kind === 'stock.count') found.push(...foundBy(entry, known, present));
  const isSame = kind === 'stock.count' && known !== undefined && onHand(known) === present;
  if (isSame && (!isTracked || held === 'same')) return undefined;
  if (kind === 'stock.buffer' && known?.buffer === entry.buffer) return undefined;
  const missing = -free(after);
  const isLoss = kind === 'stock.adjust' || kind === 'stock.count';
  if (Object.values(levelsOf(after)).some((units) => units < 0)) return { code: 'not-enough' };
  if (missing > after.reserved + after.allocated) return { code: 'not-enough' };
  const refused = missing <= 0 ? undefined : isLoss ? takeBack(doing, entry, missing, lost) : 'not-enough';
  if (refused !== undefined) return { code: refused };
  const { reserved, allocated } = shadow.stocks.get(key) ?? nothing;
  shadow.set(shadow.stocks, key, { ...after, reserved, allocated });
  return undefined;
}

function moved(kind: StockKind, entry: Entry & { readonly bucket: Bucket | undefined }, stock: ShadowStock): ShadowStock {
  const bucket = entry.bucket ?? 'held';
  const { quantity = 0, delta = 0, buffer = 0 } = entry;
  switch (kind) {
    case 'stock.receive':
      return { ...stock, came: stock.came + quantity };
    case 'stock.adjust':
      return delta > 0 ? { ...stock, came: stock.came + delta } : { ...stock, went: stock.went - delta };
    case 'stock.count':
      return stock;
    case 'stock.return': {
      const back = { ...stock, came: stock.came + quantity };
      return entry.bucket === undefined ? back : { ...back, [entry.bucket]: stock[entry.bucket] + quantity };
    }
    case 'stock.set-aside':
      return { ...stock, [bucket]: stock[bucket] + quantity };
    case 'stock.put-back':
      return { ...stock, [bucket]: stock[bucket] - quantity };
    case 'stock.dispose':
      return { ...stock, went: stock.went + quantity, [bucket]: stock[bucket] - quantity };
    case 'stock.buffer':
      return { ...stock, buffer };
  }
}

/** Who lost units by a command, and how many lines those have together. */
export interface Lost {
  readonly orders: Set<string>;
  readonly reservations: Set<string>;
  lines: number;
}

/** Take back missing units: from reservations, then from orders, newest first. Why not: too many are being picked, or too much at once. */
function takeBack(doing: Doing, { sku, location }: Entry, missing: number, lost: Lost): 'not-enough' | 'over-limit' | undefined {
  const { shadow } = doing;
  let left = missing;
  const isTooMuch = ({ lines }: { readonly lines: readonly unknown[] }): boolean => {
    lost.lines += lines.length;
    return lost.orders.size + lost.reservations.size >= 200 || lost.lines > 1_000;
  };
  for (const reservation of losses.holdersOf(shadow, sku, location)) {
    if (left === 0) break;
    if (isTooMuch(reservation)) return 'over-limit';
    left -= losses.lose(doing, reservation, sku, location, left);
    lost.reservations.add(reservation.id);
  }
  const holders = [...(shadow.holders.get(stockKey(sku, location)) ?? [])];
  for (const id of holders.toReversed()) {
    if (left === 0) break;
    const order = shadow.orders.get(id) as ShadowOrder;
    const units = Math.min(left, orders.canGiveUp(order, sku, location));
    if (units === 0) continue;
    if (isTooMuch(order)) return 'over-limit';
    orders.displace(doing, order, sku, location, units);
    lost.orders.add(id);
    left -= units;
  }
  return left === 0 ? undefined : 'not-enough';
}
