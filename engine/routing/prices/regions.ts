/** Regions told apart by demand: cells of 5 degrees, or countries; those that come later count as the last one. */
import type { Destination } from '../../../actors/order-commands.ts';

export const regionsMax = 32;
const cellDegrees = 5;

type Point = Pick<Destination, 'country' | 'latitude' | 'longitude' | 'postalCode'>;

export class Regions {
  readonly #numbers = new Map<string, number>();
  /** A place in each region, such as where its first order went, with its postal code: rate cards go by that. */
  readonly places: Point[] = [];

  /** The number of the region of a place, made when new. */
  of(point: Point): number {
    const { country, latitude, longitude, postalCode } = point;
    const isKnown = latitude !== undefined && longitude !== undefined;
    const cell = (degrees: number): number => Math.floor(degrees / cellDegrees);
    const name = isKnown ? `${country} ${cell(latitude)} ${cell(longitude)}` : country;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#numbers.size >= regionsMax) return regionsMax - 1;
    const region = this.#numbers.size;
    this.#numbers.set(name, region);
    const code = postalCode === undefined ? {} : { postalCode };
    this.places[region] = isKnown ? { country, latitude, longitude, ...code } : { country, ...code };
    return region;
  }
}
