/** What comes out of the engine: outcomes of commands, answers of queries, and what one turn published. */
import type { Available } from '../actors/available.ts';
import type { DivergenceTotals } from '../actors/divergence.ts';
import type { CaseAnswers } from './outcome-cases.ts';
import type { DecisionExplained, MoveOptions, PlanChange, PlanSummary, PlanView, SeatView } from './outcome-plans.ts';
import type { ForecastView, PriceStatus, PriceView, RoomPrice } from './outcome-prices.ts';
import type { WalkIn } from './walk-ins.ts';
import type { RateQuotes, RatesView } from './outcome-rates.ts';
import type { CarrierHealthView, TrackingAnswers, TrackingStatus } from './tracking/outcome.ts';
import type { Pool } from '../actors/pool-commands.ts';
import type { StandingRule } from '../actors/buffer-growth.ts';
import type { CommandKind } from '../actors/commands.ts';
import type { Item, Serve } from '../actors/item-commands.ts';
import type { ItemState } from '../actors/item-policy.ts';
import type { CarrierCard, Channel, Location } from '../actors/network-commands.ts';
import type { DriftSums } from '../actors/drift.ts';
import type { BufferId, ChannelId, CommandId, FeedId, LocationId, LotId, OrderId, ReturnId } from '../actors/ids.ts';
import type { Sku, SupplyId } from '../actors/ids.ts';
import type { IncomingUnits } from '../actors/incoming.ts';
import type { LotPlace, LotShipment, LotState, LotUnits } from '../actors/lots.ts';
import type { QueryKind } from '../actors/queries.ts';
import type { IntakeAnswers } from './outcome-intake.ts';
import type { OrderAnswers } from './outcome-orders.ts';
import type { FloorAnswers, FloorStatus } from './outcome-floor.ts';
import type { OfferAnswers } from './offers/queries.ts';
import type { SuspectAnswers } from './suspects/outcome.ts';
import type { TriedAnswers } from './outcome-what-if.ts';
import type { Finding } from './routing/plans/lint.ts';
import type { WorkHour } from './promise/capacity.ts';
import type { Transit } from '../actors/transit-commands.ts';
import type { PromiseOption, QuickPromises } from '../actors/promise.ts';
import type { Rejection } from '../actors/rejection.ts';
import type { ReturnView } from '../actors/return-context.ts';
import type { StandingPolicy } from '../actors/return-policy.ts';
import type { SupplyView } from '../actors/supply-context.ts';
import type { Bucket, DeliveryMethod, Event, MovementKind } from '../actors/vocabulary.ts';
import type { ReservationView, StockChange, StockLevels } from '../actors/vocabulary.ts';

export type { PlanSummary, SeatView } from './outcome-plans.ts';
export type { LaneView } from './tracking/outcome.ts';
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
  /** Units that somebody took out of a place without an order; absent: none. */
  readonly walkIns?: readonly WalkIn[] | undefined;
}

/** `serving` takes commands; `full` refuses them as storage-full; `stopping` and `lost` refuse all. */
export type EngineMode = 'serving' | 'full' | 'stopping' | 'lost';

export interface StockView extends StockLevels {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly atp: number;
  /** Units on their way here, however sure. */
  readonly incoming: number;
}

/** Units of a SKU that are to come to a location. */
export interface IncomingView extends IncomingUnits {
  readonly location: LocationId;
}

/** One line of a ledger. */
export interface MovementView {
  /** The record it stands in, and its time. */
  readonly position: number;
  readonly atMs: number;
  readonly kind: MovementKind;
  /** Units moved; negative when an adjustment, a count or a buffer took some away. */
  readonly units: number;
  readonly bucket?: Bucket | undefined;
  /** Of a tracked SKU: the units of each lot or serial, signed as all are. */
  readonly lots?: readonly LotUnits[] | undefined;
  /** What asked for it; absent when a timer or arriving stock did. */
  readonly command?: { readonly commandId: CommandId; readonly kind: CommandKind; readonly by: string } | undefined;
  /** The order, supply document, return or paper it belongs to, and why, as far as the command said. */
  readonly orderId?: OrderId | undefined;
  readonly supplyId?: SupplyId | undefined;
  readonly returnId?: ReturnId | undefined;
  readonly reference?: string | undefined;
  readonly reason?: string | undefined;
  /** The balances after it. */
  readonly levels: StockLevels;
  readonly atp: number;
}

