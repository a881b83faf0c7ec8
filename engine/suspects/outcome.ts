/** What questions about suspect stock and short picks are answered with. */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Reach, Suspect } from '../../actors/suspect.ts';
import type { WhatIfOrder, WhatIfSums } from '../outcome-what-if.ts';

/** A correction of stock that a short pick makes. */
export interface ShortCorrection {
  readonly sku: Sku;
  readonly location: LocationId;
  /** The units of the movement `short`. */
  readonly units: number;
  readonly onHandBefore: number;
  readonly onHandAfter: number;
  /** Whether what is left is suspect then. */
  readonly suspect: boolean;
}

/** An order before and after, and by how much. */
export interface ShortOrder extends WhatIfOrder {
  /** What its parcels cost more, in minor units, and how much later the last of them is there, where that is known. */
  readonly moreMinor: number;
  readonly laterMs?: number | undefined;
  /** Units that stay where they are suspect: nobody else has them. */
  readonly staying: number;
}

export interface ShortPreview {
  readonly atMs: number;
  /** Why it would be refused; then nothing else is told. */
  readonly refused?: Rejection | undefined;
  /** How far a short pick reaches at this location. */
  readonly reach: Reach;
  readonly corrections: readonly ShortCorrection[];
  /** The order that is picked; absent: every unit was found. */
  readonly order?: ShortOrder | undefined;
  /** The others, the first that got units there first; and whether there are more than were looked at. */
  readonly orders: readonly ShortOrder[];
  readonly isCut: boolean;
  readonly before: WhatIfSums;
  readonly after: WhatIfSums;
  readonly text: readonly string[];
}

export interface SuspectAnswers {
  'suspect.list': {
    readonly suspects: readonly Suspect[];
    readonly next?: { readonly location: LocationId; readonly sku: Sku } | undefined;
  };
  'short.preview': ShortPreview | null;
}
