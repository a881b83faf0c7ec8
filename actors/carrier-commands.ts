/** How carriers do: what connectors report of labels, rates and manifests, and where none is sent. In commands.ts. */
import { Type, type Static } from 'typebox';
import { CarrierIdSchema, CountrySchema, exact, OrderIdSchema } from './schemas.ts';
import { place, Reason, ServiceIdSchema, TimeMsSchema } from './schemas.ts';
import { PostalPrefixSchema } from './transit-commands.ts';

const dayMs = 24 * 3_600_000;

/** When a service is taken out of sourcing because its calls fail. Without one, failures count nothing. */
export const BreakerPolicySchema = Type.Object(
  {
    /** So many failures within the time below open the circuit, if they are the share below of all calls. */
    failures: Type.Integer({ minimum: 1, maximum: 1_000 }),
    withinMs: Type.Integer({ minimum: 1_000, maximum: dayMs }),
    /** Default 50. */
    percent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    /** How long it stays out before it is tried again; doubled each time it fails then, up to eightfold. */
    coolDownMs: Type.Integer({ minimum: 1, maximum: dayMs }),
    /** Successes in a row, once it is tried again, that close the circuit. Default 1. */
    probes: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  exact,
);
export type BreakerPolicy = Static<typeof BreakerPolicySchema>;

/** Part of the world: a country, or postal codes of one. */
const RegionSchema = Type.Object(
  {
    country: CountrySchema,
    postalPrefixes: Type.Optional(Type.Array(PostalPrefixSchema, { minItems: 1, maxItems: 100, uniqueItems: true })),
  },
  exact,
);

const EmbargoIdSchema = place('Embargo id, unique within the carrier');

/** Destinations to which a carrier, or one service of it, takes nothing. */
const embargo = {
  embargoId: EmbargoIdSchema,
  /** Absent: all of the carrier. */
  service: Type.Optional(ServiceIdSchema),
  /** Absent: everywhere. */
  to: Type.Optional(Type.Array(RegionSchema, { minItems: 1, maxItems: 20 })),
  reason: Reason,
  /** When it ends by itself, at most a year ahead; absent: when it is lifted. */
  untilMs: Type.Optional(TimeMsSchema),
};
export const EmbargoSchema = Type.Object(embargo, exact);
export type Embargo = Static<typeof EmbargoSchema>;

export const carrierCommands = {
  /** A call to a carrier ended, well or not. Under a policy, failures take its service out of sourcing for a while. */
  'carrier.report': Type.Object(
    {
      carrierId: CarrierIdSchema,
      /** Absent: the one service of a carrier that names none. */
      service: Type.Optional(ServiceIdSchema),
      what: Type.Union([Type.Literal('label'), Type.Literal('rate'), Type.Literal('manifest'), Type.Literal('pickup')]),
      ok: Type.Boolean(),
      /** The order that a label or rate was for: what fails is a case of it, until it succeeds. */
      orderId: Type.Optional(OrderIdSchema),
      /** Of a failure: what the carrier said, for the record. */
      detail: Type.Optional(Reason),
    },
    exact,
  ),
  /** Plan nothing more to some destinations with a carrier; one of the same id is replaced. */
  'carrier.embargo': Type.Object({ carrierId: CarrierIdSchema, ...embargo }, exact),
  'carrier.lift': Type.Object({ carrierId: CarrierIdSchema, embargoId: EmbargoIdSchema }, exact),
} as const;
