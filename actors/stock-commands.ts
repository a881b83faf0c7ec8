/** Commands on stock. All entries of one command happen or none. Composed in commands.ts. */
import { Type, type TSchema } from 'typebox';
import { quantityMax, stockEntriesMax } from './limits.ts';
import { lotFields } from './lot-commands.ts';
import { BalanceSchema, exact, FeedIdSchema, LocationIdSchema, QuantitySchema, Reason } from './schemas.ts';
import { SkuSchema, text, TimeMsSchema } from './schemas.ts';

const entries = <S extends TSchema>(entry: S) =>
  Type.Array(entry, { minItems: 1, maxItems: stockEntriesMax });
const where = { sku: SkuSchema, location: LocationIdSchema };
const StockUnits = Type.Object({ ...where, quantity: QuantitySchema, ...lotFields }, exact);
const DeltaSchema = Type.Integer({ minimum: -quantityMax, maximum: quantityMax, description: 'Units' });
const Reference = text(80, 'Delivery note, purchase order, return: what papers say of it');

/**
 * A count of one SKU at one location: what is physically there, or was at `countedAtMs`. Of an earlier
 * count, what came and went since is added.
 */
export const CountEntrySchema = Type.Object(
  { ...where, onHand: BalanceSchema, countedAtMs: Type.Optional(TimeMsSchema), ...lotFields },
  exact,
);
/** Units found or lost, as a row of a feed says it. */
export const DeltaRowSchema = Type.Object(
  { ...where, delta: DeltaSchema, reason: Type.Optional(Reason), ...lotFields },
  exact,
);

/** Why units that are there may not be sold. */
export const BucketSchema = Type.Union(
  [Type.Literal('damaged'), Type.Literal('quality'), Type.Literal('held')],
  { description: 'damaged, in quality control, or held for another reason' },
);

export const stockCommands = {
  /** Units arrived. Creates the stock when new. Wakes orders that wait for the SKU. */
  'stock.receive': Type.Object({ entries: entries(StockUnits), reference: Type.Optional(Reference) }, exact),
  /** Units found (+) or lost (−). May displace the newest allocations, which are sourced again. */
  'stock.adjust': Type.Object(
    {
      entries: entries(Type.Object({ ...where, delta: DeltaSchema, ...lotFields }, exact)),
      reason: Reason,
      feed: Type.Optional(FeedIdSchema),
    },
    exact,
  ),
  /** An absolute count of what is physically there. May displace allocations like an adjustment. */
  'stock.count': Type.Object(
    { entries: entries(CountEntrySchema), feed: Type.Optional(FeedIdSchema) },
    exact,
  ),
  /** Units that came back from customers: for sale at once, or into a bucket. */
  'stock.return': Type.Object(
    { entries: entries(StockUnits), bucket: Type.Optional(BucketSchema), reference: Type.Optional(Reference) },
    exact,
  ),
  /** Units that are there but may not be sold. They go to the bucket named, `held` when none is. */
  'stock.set-aside': Type.Object(
    { entries: entries(StockUnits), bucket: Type.Optional(BucketSchema), reason: Reason },
    exact,
  ),
  /** Units set aside that may be sold again. */
  'stock.put-back': Type.Object(
    { entries: entries(StockUnits), bucket: Type.Optional(BucketSchema), reason: Reason },
    exact,
  ),
  /** Units set aside that leave for good: scrapped, given away, sent to the vendor. */
  'stock.dispose': Type.Object(
    { entries: entries(StockUnits), bucket: Type.Optional(BucketSchema), reason: Reason },
    exact,
  ),
  /** Units of each SKU-location held back from sale. */
  'stock.buffer': Type.Object({ entries: entries(Type.Object({ ...where, buffer: BalanceSchema }, exact)) }, exact),
} as const;
