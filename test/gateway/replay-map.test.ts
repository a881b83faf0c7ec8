import { describe, expect, it } from 'vitest';
import { compile } from './replay-kit.ts';
import { commandBodies } from '../../actors/commands.ts';
import { groupInvoices, type Invoice, type SourceLine } from '../../gateway/replay/invoices.ts';
import { InvoiceMapper, isGoods, minorUnits, type Mapped } from '../../gateway/replay/map.ts';
import { countries } from '../../gateway/replay/countries.ts';
import { destinationOf, type Places } from '../../gateway/replay/places.ts';

const places: Places = new Map([
  ['GB', ['LS1', 'BS1', 'G1', 'M1'].map((postalCode) => ({ postalCode, latitude: 53, longitude: -1 }))],
]);
const date = '2010-12-01 08:26:00';
let record = 1;

function line(part: Partial<SourceLine> = {}): SourceLine {
  record += 1;
  return {
    record,
    invoice: '1',
    code: '85123A',
    quantity: '6',
    date,
    price: '2.55',
    customer: '17850',
    country: 'United Kingdom',
    ...part,
  };
}
const invoice = (number: string, ...lines: Partial<SourceLine>[]): Invoice => ({
  number,
  atMs: 0,
  lines: lines.map((part) => line({ invoice: number, ...part })),
});
const mapper = (seed = 1): InvoiceMapper => new InvoiceMapper({ channel: 'web', places, seed });
const reasons = (mapped: Mapped): string[] => mapped.refused.map(({ reason }) => reason);

describe('an order', () => {
  it('[D2] becomes order.place: invoice number, customer, channel, lines by their place in the invoice', () => {
    const mapped = mapper().map(invoice('536365', {}, { code: 'POST' }, { code: '71053', quantity: '2', price: '3.39' }));
    expect(mapped).toMatchObject({
      kind: 'order',
      body: {
        orderId: '536365',
        channel: 'web',
        currency: 'GBP',
        customer: '17850',
        shortage: 'backorder',
        lines: [
          { lineId: '1', sku: '85123A', quantity: 6, unitPriceMinor: 255 },
          { lineId: '3', sku: '71053', quantity: 2, unitPriceMinor: 339 },
        ],
      },
    });
    expect(compile(commandBodies['order.place'])((mapped as { body: unknown }).body)).toBe(true);
  });

  it('[D2] keeps the same article twice as two lines', () => {
    const mapped = mapper().map(invoice('1', { quantity: '1' }, { quantity: '2' }));
    expect(mapped).toMatchObject({ body: { lines: [{ quantity: 1 }, { quantity: 2 }] } });
  });

  it('[D3] writes articles in upper case, so that 85123a is 85123A', () => {
    const mapped = mapper().map(invoice('1', { code: '85123a' }, { code: 'DCGSSGIRL' }));
    expect(mapped).toMatchObject({ body: { lines: [{ sku: '85123A' }, { sku: 'DCGSSGIRL' }] } });
  });

  it.each([
    ['2.55', 255], ['0.1', 10], ['7', 700], ['8142.75', 814_275], ['38970.0', 3_897_000], ['1.10', 110],
    ['0.29', 29], ['1.005', undefined], ['0.001', undefined], ['2.550', 255], ['-1.5', -150], ['', undefined],
    ['1e3', undefined], ['NaN', undefined], ['-0.00', 0],
  ])('[D4] reads a price of %s as %s minor units, exactly', (price, minor) => {
    expect(minorUnits(price)).toBe(minor);
  });

  it.each<[string, Partial<SourceLine>, string]>([
    ['postage', { code: 'POST' }, 'not-goods'],
    ['postage of an order by wire', { code: 'DOT' }, 'not-goods'],
    ['carriage', { code: 'C2' }, 'not-goods'],
    ['a manual entry', { code: 'M' }, 'not-goods'],
    ['a manual entry in lower case', { code: 'm' }, 'not-goods'],
    ['a discount', { code: 'D' }, 'not-goods'],
    ['samples', { code: 'S' }, 'not-goods'],
    ['bad debt', { code: 'B', price: '-11062.06' }, 'not-goods'],
    ['padding', { code: 'PADS', price: '0.001' }, 'not-goods'],
    ['a donation', { code: 'CRUK' }, 'not-goods'],
    ['bank charges', { code: 'BANK CHARGES' }, 'not-goods'],
    ['a marketplace fee', { code: 'AMAZONFEE' }, 'not-goods'],
    ['a voucher', { code: 'gift_0001_20' }, 'not-goods'],
    ['no article', { code: '' }, 'no-stock-code'],
    ['a stock correction', { quantity: '-10', price: '0.0' }, 'negative-quantity'],
    ['no units', { quantity: '0' }, 'zero-quantity'],
    ['a price below nothing', { price: '-5.00' }, 'negative-price'],
    ['no price', { price: '0.0' }, 'zero-price'],
    ['a part of a penny', { price: '1.005' }, 'fraction-of-a-penny'],
    ['a fraction of a unit', { quantity: '1.5' }, 'unreadable'],
    ['words for a quantity', { quantity: 'six' }, 'unreadable'],
    ['words for a price', { price: 'free' }, 'unreadable'],
    ['more units than there can be', { quantity: '9999999999' }, 'unreadable'],
    ['a date that is none', { date: '1.12.2010' }, 'unreadable'],
    ['an article no label can carry', { code: 'caf\u00e9' }, 'unreadable'],
    ['a country nobody knows', { country: 'Atlantis' }, 'unreadable'],
  ])('[D5] refuses %s by name', (_, part, reason) => {
    const mapped = mapper().map(invoice('1', part));
    expect(mapped.kind).toBe('nothing');
    expect(reasons(mapped)).toEqual([reason]);
  });

  it('[D5] takes the goods of an invoice although other lines are refused', () => {
    const mapped = mapper().map(invoice('1', { code: 'POST' }, {}, { price: '0' }));
    expect(mapped).toMatchObject({ kind: 'order', body: { lines: [{ lineId: '2' }] } });
    expect(reasons(mapped)).toEqual(['not-goods', 'zero-price']);
  });

  it('[D5] knows articles that only look like no goods', () => {
    expect(['DCGS0003', 'DCGSSBOY', '22423', '15056BL'].every(isGoods)).toBe(true);
  });
});

