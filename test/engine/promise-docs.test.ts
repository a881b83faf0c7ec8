/** The examples of docs/INVENTORY.md, "Locations and promises": sent in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { Shop } from './shop.ts';

describe('the page about locations and promises', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    // Tuesday, the 14th of November 2023, 23:13 in Berlin.
    const shop = await Shop.open({ isBare: true });
    await shop.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
    expect(await playSection('Locations and promises', shop)).toBeGreaterThan(2);
  });
});
