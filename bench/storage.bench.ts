/**
 * The journal by itself: real records and rows, as an engine under the workload hands them over, written
 * to LMDB and read back, one call after the other.
 */
import { performance } from 'node:perf_hooks';
import type { Claim, Row, StoredRecord, TurnRecord } from '../storage/journal.ts';
import { openSeeded, openStore, pump } from './in-process.ts';
import { Digest, median, number, time, timed, type Bench, type Figure, type Size } from './kit.ts';
import { issueShape, Orders, type Shape } from './workload.ts';

const recordsEach = 100;
const rounds = 5;

export const storageBench: Bench = {
  name: 'storage',
  measures:
    'LMDB, one call after the other: append of a turn’s record, durable; saving of rows; reading records back, ' +
    'verified; the look-up of a receipt that is not there.',
  leavesOut: 'everything the engine does meanwhile; a disk whose cache is cold.',
  async *run(size, only) {
    const written = await record(size);
    const store = await openStore('lmdb');
    const figures = [append, readBack, save, miss] as const;
    try {
      for (const figure of figures) {
        const made = await figure(size, store.claim, written);
        if (only === undefined || made.name.includes(only)) yield made;
      }
    } finally {
      await store.claim.release();
      await store.remove();
    }
  },
};

interface Written {
  readonly records: readonly TurnRecord[];
  readonly rows: readonly Row[];
}

/** What an engine in memory wrote while it placed orders. */
async function record(size: Size): Promise<Written> {
  const shape: Shape = size === 'tiny' ? { ...issueShape, skus: 50 } : issueShape;
  const records: TurnRecord[] = [];
  const rows: Row[] = [];
  const store = await openStore('memory');
  let isListening = false;
  const { claim } = store;
  const listening = new Proxy(claim, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target);
      if (typeof found !== 'function') return found;
      return (...args: readonly unknown[]): unknown => {
        if (isListening && name === 'append') records.push(copy(args[0] as TurnRecord));
        if (isListening && name === 'save') rows.push(...copy(args[0] as readonly Row[]));
        return Reflect.apply(found, target, args) as unknown;
      };
    },
  });
  const engine = await openSeeded(listening, shape);
  isListening = true;
  const orders = new Orders(shape, 's-');
  await pump(engine, size === 'tiny' ? 40 : 10_000, 1_024, () => ({ kind: 'order.place', body: orders.next() }), () => undefined);
  await engine.close();
  return { records, rows };
}

/** Bytes may stand in a buffer that is used again: they are copied, and whatever holds them with them. */
function copy<T>(value: T): T {
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value) as T;
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copy(held as unknown)])) as T;
}

async function append(size: Size, claim: Claim, { records }: Written): Promise<Figure> {
  const count = size === 'tiny' ? 2 : recordsEach;
  const millis: number[] = [];
  const before = claim.stats().recordBytes;
  let done = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const startMs = performance.now();
    for (let i = 0; i < count; i += 1) await claim.append(records[done++ % records.length] as TurnRecord, claim.tail);
    if (round > 0) millis.push((performance.now() - startMs) / count);
  }
  const commands = records.reduce((sum, record) => sum + record.commands.length, 0) / records.length;
  const bytes = (claim.stats().recordBytes - before) / done;
  const also = { size: `${number(bytes / 1_024)} KiB of ${number(commands)} orders`, rate: `${number(1_000 / median(millis))}/s` };
  const spread = { spread: `${(Math.max(...millis) / Math.min(...millis)).toFixed(2)}×` };
  const digest = new Digest();
  for await (const stored of claim.records(0)) note(digest, stored);
  return { name: 'append, durable', value: median(millis), unit: 'ms/record', also: { ...also, ...spread }, hash: digest.hex() };
}

async function readBack(_size: Size, claim: Claim): Promise<Figure> {
  const micros: number[] = [];
  let orders = 0;
  const digest = new Digest();
  for (let round = 0; round <= rounds; round += 1) {
    const startMs = performance.now();
    let records = 0;
    for await (const stored of claim.records(0)) {
      records += 1;
      if (round === 0) orders += note(digest, stored);
    }
    if (round > 0) micros.push(((performance.now() - startMs) * 1_000) / records);
  }
  const spread = `${(Math.max(...micros) / Math.min(...micros)).toFixed(2)}×`;
  const each = (median(micros) * claim.tail) / orders;
  return { name: 'read back, verified', value: median(micros), unit: 'µs/record', also: { each: `${number(each)} µs/order`, spread }, hash: digest.hex() };
}

function note(digest: Digest, { position, commands, rows, events }: StoredRecord): number {
  digest.add([position, commands.length, rows.length, events.length]);
  return commands.length;
}

async function save(size: Size, claim: Claim, { rows }: Written): Promise<Figure> {
  const pieceRows = size === 'tiny' ? 20 : 1_024;
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startMs = performance.now();
    for (let from = 0; from < rows.length; from += pieceRows) await claim.save(rows.slice(from, from + pieceRows));
    if (round > 0) rates.push((rows.length * 1_000) / (performance.now() - startMs));
  }
  const digest = new Digest();
  // How often a row was saved depends on the clock, and so does into which blocks a list was cut; which rows were
  // saved does not.
  digest.add([...new Set(rows.map(([key]) => key.split('\u0001')[0] ?? key))].sort());
  const spread = `${(Math.max(...rates) / Math.min(...rates)).toFixed(2)}×`;
  return { name: 'save rows', value: median(rates), unit: 'rows/s', also: { piece: `${pieceRows} rows`, spread }, hash: digest.hex() };
}

function miss(size: Size, claim: Claim): Promise<Figure> {
  const digest = new Digest();
  let found = 0;
  const timing = time(size, 20_000, (index) => {
    if (claim.row(`r/not-there-${index}`) !== undefined) found += 1;
  });
  digest.add(found);
  return Promise.resolve(timed('receipt that is not there', 'µs/look-up', timing, digest.hex()));
}
