/**
 * Cells: where the engine keeps each live thing. A cell's snapshot is immutable and is replaced through
 * engine/changes.ts only; marks tell, without a search, what the present command and turn have touched.
 */
import type { CarrierContext, CarrierEffect, CarrierMessage } from '../actors/carrier.ts';
import { carrierMachine } from '../actors/carrier.ts';
import type { Lot, LotShipment } from '../actors/lots.ts';
import type { Pace, StandingRule } from '../actors/buffer-growth.ts';
import type { Item, Untracked } from '../actors/item-commands.ts';
import { noShape, type Shape } from '../actors/item-shape.ts';
import type { Pool } from '../actors/pool-commands.ts';
import type { CarrierCard, Channel, Location } from '../actors/network-commands.ts';
import type { BufferId, CarrierId, ChannelId, LocationId, OrderId } from '../actors/ids.ts';
import type { PoolId, ReservationId, Sku, SupplyId } from '../actors/ids.ts';
import type { OrderContext, OrderEffect, OrderInput, OrderMessage } from '../actors/order-context.ts';
import { orderMachine } from '../actors/order.ts';
import type {
  ReservationContext,
  ReservationEffect,
  ReservationInput,
  ReservationMessage,
} from '../actors/reservation-context.ts';
import { reservationMachine } from '../actors/reservation.ts';
import type { StockContext, StockMessage } from '../actors/stock-ledger.ts';
import { stockMachine, type StockInput } from '../actors/stock.ts';
import type { SupplyContext, SupplyEffect, SupplyInput, SupplyMessage } from '../actors/supply-context.ts';
import { supplyMachine } from '../actors/supply.ts';
import type { Transit } from '../actors/transit-commands.ts';
import type { Buffers } from './buffers.ts';
import type { PromiseCell } from './jeopardy/promise-cell.ts';
import type { CaseCell, CaseLogCell, CaseOrderCell, PlaybookCell } from './cases/case-cells.ts';
import type { DriftCell } from './drift-cell.ts';
import type { PlanCell, SeatCell, ShadowCell, TrialCell } from './plan-cells.ts';
import type { PaymentCell } from './payments/cell.ts';
import type { IntakeCell } from './intake/cells.ts';
import type { OrderReturnsCell, ReturnCell, ReturnPolicyCell } from './return-cells.ts';
import type { Pools } from './pools.ts';
import type { TaskCell, TerminalCell } from './floor/cells.ts';
import type { DropLine } from './drop-line.ts';
import type { LoadedForecast } from '../actors/forecast-commands.ts';
import { Holders } from './holders.ts';
import type { Lots, SkuLots } from './lots.ts';
import type { Work } from './promise/capacity.ts';
import type { SellingViews, Sum } from './selling.ts';
import type { SuspectCell } from './suspects/suspect-cell.ts';
import type { Quota } from './quotas.ts';
import type { TrackingCell } from './tracking/parcel-cell.ts';
import type { RateCell } from './rate-cell.ts';
import { compile, type Snapshot } from './step.ts';
import type { Waiting } from './waiting.ts';

export const orderSteps = compile<OrderContext, OrderMessage, OrderEffect, OrderInput>(orderMachine);
export const reservationSteps = compile<ReservationContext, ReservationMessage, ReservationEffect, ReservationInput>(
  reservationMachine,
);
export const stockSteps = compile<StockContext, StockMessage, never, StockInput>(stockMachine);
export const carrierSteps = compile<CarrierContext, CarrierMessage, CarrierEffect, CarrierCard>(carrierMachine);
export const supplySteps = compile<SupplyContext, SupplyMessage, SupplyEffect, SupplyInput>(supplyMachine);

export interface Marks {
  /** The command that last changed it, so that its snapshot before that command is kept once. */
  commandMark: number;
  /** The turn that last changed it, so that it is in that turn's rows once. */
  turnMark: number;
  /** The batch of the saver it was last in, so that it is in that batch once. */
  batchMark: number;
}

export interface OrderCell extends Marks {
  readonly kind: 'order';
  readonly id: OrderId;
  /** Undefined while the order does not exist: before it is placed, and again when that is undone. */
  snapshot: Snapshot<OrderContext> | undefined;
  /** As it was when it was last listed for searches (engine/search/); undefined: it never was. */
  listed: Snapshot<OrderContext> | undefined;
  /** Changes not yet saved behind the journal; while > 0 it stays in memory. */
  unsaved: number;
}

export interface ReservationCell extends Marks {
  readonly kind: 'reservation';
  readonly id: ReservationId;
  /** Undefined while it does not exist: before it is made, and again when that is undone. */
  snapshot: Snapshot<ReservationContext> | undefined;
  /** When its timer comes: never after it expires. 0: none is set. */
  timerAtMs: number;
  unsaved: number;
}