describe('a cancellation', () => {
  const taken = (mapped: Mapped): unknown => (mapped.kind === 'cancellation' ? mapped.bodies : mapped.kind);

  it('[D6] takes units of the customer’s latest order of the article first, then of earlier ones', () => {
    const map = mapper();
    map.map(invoice('1', { quantity: '5' }));
    map.map(invoice('2', { quantity: '3' }));
    expect(taken(map.map(invoice('C3', { quantity: '-4' })))).toEqual([
      { orderId: '2', reason: 'cancelled by C3', lines: [{ lineId: '1', quantity: 3 }] },
      { orderId: '1', reason: 'cancelled by C3', lines: [{ lineId: '1', quantity: 1 }] },
    ]);
  });

  it('[D6] takes no unit twice', () => {
    const map = mapper();
    map.map(invoice('1', { quantity: '5' }));
    map.map(invoice('C2', { quantity: '-5' }));
    expect(reasons(map.map(invoice('C3', { quantity: '-1' })))).toEqual(['no-earlier-order']);
  });

  it('[D6] joins lines of a cancellation that meet in one line of an order', () => {
    const map = mapper();
    map.map(invoice('1', { quantity: '5' }));
    expect(taken(map.map(invoice('C2', { quantity: '-1' }, { quantity: '-2', code: '85123a' })))).toMatchObject([
      { lines: [{ lineId: '1', quantity: 3 }] },
    ]);
  });

  it('[D6] counts the units beyond what was ordered', () => {
    const map = mapper();
    map.map(invoice('1', { quantity: '5' }));
    expect(map.map(invoice('C2', { quantity: '-80' }))).toMatchObject({ lines: 1, unmatchedUnits: 75 });
  });

  it.each<[string, Partial<SourceLine>, string]>([
    ['of another customer', { quantity: '-1', customer: '12345' }, 'no-earlier-order'],
    ['of another article', { quantity: '-1', code: '22423' }, 'no-earlier-order'],
    ['without a customer', { quantity: '-1', customer: '' }, 'no-customer'],
    ['of postage', { quantity: '-1', code: 'POST' }, 'not-goods'],
    ['of a discount', { quantity: '-1', code: 'D' }, 'not-goods'],
    ['of less than no units', { quantity: '1' }, 'positive-cancellation'],
    ['of no units', { quantity: '0' }, 'zero-quantity'],
    ['that cannot be read', { quantity: 'all' }, 'unreadable'],
  ])('[D7] %s is refused by name', (_, part, reason) => {
    const map = mapper();
    map.map(invoice('1', { quantity: '5' }));
    const mapped = map.map(invoice('C2', part));
    expect(mapped.kind).toBe('nothing');
    expect(reasons(mapped)).toEqual([reason]);
  });

  it('[D7] cannot be matched with an order without a customer', () => {
    const map = mapper();
    map.map(invoice('1', { customer: '' }));
    expect(reasons(map.map(invoice('C2', { quantity: '-1' })))).toEqual(['no-earlier-order']);
  });
});

