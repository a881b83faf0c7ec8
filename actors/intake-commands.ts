/** What is taken in with an order and kept as it came, and intake policies. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { customFieldsMax, delayMsMax, graceMsMax, guardWindowMsMax, mandateTextMax, mandatesMax } from './limits.ts';
import { mappedUnitsMax, mappingsMax } from './limits.ts';
import { ChannelIdSchema, exact, MoneyMinor, name, OrderIdSchema, place, QuantitySchema } from './schemas.ts';
import { SkuSchema, text } from './schemas.ts';

/** What the channel calls the order: unique within the channel, for good. */
export const ExternalIdSchema = name('The order’s id where it was sold');

/** A gift: what is written, by whom, and whether it is wrapped. */
const GiftSchema = Type.Object(
  {
    message: Type.Optional(text(500, 'What is written on the card')),
    from: Type.Optional(text(80, 'Who gives it')),
    wrap: Type.Optional(Type.Boolean()),
  },
  exact,
);

/** Values that only the caller understands, by name, kept and given back. */
const CustomFieldsSchema = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,63}$' }),
  Type.Union([text(500, 'A text'), Type.Number({ minimum: -1e15, maximum: 1e15 }), Type.Boolean()]),
  { maxProperties: customFieldsMax, additionalProperties: false },
);

/** Details of one line. */
export const LineDetailsSchema = Type.Object(
  {
    note: Type.Optional(text(500, 'For whoever packs it')),
    gift: Type.Optional(GiftSchema),
    customFields: Type.Optional(CustomFieldsSchema),
  },
  exact,
);
export type LineDetails = Static<typeof LineDetailsSchema>;

/** Where a parcel is brought, beside the country and postal code of the destination. */
export const AddressSchema = Type.Object(
  {
    name: Type.Optional(text(100, 'Who it is for')),
    company: Type.Optional(text(100, 'Company')),
    lines: Type.Optional(Type.Array(text(100, 'A line of the street address'), { maxItems: 4 })),
    city: Type.Optional(text(80, 'City')),
    region: Type.Optional(text(80, 'State, province, county')),
    phone: Type.Optional(text(32, 'For the carrier')),
  },
  exact,
);
export type Address = Static<typeof AddressSchema>;

/** Sums of the order, in minor units of its currency: lines + shipping + tax − discount = total. */
export const TotalsSchema = Type.Object(
  {
    shippingMinor: Type.Optional(MoneyMinor),
    taxMinor: Type.Optional(MoneyMinor),
    discountMinor: Type.Optional(MoneyMinor),
    totalMinor: MoneyMinor,
  },
  exact,
);
export type Totals = Static<typeof TotalsSchema>;

/** What no decision goes by: kept as it came, and given back. */
export const DetailsSchema = Type.Object(
  {
    /** SHA-256 of the customer's e-mail address in small letters: whom it is, without saying it. */
    emailHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hexadecimal' })),
    address: Type.Optional(AddressSchema),
    totals: Type.Optional(TotalsSchema),
    note: Type.Optional(text(1_000, 'For whoever handles the order')),
    gift: Type.Optional(GiftSchema),
    customFields: Type.Optional(CustomFieldsSchema),
    /** Of a business customer. */
    terms: Type.Optional(
      Type.Object(
        {
          purchaseOrder: Type.Optional(text(64, 'The customer’s own order number')),
          /** Days after the invoice in which it is paid. */
          netDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 365 })),
        },
        exact,
      ),
    ),
    /** What somebody was allowed to buy in the customer's name, such as an agent: kept letter by letter. */
    mandates: Type.Optional(
      Type.Array(Type.Object({ type: place('Kind of mandate'), content: text(mandateTextMax, 'The mandate') }, exact), {
        maxItems: mandatesMax,
      }),
    ),
  },
  exact,
);
export type Details = Static<typeof DetailsSchema>;

const { totals: _totals, mandates: _mandates, ...amendable } = DetailsSchema.properties;
/** Details that may be given anew: sums and mandates stay as they came. */
const AmendedSchema = Type.Object(amendable, exact);
export type Amended = Static<typeof AmendedSchema>;
const amendableFields = ['emailHash', 'address', 'note', 'gift', 'customFields', 'terms'] as const;

/** What a channel calls a SKU, and how many units one of its own is. Without a SKU the name means nothing more. */
const MappingSchema = Type.Object(
  {
    channelSku: name('The SKU as the channel names it'),
    sku: Type.Optional(SkuSchema),
    /** Units of the SKU in one of the channel's. Absent: 1. */
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: mappedUnitsMax })),
  },
  exact,
);

const WindowMs = Type.Integer({ minimum: 1_000, maximum: guardWindowMsMax });

