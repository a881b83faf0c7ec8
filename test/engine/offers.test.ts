/** Work that locations are offered: accepted, declined, claimed by the first of several, or passed on when nobody answers. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { location, order, Shop, type ShopOptions } from './shop.ts';

const minuteMs = 60_000;
const offers = (more: object = {}): object => ({ offer: { withinMs: 10 * minuteMs, ...more } });
const events = (made: Shop): Event[] => made.published.flatMap((turn) => [...turn.events]);
const told = (made: Shop): string[] => events(made).flatMap((one) => (one.kind === 'offer.changed' ? [`${one.fulfillmentId} ${one.location} ${one.state}`] : []));
const parts = (made: Shop, id = 'o1'): string[] => made.order(id).fulfillments.map(({ location: at, state, offer }) => `${at} ${state} ${offer === undefined ? '-' : (offer.ended ?? 'open')}`);
const answer = (kind: 'offer.accept' | 'offer.decline', at: string, fulfillmentId = '1'): never =>
  ({ orderId: 'o1', fulfillmentId, location: at, ...(kind === 'offer.decline' ? { reason: 'no hands' } : {}) }) as never;

/** A, B and C offer, A with what `more` says; D does not. */
async function shop(units: Readonly<Record<string, number>>, more: object = {}, options: ShopOptions = {}): Promise<Shop> {
  const made = await Shop.open(options);
  for (const [index, id] of ['A', 'B', 'C'].entries()) {
    await made.ok('location.put', { location: { ...location(id, index), ...offers(id === 'A' ? more : {}) } } as never);
  }
  await made.ok('location.put', { location: location('D', 3) } as never);
  await made.receive(units);
  return made;
}

