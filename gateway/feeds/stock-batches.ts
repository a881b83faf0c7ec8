/**
 * Rows of stock to commands. Counts are compared first, and those that are known already go no further;
 * deltas all go, in commands that follow from the rows alone, and so do counts that name lots: they are of the
 * moment at which they are taken, so that sent again they must be answered from their receipts.
 */
import type { CommandBody } from '../../actors/commands.ts';
import type { FeedId, LocationId } from '../../actors/ids.ts';
import { lotsOfCommandMax } from '../../actors/limits.ts';
import { reject } from '../../actors/rejection.ts';
import { feedLimits, type CountRow, type DeltaRow } from './feed.ts';
import { differing } from './compare-rows.ts';
import type { Batches, FeedContext } from './context.ts';
import { hashText, KeySet } from './key-set.ts';
import { sendPiece, type Making, type Piece } from './send.ts';

type Count = CommandBody<'stock.count'>['entries'][number];
type Delta = CommandBody<'stock.adjust'>['entries'][number];

interface Row<T> {
  readonly row: number;
  readonly value: T;
}

/** Deltas of one reason that wait for more. */
interface Waiting {
  readonly keys: Set<string>;
  readonly rows: Row<Delta>[];
  lots: number;
}

/** Counts by lot that wait for more. */
interface ByLot {
  readonly rows: Row<Count>[];
  lots: number;
}

/** Reasons with deltas waiting at a time: with more, the oldest are sent as they are. */
const reasonsMax = 16;

const lotsOf = ({ lots, serials }: CountRow | Omit<DeltaRow, 'reason'>): number => (lots ?? serials ?? []).length;

/** Whether one row more, of so many lots, is too much for a command. */
const isFull = ({ rows, lots }: { readonly rows: readonly unknown[]; readonly lots: number }, more: number): boolean =>
  rows.length >= feedLimits.entriesMax || lots + more > lotsOfCommandMax;

export class StockBatches implements Batches {
  readonly #context: FeedContext;
  /** Locations of which sound counts came. */
  readonly covered = new Set<LocationId>();
  readonly #counted = new KeySet(feedLimits.rememberedMax);
  /** Counts not compared yet. */
  #fresh: Row<Count>[] = [];
  /** Counts that differ. */
  #differing: Row<Count>[] = [];
  #byLot: ByLot = { rows: [], lots: 0 };
  readonly #deltas = new Map<string, Waiting>();

  constructor(context: FeedContext) {
    this.#context = context;
  }

  async add(row: number, value: object): Promise<void> {
    if ('delta' in value) return this.#addDelta(row, value as DeltaRow);
    // A count that names no instant is of the one at which this feed was first sent, save one by lot.
    const said = value as CountRow;
    const isByLot = said.lots !== undefined || said.serials !== undefined;
    const count = (isByLot ? said : { countedAtMs: this.#context.openedAtMs, ...said }) as Count;
    if (!this.#counted.add(`${count.location} ${count.sku}`)) {
      this.#context.tally.refuse(row, reject('duplicate', 'was counted by an earlier row of this feed', 'sku'));
      return undefined;
    }
    if (isByLot) return this.#addByLot({ row, value: count }, lotsOf(said));
    this.#fresh.push({ row, value: count });
    return this.#fresh.length < feedLimits.compareMax ? undefined : this.#compare();
  }

  async flush(): Promise<void> {
    await this.#compare();
    await this.#sendCounts();
    await this.#sendByLot();
    for (const [reason, { rows }] of this.#deltas) await this.#sendDeltas(reason, rows);
    this.#deltas.clear();
  }

  async #compare(): Promise<void> {
    const rows = this.#fresh;
    this.#fresh = [];
    const cover = ({ location }: Count): unknown => this.covered.add(location);
    this.#differing.push(...(await differing(this.#context, 'stock.compare', rows, cover)));
    if (this.#differing.length >= feedLimits.entriesMax) await this.#sendCounts();
  }

  async #sendCounts(): Promise<void> {
    const rows = this.#differing;
    this.#differing = [];
    const { feed } = this.#context.options;
    const making: Making<Count, 'stock.count'> = {
      kind: 'stock.count',
      body: (entries) => ({ entries: [...entries], feed: feed as FeedId }),
      // Which rows differ depends on the day, so the id says which they were.
      commandId: (piece) => `feed:${feed}:${piece.rows[0]?.row}:${hashText(JSON.stringify(piece.rows))}`,
    };
    for (let at = 0; at < rows.length; at += feedLimits.entriesMax) {
      await this.#send(making, { rows: rows.slice(at, at + feedLimits.entriesMax) });
    }
  }

  async #addByLot(row: Row<Count>, lots: number): Promise<void> {
    if (isFull(this.#byLot, lots)) await this.#sendByLot();
    this.#byLot.rows.push(row);
    this.#byLot.lots += lots;
    this.covered.add(row.value.location);
  }

  async #sendByLot(): Promise<void> {
    const { rows } = this.#byLot;
    this.#byLot = { rows: [], lots: 0 };
    const { feed } = this.#context.options;
    const making: Making<Count, 'stock.count'> = {
      kind: 'stock.count',
      body: (entries) => ({ entries: [...entries], feed: feed as FeedId }),
      commandId: ({ rows: sent }) => `feed:${feed}:${sent[0]?.row}-${sent.at(-1)?.row}:lots`,
    };
    await this.#send(making, { rows });
  }

  async #addDelta(row: number, { reason, ...delta }: DeltaRow): Promise<void> {
    const why = reason ?? this.#context.options.reason;
    const lots = lotsOf(delta);
    let waiting = this.#deltas.get(why);
    const key = `${delta.location} ${delta.sku}`;
    // A SKU-location stands once in a command; a feed may well move it more than once.
    if (waiting !== undefined && (waiting.keys.has(key) || isFull(waiting, lots))) {
      this.#deltas.delete(why);
      await this.#sendDeltas(why, waiting.rows);
      waiting = undefined;
    }
    if (waiting === undefined) {
      await this.#makeRoom();
      this.#deltas.set(why, (waiting = { keys: new Set(), rows: [], lots: 0 }));
    }
    waiting.keys.add(key);
    waiting.rows.push({ row, value: delta as Delta });
    waiting.lots += lots;
  }

  async #makeRoom(): Promise<void> {
    if (this.#deltas.size < reasonsMax) return;
    for (const [reason, { rows }] of this.#deltas) {
      this.#deltas.delete(reason);
      return this.#sendDeltas(reason, rows);
    }
  }

  async #sendDeltas(reason: string, rows: readonly Row<Delta>[]): Promise<void> {
    const { feed } = this.#context.options;
    const making: Making<Delta, 'stock.adjust'> = {
      kind: 'stock.adjust',
      body: (entries) => ({ entries: [...entries], reason, feed: feed as FeedId }),
      commandId: ({ rows: sent }) => `feed:${feed}:${sent[0]?.row}-${sent.at(-1)?.row}:${hashText(reason)}`,
    };
    await this.#send(making, { rows });
  }

  #send<T, K extends 'stock.count' | 'stock.adjust'>(making: Making<T, K>, piece: Piece<T>): Promise<void> {
    if (piece.rows.length === 0) return Promise.resolve();
    return this.#context.window.start(() => sendPiece(this.#context, making, piece));
  }
}
