/** The cell of a version of a rate card. */
import type { RateCard } from '../actors/rate-commands.ts';
import type { Marks } from './cells.ts';
import type { Rates } from './rates.ts';
import type { Snapshot } from './step.ts';

/** What is known of a version; without a card it was removed. */
export interface RateVersion {
  readonly card?: RateCard | undefined;
}

export interface RateCell extends Marks {
  readonly kind: 'rates';
  /** Carrier, service and version. */
  readonly id: string;
  readonly all: Rates;
  snapshot: Snapshot<RateVersion> | undefined;
  unsaved: number;
}

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const rateCell = (id: string, all: Rates): RateCell => ({ kind: 'rates', id, all, ...fresh });
