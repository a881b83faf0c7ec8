/** What is told of prices and forecasts. */
import type { LoadedForecast } from '../actors/forecast-commands.ts';
import type { LocationId } from '../actors/ids.ts';

/** Minor units, fractions included. */
export interface LocationPrice {
  readonly location: LocationId;
  /** What is in force. */
  readonly priceMinor: number;
  readonly closedMinor: number;
  /** From sampled futures; absent: the closed form stands alone here. */
  readonly sampledMinor?: number | undefined;
}

export interface PriceView {
  /** What a decision that went by it names; grows with every change of any price. */
  readonly version: number;
  readonly atMs: number;
  readonly prices: readonly LocationPrice[];
  /** `blended`: sampled futures count as well, reckoned from the stock of `sampledAtMs`. */
  readonly basis: 'closed' | 'blended';
  readonly sampledAtMs?: number | undefined;
  /** Where the solver of sampled futures stands. */
  readonly solver: SolverState;
}

/** The price of room for one parcel, where a location has one. */
export interface RoomPrice {
  readonly location: LocationId;
  readonly priceMinor: number;
}

/**
 * `off`: there is none; `idle`: nothing is wanted; `gathering`: a question is put together; `asked`: it is at work;
 * `resting`: between two questions; `failing`: the last question came to nothing, another try follows.
 */
export type SolverState = 'off' | 'idle' | 'gathering' | 'asked' | 'resting' | 'failing';

/** How the keeping of prices goes, since the start of this process. */
export interface PriceStatus {
  readonly version: number;
  readonly skus: number;
  /** SKUs that wait to be refreshed. */
  readonly dirty: number;
  /** Refreshes of one SKU, and the milliseconds they took together. */
  readonly refreshes: number;
  readonly refreshMs: number;
  readonly solver: SolverState;
  /** SKUs that wait for sampled futures. */
  readonly wanted: number;
  readonly questions: number;
  readonly answers: number;
  readonly failures: number;
  /** Milliseconds of the engine's thread that questions and answers took together, and the longest piece of them. */
  readonly askMs: number;
  readonly askPieceMs: number;
  /** When prices of sampled futures came last; absent: never yet. */
  readonly answeredAtMs?: number | undefined;
}

/** Units an hour that orders from a region will want, by what was learnt. */
export interface LearntDemand {
  readonly country: string;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly perDay: number;
}

export interface ForecastView {
  /** As it was put; absent: nothing is loaded. */
  readonly loaded?: LoadedForecast | undefined;
  /** Absent where no prices are kept, or nothing of it was ordered or taken. */
  readonly learnt?:
    | {
        readonly regions: readonly LearntDemand[];
        /** Units a day that people take out of stores. */
        readonly walkIns: readonly { readonly location: LocationId; readonly perDay: number }[];
      }
    | undefined;
}