/** What of a payment is waited for, and when it is asked for. */
const PaymentTermsSchema = Type.Object(
  {
    /** An order is held, `payment`, until as much may be taken as is due. */
    hold: Type.Optional(Type.Boolean()),
    /** How long an order waits for its payment before that is a case. Absent: an hour. Only with `hold`. */
    patienceMs: Type.Optional(Type.Integer({ minimum: 1, maximum: delayMsMax })),
    /** Each parcel that leaves asks for what it is worth: `capture.wanted`. */
    captureOnShip: Type.Optional(Type.Boolean()),
    /** How long before it expires an authorisation is told of. Absent: a day. */
    warnMs: Type.Optional(Type.Integer({ minimum: 0, maximum: delayMsMax })),
  },
  exact,
);

/** What a change costs, in minor units; or it is not taken any more. Absent: it is free. */
const FeeSchema = Type.Union([MoneyMinor, Type.Literal('refuse')]);
/** By how far the order has come; what is picked already, nobody changes. */
const FeesSchema = Type.Object(
  {
    /** No location was told to start. */
    grace: Type.Optional(FeeSchema),
    /** Some location was told, and none picks. */
    released: Type.Optional(FeeSchema),
    /** Something of it is picked, or has left. */
    picked: Type.Optional(FeeSchema),
  },
  exact,
);
export type Fees = Static<typeof FeesSchema>;

/** How orders of a channel are looked at before they are picked. */
export const IntakePolicySchema = Type.Object(
  {
    /** Absent: of all channels that have none of their own. */
    channel: Type.Optional(ChannelIdSchema),
    /** Release delay of orders that name none. Absent: ten minutes. */
    graceMs: Type.Optional(Type.Integer({ minimum: 0, maximum: graceMsMax })),
    /** What becomes of an order whose address cannot be right: taken as it is (default), held, or refused. */
    address: Type.Optional(Type.Union([Type.Literal('accept'), Type.Literal('hold'), Type.Literal('refuse')])),
    /** Orders of so much, or of so many units, are held. */
    bigOrder: Type.Optional(
      Type.Object({ valueMinor: Type.Optional(MoneyMinor), units: Type.Optional(QuantitySchema) }, exact),
    ),
    /** An order with which a customer would have so many units of one SKU within a time is held. */
    bulkBuy: Type.Optional(Type.Object({ units: QuantitySchema, windowMs: WindowMs }, exact)),
    /** An order of the very units that the customer ordered within this time is held. */
    repeat: Type.Optional(Type.Object({ windowMs: WindowMs }, exact)),
    /**
     * Whether lines name SKUs as the channel does: those with a mapping are what it says, and others are taken as they
     * are (`first`), refused (`only`), or wait in their order for a mapping (`park`). Absent: they name ours.
     */
    mapping: Type.Optional(Type.Union([Type.Literal('first'), Type.Literal('only'), Type.Literal('park')])),
    /** What the rest of an order does while lines of it wait for a mapping: waits too (default), or goes on. */
    parked: Type.Optional(Type.Union([Type.Literal('wait'), Type.Literal('go')])),
    /**
     * What becomes of an order that came with its places, where these cannot be had: refused (default), held and
     * sourced as any other, or sourced as any other (`anew`).
     */
    routed: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('hold'), Type.Literal('anew')])),
    /** What changing and cancelling an order costs. Absent: nothing. */
    fees: Type.Optional(Type.Object({ edit: Type.Optional(FeesSchema), cancel: Type.Optional(FeesSchema) }, exact)),
    /** From which chance of missing its date on an order is at risk, in per cent. Absent: 50. */
    riskPercent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    /** How orders are paid. Absent: nothing is asked of their payment. */
    payment: Type.Optional(PaymentTermsSchema),
  },
  exact,
);
export type IntakePolicy = Static<typeof IntakePolicySchema>;

export const intakeCommands = {
  /** Say how orders of a channel, or of all that have no policy of their own, are looked at before they are picked. */
  'intake-policy.put': Type.Object({ policy: IntakePolicySchema }, exact),
  /** Say what SKUs of a channel are; what was said before of a name no longer holds. */
  'mapping.put': Type.Object(
    { channel: ChannelIdSchema, mappings: Type.Array(MappingSchema, { minItems: 1, maxItems: mappingsMax }) },
    exact,
  ),
  /**
   * Give details of an order anew: each field named is replaced whole, or goes. The address and the gift only while
   * nothing is picked. An address that is right now lifts the hold of the policy.
   */
  'order.amend': Type.Object(
    {
      orderId: OrderIdSchema,
      details: Type.Optional(AmendedSchema),
      clear: Type.Optional(
        Type.Array(Type.Enum([...amendableFields]), { maxItems: amendableFields.length, uniqueItems: true }),
      ),
    },
    exact,
  ),
} as const;
