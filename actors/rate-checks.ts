/** What a schema cannot say of rate cards. Each check returns a refusal that names the field, or undefined. */
import { ratePrefixesMax, ratePricesMax } from './limits.ts';
import type { RateCard, RateLane } from './rate-commands.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Origin } from './transit-commands.ts';

type Checked = Rejection | undefined;

const contradiction = (detail: string, field: string): Rejection => reject('contradiction', detail, field);

/** Why a rate card cannot be, or undefined. */
export function rateRefusal(card: RateCard): Checked {
  const { fromMs, untilMs, lanes, bands, surcharges } = card;
  if (fromMs !== undefined && untilMs !== undefined && untilMs <= fromMs) {
    return contradiction('it ends before it begins', 'body.card.untilMs');
  }
  if (lanes === undefined && bands === undefined) {
    return contradiction('zones are told by lanes, by bands or by both', 'body.card.lanes');
  }
  const { oversize } = surcharges ?? {};
  if (oversize !== undefined && oversize.sideMm === undefined && oversize.girthMm === undefined) {
    return contradiction('over which side or girth?', 'body.card.surcharges.oversize');
  }
  const rising = risingRefusal(card.breaks, 'body.card.breaks');
  return rising ?? zonesRefusal(card) ?? lanesRefusal(card) ?? bandsRefusal(card) ?? remoteRefusal(card);
}

/** Each is more than the one before: equal ones overlap. */
function risingRefusal(list: readonly number[], field: string, of = ''): Checked {
  for (let at = 1; at < list.length; at += 1) {
    const [before = 0, here = 0] = [list[at - 1], list[at]];
    if (here > before) continue;
    return contradiction(`${here} after ${before}: they rise from one to the next`, `${field}[${at}]${of}`);
  }
  return undefined;
}

function zonesRefusal({ zones, breaks, beyondGrams }: RateCard): Checked {
  if (zones.length * breaks.length > ratePricesMax) {
    return reject('over-limit', `more than ${ratePricesMax} prices in one card`, 'body.card.zones');
  }
  const seen = new Set<string>();
  for (const [index, { zone, minor, beyondMinor }] of zones.entries()) {
    const field = `body.card.zones[${index}]`;
    if (seen.has(zone)) return reject('duplicate', `zone ${zone} twice`, `${field}.zone`);
    seen.add(zone);
    if (minor.length !== breaks.length) {
      return contradiction(`${minor.length} prices for ${breaks.length} breaks`, `${field}.minor`);
    }
    for (let at = 1; at < minor.length; at += 1) {
      const [before = 0, here = 0] = [minor[at - 1], minor[at]];
      if (here < before) return contradiction(`${here} after ${before}: a price never falls`, `${field}.minor[${at}]`);
    }
    if (beyondMinor !== undefined && beyondGrams === undefined) {
      return contradiction('for each how many grams?', 'body.card.beyondGrams');
    }
  }
  return undefined;
}

const isZoneOf = ({ zones }: RateCard, zone: string): boolean => zones.some((one) => one.zone === zone);

function lanesRefusal(card: RateCard): Checked {
  const seen = new Set<string>();
  let count = 0;
  for (const [index, lane] of (card.lanes ?? []).entries()) {
    const field = `body.card.lanes[${index}]`;
    const { country, postalPrefixes, zone } = lane;
    if (!isZoneOf(card, zone)) return reject('unknown-zone', `there are no prices for zone ${zone}`, `${field}.zone`);
    if (postalPrefixes !== undefined && country === undefined) {
      return contradiction('postal codes are those of a country', `${field}.country`);
    }
    count += postalPrefixes?.length ?? 0;
    if (count > ratePrefixesMax) {
      return reject('over-limit', `more than ${ratePrefixesMax} postal prefixes`, `${field}.postalPrefixes`);
    }
    for (const to of placesOf(lane)) {
      if (seen.has(to)) return contradiction(`the zone of ${to} is given twice`, field);
      seen.add(to);
    }
  }
  return undefined;
}

/** From where to where, each in words. */
function placesOf({ from, country = 'elsewhere', postalPrefixes }: RateLane): string[] {
  const origin = from === undefined ? '' : ` from ${originText(from)}`;
  if (postalPrefixes === undefined) return [`${country}${origin}`];
  return postalPrefixes.map((prefix) => `${country} ${prefix}${origin}`);
}

const originText = (from: Origin): string =>
  'group' in from ? `group ${from.group}` : `${from.country} ${from.postalPrefix ?? ''}`.trim();

function bandsRefusal(card: RateCard): Checked {
  const { bands = [] } = card;
  for (const [index, { zone }] of bands.entries()) {
    if (isZoneOf(card, zone)) continue;
    return reject('unknown-zone', `there are no prices for zone ${zone}`, `body.card.bands[${index}].zone`);
  }
  return risingRefusal(bands.map(({ upToKm }) => upToKm), 'body.card.bands', '.upToKm');
}

function remoteRefusal({ surcharges }: RateCard): Checked {
  const seen = new Set<string>();
  let count = 0;
  for (const [index, { country, postalPrefixes }] of (surcharges?.remote ?? []).entries()) {
    const field = `body.card.surcharges.remote[${index}].postalPrefixes`;
    count += postalPrefixes.length;
    if (count > ratePrefixesMax) return reject('over-limit', `more than ${ratePrefixesMax} postal prefixes`, field);
    for (const [at, prefix] of postalPrefixes.entries()) {
      const to = `${country} ${prefix}`;
      if (seen.has(to)) return contradiction(`the surcharge to ${to} is given twice`, `${field}[${at}]`);
      seen.add(to);
    }
  }
  return undefined;
}
