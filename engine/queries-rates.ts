/** Answers about rate cards: what there is, and what a parcel would cost by them. */
import { shapeOf, type Load } from '../actors/item-shape.ts';
import type { LocationCard } from '../actors/network-commands.ts';
import type { QueryBody } from '../actors/queries.ts';
import type { RateQuote, RateQuotes, RatesView } from './outcome-rates.ts';
import { loadOf } from './promise/promise-for.ts';
import { isBefore, priceOf, type CarrierService } from './promise/services.ts';
import { distanceKm } from './routing/distance.ts';
import { openServices } from './routing/services.ts';
import type { World } from './world.ts';

export function ratesView({ rates }: World, { carrier, service }: QueryBody<'rates.get'>, nowMs: number): RatesView {
  const cards = rates.versionsOf(carrier, service);
  return { cards, inForce: rates.inForce(carrier, service, nowMs)?.card.version };
}

/** One parcel by every open service; null when there is no such location. */
export function rateQuotes(world: World, body: QueryBody<'rates.quote'>, atMs: number): RateQuotes | null {
  const { location, destination, lines = [], service } = body;
  const card = world.locations.get(location)?.snapshot?.context;
  if (card === undefined) return null;
  const load = loadOf(world, lines).add(shapeOf(body), 1);
  const km = distanceKm(card, destination);
  const sorted = openServices(world, service, destination).toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  const quotes = sorted.map((one) => quoteOf(world, one, card, body, load, km, atMs));
  quotes.sort((a, b) => (a.costMinor ?? Infinity) - (b.costMinor ?? Infinity) || 0);
  return { atMs, distanceKm: km, grams: load.grams, mm3: load.mm3, quotes };
}

function quoteOf(
  { rates }: World,
  of: CarrierService,
  from: LocationCard,
  { destination }: QueryBody<'rates.quote'>,
  load: Load,
  km: number,
  atMs: number,
): RateQuote {
  const { carrier, id: service } = of;
  const tariff = rates.inForce(carrier, service, atMs);
  if (tariff === undefined) return { carrier, service, costMinor: priceOf(of, km) };
  const { version, currency } = tariff.card;
  const zone = tariff.zoneOf(from, destination, km);
  if (zone < 0) return { carrier, service, version, currency, refused: 'no-rate' };
  const named = { carrier, service, version, currency, zone: tariff.zoneName(zone) };
  if (load.unitGrams > tariff.unitGramsMax(zone)) return { ...named, refused: 'too-heavy' };
  return { ...named, ...tariff.charged(zone, destination, load) };
}
