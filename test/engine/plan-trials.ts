/** What the tests of plans on trial share: plans that send orders to A or to B, and orders by their side. */
import { isAmongShare } from '../../actors/canary.ts';
import type { Divergence } from '../../actors/divergence.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { Shop, type ShopOptions } from './shop.ts';

export const document = (id: string, more: object): never => ({ format: 'baton.plan/1', id, name: id, ...more }) as never;
/** A rule against a location. */
export const no = (location: string): object => ({ id: `no-${location}`, exclude: 'location', when: `location.id == "${location}"` });

/** Put and validate a version. */
export async function validated(shop: Shop, id: string, more: object): Promise<number> {
  const { version } = (await shop.ok('plan.put', { plan: document(id, more), reason: 'test' })) as { version: number };
  await shop.ok('plan.validate', { planId: id, version });
  return version;
}

/** A costs 300 a parcel, B 411, C 522. There are plenty of S1 everywhere. */
export async function plenty(options: ShopOptions = {}): Promise<Shop> {
  const shop = await Shop.open(options);
  if (options.isBare !== true) await shop.receive({ 'A/S1': 500, 'B/S1': 500, 'C/S1': 500 });
  return shop;
}

/** Order ids on a side of a share of a plan. */
export function idsOf(planId: string, percent: number, side: 'canary' | 'control', count: number): string[] {
  const found: string[] = [];
  for (let at = 1; found.length < count; at += 1) if (isAmongShare(planId, `o${at}`, percent) === (side === 'canary')) found.push(`o${at}`);
  return found;
}

export const eventsOf = <K extends Event['kind']>(shop: Shop, kind: K): Extract<Event, { kind: K }>[] =>
  shop.published.flatMap(({ events }) => events.flatMap((event) => (event.kind === kind ? [event as Extract<Event, { kind: K }>] : [])));

/** What shadows tell from now on. */
export function listen(shop: Shop): Divergence[] {
  const found: Divergence[] = [];
  shop.engine.onDiverged((more) => found.push(...more));
  return found;
}

/** Until no decision waits for a shadow. */
export async function rest(shop: Shop): Promise<void> {
  for (let at = 0; at < 200; at += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
    if (shop.ask('plan.divergence', {}).every(({ pending }) => pending === 0)) return;
  }
  throw new Error('decisions wait for a shadow for ever');
}
