/** Rate cards and quotes of the engine against the shadow's. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { boxOf, cardFor, offersFor, zoneFor } from './shadow/rates.ts';
import { kilometres } from './shadow/seeking.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

const destinations = [
  { country: 'DE', postalCode: '10-17 ab', residential: true },
  { country: 'DE', postalCode: '99', latitude: 52.5, longitude: 13.4 },
  { country: 'NL', latitude: 52.1, longitude: 4.3 },
  { country: 'US', residential: false },
];

/** @param turnOf which parcel to look at this time: any whole number. */
export function compareRates(shadow: Shadow, agree: Agree, ask: Ask, turnOf: number): void {
  for (const { card } of shadow.carriers.values()) {
    for (const { id } of card.services ?? [{ id: 'standard' }]) {
      const cards = [...shadow.rates.values()].flatMap((one) => (one?.carrier === card.id && one.service === id ? [one] : []));
      const said = ask('rates.get', { carrier: card.id, service: id });
      agree(`rate cards of ${card.id} ${id}`, cards.sort((a, b) => a.version - b.version), said.cards);
    }
  }
  const places = [...shadow.locations.values()];
  const skus = [...shadow.items.keys()];
  const from = places[turnOf % Math.max(1, places.length)];
  const sku = skus[turnOf % Math.max(1, skus.length)] ?? 'NONE';
  const to = destinations[turnOf % destinations.length];
  if (from === undefined || to === undefined) return;
  const lines = [{ sku, quantity: 1 + (turnOf % 5) }, { sku: skus[(turnOf + 1) % Math.max(1, skus.length)] ?? 'NONE', quantity: 1 }];
  const answer = ask('rates.quote', { location: from.id, destination: to, lines });
  const { quotes = [], atMs = 0 } = answer ?? {};
  const km = kilometres(from, to);
  const box = boxOf(shadow, lines);
  const offers = offersFor(shadow, from, to, km, undefined, atMs);
  const is = offers.map((offer) => ({ carrier: offer.carrier, service: offer.id, minor: offer.minor(box) })).filter(({ minor }) => minor < Infinity);
  const carried = quotes.filter(({ refused }) => refused === undefined);
  agree(`quotes from ${from.id} to ${JSON.stringify(to)}`, is.sort((a, b) => a.minor - b.minor), carried.map(({ carrier, service, costMinor }) => ({ carrier, service, minor: costMinor })));
  for (const quote of quotes) {
    const card = cardFor(shadow, quote.carrier, quote.service, atMs);
    const zone = card === undefined ? undefined : zoneFor(card, from, to, km);
    agree(`the card of ${quote.carrier} ${quote.service}`, { version: card?.version, zone }, { version: quote.version, zone: quote.zone });
    const { freightMinor = 0, residentialMinor = 0, remoteMinor = 0, oversizeMinor = 0, fuelMinor = 0, costMinor } = quote;
    if (card !== undefined && costMinor !== undefined) agree('the terms', costMinor, freightMinor + residentialMinor + remoteMinor + oversizeMinor + fuelMinor);
  }
}
