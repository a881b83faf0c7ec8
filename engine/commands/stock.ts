/**
 * Commands on stock. All entries of a command happen or none. Where a loss takes units that orders were
 * given, the newest allocations that nobody picks yet are taken back and sourced again, in the same turn.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { LocationId, OrderId, Sku } from '../../actors/ids.ts';
import { displacePlan } from '../../actors/order-lines.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { applied, free, type StockMessage } from '../../actors/stock-ledger.ts';
import { must } from '../assert.ts';
import type { StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder, tellStock } from '../effects.ts';
import { done, refused, type Handled } from './handled.ts';

/** Orders and lines one stock command may displace: more would not fit a record. */
const displacedMax = { orders: 200, lines: 1_000 };

type StockKind = Extract<CommandKind, `stock.${string}`>;
type Entry<K extends StockKind> = CommandBody<K>['entries'][number];
type Messages = { [K in StockKind]: (entry: Entry<K>, body: CommandBody<K>) => StockMessage };

const messages: Messages = {
  'stock.receive': ({ quantity }) => ({ type: 'stock.receive', quantity }),
  'stock.adjust': ({ delta }) => ({ type: 'stock.adjust', delta }),
  'stock.count': ({ onHand }) => ({ type: 'stock.count', onHand }),
  'stock.return': ({ quantity }, { bucket }) => ({ type: 'stock.return', quantity, bucket }),
  'stock.set-aside': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.set-aside', quantity, bucket }),
  'stock.put-back': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.put-back', quantity, bucket }),
  'stock.dispose': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.dispose', quantity, bucket }),
  'stock.buffer': ({ buffer }) => ({ type: 'stock.buffer', buffer }),
};

/** Carry out one stock command: every entry in turn, then source again whom it displaced. */
export function moveStock<K extends StockKind>(core: Core, kind: K, body: CommandBody<K>, atMs: number): Handled {
  const message = messages[kind] as (entry: Entry<K>, body: CommandBody<K>) => StockMessage;
  const displaced = new Set<OrderId>();
  const seen = new Set<StockCell>();
  const entries = body.entries as readonly Entry<K>[];
  for (const [index, entry] of entries.entries()) {
    const found = stockFor(core, entry, mayCreate(kind));
    const rejection = 'code' in found ? found : moveOne(core, found, message(entry, body), seen, displaced, atMs);
    if (rejection !== undefined) {
      return refused({ ...rejection, field: `body.entries[${index}]${rejection.field ?? ''}` });
    }
  }
  for (const id of displaced) {
    const order = must(core.world.order(id), 'a displaced order');
    const rejection = tellOrder(core, order, { type: 'order.source', atMs });
    if (rejection !== undefined) return refused(rejection);
  }
  return done({ entries: entries.length, displaced: [...displaced] });
}

/** Arriving, returned, counted and buffered stock may be new; anything else must be there already. */
function mayCreate(kind: StockKind): boolean {
  return kind === 'stock.receive' || kind === 'stock.count' || kind === 'stock.buffer' || kind === 'stock.return';
}

function stockFor(
  { world }: Core,
  entry: { readonly sku: Sku; readonly location: LocationId },
  create: boolean,
): StockCell | Rejection {
  const location = world.locations.get(entry.location);
  if (location?.snapshot === undefined) return reject('unknown-location', `no location ${entry.location}`, '.location');
  const known = world.findStock(entry.sku, entry.location);
  if (known?.snapshot !== undefined) return known;
  if (create) return world.stock(entry.sku, location);
  return reject('unknown-sku', `no stock of ${entry.sku} at ${entry.location}`, '.sku');
}

function moveOne(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  seen: Set<StockCell>,
  displaced: Set<OrderId>,
  atMs: number,
): Rejection | undefined {
  if (message.type === 'stock.adjust' && message.delta === 0) {
    return reject('malformed', 'an adjustment of 0 units', '.delta');
  }
  if (seen.has(stock)) return reject('duplicate', `${stock.sku.sku} at ${stock.location.id} twice in one command`);
  seen.add(stock);
  if (changesNothing(stock, message)) return undefined;
  return displace(core, stock, message, displaced, atMs) ?? tellStock(core, stock, message);
}

/** A count that finds what is known, or a buffer that stays: no movement, no row. */
function changesNothing({ snapshot }: StockCell, message: StockMessage): boolean {
  if (message.type === 'stock.count') return snapshot?.context.onHand === message.onHand;
  return message.type === 'stock.buffer' && snapshot?.context.buffer === message.buffer;
}

/** Take back allocations that a loss leaves without units, newest order first. */
function displace(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  displaced: Set<OrderId>,
  atMs: number,
): Rejection | undefined {
  const before = stock.snapshot?.context;
  if (before === undefined || (message.type !== 'stock.adjust' && message.type !== 'stock.count')) return undefined;
  const after = applied(before, message);
  let missing = -free(after);
  // Where taking back every allocation would not do, the ledger itself refuses, and says why.
  if (missing <= 0 || missing > after.allocated) return undefined;
  let lines = 0;
  for (const id of stock.holders.newestFirst()) {
    if (missing === 0) break;
    const order = core.world.isOpen(id) ? core.world.order(id) : undefined;
    if (order === undefined) continue;
    const lost = { sku: stock.sku.sku, location: stock.location.id, quantity: missing };
    const units = unitsGivenUp(order.snapshot?.context, lost);
    if (units === 0) continue;
    lines += order.snapshot?.context.lines.length ?? 0;
    if (displaced.size >= displacedMax.orders || lines > displacedMax.lines) {
      const { orders } = displacedMax;
      return reject('over-limit', `this would displace over ${orders} orders or large ones; take smaller steps`);
    }
    const rejection = tellOrder(core, order, { type: 'order.displace', units: lost, atMs });
    if (rejection !== undefined) return rejection;
    displaced.add(id);
    missing -= units;
  }
  if (missing === 0) return undefined;
  return reject('not-enough', `${missing} of these units are being picked: they must be shorted or shipped first`);
}

function unitsGivenUp(
  order: Parameters<typeof displacePlan>[0] | undefined,
  lost: Parameters<typeof displacePlan>[1],
): number {
  let sum = 0;
  for (const { units } of order === undefined ? [] : displacePlan(order, lost)) {
    for (const { quantity } of units) sum += quantity;
  }
  return sum;
}
