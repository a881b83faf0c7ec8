/** The examples of docs/INVENTORY.md, "Incoming supply": sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

describe('the page about incoming supply', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open({ isBare: true });
    for (const id of ['LEEDS', 'YORK']) await shop.ok('location.put', { location: location(id) });
    expect(await playSection('Incoming supply', shop)).toBeGreaterThan(6);
  });
});
