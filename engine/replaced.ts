/**
 * What settings were before they changed: locations, channels, carriers, items, rules, pools, transit times, rate
 * cards and routing plans. The record of a change holds what it replaced, and the record before it that changed a
 * setting; so what was in force at any record can be found without reading what lies between. Nothing but reading
 * the past asks for it: these rows are not saved, and recovery passes over them.
 */
import { isSameOffer } from '../actors/carrier-health.ts';
import type { Cell } from './cells.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { must } from './assert.ts';
import { momentsKey } from './decision-moments.ts';
import { pricesKey } from './routing/prices/recorded.ts';
import { prefixes, pushRows, type RowBytes } from './rows.ts';

/** A setting that changed, and what it was before. */
export interface Replaced {
  readonly cell: Cell;
  readonly before: Cell['snapshot'];
  /** Events of its turn that came before the change. */
  readonly events: number;
}

/** What a setting was before a change. */
export interface Image {
  readonly key: string;
  /** Its row; null: there was none. */
  readonly row: unknown;
  readonly events: number;
}

/** The row that names the last two records in which a setting changed. */
export const settingsKey = `${prefixes.settings}all`;
const version = 1;

/** Whether a cell is a setting, and another one than before; counts that go up and down with orders are none. */
export function isReplaced(cell: Cell, before: Cell['snapshot']): boolean {
  switch (cell.kind) {
    case 'carrier': {
      const [was, now] = [before as typeof cell.snapshot, cell.snapshot];
      const isSame = was?.value === now?.value && was?.context.card === now?.context.card;
      if (!isSameOffer(was?.context.health, now?.context.health)) return true;
      return !isSame && textOf(was, was?.context.card) !== textOf(now, now?.context.card);
    }
    case 'pool': {
      const [was, now] = [before as typeof cell.snapshot, cell.snapshot];
      const none = { taken: 0, gone: 0 };
      return textOf(was, { ...was?.context, ...none }) !== textOf(now, { ...now?.context, ...none });
    }
    case 'plan':
      return (before as typeof cell.snapshot)?.context.state !== cell.snapshot?.context.state;
    case 'location':
    case 'channel':
    case 'item':
    case 'buffer':
    case 'transit':
    case 'rates':
    case 'seat':
      return textOf(before, before?.context) !== textOf(cell.snapshot, cell.snapshot?.context);
    default:
      return false;
  }
}

const textOf = (snapshot: Cell['snapshot'], context: unknown): string =>
  snapshot === undefined ? '' : `${snapshot.value} ${JSON.stringify(context)}`;

/** The row of what was replaced, the so-manieth of its turn. Of a plan its document stays: only the state is kept. */
export function replacedRow({ cell, before, events }: Replaced, index: number): RowBytes {
  const rows: RowBytes[] = [];
  if (cell.kind === 'plan') {
    const { value, context } = must((before as typeof cell.snapshot) ?? cell.snapshot, 'a plan that changed');
    pushRows(cell, { value, context: { state: context.state } as never }, rows, 0);
  } else pushRows(cell, before ?? cell.snapshot, rows, 0);
  const [key, bytes] = must(rows[0], 'the row of a setting');
  return [`${prefixes.replaced}${index}/${events}/${key}`, before === undefined ? null : bytes];
}

/** An upper estimate of the bytes of that row. */
export function replacedBytes({ cell, before }: Replaced): number {
  if (before === undefined || cell.kind === 'plan') return 256;
  return 256 + Buffer.byteLength(JSON.stringify(before.context));
}

/** What the changes of a record replaced, the last change first. */
export function imagesIn(rows: readonly (readonly [key: string, row: unknown])[]): Image[] {
  const images: Image[] = [];
  for (const [name, row] of rows) {
    if (!name.startsWith(prefixes.replaced) || name === momentsKey || name === pricesKey) continue;
    const [index = '', events = ''] = name.slice(prefixes.replaced.length).split('/', 2);
    const key = name.slice(prefixes.replaced.length + index.length + events.length + 2);
    images.push({ key, row, events: Number(events) });
  }
  return images.reverse();
}

const writer = new ByteWriter();

/** The row that says in which record a setting changed last, and in which before that (0: none). */
export function settingsRow(position: number, before: number): RowBytes {
  writer.uint(version);
  writer.uint(position);
  writer.uint(before);
  return [settingsKey, writer.take()];
}

/** The records that such a row names. */
export function settingsFrom(row: unknown): { readonly at: number; readonly before: number } {
  if (!(row instanceof Uint8Array)) return { at: 0, before: 0 };
  const reader = new ByteReader(row);
  reader.uint();
  return { at: reader.uint(), before: reader.uint() };
}

/** Of the rows of a record: the records in which settings changed last. */
export function settingsIn(rows: readonly (readonly [key: string, row: unknown])[]): ReturnType<typeof settingsFrom> {
  return settingsFrom(rows.find(([key]) => key === settingsKey)?.[1]);
}
