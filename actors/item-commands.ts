/** Commands on items: what holds for a SKU wherever it is. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { exact, SkuSchema, text } from './schemas.ts';

/**
 * The settings of a SKU. A SKU needs none: it comes into being with its first stock, and then everything
 * optional here is absent.
 */
export const ItemSchema = Type.Object(
  {
    sku: SkuSchema,
    name: Type.Optional(text(80, 'Shown to people')),
  },
  exact,
);
export type Item = Static<typeof ItemSchema>;

export const itemCommands = {
  /** Create or replace the settings of a SKU. */
  'item.put': Type.Object({ item: ItemSchema }, exact),
} as const;
