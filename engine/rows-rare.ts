/** What few orders have, at the very end of their row behind a mask of what is there; most rows end before it. */
import type { OrderContext } from '../actors/order-context.ts';
import type { LineId, LotId } from '../actors/ids.ts';
import type { Fulfillment, KitRef, OrderLine } from '../actors/vocabulary.ts';
import { must } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

export type Rare = Pick<
  OrderContext,
  | 'priority' | 'promisedByMs' | 'segment' | 'tags' | 'attributes' | 'holds' | 'sourcedAtMs' | 'declined' | 'improved'
  | 'batch' | 'replaces' | 'intake' | 'fulfillAtMs' | 'fulfillByMs'
>;
type Whole = Rare & Pick<OrderContext, 'lines' | 'fulfillments'>;

/** Bits of the mask: never reuse one. */
const bits = {
  priority: 1, promisedByMs: 2, kits: 4, untracked: 8, segment: 16, lots: 32, marks: 64, holds: 128,
  sourced: 256, declined: 512, times: 1_024, improved: 2_048, batch: 4_096,
  cancels: 8_192, replaces: 16_384, intake: 32_768, schedule: 65_536, partHolds: 131_072, offers: 262_144,
} as const;

function maskOf(order: Whole): number {
  const { priority, promisedByMs, segment, tags, attributes, holds, lines, fulfillments } = order;
  const { sourcedAtMs, declined, improved, batch, replaces, intake } = order;
  let mask = (priority === undefined ? 0 : bits.priority) | (promisedByMs === undefined ? 0 : bits.promisedByMs);
  if (tags !== undefined || attributes !== undefined) mask |= bits.marks;
  if (holds !== undefined) mask |= bits.holds;
  if (sourcedAtMs !== undefined) mask |= bits.sourced;
  if (declined !== undefined) mask |= bits.declined;
  if (improved !== undefined) mask |= bits.improved;
  if (batch !== undefined) mask |= bits.batch;
  if (replaces !== undefined) mask |= bits.replaces;
  if (intake !== undefined) mask |= bits.intake;
  if (order.fulfillAtMs !== undefined || order.fulfillByMs !== undefined) mask |= bits.schedule;
  for (const { kit } of lines) if (kit !== undefined) mask |= bits.kits;
  if (segment !== undefined) mask |= bits.segment;
  for (const { untracked } of fulfillments) if (untracked !== undefined) mask |= bits.untracked;
  for (const { lots, startByMs, cancelling, holds: ofPart, offer } of fulfillments) {
    if (ofPart !== undefined) mask |= bits.partHolds;
    if (offer !== undefined) mask |= bits.offers;
    if (lots !== undefined) mask |= bits.lots;
    if (startByMs !== undefined) mask |= bits.times;
    if (cancelling !== undefined) mask |= bits.cancels;
  }
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
  if ((mask & bits.untracked) !== 0) writeUntracked(writer, order.fulfillments, order.lines);
  if (order.segment !== undefined) writer.text(order.segment);
  if ((mask & bits.lots) !== 0) writeLots(writer, order);
  const { tags, attributes } = order;
  if ((mask & bits.marks) !== 0) writer.text(JSON.stringify({ tags, attributes }));
  if (order.holds !== undefined) writer.text(JSON.stringify(order.holds));
  if (order.sourcedAtMs !== undefined) writeTimes(writer, order.sourcedAtMs);
  if (order.declined !== undefined) writer.text(JSON.stringify(order.declined));
  if ((mask & bits.times) !== 0) writeStartTimes(writer, order.fulfillments);
  if (order.improved !== undefined) writer.uint(order.improved);
  if (order.batch !== undefined) writer.text(JSON.stringify(order.batch));
  if ((mask & bits.cancels) !== 0) writer.text(JSON.stringify(cancelsOf(order.fulfillments)));
  if (order.replaces !== undefined) writer.text(JSON.stringify(order.replaces));
  if (order.intake !== undefined) writer.text(JSON.stringify(order.intake));
  if ((mask & bits.partHolds) !== 0) writer.text(JSON.stringify(holdsOf(order.fulfillments)));
  if ((mask & bits.schedule) !== 0) {
    // One more than the instant; 0: it is free of it.
    writer.uint(1 + (order.fulfillAtMs ?? -1));
    writer.uint(1 + (order.fulfillByMs ?? -1));
  }
  if ((mask & bits.offers) !== 0) writer.text(JSON.stringify(offersOf(order.fulfillments)));
}

