/**
 * Invoices to commands, honestly: what is an order becomes an order, what is a cancellation cancels units
 * that were ordered before, and what is neither is refused by name and counted. Pure: no file, no clock,
 * no socket. The rules stand in docs/REPLAY.md, ids D1…
 */
import { moneyMinorMax, quantityMax } from '../../actors/limits.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { Plain } from '../client/answers.ts';
import { parseDate, type Invoice, type SourceLine } from './invoices.ts';
import { destinationOf, type Places } from './places.ts';

/** Why a line of the file does not reach the engine. Of two reasons, the earlier one is told. */
export const lineRefusals = {
  unreadable: 'quantity, price or date is not what it should be, or the country is unknown',
  'no-stock-code': 'the line names no article',
  'not-goods': 'postage, fees, discounts, samples, vouchers, manual entries: nothing to pick',
  'negative-quantity': 'a stock correction written as an invoice (outside cancellations)',
  'zero-quantity': 'no units',
  'negative-price': 'a booking, not a sale',
  'zero-price': 'a write-off, find or gift written as an invoice',
  'fraction-of-a-penny': 'a price that is no whole number of pence',
  'positive-cancellation': 'a cancellation of less than no units',
  'no-customer': 'a cancellation that names no customer: whose order was it?',
  'no-earlier-order': 'a cancellation of what this customer did not order in the file, or cancelled before',
} as const;
export type LineRefusal = keyof typeof lineRefusals;

export interface RefusedLine {
  readonly record: number;
  readonly reason: LineRefusal;
}

interface MappedBase {
  readonly invoice: string;
  readonly atMs: number;
  readonly refused: readonly RefusedLine[];
}
export type Mapped =
  | (MappedBase & { readonly kind: 'order'; readonly body: Plain<CommandBody<'order.place'>> })
  | (MappedBase & {
      readonly kind: 'cancellation';
      /** Lines of the file that cancel something. */
      readonly lines: number;
      readonly bodies: readonly Plain<CommandBody<'order.cancel'>>[];
      /** Units of these lines that no earlier order accounts for. */
      readonly unmatchedUnits: number;
    })
  /** Nothing of the invoice is for the engine. */
  | (MappedBase & { readonly kind: 'nothing' });

export interface MapSettings {
  readonly channel: string;
  readonly places: Places;
  readonly seed: number;
}

const notGoods = new Set([
  'POST',
  'DOT',
  'C2',
  'M',
  'D',
  'S',
  'B',
  'PADS',
  'CRUK',
  'BANK CHARGES',
  'AMAZONFEE',
]);

/** Stock codes in upper case: the file writes one article as 85123A and 85123a. */
export function skuOf(code: string): string {
  return code.toUpperCase();
}

export function isGoods(sku: string): boolean {
  return !notGoods.has(sku) && !sku.startsWith('GIFT_');
}

/** A price like 2.55 in minor units, exactly; undefined when it is not a whole number of them. */
export function minorUnits(price: string): number | undefined {
  const parts = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(price);
  if (parts === null) return undefined;
  const [, sign, whole, fraction = ''] = parts;
  if (/[^0]/.test(fraction.slice(2))) return undefined;
  const minor = Number(`${whole}${fraction.slice(0, 2).padEnd(2, '0')}`);
  return sign === '-' && minor !== 0 ? -minor : minor;
}

/** Units of one order line a later cancellation may take. */
interface OpenLine {
  readonly orderId: string;
  readonly lineId: string;
  left: number;
}

/** Maps invoices one after another, remembering what each customer ordered. */
export class InvoiceMapper {
  readonly #settings: MapSettings;
  /** By customer and SKU, oldest first. */
  readonly #ordered = new Map<string, OpenLine[]>();

  constructor(settings: MapSettings) {
    this.#settings = settings;
  }

  map(invoice: Invoice): Mapped {
    return invoice.number.startsWith('C') ? this.#cancellation(invoice) : this.#order(invoice);
  }

