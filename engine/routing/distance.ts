/** How far it is, as the crow flies. */
import type { Location } from '../../actors/network-commands.ts';
import type { Destination } from '../../actors/order-commands.ts';

const earthRadiusKm = 6_371.0088;
const radians = Math.PI / 180;

/**
 * Kilometres when the destination has no coordinates: within the country, and abroad. Rough on purpose
 * and the same for every location of a country, so that ties fall to cost and name, not to chance.
 */
const assumedKm = { home: 300, abroad: 3_000 };

/** Great-circle distance by the haversine formula, in whole kilometres. */
export function greatCircleKm(latA: number, lonA: number, latB: number, lonB: number): number {
  const sinLat = Math.sin(((latB - latA) * radians) / 2);
  const sinLon = Math.sin(((lonB - lonA) * radians) / 2);
  const h = sinLat * sinLat + Math.cos(latA * radians) * Math.cos(latB * radians) * sinLon * sinLon;
  return Math.round(2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(h))));
}

/** Whole kilometres from a location to a destination. */
export function distanceKm(from: Location, to: Destination): number {
  if (to.latitude !== undefined && to.longitude !== undefined) {
    return greatCircleKm(from.latitude, from.longitude, to.latitude, to.longitude);
  }
  return from.country === to.country ? assumedKm.home : assumedKm.abroad;
}
