/**
 * All or nothing: what the present command changed, and how to put it back. Snapshots are immutable, so
 * the undo of a command is the list of those it replaced. What a command publishes is dropped with it.
 */
import { onHandChange, type Move } from '../actors/stock-movements.ts';
import type { Sku } from '../actors/ids.ts';
import type { Event } from '../actors/vocabulary.ts';
import type { Cell, StockCell } from './cells.ts';
import { place } from './place.ts';
import { lotsBytes, movementBytesMax, type RecordedMove } from './movements.ts';
import { isMarked, momentBytesMax, type DecisionMoment } from './decision-moments.ts';
import { isReplaced, replacedBytes, type Replaced } from './replaced.ts';
import { Rewind } from './rewind.ts';
import type { PriceBook } from './routing/prices/book.ts';
import { PricesSeen, type SeenPrices } from './routing/prices/seen.ts';
import { cellBytes, eventBytes } from './sizes.ts';

export class Changes {
  /** What was replaced, for decisions that are made again. */
  readonly rewind = new Rewind();
  /** Whether the command decided anything by rules that had no value. */
  hasFailedRules = false;
  #rewindMark = 0;
  #command = 0;
  #turn = 1;
  readonly #cells: Cell[] = [];
  readonly #before: Cell['snapshot'][] = [];
  /** The events of the turn that came before each was changed. */
  readonly #setAt: number[] = [];
  #events: Event[] = [];
  #keptEvents = 0;
  #changed: Cell[] = [];
  #stocksChanged = 0;
  /** The stocks the command moved, and how, side by side. */
  readonly #movedStocks: StockCell[] = [];
  readonly #moves: Move[] = [];
  #keptMoves: RecordedMove[] = [];
  #replaced: Replaced[] = [];
  #moments: DecisionMoment[] = [];
  readonly #prices = new PricesSeen();
  #cause: number | undefined;
  #bytes = 0;
  #answerBytes = 0;
  /** What the lots of the command's movements take. */
  #lotBytes = 0;

  /**
   * Begin a command: from here on changes belong to it.
   * @param cause its place among the commands of the turn; undefined for a timer or a wake.
   */
  begin(cause: number | undefined): void {
    this.#command += 1;
    this.hasFailedRules = false;
    this.#rewindMark = this.rewind.mark;
    this.#prices.begin();
    this.#cause = cause;
    this.#answerBytes = 0;
    this.#movedStocks.length = 0;
    this.#moves.length = 0;
    this.#lotBytes = 0;
    this.#cells.length = 0;
    this.#before.length = 0;
    this.#setAt.length = 0;
    this.#keptEvents = this.#events.length;
  }

  /** Replace a snapshot; the one before the command is kept for the undo. */
  set<T extends Cell>(cell: T, after: NonNullable<T['snapshot']>): void {
    if (cell.commandMark !== this.#command) {
      cell.commandMark = this.#command;
      this.#cells.push(cell);
      this.#before.push(cell.snapshot);
      this.#setAt.push(this.#events.length);
    }
    if (this.rewind.isOn) this.rewind.add(cell, after);
    place(cell, after);
  }

  /** Units of a stock moved: a line of its ledger. */
  moved(stock: StockCell, move: Move): void {
    this.#movedStocks.push(stock);
    this.#moves.push(move);
    if (move.lots !== undefined) this.#lotBytes += lotsBytes(move.lots);
  }

