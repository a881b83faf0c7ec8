/** The ways in which what a reservation holds could go, in the shadow: every choice of ways is tried. */
import type { Destination } from '../../../actors/order-commands.ts';
import { datesOf, readyAt } from './calendar.ts';
import { roomFor } from './capacity.ts';
import { boxOf, offersFor } from './rates.ts';
import { isSoldFrom } from './selling.ts';
import { kilometres } from './seeking.ts';
import type { Shadow, ShadowReservation } from './state.ts';

interface Sent {
  readonly id: string | undefined;
  readonly parcel: Readonly<Record<string, unknown>> & {
    readonly costMinor: number;
    readonly confidence: number;
    readonly shipByMs?: number | undefined;
    readonly deliverByMs?: number | undefined;
    readonly latestByMs?: number | undefined;
  };
}

export function heldOptionsOf(shadow: Shadow, reservation: ShadowReservation, to: Destination, atMs: number): unknown[] {
  const { parcels, lines } = reservation;
  if (parcels.length === 0) return [];
  const ways = parcels.map(({ from, units }) => {
    const location = shadow.locations.get(from.location);
    if (location === undefined) throw new Error(`the shadow has no location ${from.location}`);
    const sum = units.reduce((all, { quantity }) => all + quantity, 0);
    const whole = {
      location: from.location,
      lines: units.map(({ line, quantity }) => ({ sku: lines[line]?.sku, quantity })),
      units: sum,
      distanceKm: kilometres(location, to),
    };
    const readyMs = location.capacity === undefined ? undefined : roomFor(shadow, location, sum, atMs)?.readyMs;
    const sent: Sent[] = [];
    const box = boxOf(shadow, units.map(({ line, quantity }) => ({ sku: lines[line]?.sku ?? '', quantity })));
    for (const offer of offersFor(shadow, location, to, whole.distanceKm, reservation.service, atMs)) {
      const card = shadow.carriers.get(offer.carrier)?.card;
      const costMinor = offer.minor(box);
      if (card === undefined || costMinor === Infinity) continue;
      const dates = datesOf(shadow.transits, location, card, offer.id, to, atMs, readyMs) ?? { confidence: 0 };
      sent.push({ id: offer.id, parcel: { ...whole, carrier: card.id, service: offer.service, costMinor, ...dates } });
    }
    const name = ({ parcel }: Sent): string => `${String(parcel['carrier'])}\n`;
    const before = (a: Sent, b: Sent): number => (name(a) === name(b) ? (String(a.id) < String(b.id) ? -1 : 1) : name(a) < name(b) ? -1 : 1);
    return { whole, location, readyMs, sent: sent.sort((a, b) => a.parcel.costMinor - b.parcel.costMinor || before(a, b)) };
  });
  const unsent = ({ whole }: (typeof ways)[number]): Sent => ({ id: undefined, parcel: { ...whole, costMinor: 0, confidence: 0 } });
  const cheapest = ways.map((way) => way.sent[0] ?? unsent(way));
  const options = [optionOf('cheapest', cheapest)];
  const byMs = Math.max(...ways.map(({ sent }) => Math.min(...sent.map(({ parcel }) => parcel.deliverByMs ?? Infinity))));
  if (byMs < (options[0]?.deliverByMs ?? Infinity)) {
    options.push(optionOf('fastest', ways.map(({ sent }) => sent.find(({ parcel }) => (parcel.deliverByMs ?? Infinity) <= byMs) as Sent)));
  }
  const place = ways[0]?.location;
  const isTogether = ways.every(({ location }) => location === place);
  if (place !== undefined && isTogether && isSoldFrom(shadow, { channel: reservation.channel, method: 'pickup' }, place)) {
    const readyMs = ways[0]?.readyMs ?? readyAt(place, atMs);
    const confidence = readyMs === undefined ? 0 : 1;
    const collected = ways.map(({ whole }): Sent => ({ id: undefined, parcel: { ...whole, costMinor: 0, readyMs, confidence } }));
    options.push({ ...optionOf('pickup', collected), deliverByMs: readyMs });
  }
  const ids = [...new Set(ways.flatMap(({ sent }) => sent.map(({ id }) => id)))];
  const byService = ids.flatMap((service) => {
    const found = ways.flatMap(({ sent }) => sent.find(({ id }) => id === service) ?? []);
    return found.length === ways.length ? [{ ...optionOf('service', found), service }] : [];
  });
  return [...options, ...inOrder(byService)];
}

type Option = ReturnType<typeof optionOf> & { readonly service?: string | undefined };

/** The cheapest first, of equals the earlier, of these by name. */
function inOrder(options: readonly Option[]): Option[] {
  const lastMs = ({ deliverByMs, shipByMs }: Option): number => deliverByMs ?? shipByMs ?? Number.MAX_VALUE;
  return options.toSorted((a, b) => a.costMinor - b.costMinor || lastMs(a) - lastMs(b) || ((a.service ?? '') < (b.service ?? '') ? -1 : 1));
}

function optionOf(kind: string, sent: readonly Sent[]) {
  const parcels = sent.map(({ parcel }) => parcel);
  const last = (dates: readonly (number | undefined)[]): number | undefined =>
    dates.some((date) => date === undefined) ? undefined : Math.max(...(dates as number[]));
  return {
    kind,
    parcels,
    costMinor: parcels.reduce((sum, { costMinor }) => sum + costMinor, 0),
    shipByMs: last(parcels.map(({ shipByMs }) => shipByMs)),
    deliverByMs: last(parcels.map(({ deliverByMs }) => deliverByMs)),
    latestByMs: last(parcels.map(({ latestByMs }) => latestByMs)),
    confidence: parcels.reduce((product, { confidence }) => product * confidence, 1),
    short: 0,
  };
}
