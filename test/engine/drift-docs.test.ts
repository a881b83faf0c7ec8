/** The examples of docs/INVENTORY.md, "Drift": sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

describe('the page about drift', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open({ isBare: true });
    await shop.ok('location.put', { location: location('LEEDS') });
    expect(await playSection('Drift', shop)).toBe(2);
  });
});
