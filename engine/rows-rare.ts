/** What few orders have, at the very end of their row behind a mask of what is there; most rows end before it. */
import type { OrderContext } from '../actors/order-context.ts';
import type { KitRef, OrderLine } from '../actors/vocabulary.ts';
import { must } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

export type Rare = Pick<OrderContext, 'priority' | 'promisedByMs'>;
type Whole = Rare & Pick<OrderContext, 'lines'>;

/** Bits of the mask: never reuse one. */
const bits = { priority: 1, promisedByMs: 2, kits: 4 } as const;

function maskOf({ priority, promisedByMs, lines }: Whole): number {
  let mask = (priority === undefined ? 0 : bits.priority) | (promisedByMs === undefined ? 0 : bits.promisedByMs);
  for (const { kit } of lines) if (kit !== undefined) mask |= bits.kits;
  return mask;
}

export const hasRare = (order: Whole): boolean => maskOf(order) !== 0;

export function writeRare(writer: ByteWriter, order: Whole): void {
  const mask = maskOf(order);
  if (mask === 0) return;
  writer.uint(mask);
  if (order.priority !== undefined) writer.uint(order.priority);
  if (order.promisedByMs !== undefined) writer.uint(order.promisedByMs);
  if ((mask & bits.kits) !== 0) writeKits(writer, order.lines);
}

type KitLine = { readonly kit?: KitRef | undefined };

/** Kits stand one after another: the number of the first of their lines, and how many there are. */
export function writeKits(writer: ByteWriter, lines: readonly KitLine[]): void {
  const kits: { readonly ref: KitRef; readonly first: number; count: number }[] = [];
  for (const [first, { kit: ref }] of lines.entries()) {
    const last = kits.at(-1);
    if (ref === undefined) continue;
    if (last?.ref.lineId === ref.lineId) last.count += 1;
    else kits.push({ ref, first, count: 1 });
  }
  writer.uint(kits.length);
  for (const { ref, first, count } of kits) {
    writer.uint(first);
    writer.uint(count);
    writer.text(ref.lineId);
    writer.text(ref.sku);
    writer.uint(ref.quantity);
    writer.uint(ref.unitPriceMinor);
    writer.uint(ref.together ? 1 : 0);
  }
}

/** Add the kits to the lines read before. */
export function readKits<L extends KitLine>(reader: ByteReader, lines: L[]): void {
  for (let left = reader.uint(); left > 0; left -= 1) {
    const [first, count] = [reader.uint(), reader.uint()];
    const [lineId, sku] = [reader.text() as KitRef['lineId'], reader.text() as KitRef['sku']];
    const [quantity, unitPriceMinor, together] = [reader.uint(), reader.uint(), reader.uint() === 1];
    const kit = { lineId, sku, quantity, unitPriceMinor, together };
    for (let at = first; at < first + count; at += 1) lines[at] = { ...must(lines[at], 'a line of a kit'), kit };
  }
}

/** @param lines those read before, to which their kits are added. */
export function readRare(reader: ByteReader, lines: OrderLine[]): Rare {
  const mask = reader.isAtEnd ? 0 : reader.uint();
  const has = (bit: number): boolean => (mask & bit) !== 0;
  const priority = has(bits.priority) ? reader.uint() : undefined;
  const promisedByMs = has(bits.promisedByMs) ? reader.uint() : undefined;
  if (has(bits.kits)) readKits(reader, lines);
  return { priority, promisedByMs };
}
