/** The order in which searches list orders: the newest placed first, of one moment by their ids. */
import type { OrderId } from '../../actors/ids.ts';

/** Where an order stands among all orders. */
export interface Place {
  readonly atMs: number;
  readonly id: OrderId;
}

/** The latest moment there is room for in a key; the year 2286. */
export const lastMs = 9_999_999_999_999;

/** Before every place. */
export const firstPlace: Place = { atMs: lastMs, id: '' as OrderId };

/** Negative when `a` comes first. */
export const comparePlaces = (a: Place, b: Place): number =>
  b.atMs - a.atMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The next possible place. */
export const placeAfter = ({ atMs, id }: Place): Place => ({ atMs, id: `${id}\u0000` as OrderId });

/** The first of those that were placed at a moment or before it. */
export const placeOf = (atMs: number): Place => ({ atMs: Math.min(atMs, lastMs), id: '' as OrderId });

/** Where a page goes on that comes after a place. */
export const cursorAfter = ({ atMs, id }: Place): string => `${atMs}/${id}`;

/** Where a page goes on that begins with a place. */
export function cursorFrom({ atMs, id }: Place): string {
  return id.endsWith('\u0000') ? cursorAfter({ atMs, id: id.slice(0, -1) as OrderId }) : `${atMs}@${id}`;
}

/** The first place of the page a cursor leads to. */
export function placeOfCursor(cursor: string): Place {
  const end = cursor.search(/[/@]/);
  const place = { atMs: Number(cursor.slice(0, end)), id: cursor.slice(end + 1) as OrderId };
  return cursor[end] === '@' ? place : placeAfter(place);
}
