/**
 * The arithmetic of one SKU at one location: pure functions on its balances. The machine (stock.ts)
 * takes a message exactly when `refusal` finds nothing against it.
 */
import type { LocationId, Sku } from './ids.ts';
import { quantityMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { StockLevels } from './vocabulary.ts';

export interface StockContext extends StockLevels {
  readonly sku: Sku;
  readonly location: LocationId;
}

/** What a stock is told. Quantities are units ≥ 1, balances ≥ 0, a delta is either. */
export type StockMessage =
  | { readonly type: 'stock.receive'; readonly quantity: number }
  | { readonly type: 'stock.adjust'; readonly delta: number }
  | { readonly type: 'stock.count'; readonly onHand: number }
  | { readonly type: 'stock.set-aside'; readonly quantity: number }
  | { readonly type: 'stock.put-back'; readonly quantity: number }
  | { readonly type: 'stock.buffer'; readonly buffer: number }
  | { readonly type: 'stock.allocate'; readonly quantity: number }
  | { readonly type: 'stock.deallocate'; readonly quantity: number }
  | { readonly type: 'stock.ship'; readonly quantity: number }
  | { readonly type: 'stock.short'; readonly quantity: number };

/** Units that may be promised: never below 0, also where a buffer is larger than what is free (rule S1). */
export function atp(levels: StockLevels): number {
  const free = levels.onHand - levels.unavailable - levels.allocated - levels.buffer;
  return free > 0 ? free : 0;
}

/** Units that are there, may be sold and are not spoken for, buffer included. */
export function unallocated(levels: StockLevels): number {
  return levels.onHand - levels.unavailable - levels.allocated;
}

/** The balances after a message. Only meaningful where `refusal` found nothing. */
export function applied(stock: StockContext, message: StockMessage): StockContext {
  switch (message.type) {
    case 'stock.allocate':
      return { ...stock, allocated: stock.allocated + message.quantity };
    case 'stock.deallocate':
      return { ...stock, allocated: stock.allocated - message.quantity };
    case 'stock.receive':
      return { ...stock, onHand: stock.onHand + message.quantity };
    case 'stock.adjust':
      return { ...stock, onHand: stock.onHand + message.delta };
    case 'stock.count':
      return { ...stock, onHand: message.onHand };
    case 'stock.set-aside':
      return { ...stock, unavailable: stock.unavailable + message.quantity };
    case 'stock.put-back':
      return { ...stock, unavailable: stock.unavailable - message.quantity };
    case 'stock.buffer':
      return { ...stock, buffer: message.buffer };
    case 'stock.ship':
    case 'stock.short':
      return {
        ...stock,
        onHand: stock.onHand - message.quantity,
        allocated: stock.allocated - message.quantity,
      };
  }
}

/** Whether balances hold rule S2: nothing negative, nothing allocated that is not there, all in bounds. */
export function isSound(levels: StockLevels): boolean {
  return (
    levels.onHand >= 0 &&
    levels.unavailable >= 0 &&
    levels.allocated >= 0 &&
    levels.buffer >= 0 &&
    levels.unavailable + levels.allocated <= levels.onHand &&
    levels.onHand <= quantityMax
  );
}

/** Why a message cannot be taken, or undefined when it can. An allocation also respects the buffer. */
export function refusal(stock: StockContext, message: StockMessage): Rejection | undefined {
  if (message.type === 'stock.allocate') {
    return atp(stock) >= message.quantity
      ? undefined
      : reject('out-of-stock', `${stock.sku} at ${stock.location} has ${atp(stock)} to promise`);
  }
  const after = applied(stock, message);
  if (isSound(after)) return undefined;
  const place = `${stock.sku} at ${stock.location}`;
  if (after.onHand > quantityMax) return reject('over-limit', `${place} would exceed ${quantityMax} units`);
  return reject(
    'not-enough',
    `${place} has ${stock.onHand} on hand, ${stock.unavailable} set aside and ${stock.allocated} allocated`,
  );
}