/** Offers, by the numbers of their parts. */
const offersOf = (parts: readonly Fulfillment[]): readonly (readonly [number, Fulfillment['offer']])[] =>
  parts.flatMap(({ offer }, index) => (offer === undefined ? [] : [[index, offer] as const]));

/** Add them to the fulfillments read before. */
function readOffers(reader: ByteReader, parts: Fulfillment[]): void {
  for (const [index, offer] of JSON.parse(reader.text()) as ReturnType<typeof offersOf>) {
    parts[index] = { ...must(parts[index], 'a fulfillment that is offered'), offer };
  }
}

/** What locations are asked to give up, by the numbers of their parts. */
const cancelsOf = (parts: readonly Fulfillment[]): readonly (readonly [number, Fulfillment['cancelling']])[] =>
  parts.flatMap(({ cancelling }, index) => (cancelling === undefined ? [] : [[index, cancelling] as const]));

/** What holds parts, by their numbers. */
const holdsOf = (parts: readonly Fulfillment[]): readonly (readonly [number, Fulfillment['holds']])[] =>
  parts.flatMap(({ holds }, index) => (holds === undefined ? [] : [[index, holds] as const]));

function readHolds(reader: ByteReader, parts: Fulfillment[]): void {
  for (const [index, holds] of JSON.parse(reader.text()) as ReturnType<typeof holdsOf>) {
    parts[index] = { ...must(parts[index], 'a fulfillment that is held'), holds };
  }
}

/** Add them to the fulfillments read before. */
function readCancels(reader: ByteReader, parts: Fulfillment[]): void {
  for (const [index, cancelling] of JSON.parse(reader.text()) as ReturnType<typeof cancelsOf>) {
    parts[index] = { ...must(parts[index], 'a fulfillment that is asked for'), cancelling };
  }
}

/** By fulfillment: one more than when it must be begun, or 0; and whether that was missed. */
function writeStartTimes(writer: ByteWriter, fulfillments: readonly Fulfillment[]): void {
  for (const { startByMs, overdue } of fulfillments) {
    writer.uint(startByMs === undefined ? 0 : 1 + startByMs);
    if (startByMs !== undefined) writer.uint(overdue === true ? 1 : 0);
  }
}

/** Add the times to the fulfillments read before. */
function readStartTimes(reader: ByteReader, fulfillments: Fulfillment[]): void {
  for (const [index, part] of fulfillments.entries()) {
    const time = reader.uint();
    if (time === 0) continue;
    fulfillments[index] = { ...part, startByMs: time - 1, overdue: reader.uint() === 1 ? true : undefined };
  }
}

const readInstant = (reader: ByteReader): number | undefined => {
  const instant = reader.uint();
  return instant === 0 ? undefined : instant - 1;
};

/** Each as its distance from the one before it. */
function writeTimes(writer: ByteWriter, timesMs: readonly number[]): void {
  writer.uint(timesMs.length);
  for (const [index, atMs] of timesMs.entries()) writer.uint(atMs - (timesMs[index - 1] ?? 0));
}

function readTimes(reader: ByteReader): number[] {
  let atMs = 0;
  return Array.from({ length: reader.uint() }, () => (atMs += reader.uint()));
}

/** Fulfillments with lots, by their numbers; a lot names its line by number. */
function writeLots(writer: ByteWriter, { lines, fulfillments }: Whole): void {
  const numbers = new Map(lines.map(({ lineId }, index) => [lineId, index]));
  writer.uint(fulfillments.reduce((count, { lots }) => count + (lots === undefined ? 0 : 1), 0));
  for (const [index, { lots }] of fulfillments.entries()) {
    if (lots === undefined) continue;
    writer.uint(index);
    writer.uint(lots.length);
    for (const { lineId, lot, quantity } of lots) {
      writer.uint(must(numbers.get(lineId), 'the line of a lot'));
      writer.text(lot);
      writer.uint(quantity);
    }
  }
}

