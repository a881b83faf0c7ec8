/** What must be promised, in the shadow, by trying every way from every place. */
import type { Destination } from '../../../actors/order-commands.ts';
import { datesOf, readyAt } from './calendar.ts';
import { roomFor } from './capacity.ts';
import { boxOf, offersFor } from './rates.ts';
import { unitsFrom } from './selling.ts';
import { planFor } from './sourcing.ts';
import { kilometres } from './seeking.ts';
import type { Shadow, ShadowOrder } from './state.ts';

interface Way {
  readonly location: string;
  readonly costMinor: number;
  readonly shipByMs: number | undefined;
  readonly deliverByMs: number | undefined;
}

/** Every way by which so many units of a SKU can go from the places a channel ships from that have room for them. */
function waysOf(shadow: Shadow, channel: string, to: Destination, sku: string, units: number, atMs: number): Way[] {
  const box = boxOf(shadow, [{ sku, quantity: units }]);
  const ways: Way[] = [];
  for (const location of shadow.locations.values()) {
    const slot = location.capacity === undefined ? undefined : roomFor(shadow, location, units, atMs);
    if (location.capacity !== undefined && slot === undefined) continue;
    const km = kilometres(location, to);
    for (const offer of offersFor(shadow, location, to, km, undefined, atMs)) {
      const card = shadow.carriers.get(offer.carrier)?.card;
      const costMinor = offer.minor(box);
      if (card === undefined || costMinor === Infinity) continue;
      const { shipByMs, deliverByMs } = datesOf(shadow.transits, location, card, offer.id, to, atMs, slot?.readyMs) ?? {};
      ways.push({ location: location.id, costMinor, shipByMs, deliverByMs });
    }
  }
  return ways.filter(({ location }) => [...shadow.places.keys()].some((sku) => unitsFrom(shadow, sku, location, { channel, method: 'ship' }) > 0));
}

/** For one unit of a SKU: the earliest date and the lowest price, each over every way from where it is. */
export function quick(shadow: Shadow, channel: string, to: Destination, sku: string, atMs: number): { earliestMs: number | undefined; cheapestMinor: number | undefined } {
  const ways = waysOf(shadow, channel, to, sku, 1, atMs).filter(({ location }) => unitsFrom(shadow, sku, location, { channel, method: 'ship' }) > 0);
  const dates = ways.flatMap(({ deliverByMs }) => (deliverByMs === undefined ? [] : [deliverByMs]));
  return {
    earliestMs: dates.length === 0 ? undefined : Math.min(...dates),
    cheapestMinor: ways.length === 0 ? undefined : Math.min(...ways.map(({ costMinor }) => costMinor)),
  };
}

interface Options {
  readonly parcels: unknown[];
  readonly short: number;
  readonly fastestMs: number | undefined;
  readonly isRuled: boolean;
}

/** For some units of a SKU: the parcels of the cheapest option, and the date of the fastest. */
export function options(shadow: Shadow, channel: string, to: Destination, sku: string, quantity: number, atMs: number): Options {
  const order = {
    id: undefined, channel, destination: to, currency: undefined, customer: undefined, service: undefined, mayWait: true, delayMs: 0,
    placedAtMs: atMs, changedAtMs: atMs, startedAtMs: undefined, attempts: 0, parts: [], trouble: undefined, exception: undefined,
    lines: [{ lineId: '0', sku, quantity, unitPriceMinor: 0, cancelled: 0 }],
  } as unknown as ShadowOrder;
  const plan = planFor(shadow, order, atMs);
  const parcels = plan.parcels.map(({ from, units }) => {
    const location = shadow.locations.get(from.location);
    const sum = units.reduce((all, one) => all + one.quantity, 0);
    const card = from.carrier === undefined ? undefined : shadow.carriers.get(from.carrier)?.card;
    const slot = location === undefined ? undefined : roomFor(shadow, location, sum, atMs);
    const dates = location === undefined || card === undefined ? undefined : datesOf(shadow.transits, location, card, from.service, to, atMs, slot?.readyMs);
    const { location: at, carrier, service, costMinor } = from;
    return { location: at, carrier, service, costMinor, units: sum, shipByMs: dates?.shipByMs, deliverByMs: dates?.deliverByMs };
  });
  const view = { channel, method: 'ship' } as const;
  const there = (places: readonly string[]): number => [...new Set(places)].reduce((sum, place) => sum + unitsFrom(shadow, sku, place, view), 0);
  const ways = waysOf(shadow, channel, to, sku, quantity, atMs);
  const limited = [...shadow.locations.values()].filter((one) => one.capacity !== undefined && roomFor(shadow, one, quantity, atMs) === undefined);
  const all = [...shadow.locations.keys()].filter((place) => !limited.some(({ id }) => id === place));
  const wanted = Math.min(quantity, there(all));
  const dates = [...new Set(ways.flatMap(({ deliverByMs }) => (deliverByMs === undefined ? [] : [deliverByMs])))].sort((a, b) => a - b);
  const isBy = (byMs: number): boolean => there(ways.filter(({ deliverByMs }) => (deliverByMs ?? Infinity) <= byMs).map(({ location }) => location)) >= wanted;
  const isRuled = plan.ruled !== undefined;
  return { parcels, short: plan.short, isRuled, fastestMs: wanted === 0 ? undefined : dates.find(isBy) };
}

/** When units of a SKU can be collected, at the place where that is first. */
export function collected(shadow: Shadow, channel: string, sku: string, quantity: number, atMs: number): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (const location of shadow.locations.values()) {
    if (unitsFrom(shadow, sku, location.id, { channel, method: 'pickup' }) < quantity) continue;
    const slot = location.capacity === undefined ? undefined : roomFor(shadow, location, quantity, atMs);
    if (location.capacity === undefined || slot !== undefined) found.push(slot?.readyMs ?? readyAt(location, atMs));
  }
  return found.sort((a, b) => (a ?? Infinity) - (b ?? Infinity)).slice(0, 3);
}
