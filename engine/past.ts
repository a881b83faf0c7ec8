/**
 * What already happened, as far as the present needs it: the journal with the record on its way to it, and
 * when records were made. Times are sampled as turns go by, so that the age of a change is mostly known
 * without reading its record.
 */
import type { StoredRecord } from '../storage/journal.ts';
import type { LedgerJournal } from './ledger.ts';
import { settingsRow } from './replaced.ts';
import type { RowBytes } from './rows.ts';

/** Samples kept, and how far apart: an hour and more of turns. */
const samplesMax = 65_536;
const sampleEveryMs = 100;

export class Past implements LedgerJournal {
  readonly #journal: LedgerJournal;
  #appending: StoredRecord | undefined;
  #positions: number[] = [];
  #times: number[] = [];
  /** The newest record's time, which no sample may hold. */
  #lastAtMs = 0;
  /** The record in which a setting changed last; 0: none. */
  settingsAt = 0;
  #headAtMs: { readonly head: number; readonly atMs: number } | undefined;

  constructor(journal: LedgerJournal) {
    this.#journal = journal;
  }

  get head(): number {
    return this.#journal.head;
  }

  get tail(): number {
    return this.#appending?.position ?? this.#journal.tail;
  }

  record(position: number): StoredRecord | undefined {
    return this.#appending?.position === position ? this.#appending : this.#journal.record(position);
  }

  /** A record was made, and is on its way to the journal. */
  append(record: StoredRecord): void {
    this.#appending = record;
    this.note(record.position, record.atMs);
  }

  /** Settings change in the record that comes at this position: the row that says so. */
  settingsChanged(position: number): RowBytes {
    const row = settingsRow(position, this.settingsAt);
    this.settingsAt = position;
    return row;
  }

  /** It is in the journal now. */
  settle(): void {
    this.#appending = undefined;
  }

  /** The record at a position is of this time; later ones are not earlier. */
  note(position: number, atMs: number): void {
    this.#lastAtMs = atMs;
    const last = this.#times.at(-1);
    if (last !== undefined && atMs - last < sampleEveryMs) return;
    this.#positions.push(position);
    this.#times.push(atMs);
    if (this.#times.length <= samplesMax) return;
    this.#positions = this.#positions.slice(samplesMax / 2);
    this.#times = this.#times.slice(samplesMax / 2);
  }

  /** Whether the record at a position was made after a time; undefined: its record must tell. */
  isAfter(position: number, timeMs: number): boolean | undefined {
    if (timeMs >= this.#lastAtMs) return false;
    const next = firstAbove(this.#times, timeMs);
    const before = this.#positions[next - 1];
    if (before !== undefined && position <= before) return false;
    const after = this.#positions[next];
    return after !== undefined && position >= after ? true : undefined;
  }

  /** Whether everything that was trimmed from the journal was made at or before a time. */
  coversAfter(timeMs: number): boolean {
    const { head } = this;
    if (this.#headAtMs?.head !== head) this.#headAtMs = { head, atMs: this.record(head)?.atMs ?? 0 };
    return this.#headAtMs.atMs <= timeMs;
  }
}

/** The first place whose value is above one, in a rising list. */
function firstAbove(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
