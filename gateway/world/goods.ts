/** What is sold in the world, where it lies and where customers live. Invented; the towns are real. */
import { locations } from '../replay/network.ts';
import { unit } from '../replay/random.ts';

export interface Article {
  readonly sku: string;
  readonly priceMinor: number;
  readonly grams: number;
  /** Ids of the locations that have it, as the network names them. */
  readonly at: readonly string[];
  /** Units it begins with at each of them, and gets again as they are sold. */
  readonly units: number;
}

const colours = ['RED', 'BLUE', 'GREEN', 'WHITE', 'BLACK', 'PINK', 'GREY', 'BROWN', 'GOLD', 'SILVER'] as const;
const things = [
  ['MUG', 900, 350], ['PLATE', 1_200, 600], ['LAMP', 4_900, 1_800], ['CLOCK', 3_500, 900], ['VASE', 2_400, 1_100],
  ['CUSHION', 1_900, 500], ['BASKET', 1_600, 700], ['CANDLE', 700, 250], ['TEAPOT', 2_900, 950], ['FRAME', 1_400, 450],
] as const;

/** The first is bought most. Golden and silver ones lie at one location alone: there a short pick has no way out. */
export const articles: readonly Article[] = things.flatMap(([thing, priceMinor, grams]) =>
  colours.map((colour): Article => {
    const sku = `${colour}-${thing}`;
    const isRare = colour === 'GOLD' || colour === 'SILVER';
    const at = locations
      .map(({ id }) => id)
      .toSorted((a, b) => unit(0, `${sku}/${a}`) - unit(0, `${sku}/${b}`))
      .slice(0, isRare ? 1 : 6);
    return { sku, priceMinor: isRare ? 3 * priceMinor : priceMinor, grams, at, units: isRare ? 200 : 400 };
  }),
);

/** [country, postal code, latitude, longitude] */
export const towns = [
  ['GB', 'EC1A 1BB', 51.52, -0.1], ['GB', 'M1 1AE', 53.48, -2.24], ['GB', 'B1 1AA', 52.48, -1.9],
  ['GB', 'LS1 4AP', 53.8, -1.55], ['GB', 'G1 1XQ', 55.86, -4.25], ['GB', 'BS1 4DJ', 51.45, -2.59],
  ['GB', 'NE1 4ST', 54.97, -1.61], ['GB', 'NG1 5DT', 52.95, -1.15], ['GB', 'PL1 1EA', 50.37, -4.14],
  ['GB', 'NR1 3DX', 52.63, 1.3], ['GB', 'CF10 1EP', 51.48, -3.18], ['GB', 'EH1 1YZ', 55.95, -3.19],
  ['GB', 'BT1 5GS', 54.6, -5.93], ['GB', 'OX1 1BX', 51.75, -1.26], ['GB', 'YO1 7HH', 53.96, -1.08],
  ['IE', 'D02 X285', 53.34, -6.25], ['NL', '1012 JS', 52.37, 4.9], ['DE', '50667', 50.94, 6.96],
  ['FR', '59000', 50.63, 3.06], ['BE', '1000', 50.85, 4.35],
] as const;
