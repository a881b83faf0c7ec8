/** Commands on returns: what customers send back, and the policies that say what may come and what is refunded. */
import { Type, type Static, type TSchema } from 'typebox';
import { attributeTextMax, delayMsMax, moneyMinorMax, tagsMax } from './limits.ts';
import { returnLinesMax, returnPolicyListMax, returnRulesMax, returnWindowDaysMax } from './limits.ts';
import { lotFields } from './lot-commands.ts';
import { DestinationSchema, OrderLineSchema } from './order-commands.ts';
import {
  BalanceSchema,
  CarrierIdSchema,
  ChannelIdSchema,
  CountrySchema,
  CustomerSchema,
  exact,
  LineIdSchema,
  LocationIdSchema,
  MoneyMinor,
  OrderIdSchema,
  place,
  QuantitySchema,
  Reason,
  ReturnIdSchema,
  ServiceIdSchema,
  SkuSchema,
  text,
} from './schemas.ts';
import { dispositions, grades, refundTriggers, returnMethods, returnReasons } from './return-words.ts';
import type { Disposition, RefundTrigger, ReturnMethod, ReturnReason } from './return-words.ts';

const ReasonSchema = Type.Unsafe<ReturnReason>(Type.Enum([...returnReasons], { description: 'Why it comes back' }));
const MethodSchema = Type.Unsafe<ReturnMethod>(Type.Enum([...returnMethods], { description: 'How it comes back' }));
const DispositionSchema = Type.Unsafe<Disposition>(
  Type.Enum([...dispositions], { description: 'What becomes of the units' }),
);
const GradeSchema = Type.Unsafe<(typeof grades)[number]>(
  Type.Enum([...grades], { description: 'Condition, A the best' }),
);
const TriggerSchema = Type.Unsafe<RefundTrigger>(
  Type.Enum([...refundTriggers], { description: 'What makes a refund due' }),
);

const list = <S extends TSchema>(one: S, maxItems: number) =>
  Type.Array(one, { minItems: 1, maxItems, uniqueItems: true });

/** An attribute of an item with its value. */
const AttributeSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,31}$' }),
    value: Type.Union([text(attributeTextMax, 'A text'), Type.Number({ minimum: -1e15, maximum: 1e15 })]),
  },
  exact,
);

/** Where returns go: to where they were sent from, to one location, to the nearest that takes returns, nowhere. */
const DestinationRuleSchema = Type.Object(
  {
    /** All of what a rule says must hold of a return; one that says nothing fits every return. */
    reasons: Type.Optional(list(ReasonSchema, returnReasons.length)),
    methods: Type.Optional(list(MethodSchema, returnMethods.length)),
    /** Where the order went. */
    countries: Type.Optional(list(CountrySchema, 250)),
    /** Every line is of one of these. */
    skus: Type.Optional(list(SkuSchema, returnPolicyListMax)),
    /** What was paid for the units is less than this, in minor units. */
    belowMinor: Type.Optional(MoneyMinor),
    to: Type.Union([
      /** Where most of the units were sent from. */
      Type.Literal('origin'),
      /** The open location nearest to where the order went, of those with the capability `returns`. */
      Type.Literal('nearest'),
      /** The customer keeps the units: nothing comes, and the refund is due when it is approved. */
      Type.Literal('keep'),
      Type.Object({ location: LocationIdSchema }, exact),
    ]),
  },
  exact,
);
export type DestinationRule = Static<typeof DestinationRuleSchema>;

export const ReturnPolicySchema = Type.Object(
  {
    /** Whose returns it is for; absent: for all channels that have none of their own. */
    channel: Type.Optional(ChannelIdSchema),
    /** Days after the whole order was delivered in which a return may be asked for. Absent: 30. */
    windowDays: Type.Optional(Type.Integer({ minimum: 0, maximum: returnWindowDaysMax, description: 'Days' })),
    /** `auto`: what is allowed is approved at once (default). `manual`: somebody approves or rejects it. */
    approval: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('manual')])),
    /** How units may come back. Absent: every way. */
    methods: Type.Optional(list(MethodSchema, returnMethods.length)),
    /** What is never taken back: these SKUs, items with one of these attributes, orders with one of these tags. */
    excluded: Type.Optional(
      Type.Object(
        {
          skus: Type.Optional(list(SkuSchema, returnPolicyListMax)),
          attributes: Type.Optional(list(AttributeSchema, 50)),
          tags: Type.Optional(list(place('A word'), tagsMax)),
        },
        exact,
      ),
    ),
    /** What makes the refund due. Absent: receipt. */
    refundOn: Type.Optional(TriggerSchema),
    /** Restocking fee, in per cent of what was paid, rounded down. Absent: 0. */
    feePercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    /** Restocking fee for each return beside that. Absent: 0. */
    feeMinor: Type.Optional(MoneyMinor),
    /** No fee for units that come back for one of these. Absent: where it is not the customer’s fault. */
    feeFree: Type.Optional(Type.Array(ReasonSchema, { maxItems: returnReasons.length, uniqueItems: true })),
    /** Whether good units are looked at before they are for sale again. Absent: true. */
    inspect: Type.Optional(Type.Boolean()),
    /** What becomes of units by their condition, where an inspection does not say it. */
    grades: Type.Optional(
      Type.Object(
        {
          A: Type.Optional(DispositionSchema),
          B: Type.Optional(DispositionSchema),
          C: Type.Optional(DispositionSchema),
          D: Type.Optional(DispositionSchema),
        },
        exact,
      ),
    ),
    /** When the order of an exchange goes free: as a refund falls due, of all that was asked for. Absent: receipt. */
    exchangeOn: Type.Optional(TriggerSchema),
    /** How long a return waits for its next step before it expires, in milliseconds. Absent: 30 days. */
    expireAfterMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: delayMsMax })),
    /**
     * How long an approved return waits for its next step before that is a case, in milliseconds. Absent: 14 days.
     * No sooner than it expires: never.
     */
    overdueAfterMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: delayMsMax })),
    /** Where returns go: the first that fits. Absent, or none fits: origin. */
    destinations: Type.Optional(Type.Array(DestinationRuleSchema, { minItems: 1, maxItems: returnRulesMax })),
  },
  exact,
);
export type ReturnPolicy = Static<typeof ReturnPolicySchema>;