/** Add the lots to the fulfillments read before. */
function readLots(reader: ByteReader, lines: readonly OrderLine[], fulfillments: Fulfillment[]): void {
  for (let left = reader.uint(); left > 0; left -= 1) {
    const index = reader.uint();
    const lots = Array.from({ length: reader.uint() }, () => {
      const { lineId } = must(lines[reader.uint()], 'the line of a lot');
      return { lineId, lot: reader.text() as LotId, quantity: reader.uint() };
    });
    fulfillments[index] = { ...must(fulfillments[index], 'a fulfillment with lots'), lots };
  }
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

type Parcel = { readonly untracked?: readonly LineId[] | undefined };
type Named = { readonly lineId: LineId };

/** Parcels with untracked lines: each by its place, then the places of those lines among all. */
export function writeUntracked(writer: ByteWriter, parcels: readonly Parcel[], lines: readonly Named[]): void {
  writer.uint(parcels.reduce((count, { untracked }) => count + Number(untracked !== undefined), 0));
  for (const [index, { untracked }] of parcels.entries()) {
    if (untracked === undefined) continue;
    writer.uint(index);
    writer.uint(untracked.length);
    let number = 0;
    for (const lineId of untracked) {
      // They mostly stand in the order of the lines: the search goes on from the last one.
      while (lines[number]?.lineId !== lineId) number = (number + 1) % lines.length;
      writer.uint(number);
    }
  }
}

/** Add their untracked lines to the parcels read before. */
export function readUntracked<P extends Parcel>(reader: ByteReader, parcels: P[], lines: readonly Named[]): void {
  for (let left = reader.uint(); left > 0; left -= 1) {
    const index = reader.uint();
    const untracked = Array.from({ length: reader.uint() }, () => must(lines[reader.uint()], 'a line number').lineId);
    parcels[index] = { ...must(parcels[index], 'a parcel number'), untracked };
  }
}

/** @param lines those read before, to which their kits are added. @param parts likewise, with their lots. */
export function readRare(reader: ByteReader, lines: OrderLine[], parts: Fulfillment[]): Rare {
  const mask = reader.isAtEnd ? 0 : reader.uint();
  const has = (bit: number): boolean => (mask & bit) !== 0;
  const priority = has(bits.priority) ? reader.uint() : undefined;
  const promisedByMs = has(bits.promisedByMs) ? reader.uint() : undefined;
  if (has(bits.kits)) readKits(reader, lines);
  if (has(bits.untracked)) readUntracked(reader, parts, lines);
  const segment = has(bits.segment) ? reader.text() : undefined;
  if (has(bits.lots)) readLots(reader, lines, parts);
  const marks = has(bits.marks) ? (JSON.parse(reader.text()) as Pick<Rare, 'tags' | 'attributes'>) : undefined;
  const holds = has(bits.holds) ? (JSON.parse(reader.text()) as Rare['holds']) : undefined;
  const sourcedAtMs = has(bits.sourced) ? readTimes(reader) : undefined;
  const declined = has(bits.declined) ? (JSON.parse(reader.text()) as Rare['declined']) : undefined;
  if (has(bits.times)) readStartTimes(reader, parts);
  const improved = has(bits.improved) ? reader.uint() : undefined;
  const batch = has(bits.batch) ? (JSON.parse(reader.text()) as Rare['batch']) : undefined;
  if (has(bits.cancels)) readCancels(reader, parts);
  const replaces = has(bits.replaces) ? (JSON.parse(reader.text()) as Rare['replaces']) : undefined;
  const intake = has(bits.intake) ? (JSON.parse(reader.text()) as Rare['intake']) : undefined;
  const { tags, attributes } = marks ?? {};
  if (has(bits.partHolds)) readHolds(reader, parts);
  const [fulfillAtMs, fulfillByMs] = has(bits.schedule) ? [readInstant(reader), readInstant(reader)] : [];
  if (has(bits.offers)) readOffers(reader, parts);
  return {
    priority, promisedByMs, segment, tags, attributes, holds, sourcedAtMs, declined, improved, batch, replaces, intake,
    fulfillAtMs, fulfillByMs,
  };
}
