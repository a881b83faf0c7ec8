/** The ready-made plans decide as the rules they are named for; each compiles and is one the schema takes. */
import { Compile } from 'typebox/compile';
import { describe, expect, it, test } from 'vitest';
import { locationId } from '../../actors/ids.ts';
import { PlanDocumentSchema, type PlanDocument } from '../../actors/plan-schemas.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { compilePlan } from '../../engine/routing/plans/compile-plan.ts';
import { presets, rankedList, type PresetName } from '../../engine/routing/plans/presets.ts';
import { Shop } from './shop.ts';

const places = ({ fulfillments }: OrderAnswer): string => fulfillments.map(({ location }) => location).join(' ');

/** A, B and C ever farther; D is a store abroad, just across the channel. */
async function shop(plan: PlanDocument, units: Readonly<Record<string, number>>): Promise<Shop> {
  const made = await Shop.open();
  const abroad = { type: 'store', country: 'FR', latitude: 51.4, longitude: -0.12, state: 'open' } as const;
  await made.ok('location.put', { location: { id: 'D', name: 'D', ...abroad } });
  await made.receive(units);
  const { version } = (await made.ok('plan.put', { plan: plan as never, reason: 'r' })) as { version: number };
  await made.ok('plan.validate', { planId: plan.id, version });
  await made.ok('plan.publish', { planId: plan.id, version, reason: 'r' });
  return made;
}

describe('ready-made plans', () => {
  test.each(Object.values({ ...presets, ranked: rankedList([locationId('A'), locationId('B')]) }))('[Z17] $id is what the schema says, and compiles', (plan) => {
    expect([...Compile(PlanDocumentSchema).Errors(plan)]).toEqual([]);
    expect(compilePlan(plan).faults).toEqual([]);
  });

  test.each<[PresetName, Readonly<Record<string, number>>, Readonly<Record<string, number>>, string]>([
    ['closest', { 'A/S1': 1, 'B/S1': 5, 'C/S1': 5 }, { S1: 1 }, 'A'],
    ['closest', { 'A/S1': 1, 'B/S2': 5, 'C/S1': 5, 'C/S2': 5 }, { S1: 1, S2: 1 }, 'A B'],
    ['fewest-parcels', { 'A/S1': 1, 'B/S2': 5, 'C/S1': 5, 'C/S2': 5 }, { S1: 1, S2: 1 }, 'C'],
    ['fewest-parcels', { 'B/S1': 1, 'C/S1': 5 }, { S1: 1 }, 'B'],
    ['cheapest', { 'A/S1': 1, 'B/S1': 1 }, { S1: 1 }, 'A'],
    ['stay-in-market', { 'D/S1': 1, 'C/S1': 1 }, { S1: 1 }, 'C'],
    ['stay-in-market', { 'D/S1': 1 }, { S1: 1 }, 'D'],
    ['store-first', { 'D/S1': 1, 'A/S1': 1 }, { S1: 1 }, 'D'],
    ['broken-style', { 'A/S1': 100, 'B/S1': 1 }, { S1: 1 }, 'B'],
  ])('[Z17] %s: of %j, %j comes from %s', async (name, units, wanted, from) => {
    expect(places(await (await shop(presets[name], units)).place('o1', wanted))).toBe(from);
  });

  it('[Z17] a ranked list takes the first that has it all, and nothing that is not listed', async () => {
    const made = await shop(rankedList(['C', 'A'].map(locationId)), { 'A/S1': 5, 'B/S1': 5, 'C/S1': 1 });
    expect(places(await made.place('o1', { S1: 1 }))).toBe('C');
    expect(places(await made.place('o2', { S1: 1 }))).toBe('A');
    await expect(made.place('o3', { S1: 5 })).rejects.toThrow('out-of-stock');
  });

  it('[Z17] capacity-balanced goes where least was given out today', async () => {
    const made = await shop(presets['capacity-balanced'], { 'A/S1': 5, 'B/S1': 5 });
    const busy = { timeZone: 'Europe/London', capacity: { pack: { perDay: 100 } } };
    for (const [index, id] of ['A', 'B'].entries()) {
      await made.ok('location.put', { location: { id, name: id, type: 'warehouse', country: 'GB', latitude: 51.5 + index, longitude: -0.12, state: 'open', ...busy } });
    }
    expect(places(await made.place('o1', { S1: 1 }))).toBe('A');
    expect(places(await made.place('o2', { S1: 1 }))).toBe('B');
    expect(places(await made.place('o3', { S1: 1 }))).toBe('A');
  });
});
