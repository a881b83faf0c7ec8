/** The invoice file as data: rows by the names of its columns, rows of one invoice together. */
import { CsvError, readCsv } from '../feeds/csv.ts';

/** One line of the file, as text. */
export interface SourceLine {
  /** Record in the file, the header being 1. */
  readonly record: number;
  readonly invoice: string;
  readonly code: string;
  readonly quantity: string;
  readonly date: string;
  readonly price: string;
  readonly customer: string;
  readonly country: string;
}

export interface Invoice {
  readonly number: string;
  /** Of its first line, milliseconds since 1970, the file's times read as UTC. */
  readonly atMs: number;
  readonly lines: readonly SourceLine[];
}

const columns = [
  'InvoiceNo',
  'StockCode',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

/** An invoice may go on after a few rows of another; later than this it is over. */
const invoiceGapMs = 120_000;

/** The lines of a file. Throws CsvError when a column is missing or a record has the wrong length. */
export async function* readLines(path: string): AsyncGenerator<SourceLine, void, undefined> {
  let places: readonly number[] | undefined;
  let width = 0;
  let record = 0;
  for await (const records of readCsv(path)) {
    for (const fields of records) {
      record += 1;
      if (places === undefined) {
        places = placesOf(fields);
        width = fields.length;
        continue;
      }
      if (fields.length !== width) {
        throw new CsvError(record, `${fields.length} fields instead of ${width}`);
      }
      const field = (column: number): string => (fields[places?.[column] ?? -1] ?? '').trim();
      yield {
        record,
        invoice: field(0),
        code: field(1),
        quantity: field(2),
        date: field(3),
        price: field(4),
        customer: field(5),
        country: field(6),
      };
    }
  }
}

/** The invoices of a file, in the order of their first lines. */
export async function* readInvoices(path: string): AsyncGenerator<Invoice, void, undefined> {
  yield* groupInvoices(readLines(path));
}

/** Lines to invoices: bounded look-ahead, since the real file splits one invoice around another. */
export async function* groupInvoices(
  lines: AsyncIterable<SourceLine>,
): AsyncGenerator<Invoice, void, undefined> {
  const open = new Map<string, { atMs: number; lastAtMs: number; lines: SourceLine[] }>();
  for await (const line of lines) {
    const parsed = parseDate(line.date);
    for (const [number, invoice] of open) {
      if (parsed === undefined || number === line.invoice) break;
      if (invoice.lastAtMs + invoiceGapMs >= parsed) break;
      open.delete(number);
      yield { number, atMs: invoice.atMs, lines: invoice.lines };
    }
    const invoice = open.get(line.invoice);
    // A line without a readable date stays with its invoice; the mapping refuses it by name.
    const atMs = parsed ?? invoice?.lastAtMs ?? 0;
    if (invoice === undefined) {
      open.set(line.invoice, { atMs, lastAtMs: atMs, lines: [line] });
    } else {
      invoice.lines.push(line);
      invoice.lastAtMs = Math.max(invoice.lastAtMs, atMs);
    }
  }
  for (const [number, { atMs, lines: all }] of open) yield { number, atMs, lines: all };
}

/** `2010-12-01 08:26:00` as UTC, or undefined. */
export function parseDate(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const atMs = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function placesOf(header: readonly string[]): readonly number[] {
  return columns.map((name) => {
    const place = header.indexOf(name);
    if (place === -1) throw new CsvError(1, `there is no column ${name}`);
    return place;
  });
}
