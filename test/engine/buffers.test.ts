/** Units held back: the stock's own buffer, rules by SKU, location, channel and method, and why a number is what it is. */
import { describe, expect, it } from 'vitest';
import type { Available } from '../../actors/available.ts';
import type { DeliveryMethod } from '../../actors/vocabulary.ts';
import { location, Shop, type Loose } from './shop.ts';
import type { BufferRule } from '../../actors/buffer-commands.ts';

type Rule = Loose<BufferRule>;

async function shopWith(...rules: readonly Rule[]): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('location.put', { location: { ...location('B', 1), type: 'store' } });
  await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop' } });
  await shop.receive({ 'A/S1': 10, 'B/S1': 10 });
  for (const rule of rules) await shop.ok('buffer.put', { rule });
  return shop;
}

const atp = (shop: Shop, channel = 'web', method: DeliveryMethod = 'ship'): Available | undefined =>
  shop.ask('atp.get', { skus: ['S1'], channel, method })['S1'];
const rule = (id: string, quantity: number, scope: object = {}): Rule => ({ id, quantity, ...scope });

describe('a buffer rule', () => {
  it('[Q6] holds back from every location it concerns, for the channel and method it names', async () => {
    const shop = await shopWith(rule('r', 2, { channel: 'shop' }));
    expect([atp(shop), atp(shop, 'shop'), atp(shop, 'shop', 'pickup')]).toEqual([20, 16, 8]);
    await shop.ok('buffer.put', { rule: rule('r', 2, { channel: 'shop', method: 'pickup', location: 'B' }) });
    expect([atp(shop), atp(shop, 'shop'), atp(shop, 'shop', 'pickup')]).toEqual([20, 20, 8]);
    await shop.ok('buffer.remove', { bufferId: 'r' });
    expect([atp(shop), atp(shop, 'shop'), atp(shop, 'shop', 'pickup')]).toEqual([20, 20, 10]);
  });

  it('[Q7] of several that fit, the one that names the SKU, then the location, the channel, the method', async () => {
    const scopes: readonly object[] = [
      {}, { method: 'ship' }, { channel: 'web' }, { channel: 'web', method: 'ship' }, { location: 'A', method: 'ship' },
      { location: 'A', channel: 'web' }, { sku: 'S1' }, { sku: 'S1', channel: 'web', method: 'ship' }, { sku: 'S1', location: 'A' },
    ];
    const shop = await shopWith();
    const held = [];
    for (const [index, scope] of scopes.entries()) {
      await shop.ok('buffer.put', { rule: rule(`r${index}`, index + 1, scope) });
      held.push(10 - (shop.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations[0]?.atp ?? 0));
    }
    expect(held).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // What was put last is not what counts: taken away from the narrowest on, the next one holds.
    for (let index = scopes.length - 1; index > 0; index -= 1) {
      await shop.ok('buffer.remove', { bufferId: `r${index}` });
      expect(shop.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations[0]?.rule?.bufferId).toBe(`r${index - 1}`);
    }
  });

  it('[Q7] of the same scope, the later replaces the earlier', async () => {
    const shop = await shopWith(rule('first', 1, { sku: 'S1', channel: 'web' }));
    expect(await shop.ok('buffer.put', { rule: rule('second', 4, { sku: 'S1', channel: 'web' }) })).toEqual({ id: 'second', replaced: 'first' });
    expect(shop.ask('buffer.list', {}).rules.map(({ id }) => id)).toEqual(['second']);
    expect(atp(shop)).toBe(12);
  });

  it('[Q8] of per cent is of what is on hand, rounded up; it shrinks as units leave', async () => {
    const shop = await shopWith({ id: 'tenth', percent: 15, location: 'A' });
    expect(shop.ask('atp.explain', { sku: 'S1' }).locations[0]).toMatchObject({ onHand: 10, rule: { bufferId: 'tenth', units: 2 }, atp: 8 });
    await shop.place('o1', { S1: 8 });
    await shop.place('o2', { S1: 10 });
    await shop.place('o3', { S1: 1 }, { shortage: 'backorder' });
    expect(shop.order('o3').state).toBe('backordered');
    await shop.part('fulfillment.pick', 'o1');
    await shop.part('fulfillment.ship', 'o1');
    // 2 on hand at A: 15 per cent of them is 1, so one more may be sold, and is.
    expect(shop.order('o3').fulfillments.map((part) => part.location)).toEqual(['A']);
  });

  it('[Q9] never lets sell what the stock itself holds back', async () => {
    const shop = await shopWith(rule('less', 1, { sku: 'S1', location: 'A' }));
    await shop.ok('stock.buffer', { entries: [{ sku: 'S1', location: 'A', buffer: 4 }] });
    expect(shop.ask('atp.explain', { sku: 'S1' }).locations[0]).toMatchObject({ buffer: 4, rule: { units: 1 }, heldBack: 4, atp: 6 });
  });

  it('[Q10] an order takes nothing that is held back from its channel, and waits for it', async () => {
    const shop = await shopWith(rule('r', 8, { channel: 'shop' }));
    await expect(shop.place('o1', { S1: 5 }, { channel: 'shop' })).rejects.toThrow('out-of-stock');
    await shop.place('o2', { S1: 5 }, { channel: 'shop', shortage: 'backorder' });
    expect(shop.order('o2').lines[0]).toMatchObject({ allocated: 4, backordered: 1 });
    await shop.place('o3', { S1: 12 });
    await shop.ok('buffer.put', { rule: rule('r', 1, { channel: 'shop' }) });
    expect(shop.order('o2').lines[0]).toMatchObject({ allocated: 5, backordered: 0 });
  });

  it('[Q11] is refused by name when it makes no sense', async () => {
    const shop = await shopWith();
    const refusals = [
      await shop.refused('buffer.put', { rule: { id: 'r' } }),
      await shop.refused('buffer.put', { rule: { id: 'r', quantity: 1, percent: 1 } }),
      await shop.refused('buffer.put', { rule: rule('r', 1, { channel: 'nope' }) }),
      await shop.refused('buffer.put', { rule: rule('r', 1, { location: 'nope' }) }),
      await shop.refused('buffer.remove', { bufferId: 'r' }),
    ];
    expect(refusals.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'malformed body.rule', 'malformed body.rule', 'unknown-channel body.rule.channel',
      'unknown-location body.rule.location', 'unknown-buffer body.bufferId',
    ]);
  });

  it('[Q12] is there after a restart, and gone when it was removed', async () => {
    const first = await shopWith(rule('stays', 3), rule('goes', 5, { sku: 'S1' }));
    await first.ok('buffer.remove', { bufferId: 'goes' });
    const shop = await first.restart();
    expect(shop.ask('buffer.list', {}).rules).toEqual([rule('stays', 3)]);
    expect([shop.ask('buffer.get', { bufferId: 'goes' }), atp(shop)]).toEqual([null, 14]);
  });
});

