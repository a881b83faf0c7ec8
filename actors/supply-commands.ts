/** Commands on incoming supply: purchases from suppliers and transfers between locations. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { supplyLinesMax } from './limits.ts';
import { lotFields } from './lot-commands.ts';
import { BalanceSchema, exact, LineIdSchema, LocationIdSchema, QuantitySchema, Reason } from './schemas.ts';
import { SkuSchema, SupplyIdSchema, text } from './schemas.ts';

export const supplyTypes = ['purchase', 'transfer'] as const;
export type SupplyType = (typeof supplyTypes)[number];

const ExpectedAtMs = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'When the units are expected, in milliseconds since 1970',
});
const Confidence = Type.Number({ minimum: 0, maximum: 1, description: 'How sure the date is, 0 to 1' });

export const SupplyLineSchema = Type.Object(
  {
    /** Absent: "1", "2" … by place in the list. */
    lineId: Type.Optional(LineIdSchema),
    sku: SkuSchema,
    quantity: QuantitySchema,
    /** When this line comes at another time than the rest. */
    expectedAtMs: Type.Optional(ExpectedAtMs),
  },
  exact,
);

export const SupplySchema = Type.Object(
  {
    id: SupplyIdSchema,
    /** `purchase`: from a supplier outside. `transfer`: from a location of ours. */
    type: Type.Union([Type.Literal('purchase'), Type.Literal('transfer')]),
    /** Where the units arrive. */
    to: LocationIdSchema,
    /** Where a transfer leaves. */
    from: Type.Optional(LocationIdSchema),
    /** Who sends a purchase. */
    supplier: Type.Optional(text(80, 'Supplier')),
    reference: Type.Optional(text(80, 'The number of the purchase order, advice note …')),
    expectedAtMs: ExpectedAtMs,
    /** Absent: 0.8 for a purchase, 0.95 for a transfer. */
    confidence: Type.Optional(Confidence),
    /** How much more than ordered may arrive on each line, in per cent, rounded down to units. Absent: 0. */
    overReceiptPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    lines: Type.Array(SupplyLineSchema, { minItems: 1, maxItems: supplyLinesMax }),
  },
  exact,
);
export type SupplyDocument = Static<typeof SupplySchema>;

const SupplyRef = { supplyId: SupplyIdSchema };
const ReceivedUnits = Type.Object(
  {
    lineId: LineIdSchema,
    /** Units that arrived, good and damaged. */
    quantity: QuantitySchema,
    /** Of these, units that may not be sold: they go into the damaged bucket. */
    damaged: Type.Optional(BalanceSchema),
    /** Of a tracked SKU: the units, good ones first; the last ones are the damaged ones. */
    ...lotFields,
  },
  exact,
);
const LineUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact);

export const supplyCommands = {
  /**
   * Create a supply document as a draft, or change one: all but its type and places while it is a draft; dates,
   * quantities and lines while ordered; dates, confidence, reference and over-receipt once it is on its way.
   */
  'supply.put': Type.Object({ supply: SupplySchema }, exact),
  /** The supplier, or the location that sends, was told. A purchase counts as incoming from here on. */
  'supply.order': Type.Object(SupplyRef, exact),
  /** The units are on their way. Those of a transfer leave their location's stock, all of them or none. */
  'supply.ship': Type.Object(
    {
      ...SupplyRef,
      /** The date as now known, for all lines. */
      expectedAtMs: Type.Optional(ExpectedAtMs),
      tracking: Type.Optional(text(64, 'Tracking number')),
      /** Which units of tracked SKUs a transfer takes along: all it sends of each. Absent: those that leave first. */
      units: Type.Optional(
        Type.Array(Type.Object({ sku: SkuSchema, ...lotFields }, exact), { minItems: 1, maxItems: supplyLinesMax }),
      ),
    },
    exact,
  ),
  /** Units arrived and are in stock at once; whoever waits for them is served in the same turn. */
  'supply.receive': Type.Object(
    { ...SupplyRef, lines: Type.Array(ReceivedUnits, { minItems: 1, maxItems: supplyLinesMax }) },
    exact,
  ),
  /** What is left, or the units named, will not come: short-closed by the supplier, or lost on the way. */
  'supply.close': Type.Object(
    {
      ...SupplyRef,
      reason: Reason,
      lines: Type.Optional(Type.Array(LineUnits, { minItems: 1, maxItems: supplyLinesMax })),
    },
    exact,
  ),
  /** What has not arrived is called off. Units of a transfer that are on their way go back to where they left. */
  'supply.cancel': Type.Object({ ...SupplyRef, reason: Reason }, exact),
} as const;
