/** What the parts of one running feed share. */
import type { Rejection } from '../../actors/rejection.ts';
import type { FeedKind, FeedTally, RefusedRow } from './feed.ts';
import type { FeedPort } from './port.ts';
import type { Tally } from './tally.ts';
import type { Window } from './window.ts';

export interface ImportOptions {
  readonly feed: string;
  readonly kind: FeedKind;
  /** Why units were found or lost, where a row of a delta does not say. */
  readonly reason: string;
  /** `stop`: the rows before a bad one are taken, those after it are not. Default: the rest goes on. */
  readonly onError?: 'go-on' | 'stop' | undefined;
  /** Commands under way at a time. */
  readonly inFlightMax: number;
  /** Refused rows told by name. */
  readonly refusalsMax?: number | undefined;
  /** Why this row must not go on, besides what the engine says of it: the reach of the credential. */
  readonly refuses?: ((value: object) => Rejection | undefined) | undefined;
  readonly onProgress?: ((tally: FeedTally) => void) | undefined;
  readonly onRefused?: ((row: RefusedRow) => void) | undefined;
}

/** What takes rows of one kind. */
export interface Batches {
  add(row: number, value: object): Promise<void>;
  /** Send what waits for more to come. */
  flush(): Promise<void>;
}

/** What batches need of the feed they belong to. */
export interface FeedContext {
  readonly port: FeedPort;
  readonly options: ImportOptions;
  readonly tally: Tally;
  readonly window: Window;
  /** The instant the feed was first opened. */
  readonly openedAtMs: number;
  /** Commands answered up to this position were done by an earlier sending. */
  readonly beganAt: number;
}

/** A refusal without what a row has no use for. */
export function bare({ code, detail, field }: Rejection): Omit<RefusedRow, 'row'> {
  return field === undefined ? { code, detail } : { code, detail, field };
}
