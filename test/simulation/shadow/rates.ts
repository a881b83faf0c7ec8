/** What carriers take for parcels, in the shadow: every card is read from the top each time a price is asked. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Location } from '../../../actors/network-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import type { RateCard } from '../../../actors/rate-commands.ts';
import { obstacle } from './carrier-health.ts';
import type { Doing } from './orders.ts';
import type { Part, Shadow, ShadowCarrier } from './state.ts';
import { no, type Verdict } from './verdict.ts';

/** Units in a box: what they weigh, the room they take, and of each measure the most of any unit. */
export interface Box {
  readonly grams: number;
  readonly mm3: number;
  readonly unit: number;
  readonly side: number;
  readonly girth: number;
}

export function boxOf(shadow: Shadow, units: readonly { readonly sku: string; readonly quantity: number }[]): Box {
  const boxes = units.filter(({ quantity }) => quantity > 0).map(({ sku, quantity }) => {
    const { grams = 0, lengthMm, widthMm, heightMm } = shadow.items.get(sku)?.item ?? {};
    if (lengthMm === undefined || widthMm === undefined || heightMm === undefined) {
      return { grams: grams * quantity, mm3: 0, unit: grams, side: 0, girth: 0 };
    }
    const [c, b, a] = [lengthMm, widthMm, heightMm].sort((x, y) => x - y) as [number, number, number];
    return { grams: grams * quantity, mm3: a * b * c * quantity, unit: grams, side: a, girth: a + 2 * b + 2 * c };
  });
  const most = (of: (box: Box) => number): number => boxes.reduce((top, box) => Math.max(top, of(box)), 0);
  const all = (of: (box: Box) => number): number => boxes.reduce((sum, box) => sum + of(box), 0);
  return { grams: all((box) => box.grams), mm3: all((box) => box.mm3), unit: most((box) => box.unit), side: most((box) => box.side), girth: most((box) => box.girth) };
}

/** Cards by `carrier/service/version`; undefined once removed. */
export type RateCards = Map<string, RateCard | undefined>;

/** What one service would take, on one lane. */
export interface ShadowOffer {
  readonly carrier: string;
  readonly id: string;
  /** Named only by carriers that name their services. */
  readonly service: string | undefined;
  /** The heaviest unit it takes. */
  readonly unitMax: number;
  /** Infinity: it does not take the box. */
  readonly minor: (box: Box) => number;
}

export function cardFor(shadow: Shadow, carrier: string, service: string, atMs: number): RateCard | undefined {
  const cards = [...shadow.rates.values()].flatMap((card) => (card?.carrier === carrier && card.service === service ? [card] : []));
  const now = cards.filter(({ fromMs = 0, untilMs = Infinity }) => atMs >= fromMs && atMs < untilMs);
  return now.sort((a, b) => (b.fromMs ?? 0) - (a.fromMs ?? 0) || b.version - a.version)[0];
}

/** The cards of the services that parcels go with, in their order. */
export function cardsOf(shadow: Shadow, parcels: readonly { readonly from: { readonly carrier: string | undefined; readonly service?: string | undefined } }[], atMs: number) {
  const names = [...new Set(parcels.flatMap(({ from: { carrier, service = 'standard' } }) => (carrier === undefined ? [] : [JSON.stringify([carrier, service])])))];
  const used = names.flatMap((name) => {
    const [carrier, service] = JSON.parse(name) as [string, string];
    const card = cardFor(shadow, carrier, service, atMs);
    return card === undefined ? [] : [{ carrier, service, version: card.version }];
  });
  return used.length === 0 ? undefined : used;
}

const servicesOf = (card: ShadowCarrier['card']) =>
  (card.services ?? [{ ...card, id: 'standard' }]).map((one) => ({ ...one, id: one.id as string, carrier: card.id as string, isNamed: card.services !== undefined }));

function openServices(shadow: Shadow, asked: string | undefined, to: Destination | undefined) {
  return [...shadow.carriers.values()]
    .filter(({ isOpen }) => isOpen)
    .flatMap(({ card }) => servicesOf(card))
    .filter(({ id, carrier }) => (asked === undefined || asked === id) && obstacle(shadow.carriers.get(carrier)?.health, id, to) === undefined);
}

/** Whether parcels to somewhere are priced by what is in them. */
export function isWeighed(shadow: Shadow, to: Destination | undefined, asked: string | undefined, atMs: number): boolean {
  return to !== undefined && openServices(shadow, asked, to).some(({ carrier, id }) => cardFor(shadow, carrier, id, atMs) !== undefined);
}