  /** What the kept commands of this turn moved of a stock. */
  movesOf(stock: StockCell): readonly RecordedMove[] {
    if (stock.turnMark !== this.#turn) return [];
    return this.#keptMoves.filter(({ stock: index }) => index === stock.turnIndex);
  }

  /** A setting of the command under way is another one than before: its record is to say what it was. */
  replaced(cell: Cell, before: Cell['snapshot']): void {
    const one = { cell, before, events: this.#setAt[this.#cells.indexOf(cell)] ?? this.#keptEvents };
    this.#replaced.push(one);
    this.#bytes += replacedBytes(one);
  }

  /** What the kept commands of this turn replaced of settings. */
  get replacedSoFar(): readonly Replaced[] {
    return this.#replaced;
  }

  /** An upper estimate of what the record has to hold of settings that the present command replaced. */
  get replacedBytes(): number {
    let bytes = 0;
    for (const [index, cell] of this.#cells.entries()) {
      const one = { cell, before: this.#before[index], events: 0 };
      if (isReplaced(cell, one.before)) bytes += replacedBytes(one);
    }
    return bytes;
  }

  /** @param decidedAfter movements of the turn after which a decision among them was made: all so far, if not said. */
  publish(events: readonly Event[], decidedAfter = this.moveCount): void {
    for (const event of events) {
      if (event.kind === 'order.sourced') {
        if (isMarked(event)) this.#mark(decidedAfter);
        if (event.ruled?.failed !== undefined) this.hasFailedRules = true;
      }
      this.#events.push(event);
    }
  }

  /** Movements of the turn so far. */
  get moveCount(): number {
    return this.#keptMoves.length + this.#moves.length;
  }

  /** A decision that no movement beside it tells the moment of. */
  #mark(moves: number): void {
    this.#moments.push({ event: this.#events.length, moves });
    this.#answerBytes += momentBytesMax;
  }

  /** An order that wants these SKUs is decided about by a book of prices: the record is to say which they were. */
  sawPrices(book: PriceBook, skus: readonly Sku[]): void {
    this.#prices.note(book, skus, this.#events.length);
  }

  /** An upper estimate of what the prices take that the present command went by. */
  get priceBytes(): number {
    return this.#prices.bytes;
  }

  /** No record has room for the prices that the present command went by. */
  leaveOutPrices(): void {
    this.#prices.leaveOut();
  }

  /** Whether the command has changed anything so far. */
  get isEmpty(): boolean {
    return this.#cells.length === 0;
  }

  /** Put everything back as it was before the command. */
  undo(): void {
    for (let i = this.#cells.length - 1; i >= 0; i -= 1) {
      const cell = this.#cells[i];
      if (cell !== undefined) place(cell, this.#before[i]);
    }
    this.rewind.cut(this.#rewindMark);
    this.#prices.undo();
    this.#cells.length = 0;
    this.#before.length = 0;
    this.#setAt.length = 0;
    this.#movedStocks.length = 0;
    this.#moves.length = 0;
    this.#events.length = this.#keptEvents;
    while ((this.#moments.at(-1)?.event ?? -1) >= this.#keptEvents) this.#moments.pop();
  }

  /** What the present command has changed so far. */
  get touched(): readonly Cell[] {
    return this.#cells;
  }

  /** What one of these was before the command. */
  beforeOf(index: number): Cell['snapshot'] {
    return this.#before[index];
  }

  /** What the present command has published so far. */
  news(): readonly Event[] {
    return this.#events.slice(this.#keptEvents);
  }

  /** An upper estimate of what the present command adds to the record, in bytes, its body not counted. */
  get commandBytes(): number {
    let bytes = 0;
    for (const cell of this.#cells) bytes += cellBytes(cell);
    return bytes + this.#newsBytes() + this.moveBytes + this.#answerBytes + this.priceBytes;
  }

  /** An upper estimate of what the movements of the present command take. */
  get moveBytes(): number {
    return movementBytesMax * this.#moves.length + this.#lotBytes;
  }

  #newsBytes(): number {
    let bytes = 0;
    for (let i = this.#keptEvents; i < this.#events.length; i += 1) {
      const event = this.#events[i];
      if (event !== undefined) bytes += eventBytes(event);
    }
    return bytes;
  }

  /** An upper estimate of this turn's record so far, in bytes, so that turns can be cut to fit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The present command’s answer holds so much beside what its cells are reckoned with. */
  countAnswer(bytes: number): void {
    this.#answerBytes += bytes;
  }

  /** A command's body stands in the record whether it was refused or not. */
  countBody(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Keep the command: `each` sees every changed cell with its snapshot from before. */
  keep(each: (cell: Cell, before: Cell['snapshot']) => void): void {
    this.#bytes += this.#newsBytes() + this.moveBytes + this.#answerBytes + this.priceBytes;
    for (let i = 0; i < this.#cells.length; i += 1) {
      const cell = this.#cells[i];
      if (cell === undefined) continue;
      if (cell.turnMark !== this.#turn) {
        cell.turnMark = this.#turn;
        this.#changed.push(cell);
        if (cell.kind === 'stock') cell.turnIndex = this.#stocksChanged++;
        cell.unsaved += 1;
        this.#bytes += cellBytes(cell);
      }
      each(cell, this.#before[i]);
    }
    this.#keepMoves();
    this.#cells.length = 0;
    this.#before.length = 0;
    this.#setAt.length = 0;
  }

  #keepMoves(): void {
    for (let i = 0; i < this.#moves.length; i += 1) {
      const move = this.#moves[i];
      const stock = this.#movedStocks[i];
      if (move === undefined || stock === undefined) continue;
      const { kind, units, bucket, lots } = move;
      if (kind === 'counted' || onHandChange(move) !== 0) stock.movedAt = undefined;
      this.#keptMoves.push({ kind, units, bucket, lots, stock: stock.turnIndex, command: this.#cause });
    }
    this.#movedStocks.length = 0;
    this.#moves.length = 0;
  }

  /** End the turn: every cell its kept commands changed, all they published and every unit they moved. */
  takeTurn(): {
    readonly changed: readonly Cell[];
    readonly events: readonly Event[];
    readonly moves: readonly RecordedMove[];
    readonly replaced: readonly Replaced[];
    readonly moments: readonly DecisionMoment[];
    readonly prices: SeenPrices | undefined;
  } {
    const [changed, events, moves] = [this.#changed, this.#events, this.#keptMoves];
    const prices = this.#prices.take();
    const taken = { changed, events, moves, replaced: this.#replaced, moments: this.#moments, prices };
    this.#moments = [];
    this.#replaced = [];
    this.#changed = [];
    this.#stocksChanged = 0;
    this.#keptMoves = [];
    this.#events = [];
    this.#bytes = 0;
    this.#turn += 1;
    return taken;
  }
}
