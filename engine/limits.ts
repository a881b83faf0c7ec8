/** Every bound of the engine. What one message may ask for is bounded in actors/limits.ts. */
import { assert } from './assert.ts';

export interface EngineLimits {
  /** Commands waiting for a turn; one more is refused as busy. */
  readonly inboxCountMax: number;
  /** Commands in one turn. */
  readonly turnCommandsMax: number;
  /** Estimated bytes of one turn's record. A turn takes no more once it is above; one command may overshoot. */
  readonly turnBytesMax: number;
  /** What a command may overshoot to: above, it waits for the next turn. Less than the journal's own bound. */
  readonly recordBytesMax: number;
  /** A command with more lines or entries than this has a turn to itself. */
  readonly smallCommandLinesMax: number;
  /** Orders woken by stock or timers in one turn. */
  readonly turnWakesMax: number;
  /** Of those whom something wakes that may concern many, in one turn: whoever orders meanwhile waits for no more. */
  readonly turnSweptMax: number;
  /** Milliseconds of work after which a turn takes no more of them. */
  readonly turnSweptMs: number;
  /** Orders kept in memory; the longest untouched beyond that are read back when needed. */
  readonly ordersInMemoryMax: number;
  /** Supply documents open at a time. */
  readonly suppliesOpenMax: number;
  /** Returns open at a time; all are in memory. */
  readonly returnsOpenMax: number;
  /** Cases open at a time; all are in memory. Above, none is taken that is reported; what the engine sees is. */
  readonly casesOpenMax: number;
  /** Lots and serials with units anywhere, or recalled; all are in memory. */
  readonly lotsOpenMax: number;
  /** Origins with transit times, over all tables. */
  readonly transitOriginsMax: number;
  /** Versions of rate cards, over all services; all are in memory. */
  readonly rateCardsMax: number;
  /** Reservations that hold units or wait at one time; all are in memory. One more is refused as too-many. */
  readonly reservationsOpenMax: number;
  /** Command ids remembered in memory; older ones are looked up on disk. */
  readonly receiptsInMemoryMax: number;
  /** Rows written in one piece when state is saved behind the journal. */
  readonly savePieceRows: number;
  /** Records that may stand between the journal's tail and the saved rows before saving goes ahead of turns. */
  readonly saveLagMax: number;
  /** A commit that takes longer is reported. */
  readonly commitWarnMs: number;
  /** A commit that takes longer ends the process. */
  readonly commitExitMs: number;
  /** Journal records older than this may be trimmed. */
  readonly retainMs: number;
  /** The oldest journal records are trimmed above this size. */
  readonly retainBytes: number;
  /** Below this free space on disk, commands are refused as storage-full. */
  readonly freeBytesMin: number;
}

/** A command that by its counts takes more than this is measured before it is kept (engine/sizes.ts). */
export const measuredAboveBytes = 64 * 1024;

export const defaultLimits: EngineLimits = {
  inboxCountMax: 16_384,
  turnCommandsMax: 512,
  turnBytesMax: 216 * 1024,
  recordBytesMax: 440 * 1024,
  smallCommandLinesMax: 200,
  turnWakesMax: 256,
  turnSweptMax: 32,
  turnSweptMs: 2,
  ordersInMemoryMax: 20_000,
  reservationsOpenMax: 1_000_000,
  suppliesOpenMax: 50_000,
  returnsOpenMax: 200_000,
  casesOpenMax: 100_000,
  lotsOpenMax: 1_000_000,
  transitOriginsMax: 20_000,
  rateCardsMax: 2_000,
  receiptsInMemoryMax: 200_000,
  savePieceRows: 1_024,
  saveLagMax: 2_000,
  commitWarnMs: 2_000,
  commitExitMs: 10_000,
  retainMs: 7 * 24 * 3_600_000,
  retainBytes: 16 * 1024 ** 3,
  freeBytesMin: 128 * 1024 ** 2,
};

/** Relations between bounds that the engine relies on. */
export function checkLimits(limits: EngineLimits): EngineLimits {
  assert(limits.turnBytesMax >= 16 * 1024, 'a turn holds more than one order');
  const fullTurnBytes = limits.turnBytesMax + measuredAboveBytes;
  assert(limits.recordBytesMax >= fullTurnBytes, 'a turn may overshoot by what is not measured');
  assert(limits.turnCommandsMax <= limits.inboxCountMax, 'a turn takes from the inbox');
  assert(limits.commitWarnMs < limits.commitExitMs, 'a slow commit is reported before it ends the process');
  assert(limits.ordersInMemoryMax >= 2 * limits.turnCommandsMax, 'a turn fits in memory');
  return limits;
}
