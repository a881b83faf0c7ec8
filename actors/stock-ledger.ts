/**
 * The arithmetic of one SKU at one location: pure functions on its balances. The machine (stock.ts)
 * takes a message exactly when `refusal` finds nothing against it.
 */
import type { LocationId, Sku } from './ids.ts';
import { quantityMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Bucket, StockLevels } from './vocabulary.ts';

export interface StockContext extends StockLevels {
  readonly sku: Sku;
  readonly location: LocationId;
}

interface Units {
  readonly quantity: number;
}

/** What a stock is told. Quantities are units ≥ 1, balances ≥ 0, a delta is either. */
export type StockMessage =
  | ({ readonly type: 'stock.receive' } & Units)
  | { readonly type: 'stock.adjust'; readonly delta: number }
  | { readonly type: 'stock.count'; readonly onHand: number }
  | ({ readonly type: 'stock.return'; readonly bucket: Bucket | undefined } & Units)
  | ({ readonly type: 'stock.set-aside'; readonly bucket: Bucket } & Units)
  | ({ readonly type: 'stock.put-back'; readonly bucket: Bucket } & Units)
  | ({ readonly type: 'stock.dispose'; readonly bucket: Bucket } & Units)
  | { readonly type: 'stock.buffer'; readonly buffer: number }
  /** A soft hold, taken from what is to promise. */
  | ({ readonly type: 'stock.reserve' } & Units)
  | ({ readonly type: 'stock.unreserve' } & Units)
  /** Reserved units become an order's. */
  | ({ readonly type: 'stock.commit' } & Units)
  | ({ readonly type: 'stock.allocate' } & Units)
  | ({ readonly type: 'stock.deallocate' } & Units)
  | ({ readonly type: 'stock.ship' } & Units)
  | ({ readonly type: 'stock.short' } & Units)
  /** Units leave for another location, from what nobody was promised. */
  | ({ readonly type: 'stock.transfer-out' } & Units)
  | ({ readonly type: 'stock.transfer-in'; readonly bucket: Bucket | undefined } & Units)
  /** Units may not be there: nothing is promised of it, until they are found again or counted. */
  | { readonly type: 'stock.suspect' }
  | { readonly type: 'stock.trust' };

/** Units that are there and may not be sold. */
export function unavailable(levels: StockLevels): number {
  return levels.damaged + levels.quality + levels.held;
}

/** Units that are there, may be sold and are not spoken for, buffer included. */
export function free(levels: StockLevels): number {
  return levels.onHand - unavailable(levels) - levels.reserved - levels.allocated;
}

/** Units that may be promised: never below 0, also where a buffer is larger than what is free (rule S1). */
export function atp(levels: StockLevels): number {
  if (levels.suspect === true) return 0;
  const units = free(levels) - levels.buffer;
  return units > 0 ? units : 0;
}

/** Units of a bucket more, or less when negative. */
function inBucket(stock: StockContext, bucket: Bucket, units: number): StockContext {
  return { ...stock, [bucket]: stock[bucket] + units };
}

/** Units that came in, for sale or into a bucket. */
function arrived(stock: StockContext, quantity: number, bucket: Bucket | undefined): StockContext {
  const more = { ...stock, onHand: stock.onHand + quantity };
  return bucket === undefined ? more : inBucket(more, bucket, quantity);
}

/** The balances after a message. Only meaningful where `refusal` found nothing. */
export function applied(stock: StockContext, message: StockMessage): StockContext {
  switch (message.type) {
    case 'stock.allocate':
      return { ...stock, allocated: stock.allocated + message.quantity };
    case 'stock.deallocate':
      return { ...stock, allocated: stock.allocated - message.quantity };
    case 'stock.reserve':
      return { ...stock, reserved: stock.reserved + message.quantity };
    case 'stock.unreserve':
      return { ...stock, reserved: stock.reserved - message.quantity };
    case 'stock.commit': {
      const { quantity } = message;
      return { ...stock, reserved: stock.reserved - quantity, allocated: stock.allocated + quantity };
    }
    case 'stock.receive':
      return arrived(stock, message.quantity, undefined);
    case 'stock.return':
    case 'stock.transfer-in':
      return arrived(stock, message.quantity, message.bucket);
    case 'stock.transfer-out':
      return arrived(stock, -message.quantity, undefined);
    case 'stock.adjust':
      return { ...stock, onHand: stock.onHand + message.delta };
    case 'stock.count':
      return { ...stock, onHand: message.onHand };
    case 'stock.set-aside':
      return inBucket(stock, message.bucket, message.quantity);
    case 'stock.put-back':
      return inBucket(stock, message.bucket, -message.quantity);
    case 'stock.dispose':
      return arrived(stock, -message.quantity, message.bucket);
    case 'stock.buffer':
      return { ...stock, buffer: message.buffer };
    case 'stock.suspect':
      return { ...stock, suspect: true };
    case 'stock.trust':
      return { ...stock, suspect: undefined };
    case 'stock.ship':
    case 'stock.short': {
      const { quantity } = message;
      return { ...stock, onHand: stock.onHand - quantity, allocated: stock.allocated - quantity };
    }
  }
}

/** Whether balances hold rule S2: nothing negative, nothing spoken for that is not there, all in bounds. */
export function isSound(levels: StockLevels): boolean {
  return (
    levels.onHand >= 0 &&
    levels.damaged >= 0 &&
    levels.quality >= 0 &&
    levels.held >= 0 &&
    levels.reserved >= 0 &&
    levels.allocated >= 0 &&
    levels.buffer >= 0 &&
    free(levels) >= 0 &&
    levels.onHand <= quantityMax
  );
}

/** Why a message cannot be taken, or undefined when it can. What promises units also respects the buffer. */
export function refusal(stock: StockContext, message: StockMessage): Rejection | undefined {
  if (message.type === 'stock.allocate' || message.type === 'stock.reserve') {
    return atp(stock) >= message.quantity
      ? undefined
      : reject('out-of-stock', `${stock.sku} at ${stock.location} has ${atp(stock)} to promise`);
  }
  const after = applied(stock, message);
  if (isSound(after)) return undefined;
  const place = `${stock.sku} at ${stock.location}`;
  if (after.onHand > quantityMax) return reject('over-limit', `${place} would exceed ${quantityMax} units`);
  const { onHand, damaged, quality, held, reserved, allocated } = stock;
  return reject(
    'not-enough',
    `${place} has ${onHand} on hand, ${damaged + quality + held} set aside ` +
      `(${damaged} damaged, ${quality} in quality control, ${held} held), ` +
      `${reserved} reserved and ${allocated} allocated`,
  );
}
