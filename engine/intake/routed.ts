/**
 * Pre-routed orders: whoever sent them has said already from where each line is sent, and maybe by which service. They
 * have these places if they can be had now, whatever the routing plan would say; if not, the policy of the channel says
 * whether the order is refused, held and sourced as any other, or just that.
 */
import type { OurBody } from '../../actors/order-checks.ts';
import type { LineId, LocationId, Sku } from '../../actors/ids.ts';
import type { Hold } from '../../actors/order-holds.ts';
import type { OrderInput, Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { Routed, Unmet } from '../../actors/order-routed.ts';
import { holdsMax } from '../../actors/limits.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { OrderLine } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { hasRoom } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import type { Given } from '../effects.ts';
import { loadOf } from '../promise/promise-for.ts';
import { pricer } from '../routing/request.ts';
import { isOffered } from '../routing/services.ts';
import { withUntracked } from '../untracked.ts';
import { holder } from './take-in.ts';

type Asked = NonNullable<OurBody['lines'][number]['routed']>;

/** The order as it is placed, and what is not asked of sourcing. */
export interface PreRouted {
  readonly input: OrderInput;
  readonly given: Given;
}

/** Lines that leave together, as they were asked for. */
interface Group {
  readonly asked: Asked;
  readonly lines: OrderLine[];
  /** The first of them, in the body. */
  readonly index: number;
}

const routedHold = 'pre-routed' as Hold['holdId'];

/** Undefined: its places are not said. */
export function preRouted(
  core: Core, body: OurBody, input: OrderInput, by: string,
): PreRouted | Rejection | undefined {
  let isAsked = false;
  for (const { routed, isUnmapped } of body.lines) if (routed !== undefined && isUnmapped !== true) isAsked = true;
  if (!isAsked) return undefined;
  const wrong = askedRefusal(core, body);
  if (wrong !== undefined) return wrong;
  const groups = groupsOf(body, input.lines);
  const found = planFor(core, input, groups);
  if (!('unmet' in found)) {
    const routed: Routed = { by };
    const intake = { ...input.intake, routed: true } as const;
    return { input: { ...input, intake }, given: { plan: { ...found, routed } } };
  }
  const { unmet, index } = found;
  const how = core.world.intakes.policyFor(body.channel).routed ?? 'refuse';
  const detail = `${unmet.location} ${details[unmet.reason]}`;
  if (how === 'refuse') return reject(unmet.reason, detail, `body.lines[${index}].routed`);
  const given = { routed: { by, unmet } };
  const isHeld = input.holds?.some(({ holdId }) => holdId === routedHold) === true;
  if (how === 'anew' || isHeld) return { input, given };
  const holds = [...(input.holds ?? []), { holdId: routedHold, reason: detail, by: holder, sinceMs: input.atMs }];
  if (holds.length > holdsMax) return reject('over-limit', `an order has at most ${holdsMax} holds`, 'body.holds');
  return { input: { ...input, holds }, given };
}

const details = {
  'location-closed': 'is paused, does not ship, or is none its channel sells from',
  'carrier-suspended': 'has nobody now who carries by that service',
  'no-capacity': 'has no room for so many units on the day they would be ready',
  'out-of-stock': 'does not have all of these units for the channel',
} as const;

/** What is wrong with what was said, whatever there is. */
function askedRefusal({ world }: Core, { lines, reservationId }: OurBody): Rejection | undefined {
  if (reservationId !== undefined) {
    return reject('contradiction', 'the units of a reservation are where it holds them', 'body.reservationId');
  }
  for (const [index, { routed, isUnmapped }] of lines.entries()) {
    if (isUnmapped === true) continue;
    const field = `body.lines[${index}].routed`;
    if (routed === undefined) return reject('contradiction', 'all lines name their places, or none does', field);
    const { location, service } = routed;
    if (world.locations.get(location)?.snapshot === undefined) {
      return reject('unknown-location', `no location ${location}`, `${field}.location`);
    }
    if (service === undefined || isOffered(world, service)) continue;
    return reject('unknown-service', `no carrier offers ${service}`, `${field}.service`);
  }
  return undefined;
}

/** One parcel for each place and service, in the order of their first lines. */
function groupsOf(body: OurBody, lines: readonly OrderLine[]): readonly Group[] {
  const saidOf = new Map<LineId, { readonly asked: Asked; readonly index: number }>();
  for (const [index, { lineId = String(index + 1) as LineId, routed }] of body.lines.entries()) {
    if (routed !== undefined) saidOf.set(lineId, { asked: routed, index });
  }
  const groups = new Map<string, Group>();
  for (const line of lines) {
    if (line.backordered === 0) continue;
    const { asked, index } = must(saidOf.get(line.kit?.lineId ?? line.lineId), 'a line that names its place');
    const key = `${asked.location} ${asked.service ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { asked, lines: [line], index });
    else group.lines.push(line);
  }
  return [...groups.values()];
}

type Met = Plan | { readonly unmet: Unmet; readonly index: number };

/** The order from the places it names, or the first of them that cannot be had. */
function planFor(core: Core, input: OrderInput, groups: readonly Group[]): Met {
  const { world } = core;
  const { channel, segment, destination, atMs } = input;
  const view = world.selling.of(world.channels.get(channel), 'ship', segment);
  const wantedAt = new Map<LocationId, Map<Sku, number>>();
  for (const { asked, lines } of groups) {
    let wanted = wantedAt.get(asked.location);
    if (wanted === undefined) wantedAt.set(asked.location, (wanted = new Map()));
    for (const { sku, backordered } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + backordered);
  }
  const reasonAt = (cell: LocationCell): Unmet['reason'] | undefined => {
    const wanted = wantedAt.get(cell.id) ?? new Map<Sku, number>();
    if (!view.sells(cell)) return 'location-closed';
    const count = [...wanted.values()].reduce((sum, units) => sum + units, 0);
    if (!hasRoom(world, cell, count, atMs)) return 'no-capacity';
    for (const [sku, units] of wanted) if (view.unitsIn(world.sku(sku), cell) < units) return 'out-of-stock';
    return undefined;
  };
  const fulfillments: PlannedFulfillment[] = [];
  for (const { asked, lines, index } of groups) {
    const cell = must(world.locations.get(asked.location), 'a location that is known');
    const load = loadOf(world, lines.map(({ sku, backordered }) => ({ sku, quantity: backordered })));
    const offer = pricer(world, destination, asked.service ?? input.service, atMs)(cell, load);
    const isCarried = offer.carrier !== undefined || asked.service === undefined;
    const reason = reasonAt(cell) ?? (isCarried ? undefined : 'carrier-suspended');
    if (reason !== undefined) return { unmet: { location: cell.id, reason }, index };
    const units = lines.map(({ lineId, backordered }) => ({ lineId, quantity: backordered }));
    fulfillments.push({ location: cell.id, ...offer, lines: units });
  }
  return withUntracked(world, input, { fulfillments, short: 0, candidates: 0, runnerUpMinor: undefined });
}
