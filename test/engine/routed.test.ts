/** Orders that come with their places: honoured where these can be had, and else as the policy of the channel says. */
import { describe, expect, it, test } from 'vitest';
import { playSection } from './page.ts';
import { order, Shop } from './shop.ts';

async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 10, 'B/S1': 5, 'C/S2': 10 });
  return shop;
}

/** Lines as `SKU: place`. */
const from = (places: Readonly<Record<string, string>>, quantity = 2): object[] =>
  Object.entries(places).map(([sku, location]) => ({ sku, quantity, ...(location === '' ? {} : { routed: { location } }) }));
const placed = (id: string, lines: object[], more: object = {}): never => ({ ...order(id, {}), ...more, lines }) as never;
const put = (shop: Shop, policy: object): Promise<unknown> => shop.ok('intake-policy.put', { policy: { graceMs: 0, ...policy } } as never);
const placesOf = (shop: Shop, id: string): string[] => shop.order(id).fulfillments.map(({ location, state, carrier, lines }) => `${location} ${state} ${carrier} ${lines.length}`);
const explained = (shop: Shop, orderId: string) => shop.ask('decision.explain', { orderId, attempt: 1 });

describe('an order that comes with its places', () => {
  it('[IN14] has them, wherever sourcing would have it from, and says so', async () => {
    const shop = await shopWithStock();
    expect(await shop.ok('order.place', placed('o1', from({ S1: 'B', S2: 'C' })))).toMatchObject({ state: 'released', backordered: 0 });
    expect(placesOf(shop, 'o1')).toEqual(['B released post 1', 'C released post 1']);
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['10 0 0 0', '5 0 2 0']);
    const told = explained(shop, 'o1');
    expect(told?.recorded?.decision).toMatchObject({ routed: { by: 'test' }, choices: [{ location: 'B', costMinor: 411 }, { location: 'C' }] });
    expect(told?.recomputed).toEqual({ unknown: 'routed' });
    expect(told?.text.join('\n')).toContain('Pre-routed by test: it came with these places');
    const again = await shop.restart();
    expect(again.order('o1')).toEqual(shop.order('o1'));
  });

  it('[IN14] goes by the service that each line names, in one parcel for each place and service; kits come whole', async () => {
    const shop = await shopWithStock();
    await shop.ok('carrier.put', { carrier: { id: 'fast', name: 'Fast', baseMinor: 900, perKmMinor: 1, services: [{ id: 'express', baseMinor: 900, perKmMinor: 1 }] } } as never);
    await shop.receive({ 'B/S2': 5 });
    await shop.ok('item.put', { item: { sku: 'SET', kit: { components: [{ sku: 'S1', quantity: 1 }, { sku: 'S2', quantity: 1 }] } } } as never);
    const lines = [
      { sku: 'S1', quantity: 1, routed: { location: 'B', service: 'express' } }, { sku: 'SET', quantity: 1, routed: { location: 'B' } },
    ];
    await shop.ok('order.place', placed('o1', lines));
    expect(placesOf(shop, 'o1')).toEqual(['B released fast 1', 'B released post 2']);
  });

  it('[IN15] that cannot be had is refused, held or sourced as any other, as the policy says; the decision says why', async () => {
    const shop = await shopWithStock();
    expect(await shop.refused('order.place', placed('o1', from({ S1: 'B' }, 6)))).toMatchObject({ code: 'out-of-stock', field: 'body.lines[0].routed', retryable: true });
    await shop.ok('location.pause', { locationId: 'B', reason: 'stocktaking' } as never);
    expect(await shop.refused('order.place', placed('o1', from({ S1: 'B' })))).toMatchObject({ code: 'location-closed' });
    await put(shop, { routed: 'hold' });
    expect(await shop.ok('order.place', placed('o2', from({ S1: 'B' })))).toMatchObject({ state: 'allocated' });
    expect(placesOf(shop, 'o2')).toEqual(['A open post 1']);
    expect(shop.order('o2').holds).toMatchObject([{ holdId: 'pre-routed', by: 'intake', reason: 'B is paused, does not ship, or is none its channel sells from' }]);
    await put(shop, { routed: 'anew' });
    expect(await shop.ok('order.place', placed('o3', from({ S1: 'B' })))).toMatchObject({ state: 'released' });
    const told = explained(shop, 'o3');
    expect(told?.recorded?.decision.routed).toEqual({ by: 'test', unmet: { location: 'B', reason: 'location-closed' } });
    expect(told?.recomputed).toMatchObject({ reproduced: true });
    expect(told?.text.join('\n')).toContain('Pre-routed by test, but B could not be had (location-closed): sourced as any other');
  });

  it('[IN15] is refused whatever the policy says where it names what is not there, or only some places, or takes a reservation', async () => {
    const shop = await shopWithStock();
    await put(shop, { routed: 'anew' });
    await shop.reserve('r1', { S1: 1 });
    const cases: readonly (readonly [lines: object[], more: object, code: string, field: string])[] = [
      [from({ S1: 'X' }), {}, 'unknown-location', 'body.lines[0].routed.location'],
      [[{ sku: 'S1', quantity: 1, routed: { location: 'A', service: 'warp' } }], {}, 'unknown-service', 'body.lines[0].routed.service'],
      [from({ S1: 'A', S2: '' }), {}, 'contradiction', 'body.lines[1].routed'],
      [from({ S1: 'A' }), { reservationId: 'r1' }, 'contradiction', 'body.reservationId'],
    ];
    for (const [lines, more, code, field] of cases) expect(await shop.refused('order.place', placed('o1', lines, more))).toMatchObject({ code, field });
  });

  it('[IN14] keeps them when something is added to it', async () => {
    const shop = await shopWithStock();
    await shop.ok('order.place', placed('o1', from({ S1: 'B' }), { releaseAfterMs: 60_000 }));
    await shop.ok('order.edit', { orderId: 'o1', add: [{ sku: 'S1', quantity: 1 }], reason: 'x' } as never);
    expect(placesOf(shop, 'o1')).toEqual(['B open post 1', 'A open post 1']);
  });
});

test('[IN14] [IN15] the examples in docs/INTAKE.md answer as written', async () => {
  const shop = await Shop.open();
  for (const id of ['leeds', 'store-7']) await shop.ok('location.put', { location: { id, name: id, type: 'store', country: 'GB', state: 'open' } } as never);
  await shop.receive({ 'leeds/MUG': 10, 'store-7/MUG': 2 });
  expect(await playSection('Orders that come with their places', shop, 'docs/INTAKE.md')).toBe(2);
});
