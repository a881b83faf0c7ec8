/** The row of a supply document, written and read in this order. Times that may be missing are one more; 0 is none. */
import type { LineId, LocationId, Sku, SupplyId } from '../actors/ids.ts';
import { supplyTypes } from '../actors/supply-commands.ts';
import { supplyStates, type SupplyContext, type SupplyLine } from '../actors/supply-context.ts';
import { assert, must } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Snapshot } from './step.ts';

const stateNumber = new Map<string, number>(supplyStates.map((state, index) => [state, index]));

export function writeSupply(writer: ByteWriter, { value, context: supply }: Snapshot<SupplyContext>): void {
  writer.uint(must(stateNumber.get(value), 'a supply state without a number'));
  writer.uint(supplyTypes.indexOf(supply.type));
  writer.text(supply.to);
  writer.maybe(supply.from);
  maybeText(writer, supply.supplier);
  maybeText(writer, supply.reference);
  maybeText(writer, supply.tracking);
  maybeText(writer, supply.reason);
  writer.uint(supply.createdAtMs);
  writer.uint(supply.changedAtMs);
  maybeTime(writer, supply.orderedAtMs);
  maybeTime(writer, supply.shippedAtMs);
  writer.uint(supply.expectedAtMs);
  writer.float(supply.confidence);
  writer.uint(supply.overReceiptPercent);
  writer.uint(supply.lines.length);
  for (const [index, line] of supply.lines.entries()) writeLine(writer, line, index);
}

/** Free text may be empty without being absent. */
function maybeText(writer: ByteWriter, text: string | undefined): void {
  writer.uint(text === undefined ? 0 : 1);
  if (text !== undefined) writer.text(text);
}

function maybeTime(writer: ByteWriter, atMs: number | undefined): void {
  writer.uint(atMs === undefined ? 0 : atMs + 1);
}

/** A line that is called by its number, as most are, is written without its name. */
function writeLine(writer: ByteWriter, line: SupplyLine, index: number): void {
  writer.text(line.lineId === String(index + 1) ? '' : line.lineId);
  writer.text(line.sku);
  writer.uint(line.quantity);
  writer.uint(line.received);
  writer.uint(line.damaged);
  writer.uint(line.closed);
  writer.uint(line.returned);
  maybeTime(writer, line.expectedAtMs);
}

export function readSupply(reader: ByteReader, supplyId: SupplyId): Snapshot<SupplyContext> {
  const value = must(supplyStates[reader.uint()], 'a supply state number');
  const type = must(supplyTypes[reader.uint()], 'a supply type number');
  const to = reader.text() as LocationId;
  const from = reader.maybe() as LocationId | undefined;
  const [supplier, reference] = [readText(reader), readText(reader)];
  const [tracking, reason] = [readText(reader), readText(reader)];
  const [createdAtMs, changedAtMs] = [reader.uint(), reader.uint()];
  const [orderedAtMs, shippedAtMs] = [readTime(reader), readTime(reader)];
  const [expectedAtMs, confidence] = [reader.uint(), reader.float()];
  const overReceiptPercent = reader.uint();
  const lines = Array.from({ length: reader.uint() }, (_, index) => readLine(reader, index));
  assert(reader.isAtEnd, `supply ${supplyId}: a row that is too long`);
  const head = { supplyId, type, to, from, supplier, reference, tracking, reason };
  const times = { createdAtMs, changedAtMs, orderedAtMs, shippedAtMs, expectedAtMs };
  return { value, context: { ...head, ...times, confidence, overReceiptPercent, lines } };
}

const readText = (reader: ByteReader): string | undefined => (reader.uint() === 0 ? undefined : reader.text());

function readTime(reader: ByteReader): number | undefined {
  const written = reader.uint();
  return written === 0 ? undefined : written - 1;
}

function readLine(reader: ByteReader, index: number): SupplyLine {
  const lineId = (reader.maybe() ?? String(index + 1)) as LineId;
  const sku = reader.text() as Sku;
  const [quantity, received, damaged] = [reader.uint(), reader.uint(), reader.uint()];
  const [closed, returned] = [reader.uint(), reader.uint()];
  return { lineId, sku, quantity, received, damaged, closed, returned, expectedAtMs: readTime(reader) };
}