describe('why a number is what it is', () => {
  it('[Q13] every location says its terms, or why nothing is sold from it; they add up', async () => {
    const shop = await shopWith(rule('r', 3, { location: 'A' }));
    await shop.receive({ 'C/S1': 4 });
    await shop.ok('location.put', { location: { ...location('C', 2), state: 'paused' } });
    await shop.ok('stock.set-aside', { entries: [{ sku: 'S1', location: 'A', quantity: 2 }], bucket: 'damaged', reason: 'wet' });
    await shop.place('o1', { S1: 1 });
    const { atp: sum, locations } = shop.ask('atp.explain', { sku: 'S1', channel: 'web' });
    expect(locations.map(({ location: at, atp: units, notSold }) => [at, units, notSold])).toEqual([
      ['A', 4, undefined], ['B', 10, undefined], ['C', 0, 'paused'],
    ]);
    expect(locations[0]).toMatchObject({ onHand: 10, damaged: 2, allocated: 1, unavailable: 2, free: 7, heldBack: 3 });
    expect([sum, atp(shop)]).toEqual([14, 14]);
    const pickup = shop.ask('atp.explain', { sku: 'S1', channel: 'web', method: 'pickup' });
    expect(pickup.locations.map(({ notSold }) => notSold)).toEqual(['cannot-deliver', undefined, 'paused']);
    await shop.ok('channel.put', { channel: { id: 'few', name: 'F', locations: ['B'] } });
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'few' }).locations[0]).toMatchObject({ notSold: 'not-of-channel', atp: 0 });
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'none' })).toMatchObject({ atp: 0 });
    expect(shop.ask('atp.explain', { sku: 'S9' })).toMatchObject({ atp: 0, locations: [] });
  });
});
