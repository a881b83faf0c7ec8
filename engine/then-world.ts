/** A world of its own that stands as the world stood at a moment, as far as an order of these SKUs can see. */
import type { BufferId, CarrierId, ChannelId, LocationId, PlanId, PoolId, Sku } from '../actors/ids.ts';
import type { PlanVersion } from '../actors/plan-commands.ts';
import { assert } from './assert.ts';
import type { Cell, SkuCell } from './cells.ts';
import type { Core } from './core.ts';
import { place } from './place.ts';
import { channelOfSeat } from './plans.ts';
import { carrierFromRow, itemFromRow, prefixes, valueFromRow } from './rows.ts';
import type { Snapshot } from './step.ts';
import { settingsThen, stocksThen, type Moment, type Reads } from './then.ts';
import { Timers } from './timers.ts';
import { World } from './world.ts';

/** The world of a moment, and what of it is not as it was then but as it is now, in words. */
export interface WorldThen {
  readonly world: World;
  readonly assumed: readonly string[];
}

/** Undefined: too much of the journal would have to be read. */
export function worldThen(
  core: Core,
  reads: Reads,
  moment: Moment,
  skus: ReadonlySet<Sku>,
): WorldThen | undefined {
  const settings = settingsThen(core, reads, moment);
  const cells = [...skus].flatMap((sku) => core.world.skus.get(sku) ?? []);
  const stocks = cells.flatMap((cell) => cell.stocks).filter(({ snapshot }) => snapshot !== undefined);
  const levels = settings === undefined ? undefined : stocksThen(core, reads, stocks, moment);
  if (settings === undefined || levels === undefined) return undefined;
  const world = new World({ row: () => undefined }, 0, new Timers());
  for (const [key, snapshot] of settingsNow(core.world, cells)) {
    if (!settings.has(key)) put(world, core.world, key, snapshot);
  }
  for (const prefix of kinds) {
    for (const [key, row] of settings) {
      if (row === null || !key.startsWith(prefix) || isOfOthers(key, skus)) continue;
      put(world, core.world, key, snapshotOf(key, row));
    }
  }
  const assumed = new Set<string>();
  for (const [{ sku, location }, balances] of levels) {
    const cell = world.stock(sku.sku, world.location(location.id));
    place(cell, { value: 'open', context: { sku: sku.sku, location: location.id, ...balances } });
    if (sku.pools !== undefined || cell.sku.pools !== undefined) assumed.add(`what is left of pools of ${sku.sku}`);
    if (world.selling.buffers.isPaced(cell)) assumed.add(`the pace of orders for ${sku.sku} at ${location.id}`);
  }
  return { world, assumed: [...assumed].sort() };
}

/** The kinds of settings in the order they are put: what others name comes before them. */
const kinds = [
  prefixes.location, prefixes.channel, prefixes.carrier, prefixes.rates, prefixes.item, prefixes.buffer,
  prefixes.transit, prefixes.pool, prefixes.plan, prefixes.seat,
] as const;

/** Whether a row is about a SKU that is none of these. */
function isOfOthers(key: string, skus: ReadonlySet<Sku>): boolean {
  if (key.startsWith(prefixes.item)) return !skus.has(key.slice(2) as Sku);
  if (key.startsWith(prefixes.pool)) return !skus.has(key.slice(key.indexOf('/', 2) + 1) as Sku);
  return false;
}

function* settingsNow(world: World, skus: readonly SkuCell[]): Iterable<[key: string, snapshot: Snapshot<unknown>]> {
  const all = function* (prefix: string, cells: Iterable<Cell & { readonly id: string }>) {
    for (const { id, snapshot } of cells) if (snapshot !== undefined) yield [prefix + id, snapshot] as never;
  };
  yield* all(prefixes.location, world.locationList);
  yield* all(prefixes.channel, world.channels.values());
  yield* all(prefixes.carrier, world.carriers.values());
  yield* all(prefixes.item, skus.flatMap(({ item }) => item ?? []));
  yield* all(prefixes.buffer, world.selling.buffers.list().map(({ id }) => world.selling.buffers.cell(id)));
  yield* all(prefixes.transit, world.transits.values());
  yield* all(prefixes.rates, world.rates.cells());
  for (const { sku, pools = [] } of skus) {
    for (const { id, snapshot } of pools) if (snapshot !== undefined) yield [`${prefixes.pool}${id}/${sku}`, snapshot];
  }
  for (const id of world.plans.ids()) {
    for (const version of world.plans.versionsOf(id)) {
      yield [`${prefixes.plan}${id}/${version.version}`, { value: 'put', context: version }];
    }
  }
  yield* all(prefixes.seat, world.plans.seats.values());
}

function snapshotOf(key: string, row: unknown): Snapshot<unknown> {
  if (key.startsWith(prefixes.carrier)) return carrierFromRow(row);
  return key.startsWith(prefixes.item) ? itemFromRow(row) : valueFromRow(row);
}

/** Put a setting into the world. Of a version of a plan, the row says no more than its state. */
function put(world: World, now: World, key: string, snapshot: Snapshot<unknown>): void {
  const name = key.slice(2);
  const cell = cellOf(world, key, name);
  if (cell.kind !== 'plan') {
    place(cell, snapshot as never);
    return;
  }
  const [planId = '', version = ''] = name.split('/');
  const document = now.plans.version(planId as PlanId, Number(version));
  const context = { ...document, ...(snapshot.context as PlanVersion) } as PlanVersion;
  place(cell, { value: 'put', context });
}

function cellOf(world: World, key: string, name: string): Cell {
  const slash = name.indexOf('/');
  switch (key.slice(0, 2)) {
    case prefixes.location:
      return world.location(name as LocationId);
    case prefixes.channel:
      return world.channel(name as ChannelId);
    case prefixes.carrier:
      return world.carrier(name as CarrierId);
    case prefixes.item:
      return world.item(name as Sku);
    case prefixes.buffer:
      return world.selling.buffers.cell(name as BufferId);
    case prefixes.rates:
      return world.rates.cell(name);
    case prefixes.transit:
      return world.transit(name);
    case prefixes.pool:
      return world.selling.pools.cell(name.slice(0, slash) as PoolId, world.sku(name.slice(slash + 1) as Sku));
    case prefixes.plan:
      return world.plans.cell(name.slice(0, slash) as PlanId, Number(name.slice(slash + 1)));
    default:
      assert(key.startsWith(prefixes.seat), `${key} is no setting`);
      return world.plans.seat(channelOfSeat(name));
  }
}
