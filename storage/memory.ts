/**
 * A journal in memory, with a disk that outlives it: for tests and the simulation.
 *
 * The same bytes are kept as on a real disk, so damage is real damage. Nothing here tells the time
 * or rolls dice: what happens is decided by the caller's schedule, hooks and `keep`.
 *
 *     const disk = new MemoryDisk();
 *     const claim = await disk.journal().claim('test');
 */

import { openClaim } from './claim.ts';
import { nothingSaved, origin, type Link, type Saved } from './codec.ts';
import { JournalError, type Claim, type Journal, type Position, type Space } from './journal.ts';
import { compareKeys } from './keys.ts';
import { MemoryDriver } from './memory-driver.ts';

export type WriteKind = 'append' | 'save' | 'trim';

export interface MemoryDiskOptions {
  /**
   * How a write becomes durable: called with the step that makes it so. Default: in a microtask.
   * `'manual'` leaves every write under way until `settle()`.
   */
  readonly schedule?: ((settle: () => void) => void) | 'manual' | undefined;
  readonly totalBytes?: number | undefined;
}

/** A write under way: not durable, not failed. */
interface Pending {
  readonly kind: WriteKind;
  /** Never settles: only a crash takes it away. */
  readonly hangs: boolean;
  /** Make it durable if the fence lets it; says whether it did. */
  readonly apply: () => boolean;
  readonly resolve: (durable: boolean) => void;
  readonly reject: (error: Error) => void;
}

type Fault = { readonly how: 'hang' } | { readonly how: 'unknown'; readonly applied: boolean };

export class MemoryDisk {
  /** Durable contents. Tests may look; only drivers and the hooks below write. */
  readonly records = new Map<Position, Uint8Array>();
  readonly rows = new Map<string, Uint8Array>();
  readonly backups = new Map<string, MemoryDisk>();
  base: Link = origin;
  saved: Saved = nothingSaved;
  epoch = 0n;
  /** Processes so far: each crash begins a new one. */
  generation = 0;
  formatVersion = 1;
  readonly #options: MemoryDiskOptions;
  readonly #pending: Pending[] = [];
  readonly #faults = new Map<WriteKind, Fault[]>();
  #full = false;
  #sortedKeys: string[] | undefined;

  constructor(options: MemoryDiskOptions = {}) {
    this.#options = options;
  }

