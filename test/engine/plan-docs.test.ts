/** The page on routing plans: every plan in it compiles and is one the schema takes, and the names are those there are. */
import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/compile';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { PlanDocumentSchema, type PlanDocument } from '../../actors/plan-schemas.ts';
import { compilePlan } from '../../engine/routing/plans/compile-plan.ts';
import { fieldNames } from '../../engine/routing/plans/lint-orders.ts';
import { Shop } from './shop.ts';

const page = readFileSync(new URL('../../docs/ROUTING.md', import.meta.url), 'utf8');
const plans = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => parse(text) as PlanDocument);

describe('the page on routing plans', () => {
  it('has plans', () => expect(plans.length).toBeGreaterThan(2));

  test.each(plans)('[Z1] $id is what the schema says, and compiles', (plan) => {
    expect([...Compile(PlanDocumentSchema).Errors(plan)]).toEqual([]);
    expect(compilePlan(plan).faults).toEqual([]);
  });

  it('[Z1] names every field there is, with its type, and no other', () => {
    const rows = fieldNames().map(([name, { type, optional, meaning }]) => `| \`${name}\` | ${type}${optional ? ', may be missing' : ''} | ${meaning} |`);
    const said = page.split('\n').filter((line) => /^\| `(order|customer|destination|line|location|stock|service|calendar|now)\./.test(line));
    expect(said).toEqual(rows);
  });

  it('[Z4] the first plan does what its notes say', async () => {
    const shop = await Shop.open();
    const place = { type: 'store', country: 'GB', latitude: 51.5, longitude: -0.12, state: 'open' } as const;
    await shop.ok('location.put', { location: { id: 'BOSTON', name: 'Boston', ...place } });
    await shop.receive({ 'BOSTON/S1': 9, 'C/S1': 5, 'B/S2': 5 });
    await shop.ok('plan.put', { plan: plans[0] as never, reason: 'docs' });
    await shop.ok('plan.validate', { planId: 'autumn', version: 1 });
    await shop.ok('plan.publish', { planId: 'autumn', version: 1, reason: 'docs' });
    const far = { destination: { country: 'GB', latitude: 51.5, longitude: -0.12 } };
    // The clock of the test stands before that Friday: Boston keeps its last units.
    expect((await shop.place('o1', { S1: 1 }, far)).fulfillments[0]?.location).toBe('C');
    await expect(shop.place('o2', { S1: 1, S2: 1 }, { ...far, tags: ['gift'] })).rejects.toThrow('out-of-stock');
    expect((await shop.place('o3', { S1: 1, S2: 1 }, far)).fulfillments).toHaveLength(2);
    const held = await shop.place('o4', { S1: 30 }, { ...far, priority: 8, shortage: 'backorder' });
    expect(held.state).toBe('exception');
  });

  it('[Z44] tells of a decision what the page shows', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 5, 'C/S1': 5 });
    const rules = [
      { id: 'thin', exclude: 'location', when: 'location.id == "A" && stock.atp < 3' },
      { id: 'labour', cost: 50 },
      { id: 'scarce', cost: 7, per: 'unit' },
    ];
    await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'shop', name: 's', rules } as never, reason: 'docs' });
    await shop.ok('plan.validate', { planId: 'shop', version: 1 });
    await shop.ok('plan.publish', { planId: 'shop', version: 1, reason: 'docs' });
    await shop.place('web-1001', { S1: 2 });
    const { text = [] } = shop.ask('decision.explain', { orderId: 'web-1001' }) ?? {};
    const now = text.findIndex((line) => line.startsWith('Placed now'));
    const shown = page.match(/^```text\n(Order web-1001[\s\S]*?)^```/m)?.[1];
    expect(`${text.slice(0, now).join('\n')}\n`).toBe(shown);
  });
});
