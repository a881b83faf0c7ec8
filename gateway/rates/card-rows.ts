/**
 * Rate cards as rows of CSV: a row `card` begins one, rows `rate`, `lane`, `band` and `remote` belong to the card
 * before them. Cards come out one by one, so that a file of any length is never held.
 */
import { Compile } from 'typebox/compile';
import { rateRefusal } from '../../actors/rate-checks.ts';
import { RateCardSchema, type RateCard } from '../../actors/rate-commands.ts';

/** A card with the number of the row or line it begins in; or why it is none. */
export type FoundCard =
  | { readonly row: number; readonly card: RateCard; readonly refused?: undefined }
  | { readonly row: number; readonly card?: undefined; readonly refused: string };

export const cardColumns = [
  'record', 'carrier', 'service', 'version', 'currency', 'fromMs', 'untilMs', 'divisor', 'minimumMinor', 'beyondGrams',
  'residentialMinor', 'fuelPercent', 'oversizeSideMm', 'oversizeGirthMm', 'oversizeMinor', 'zone', 'upToGrams', 'minor',
  'from', 'country', 'postalPrefixes', 'upToKm',
] as const;
type Column = (typeof cardColumns)[number];
type Cells = Readonly<Partial<Record<Column, string>>>;

const schema = Compile(RateCardSchema);

/** A value as a card, if it is one. */
export function checkedCard(row: number, value: unknown): FoundCard {
  if (!schema.Check(value)) {
    const [first] = schema.Errors(value);
    const path = (first?.instancePath ?? '').replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.').replace(/^\./, '');
    return { row, refused: `${path === '' ? 'the card' : path}: ${first?.message ?? 'is no rate card'}` };
  }
  const rejection = rateRefusal(value);
  if (rejection === undefined) return { row, card: value };
  return { row, refused: `${rejection.field?.replace('body.card.', '') ?? 'the card'}: ${rejection.detail}` };
}

const number = (cell: string | undefined): number | string | undefined => {
  if (cell === undefined) return undefined;
  return /^-?\d{1,15}(?:\.\d{1,6})?$/.test(cell) ? Number(cell) : cell;
};
const list = (cell: string | undefined): string[] | undefined => cell?.split(';').map((part) => part.trim());
const known = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** `DE`, `DE:10` or `@north`. */
function originOf(cell: string | undefined): unknown {
  if (cell === undefined) return undefined;
  if (cell.startsWith('@')) return { group: cell.slice(1) };
  const [country, postalPrefix] = cell.split(':');
  return known({ country, postalPrefix });
}

/** One card under way. */
interface Draft {
  readonly row: number;
  readonly head: Record<string, unknown>;
  readonly surcharges: Record<string, unknown>;
  /** Prices by zone, and by the weight they hold up to; under `beyond`, those for what is heavier. */
  readonly prices: Map<string, Map<number | string, unknown>>;
  readonly lanes: unknown[];
  readonly bands: unknown[];
  readonly remote: unknown[];
}

export class CardRows {
  readonly #columns: readonly Column[];
  #draft: Draft | undefined;

  /** @throws Error for a header with a column that there is not. */
  constructor(header: readonly string[]) {
    this.#columns = header.map((cell) => {
      const name = cardColumns.find((one) => one === cell.trim());
      if (name === undefined) throw new Error(`no such column: ${cell.trim()} (they are ${cardColumns.join(', ')})`);
      return name;
    });
    if (!this.#columns.includes('record')) throw new Error('the column record says what each row is');
  }

  /** The card that this row ends, or what is wrong with the row. */
  push(row: number, fields: readonly string[]): FoundCard | undefined {
    const cells: Partial<Record<Column, string>> = {};
    for (const [index, name] of this.#columns.entries()) {
      const cell = fields[index]?.trim() ?? '';
      if (cell !== '') cells[name] = cell;
    }
    if (cells.record === 'card') {
      const before = this.end();
      this.#draft = draftOf(row, cells);
      return before;
    }
    if (this.#draft === undefined) return { row, refused: 'the first row of a card is its record card' };
    if (add(this.#draft, cells)) return undefined;
    return { row, refused: `record: there is no ${cells.record ?? 'empty record'}` };
  }

  /** The last card. */
  end(): FoundCard | undefined {
    const draft = this.#draft;
    this.#draft = undefined;
    return draft === undefined ? undefined : checkedCard(draft.row, cardOf(draft));
  }
}

function draftOf(row: number, cells: Cells): Draft {
  const { carrier, service, currency } = cells;
  const numbers = ['version', 'fromMs', 'untilMs', 'divisor', 'minimumMinor', 'beyondGrams'] as const;
  const counted = Object.fromEntries(numbers.map((name) => [name, number(cells[name])]));
  const head = known({ carrier, service, currency, ...counted });
  const oversize = known({
    sideMm: number(cells.oversizeSideMm), girthMm: number(cells.oversizeGirthMm), minor: number(cells.oversizeMinor),
  });
  const surcharges = known({
    residentialMinor: number(cells.residentialMinor),
    fuelPercent: number(cells.fuelPercent),
    oversize: Object.keys(oversize).length === 0 ? undefined : oversize,
  });
  return { row, head, surcharges, prices: new Map(), lanes: [], bands: [], remote: [] };
}

function add({ prices, lanes, bands, remote }: Draft, cells: Cells): boolean {
  const { zone, country } = cells;
  const postalPrefixes = list(cells.postalPrefixes);
  switch (cells.record) {
    case 'rate': {
      const upTo = cells.upToGrams === 'beyond' ? 'beyond' : (number(cells.upToGrams) ?? '');
      const own = prices.get(zone ?? '') ?? new Map<number | string, unknown>();
      prices.set(zone ?? '', own.set(upTo, number(cells.minor)));
      return true;
    }
    case 'lane':
      lanes.push(known({ from: originOf(cells.from), country, postalPrefixes, zone }));
      return true;
    case 'band':
      bands.push(known({ upToKm: number(cells.upToKm), zone }));
      return true;
    case 'remote':
      remote.push(known({ country, postalPrefixes, minor: number(cells.minor) }));
      return true;
    default:
      return false;
  }
}

function cardOf({ head, surcharges, prices, lanes, bands, remote }: Draft): unknown {
  const weights = new Set<number | string>();
  for (const own of prices.values()) for (const upTo of own.keys()) if (upTo !== 'beyond') weights.add(upTo);
  const breaks = [...weights].sort((a, b) => Number(a) - Number(b));
  const zones = [...prices].map(([zone, own]) => {
    const minor = breaks.flatMap((upTo) => (own.has(upTo) ? [own.get(upTo)] : []));
    return known({ zone, minor, beyondMinor: own.get('beyond') });
  });
  const more = known({ ...surcharges, remote: remote.length === 0 ? undefined : remote });
  const some = (all: readonly unknown[]): readonly unknown[] | undefined => (all.length === 0 ? undefined : all);
  return known({
    ...head, breaks, zones, lanes: some(lanes), bands: some(bands),
    surcharges: Object.keys(more).length === 0 ? undefined : more,
  });
}
