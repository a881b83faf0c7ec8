/**
 * What can be promised for some lines: the cheapest way, the fastest where it is faster, and places to
 * collect them. Decided as an order would be, by the same sourcing, and nothing is changed or held.
 */
import type { LineId, Sku } from '../../actors/ids.ts';
import { explode } from '../../actors/kits.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { PromisedParcel, PromiseOption } from '../../actors/promise.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { must } from '../assert.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { distanceKm } from '../routing/distance.ts';
import { decide } from '../routing/decide.ts';
import { openServices } from '../routing/services.ts';
import type { Candidate, SourcingRequest } from '../routing/source.ts';
import { ByWeight, wholeLoad } from '../routing/weighed.ts';
import { laterUnits } from './later.ts';
import { unitGramsMax } from './offers.ts';
import { optionOf } from './option.ts';
import { placeOf } from './places.ts';
import { loadOf, transitsOf, type Bundle } from './promise-for.ts';
import { byArrival, byCost, firstBy, lanesFrom, parcelOf, waysFrom, waysOn } from './ways.ts';
import type { Journey, Lane, Way } from './ways.ts';

/** Places to collect that are told. */
const pickupsMax = 3;

type Body = QueryBody<'promise.get'>;
type Order = typeof byCost;

interface Line {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
}

interface Asked {
  readonly core: Core;
  readonly body: Body;
  /** What is asked for, kits as their components. */
  readonly lines: readonly Line[];
  readonly journey: Journey;
  readonly request: SourcingRequest;
}

export function promiseOptions(core: Core, body: Body, atMs: number): readonly PromiseOption[] {
  const { world } = core;
  if (world.channels.get(body.channel)?.snapshot === undefined) return [];
  const { channel, segment, destination, service } = body;
  const exploded = explode(body.lines, (sku) => world.skus.get(sku)?.item?.snapshot?.context.kit);
  if ('code' in exploded) return [];
  const nothing = { allocated: 0, shipped: 0, cancelled: 0 };
  const lines = exploded.map((line) => ({ ...line, ...nothing, backordered: line.quantity }));
  const { request, plan } = decide(core, { channel, segment, destination, service, lines }, atMs);
  const { rates } = world;
  const services = openServices(world, service, destination);
  const journey = { to: destination, services, find: transitsOf(world), rates, atMs };
  const asked = { core, body, lines: exploded, journey, request };
  const byPriceOf: Choose = ({ cell, lines: of, units }) => firstBy(waysOf(asked, cell, of, units), byCost);
  const isRuled = request.ruling !== undefined;
  const cheapest = shipped(asked, 'cheapest', plan, isRuled ? asPlanned(asked) : byPriceOf, byCost);
  // A routing plan decides for itself: nothing faster is offered beside it.
  const faster = isRuled ? undefined : fastest(asked, cheapest);
  return [cheapest, faster, ...pickups(asked)].filter((option) => option !== undefined);
}

/** A parcel of a plan, and the way it goes; undefined: no carrier takes it. */
interface Chosen {
  readonly part: PlannedFulfillment;
  readonly cell: LocationCell;
  readonly lines: PromisedParcel['lines'];
  readonly units: number;
}
type Choose = (parcel: Chosen) => Way | undefined;

/** The way a parcel goes under a routing plan: by the service that the plan has chosen. */
function asPlanned(asked: Asked): Choose {
  return ({ part: { carrier, service }, cell, lines, units }) => {
    const ways = waysOf(asked, cell, lines, units).filter(({ service: of }) => of.carrier === carrier);
    return firstBy(service === undefined ? ways : ways.filter(({ service: of }) => of.id === service), byCost);
  };
}

function lanesOf({ core: { world }, journey }: Asked, cell: LocationCell, units: number): Lane[] {
  const isLimited = cell.snapshot?.context.capacity !== undefined;
  return lanesFrom(cell, journey, isLimited ? roomAt(world, cell, units, journey.atMs)?.readyMs : undefined);
}

function waysOf(asked: Asked, cell: LocationCell, lines: Bundle['lines'], units: number): Way[] {
  return waysOn(lanesOf(asked, cell, units), loadOf(asked.core.world, lines));
}

