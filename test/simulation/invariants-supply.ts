/** What must hold of supply in the engine's own memory: units in one place each, lists as a fresh build of them. */
import type { Engine } from '../../engine/engine.ts';
import type { SupplyContext, SupplyLine } from '../../actors/supply-context.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';

export function checkSupplies(engine: Engine): void {
  const { supplies } = engine.inspect().core.world;
  const incoming = new Map<string, string[]>();
  const lists = new Map<string, Set<string>>();
  let count = 0;
  for (const id of supplies.open()) {
    const supply = supplies.look(id);
    expect(supply !== undefined, `supply ${id} is listed and not in memory`);
    const { value, context } = supply;
    count += 1;
    for (const line of context.lines) checkLine(context, line);
    for (const name of [`state ${value}`, `at ${context.to}`, ...(context.from === undefined ? [] : [`at ${context.from}`])]) {
      lists.set(name, (lists.get(name) ?? new Set()).add(id));
    }
    for (const { sku } of context.lines) lists.set(`of ${sku}`, (lists.get(`of ${sku}`) ?? new Set()).add(id));
    for (const [key, said] of expectedOf(context)) incoming.set(key, [...(incoming.get(key) ?? []), said]);
  }
  expect(count === supplies.openCount, `${count} supply documents are open, counted are ${supplies.openCount}`);
  const kept = new Map<string, Set<string>>();
  for (const [state, ids] of supplies.byState) if (ids.size > 0) kept.set(`state ${state}`, ids);
  for (const [location, ids] of supplies.byLocation) kept.set(`at ${location}`, ids);
  for (const [sku, ids] of supplies.bySku) kept.set(`of ${sku}`, ids);
  expectSame('lists of supply', lists, kept);
  checkIncoming(engine, incoming);
}

function checkLine({ supplyId, overReceiptPercent, shippedAtMs }: SupplyContext, line: SupplyLine): void {
  const { lineId, quantity, received, damaged, closed, returned } = line;
  const most = Math.floor((quantity * (100 + overReceiptPercent)) / 100);
  const isSound = Math.min(received, damaged, closed, returned) >= 0 && damaged <= received;
  // A lower over-receipt may be put after more has come.
  const isBounded = received + closed + returned <= Math.max(most, 2 * quantity) && (returned === 0 || shippedAtMs !== undefined);
  expect(isSound && isBounded, () => `supply ${supplyId}, line ${lineId}: ${JSON.stringify(line)}`);
}

/** What a document brings, as the list of its place must say it. */
function expectedOf(supply: SupplyContext): [key: string, said: string][] {
  const { supplyId, type, to, from, expectedAtMs, confidence, orderedAtMs, shippedAtMs } = supply;
  if ((type === 'purchase' ? orderedAtMs : shippedAtMs) === undefined) return [];
  return supply.lines.flatMap((line): [string, string][] => {
    const units = Math.max(0, line.quantity - line.received - line.closed - line.returned);
    if (units === 0) return [];
    const atMs = line.expectedAtMs ?? expectedAtMs;
    return [[`${to} ${line.sku}`, JSON.stringify([atMs, supplyId, line.lineId, units, confidence, type, from ?? null])]];
  });
}

function checkIncoming(engine: Engine, fresh: ReadonlyMap<string, readonly string[]>): void {
  const { incoming } = engine.inspect().core.world.supplies;
  let places = 0;
  const skus = new Set([...fresh.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  for (const sku of skus) {
    for (const [location, units] of incoming.of(sku as never)) {
      places += 1;
      const said = units.map((one) => JSON.stringify([one.atMs, one.supplyId, one.lineId, one.units, one.confidence, one.type, one.from ?? null]));
      const wrong = difference([...(fresh.get(`${location} ${sku}`) ?? [])].sort(), [...said].sort(), `${sku} to ${location}`);
      expect(wrong === undefined, () => `incoming is not what the documents bring: ${wrong}`);
      const dates = units.map(({ atMs }) => atMs);
      expect(dates.every((atMs, index) => index === 0 || (dates[index - 1] ?? 0) <= atMs), `incoming of ${sku} is out of order`);
    }
  }
  expect(places === fresh.size, `incoming has ${places} places, a fresh build ${fresh.size}`);
  expect(incoming.size === fresh.size, `incoming keeps ${incoming.size} lists, ${fresh.size} are needed`);
}

function expectSame(what: string, fresh: ReadonlyMap<string, ReadonlySet<string>>, kept: ReadonlyMap<string, ReadonlySet<string>>): void {
  const plain = (lists: ReadonlyMap<string, ReadonlySet<string>>): unknown =>
    [...lists].map(([name, ids]) => [name, ...[...ids].sort()].join('\n')).sort();
  const wrong = difference(plain(fresh), plain(kept), what);
  expect(wrong === undefined, () => `${what} differ from a fresh build: ${wrong}`);
}
