/** What a rehearsal finds: of one side, and of both side by side. */
import type { ChannelId, LocationId, OrderId } from '../../actors/ids.ts';
import type { DecisionExplained } from '../outcome-plans.ts';

/** Sums over orders. */
export interface Sums {
  /** Orders placed, those of them in more than one parcel, and those refused for want of stock. */
  readonly orders: number;
  readonly splitOrders: number;
  readonly refusedOrders: number;
  readonly parcels: number;
  /** What the parcels cost, in minor units. */
  readonly costMinor: number;
  /** Orders with a date of which a parcel is known to come later. */
  readonly lateOrders: number;
  /** Orders that had to wait for units when they were placed, and the units that still waited at the end. */
  readonly backorders: number;
  readonly waitingUnits: number;
}

/** What a location was given. */
export interface LocationSums {
  readonly parcels: number;
  readonly units: number;
  readonly costMinor: number;
}

/** One side: the plans as they were, or the candidate. */
export interface SideSums extends Sums {
  readonly byChannel: Readonly<Record<ChannelId, Sums>>;
  readonly byLocation: Readonly<Record<LocationId, LocationSums>>;
}

/** How well a side follows the record. */
export interface Fidelity {
  /** Placements that were answered, and those answered to the byte as in the record. */
  readonly placements: number;
  readonly asRecorded: number;
  /** Commands that the record took and the fork refused, by kind: they meet another world. */
  readonly refused: Readonly<Record<string, number>>;
}

/** What became of one order on one side. */
export interface OrderSide {
  /** Its parcels: location, carrier and units of each, in the order of their locations. */
  readonly route: string;
  readonly costMinor: number;
  readonly parcels: number;
  readonly isLate: boolean;
  /** Waited when it was placed; refused. */
  readonly hasWaited: boolean;
  readonly isRefused: boolean;
  readonly waitingUnits: number;
}

/** An order that is another one under the candidate. */
export interface ChangedOrder {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly baseline: OrderSide;
  readonly candidate: OrderSide;
  /** How it was decided on each side, as `decision.explain` shows it; of as many as were asked for. */
  readonly explained?:
    | { readonly baseline: DecisionExplained['now']; readonly candidate: DecisionExplained['now'] }
    | undefined;
}

/** From where the rehearsal began. */
export interface Beginning {
  readonly position: number;
  readonly atMs: number;
  /** Things of which the state then is not in the journal (engine/rehearse/state-at.ts). */
  readonly guessed: number;
  readonly leftOut: number;
}

export interface Rehearsed {
  readonly plan: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The bound on orders was met: the rehearsal ends at `endMs`. */
  readonly isCut: boolean;
  readonly endMs: number;
  readonly beginnings: readonly Beginning[];
  readonly baseline: SideSums;
  readonly candidate: SideSums;
  readonly changedOrders: number;
  /** Those that change most: by cost, then by the units that wait. */
  readonly changed: readonly ChangedOrder[];
  readonly fidelity: { readonly baseline: Fidelity; readonly candidate: Fidelity };
}

/** What one worker brings back: orders in the order in which they were first placed. */
export interface SideResult {
  readonly beginning: Beginning;
  readonly isCut: boolean;
  readonly endMs: number;
  readonly sums: SideSums;
  readonly fidelity: Fidelity;
  readonly ids: readonly OrderId[];
  readonly channels: readonly ChannelId[];
  readonly orders: readonly OrderSide[];
  readonly explained: readonly (readonly [OrderId, DecisionExplained['now']])[];
  /** Placing and all that follows, the opening of the fork left out; and orders placed in it. */
  readonly playMs: number;
  readonly openMs: number;
}

/** How long a rehearsal took. */
export interface RehearsalRun {
  readonly workers: number;
  /** Orders placed on both sides, over the time the workers played them: what one worker does in a second. */
  readonly ordersPerSecond: number;
  /** From the first worker's start to the last one's end, and of one worker's opening on average. */
  readonly elapsedMs: number;
  readonly openMs: number;
}

/** A rehearsal of a server. */
export interface RehearsalView {
  readonly rehearsalId: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly plan: string;
  readonly startedAtMs: number;
  /** How far it is, from 0 to 1, and the orders placed so far on both sides. */
  readonly share: number;
  readonly orders: number;
  /** Why it failed. */
  readonly detail?: string | undefined;
  readonly rehearsed?: Rehearsed | undefined;
  readonly run?: RehearsalRun | undefined;
}
