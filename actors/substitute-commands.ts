/** What may stand for a SKU, whether a customer agrees to that, and doing it while picking. Part of other commands. */
import { Type, type Static } from 'typebox';
import { itemChannelsMax, substitutesMax } from './limits.ts';
import { ChannelIdSchema, exact, LineIdSchema, MoneyMinor, QuantitySchema, Reason, SkuSchema } from './schemas.ts';

/** What may stand for units of a SKU that are not where they should be; the first is taken first. */
export const SubstitutesSchema = Type.Array(
  Type.Object(
    {
      sku: SkuSchema,
      /** Through these channels alone. Absent: through all. */
      channels: Type.Optional(
        Type.Array(ChannelIdSchema, { minItems: 1, maxItems: itemChannelsMax, uniqueItems: true }),
      ),
      /** What a unit of it is sold for. Absent: as much as what it stands for. */
      unitPriceMinor: Type.Optional(MoneyMinor),
    },
    exact,
  ),
  { minItems: 1, maxItems: substitutesMax },
);
export type SubstituteRule = Static<typeof SubstitutesSchema>[number];

/** Whether a customer agrees to something else: never, to what is worth no less, or also to what is cheaper. */
export const substitutions = ['never', 'same-price', 'any'] as const;
export type Substitution = (typeof substitutions)[number];
export const SubstitutionSchema = Type.Unsafe<Substitution>(
  Type.Enum([...substitutions], { description: 'never, same-price (worth no less), any (also cheaper)' }),
);

/** Units of a line that are not there, and what they are replaced by. */
export const substituteFields = {
  lineId: LineIdSchema,
  quantity: QuantitySchema,
  /** Absent: the first that may stand for it and of which so many are there. */
  sku: Type.Optional(SkuSchema),
  reason: Reason,
};
