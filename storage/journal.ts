/**
 * The seam of durability: all that the engine knows about where its state is kept.
 *
 * A journal is a fenced log of turn records with the state rows they lead to. One process claims a
 * partition, under an epoch larger than every earlier one; from then on it alone can append, one
 * record after another, each "after position n, as epoch e". A state row is a value under a key;
 * rows are written behind the log and say up to which position they are complete, so recovery is
 * "load rows, then apply the records after them".
 *
 * Storage knows keys and values, never orders. It imports nothing of ours.
 * Contract suite: test/storage/contract.ts. Rules: docs/SPEC.md, ids J1…
 */

/** What MessagePack can carry. Values are opaque to storage; they come back deeply equal. */
export type Value = unknown;

/**
 * The number of turn records before and including this one: the first record stands at 1, an empty
 * log at 0.
 */
export type Position = number;

/** The after-image of one row. `null` deletes the row. */
export type Row = readonly [key: string, value: Value | null];

/** Everything one turn did, as one unit: it is in the log whole or not at all. */
export interface TurnRecord {
  /** The turn's one reading of the clock, milliseconds since 1970. */
  readonly atMs: number;
  /** The commands of the turn with what was answered to each. */
  readonly commands: readonly Value[];
  /** The rows that changed, as they stand after the turn. */
  readonly rows: readonly Row[];
  /** What happened, in order, for subscribers. */
  readonly events: readonly Value[];
  /** Messages for the world outside, to be sent after the turn is durable. */
  readonly outbox: readonly Value[];
  /** What moved which rows, in the engine's own encoding; absent when nothing did. */
  readonly movements?: Value | undefined;
}

/** A record as read back, with its place in the log. */
export interface StoredRecord extends TurnRecord {
  readonly position: Position;
  readonly epoch: bigint;
}

/**
 * How an append can end, other than by being durable. A thrown `JournalError` carries one of these.
 */
export type JournalErrorCode =
  /** Somebody else claimed the partition: stop, answer nobody. */
  | 'fenced'
  /**
   * The store failed and cannot say whether the record is there: stop, come back, read the truth.
   */
  | 'unknown'
  /** Another live process owns this directory. */
  | 'owned'
  /** A record, row or page does not carry what its checksum, length, hash or epoch say. */
  | 'corrupt'
  /** The data directory was written by a newer version. */
  | 'newer-version'
  /** The record is larger than `recordBytesMax`. A bug of the engine: it cuts turns to fit. */
  | 'oversize'
  /**
   * `append` was called with a wrong `after`, or twice at once; `trim` beyond the saved rows. A
   * bug.
   */
  | 'misuse'
  /** The claim was released. */
  | 'released';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why a claim is no longer good. Whoever holds it must stop at once, without answering anybody. */
export interface Loss {
  readonly code: 'fenced' | 'unknown';
  readonly message: string;
}

/** Room on the disk under the data directory. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface JournalStats {
  readonly tail: Position;
  /**
   * Positions before this one were trimmed. The first readable record is `head`; head = tail + 1
   * when empty.
   */
  readonly head: Position;
  readonly savedAt: Position;
  readonly epoch: bigint;
  /** Encoded bytes of the records still in the log, checksums and headers included. */
  readonly recordBytes: number;
  /** Size of the store's files on disk. */
  readonly fileBytes: number;
  readonly formatVersion: number;
}

/** What a verification found. `faults` is empty for a sound store. */
export interface Verification {
  readonly records: number;
  readonly rows: number;
  readonly faults: readonly string[];
}

export interface Journal {
  /**
   * Become the only writer of the partition. Resolves when the new epoch is durable and the tail of
   * the log is verified. Rejects `owned` while another live process holds the directory,
   * `newer-version`, or `corrupt` (naming the position or file at fault).
   * @param owner shown to whoever finds the partition owned: process, host, address.
   */
  claim(owner: string): Promise<Claim>;
}

export interface Claim {
  /** Larger than every earlier claim's. */
  readonly epoch: bigint;
  /** The last record in the log. Grows with each append. */
  readonly tail: Position;
  /** The first record still readable (tail + 1 when none is). */
  readonly head: Position;
  /** The saved rows hold everything up to and including this position. */
  readonly savedAt: Position;

  /**
   * One saved row, or undefined. Synchronous: rows are local. Rows are saved behind the log: see
   * `savedAt`.
   */
  row(key: string): Value | undefined;
  /**
   * All saved rows whose key begins with `prefix`, in key order, verified; read in bounded pieces.
   */
  rows(prefix: string): AsyncIterable<Row>;
  /**
   * Up to `limit` saved rows from a key on whose key begins with `prefix`, in key order, verified. Synchronous, so
   * for few.
   */
  page(from: string, prefix: string, limit: number): readonly Row[];
  /**
   * The records after a position, gap-free and verified: checksum, previous hash, epoch never
   * falling.
   */
  records(after: Position): AsyncIterable<StoredRecord>;
  /** One record, verified; undefined when it was trimmed or is not there yet. */
  record(position: Position): StoredRecord | undefined;

  /**
   * Append one record at `after + 1`. Durable when it resolves; one call at a time.
   * Rejects with `fenced` or `unknown` (see JournalErrorCode): after either, `lost` resolves and
   * the claim is dead.
   */
  append(record: TurnRecord, after: Position): Promise<Position>;
  /**
   * Save after-images of rows, in one transaction, together with the statement that saved rows are
   * complete up to and including `at`. Never blocks an append; never runs ahead of one (`at` ≤
   * tail). Applying a row twice is harmless. `at` may be omitted to save a piece of a larger save
   * whose last piece will carry it.
   */
  save(rows: readonly Row[], at?: Position): Promise<void>;
  /**
   * Forget records before `before`. Only what saved rows cover: `before` ≤ savedAt + 1, else
   * `misuse`.
   */
  trim(before: Position): Promise<void>;

  /**
   * Check up to `limit` stored items from where the last call stopped, wrapping; for a background
   * scrub.
   */
  scrub(limit: number): Promise<Verification>;
  /**
   * A consistent copy in a new directory, while serving: written, opened again and verified before
   * this resolves.
   */
  backup(directory: string): Promise<Verification>;
  space(): Promise<Space>;
  stats(): JournalStats;

  /** Resolves, never rejects, when the claim is lost: fenced, or a write ended unknown. */
  readonly lost: Promise<Loss>;
  /** Finish what is under way and let go. */
  release(): Promise<void>;
}

/** The largest encoded turn record, in bytes. The engine cuts its turns to stay well below. */
export const recordBytesMax = 512 * 1024;
