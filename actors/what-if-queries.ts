/** “What if”: a change of the network or of the stock that is tried without effect. Composed in queries.ts. */
import { Type, type Static } from 'typebox';
import { CarrierIdSchema, exact, LocationIdSchema, QuantitySchema, SkuSchema } from './schemas.ts';

/** Orders one question moves, if it does not say, and at most: it is answered between two turns. */
export const whatIfOrders = { default: 200, max: 500 } as const;

const kind = <const K extends string>(name: K) => Type.Literal(name);

export const WhatIfChangeSchema = Type.Union([
  /** A location closes at once; also what it is picking is not sent. */
  Type.Object({ kind: kind('close-location'), location: LocationIdSchema }, exact),
  /** A location can be given so much less: of every number of its capacity this part is lost, in per cent. */
  Type.Object(
    {
      kind: kind('cut-capacity'),
      location: LocationIdSchema,
      percent: Type.Integer({ minimum: 1, maximum: 100, description: 'Per cent of its capacity that is lost' }),
    },
    exact,
  ),
  /** A carrier takes nothing any more. */
  Type.Object({ kind: kind('suspend-carrier'), carrier: CarrierIdSchema }, exact),
  /** Units of a SKU are gone or recalled: at one location or at each, so many or all. */
  Type.Object(
    {
      kind: kind('lose-stock'),
      sku: SkuSchema,
      location: Type.Optional(LocationIdSchema),
      units: Type.Optional(QuantitySchema),
    },
    exact,
  ),
]);
export type WhatIfChange = Static<typeof WhatIfChangeSchema>;

export const whatIfQueries = {
  /**
   * What a change would do to the orders that are open, without doing it: which orders lose their place, where each
   * would go, each unit given once, and what that costs. Null: the location, carrier or SKU is not known.
   */
  'whatif.run': Type.Object(
    {
      change: WhatIfChangeSchema,
      /** Orders looked at; 200 if not said. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: whatIfOrders.max })),
    },
    exact,
  ),
} as const;
