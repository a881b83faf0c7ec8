/**
 * Lists orders for searches as they are saved, and once all of those that a store held before it had lists.
 * Orders are listed behind the journal like rows: until then they are found in memory (order-search.ts).
 */
import type { OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { Claim, Row } from '../../storage/journal.ts';
import type { OrderCell } from '../cells.ts';
import { orderFromRow, prefixes, type RowBytes } from '../rows.ts';
import type { Snapshot } from '../step.ts';
import { BlockWriter, searchMark } from './blocks.ts';
import { newTerms } from './terms.ts';

/** Orders listed at a time: enough to share blocks, few enough that no turn waits for it. */
const pieceOrders = 2_048;
/** Orders of an old store listed at a time: nothing else happens yet. */
const oldPieceOrders = 65_536;
const markValue: Uint8Array = Uint8Array.of(1);

export class Lister {
  readonly #writer = new BlockWriter();
  #isMarked: boolean;

  constructor(isMarked: boolean) {
    this.#isMarked = isMarked;
  }

  /** Rows that list what changed in these orders. @param name tells this save from all others. */
  *rowsFor(cells: readonly OrderCell[], name: string): Generator<RowBytes> {
    if (!this.#isMarked) yield [searchMark, markValue];
    this.#isMarked = true;
    for (let from = 0; from < cells.length; from += pieceOrders) {
      for (const cell of cells.slice(from, from + pieceOrders)) this.#list(cell);
      yield* this.#writer.take(`${name}.${from}`);
    }
  }

  #list(cell: OrderCell): void {
    const { snapshot } = cell;
    // What was undone before it was durable is no order.
    if (snapshot === undefined) return;
    add(this.#writer, cell.listed, snapshot);
    cell.listed = snapshot;
  }
}

/** List the orders that a store holds which was written before there were lists. */
export async function listStored(claim: Claim): Promise<void> {
  const writer = new BlockWriter();
  let [count, pieces] = [0, 0];
  for (const prefix of [prefixes.open, prefixes.closed]) {
    for await (const [key, row] of claim.rows(prefix)) {
      if (row !== null) add(writer, undefined, orderFromRow(key.slice(prefix.length) as OrderId, row));
      count += 1;
      if (count % oldPieceOrders !== 0) continue;
      await claim.save(inOrder(writer.take(`0.${pieces}`)));
      pieces += 1;
    }
  }
  await claim.save([...inOrder(writer.take(`0.${pieces}`)), [searchMark, markValue]]);
}

function add(writer: BlockWriter, before: Snapshot<OrderContext> | undefined, after: Snapshot<OrderContext>): void {
  const place = { atMs: after.context.placedAtMs, id: after.context.orderId };
  for (const term of newTerms(before, after)) writer.add(term, place);
}

const inOrder = (rows: Row[]): Row[] => rows.sort(([a], [b]) => (a < b ? -1 : 1));
