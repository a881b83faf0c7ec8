/**
 * Words of feeds, shared by the door of the server, the client and the command line: what a feed brings,
 * how one of its rows looks, and what is told of it while it runs and at its end.
 */
import type { NamedLot } from '../../actors/lot-commands.ts';
import type { RejectionCode, Rejection } from '../../actors/rejection.ts';

export const feedKinds = ['stock', 'items', 'locations'] as const;
/** What the rows of a feed are: counts and deltas of stock, settings of SKUs, locations. */
export type FeedKind = (typeof feedKinds)[number];

/** Which units a row is about, where the SKU is tracked. */
interface NamedRow {
  readonly lots?: readonly NamedLot[] | undefined;
  readonly serials?: readonly string[] | undefined;
}

/** A count: what is physically there. */
export interface CountRow extends NamedRow {
  readonly sku: string;
  readonly location: string;
  readonly onHand: number;
  /** When it was counted; default: when the feed was first opened, or, where it names lots, when it is taken. */
  readonly countedAtMs?: number | undefined;
}

/** Units found (+) or lost (−). */
export interface DeltaRow extends NamedRow {
  readonly sku: string;
  readonly location: string;
  readonly delta: number;
  /** Default: that of the feed. */
  readonly reason?: string | undefined;
}

/** One row of a feed by its place, or why it cannot be read. */
export type FeedRow =
  | { readonly row: number; readonly value: object; readonly refused?: undefined }
  | { readonly row: number; readonly refused: Rejection; readonly value?: undefined };

/** A row that was not taken: the first line of a file is row 1, a CSV header included. */
export interface RefusedRow {
  readonly row: number;
  readonly code: RejectionCode;
  readonly detail: string;
  /** The column at fault. */
  readonly field?: string | undefined;
}

/** How far a feed is. Rows are those read; each ends in one of the sums after it. */
export interface FeedTally {
  readonly rows: number;
  /** Said what is known already, or were taken by an earlier sending of the same feed. */
  readonly unchanged: number;
  readonly changed: number;
  /** Counts older than one that was taken before: dropped. */
  readonly outdated: number;
  readonly refused: number;
}

/** What became of a feed. */
export interface FeedSummary extends FeedTally {
  readonly feed: string;
  readonly kind: FeedKind;
  readonly refusedByCode: Readonly<Partial<Record<RejectionCode, number>>>;
  /** The first of them, up to the number asked for. */
  readonly refusals: readonly RefusedRow[];
  /** Orders that lost units to it and were sourced again, each time counted; the first of them by name. */
  readonly displaced: number;
  readonly displacedOrders: readonly string[];
  readonly durationMs: number;
  /** Why it ended before its end; absent when all of it was read and done. */
  readonly stopped?: RefusedRow | undefined;
}

/** Bounds of one feed. */
export const feedLimits = {
  rowsMax: 20_000_000,
  /** Characters of one row; a longer one is refused without being held. */
  rowCharsMax: 16_384,
  columnsMax: 100,
  /** Rows compared at once. */
  compareMax: 500,
  /** Entries of one command: small enough that orders share its turn. */
  entriesMax: 100,
  /** Refused rows and displaced orders told by name; the rest is counted. */
  refusalsMax: 1_000,
  refusalsDefault: 100,
  displacedMax: 100,
  /** Rows whose names are remembered, to find one that comes twice. */
  rememberedMax: 4_000_000,
} as const;

/** A feed cannot go on: its header, its form, or what it is asked as. */
export class FeedFault extends Error {
  override readonly name = 'FeedFault';
  readonly refusal: RefusedRow;
  constructor(refusal: RefusedRow) {
    super(`row ${refusal.row}: ${refusal.detail}`);
    this.refusal = refusal;
  }
}