describe('a location of which the policy is to be offered work', () => {
  it('[OF1] is not told to start: nobody picks it, no terminal is given it, and its time does not run', async () => {
    const made = await shop({ 'A/S1': 3 }, {});
    await made.ok('location.put', { location: { ...location('A', 0), ...offers(), startWithinMs: minuteMs } } as never);
    await made.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 3 });
    await made.place('o1', { S1: 1 });
    expect(parts(made)).toEqual(['A released open']);
    expect(told(made)).toEqual(['1 A open']);
    expect(events(made).findLast((one) => one.kind === 'fulfillment.changed')).toMatchObject({ state: 'released', offeredUntilMs: made.clock.now() + 10 * minuteMs });
    expect(await made.refused('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({ code: 'not-accepted', retryable: true });
    expect(made.ask('terminal.get', { terminalId: 't1' })).toMatchObject({ holding: 0 });
    expect(made.ask('offer.list', { location: 'A' })).toMatchObject({ total: 1, offers: [{ orderId: 'o1', rank: 1, asked: 1, holder: 'A', lines: [{ sku: 'S1', quantity: 1 }] }] });
    expect(made.ask('engine.status', {})).toMatchObject({ openOffers: 1 });
    await made.ok('offer.accept', answer('offer.accept', 'A'));
    await made.settle();
    expect(parts(made)).toEqual(['A released accepted']);
    expect(made.order('o1').fulfillments[0]?.startByMs).toBe(made.clock.now() + minuteMs);
    expect(made.ask('terminal.get', { terminalId: 't1' })).toMatchObject({ holding: 1 });
    expect(made.ask('offer.list', { location: 'A' }).total).toBe(0);
  });

  it('[OF2] has the units meanwhile, and nobody else has any held for them', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1 }, { alsoTo: 2 });
    await made.place('o1', { S1: 1 });
    expect([made.stock('A/S1'), made.stock('B/S1')]).toEqual(['1 0 1 0', '1 0 0 0']);
    expect(told(made)).toEqual(['1 A open', '1 B open']);
    await made.place('o2', { S1: 1 });
    expect(made.order('o2').fulfillments[0]?.location).toBe('B');
    expect(await made.refused('offer.accept', answer('offer.accept', 'B'))).toMatchObject({ code: 'out-of-stock', retryable: true });
    expect(parts(made)).toEqual(['A released open']);
  });

  it('[OF3] with others: the first that claims it has it, decided once, and the others are told', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1, 'D/S1': 1 }, { alsoTo: 2 });
    await made.place('o1', { S1: 1 });
    expect(made.order('o1').fulfillments[0]?.offer?.others).toEqual(['B', 'C']);
    const [first, second] = await Promise.all([made.send('offer.accept', answer('offer.accept', 'C')), made.send('offer.accept', answer('offer.accept', 'B'))]);
    expect([first.refused, second.refused?.code]).toEqual([undefined, 'not-offered']);
    expect(parts(made)).toEqual(['A cancelled open', 'C released accepted']);
    expect([made.stock('A/S1'), made.stock('C/S1')]).toEqual(['1 0 0 0', '1 0 1 0']);
    expect(told(made).slice(3)).toEqual(['1 A withdrawn', '1 B withdrawn', '1 C accepted']);
    await made.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '2' });
  });

  it('[OF3] only others that offer as well and could have all of it, the best first, no more than so many', async () => {
    const made = await shop({ 'A/S1': 2, 'B/S1': 1, 'C/S1': 2, 'D/S1': 2 }, { alsoTo: 1 });
    await made.place('o1', { S1: 2 });
    expect(made.order('o1').fulfillments[0]?.offer?.others).toEqual(['C']);
    await made.receive({ 'B/S1': 5, 'A/S1': 5 });
    await made.place('o2', { S1: 2 });
    expect(made.order('o2').fulfillments[0]?.offer?.others).toEqual(['B']);
    const asked = made.ask('order.options', { orderId: 'o2', fulfillmentId: '1' })?.options.filter(({ isFeasible }) => isFeasible);
    expect(asked?.[0]?.location).toBe('B');
  });

  it('[OF3] [IN14] not with others where the order came with its places; who declines it is not sent it all the same', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1 }, { alsoTo: 2 });
    const lines = [{ sku: 'S1', quantity: 1, routed: { location: 'A' } }];
    await made.ok('order.place', { ...order('o1', {}), lines } as never);
    expect(made.order('o1').fulfillments[0]?.offer?.others).toEqual([]);
    expect(await made.refused('offer.accept', answer('offer.accept', 'B'))).toMatchObject({ code: 'not-offered' });
    await made.ok('offer.decline', answer('offer.decline', 'A'));
    expect(parts(made)).toEqual(['A cancelled open', 'B released open']);
  });

  it('[OF4] declines: of the one with the units they go on, of another it is asked no more', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1 }, { alsoTo: 2 });
    await made.place('o1', { S1: 1 });
    await made.ok('offer.decline', answer('offer.decline', 'C'));
    expect(made.order('o1').fulfillments[0]?.offer?.others).toEqual(['B']);
    expect(told(made).slice(3)).toEqual(['1 C declined']);
    await made.ok('offer.decline', answer('offer.decline', 'A'));
    expect(parts(made)).toEqual(['A cancelled open', 'B released open']);
    expect(told(made).slice(4)).toEqual(['1 A declined', '1 B withdrawn', '2 B open']);
    expect(made.order('o1').declined?.map((one) => one.location).toSorted()).toEqual(['A', 'C']);
    await made.ok('offer.decline', answer('offer.decline', 'B', '2'));
    expect(made.order('o1').exception).toMatchObject({ code: 'rejected' });
  });

  it('[OF5] nobody accepts in time: whoever else has it is next, and is offered it or told to start', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1, 'D/S1': 1 }, { alsoTo: 1 });
    await made.place('o1', { S1: 1 });
    made.clock.advance(10 * minuteMs - 1);
    await made.settle();
    expect(parts(made)).toEqual(['A released open']);
    made.clock.advance(1);
    await made.settle();
    expect(parts(made)).toEqual(['A cancelled open', 'C released open']);
    expect(told(made).slice(2)).toEqual(['1 A expired', '1 B expired', '2 C open']);
    made.clock.advance(10 * minuteMs);
    await made.settle();
    expect(parts(made)).toEqual(['A cancelled open', 'C cancelled open', 'D released -']);
    const decided = made.ask('decision.explain', { orderId: 'o1', attempt: 2 });
    expect(decided?.text.join('\n')).toContain('because part 1 was accepted by nobody who was offered it');
  });

  it('[OF5] when nobody else has it, the one with the units is told to start', async () => {
    const made = await shop({ 'A/S1': 1 }, {});
    await made.place('o1', { S1: 1 });
    made.clock.advance(10 * minuteMs);
    await made.settle();
    expect(parts(made)).toEqual(['A released assigned']);
    expect(told(made)).toEqual(['1 A open', '1 A assigned']);
    await made.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' });
  });

  it('[OF6] a hold ends offers, and they begin anew with its end; what was accepted stays so', async () => {
    const made = await shop({ 'A/S1': 2 }, {});
    await made.place('o1', { S1: 1 });
    await made.ok('order.hold', { orderId: 'o1', holdId: 'h', reason: 'x' });
    expect(parts(made)).toEqual(['A released -']);
    expect(made.ask('engine.status', {})).toMatchObject({ openOffers: 0 });
    made.clock.advance(20 * minuteMs);
    await made.settle();
    await made.ok('order.unhold', { orderId: 'o1', holdId: 'h' });
    expect(parts(made)).toEqual(['A released open']);
    await made.ok('offer.accept', answer('offer.accept', 'A'));
    await made.ok('order.hold', { orderId: 'o1', holdId: 'h', reason: 'x' });
    await made.ok('order.unhold', { orderId: 'o1', holdId: 'h' });
    expect(parts(made)).toEqual(['A released accepted']);
  });

  it('[OF7] comes back after a restart, with its time', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 1, 'D/S1': 1 }, { alsoTo: 1 });
    await made.place('o1', { S1: 1 });
    const before = [made.ask('offer.list', { location: 'A' }), made.ask('offer.list', { location: 'B' })];
    made.disk.crash();
    const again = await Shop.open({ disk: made.disk, clock: made.clock, isBare: true });
    expect([again.ask('offer.list', { location: 'A' }), again.ask('offer.list', { location: 'B' })]).toEqual(before);
    made.clock.advance(10 * minuteMs);
    await again.settle();
    expect(parts(again).at(-1)).toBe('D released -');
  });

  it('[OF8] whoever is not asked is told that nothing is offered to it, whether there is such an order or not', async () => {
    const made = await shop({ 'A/S1': 2, 'B/S1': 1 }, {});
    await made.place('o1', { S1: 1 });
    for (const at of ['B', 'nowhere']) expect(await made.refused('offer.accept', answer('offer.accept', at))).toMatchObject({ code: 'not-offered', field: 'body.location' });
    expect(await made.refused('offer.accept', { ...(answer('offer.accept', 'A') as object), orderId: 'none' } as never)).toMatchObject({ code: 'not-offered' });
    await made.ok('order.cancel', { orderId: 'o1', reason: 'no' });
    expect(told(made)).toEqual(['1 A open', '1 A withdrawn']);
    expect(await made.refused('offer.accept', answer('offer.accept', 'A'))).toMatchObject({ code: 'not-offered' });
  });
});

it('[Y7] the page says what an engine answers, from an offer to the claim', async () => {
  const made = await Shop.open({ isBare: true });
  for (const id of ['HULL', 'YORK']) await made.ok('location.put', { location: { ...location(id, 2), ...offers() } } as never);
  await made.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
  await made.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
  await made.receive({ 'YORK/LAMP': 1, 'HULL/LAMP': 1 });
  expect(await playSection('Work that is offered', made, 'docs/LIFECYCLE.md')).toBe(3);
  expect(made.order('OF-1').fulfillments).toMatchObject([{ location: 'YORK', state: 'cancelled' }, { location: 'HULL', state: 'released' }]);
});
