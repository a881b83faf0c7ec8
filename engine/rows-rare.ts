/** What few orders have, at the very end of their row behind a mask of what is there; most rows end before it. */
import type { OrderContext } from '../actors/order-context.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

export type Rare = Pick<OrderContext, 'priority' | 'promisedByMs'>;

/** Bits of the mask: never reuse one. */
const bits = { priority: 1, promisedByMs: 2 } as const;

function maskOf({ priority, promisedByMs }: Rare): number {
  return (priority === undefined ? 0 : bits.priority) | (promisedByMs === undefined ? 0 : bits.promisedByMs);
}

export const hasRare = (order: Rare): boolean => maskOf(order) !== 0;

export function writeRare(writer: ByteWriter, order: Rare): void {
  const mask = maskOf(order);
  if (mask === 0) return;
  writer.uint(mask);
  if (order.priority !== undefined) writer.uint(order.priority);
  if (order.promisedByMs !== undefined) writer.uint(order.promisedByMs);
}

export function readRare(reader: ByteReader): Rare {
  const mask = reader.isAtEnd ? 0 : reader.uint();
  const has = (bit: number): boolean => (mask & bit) !== 0;
  const priority = has(bits.priority) ? reader.uint() : undefined;
  return { priority, promisedByMs: has(bits.promisedByMs) ? reader.uint() : undefined };
}