export interface StockHistory {
  readonly movements: readonly MovementView[];
  /** Where the next page begins; absent when the ledger has no more. */
  readonly next?: number | undefined;
  /**
   * The balances before the oldest movement told: all zero at the beginning of a stock's life. Absent on a
   * page that tells nothing, because its records were trimmed since the page before.
   */
  readonly opening?: StockLevels | undefined;
  /** Whether older movements were trimmed from the journal: `opening` sums them up. */
  readonly isTrimmed: boolean;
}

/** A count or an adjustment that changed a stock. */
export interface Correction {
  readonly position: number;
  readonly atMs: number;
  readonly kind: 'counted' | 'adjusted';
  readonly commandId?: CommandId | undefined;
  readonly by?: string | undefined;
  readonly feed?: FeedId | undefined;
  readonly reason?: string | undefined;
  /** The instant of a count that names one. */
  readonly countedAtMs?: number | undefined;
  /** Units on hand before it, and the units by which it changed them. */
  readonly believed: number;
  readonly units: number;
  /** How far it was from what was believed, by cause. */
  readonly sums: DriftSums;
}

/** The corrections of a stock, newest first; `next`: where the next page begins. */
export interface StockDrift {
  readonly corrections: readonly Correction[];
  /** Their sums. */
  readonly sums: DriftSums;
  /** Whether older ones may have been trimmed from the journal. */
  readonly isTrimmed: boolean;
  readonly next?: number | undefined;
}

/** The drift of a location, a feed (absent: commands of no feed; `+`: feeds not told apart) or a day. */
export interface DriftRow {
  readonly location?: LocationId | undefined;
  readonly feed?: FeedId | undefined;
  /** The beginning of the day, in UTC. */
  readonly dayMs?: number | undefined;
  readonly sums: DriftSums;
}

export interface DriftReport {
  readonly rows: readonly DriftRow[];
  /** Over the locations of this page. */
  readonly total: DriftSums;
  /** The last location of this page, when there are more. */
  readonly next?: LocationId | undefined;
}

export interface FeedAge {
  readonly location: LocationId;
  /** When a feed that told of it came to its end. */
  readonly fedAtMs: number;
}

/** Balances at a time. `unknown`: the journal does not reach back so far. `next`: ask again from there. */
export type StockAt =
  | { readonly levels: StockLevels; readonly atp: number; readonly sinceMs: number }
  | { readonly next: number }
  | { readonly unknown: true };

/** Units that can be sold at one place. */
export interface PlaceUnits {
  readonly location: LocationId;
  readonly atp: Available;
  /** Kilometres from where was asked, when that was said. */
  readonly distanceKm?: number | undefined;
}

/** What waits for a SKU, and the first of those who wait in the order in which stock serves them. */
export interface WaitingView {
  /** Units, over all channels and by channel. */
  readonly units: number;
  readonly byChannel: Readonly<Record<string, number>>;
  /** Orders, and the first of them. */
  readonly orders: number;
  readonly first: readonly { readonly orderId: OrderId; readonly channel: ChannelId; readonly units: number }[];
  readonly serve: Serve;
  /** `preorder`: until its moment no unit is given to anybody. */
  readonly state: ItemState;
}

/** A pool, and what is left of it. */
export type PoolView = Pool & { readonly left: number };