/** Every open service that goes from a place to another, by carrier and service. */
export function offersFor(shadow: Shadow, from: Location, to: Destination | undefined, km: number, asked: string | undefined, atMs: number): ShadowOffer[] {
  const offers = openServices(shadow, asked, to).flatMap((service) => offerBy(shadow, service, from, to, km, atMs));
  return offers.sort((a, b) => (a.carrier === b.carrier ? (a.id < b.id ? -1 : 1) : a.carrier < b.carrier ? -1 : 1));
}

/** What one service would take; nothing where its card has no price for the lane. */
function offerBy(shadow: Shadow, service: ReturnType<typeof servicesOf>[number], from: Location, to: Destination | undefined, km: number, atMs: number): ShadowOffer[] {
  const { carrier, id, isNamed, baseMinor, perKmMinor } = service;
  const named = { carrier, id, service: isNamed ? id : undefined };
  const card = to === undefined ? undefined : cardFor(shadow, carrier, id, atMs);
  if (card === undefined || to === undefined) return [{ ...named, unitMax: Infinity, minor: () => Math.round(baseMinor + perKmMinor * km) }];
  const zone = card.zones.find((one) => one.zone === zoneFor(card, from, to, km));
  if (zone === undefined) return [];
  const unitMax = zone.beyondMinor === undefined ? (card.breaks.at(-1) ?? 0) : Infinity;
  return [{ ...named, unitMax, minor: (box) => (box.unit > unitMax ? Infinity : chargeOf(card, zone, to, box)) }];
}

/** What the service of a parcel would take for other units; undefined where nobody knows. */
export function costBy(shadow: Shadow, part: Part, to: Destination, units: readonly { readonly sku: string; readonly quantity: number }[], atMs: number): number | undefined {
  const { location, carrier, service, distanceKm } = part;
  const [from, by] = [shadow.locations.get(location), carrier === undefined ? undefined : shadow.carriers.get(carrier)];
  const own = by === undefined ? undefined : servicesOf(by.card).find(({ id }) => id === (service ?? 'standard'));
  return from === undefined || own === undefined ? undefined : offerBy(shadow, own, from, to, distanceKm, atMs)[0]?.minor(boxOf(shadow, units));
}

/** The cheapest of some offers for a box; the first of equals. */
export function cheapest(offers: readonly ShadowOffer[], box: Box): (ShadowOffer & { readonly costMinor: number }) | undefined {
  const priced = offers.map((offer) => ({ ...offer, costMinor: offer.minor(box) })).filter(({ costMinor }) => costMinor < Infinity);
  return priced.sort((a, b) => a.costMinor - b.costMinor)[0];
}

const letters = (code: string): string => [...code.toUpperCase()].filter((letter) => /[A-Z0-9]/.test(letter)).join('');

/** How closely a lane names a place: the longer the begin of its code, the closer. */
function closeness(country: string | undefined, prefixes: readonly string[] | undefined, to: { country: string; postalCode?: string | undefined }): number {
  if (country === undefined) return 0;
  if (country !== to.country) return -1;
  if (prefixes === undefined) return 1;
  const code = letters(to.postalCode ?? '');
  return Math.max(-1, ...prefixes.filter((prefix) => code.startsWith(prefix)).map((prefix) => 1 + prefix.length));
}

function originRank(lane: NonNullable<RateCard['lanes']>[number], { groups = [], country, postalCode }: Location): number {
  const { from } = lane;
  if (from === undefined) return 100;
  if ('group' in from) return groups.includes(from.group) ? groups.indexOf(from.group) : -1;
  if (from.country !== country) return -1;
  if (from.postalPrefix === undefined) return 99;
  return letters(postalCode ?? '').startsWith(from.postalPrefix) ? 98 - from.postalPrefix.length : -1;
}

export function zoneFor(card: RateCard, from: Location, to: Destination, km: number): string | undefined {
  const lanes = (card.lanes ?? []).map((lane) => ({ zone: lane.zone, origin: originRank(lane, from), close: closeness(lane.country, lane.postalPrefixes, to) }));
  const fit = lanes.filter(({ origin, close }) => origin >= 0 && close >= 0).sort((a, b) => a.origin - b.origin || b.close - a.close);
  return fit[0]?.zone ?? card.bands?.find(({ upToKm }) => km <= upToKm)?.zone;
}

