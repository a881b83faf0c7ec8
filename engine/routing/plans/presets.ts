/** Ready-made plans: the rules that other systems are known for, as documents to begin with. */
import type { LocationId, PlanId } from '../../../actors/ids.ts';
import { planFormat, type PlanDocument } from '../../../actors/plan-schemas.ts';

/** Outweighs any price of carriage: what stands before it is decided first. */
const firstMinor = 1_000_000_000;
/** Outweighs carriage, and is outweighed by `firstMinor`. */
const secondMinor = 10_000_000;

const plan = (id: string, name: string, rest: Partial<PlanDocument>): PlanDocument => ({
  format: planFormat,
  id: id as PlanId,
  name,
  ...rest,
});

/** Fewest parcels, then the first of a list; what is not in the list is not sourced from. */
export function rankedList(locations: readonly LocationId[]): PlanDocument {
  const listed = `location.id in [${locations.map((id) => JSON.stringify(id)).join(', ')}]`;
  return plan('ranked-list', 'The first of a list', {
    objective: { shipping: 0, parcelMinor: firstMinor },
    rules: [
      { id: 'not-listed', exclude: 'location', when: `!(${listed})` },
      ...locations.slice(1).map((id, index) => ({
        id: `place-${index + 2}`,
        when: `location.id == ${JSON.stringify(id)}`,
        cost: (index + 1) * secondMinor,
      })),
    ],
  });
}

/** The plans that need nothing to be said, by name. */
export const presets = {
  closest: plan('closest', 'The closest, parcel by parcel', { objective: { shipping: 0, kmMinor: 1 } }),
  'fewest-parcels': plan('fewest-parcels', 'Fewest parcels, then the closest', {
    objective: { shipping: 0, kmMinor: 1, parcelMinor: firstMinor },
  }),
  cheapest: plan('cheapest', 'The cheapest carriage, split or not', { objective: { shipping: 1 } }),
  'stay-in-market': plan('stay-in-market', 'From the country of the destination first, then the cheapest', {
    rules: [{ id: 'abroad', when: '!location.isHome', cost: secondMinor }],
  }),
  'store-first': plan('store-first', 'From stores first, then the cheapest', {
    rules: [{ id: 'no-store', when: 'location.type != "store"', cost: secondMinor }],
  }),
  'capacity-balanced': plan('capacity-balanced', 'Where least was given out today, then the cheapest', {
    rules: [{ id: 'busy', cost: 'location.parcelsToday * 1000' }],
  }),
  'broken-style': plan('broken-style', 'The last units of a size first, then the cheapest', {
    rules: [
      {
        id: 'odd-units',
        note: 'Broken size runs are cleared',
        per: 'unit',
        when: 'stock.onHand > 0',
        cost: '-3000 / stock.onHand',
      },
    ],
  }),
} as const satisfies Readonly<Record<string, PlanDocument>>;

export type PresetName = keyof typeof presets;
