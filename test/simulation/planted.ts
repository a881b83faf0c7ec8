/**
 * Bugs planted on purpose, to see that the simulation notices them. A kept case may name the one it was found
 * with, and must find it again: a case that finds nothing any more is worth nothing.
 */
import type { Sabotage } from './watch.ts';

export const planted: ReadonlyMap<string, Sabotage> = new Map([
  /** Balances are not among the rows that are saved behind the journal. */
  ['lost-rows', { rows: (rows) => rows.filter(([key]) => !key.startsWith('s/')) }],
  /** A retry is not recognised, and done again. */
  [
    'forgotten-receipts',
    {
      engine: (engine) => {
        const { receipts } = engine.inspect();
        const find = receipts.find.bind(receipts);
        receipts.find = (id) => void find(id);
      },
    },
  ],
  /** Arriving stock wakes nobody. */
  [
    'deaf-orders',
    {
      engine: (engine) => {
        engine.inspect().core.wakes.add = () => undefined;
      },
    },
  ],
  /** Release delays never end. */
  [
    'stopped-timers',
    {
      engine: (engine) => {
        engine.inspect().timers.set = () => undefined;
      },
    },
  ],
] satisfies [string, Sabotage][]);