export interface StockCell extends Marks {
  readonly kind: 'stock';
  readonly sku: SkuCell;
  readonly location: LocationCell;
  /** The key of its row, once it had one: a stock is written again and again. */
  key: string | undefined;
  snapshot: Snapshot<StockContext> | undefined;
  /** Units to promise, kept with the snapshot: sourcing reads this alone. */
  atp: number;
  /** Orders with units allocated here. */
  readonly holders: Holders;
  pace: PaceCell | undefined;
  /** Reservations with units held here. */
  reservers: Set<ReservationId> | undefined;
  /** The record that last changed it, and the one before that: where its ledger is read from. 0: none. */
  changedAt: number;
  changedBefore: number;
  /** Its place among the stocks that the turn under way has changed. */
  turnIndex: number;
  /**
   * The record that last changed what is physically there, or counted it; `undefined` while that is of the
   * turn under way. After a restart the last that changed the stock at all.
   */
  movedAt: number | undefined;
  unsaved: number;
}

export interface CarrierCell extends Marks {
  readonly kind: 'carrier';
  readonly id: CarrierId;
  snapshot: Snapshot<CarrierContext> | undefined;
  unsaved: number;
}

export interface LocationCell extends Marks {
  readonly kind: 'location';
  readonly id: LocationId;
  /** Place in the world's list of locations. */
  readonly index: number;
  readonly views: SellingViews;
  snapshot: Snapshot<Location> | undefined;
  unsaved: number;
}

export interface ChannelCell extends Marks {
  readonly kind: 'channel';
  readonly id: ChannelId;
  readonly views: SellingViews;
  snapshot: Snapshot<Channel> | undefined;
  unsaved: number;
}

export interface ItemCell extends Marks {
  readonly kind: 'item';
  readonly id: Sku;
  readonly sku: SkuCell;
  /** The cell of any other SKU, made when new. */
  readonly cellOf: (sku: Sku) => SkuCell;
  /** Every SKU that is sold without stock. */
  readonly untracked: Set<SkuCell>;
  snapshot: Snapshot<Item> | undefined;
  unsaved: number;
}

export interface SupplyCell extends Marks {
  readonly kind: 'supply';
  readonly id: SupplyId;
  snapshot: Snapshot<SupplyContext> | undefined;
  unsaved: number;
}

export interface ForecastCell extends Marks {
  readonly kind: 'forecast';
  readonly id: Sku;
  snapshot: Snapshot<LoadedForecast> | undefined;
  unsaved: number;
}

export interface TransitCell extends Marks {
  readonly kind: 'transit';
  /** Table and origin (engine/promise/transit.ts). */
  readonly id: string;
  snapshot: Snapshot<Transit> | undefined;
  unsaved: number;
}

/** The work a location was given, by the hour; only of locations with a capacity. */
export interface WorkCell extends Marks {
  readonly kind: 'work';
  readonly id: LocationId;
  snapshot: Snapshot<Work> | undefined;
  unsaved: number;
}

export interface QuotaCell extends Marks {
  readonly kind: 'quota';
  /** SKU and customer (engine/quotas.ts). */
  readonly id: string;
  snapshot: Snapshot<Quota> | undefined;
  unsaved: number;
}

/** A lot, or a serial. */
export interface LotCell extends Marks {
  readonly kind: 'lot';
  /** Lot and SKU (engine/lots.ts). */
  readonly id: string;
  readonly sku: SkuCell;
  readonly all: Lots;
  /** What its place among others depends on, also when its snapshot is undone. */
  order: Lot | undefined;
  snapshot: Snapshot<Lot> | undefined;
  unsaved: number;
}

/** One shipment that a lot went with. */
export interface LotShipmentCell extends Marks {
  readonly kind: 'lot-shipment';
  readonly id: string;
  snapshot: Snapshot<LotShipment> | undefined;
  unsaved: number;
}

export type Cell =
  | LotCell
  | LotShipmentCell
  | DriftCell
  | QuotaCell
  | OrderCell
  | ReservationCell
  | StockCell
  | CarrierCell
  | LocationCell
  | ChannelCell
  | ItemCell
  | SupplyCell
  | BufferCell
  | PoolCell
  | PaceCell
  | TransitCell
  | ForecastCell
  | WorkCell
  | TrackingCell
  | PlanCell | SeatCell | TrialCell | ShadowCell
  | RateCell
  | ReturnCell | OrderReturnsCell | ReturnPolicyCell
  | IntakeCell
  | TerminalCell | TaskCell
  | PaymentCell
  | SuspectCell
  | PromiseCell
  | CaseCell | CaseOrderCell | CaseLogCell | PlaybookCell;

export interface PoolCell extends Marks {
  readonly kind: 'pool';
  readonly id: PoolId;
  readonly sku: SkuCell;
  readonly all: Pools;
  /** `put` while it is there, `removed` after. */
  snapshot: Snapshot<Pool> | undefined;
  unsaved: number;
}

/** How fast orders took units of a stock of late; only where a buffer rule grows with it. */
export interface PaceCell extends Marks {
  readonly kind: 'pace';
  /** Its stock, as `location/SKU`. */
  readonly id: string;
  readonly stock: StockCell;
  snapshot: Snapshot<Pace> | undefined;
  unsaved: number;
}