  #order(invoice: Invoice): Mapped {
    const refused: RefusedLine[] = [];
    const base = { invoice: invoice.number, atMs: invoice.atMs, refused };
    const head = invoice.lines[0];
    const customer = head?.customer ?? '';
    const destination = destinationOf(
      head?.country ?? '',
      customer === '' ? `invoice ${invoice.number}` : customer,
      this.#settings.places,
      this.#settings.seed,
    );
    const lines: { lineId: string; sku: string; quantity: number; unitPriceMinor: number }[] = [];
    for (const [index, line] of invoice.lines.entries()) {
      const read = destination === undefined ? 'unreadable' : readOrderLine(line);
      if (typeof read === 'string') refused.push({ record: line.record, reason: read });
      // The line keeps its place in the invoice as its id; refused lines leave gaps.
      else lines.push({ lineId: String(index + 1), ...read });
    }
    if (destination === undefined || lines.length === 0) return { kind: 'nothing', ...base };
    if (customer !== '') this.#remember(customer, invoice.number, lines);
    return {
      kind: 'order',
      ...base,
      body: {
        orderId: invoice.number,
        channel: this.#settings.channel,
        destination,
        lines,
        currency: 'GBP',
        ...(customer === '' ? {} : { customer }),
        shortage: 'backorder',
      },
    };
  }

  #remember(
    customer: string,
    orderId: string,
    lines: readonly { lineId: string; sku: string; quantity: number }[],
  ): void {
    for (const { lineId, sku, quantity } of lines) {
      const key = `${customer}/${sku}`;
      const open = { orderId, lineId, left: quantity };
      const list = this.#ordered.get(key);
      if (list === undefined) this.#ordered.set(key, [open]);
      else list.push(open);
    }
  }

  #cancellation(invoice: Invoice): Mapped {
    const refused: RefusedLine[] = [];
    const base = { invoice: invoice.number, atMs: invoice.atMs, refused };
    /** By order, then by line: two lines of a cancellation may meet in one line of an order. */
    const orders = new Map<string, Map<string, number>>();
    let lines = 0;
    let unmatchedUnits = 0;
    for (const line of invoice.lines) {
      const read = readCancelledLine(line);
      if (typeof read === 'string') {
        refused.push({ record: line.record, reason: read });
        continue;
      }
      const rest = this.#take(line.customer, read, orders);
      if (rest === read.quantity) {
        refused.push({ record: line.record, reason: 'no-earlier-order' });
      } else {
        lines += 1;
        unmatchedUnits += rest;
      }
    }
    if (orders.size === 0) return { kind: 'nothing', ...base };
    const bodies = [...orders].map(([orderId, units]) => ({
      orderId,
      reason: `cancelled by ${invoice.number}`,
      lines: [...units].map(([lineId, quantity]) => ({ lineId, quantity })),
    }));
    return { kind: 'cancellation', ...base, lines, bodies, unmatchedUnits };
  }

  /** Take units from what the customer ordered, the latest order first; returns what is left over. */
  #take(
    customer: string,
    { sku, quantity }: { readonly sku: string; readonly quantity: number },
    orders: Map<string, Map<string, number>>,
  ): number {
    const list = this.#ordered.get(`${customer}/${sku}`) ?? [];
    let rest = quantity;
    for (let open = list.at(-1); open !== undefined && rest > 0; open = list.at(-1)) {
      const taken = Math.min(open.left, rest);
      rest -= taken;
      open.left -= taken;
      const units = orders.get(open.orderId) ?? new Map<string, number>();
      orders.set(open.orderId, units.set(open.lineId, (units.get(open.lineId) ?? 0) + taken));
      if (open.left === 0) list.pop();
    }
    return rest;
  }
}

function readOrderLine(
  line: SourceLine,
): LineRefusal | { sku: string; quantity: number; unitPriceMinor: number } {
  const quantity = readQuantity(line);
  if (quantity === undefined || !/^-?\d+(\.\d+)?$/.test(line.price)) return 'unreadable';
  const unitPriceMinor = minorUnits(line.price);
  if (unitPriceMinor !== undefined && unitPriceMinor > moneyMinorMax) return 'unreadable';
  if (line.code === '') return 'no-stock-code';
  const sku = skuOf(line.code);
  if (!isGoods(sku)) return 'not-goods';
  if (quantity < 0) return 'negative-quantity';
  if (quantity === 0) return 'zero-quantity';
  if (line.price.startsWith('-')) return 'negative-price';
  if (unitPriceMinor === undefined) return 'fraction-of-a-penny';
  if (unitPriceMinor === 0) return 'zero-price';
  return { sku, quantity, unitPriceMinor };
}

function readCancelledLine(line: SourceLine): LineRefusal | { sku: string; quantity: number } {
  const quantity = readQuantity(line);
  if (quantity === undefined) return 'unreadable';
  if (line.code === '') return 'no-stock-code';
  const sku = skuOf(line.code);
  if (!isGoods(sku)) return 'not-goods';
  if (quantity === 0) return 'zero-quantity';
  if (quantity > 0) return 'positive-cancellation';
  if (line.customer === '') return 'no-customer';
  return { sku, quantity: -quantity };
}

/** Undefined where the line cannot be read at all. */
function readQuantity(line: SourceLine): number | undefined {
  if (!/^-?\d{1,10}$/.test(line.quantity) || parseDate(line.date) === undefined) return undefined;
  if (!/^[ -~]{0,64}$/.test(line.code)) return undefined;
  const quantity = Number(line.quantity);
  return Math.abs(quantity) <= quantityMax ? quantity : undefined;
}
