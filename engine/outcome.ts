/** What comes out of the engine: outcomes of commands, answers of queries, and what one turn published. */
import type { CarrierCard, Channel, Location } from '../actors/network-commands.ts';
import type { LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { OrderState, QueryKind } from '../actors/queries.ts';
import type { Rejection } from '../actors/rejection.ts';
import type { Event, OrderView, StockChange, StockLevels } from '../actors/vocabulary.ts';

/** How a command ended, durably: the same for every retry with the same id and body. */
export type Outcome =
  | { readonly ok: unknown; readonly refused?: undefined; readonly position: number }
  | { readonly refused: Rejection; readonly ok?: undefined; readonly position: number };

/** Called once per submitted command, after its turn is durable (or at once for busy, storage-full, stopping). */
export type Reply = (outcome: Outcome) => void;

/** All that one durable turn changed, in the order it happened. Shared by all subscribers: never mutate. */
export interface Published {
  readonly position: number;
  readonly atMs: number;
  readonly events: readonly Event[];
  /** One entry for each SKU-location that changed, with its balances after the turn. */
  readonly stock: readonly StockChange[];
}

/** `serving` takes commands; `full` refuses them as storage-full; `stopping` and `lost` refuse all. */
export type EngineMode = 'serving' | 'full' | 'stopping' | 'lost';

export interface StockView extends StockLevels {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly atp: number;
}

export interface CarrierView extends CarrierCard {
  readonly state: 'open' | 'suspended';
  /** Why, while suspended. */
  readonly reason?: string | undefined;
  /** Parcels handed over and not yet delivered. */
  readonly inTransit: number;
}

export interface OrderCounts {
  readonly byState: Readonly<Partial<Record<OrderState, number>>>;
  /** Open orders with at least one fulfillment there that has not left yet. */
  readonly byLocation: Readonly<Record<string, number>>;
}

export interface EngineStatus {
  readonly mode: EngineMode;
  readonly position: number;
  readonly head: number;
  readonly savedAt: number;
  readonly epoch: string;
  readonly openOrders: number;
  readonly ordersInMemory: number;
  readonly stocks: number;
  readonly timers: number;
  readonly inbox: number;
  /** Encoded bytes of the records still in the journal. */
  readonly recordBytes: number;
}

export interface Answers {
  'order.get': OrderView | null;
  'order.list': { readonly orders: readonly OrderView[]; readonly next?: OrderId | undefined };
  'order.counts': OrderCounts;
  'stock.get': readonly StockView[];
  'atp.get': Readonly<Record<string, number>>;
  'location.list': readonly Location[];
  'channel.list': readonly Channel[];
  'carrier.list': readonly CarrierView[];
  'carrier.get': CarrierView | null;
  'engine.status': EngineStatus;
}

/** An answer, and the durable position it is at least as new as. */
export interface QueryAnswer<K extends QueryKind> {
  readonly ok: Answers[K];
  readonly position: number;
}
