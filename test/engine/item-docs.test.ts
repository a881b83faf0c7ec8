/** The examples of docs/INVENTORY.md about items: sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

async function shop(): Promise<Shop> {
  const made = await Shop.open({ isBare: true });
  for (const id of ['LEEDS', 'YORK']) await made.ok('location.put', { location: location(id) });
  for (const id of ['web', 'market']) await made.ok('channel.put', { channel: { id, name: id } });
  return made;
}

describe('the page about items', () => {
  it('[Y7] says of backorders and preorders what an engine answers', async () => {
    expect(await playSection('Backorder and preorder', await shop())).toBe(3);
  });

  it('[Y7] says of what is sold without stock what an engine answers', async () => {
    expect(await playSection('Sold without stock', await shop())).toBe(2);
  });

  it('[Y7] says of kits what an engine answers', async () => {
    expect(await playSection('Kits', await shop())).toBe(3);
  });

  it('[Y7] says of lots, recalls and serials what an engine answers', async () => {
    expect(await playSection('Lots, expiry and serials', await shop())).toBe(5);
  });
});
