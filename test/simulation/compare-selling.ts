/** What the engine says can be sold, against the shadow: every SKU in every view, and place by place. */
import { availableOf } from '../../actors/available.ts';
import type { ChannelId } from '../../actors/ids.ts';
import type { QueryKind } from '../../actors/queries.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { segmentNames } from './draw-sku.ts';
import { isOnPreorder, isUntracked } from './shadow/items.ts';
import { grownBy, heldBackBy, ruleFor } from './shadow/buffer-commands.ts';
import { ofOthers, poolsOf, poolViewOf } from './shadow/pool-commands.ts';
import { isSoldFrom, promise, unitsFrom, type ShadowView } from './shadow/selling.ts';
import { aside, free as freeOf, levelsOf, stockKey, type Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareSelling(engine: Engine, shadow: Shadow, agree: Agree, ask: Ask): void {
  for (const sku of new Set([...shadow.places.keys(), ...shadow.items.keys()])) {
    const segments = poolsOf(shadow, sku).length === 0 ? [undefined] : [undefined, ...segmentNames];
    agree(`pools of ${sku}`, poolsOf(shadow, sku).map(poolViewOf), ask('pool.list', { sku }));
    for (const channel of [undefined, ...shadow.channels.keys()] as (ChannelId | undefined)[]) {
      for (const method of ['ship', 'pickup'] as const) {
        for (const segment of segments) {
          const view = { channel, method, segment };
          const units = promise(shadow, sku, view);
          const what = `ATP of ${sku} through ${channel} by ${method} for ${segment}`;
          agree(what, availableOf(units), ask('atp.get', { skus: [sku], ...view })[sku]);
          expect(engine.atp(sku, channel, method, segment) === units, `${what} asked directly`);
          compareTerms(shadow, sku, view, agree, ask);
          comparePlaces(shadow, sku, view, agree, ask);
        }
      }
    }
  }
  const byId = [...shadow.buffers.values()].filter((rule) => rule !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
  const first = ask('buffer.list', { limit: 2 });
  const next = first.next === undefined ? [] : ask('buffer.list', { after: first.next }).rules;
  agree('buffer rules', byId, [...first.rules, ...next]);
  for (const rule of byId) agree(`rule ${rule.id}`, rule, ask('buffer.get', { bufferId: rule.id }));
  const unknown = ask('atp.get', { skus: ['HOT'], channel: 'no-such' });
  agree('ATP through a channel that does not exist', { HOT: 0 }, unknown);
}

/** Every term of a number, and that they make it. */
function compareTerms(
  shadow: Shadow,
  sku: string,
  view: ShadowView,
  agree: Agree,
  ask: Ask,
): void {
  const { channel } = view;
  const said = ask('atp.explain', { sku, ...view });
  const what = `the terms of ${sku} through ${channel} by ${view.method} for ${view.segment}`;
  agree(what, availableOf(promise(shadow, sku, view)), said.atp);
  const isFree = isUntracked(shadow, sku, channel);
  const sending = [...shadow.locations.keys()].filter((place) => unitsFrom(shadow, sku, place, view) > 0).sort();
  agree(`${what}, without stock`, isFree ? { locations: sending } : undefined, said.untracked);
  const sum = said.locations.reduce((all, one) => all + one.atp, 0);
  expect(isFree || said.kit !== undefined || sum === said.atp, `${what} add up to ${sum}, not ${said.atp}`);
  const kit = shadow.items.get(sku)?.item.kit;
  const components = kit?.components.map((one) => ({ ...one, atp: availableOf(promise(shadow, one.sku, view)) }));
  agree(`${what}, as a kit`, kit === undefined ? undefined : { together: kit.together, components }, said.kit);
  const places = (shadow.places.get(sku) ?? []).filter((place) => shadow.stocks.has(stockKey(sku, place)));
  expect(said.locations.length === places.length, `${what} are of other places`);
  for (const terms of said.locations) {
    const { location, atp, rule, heldBack, ofOthers: pooled, notSold, unavailable, free, ...balances } = terms;
    const stock = shadow.stocks.get(stockKey(sku, location));
    const place = shadow.locations.get(location);
    expect(stock !== undefined && place !== undefined, `${what}: ${location} has none`);
    agree(`${what} at ${location}`, levelsOf(stock), balances);
    const { onHand, damaged, quality, held, reserved, allocated, buffer } = balances;
    const holds = ruleFor(shadow, sku, location, view);
    const ruled = holds === undefined ? undefined : {
      bufferId: holds.id,
      units: heldBackBy(shadow, holds, sku, location),
      grown: holds.grows === undefined ? undefined : grownBy(shadow, holds, sku, location),
    };
    agree(`${what} at ${location}, rule`, ruled, rule);
    const { suspect } = balances;
    const is = notSold === undefined ? Math.max(0, onHand - damaged - quality - held - reserved - allocated - heldBack - pooled) : 0;
    expect(pooled === ofOthers(shadow, sku, location, view), `${what} at ${location}: ${pooled} in pools of others`);
    expect(atp === is && free === freeOf(stock) && unavailable === aside(stock), `${what} at ${location} do not make ${atp}`);
    expect(heldBack === Math.max(buffer, rule?.units ?? 0), `${what} at ${location}: ${heldBack} held back`);
    const isSold = isSoldFrom(shadow, view, place) && !isOnPreorder(shadow, sku) && !isFree && suspect !== true;
    expect((notSold === undefined) === isSold, `${what}: ${location} is ${notSold ?? 'sold from'}`);
  }
}

function comparePlaces(
  shadow: Shadow,
  sku: string,
  view: ShadowView,
  agree: Agree,
  ask: Ask,
): void {
  const places = [...shadow.locations.keys()]
    .map((location) => ({ location, atp: unitsFrom(shadow, sku, location, view) }))
    .filter(({ atp }) => atp > 0)
    .map(({ location, atp }) => ({ location, atp: availableOf(atp) }))
    .sort((a, b) => (a.location < b.location ? -1 : 1));
  agree(`${sku} by place`, places, ask('atp.by-location', { skus: [sku], ...view })[sku]);
}