describe('a destination', () => {
  it('[D8] is one place for a customer throughout, another seed another place', () => {
    const where = (seed: number, customer: string) => destinationOf('United Kingdom', customer, places, seed);
    expect(where(1, '17850')).toEqual(where(1, '17850'));
    const all = new Set(Array.from({ length: 40 }, (_, at) => where(1, String(at))?.postalCode));
    expect(all.size).toBe(4);
    const changed = Array.from({ length: 40 }, (_, at) => where(1, String(at)) !== where(2, String(at)));
    expect(changed.includes(true)).toBe(true);
  });

  it('[D8] without a customer is chosen by invoice', () => {
    const codes = Array.from({ length: 40 }, (_, at) => mapper().map(invoice(String(at), { customer: '' })));
    expect(new Set(codes.map((mapped) => JSON.stringify((mapped as { body?: { destination: unknown } }).body?.destination))).size).toBe(4);
  });

  it.each([
    ['EIRE', 'IE'], ['USA', 'US'], ['RSA', 'ZA'], ['Channel Islands', 'JE'], ['European Community', 'BE'],
    ['Unspecified', 'GB'], ['Hong Kong', 'HK'], ['United Arab Emirates', 'AE'], ['Czech Republic', 'CZ'],
  ])('[D9] of %s is in %s', (name, code) => {
    expect(countries.get(name)?.code).toBe(code);
  });

  it('[D9] is the capital where there are no postal codes, and always in bounds', () => {
    expect(destinationOf('Japan', 'x', places, 1)).toEqual({ country: 'JP', latitude: 35.68, longitude: 139.69 });
    const isSound = compile(commandBodies['order.place'].properties.destination);
    for (const name of countries.keys()) expect(isSound(destinationOf(name, 'x', new Map(), 1))).toBe(true);
    expect(countries.size).toBe(38);
  });
});

describe('lines to invoices', () => {
  async function* feed(lines: readonly SourceLine[]): AsyncGenerator<SourceLine> {
    yield* lines;
  }
  const group = async (lines: readonly SourceLine[]): Promise<string[]> => {
    const out: string[] = [];
    for await (const one of groupInvoices(feed(lines))) out.push(`${one.number}:${one.lines.length}`);
    return out;
  };

  it('[D10] joins an invoice that goes on after another one’s lines', async () => {
    const at = (invoiceNumber: string, minute: string) => line({ invoice: invoiceNumber, date: `2011-02-01 11:${minute}:00` });
    expect(await group([at('542806', '19'), at('C542805', '19'), at('542806', '20'), at('542807', '30')])).toEqual([
      '542806:2', 'C542805:1', '542807:1',
    ]);
  });

  it('[D10] keeps lines without a readable date with their invoice', async () => {
    expect(await group([line(), line({ date: 'soon' }), line({ invoice: '2' })])).toEqual(['1:2', '2:1']);
  });
});