/** A lot or serial. */
export interface LotView {
  readonly sku: Sku;
  readonly lot: LotId;
  readonly state: LotState;
  readonly receivedAtMs: number;
  readonly expiresAtMs?: number | undefined;
  /** When it leaves sale. */
  readonly leavesAtMs?: number | undefined;
  readonly recall?: { readonly reason: string; readonly sinceMs: number } | undefined;
  /** Units on hand over all locations told of. */
  readonly onHand: number;
  readonly locations: readonly (LotPlace & { readonly forSale: number })[];
  readonly transit: readonly { readonly supplyId: SupplyId; readonly units: number }[];
  /** Units that left with orders, in how many shipments, and units that came back. */
  readonly shipped: number;
  readonly shipments: number;
  readonly returned: number;
}

/** A lot with a page of what it went with. */
export interface LotTrace extends LotView {
  readonly went: readonly LotShipment[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: number | undefined;
}

/** Why nothing is sold from a location through a view. */
export type NotSold =
  | 'paused' | 'cannot-deliver' | 'not-of-channel' | 'unknown-channel' | 'preorder' | 'untracked' | 'suspect';

/** What a location gives to a view, term by term. */
export interface AtpTerms extends StockLevels {
  readonly location: LocationId;
  /** damaged + quality + held */
  readonly unavailable: number;
  /** onHand − unavailable − reserved − allocated */
  readonly free: number;
  /** The buffer rule that holds for this view here, the units it holds back now, and those of them by growth. */
  readonly rule?:
    | { readonly bufferId: BufferId; readonly units: number; readonly grown?: number | undefined }
    | undefined;
  /** The larger of the stock's own buffer and the rule's. */
  readonly heldBack: number;
  /** Units left in pools that are for other channels or segments. */
  readonly ofOthers: number;
  /** Why nothing is sold from here; absent: it is. */
  readonly notSold?: NotSold | undefined;
  /** free − heldBack − ofOthers, not below 0; 0 where nothing is sold. */
  readonly atp: number;
}

export interface AtpExplained {
  /** Of a kit: its components, with their units in one kit and what can be sold of them. It has no locations. */
  readonly kit?:
    | {
        readonly together: boolean;
        readonly components: readonly { readonly sku: Sku; readonly quantity: number; readonly atp: Available }[];
      }
    | undefined;
  readonly sku: Sku;
  readonly channel?: ChannelId | undefined;
  readonly method: DeliveryMethod;
  readonly segment?: string | undefined;
  /** Of what this view sells without stock: the locations that send it. Their stock is not used. */
  readonly untracked?: { readonly locations: readonly LocationId[] } | undefined;
  /** The sum over the locations: what atp.get answers. */
  readonly atp: Available;
  readonly locations: readonly AtpTerms[];
}

export interface CarrierView extends CarrierCard, CarrierHealthView {
  readonly state: 'open' | 'suspended';
  /** Why, while suspended. */
  readonly reason?: string | undefined;
  /** Parcels handed over and not yet delivered. */
  readonly inTransit: number;
}

export interface EngineStatus extends TrackingStatus {
  readonly mode: EngineMode;
  readonly position: number;
  readonly head: number;
  readonly savedAt: number;
  readonly epoch: string;
  readonly openOrders: number;
  /** Of them, those that are held. */
  readonly heldOrders: number;
  /** Open orders with lines that wait for a mapping. */
  readonly parkedOrders: number;
  /** Supply documents with units still to come. */
  readonly openSupplies: number;
  readonly openReturns: number;
  /** Parts that are offered and that nobody has accepted. */
  readonly openOffers: number;
  /** SKU-locations that are suspect, and times since the start that one came under suspicion. */
  readonly suspectStocks: number;
  readonly suspicions: number;
  readonly floor: FloorStatus;
  /** Orders with units that wait for a place. */
  readonly waitingOrders: number;
  /** Since the start: times one of them was looked at again, and times of these that nothing came of it. */
  readonly wokenOrders: number;
  readonly wokenInVain: number;
  readonly ordersInMemory: number;
  readonly stocks: number;
  /** Reservations that hold units or wait, those of them that wait, and those that expired since the start. */
  readonly openReservations: number;
  readonly queuedReservations: number;
  readonly expiredReservations: number;
  readonly timers: number;
  readonly inbox: number;
  /** Encoded bytes of the records still in the journal. */
  readonly recordBytes: number;
  /** How the keeping of prices goes; absent: none are kept. */
  readonly prices?: PriceStatus | undefined;
}

/** Of things compared, by their places: those that differ or are new, and those that cannot be. */
export interface Comparison {
  readonly differ: readonly number[];
  readonly refused: readonly { readonly index: number; readonly refused: Rejection }[];
}

/** The line for a SKU: how many wait, and the ticket that is served next. */
export type LineView = { readonly sku: Sku; readonly length: number; readonly head: number | null };

/** Options, the cheapest first; none when nothing can be had. */
export interface PromiseAnswer {
  /** The time the dates are reckoned from. */
  readonly atMs: number;
  readonly options: readonly PromiseOption[];
}

export interface Answers
  extends OrderAnswers, TriedAnswers, TrackingAnswers, IntakeAnswers, FloorAnswers, CaseAnswers, OfferAnswers,
    SuspectAnswers {
  'reservation.get': ReservationView | null;
  'reservation.list': { readonly reservations: readonly ReservationView[]; readonly next?: string | undefined };
  'line.get': LineView;
  'item.get': Item | null;
  'item.waiting': WaitingView;
  'stock.get': readonly StockView[];
  'lot.get': LotTrace | null;
  'lot.list': { readonly lots: readonly LotView[]; readonly next?: LotId | undefined };
  'stock.history': StockHistory;
  'stock.at': StockAt;
  'stock.drift': StockDrift;
  'drift.report': DriftReport;
  'feed.ages': readonly FeedAge[];
  'stock.compare': Comparison;
  'item.compare': Comparison;
  'location.compare': Comparison;
  'atp.get': Readonly<Record<string, Available>>;
  'atp.by-location': Readonly<Record<string, readonly PlaceUnits[]>>;
  'atp.explain': AtpExplained;
  'pool.list': readonly PoolView[];
  'buffer.get': StandingRule | null;
  'buffer.list': { readonly rules: readonly StandingRule[]; readonly next?: BufferId | undefined };
  'stock.incoming': readonly IncomingView[];
  'return.get': ReturnView | null;
  'return.list': { readonly returns: readonly ReturnView[]; readonly next?: ReturnId | undefined };
  'return-policy.get': StandingPolicy;
  'supply.get': SupplyView | null;
  'supply.list': { readonly supplies: readonly SupplyView[]; readonly next?: SupplyId | undefined };
  'decision.explain': DecisionExplained | null;
  'order.options': MoveOptions | null;
  'plan.get': PlanView | null;
  'plan.list': { readonly plans: readonly PlanSummary[]; readonly seats: readonly SeatView[] };
  'plan.divergence': readonly DivergenceTotals[];
  'plan.versions': readonly PlanSummary[];
  'plan.diff': readonly PlanChange[] | null;
  'plan.lint': readonly Finding[];
  'location.list': readonly Location[];
  'channel.list': readonly Channel[];
  'carrier.list': readonly CarrierView[];
  'carrier.get': CarrierView | null;
  'transit.get': Transit | null;
  'rates.get': RatesView;
  'rates.quote': RateQuotes | null;
  'price.get': PriceView | null;
  'price.rooms': readonly RoomPrice[];
  'forecast.get': ForecastView | null;
  'capacity.get': readonly WorkHour[];
  'promise.get': PromiseAnswer;
  /** One entry for each SKU, in the order asked. */
  'promise.bulk': { readonly atMs: number; readonly promises: readonly QuickPromises[] };
  'engine.status': EngineStatus;
}

/** An answer, and the durable position it is at least as new as. */
export interface QueryAnswer<K extends QueryKind> {
  readonly ok: Answers[K];
  readonly position: number;
}

/** What one turn took, for whoever keeps count. */
export interface TurnReport {
  readonly commands: number;
  /** Carrying out its commands and making its rows, waits left out. */
  readonly computeMs: number;
  /** From the append, with the encoding of its record, until it was durable. */
  readonly commitMs: number;
}
