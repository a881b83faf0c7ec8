/** Answers about supply: read from its lists, never by a scan over all documents. */
import type { SupplyId } from '../actors/ids.ts';
import type { QueryBody } from '../actors/queries.ts';
import type { SupplyContext, SupplyState, SupplyView } from '../actors/supply-context.ts';
import type { Core } from './core.ts';
import type { Answers, IncomingView } from './outcome.ts';
import type { Snapshot } from './step.ts';
import { placesOf } from './supplies.ts';

const pageDefault = 50;
/** Lines of all documents of a page together, the first aside. */
const pageLinesMax = 2_000;

/** A document as others see it. */
export function viewOfSupply({ value, context }: Snapshot<SupplyContext>): SupplyView {
  return { ...context, state: value as SupplyState };
}

export function supplyView({ world }: Core, id: SupplyId): SupplyView | null {
  const snapshot = world.supplies.look(id);
  return snapshot === undefined ? null : viewOfSupply(snapshot);
}

/** By location, then by date. */
export function incomingViews({ world }: Core, { sku, location }: QueryBody<'stock.incoming'>): IncomingView[] {
  const { incoming } = world.supplies;
  const places = location === undefined ? [...incoming.of(sku)] : [[location, incoming.at(sku, location)] as const];
  return places
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([place, units]) => units.map((each) => ({ location: place, ...each })));
}

/**
 * Open documents, continued after the last one given. Where that one has left the list meanwhile, the list
 * begins again: a reader sees a document twice rather than never.
 */
export function listSupplies(core: Core, body: QueryBody<'supply.list'>): Answers['supply.list'] {
  const limit = body.limit ?? pageDefault;
  const ids = idsFor(core, body);
  const isListed = body.after !== undefined && ids.has(body.after);
  let isPast = !isListed;
  const supplies: SupplyView[] = [];
  let lines = 0;
  let last: SupplyId | undefined;
  for (const id of ids.keys()) {
    if (!isPast) {
      isPast = id === body.after;
      continue;
    }
    const snapshot = core.world.supplies.look(id);
    if (snapshot === undefined || !fits(snapshot, body)) continue;
    lines += snapshot.context.lines.length;
    const isFull = supplies.length === limit || (supplies.length > 0 && lines > pageLinesMax);
    if (isFull) return { supplies, next: last };
    supplies.push(viewOfSupply(snapshot));
    last = id;
  }
  return { supplies };
}

interface Ids {
  has(id: SupplyId): boolean;
  keys(): Iterable<SupplyId>;
}

const noIds: ReadonlySet<SupplyId> = new Set();

/** The list to go through: the same one for every page of the same question. */
function idsFor({ world: { supplies } }: Core, { sku, location, state }: QueryBody<'supply.list'>): Ids {
  if (sku !== undefined) return supplies.bySku.get(sku) ?? noIds;
  if (location !== undefined) return supplies.byLocation.get(location) ?? noIds;
  if (state !== undefined) return supplies.byState.get(state) ?? noIds;
  return { has: (id) => supplies.isOpen(id), keys: () => supplies.open() };
}

function fits({ value, context }: Snapshot<SupplyContext>, body: QueryBody<'supply.list'>): boolean {
  const { state, location, sku } = body;
  if (state !== undefined && value !== state) return false;
  if (location !== undefined && !placesOf(context).includes(location)) return false;
  return sku === undefined || context.lines.some((line) => line.sku === sku);
}