/** A plan as an option; undefined when nothing of it can be had. */
function shipped(
  asked: Asked,
  kind: 'cheapest' | 'fastest',
  plan: Plan,
  choose: Choose,
  order: Order,
): PromiseOption | undefined {
  const { world } = asked.core;
  const left = unitsBySku(asked.lines);
  const skus = new Map(asked.lines.map(({ lineId, sku }) => [lineId, sku]));
  const parcels = plan.fulfillments.map((part): PromisedParcel => {
    const cell = must(world.locations.get(part.location), 'a location that was chosen');
    const lines = part.lines.map(({ lineId, quantity }) => {
      return { sku: must(skus.get(lineId), 'a line that was asked for'), quantity };
    });
    for (const { sku, quantity } of lines) left.set(sku, (left.get(sku) ?? 0) - quantity);
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const way = choose({ part, cell, lines, units });
    return way === undefined ? unsent(cell, asked.journey, lines, units) : parcelOf(cell, way, lines, units);
  });
  const later = laterParcels(asked, left, order);
  const short = [...left.values()].reduce((sum, units) => sum + units, 0);
  const all = [...parcels, ...later];
  return all.length === 0 ? undefined : optionOf(kind, all, short);
}

function unitsBySku(lines: readonly Line[]): Map<Sku, number> {
  const units = new Map<Sku, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return units;
}

/** A parcel that no carrier takes at present: as an order without a carrier, at no cost. */
function unsent(cell: LocationCell, { to }: Journey, lines: PromisedParcel['lines'], units: number): PromisedParcel {
  const km = distanceKm(must(cell.snapshot, 'a location that sells').context, to);
  return { location: cell.id, lines, units, distanceKm: km, costMinor: 0, confidence: 0 };
}

interface LaterParcel {
  readonly cell: LocationCell;
  readonly atMs: number;
  confidence: number;
  readonly lines: { readonly sku: Sku; readonly quantity: number }[];
}

/** Parcels of units that are still to come, for what is `left`, which is lessened by them. */
function laterParcels({ core, body, journey }: Asked, left: Map<Sku, number>, order: Order): PromisedParcel[] {
  const view = core.world.selling.of(core.world.channels.get(body.channel));
  const parcels = new Map<string, LaterParcel>();
  for (const [sku, wanted] of left) {
    let missing = wanted;
    if (missing === 0) continue;
    for (const { location, atMs, units, confidence } of laterUnits(core.world, view, sku, journey.atMs)) {
      const quantity = Math.min(missing, units);
      missing -= quantity;
      if (quantity === 0) break;
      const key = `${location.id} ${atMs}`;
      const parcel = parcels.get(key) ?? { cell: location, atMs, confidence: 1, lines: [] };
      parcel.confidence = Math.min(parcel.confidence, confidence);
      parcel.lines.push({ sku, quantity });
      parcels.set(key, parcel);
    }
    left.set(sku, missing);
  }
  return [...parcels.values()].map(({ cell, atMs, confidence, lines }) => {
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const way = firstBy(waysFrom(cell, { ...journey, atMs }, loadOf(core.world, lines)), order);
    const parcel = way === undefined ? unsent(cell, journey, lines, units) : parcelOf(cell, way, lines, units);
    return { ...parcel, confidence: parcel.confidence * confidence, expectedAtMs: atMs };
  });
}

/**
 * The earliest date by which all that is there can be there, and the cheapest plan that keeps it. Undefined
 * where that is no earlier than the cheapest option, or no date is known.
 */
