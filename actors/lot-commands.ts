/** Commands on lots and serials, and how other commands name them. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { lotsOfCommandMax } from './limits.ts';
import { exact, LotIdSchema, QuantitySchema, Reason, SkuSchema, TimeMsSchema } from './schemas.ts';

/** Units of one lot. */
export const LotUnitsSchema = Type.Object(
  {
    lot: LotIdSchema,
    quantity: QuantitySchema,
    /** When it expires: told with its first units; told again, it must be the same. */
    expiresAtMs: Type.Optional(TimeMsSchema),
  },
  exact,
);

/** Which units: all of them, each lot or serial once. Nothing of it where the SKU is not tracked. */
export const lotFields = {
  lots: Type.Optional(Type.Array(LotUnitsSchema, { maxItems: lotsOfCommandMax })),
  serials: Type.Optional(Type.Array(LotIdSchema, { maxItems: lotsOfCommandMax })),
};
const NamedLotsSchema = Type.Object(lotFields, exact);
export type NamedLots = Static<typeof NamedLotsSchema>;
export type NamedLot = Static<typeof LotUnitsSchema>;

const LotRef = { sku: SkuSchema, lot: LotIdSchema };

export const lotCommands = {
  /** What has not left of a lot or serial is held, wherever it is; whoever was to get it is sourced again. */
  'lot.recall': Type.Object({ ...LotRef, reason: Reason }, exact),
  /** The recall was wrong or is over: what it held may be sold again, if it has not expired. */
  'lot.lift': Type.Object({ ...LotRef, reason: Reason }, exact),
} as const;
