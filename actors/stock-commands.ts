/** Commands on stock. All entries of one command happen or none. Composed in commands.ts. */
import { Type, type TSchema } from 'typebox';
import { quantityMax, stockEntriesMax } from './limits.ts';
import { BalanceSchema, exact, LocationIdSchema, QuantitySchema, Reason, SkuSchema, text } from './schemas.ts';

const entries = <S extends TSchema>(entry: S) =>
  Type.Array(entry, { minItems: 1, maxItems: stockEntriesMax });
const StockUnits = Type.Object(
  { sku: SkuSchema, location: LocationIdSchema, quantity: QuantitySchema },
  exact,
);
const DeltaSchema = Type.Integer({ minimum: -quantityMax, maximum: quantityMax, description: 'Units' });

export const stockCommands = {
  /** Units arrived. Creates the stock when new. Wakes orders that wait for the SKU. */
  'stock.receive': Type.Object(
    { entries: entries(StockUnits), reference: Type.Optional(text(80, 'Delivery note, purchase order')) },
    exact,
  ),
  /** Units found (+) or lost (−). May displace the newest allocations, which are sourced again. */
  'stock.adjust': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, delta: DeltaSchema }, exact),
      ),
      reason: Reason,
    },
    exact,
  ),
  /** An absolute count of what is physically there. May displace allocations like an adjustment. */
  'stock.count': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, onHand: BalanceSchema }, exact),
      ),
    },
    exact,
  ),
  /** Units that are there but may not be sold: damaged, in quality control, on hold. */
  'stock.set-aside': Type.Object({ entries: entries(StockUnits), reason: Reason }, exact),
  /** Units set aside that may be sold again. */
  'stock.put-back': Type.Object({ entries: entries(StockUnits), reason: Reason }, exact),
  /** Units of each SKU-location held back from sale. */
  'stock.buffer': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, buffer: BalanceSchema }, exact),
      ),
    },
    exact,
  ),
} as const;
