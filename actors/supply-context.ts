/** What a supply document remembers, is told, asks for and tells the world. */
import type { LineId, LocationId, Sku, SupplyId } from './ids.ts';
import type { StockUnits } from './order-context.ts';
import type { SupplyDocument, SupplyType } from './supply-commands.ts';
import type { NamedLots } from './lot-commands.ts';
import type { LineUnits } from './vocabulary.ts';

export const supplyStates = [
  'draft',
  'ordered',
  'in-transit',
  'partially-received',
  'received',
  'cancelled',
] as const;
export type SupplyState = (typeof supplyStates)[number];

/**
 * One line of a supply document, in units. What is still to come is quantity − received − closed − returned,
 * and never below 0: more than ordered may arrive (rule U2).
 */
export interface SupplyLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  /** Arrived, good and damaged. */
  readonly received: number;
  /** Of those received, not for sale. */
  readonly damaged: number;
  /** Will not come: closed short, cancelled, or lost on the way. */
  readonly closed: number;
  /** Of a transfer that was cancelled on its way: back where they left. */
  readonly returned: number;
  /** When it comes at another time than the document says. */
  readonly expectedAtMs?: number | undefined;
}

export interface SupplyContext {
  readonly supplyId: SupplyId;
  readonly type: SupplyType;
  readonly to: LocationId;
  /** Where a transfer leaves; a purchase has none. */
  readonly from: LocationId | undefined;
  readonly supplier: string | undefined;
  readonly reference: string | undefined;
  readonly tracking: string | undefined;
  readonly expectedAtMs: number;
  readonly confidence: number;
  readonly overReceiptPercent: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly orderedAtMs: number | undefined;
  readonly shippedAtMs: number | undefined;
  /** Why units were last closed or cancelled. */
  readonly reason: string | undefined;
  readonly lines: readonly SupplyLine[];
}

/** A supply document as queries and snapshots show it. */
export interface SupplyView extends SupplyContext {
  readonly state: SupplyState;
}

export interface SupplyInput {
  readonly document: SupplyDocument;
  readonly atMs: number;
}

/** Units of a line that arrived; `damaged` of them are not for sale. */
export interface ArrivedUnits extends LineUnits, NamedLots {
  readonly damaged?: number | undefined;
}

/** Units of a tracked SKU that a transfer takes along. */
export interface SentUnits extends NamedLots {
  readonly sku: Sku;
}

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

export type SupplyMessage =
  | ({ readonly type: 'supply.put'; readonly document: SupplyDocument } & At)
  | ({ readonly type: 'supply.order' } & At)
  | ({
      readonly type: 'supply.ship';
      /** Which units leave, of tracked SKUs. */
      readonly units?: readonly SentUnits[] | undefined;
      readonly expectedAtMs: number | undefined;
      readonly tracking: string | undefined;
    } & At)
  | ({ readonly type: 'supply.receive'; readonly units: readonly ArrivedUnits[] } & At)
  /** Absent units: all that are still to come. */
  | ({ readonly type: 'supply.close'; readonly units: readonly LineUnits[] | undefined; readonly reason: string } & At)
  | ({ readonly type: 'supply.cancel'; readonly reason: string } & At);

/** What a supply document asks for. Carried out at once, in order, by engine/commands/supply.ts. */
export type SupplyEffect =
  | { readonly kind: 'publish'; readonly events: readonly SupplyEvent[] }
  /** Units leave the stock of the location that sends: all or none. */
  | { readonly kind: 'send'; readonly units: readonly StockUnits[] }
  /** Units come into stock: by receipt, or back where they left. */
  | { readonly kind: 'take-in'; readonly type: SupplyType; readonly units: readonly TakenUnits[] };

/** Units that come into the stock of a location; `damaged` of them into its damaged bucket. */
export interface TakenUnits extends StockUnits {
  readonly damaged: number;
}

/** What happened to a supply document. Its lines are those that changed; for `put` all it has now. */
export interface SupplyEvent {
  readonly kind: 'supply.changed';
  readonly supplyId: SupplyId;
  readonly type: SupplyType;
  readonly state: SupplyState;
  readonly cause: 'put' | 'ordered' | 'shipped' | 'received' | 'closed' | 'cancelled';
  readonly to: LocationId;
  readonly from?: LocationId | undefined;
  readonly expectedAtMs: number;
  readonly confidence: number;
  readonly reason?: string | undefined;
  readonly lines: readonly SupplyLine[];
}

/** The answer to every supply command: where the document stands now. */
export interface SupplyAnswer {
  readonly supplyId: SupplyId;
  readonly state: SupplyState;
  /** Units still to come, over all lines. */
  readonly open: number;
}
