/** Commands on items: what holds for a SKU wherever it is. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { dropQueueMax, gramsMax, itemChannelsMax, kitComponentsMax, shelfDaysMax, sideMmMax } from './limits.ts';
import { untrackedPlacesMax } from './limits.ts';
import { AttributesSchema, BalanceSchema, ChannelIdSchema, exact, GroupSchema, LocationIdSchema } from './schemas.ts';
import { QuantitySchema, SkuSchema, text, TimeMsSchema } from './schemas.ts';
import { SubstitutesSchema } from './substitute-commands.ts';

/** How many units of a SKU may wait: over all channels, and through single ones. */
const caps = {
  capUnits: Type.Optional(BalanceSchema),
  /** Caps of channels; a channel that is not named has none of its own. */
  channels: Type.Optional(
    Type.Array(Type.Object({ channel: ChannelIdSchema, capUnits: BalanceSchema }, exact), {
      minItems: 1,
      maxItems: itemChannelsMax,
    }),
  ),
};

const BackorderSchema = Type.Union([
  Type.Literal('never'),
  Type.Object(
    {
      ...caps,
      /** No units are accepted to wait from this moment on; those that wait by then are served as before. */
      untilMs: Type.Optional(TimeMsSchema),
    },
    exact,
  ),
]);

const PreorderSchema = Type.Object(
  {
    ...caps,
    /** Before this moment no unit of the SKU is given to any order, whatever stock there is. */
    availableAtMs: TimeMsSchema,
  },
  exact,
);

/** Whom arriving stock serves first. Equal ones by age: the order that was placed first. */
export const serves = ['age', 'priority', 'promise', 'value'] as const;
export type Serve = (typeof serves)[number];
const ServeSchema = Type.Unsafe<Serve>(
  Type.Enum([...serves], {
    description: 'by age, by priority (9 first), by promised date (earliest first), by value (highest first)',
  }),
);

const DropSchema = Type.Object(
  {
    /** Units one customer may have, held, queued and ordered together; carts and orders must name theirs then. */
    perCustomerMax: Type.Optional(QuantitySchema),
    /** Tickets that may wait at one time. */
    queueMax: Type.Optional(Type.Integer({ minimum: 1, maximum: dropQueueMax, description: 'Tickets' })),
  },
  exact,
);

/**
 * Sold without stock: digital goods, what is made to order, what a supplier always has. Orders and carts of
 * it take no units; they are sent from one of the locations named, or of those in the groups, or from any.
 */
const UntrackedSchema = Type.Object(
  {
    /** Through these channels alone; through any other it is sold from stock. Absent: through all. */
    channels: Type.Optional(
      Type.Array(ChannelIdSchema, { minItems: 1, maxItems: itemChannelsMax, uniqueItems: true }),
    ),
    locations: Type.Optional(
      Type.Array(LocationIdSchema, { minItems: 1, maxItems: untrackedPlacesMax, uniqueItems: true }),
    ),
    groups: Type.Optional(Type.Array(GroupSchema, { minItems: 1, maxItems: untrackedPlacesMax, uniqueItems: true })),
  },
  exact,
);
export type Untracked = Static<typeof UntrackedSchema>;

/** Units are known by lot, or each by its serial: what arrives, leaves or is counted says which. */
const TrackingSchema = Type.Object(
  {
    by: Type.Union([Type.Literal('lot'), Type.Literal('serial')]),
    /** Days from receipt to expiry of a lot that comes without its own. */
    shelfLifeDays: Type.Optional(Type.Integer({ minimum: 1, maximum: shelfDaysMax, description: 'Days' })),
    /** A lot leaves sale so many days before it expires. Each must have an expiry then. */
    minRemainingDays: Type.Optional(Type.Integer({ minimum: 0, maximum: shelfDaysMax, description: 'Days' })),
  },
  exact,
);
export type Tracking = Static<typeof TrackingSchema>;

const SideSchema = Type.Integer({ minimum: 1, maximum: sideMmMax, description: 'Millimetres' });

/** What a unit is to a carrier. */
export const measures = {
  /** Weight of a unit as it is sent. Absent: it weighs nothing to any rate card. */
  grams: Type.Optional(Type.Integer({ minimum: 1, maximum: gramsMax, description: 'Grams' })),
  /** Sides of a unit as it is sent, in any order; they count when all three are known. */
  lengthMm: Type.Optional(SideSchema),
  widthMm: Type.Optional(SideSchema),
  heightMm: Type.Optional(SideSchema),
};

/** A kit has no stock of its own: it is sold from that of its components. */
const KitSchema = Type.Object(
  {
    components: Type.Array(Type.Object({ sku: SkuSchema, quantity: QuantitySchema }, exact), {
      minItems: 1,
      maxItems: kitComponentsMax,
    }),
    /** Whether all components of a kit must leave from one location. */
    together: Type.Boolean(),
  },
  exact,
);
export type Kit = Static<typeof KitSchema>;

/**
 * The settings of a SKU. A SKU needs none: it comes into being with its first stock, and then everything
 * optional here is absent.
 */
export const ItemSchema = Type.Object(
  {
    sku: SkuSchema,
    name: Type.Optional(text(80, 'Shown to people')),
    /** Whether and how much may wait for stock. Absent: whatever orders ask for. */
    backorder: Type.Optional(BackorderSchema),
    /** Sold before it may leave. */
    preorder: Type.Optional(PreorderSchema),
    /** Absent: as the engine is set, by age unless told otherwise. */
    serve: Type.Optional(ServeSchema),
    /** While it is out, carts of this SKU alone wait in line for units instead of being refused. */
    drop: Type.Optional(DropSchema),
    kit: Type.Optional(KitSchema),
    /** Absent: it is sold from stock. */
    untracked: Type.Optional(UntrackedSchema),
    /** Absent: units of the SKU are all alike. It changes only while there are none, nor any on their way. */
    tracking: Type.Optional(TrackingSchema),
    /** What may stand for it when a picker does not find it. A kit has none. */
    substitutes: Type.Optional(SubstitutesSchema),
    ...measures,
    /** What routing plans may ask about. */
    attributes: Type.Optional(AttributesSchema),
  },
  exact,
);
export type Item = Static<typeof ItemSchema>;

export const itemCommands = {
  /** Create or replace the settings of a SKU. */
  'item.put': Type.Object({ item: ItemSchema }, exact),
} as const;
