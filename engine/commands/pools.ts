/** Commands on exclusive pools. */
import type { CommandBody } from '../../actors/commands.ts';
import { poolsOfSkuMax, segmentsMax } from '../../actors/limits.ts';
import type { Core } from '../core.ts';
import { done, refuse, type Handled } from './handled.ts';

export function putPool({ world, changes }: Core, { pool }: CommandBody<'pool.put'>): Handled {
  const { id, sku, location, channels, segments = [], quantity } = pool;
  const unknown = channels.findIndex((channel) => world.channels.get(channel)?.snapshot === undefined);
  if (unknown >= 0) {
    return refuse('unknown-channel', `no channel ${channels[unknown]}`, `body.pool.channels[${unknown}]`);
  }
  if (world.locations.get(location)?.snapshot === undefined) {
    return refuse('unknown-location', `no location ${location}`, 'body.pool.location');
  }
  if (world.findStock(sku, location)?.snapshot === undefined) {
    return refuse('unknown-sku', `no stock of ${sku} at ${location}`, 'body.pool.sku');
  }
  const { pools } = world.selling;
  const known = pools.get(id)?.snapshot?.context;
  if (known !== undefined && (known.sku !== sku || known.location !== location)) {
    return refuse('wrong-state', `pool ${id} is of ${known.sku} at ${known.location}: end it first`, 'body.pool.id');
  }
  const cell = world.sku(sku);
  if (known === undefined && (cell.pools?.length ?? 0) >= poolsOfSkuMax) {
    return refuse('over-limit', `${sku} has ${poolsOfSkuMax} pools, no more fit`);
  }
  if (!pools.fits(segments)) {
    return refuse('over-limit', `pools name ${segmentsMax} segments, no more fit`, 'body.pool.segments');
  }
  const { taken, gone } = known ?? { taken: 0, gone: 0 };
  const context = { ...pool, taken, gone };
  changes.set(pools.cell(id, cell), { value: 'put', context });
  return done({ id, left: Math.max(0, quantity - taken - gone) });
}

export function removePool({ world, changes }: Core, { poolId }: CommandBody<'pool.remove'>): Handled {
  const cell = world.selling.pools.get(poolId);
  if (cell?.snapshot === undefined) return refuse('unknown-pool', `no pool ${poolId}`, 'body.poolId');
  changes.set(cell, { value: 'removed', context: cell.snapshot.context });
  return done({ id: poolId });
}
