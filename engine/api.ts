/**
 * The engine as the gateway sees it. engine/engine.ts implements it; of the rest of `engine/` the gateway
 * imports outcome.ts, limits.ts, clock.ts and assert.ts alone.
 */
import type { Command } from '../actors/commands.ts';
import type { QueryKind, QueryOf } from '../actors/queries.ts';
import type { Divergence } from '../actors/divergence.ts';
import type { ChannelId, OrderId, ReservationId, Sku } from '../actors/ids.ts';
import type { DeliveryMethod } from '../actors/vocabulary.ts';
import type { EngineMode, Published, QueryAnswer, Reply } from './outcome.ts';

export interface EngineApi {
  readonly mode: EngineMode;
  /** The last durable position. */
  readonly position: number;
  /** The first position still readable by `replay`. */
  readonly head: number;
  /** Queue a command. Returns at once; `reply` is called once, after the turn is durable. Never throws. */
  submit(command: Command, reply: Reply): void;
  /** Answer from what is durable or decided so far. Never throws for a checked query. */
  query<K extends QueryKind>(query: QueryOf<K>): QueryAnswer<K>;
  /** Called after every durable turn, in order, before its replies go out. Returns the undo. */
  onPublished(listener: (published: Published) => void): () => void;
  /** Called with decisions that shadows would make otherwise, some time after they are durable. Returns the undo. */
  onDiverged(listener: (found: readonly Divergence[]) => void): () => void;
  /**
   * What was published after a position, from the journal, up to the position durable when called.
   * The caller checks `after ≥ head − 1` first; if records vanish meanwhile the iteration throws.
   */
  replay(after: number): AsyncIterable<Published>;
  /** The channel an order was placed through; undefined for an unknown order. For authorisation. */
  channelOf(orderId: OrderId): ChannelId | undefined;
  /** The channel a reservation was made through; undefined for an unknown one. For authorisation. */
  reservationChannelOf(reservationId: ReservationId): ChannelId | undefined;
  /**
   * The units a channel may sell of a SKU now, delivered by a method (absent: shipped) to a
   * customer of a segment. Infinity of what is
   * sold without stock: told to others as `unlimited` (actors/available.ts).
   */
  atp(sku: string, channel?: ChannelId, method?: DeliveryMethod, segment?: string): number;
  /** The kits that a SKU is a component of: what can be sold of them changes with it. */
  kitsOf(sku: Sku): readonly Sku[];
  /** A consistent, verified copy in a new directory, while serving. Rejects with the reason. */
  backup(directory: string): Promise<{ records: number; rows: number }>;
  /** Finish the turn under way, save, release the journal. */
  close(): Promise<void>;
}
