/** The linter: what it finds in plans that are wrong, and that it leaves good ones alone. */
import { describe, expect, it, test } from 'vitest';
import type { PlanDocument, PlanRule } from '../../actors/plan-schemas.ts';
import { lint, type Finding } from '../../engine/routing/plans/lint.ts';
import { presets } from '../../engine/routing/plans/presets.ts';
import { Shop } from './shop.ts';

const nowMs = 1_700_000_000_000;
const plan = (rules: readonly PlanRule[], more: object = {}): PlanDocument => ({ format: 'baton.plan/1', id: 'p', name: 'p', rules: [...rules], fallbacks: [{ then: 'hold' }], ...more }) as never;
const found = (document: PlanDocument, code: Finding['code']): Finding | undefined => lint(undefined, document, nowMs).find((one) => one.code === code);
const ban = (id: string, when: string, more: object = {}): PlanRule => ({ id, exclude: 'location', when, ...more });

describe('the linter', () => {
  test.each<[Finding['code'], string, PlanDocument]>([
    ['fault', 'rules[0].when', plan([ban('a', 'location.unist < 3')])],
    ['fault', 'rules[1].id', plan([ban('a', 'location.units < 3'), ban('a', 'location.units < 4')])],
    ['fault', 'rules[0]', plan([{ id: 'a', when: 'true' }])],
    ['fault', 'fallbacks[0].plan', plan([], { fallbacks: [{ then: 'plan' }] })],
    ['fault', 'until', plan([], { from: '2026-12-02T00:00Z', until: '2026-12-01T00:00Z' })],
    ['fault', 'applies', plan([], { applies: 'location.units < 3' })],
    ['never-applies', 'rules[0]', plan([ban('a', 'location.units < 3 && location.units > 5')])],
    ['unreachable', 'rules[1]', plan([ban('a', 'location.units < 5'), ban('b', 'location.units < 3')])],
    ['duplicate', 'rules[1]', plan([ban('a', 'location.units < 5'), ban('b', 'location.units  <  5')])],
    ['contradiction', 'rules[1]', plan([{ id: 'a', when: 'location.isHome', cost: 100 }, { id: 'b', when: 'location.isHome', cost: -50 }])],
    ['contradiction', 'rules[1]', plan([ban('a', 'location.type == "store"'), { id: 'b', when: 'location.type == "store"', cost: 50 }])],
    ['expired', 'rules[0]', plan([ban('a', 'location.units < 5', { until: '2020-01-01T00:00Z' })])],
    ['removes-all', 'rules', plan([ban('a', 'order.channel == "shop"')])],
    ['removes-all', 'rules', plan([ban('a', 'location.type == "store"'), ban('b', 'location.type != "store"')])],
    ['uncovered', 'applies', plan([], { applies: 'destination.country == "US"' })],
    ['fails', 'rules[0]', plan([ban('a', 'order.attributes["gift"] == "yes"')])],
    ['no-fallback', 'fallbacks', plan([ban('a', 'order.priority > 5')], { fallbacks: [] })],
  ])('[Z15] finds %s at %s', (code, path, document) => {
    expect(found(document, code)).toMatchObject({ code, path });
  });

  it('[Z15] shows an order that a plan strands, one that it does not cover, one that a rule fails for', () => {
    const stranded = found(plan([ban('a', 'order.channel == "shop" && order.priority > 5')]), 'removes-all')?.example;
    expect(stranded?.order).toMatchObject({ channel: 'shop', priority: 6 });
    const uncovered = found(plan([], { applies: 'destination.country == "US"' }), 'uncovered')?.example;
    expect(uncovered?.order['country']).not.toBe('US');
    expect(found(plan([ban('a', 'order.attributes["gift"] == "yes"')]), 'fails')?.example?.order).not.toHaveProperty('attributes.gift');
  });

  it('[Z15] tells that every order is stranded as an error, some as a warning', () => {
    expect(found(plan([ban('all', 'true')]), 'removes-all')?.severity).toBe('error');
    expect(found(plan([ban('some', 'order.channel == "shop"')]), 'removes-all')?.severity).toBe('warning');
  });

  test.each(Object.values(presets))('[Z15] has nothing to warn of in $id', (document) => {
    expect(lint(undefined, document, nowMs).filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  it('[Z15] tries the locations there are', async () => {
    const shop = await Shop.open();
    const findings = shop.ask('plan.lint', { plan: plan([ban('typo', 'location.id == "Q"')]) as never });
    expect(findings.map(({ code }) => code)).toContain('never-applies');
    expect(shop.ask('plan.lint', { plan: plan([ban('fine', 'location.id == "A"')]) as never })).toEqual([]);
  });

  it('[Z8] two versions of a plan are compared field by field, rules by their ids', async () => {
    const shop = await Shop.open();
    await shop.ok('plan.put', { plan: plan([ban('a', 'location.units < 3'), ban('b', 'location.isHome')]) as never, reason: 'r' });
    await shop.ok('plan.put', { plan: plan([ban('b', 'location.isHome'), ban('a', 'location.units < 4')], { split: { maxParcels: 2 } }) as never, reason: 'r' });
    expect(shop.ask('plan.diff', { planId: 'p', from: 1, to: 2 })).toEqual([
      { path: 'rules[a].place', before: 1, after: 2 },
      { path: 'rules[a].when', before: 'location.units < 3', after: 'location.units < 4' },
      { path: 'rules[b].place', before: 2, after: 1 },
      { path: 'split.maxParcels', before: undefined, after: 2 },
    ]);
    expect(shop.ask('plan.diff', { planId: 'p', from: 1, to: 3 })).toBeNull();
  });
});