const ReturnRef = { returnId: ReturnIdSchema };
const lines = <S extends TSchema>(one: S) =>
  Type.Array(one, { minItems: 1, maxItems: returnLinesMax });

const RequestedLine = Type.Object(
  {
    /** Which line of the order: of a kit, its components. */
    orderLineId: LineIdSchema,
    quantity: QuantitySchema,
    reason: ReasonSchema,
    note: Type.Optional(text(200, 'In the customer’s words')),
  },
  exact,
);
/** What the customer gets instead: an order of its own, at prices of its own, to where the first one went. */
const ExchangeSchema = Type.Object(
  {
    orderId: OrderIdSchema,
    lines: lines(OrderLineSchema),
    destination: Type.Optional(DestinationSchema),
    service: Type.Optional(ServiceIdSchema),
    shortage: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('backorder')])),
  },
  exact,
);
/** Units that came; `damaged` of them are not for sale. Of a tracked SKU the last ones named are the damaged ones. */
const came = { quantity: QuantitySchema, damaged: Type.Optional(BalanceSchema), ...lotFields };
const ReceivedLine = Type.Object({ lineId: LineIdSchema, ...came }, exact);
const UnexpectedUnits = Type.Object({ sku: SkuSchema, ...came }, exact);
const InspectedLine = Type.Object(
  {
    lineId: LineIdSchema,
    quantity: QuantitySchema,
    grade: Type.Optional(GradeSchema),
    /** Absent: as the policy says of the grade. */
    disposition: Type.Optional(DispositionSchema),
    /** Whether these are of the units that came damaged. Absent: false. */
    damaged: Type.Optional(Type.Boolean()),
    /** False: nothing is refunded for them. Absent: true. */
    refund: Type.Optional(Type.Boolean()),
    /** Of a tracked SKU, where units go back for sale or are scrapped: which. */
    ...lotFields,
  },
  exact,
);

export const returnCommands = {
  /** Create or replace the policy of a channel, or of all that have none. Returns go on as they began. */
  'return-policy.put': Type.Object({ policy: ReturnPolicySchema }, exact),
  /** Ask for a return of units of an order that have been shipped. */
  'return.request': Type.Object(
    {
      ...ReturnRef,
      orderId: OrderIdSchema,
      /** Whose order it is: another customer’s is like one that does not exist. */
      customer: Type.Optional(CustomerSchema),
      /** Absent: parcel. */
      method: Type.Optional(MethodSchema),
      lines: lines(RequestedLine),
      /** Placed in the same command, and held until the policy lets it go. When it is refused, so is the return. */
      exchange: Type.Optional(ExchangeSchema),
    },
    exact,
  ),
  /** Units may come. `to`: to this location instead of where the policy sends them; what was to be kept comes. */
  'return.approve': Type.Object({ ...ReturnRef, to: Type.Optional(LocationIdSchema) }, exact),
  'return.reject': Type.Object({ ...ReturnRef, reason: Reason }, exact),
  /** A label was asked for, or made: with its carrier and tracking number as far as they are known. */
  'return.label': Type.Object(
    {
      ...ReturnRef,
      carrier: Type.Optional(CarrierIdSchema),
      tracking: Type.Optional(text(64, 'Tracking number')),
    },
    exact,
  ),
  /** The carrier has scanned the parcel: it is on its way. */
  'return.ship': Type.Object(
    {
      ...ReturnRef,
      carrier: Type.Optional(CarrierIdSchema),
      tracking: Type.Optional(text(64, 'Tracking number')),
    },
    exact,
  ),
  /** Units arrived, and are in stock at once: good ones in quality control, or for sale where nobody inspects. */
  'return.receive': Type.Object(
    {
      ...ReturnRef,
      /** Where. Absent: where it goes. */
      location: Type.Optional(LocationIdSchema),
      lines: Type.Optional(lines(ReceivedLine)),
      /** What was in the parcel and is not of this return: it is inspected like the rest, and not refunded. */
      unexpected: Type.Optional(lines(UnexpectedUnits)),
    },
    exact,
  ),
  /** Units were looked at: what becomes of each. Who waits for those that are for sale again is served at once. */
  'return.inspect': Type.Object(
    {
      ...ReturnRef,
      /** Where. Absent: where it goes. */
      location: Type.Optional(LocationIdSchema),
      lines: lines(InspectedLine),
    },
    exact,
  ),
  /** Refund so much more than the policy gives, and never more than was paid. */
  'return.refund': Type.Object(
    {
      ...ReturnRef,
      amountMinor: Type.Integer({ minimum: 1, maximum: moneyMinorMax, description: 'Minor units' }),
      reason: Reason,
    },
    exact,
  ),
  /** What has not arrived is called off. */
  'return.cancel': Type.Object({ ...ReturnRef, reason: Reason }, exact),
} as const;
