/**
 * Where orders go. The retail data has countries only, so each customer (or, without one, each invoice)
 * is given a postal code of the country, chosen by seed: the same customer lives at one place throughout.
 * Every code counts alike. British outward codes and their peers abroad are laid out by how many people
 * they serve, so that is close to a choice by population.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Destination } from '../../actors/order-commands.ts';
import { countries } from './countries.ts';
import { CsvError, readCsv } from '../feeds/csv.ts';
import { hash32 } from './random.ts';

export interface PostalPlace {
  readonly postalCode: string;
  readonly latitude: number;
  readonly longitude: number;
}
export type Places = ReadonlyMap<string, readonly PostalPlace[]>;

/** Postal codes of every country of the data there is a `CC.csv.gz` or `CC.csv` for in a directory. */
export async function loadPlaces(directory: string): Promise<Places> {
  const places = new Map<string, readonly PostalPlace[]>();
  for (const code of new Set([...countries.values()].map((country) => country.code))) {
    const path = [`${code}.csv.gz`, `${code}.csv`]
      .map((name) => join(directory, name))
      .find((candidate) => existsSync(candidate));
    if (path !== undefined) places.set(code, await readPlaces(path));
  }
  return places;
}

/** All countries in one file, which has a column `country` besides. */
export async function loadPlacesFile(path: string): Promise<Places> {
  const places = new Map<string, PostalPlace[]>();
  for await (const [place, country] of readPostal(path)) {
    const list = places.get(country);
    if (list === undefined) places.set(country, [place]);
    else list.push(place);
  }
  return places;
}

/** The destination of a customer in a country of the file; undefined for a country that is not known. */
export function destinationOf(
  country: string,
  customer: string,
  places: Places,
  seed: number,
): Destination | undefined {
  const known = countries.get(country);
  if (known === undefined) return undefined;
  const { code, capital } = known;
  const list = places.get(code) ?? [];
  const place = list[hash32(seed, `${country}/${customer}`) % Math.max(1, list.length)];
  if (place === undefined) {
    return { country: code, latitude: capital.latitude, longitude: capital.longitude };
  }
  const { postalCode, latitude, longitude } = place;
  return { country: code, postalCode, latitude, longitude };
}

async function readPlaces(path: string): Promise<PostalPlace[]> {
  const list: PostalPlace[] = [];
  for await (const [place] of readPostal(path)) list.push(place);
  return list;
}

async function* readPostal(
  path: string,
): AsyncGenerator<readonly [place: PostalPlace, country: string], void, undefined> {
  let header: readonly string[] | undefined;
  let record = 0;
  for await (const records of readCsv(path)) {
    for (const fields of records) {
      record += 1;
      if (header === undefined) {
        header = fields;
        continue;
      }
      const field = (name: string): string => fields[header?.indexOf(name) ?? -1] ?? '';
      const place = {
        postalCode: field('postal_code').slice(0, 16).trimEnd(),
        latitude: Number(field('lat')),
        longitude: Number(field('lng')),
      };
      const isSound =
        place.postalCode !== '' && Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180;
      if (!isSound) throw new CsvError(record, `${path}: not a postal code with coordinates`);
      yield [place, field('country')];
    }
  }
}
