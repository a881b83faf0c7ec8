/** The ledger as the engine tells it: page by page, it must lead from nothing to the balances of the shadow. */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { StockLevels } from '../../actors/vocabulary.ts';
import type { Engine } from '../../engine/engine.ts';
import type { MovementView } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import { levelsOf, type Shadow } from './shadow/state.ts';

/** Ledgers looked at in one audit, and pages of each: now and then one is read to its beginning. */
const ledgersMax = 2;
const pagesMax = 4;
const wholeEvery = 16;

type Balance = Exclude<keyof StockLevels, 'suspect'>;
type Change = Partial<Record<Balance, 1 | -1>>;

/** What each movement does to balances: written by hand, apart from the engine's own table. */
const changes: Record<MovementView['kind'], Change> = {
  received: { onHand: 1 }, adjusted: { onHand: 1 }, counted: { onHand: 1 }, returned: { onHand: 1 },
  'set-aside': {}, 'put-back': {}, disposed: { onHand: -1 }, buffered: { buffer: 1 },
  reserved: { reserved: 1 }, unreserved: { reserved: -1 }, committed: { reserved: -1, allocated: 1 },
  allocated: { allocated: 1 }, deallocated: { allocated: -1 },
  shipped: { onHand: -1, allocated: -1 }, short: { onHand: -1, allocated: -1 },
  'transferred-out': { onHand: -1 }, 'transferred-in': { onHand: 1 },
  suspected: {}, trusted: {},
};
const intoBucket = new Set<MovementView['kind']>(['set-aside', 'returned', 'transferred-in']);

/** Compare some ledgers, other ones each time, with balances that are all durable. */
export function compareLedgers(engine: Engine, shadow: Shadow, turnOf: number): void {
  const keys = [...shadow.stocks.keys()];
  for (let i = 0; i < Math.min(ledgersMax, keys.length); i += 1) {
    const key = keys[(turnOf * ledgersMax + i) % keys.length] ?? '';
    const slash = key.indexOf('/');
    const stock = shadow.stocks.get(key);
    if (stock === undefined) continue;
    const place = [key.slice(slash + 1) as Sku, key.slice(0, slash) as LocationId] as const;
    compareLedger(engine, ...place, levelsOf(stock), turnOf % wholeEvery === 0 ? Infinity : pagesMax);
  }
}

function compareLedger(engine: Engine, sku: Sku, location: LocationId, now: StockLevels, pagesWanted: number): void {
  const name = `the ledger of ${sku} at ${location}`;
  let after = now;
  let from: number | undefined;
  let pages = 0;
  for (;;) {
    const body = from === undefined ? { sku, location, limit: 7 } : { sku, location, limit: 7, from };
    const page = engine.query({ kind: 'stock.history', body }).ok;
    for (const movement of page.movements) {
      const wrong = difference(after, movement.levels, name);
      expect(wrong === undefined, () => `${name} at ${movement.position}: ${wrong}`);
      const { units, lots } = movement;
      const sum = lots?.reduce((all, { quantity }) => all + quantity, 0) ?? units;
      expect(sum === units, `${name} at ${movement.position}: ${units} units are ${sum} of lots`);
      after = before(movement);
    }
    checkAt(engine, sku, location, page.movements, pages > 0);
    const wrong = page.opening === undefined ? undefined : difference(after, page.opening, name);
    expect(wrong === undefined, () => `${name} opens otherwise: ${wrong}`);
    expect(page.opening !== undefined || page.isTrimmed, `${name} has a page that tells nothing`);
    from = page.next;
    pages += 1;
    if (from !== undefined && pages >= pagesWanted) return;
    if (from !== undefined) continue;
    const isEmpty = Object.values(after).every((units) => units === 0);
    expect(page.isTrimmed || isEmpty, () => `${name} begins with ${JSON.stringify(after)}`);
    return;
  }
}

function before({ kind, units, bucket, levels }: MovementView): StockLevels {
  const { suspect, ...balances } = levels;
  for (const [field, sign] of Object.entries(changes[kind])) balances[field as Balance] -= sign * units;
  if (bucket !== undefined) balances[bucket] -= intoBucket.has(kind) ? units : -units;
  const isSuspect = kind === 'trusted' || (kind !== 'suspected' && suspect === true);
  return isSuspect ? { ...balances, suspect: true } : balances;
}

/** Balances at a time are those after the last movement up to it. */
function checkAt(
  engine: Engine,
  sku: Sku,
  location: LocationId,
  movements: readonly MovementView[],
  isLater: boolean,
): void {
  const [newest] = movements;
  if (newest === undefined || isLater) return;
  const found = engine.query({ kind: 'stock.at', body: { sku, location, atMs: newest.atMs } }).ok;
  expect('levels' in found, `no balances of ${sku} at ${location} at ${newest.atMs}`);
  const wrong = difference(newest.levels, found.levels, 'levels');
  expect(wrong === undefined, () => `${sku} at ${location} at ${newest.atMs}: ${wrong}`);
}
