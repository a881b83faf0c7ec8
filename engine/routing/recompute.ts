/**
 * A recorded decision made again: the order, the settings and the stock as they were then, decided about by the
 * same code, and compared with what was recorded.
 */
import type { Sku } from '../../actors/ids.ts';
import { startsAtMs } from '../../actors/order-schedule.ts';
import type { OrderContext, Plan } from '../../actors/order-context.ts';
import type { Core } from '../core.ts';
import type { Recomputed } from '../outcome-plans.ts';
import { placeOf } from '../promise/places.ts';
import { Reads } from '../then.ts';
import { worldThen } from '../then-world.ts';
import type { World } from '../world.ts';
import { decide, type Decision } from './decide.ts';
import { withCards } from './cards-used.ts';
import { bookThen } from './prices/recorded.ts';
import { wantedSkus } from './request.ts';
import { plannedSource } from './source-planned.ts';
import { momentOf, orderThen, wasReserved, type Found, type Sourced } from './past-decision.ts';

/** Records one question reads beside those it takes to find the decision. */
const readsMax = 4_096;

/** A decision made again, with the world in which it was made. */
export interface Again {
  readonly core: Core;
  readonly order: OrderContext;
  readonly atMs: number;
  readonly decision: Decision;
}

type Unknown = Extract<Recomputed, { readonly unknown: string }>;
type Compared = Omit<Exclude<Recomputed, Unknown>, 'decision' | 'flips'>;

/** What came of it, and how; or why it could not be made again. */
export type Remade = Unknown | (Compared & { readonly again: Again });

const unknown = (why: Unknown['unknown']): Unknown => ({ unknown: why });

/** Make a recorded decision again. */
export function remake(core: Core, order: OrderContext, found: Found): Remade {
  if (wasReserved(found)) return unknown('reserved');
  if (found.decision.moved !== undefined) return unknown('moved');
  const { routed } = found.decision;
  if (routed !== undefined && routed.unmet === undefined) return unknown('routed');
  if (found.decision.cause?.kind === 'batch') return unknown('together');
  const then = orderThen(order, found);
  if (then === undefined) return unknown('changed-again');
  const { decision, record, index } = found;
  const { prices: version } = decision;
  const prices = version === undefined ? undefined : bookThen(record.rows, index, wantedSkus(then), version);
  if (version !== undefined && prices === undefined) return unknown('prices');
  const skus = new Set<Sku>(then.lines.flatMap(({ sku, kit }) => (kit === undefined ? [sku] : [sku, kit.sku])));
  const was = worldThen(core, new Reads(core.past, readsMax), momentOf(found), skus);
  if (was === undefined) return unknown('too-far');
  // What names no prices went by none, whatever prices there are by now.
  const forked = { ...core, world: was.world, source: plannedSource(prices), prices };
  const rooms = giveRooms(was.world, decision, startsAtMs(then, record.atMs));
  const again = { core: forked, order: then, atMs: record.atMs, decision: decide(forked, then, record.atMs) };
  const differs = differences(decision, withCards(was.world.rates, again.decision.plan, record.atMs));
  return { reproduced: differs.length === 0, differs, assumed: [...rooms, ...was.assumed], again };
}

/**
 * Work that locations with a capacity had been given is not kept by the hour: they had room, or had none, as the
 * decision says.
 */
function giveRooms(world: World, { removed = [] }: Sourced, atMs: number): string[] {
  const full = new Set(removed.flatMap(({ location, reason }) => (reason === 'no-capacity' ? [location] : [])));
  const limited = world.locationList.filter(({ snapshot }) => snapshot?.context.capacity !== undefined);
  for (const { id, snapshot } of limited) {
    const place = snapshot === undefined ? undefined : placeOf(snapshot.context);
    const readyMs = place?.readyMs(atMs);
    if (!full.has(id) || place === undefined || readyMs === undefined) continue;
    const day = place.zone.dayAt(readyMs);
    const hours = Array.from({ length: 24 }, (_, hour) => {
      return { hourMs: place.zone.instantOf(day, 60 * hour), units: 1_000_000_000, parcels: 1_000_000_000 };
    });
    world.work(id).snapshot = { value: 'put', context: { hours } };
  }
  return limited.map(({ id }) => `room at ${id}`).sort();
}

/** Field by field, what a decision says and what it would be. */
function differences(recorded: Sourced, plan: Plan): { field: string; recorded: string; again: string }[] {
  const choices = plan.fulfillments.map(({ location, carrier, service, distanceKm, costMinor, lines }) => {
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    return { location, carrier, service, distanceKm, costMinor, units };
  });
  const was = recorded.choices.map(({ location, carrier, service, distanceKm, costMinor, units }) => {
    return { location, carrier, service, distanceKm, costMinor, units };
  });
  const fields = {
    choices: [was, choices],
    candidates: [recorded.candidates, plan.candidates],
    short: [recorded.short, plan.short],
    runnerUpMinor: [recorded.runnerUpMinor, plan.runnerUpMinor],
    removed: [recorded.removed, plan.removed],
    ruled: [recorded.ruled, plan.ruled],
    gapMinor: [recorded.gapMinor, plan.gapMinor],
    prices: [recorded.prices, plan.prices],
    rates: [recorded.rates, plan.rates],
  } as const;
  return Object.entries(fields).flatMap(([field, [one, other]]) => {
    const [before, again] = [canonical(one), canonical(other)];
    return before === again ? [] : [{ field, recorded: before, again }];
  });
}

/** As JSON with the fields in the order of their names, so that equal values are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'none';
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