function chargeOf(card: RateCard, { minor, beyondMinor }: RateCard['zones'][number], to: Destination, box: Box): number {
  const { breaks, beyondGrams = 1, minimumMinor = 0, divisor, surcharges = {} } = card;
  const grams = Math.max(box.grams, divisor === undefined ? 0 : Math.ceil(box.mm3 / divisor));
  const last = breaks.at(-1) ?? 0;
  const price = (weight: number): number => Math.max(minimumMinor, minor[breaks.findIndex((most) => weight <= most)] ?? 0);
  const heavier = Math.max(0, Math.ceil(grams / last) - 1);
  let sum = heavier === 0 ? price(grams) : heavier * price(last) + price(grams - heavier * last);
  if (heavier > 0 && beyondMinor !== undefined) sum = price(last) + beyondMinor * Math.ceil((grams - last) / beyondGrams);
  if (to.residential === true) sum += surcharges.residentialMinor ?? 0;
  const remote = (surcharges.remote ?? []).map((one) => ({ minor: one.minor, close: closeness(one.country, one.postalPrefixes, to) }));
  sum += remote.filter(({ close }) => close > 0).sort((a, b) => b.close - a.close)[0]?.minor ?? 0;
  const { oversize } = surcharges;
  if (oversize !== undefined && (box.side > (oversize.sideMm ?? Infinity) || box.girth > (oversize.girthMm ?? Infinity))) sum += oversize.minor;
  return sum + Math.round((sum * (surcharges.fuelPercent ?? 0)) / 100);
}

const keyOf = ({ carrier, service, version }: Pick<RateCard, 'carrier' | 'service' | 'version'>): string => `${carrier}/${service}/${version}`;

export function putRates({ shadow }: Doing, { card }: CommandBody<'rates.put'>): Verdict {
  const carrier = shadow.carriers.get(card.carrier);
  if (carrier === undefined) return no('unknown-carrier', 'body.card.carrier');
  const offered: readonly { readonly id: string }[] = carrier.card.services ?? [{ id: 'standard' }];
  if (!offered.some(({ id }) => id === card.service)) return no('unknown-service', 'body.card.service');
  const wrong = wrongIn(card);
  if (wrong !== undefined) return wrong;
  const same = [...shadow.rates.values()].filter((one) => one?.carrier === card.carrier && one.service === card.service);
  if (shadow.rates.get(keyOf(card)) === undefined && same.length >= 20) return no('over-limit', 'body.card.version');
  shadow.set(shadow.rates, keyOf(card), card);
  return { ok: { id: `${card.carrier}/${card.service}`, version: card.version } };
}

/** The first thing that cannot be, of those that the workload draws. */
function wrongIn({ fromMs, untilMs, lanes, bands, breaks, zones, beyondGrams }: RateCard): Verdict | undefined {
  const falls = (list: readonly number[], mayRest: boolean): number => list.findIndex((one, at) => at > 0 && (mayRest ? one < (list[at - 1] ?? 0) : one <= (list[at - 1] ?? 0)));
  if (fromMs !== undefined && untilMs !== undefined && untilMs <= fromMs) return no('contradiction', 'body.card.untilMs');
  if (lanes === undefined && bands === undefined) return no('contradiction', 'body.card.lanes');
  if (falls(breaks, false) > 0) return no('contradiction', `body.card.breaks[${falls(breaks, false)}]`);
  for (const [index, { zone, minor, beyondMinor }] of zones.entries()) {
    const field = `body.card.zones[${index}]`;
    if (zones.slice(0, index).some((one) => one.zone === zone)) return no('duplicate', `${field}.zone`);
    if (minor.length !== breaks.length) return no('contradiction', `${field}.minor`);
    if (falls(minor, true) > 0) return no('contradiction', `${field}.minor[${falls(minor, true)}]`);
    if (beyondMinor !== undefined && beyondGrams === undefined) return no('contradiction', 'body.card.beyondGrams');
  }
  const isKnown = (zone: string): boolean => zones.some((one) => one.zone === zone);
  const seen: string[] = [];
  for (const [index, { from, country, postalPrefixes, zone }] of (lanes ?? []).entries()) {
    if (!isKnown(zone)) return no('unknown-zone', `body.card.lanes[${index}].zone`);
    const places = (postalPrefixes ?? ['']).map((prefix) => JSON.stringify([from, country, prefix]));
    if (places.some((place) => seen.includes(place))) return no('contradiction', `body.card.lanes[${index}]`);
    seen.push(...places);
  }
  const strange = (bands ?? []).findIndex(({ zone }) => !isKnown(zone));
  if (strange >= 0) return no('unknown-zone', `body.card.bands[${strange}].zone`);
  const fall = falls((bands ?? []).map(({ upToKm }) => upToKm), false);
  return fall > 0 ? no('contradiction', `body.card.bands[${fall}].upToKm`) : undefined;
}

export function removeRates({ shadow }: Doing, { carrier, service, version }: CommandBody<'rates.remove'>): Verdict {
  const key = `${carrier}/${service}/${version}`;
  if (shadow.rates.get(key) === undefined) {
    const isKnown = [...shadow.rates.values()].some((card) => card?.carrier === carrier && card.service === service);
    return no('unknown-rates', isKnown ? 'body.version' : 'body.service');
  }
  shadow.set(shadow.rates, key, undefined);
  return { ok: { id: `${carrier}/${service}`, version } };
}