function fastest(asked: Asked, cheapest: PromiseOption | undefined): PromiseOption | undefined {
  const { core, request } = asked;
  const units = request.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const choices = request.candidates.map((candidate, index) => {
    const cell = must(core.world.locations.get(candidate.location), 'a candidate');
    const lanes = lanesOf(asked, cell, units);
    // Of its services, those that carry everything that may come from there.
    const whole = wholeLoad(request.needs, unitGramsMax(lanes.map(({ offer }) => offer)));
    return { candidate, index, cell, lanes, ways: waysOn(lanes, whole) };
  });
  const byMs = earliestFor(asked, choices.map(({ ways }) => firstBy(ways, byArrival)?.dates?.deliverByMs));
  if (byMs === undefined) return undefined;
  const inTime = choices.flatMap(({ ways, lanes, ...choice }) => {
    const offers = ways.flatMap(({ offer, dates }) => ((dates?.deliverByMs ?? Infinity) <= byMs ? [offer] : []));
    const way = firstBy(ways.filter(({ offer }) => offers.includes(offer)), byCost);
    const kept = lanes.filter(({ offer }) => offers.includes(offer));
    return way === undefined ? [] : [{ ...choice, way, offers, lanes: kept }];
  });
  inTime.sort((a, b) => byPrice(a.way, b.way) || (a.candidate.location < b.candidate.location ? -1 : 1));
  const candidates = inTime.map(({ candidate, way, offers }): Candidate => {
    const carriage = request.isWeighed === true ? new ByWeight(offers) : undefined;
    return { ...candidate, costMinor: way.costMinor, carriage };
  });
  const available = (sku: Sku, at: number): number => request.available(sku, inTime[at]?.index ?? -1);
  const plan = core.source({ ...request, candidates, available });
  const lanesAt = new Map(inTime.map(({ cell, lanes }) => [cell, lanes]));
  const choose: Choose = ({ cell, lines }) =>
    firstBy(waysOn(lanesAt.get(cell) ?? [], loadOf(core.world, lines)), byCost);
  const option = shipped(asked, 'fastest', plan, choose, byArrival);
  const isFaster = (option?.deliverByMs ?? Infinity) < (cheapest?.deliverByMs ?? Infinity);
  return isFaster ? option : undefined;
}

const byPrice = (a: Way, b: Way): number => a.costMinor - b.costMinor || a.distanceKm - b.distanceKm;

/** The earliest date by which candidates that arrive by it have all that any candidates have. */
function earliestFor({ request }: Asked, arrivals: readonly (number | undefined)[]): number | undefined {
  const wanted = new Map<Sku, number>();
  for (const { sku, quantity } of request.needs) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  for (const [sku, quantity] of wanted) {
    const there = request.candidates.reduce((sum, _, index) => sum + request.available(sku, index), 0);
    wanted.set(sku, Math.min(quantity, there));
  }
  if (![...wanted.values()].some((units) => units > 0)) return undefined;
  const dated = arrivals.flatMap((byMs, index) => (byMs === undefined ? [] : [{ byMs, index }]));
  for (const { byMs, index } of dated.sort((a, b) => a.byMs - b.byMs)) {
    for (const [sku, units] of wanted) wanted.set(sku, units - request.available(sku, index));
    if ([...wanted.values()].every((units) => units <= 0)) return byMs;
  }
  return undefined;
}

/** Locations that have everything and hand it over, those that are ready first, then the nearest. */
function pickups({ core, body, lines: asked, journey }: Asked): PromiseOption[] {
  const { world } = core;
  const view = world.selling.of(world.channels.get(body.channel), 'pickup', body.segment);
  const wanted = unitsBySku(asked);
  const units = [...wanted.values()].reduce((sum, quantity) => sum + quantity, 0);
  const lines = [...wanted].map(([sku, quantity]) => ({ sku, quantity }));
  const parcels: PromisedParcel[] = [];
  for (const cell of world.locationList) {
    const card = cell.snapshot?.context;
    if (card === undefined || !view.sells(cell)) continue;
    const hasAll = lines.every(({ sku, quantity }) => {
      const item = world.skus.get(sku);
      return item !== undefined && view.unitsIn(item, cell) >= quantity;
    });
    const isLimited = card.capacity !== undefined;
    const slot = isLimited ? roomAt(world, cell, units, journey.atMs) : undefined;
    if (!hasAll || (isLimited && slot === undefined)) continue;
    const readyMs = slot?.readyMs ?? placeOf(card)?.readyMs(journey.atMs);
    const km = distanceKm(card, journey.to);
    const confidence = readyMs === undefined ? 0 : 1;
    parcels.push({ location: cell.id, lines, units, distanceKm: km, costMinor: 0, readyMs, confidence });
  }
  const readyMs = (parcel: PromisedParcel): number => parcel.readyMs ?? Number.MAX_SAFE_INTEGER;
  parcels.sort((a, b) => readyMs(a) - readyMs(b) || a.distanceKm - b.distanceKm || (a.location < b.location ? -1 : 1));
  return parcels.slice(0, pickupsMax).map((parcel) => optionOf('pickup', [parcel], 0));
}
