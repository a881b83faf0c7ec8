/**
 * Saves state behind the journal. Every durable turn leaves its changed cells here; after a while they
 * are written as rows, each once however many turns changed it, and the journal is told how far the
 * rows reach. Old records that rows cover are then trimmed (trim.ts).
 *
 * Only durable snapshots come here, so saved rows never run ahead of the journal.
 */
import type { CommandId } from '../actors/ids.ts';
import type { Claim, Position } from '../storage/journal.ts';
import type { Cell, OrderCell } from './cells.ts';
import type { Clock } from './clock.ts';
import type { EngineLimits } from './limits.ts';
import type { Entry, Receipts } from './receipts.ts';
import { receiptRow, type RowBytes } from './rows.ts';
import { searchMark } from './search/blocks.ts';
import { Lister } from './search/lister.ts';
import { Trimmer } from './trim.ts';
import { watchCommit, type WatchdogHooks } from './watchdog.ts';
import type { World } from './world.ts';

/** How long changes gather before they are saved: longer saves hot rows fewer times, and recovers slower. */
const gatherMs = 1_000;
/** Rows put in order at a time: few enough that no turn waits for it. So many such runs are written as one. */
const sortedRows = 1_024;
const runsMax = 16;

interface Batch {
  readonly number: number;
  readonly cells: Cell[];
  /** The newest row of each key. */
  readonly rows: Map<string, Uint8Array | null>;
  readonly receipts: (readonly [id: CommandId, position: Position])[];
  at: Position;
  records: number;
}

const emptyBatch = (number: number, at: Position): Batch => ({
  number,
  cells: [],
  rows: new Map(),
  receipts: [],
  at,
  records: 0,
});

const byKey = ([a]: RowBytes, [b]: RowBytes): number => (a < b ? -1 : 1);

/** The rows of a batch by what they are: what remembers commands, what they changed, the lists of orders. */
function* kindsOf({ at, cells, receipts, rows }: Batch, lister: Lister): Generator<Iterable<RowBytes>> {
  yield receiptRows(receipts);
  yield rows;
  yield lister.rowsFor(cells.filter(isOrder), String(at));
}

function* receiptRows(receipts: Batch['receipts']): Generator<RowBytes> {
  for (const [id, position] of receipts) yield receiptRow(id, position);
}

/** Rows in runs, each in order. */
function* runsOf(rows: Iterable<RowBytes>): Generator<RowBytes[]> {
  let run: RowBytes[] = [];
  for (const row of rows) {
    run.push(row);
    if (run.length < sortedRows) continue;
    yield run.sort(byKey);
    run = [];
  }
  if (run.length > 0) yield run.sort(byKey);
}

/** Sorted runs as one, in order: the run with the least key is on top of a heap. */
export function* merged(runs: readonly (readonly RowBytes[])[]): Generator<RowBytes> {
  const heap = runs.filter(({ length }) => length > 0).map((run) => ({ run, at: 0, key: (run[0] as RowBytes)[0] }));
  heap.sort((a, b) => (a.key < b.key ? -1 : 1));
  while (heap.length > 0) {
    const top = heap[0] as (typeof heap)[number];
    yield top.run[top.at] as RowBytes;
    top.at += 1;
    const next = top.run[top.at];
    if (next !== undefined) top.key = next[0];
    const moved = next === undefined ? (heap.pop() as typeof top) : top;
    if (heap.length > 0) sink(heap, moved);
  }
}

function sink<T extends { readonly key: string }>(heap: T[], moved: T): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const [left, right] = [heap[child] as T, heap[child + 1]];
    if (right !== undefined && right.key < left.key) child += 1;
    const least = heap[child] as T;
    if (moved.key <= least.key) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = moved;
}

const isOrder = (cell: Cell): cell is OrderCell => cell.kind === 'order';

export class Saver {
  #gathering: Batch;
  /** The batch that is being saved. */
  #leaving: Batch | undefined;
  #saving: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  /** A save failed: the claim is lost with it, and nothing more is saved. */
  #hasFailed = false;
  /** Nothing was saved yet by this process. */
  #isFirst = true;
  readonly #claim: Claim;
  readonly #clock: Clock;
  readonly #limits: EngineLimits;
  readonly #world: World;
  readonly #receipts: Receipts;
  readonly #hooks: WatchdogHooks;
  readonly #trimmer: Trimmer;
  readonly #lister: Lister;

  /** Called when rows were saved: turns that waited for it may go on. */
  onSaved: () => void = () => undefined;

