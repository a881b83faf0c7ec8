/**
 * The last unit: with one SKU left in known number, more orders than units are sent at once, and exactly
 * as many must be accepted as there were units, in this check and over the whole run.
 */
import type { Baton } from '../../gateway/client/client.ts';
import { skuName, type Shape } from '../workload.ts';
import { Work } from './work.ts';

export interface HotCheck {
  /** Units there were for the check. */
  readonly units: number;
  readonly accepted: number;
  /** Refused as out of stock. */
  readonly refused: number;
  /** Units allocated or shipped, by the stock itself, over the whole run. */
  readonly allocated: number;
  /** Orders accepted over the whole run, as the clients counted. */
  readonly acceptedInAll: number;
  readonly isExact: boolean;
}

/** Units left at each location for the check. */
const unitsEach = 500;

/** @param acceptedBefore orders accepted before this check; each holds one unit. */
export async function checkHot(clients: readonly Baton[], shape: Shape, acceptedBefore: number): Promise<HotCheck> {
  const first = clients[0];
  if (first === undefined) throw new Error('no client');
  const sku = skuName(0);
  const stocks = await first.query('stock.get', { sku });
  const entries = stocks.map(({ location, allocated }) => ({ sku, location, onHand: allocated + unitsEach }));
  await first.command('stock.count', { entries });
  const units = unitsEach * shape.locations;
  const work = new Work('place', shape, 'hot-');
  const endings = await Promise.all(
    Array.from({ length: 2 * units }, (_, index) => {
      const { send } = work.next();
      if (send.isQuery === true || send.kind !== 'order.place') throw new Error('not an order');
      return (clients[index % clients.length] ?? first).tryCommand('order.place', send.body);
    }),
  );
  const accepted = endings.filter(({ ok }) => ok !== undefined).length;
  const refused = endings.filter((ending) => ending.refused?.code === 'out-of-stock').length;
  const left = await first.query('stock.get', { sku });
  const allocated = left.reduce((sum, stock) => sum + stock.allocated, 0);
  const acceptedInAll = acceptedBefore + accepted;
  const isEmpty = left.every(({ atp }) => atp === 0);
  const isExact = accepted === units && accepted + refused === endings.length && isEmpty && allocated === acceptedInAll;
  return { units, accepted, refused, allocated, acceptedInAll, isExact };
}
