/**
 * Units of an order that are to have another place: what stands against having them at a location, and what they would
 * cost from there. Asked by those who move them by hand, and by those who offer them.
 */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { startsAtMs } from '../../actors/order-schedule.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { hasRoom } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { loadOf } from '../promise/promise-for.ts';
import { decide, type Decision } from '../routing/decide.ts';
import { pricer } from '../routing/request.ts';
import type { Candidate, SourcingRequest } from '../routing/source.ts';
import type { View } from '../selling.ts';

/** Units of an order that are to have another place, and how they would be decided were it open. */
export interface Asked {
  readonly core: Core;
  readonly order: OrderContext;
  readonly units: readonly LineUnits[];
  /** By SKU. */
  readonly wanted: ReadonlyMap<Sku, number>;
  readonly count: number;
  readonly view: View;
  readonly decision: Decision;
  readonly atMs: number;
  /** When a location would begin. */
  readonly startMs: number;
}

export function ask(core: Core, order: OrderContext, units: readonly LineUnits[], atMs: number): Asked {
  const moved = new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  const lines = order.lines.map((line) => ({ ...line, allocated: 0, backordered: moved.get(line.lineId) ?? 0 }));
  const wanted = new Map<Sku, number>();
  let count = 0;
  for (const { sku, backordered } of lines) {
    if (backordered > 0) wanted.set(sku, (wanted.get(sku) ?? 0) + backordered);
    count += backordered;
  }
  const { world } = core;
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const startMs = startsAtMs(order, atMs);
  const decision = decide(core, { ...order, lines }, atMs);
  return { core, order, units, wanted, count, view, decision, atMs, startMs };
}

/** What stands against having all of the units at a location; undefined: nothing. */
export function obstacleAt(asked: Asked, cell: LocationCell, isFree: boolean) {
  const { core, wanted, count, view, decision, startMs } = asked;
  if (!view.sells(cell)) return { reason: 'location-closed' } as const;
  const rule = ruleAt(decision.request, cell.id);
  if (rule !== undefined && !isFree) return { reason: 'rule-excludes', rule } as const;
  if (!hasRoom(core.world, cell, count, startMs)) return { reason: 'no-capacity' } as const;
  for (const [sku, quantity] of wanted) {
    if (unitsAt(core, view, sku, cell) < quantity) return { reason: 'out-of-stock' } as const;
  }
  return undefined;
}

/** The hard rule that keeps any of the units from a location. */
export const ruleAt = ({ removed }: SourcingRequest, id: LocationId): string | undefined =>
  removed?.find(({ location, reason }) => location === id && reason === 'rule')?.rule;

export function unitsAt({ world }: Core, view: View, sku: Sku, cell: LocationCell): number {
  const known = world.skus.get(sku);
  return known === undefined ? 0 : view.unitsIn(known, cell);
}

/** A parcel from a location: as the plan prices it, or, where it is no candidate, by the cheapest service. */
export function offerAt(asked: Asked, cell: LocationCell): Omit<Candidate, 'location'> {
  const { core, order, wanted, decision, atMs } = asked;
  const { candidates, removed = [] } = decision.request;
  const found = candidates.find(({ location }) => location === cell.id);
  // By weight, it may be priced without what is too heavy to be carried from there.
  const isWhole = !removed.some(({ location, reason }) => location === cell.id && reason === 'too-heavy');
  if (found !== undefined && isWhole) return found;
  const lines = [...wanted].map(([sku, quantity]) => ({ sku, quantity }));
  return pricer(core.world, order.destination, order.service, atMs)(cell, loadOf(core.world, lines));
}

/** What all of the units would cost from a location: by the plan’s prices, or what the parcel costs. */
export function scoreAt(
  { needs }: SourcingRequest, { costMinor, ruled }: Pick<Candidate, 'costMinor' | 'ruled'>,
): number {
  if (ruled === undefined) return costMinor;
  const { parcelMinor, lineMinor = [], unitMinor = [] } = ruled;
  return needs.reduce(
    (sum, { quantity }, index) => sum + (lineMinor[index] ?? 0) + quantity * (unitMinor[index] ?? 0),
    parcelMinor,
  );
}

/** Who could have all of a part, the best first: open to its channel, by no rule excluded, with the units and room. */
export function rankedFor(
  core: Core,
  order: OrderContext,
  part: Fulfillment,
  atMs: number,
  isMeant: (cell: LocationCell) => boolean,
): readonly LocationId[] {
  const asked = ask(core, order, part.lines, atMs);
  const { declined = [] } = order;
  const isOut = (id: LocationId): boolean => declined.some((one) => one.location === id && one.untilMs > atMs);
  const offers = core.world.locationList
    .filter((cell) => cell.id !== part.location && isMeant(cell) && !isOut(cell.id))
    .filter((cell) => obstacleAt(asked, cell, false) === undefined)
    .map((cell) => ({ location: cell.id, offer: offerAt(asked, cell) }))
    .map((one) => ({ ...one, minor: scoreAt(asked.decision.request, one.offer) }));
  offers.sort(
    (a, b) =>
      a.minor - b.minor || a.offer.distanceKm - b.offer.distanceKm || (a.location < b.location ? -1 : 1),
  );
  return offers.map(({ location }) => location);
}
