/** Searching closed orders on disk: the first page of 50, by what people know of an order. */
import type { LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { OrderContext } from '../actors/order-context.ts';
import type { QueryBody } from '../actors/queries.ts';
import type { OrderAnswer } from '../actors/vocabulary.ts';
import { orderCell } from '../engine/cells.ts';
import type { Engine } from '../engine/engine.ts';
import { pushRows, type RowBytes } from '../engine/rows.ts';
import { listStored } from '../engine/search/lister.ts';
import type { Snapshot } from '../engine/step.ts';
import type { Claim } from '../storage/journal.ts';
import { openSeeded, openStore, pump, stray } from './in-process.ts';
import { Digest, number, tails, time, timed, type Bench, type Figure, type Size } from './kit.ts';
import { randomFrom, zipf, type Random } from './random.ts';
import { issueShape, locationName, Orders, skuName, type Asked } from './workload.ts';

type Order = Snapshot<OrderContext>;
type Sought = QueryBody<'order.search'>;

const shape = { ...issueShape, skus: 10_000 };
const firstMs = 1_700_000_000_000;
/** Between two orders of the past. */
const betweenMs = 40;
const pieceRows = 20_000;
/** Calls of each case. */
const calls = 500;

/** Ten millions take minutes to write: only when asked for by name. */
const counts = { full: [1_000_000], tiny: [2_000], large: [10_000_000] } as const;

export const searchBench: Bench = {
  name: 'search',
  measures:
    'order.search, the first 50 orders, over closed orders on LMDB: 20 a customer, 3 lines of 10,000 SKUs by Zipf, ' +
    '10 locations, one in a hundred cancelled. `--only search:10,000,000` writes ten millions.',
  leavesOut: 'sockets, encoding of the answer, orders that are open or not saved yet.',
  async *run(size, only) {
    const large = counts.large.filter((count) => only !== undefined && nameOf(count).startsWith(only));
    for (const count of large.length > 0 ? large : counts[size]) yield* measure(count, size, only);
  },
};

const nameOf = (count: number): string => `${count.toLocaleString('en-US')} orders`;

async function* measure(count: number, size: Size, only: string | undefined): AsyncIterable<Figure> {
  const store = await openStore('lmdb');
  await writePast(store.claim, count);
  const engine = await openSeeded(store.claim, { ...shape, skus: 10 });
  try {
    for (const { what, ask } of questions(count)) {
      const name = `${nameOf(count)}, ${what}`;
      if (only === undefined || name.includes(only)) yield figureOf(engine, name, ask, size);
    }
  } finally {
    await engine.close();
    await store.remove();
  }
}

function figureOf(engine: Engine, name: string, ask: (random: Random) => Sought, size: Size): Figure {
  const digest = new Digest();
  let found = 0;
  const search = (random: Random): void => {
    const { orders } = engine.query({ kind: 'order.search', body: ask(random) }).ok;
    found += orders.length;
    digest.add(orders.map(({ orderId }) => orderId));
  };
  const random = randomFrom(1);
  const timing = time(size, calls, () => search(random), 3);
  const searched = size === 'tiny' ? 40 : 4 * calls;
  const also = { found: `${number(found / searched)} a page`, ...tails(size, calls, () => search(random)) };
  return timed(name, 'µs/page', timing, digest.hex(), also);
}

function questions(count: number): { readonly what: string; readonly ask: (random: Random) => Sought }[] {
  const anyOf = (random: Random, most: number): number => Math.floor(random() * most);
  const place = (random: Random): LocationId => locationName(anyOf(random, shape.locations)) as LocationId;
  const sku = (random: Random): Sku => skuName(anyOf(random, shape.skus)) as Sku;
  const aDay = (random: Random): Pick<Sought, 'placedFromMs' | 'placedToMs'> => {
    const placedFromMs = firstMs + anyOf(random, count * betweenMs);
    return { placedFromMs, placedToMs: placedFromMs + 86_400_000 };
  };
  return [
    { what: 'the newest', ask: () => ({}) },
    { what: 'of a customer', ask: (random) => ({ customer: customerName(anyOf(random, count / 20)) }) },
    { what: 'with a SKU', ask: (random) => ({ sku: sku(random) }) },
    { what: 'with a SKU, cancelled', ask: (random) => ({ sku: sku(random), state: 'cancelled' }) },
    { what: 'at a location, of a day', ask: (random) => ({ location: place(random), ...aDay(random) }) },
    { what: 'cancelled, of a day', ask: (random) => ({ state: 'cancelled', ...aDay(random) }) },
  ];
}

const customerName = (index: number): string => `customer-${index}`;

/** Write closed orders as rows, and the lists they are found by. */
async function writePast(claim: Claim, count: number): Promise<void> {
  const models = await closedOrders();
  const random = randomFrom(7);
  const rank = zipf(shape.skus, random);
  await claim.append({ atMs: firstMs, commands: [], rows: [], events: [], outbox: [] }, 0);
  let rows: RowBytes[] = [];
  for (let index = 0; index < count; index += 1) {
    const order = likeModel(models[index % models.length] ?? stray(), index, count, rank, random);
    pushRows(orderCell(order.context.orderId), order, rows, 1);
    if (rows.length < pieceRows) continue;
    await claim.save(rows.filter(([, bytes]) => bytes !== null));
    rows = [];
  }
  await claim.save(rows.filter(([, bytes]) => bytes !== null), claim.tail);
  await listStored(claim);
}

function likeModel({ context }: Order, index: number, count: number, rank: () => number, random: Random): Order {
  const placedAtMs = firstMs + index * betweenMs;
  return {
    value: random() < 0.01 ? 'cancelled' : 'delivered',
    context: {
      ...context,
      orderId: `past-${String(index).padStart(8, '0')}` as OrderId,
      placedAtMs,
      changedAtMs: placedAtMs,
      customer: customerName(Math.floor((random() * count) / 20)),
      lines: context.lines.map((line) => ({ ...line, sku: skuName(rank()) as Sku })),
      fulfillments: context.fulfillments.map((part) => ({
        ...part, location: locationName(Math.floor(random() * shape.locations)) as LocationId,
      })),
    },
  };
}

/** Orders that a real engine placed, shipped and delivered. */
async function closedOrders(): Promise<readonly Order[]> {
  const store = await openStore('memory');
  const engine = await openSeeded(store.claim, { ...shape, skus: 200 });
  const orders = new Orders({ ...shape, skus: 200 }, 'model-');
  const parts: { readonly orderId: OrderId; readonly fulfillmentId: string }[] = [];
  const place = (): Asked => ({ kind: 'order.place', body: orders.next() });
  await pump(engine, 32, 32, place, ({ ok }) => {
    const { orderId, fulfillments } = ok as OrderAnswer;
    for (const { fulfillmentId } of fulfillments) parts.push({ orderId, fulfillmentId });
  });
  for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) {
    await pump(engine, parts.length, 32, (index) => ({ kind, body: parts[index] ?? stray() }), () => undefined);
  }
  const { world } = engine.inspect().core;
  const models = [...new Set(parts.map(({ orderId }) => orderId))].map((id) => world.look(id) ?? stray());
  await engine.close();
  return models;
}
