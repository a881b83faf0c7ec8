/** How a feed reaches the engine: from within the server, or from a client over its socket. */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Comparison } from '../../engine/outcome.ts';

/** How a request of a feed ended. What stays unanswered may have been done; sent again, it is not done twice. */
export type PortOutcome =
  | { readonly ok: unknown; readonly position: number; readonly refused?: undefined }
  | { readonly refused: Rejection; readonly position: number; readonly ok?: undefined };

export type CompareKind = 'stock.compare' | 'item.compare' | 'location.compare';

export interface FeedPort {
  /** Never rejects. */
  compare(kind: CompareKind, body: object): Promise<Comparison | Rejection> | Comparison | Rejection;
  /** Never rejects. A refusal that passes (`busy`, `too-many`) was retried for a good while already. */
  command<K extends CommandKind>(kind: K, body: CommandBody<K>, commandId: string): Promise<PortOutcome>;
  /** The journal's position now, or why it cannot be had. Never rejects. */
  position(): Promise<number | Rejection> | number;
  /** An id that was never used. */
  newCommandId(): string;
  /** Milliseconds of any steady clock. */
  nowMs(): number;
}
