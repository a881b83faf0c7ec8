/**
 * The lists of orders by term, as rows. What one save adds to a list stands in one row, or in a few: a block. So
 * an order costs a fraction of a row for each term under load, when it counts.
 *
 * A block's key says which times it covers, newest first: I/TERM, a separator, 9999999999999 − the newest ms, how
 * many ms the oldest is before that, the save and the piece that wrote it. Blocks of one list may overlap.
 */
import type { OrderId } from '../../actors/ids.ts';
import { ByteReader, ByteWriter } from '../bytes.ts';
import { comparePlaces, lastMs, type Place } from './place.ts';

export const searchPrefix = 'I/';
/** There once the lists hold every order that was saved. */
export const searchMark = 'I';
const version = 1;
/** No name and no text holds it. */
const separator = '\u0001';
/** Orders in one block. */
const blockPlacesMax = 128;
/** How far apart the oldest and the newest of a block may be. */
export const blockSpanMaxMs = 10_000;

const writer = new ByteWriter();

/** Where the blocks of a term begin. */
export const listPrefix = (term: string): string => searchPrefix + term + separator;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** The first possible key of a block that holds orders placed at a moment or before it. */
export const keyFrom = (term: string, atMs: number): string =>
  listPrefix(term) + pad(Math.max(0, lastMs - atMs - blockSpanMaxMs), 13);

/** The times a block covers, as its key says. */
export function timesOf(key: string): { readonly newestMs: number; readonly oldestMs: number } {
  const [inverted = '', span = ''] = key.slice(key.lastIndexOf(separator) + 1).split(',');
  const newestMs = lastMs - Number(inverted);
  return { newestMs, oldestMs: newestMs - Number(span) };
}

/** Gathers orders by term, and makes blocks of them. */
export class BlockWriter {
  #lists = new Map<string, Place[]>();

  add(term: string, place: Place): void {
    const list = this.#lists.get(term);
    if (list === undefined) this.#lists.set(term, [place]);
    else list.push(place);
  }

  /**
   * The blocks of what was gathered, which is forgotten.
   * @param name tells blocks of different saves and pieces apart.
   */
  take(name: string): [key: string, bytes: Uint8Array][] {
    const rows: [string, Uint8Array][] = [];
    for (const [term, places] of this.#lists) {
      places.sort(comparePlaces);
      for (let from = 0, to = 0; from < places.length; from = to) {
        to = endOf(places, from);
        rows.push(blockOf(term, places.slice(from, to), `${name}.${from}`));
      }
    }
    this.#lists = new Map();
    return rows;
  }
}

function endOf(places: readonly Place[], from: number): number {
  const oldestMs = (places[from]?.atMs ?? 0) - blockSpanMaxMs;
  let to = from + 1;
  while (to < places.length && to - from < blockPlacesMax && (places[to]?.atMs ?? 0) >= oldestMs) to += 1;
  return to;
}

function blockOf(term: string, places: readonly Place[], name: string): [string, Uint8Array] {
  const newestMs = places[0]?.atMs ?? 0;
  const spanMs = newestMs - (places.at(-1)?.atMs ?? 0);
  writer.uint(version);
  writer.uint(places.length);
  let beforeMs = newestMs;
  for (const { atMs, id } of places) {
    writer.uint(beforeMs - atMs);
    writer.text(id);
    beforeMs = atMs;
  }
  return [`${listPrefix(term)}${pad(lastMs - newestMs, 13)},${pad(spanMs, 5)},${name}`, writer.take()];
}

/** The orders of a block, the newest first. */
export function readBlock(key: string, bytes: unknown): Place[] {
  const reader = new ByteReader(bytes as Uint8Array);
  reader.uint();
  const places: Place[] = [];
  let { newestMs: atMs } = timesOf(key);
  for (let left = reader.uint(); left > 0; left -= 1) {
    atMs -= reader.uint();
    places.push({ atMs, id: reader.text() as OrderId });
  }
  return places;
}
