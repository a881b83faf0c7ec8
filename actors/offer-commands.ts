/** Work that is offered to locations: the policy, what they answer, and what is offered to one. Composed elsewhere. */
import { Type } from 'typebox';
import { delayMsMax, offeredToMax } from './limits.ts';
import { exact, FulfillmentIdSchema, LocationIdSchema, OrderIdSchema, Reason } from './schemas.ts';

const spell = (description: string) => Type.Integer({ minimum: 1, maximum: delayMsMax, description });

export const OfferPolicySchema = Type.Object(
  {
    /** How long it has to accept. */
    withinMs: spell('Time to accept, milliseconds'),
    /** Others that are offered the same at once, where they offer as well and have all of it: the best so many. */
    alsoTo: Type.Optional(Type.Integer({ minimum: 1, maximum: offeredToMax })),
    /** For how long those who let it pass are not asked for units of that order. Default: an hour. */
    declinedForMs: Type.Optional(spell('Time for which it is not asked again, milliseconds')),
  },
  exact,
);

const OfferRef = {
  orderId: OrderIdSchema,
  fulfillmentId: FulfillmentIdSchema,
  /** Who answers. */
  location: LocationIdSchema,
};

export const offerCommands = {
  /** A location takes what it was offered: the first that does has it. */
  'offer.accept': Type.Object(OfferRef, exact),
  /** A location does not take it. Of the one with the units they are sourced elsewhere at once. */
  'offer.decline': Type.Object(
    { ...OfferRef, reason: Reason, forMs: Type.Optional(spell('Time for which it is not asked again, milliseconds')) },
    exact,
  ),
} as const;

export const offerQueries = {
  /** What a location is offered and has not answered, the first that ends first. */
  'offer.list': Type.Object(
    { location: LocationIdSchema, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) },
    exact,
  ),
} as const;