  constructor(
    claim: Claim,
    clock: Clock,
    limits: EngineLimits,
    world: World,
    receipts: Receipts,
    hooks: WatchdogHooks,
  ) {
    this.#claim = claim;
    this.#clock = clock;
    this.#limits = limits;
    this.#world = world;
    this.#receipts = receipts;
    this.#hooks = hooks;
    this.#gathering = emptyBatch(1, claim.savedAt);
    this.#lister = new Lister(claim.row(searchMark) !== undefined);
    this.#trimmer = new Trimmer(claim, clock, limits, (write) => this.#watched(write));
  }

  /** Records behind: turns must wait when saving cannot keep up. */
  get isBehind(): boolean {
    return this.#claim.tail - this.#claim.savedAt > this.#limits.saveLagMax;
  }

  /** A turn is durable at `position`. */
  add(position: Position, cells: readonly Cell[], rows: readonly RowBytes[], entries: readonly Entry[]): void {
    const batch = this.#gathering;
    for (const cell of cells) {
      // Each turn counted its change; many turns of one batch are saved once.
      if (cell.batchMark === batch.number) cell.unsaved -= 1;
      else {
        cell.batchMark = batch.number;
        batch.cells.push(cell);
      }
    }
    for (const [key, bytes] of rows) batch.rows.set(key, bytes);
    for (const [id] of entries) batch.receipts.push([id, position]);
    batch.at = position;
    batch.records += 1;
    if (batch.records >= this.#limits.saveLagMax / 2) this.#start();
    else if (this.#cancelTimer === undefined && this.#saving === undefined) {
      this.#cancelTimer = this.#clock.after(gatherMs, () => this.#start());
    }
  }

  /** Orders that changed and are not all saved yet: searches find them here. */
  *unsavedOrders(): Iterable<OrderCell> {
    for (const batch of [this.#leaving, this.#gathering]) {
      for (const cell of batch?.cells ?? []) if (isOrder(cell)) yield cell;
    }
  }

  /** Save all that is durable now; resolves when it is saved. */
  async flush(): Promise<void> {
    while (!this.#hasFailed && (this.#saving !== undefined || this.#gathering.records > 0)) {
      this.#start();
      await this.#saving;
    }
  }

  #start(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#hasFailed || this.#saving !== undefined || this.#gathering.records === 0) return;
    const batch = this.#gathering;
    this.#leaving = batch;
    this.#gathering = emptyBatch(batch.number + 1, batch.at);
    this.#saving = this.#save(batch).then(
      () => {
        this.#saving = undefined;
        this.#leaving = undefined;
        this.onSaved();
        const { records } = this.#gathering;
        if (records >= this.#limits.saveLagMax / 2) this.#start();
        else if (records > 0) this.#cancelTimer = this.#clock.after(gatherMs, () => this.#start());
      },
      // The claim is lost with a failed save; `lost` tells the engine, which stops.
      () => {
        this.#hasFailed = true;
      },
    );
  }

  async #save(batch: Batch): Promise<void> {
    if (this.#isFirst) await this.#trimmer.finish();
    this.#isFirst = false;
    let rows: RowBytes[] = [];
    for (const kind of kindsOf(batch, this.#lister)) {
      let runs: RowBytes[][] = [];
      for (const run of runsOf(kind)) {
        runs.push(run);
        if (runs.length === runsMax) [rows, runs] = [await this.#pieces(runs, rows), []];
        else if (run.length === sortedRows) await this.#others();
      }
      rows = await this.#pieces(runs, rows);
    }
    await this.#watched(this.#claim.save(rows, batch.at));
    for (const cell of batch.cells) cell.unsaved -= 1;
    this.#world.trimMemory();
    this.#receipts.trimMemory(batch.at);
    await this.#trimmer.trim();
  }

  /** Let turns go on before the next run is put in order. */
  #others(): Promise<void> {
    return new Promise((resolve) => this.#clock.soon(resolve));
  }

  /**
   * Save runs, neighbours by key together, so that one piece changes few pages of the store's tree: the ids of orders
   * and commands are scattered all over it. Returns what is left for the next piece.
   */
  async #pieces(runs: readonly RowBytes[][], left: RowBytes[]): Promise<RowBytes[]> {
    let rows = left;
    for (const row of merged(runs)) {
      rows.push(row);
      if (rows.length >= this.#limits.savePieceRows) rows = await this.#piece(rows);
    }
    return rows;
  }

  async #piece(rows: readonly RowBytes[]): Promise<RowBytes[]> {
    await this.#watched(this.#claim.save(rows));
    return [];
  }

  /** A write of rows that hangs ends the process like one of a record. */
  async #watched(write: Promise<void>): Promise<void> {
    const stopWatch = watchCommit(this.#clock, this.#limits, this.#hooks);
    try {
      await write;
    } finally {
      stopWatch();
    }
  }
}
