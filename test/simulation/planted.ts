/**
 * Bugs planted on purpose, to see that the simulation notices them. A kept case may name the one it was found
 * with, and must find it again: a case that finds nothing any more is worth nothing.
 */
import type { SkuCell } from '../../engine/cells.ts';
import type { DropLine } from '../../engine/drop-line.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Sabotage } from './watch.ts';

/** Do something to the line of every SKU, those that begin later too. */
function eachLine(engine: Engine, spoil: (line: DropLine) => void): void {
  const { world } = engine.inspect().core;
  const watch = (cell: SkuCell): void => {
    let { line } = cell;
    if (line !== undefined) spoil(line);
    const set = (next: DropLine | undefined): void => {
      if (next !== undefined && next !== line) spoil(next);
      line = next;
    };
    Object.defineProperty(cell, 'line', { get: () => line, set, enumerable: true, configurable: true });
  };
  for (const cell of world.skus.values()) watch(cell);
  const add = world.skus.set.bind(world.skus);
  world.skus.set = (sku, cell) => {
    watch(cell);
    return add(sku, cell);
  };
}

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
  /** Nobody in line for a SKU is looked at when units come free. */
  [
    'deaf-line',
    {
      engine: (engine) => {
        engine.inspect().core.wakes.lines.add = () => undefined;
      },
    },
  ],
  /** The line for a SKU serves who came last. */
  [
    'overtaken-line',
    {
      engine: (engine) => eachLine(engine, (line) => {
        Object.defineProperty(line, 'head', { get: () => [...line].at(-1) });
      }),
    },
  ],
  /** A place in line does not move up when somebody leaves. */
  [
    'stuck-places',
    {
      engine: (engine) => eachLine(engine, (line) => {
        line.position = (ticket) => ticket;
      }),
    },
  ],
  /** Reservations hold their units a second too long. */
  [
    'late-expiry',
    {
      engine: (engine) => {
        const { timers } = engine.inspect();
        const set = timers.set.bind(timers);
        timers.set = (atMs, owner) => set(owner.kind === 'reservation' ? atMs + 1_000 : atMs, owner);
      },
    },
  ],
  /** What a reservation holds stays for sale. */
  [
    'unheld-units',
    {
      engine: (engine) => {
        const { changes } = engine.inspect().core;
        const set = changes.set.bind(changes);
        changes.set = (cell, after) => {
          if (cell.kind !== 'stock') return set(cell, after);
          const { value, context } = after as NonNullable<typeof cell.snapshot>;
          const had = cell.snapshot?.context.reserved ?? 0;
          set(cell, { value, context: { ...context, reserved: Math.min(had, context.reserved) } });
        };
      },
    },
  ],
] satisfies [string, Sabotage][]);