export interface BufferCell extends Marks {
  readonly kind: 'buffer';
  readonly id: BufferId;
  readonly buffers: Buffers;
  /** `put` while the rule holds, `removed` after. */
  snapshot: Snapshot<StandingRule> | undefined;
  unsaved: number;
}

/** The components of a kit, each with its units in one kit. */
export interface KitParts {
  readonly components: readonly { readonly sku: SkuCell; readonly quantity: number }[];
  readonly together: boolean;
}

/** A SKU: its settings if it has any, the list of its stocks, and the orders that wait for it, in line. */
export interface SkuCell {
  readonly sku: Sku;
  readonly stocks: StockCell[];
  /** What each view that was asked for has of it. */
  sums: Sum[] | undefined;
  /** Exclusive pools of it, by their ids. */
  pools: readonly PoolCell[] | undefined;
  item: ItemCell | undefined;
  /** Its lots or serials, once it had any. */
  lots: SkuLots | undefined;
  /** What it consists of, when it is a kit. */
  kit: KitParts | undefined;
  /** Through which channels and from where it is sold without stock, if it is. */
  untracked: Untracked | undefined;
  /** What a unit is to a carrier. */
  shape: Shape;
  /** The kits it is a component of. */
  kits: Set<SkuCell> | undefined;
  /** Stocks of it that are suspect. */
  suspects: Set<StockCell> | undefined;
  waiting: Waiting | undefined;
  /** Who waits in line for it, once anybody did. */
  line: DropLine | undefined;
}

export const marks = { commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const orderCell = (id: OrderId): OrderCell =>
  ({ kind: 'order', id, snapshot: undefined, listed: undefined, ...marks });
export const reservationCell = (id: ReservationId): ReservationCell => ({
  kind: 'reservation',
  id,
  snapshot: undefined,
  timerAtMs: 0,
  ...marks,
});
export const quotaCell = (id: string): QuotaCell => ({ kind: 'quota', id, snapshot: undefined, ...marks });
export const carrierCell = (id: CarrierId): CarrierCell => ({ kind: 'carrier', id, snapshot: undefined, ...marks });
export const channelCell = (id: ChannelId, views: SellingViews): ChannelCell => {
  return { kind: 'channel', id, views, snapshot: undefined, ...marks };
};
export const poolCell = (id: PoolId, sku: SkuCell, all: Pools): PoolCell =>
  ({ kind: 'pool', id, sku, all, snapshot: undefined, ...marks });
/** The pace of a stock, made when new. */
export const paceCell = (stock: StockCell): PaceCell =>
  (stock.pace ??= {
    kind: 'pace',
    id: `${stock.location.id}/${stock.sku.sku}`,
    stock,
    snapshot: undefined,
    ...marks,
  });
export const bufferCell = (id: BufferId, buffers: Buffers): BufferCell => {
  return { kind: 'buffer', id, buffers, snapshot: undefined, ...marks };
};
export const itemCell = (
  sku: SkuCell,
  cellOf: (sku: Sku) => SkuCell,
  untracked: Set<SkuCell>,
): ItemCell => ({
  kind: 'item',
  id: sku.sku,
  sku,
  cellOf,
  untracked,
  snapshot: undefined,
  ...marks,
});
export const lotCell = (id: string, sku: SkuCell, all: Lots): LotCell => ({
  kind: 'lot',
  id,
  sku,
  all,
  order: undefined,
  snapshot: undefined,
  ...marks,
});
export const lotShipmentCell = (id: string): LotShipmentCell =>
  ({ kind: 'lot-shipment', id, snapshot: undefined, ...marks });
export const supplyCell = (id: SupplyId): SupplyCell => ({ kind: 'supply', id, snapshot: undefined, ...marks });
export const workCell = (id: LocationId): WorkCell => ({ kind: 'work', id, snapshot: undefined, ...marks });
export const forecastCell = (id: Sku): ForecastCell => ({ kind: 'forecast', id, snapshot: undefined, ...marks });
export const transitCell = (id: string): TransitCell => ({ kind: 'transit', id, snapshot: undefined, ...marks });
export const locationCell = (id: LocationId, index: number, views: SellingViews): LocationCell => ({
  kind: 'location',
  id,
  index,
  views,
  snapshot: undefined,
  ...marks,
});
export const skuCell = (sku: Sku): SkuCell => ({
  sku,
  stocks: [],
  sums: undefined,
  pools: undefined,
  item: undefined,
  lots: undefined,
  kit: undefined,
  untracked: undefined,
  shape: noShape,
  kits: undefined,
  suspects: undefined,
  waiting: undefined,
  line: undefined,
});
export const stockCell = (sku: SkuCell, location: LocationCell): StockCell => ({
  kind: 'stock',
  sku,
  location,
  key: undefined,
  snapshot: undefined,
  atp: 0,
  holders: new Holders(),
  pace: undefined,
  reservers: undefined,
  changedAt: 0,
  changedBefore: 0,
  turnIndex: 0,
  movedAt: 0,
  ...marks,
});
