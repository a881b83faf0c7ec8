/** The page on rate cards: its messages are sent in their order, and answered as it says. */
import { describe, expect, it } from 'vitest';
import { CardRows } from '../../gateway/rates/card-rows.ts';
import { textOf } from '../sources.ts';
import { playSection } from './page.ts';
import { Shop } from './shop.ts';

const page = textOf('docs/RATES.md');

describe('the page on rate cards', () => {
  it('[Y7] [R82] says what an engine answers', async () => {
    const shop = await Shop.open({ isBare: true });
    const place = { type: 'warehouse', country: 'GB', postalCode: 'LS1', latitude: 53.8, longitude: -1.55, state: 'open' } as const;
    await shop.ok('location.put', { location: { id: 'LEEDS', name: 'Leeds', ...place } });
    await shop.ok('carrier.put', { carrier: { id: 'van', name: 'Van', baseMinor: 300, perKmMinor: 1 } });
    await playSection('A card', shop, 'docs/RATES.md');
    expect(await playSection('What would it cost?', shop, 'docs/RATES.md')).toBe(1);
  });

  it('[R83] shows a file that is read as the card it describes', () => {
    const [, csv = ''] = /^```text\n([\s\S]*?)^```/m.exec(page) ?? [];
    const [header = '', ...lines] = csv.trim().split('\n');
    const rows = new CardRows(header.split(','));
    const found = [...lines.map((line, index) => rows.push(index + 2, line.split(','))), rows.end()].filter((one) => one !== undefined);
    expect(found).toMatchObject([{ row: 2, card: { carrier: 'van', version: 2, breaks: [500, 1_000], zones: [{ zone: '2', minor: [280, 340], beyondMinor: 70 }, { zone: '5', minor: [410, 520] }] } }]);
  });
});
