/**
 * The row of a record that holds the prices its decisions went by. Like what settings were, it is never saved and
 * recovery passes over it: nothing but making decisions again, and rehearsing them, asks for it. Each record says all
 * of its own, so it is whole as long as the record is there, whatever was trimmed before it.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import { must } from '../../assert.ts';
import { ByteReader, ByteWriter } from '../../bytes.ts';
import { prefixes, type RowBytes } from '../../rows.ts';
import { minorOfGrains, PriceBook } from './book.ts';
import type { Grains, SeenPrices, SeenTable } from './seen.ts';

export const pricesKey = `${prefixes.replaced}prices`;

const writer = new ByteWriter();
const version = 1;

/** The row of what was seen in a turn. */
export function pricesRow({ tables, left }: SeenPrices): RowBytes {
  const names = new Set<LocationId>();
  for (const { grains = [] } of tables) for (const [location] of grains) names.add(location);
  const sorted = [...names].sort();
  const placeOf = new Map(sorted.map((location, index) => [location, index]));
  writer.uint(version);
  writeNames(sorted);
  writer.uint(tables.length);
  let before = 0;
  for (const { event, sku, grains } of tables) {
    writer.uint(event - before);
    before = event;
    writer.text(sku ?? '');
    writeGrains(grains, placeOf);
  }
  writer.uint(left.length);
  before = 0;
  for (const event of left) {
    writer.uint(event - before);
    before = event;
  }
  return [pricesKey, writer.take()];
}

/** Each name by what it shares with the one before, and the rest. */
function writeNames(sorted: readonly LocationId[]): void {
  writer.uint(sorted.length);
  let before = '';
  for (const name of sorted) {
    let shared = 0;
    while (shared < before.length && before[shared] === name[shared]) shared += 1;
    writer.uint(shared);
    writer.text(name.slice(shared));
    before = name;
  }
}

function writeGrains(grains: Grains | undefined, placeOf: ReadonlyMap<LocationId, number>): void {
  writer.uint(grains === undefined ? 0 : grains.length + 1);
  const inOrder = (grains ?? []).map(([location, count]) => [must(placeOf.get(location), 'a name'), count] as const);
  inOrder.sort(([a], [b]) => a - b);
  let before = 0;
  for (const [place, count] of inOrder) {
    writer.uint(place - before);
    writer.uint(count);
    before = place;
  }
}

type Rows = readonly (readonly [key: string, row: unknown])[];

/** What the rows of a record say of prices; undefined: nothing, none of its decisions went by any. */
export function pricesIn(rows: Rows): SeenPrices | undefined {
  const row = rows.find(([key]) => key === pricesKey)?.[1];
  if (!(row instanceof Uint8Array)) return undefined;
  const reader = new ByteReader(row);
  reader.uint();
  const names = readNames(reader);
  const tables: SeenTable[] = [];
  let event = 0;
  for (let count = reader.uint(); count > 0; count -= 1) {
    event += reader.uint();
    const sku = reader.text();
    tables.push({ event, sku: sku === '' ? undefined : (sku as Sku), grains: readGrains(reader, names) });
  }
  const left: number[] = [];
  event = 0;
  for (let count = reader.uint(); count > 0; count -= 1) left.push((event += reader.uint()));
  return { tables, left };
}

function readNames(reader: ByteReader): LocationId[] {
  const names: LocationId[] = [];
  for (let count = reader.uint(); count > 0; count -= 1) {
    const shared = reader.uint();
    names.push(((names.at(-1) ?? '').slice(0, shared) + reader.text()) as LocationId);
  }
  return names;
}

function readGrains(reader: ByteReader, names: readonly LocationId[]): Grains | undefined {
  const count = reader.uint();
  if (count === 0) return undefined;
  const grains: [LocationId, number][] = [];
  for (let place = 0, left = count - 1; left > 0; left -= 1) {
    place += reader.uint();
    grains.push([must(names[place], 'the name of a location'), reader.uint()]);
  }
  return grains;
}

/**
 * The prices that the decision with this place among the events of its record went by, as a book of its own.
 * Undefined: they were left out, or are of a SKU of which the record says nothing.
 */
export function bookThen(rows: Rows, event: number, skus: Iterable<Sku>, ofVersion: number): PriceBook | undefined {
  const seen = pricesIn(rows);
  if (seen === undefined) return undefined;
  const noted = seen.tables.filter((table) => table.event <= event);
  const since = Math.max(-1, ...noted.map((table) => table.event));
  // Left out is what was decided last before it stands among the events, unless something was noted since.
  if (seen.left.some((from) => from <= event && from >= since)) return undefined;
  const book = new PriceBook();
  putTable(book, noted.findLast(({ sku }) => sku === undefined));
  for (const one of skus) {
    const table = noted.findLast(({ sku }) => sku === one);
    if (table === undefined) return undefined;
    putTable(book, table);
  }
  book.version = ofVersion;
  return book;
}

/** A table takes the place of what a book has of its SKU, or of room. */
export function putTable(book: PriceBook, table: SeenTable | undefined): void {
  if (table === undefined) return;
  const { sku, grains } = table;
  const prices = new Map(grains?.map(([location, count]) => [location, minorOfGrains(count)]));
  if (sku === undefined) {
    for (const location of book.rooms.keys()) if (!prices.has(location)) book.putRoom(location, undefined);
    for (const [location, minor] of prices) book.putRoom(location, minor);
  } else if (grains === undefined) book.drop(sku);
  else book.put(sku, prices, 0);
}
