/**
 * The columns of a CSV feed: the header names fields of the row's schema, and each cell becomes the value
 * its field takes; a list is separated by semicolons. What does not look like such a value is passed on as
 * text, so that the schema refuses it in its own words.
 */
import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { LotUnitsSchema } from '../../actors/lot-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { FeedFault, feedLimits } from './feed.ts';

type Read = (cell: string) => unknown;

interface Column {
  readonly name: string;
  readonly read: Read;
}

const readNumber: Read = (cell) => (/^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(cell) ? Number(cell) : cell);
const readBoolean: Read = (cell) => (cell === 'true' ? true : cell === 'false' ? false : cell);
const readText: Read = (cell) => cell;

const split = (cell: string): string[] => cell.split(';').map((part) => part.trim());

/** Lots as `H-24:5;H-23:3@1704000000000`: each its units and, after an @, when it expires in milliseconds. */
const readLots: Read = (cell) => {
  const lots = split(cell).map((part) => {
    const [, lot, quantity, expiresAtMs] = /^([^:@]+):(\d{1,15})(?:@(\d{1,15}))?$/.exec(part) ?? [];
    const units = { lot, quantity: Number(quantity) };
    return expiresAtMs === undefined ? units : { ...units, expiresAtMs: Number(expiresAtMs) };
  });
  return lots.some(({ lot }) => lot === undefined) ? cell : lots;
};

/** How a cell of this field is read; undefined when the field has no form in a cell. */
function readerOf(schema: TSchema): Read | undefined {
  if (Type.IsInteger(schema) || Type.IsNumber(schema)) return readNumber;
  if (Type.IsBoolean(schema)) return readBoolean;
  if (Type.IsArray(schema)) return readerOfList(schema.items);
  return Type.IsObject(schema) ? undefined : readText;
}

function readerOfList(item: TSchema): Read | undefined {
  if (item === LotUnitsSchema) return readLots;
  return Type.IsString(item) ? split : undefined;
}

/** What a record says, or why it says nothing. */
export type RecordRow =
  | { readonly value: Record<string, unknown>; readonly refused?: undefined }
  | { readonly refused: Rejection; readonly value?: undefined };

export class Columns {
  readonly #columns: readonly Column[];

  /**
   * @param known the fields a row of this feed may have
   * @throws FeedFault for a header that does not name them
   */
  constructor(header: readonly string[], known: Readonly<Record<string, TSchema>>) {
    if (header.length > feedLimits.columnsMax) {
      throw fault(`more than ${feedLimits.columnsMax} columns`, 'too-large');
    }
    const seen = new Set<string>();
    this.#columns = header.map((cell) => {
      const name = cell.trim();
      const schema = Object.hasOwn(known, name) ? known[name] : undefined;
      if (schema === undefined) {
        throw fault(`no such column: it is one of ${Object.keys(known).join(', ')}`, 'malformed', name);
      }
      const read = readerOf(schema);
      if (read === undefined) throw fault('this field has no form in a cell: send it as NDJSON', 'malformed', name);
      if (seen.has(name)) throw fault('this column stands there twice', 'malformed', name);
      seen.add(name);
      return { name, read };
    });
  }

  /** The row that a record says. An empty cell is a field left out. */
  row(record: readonly string[]): RecordRow {
    if (record.length !== this.#columns.length) {
      const detail = `has ${record.length} cells instead of ${this.#columns.length}`;
      return { refused: reject('malformed', detail) };
    }
    const row: Record<string, unknown> = {};
    for (let at = 0; at < record.length; at += 1) {
      const cell = (record[at] ?? '').trim();
      const column = this.#columns[at];
      if (cell !== '' && column !== undefined) row[column.name] = column.read(cell);
    }
    return { value: row };
  }
}

function fault(detail: string, code: 'malformed' | 'too-large', field?: string): FeedFault {
  return new FeedFault({ row: 1, code, detail, field: field?.slice(0, 64) });
}