  /** The journal of a process that has this disk. */
  journal(): Journal {
    return { claim: (owner) => this.#claim(owner) };
  }

  /**
   * Make the writes under way durable, oldest first, at most `count`. @returns how many it settled.
   */
  settle(count = Number.POSITIVE_INFINITY): number {
    const ready = this.#pending.filter((write) => !write.hangs).slice(0, count);
    for (const write of ready) this.#settleOne(write);
    return ready.length;
  }

  /** Writes under way, oldest first. */
  get pending(): readonly WriteKind[] {
    return this.#pending.map(({ kind }) => kind);
  }

  /**
   * The process dies. Writes under way never settle; each survives on disk if `keep` says so, a
   * function being asked once a write (give it the simulation's random source). Its claims are dead
   * for ever.
   */
  crash(options: { readonly keep?: boolean | ((kind: WriteKind) => boolean) } = {}): void {
    const { keep = false } = options;
    for (const write of this.#pending.splice(0)) {
      if (typeof keep === 'function' ? keep(write.kind) : keep) write.apply();
    }
    this.generation += 1;
    this.#faults.clear();
  }

  /** The next write of this kind rejects; with `applied` it is on disk nevertheless. */
  failNext(kind: WriteKind, how: 'unknown' = 'unknown', applied = false): void {
    this.#addFault(kind, { how, applied });
  }

  /** The next write of this kind never settles; a crash decides whether it is on disk. */
  hangNext(kind: WriteKind): void {
    this.#addFault(kind, { how: 'hang' });
  }

  /** The disk is full, or no longer: no room, and every append and save rejects. */
  fill(full = true): void {
    this.#full = full;
  }

  /** A torn write: the second half of the record's bytes never reached the disk. */
  tear(position: Position): void {
    const bytes = mustHave(this.records.get(position), `record ${position}`);
    const half = bytes.length / 2;
    this.records.set(position, bytes.map((byte, at) => (at < half ? byte : 0)));
  }

  /** Turn over one bit of a record's byte. */
  flip(position: Position, byte: number): void {
    const bytes = Uint8Array.from(mustHave(this.records.get(position), `record ${position}`));
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    this.records.set(position, bytes);
  }

  /** Turn over one bit of a row's byte. */
  flipRow(key: string, byte: number): void {
    const bytes = Uint8Array.from(mustHave(this.rows.get(key), `row ${key}`));
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    this.rows.set(key, bytes);
  }

  /** Put a write under way, or to the fate a hook has chosen for it. For drivers. */
  write(kind: WriteKind, apply: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const fault = this.#faults.get(kind)?.shift();
      if (this.#full && kind !== 'trim') {
        reject(new Error('no space left on the disk'));
      } else if (fault?.how === 'unknown') {
        if (fault.applied) apply();
        reject(new Error(`the ${kind} failed`));
      } else {
        const write: Pending = { kind, hangs: fault !== undefined, apply, resolve, reject };
        this.#pending.push(write);
        this.#schedule(write);
      }
    });
  }

  /** Row keys in order, for drivers. Sorted when first asked for after a change. */
  sortedKeys(): readonly string[] {
    this.#sortedKeys ??= [...this.rows.keys()].toSorted(compareKeys);
    return this.#sortedKeys;
  }

  putRow(key: string, bytes: Uint8Array | null): void {
    if (bytes === null ? this.rows.has(key) : !this.rows.has(key)) this.#sortedKeys = undefined;
    if (bytes === null) this.rows.delete(key);
    else this.rows.set(key, bytes);
  }

  space(): Space {
    const totalBytes = this.#options.totalBytes ?? 2 ** 40;
    return { totalBytes, freeBytes: this.#full ? 0 : Math.max(0, totalBytes - this.bytes()) };
  }

  bytes(): number {
    let sum = 0;
    for (const bytes of this.records.values()) sum += bytes.length;
    for (const bytes of this.rows.values()) sum += bytes.length;
    return sum;
  }

  /**
   * A copy of what is durable now. Stored bytes are never changed in place, so sharing them is
   * safe.
   */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.#options);
    for (const [position, bytes] of this.records) copy.records.set(position, bytes);
    for (const [key, bytes] of this.rows) copy.putRow(key, bytes);
    copy.base = this.base;
    copy.saved = this.saved;
    copy.epoch = this.epoch;
    return copy;
  }

  async #claim(_owner: string): Promise<Claim> {
    if (this.formatVersion > 1) {
      const message = `the store is in format ${this.formatVersion}; this build reads up to 1`;
      throw new JournalError('newer-version', message);
    }
    await Promise.resolve();
    this.epoch += 1n;
    const driver = new MemoryDriver(this, this.epoch);
    return openClaim(driver, driver.marks(), async () => {});
  }

  #addFault(kind: WriteKind, fault: Fault): void {
    this.#faults.set(kind, [...(this.#faults.get(kind) ?? []), fault]);
  }

  #schedule(write: Pending): void {
    const { schedule = queueMicrotask } = this.#options;
    if (schedule !== 'manual' && !write.hangs) schedule(() => this.#settleOne(write));
  }

  #settleOne(write: Pending): void {
    const at = this.#pending.indexOf(write);
    if (at < 0) return; // settled by hand before, or gone with a crash
    this.#pending.splice(at, 1);
    write.resolve(write.apply());
  }
}

function mustHave<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new JournalError('misuse', `no ${what} on this disk`);
  return value;
}
