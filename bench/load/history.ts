/**
 * A data directory with a long past: many stocks, many closed orders and their receipts, written as
 * saved rows through the storage seam. The rows are copies, under other names, of those a real engine
 * wrote for a few orders that it placed, shipped and delivered.
 */
import type { Engine } from '../../engine/engine.ts';
import { prefixes } from '../../engine/rows.ts';
import { listStored } from '../../engine/search/lister.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Claim, Row, Value } from '../../storage/journal.ts';
import { openLmdb } from '../../storage/lmdb.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { openSeeded, pump, stray } from '../in-process.ts';
import { Orders, locationName, skuName, type Asked, type Shape } from '../workload.ts';

/** Rows written in one transaction. */
const pieceRows = 10_000;
/** Real orders that the others are copies of. */
const models = 64;

export interface History {
  readonly stocks: number;
  readonly closedOrders: number;
}

/** Write it into a new directory. Its stocks are those of `shape`, whose SKUs times locations they are. */
export async function writeHistory(directory: string, shape: Shape, closedOrders: number): Promise<History> {
  const rows = await modelRows(shape);
  const claim = await (await openLmdb(directory)).claim('bench history');
  await claim.append({ atMs: Date.now(), commands: [], rows: [], events: [], outbox: [] }, 0);
  let piece: Row[] = [];
  for (const row of historyRows(rows, shape, closedOrders)) {
    piece.push(row);
    if (piece.length < pieceRows) continue;
    await claim.save(piece);
    piece = [];
  }
  await claim.save(piece, claim.tail);
  await listStored(claim);
  await claim.release();
  return { stocks: shape.skus * shape.locations, closedOrders };
}

type Models = Readonly<Record<'network' | 'stock' | 'closed' | 'receipt', readonly Row[]>>;

function* historyRows(rows: Models, shape: Shape, closedOrders: number): Generator<Row> {
  yield* rows.network;
  const valueOf = (models: readonly Row[], index: number): Value => (models[index % models.length] ?? stray())[1];
  for (let location = 0; location < shape.locations; location += 1) {
    for (let sku = 0; sku < shape.skus; sku += 1) {
      const key = `${prefixes.stock}${locationName(location)}/${skuName(sku)}`;
      yield [key, valueOf(rows.stock, sku)];
    }
  }
  for (let order = 0; order < closedOrders; order += 1) {
    const name = `past-${String(order).padStart(8, '0')}`;
    yield [prefixes.closed + name, valueOf(rows.closed, order)];
    yield [prefixes.receipt + name, valueOf(rows.receipt, order)];
  }
}

/** The rows of a small world in which `models` orders were delivered. */
async function modelRows(shape: Shape): Promise<Models> {
  const disk = new MemoryDisk();
  const engine = await openSeeded(await disk.journal().claim('models'), { ...shape, skus: 200 });
  await deliver(engine, new Orders({ ...shape, skus: 200 }, 'model-'));
  await engine.close();
  const claim = await disk.journal().claim('models');
  const network: Row[] = [];
  for (const prefix of [prefixes.location, prefixes.channel, prefixes.carrier]) {
    network.push(...(await rowsOf(claim, prefix)));
  }
  const stock = await rowsOf(claim, prefixes.stock);
  const closed = await rowsOf(claim, prefixes.closed);
  const receipt = await rowsOf(claim, prefixes.receipt);
  await claim.release();
  if (closed.length !== models) throw new Error(`${closed.length} of ${models} model orders were closed`);
  return { network, stock, closed, receipt };
}

async function rowsOf(claim: Claim, prefix: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of claim.rows(prefix)) rows.push(row);
  return rows;
}

async function deliver(engine: Engine, orders: Orders): Promise<void> {
  const parts: { readonly orderId: string; readonly fulfillmentId: string }[] = [];
  const place = (): Asked => ({ kind: 'order.place', body: orders.next() });
  await pump(engine, models, models, place, ({ ok }) => {
    const { orderId, fulfillments } = ok as OrderAnswer;
    for (const { fulfillmentId } of fulfillments) parts.push({ orderId, fulfillmentId });
  });
  for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) {
    const tell = (index: number): Asked => ({ kind, body: parts[index] ?? stray() });
    await pump(engine, parts.length, models, tell, () => undefined);
  }
}
