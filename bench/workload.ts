/**
 * The work every bench and the load tool ask for: a network of warehouses over Europe, SKUs with stock at
 * every one of them, and orders of a few lines whose SKUs follow Zipf's law. Plain values, made from a
 * seed; no engine, no socket.
 */
import type { CommandBody, CommandKind } from '../actors/commands.ts';
import type { Plain } from '../gateway/client/answers.ts';
import { randomFrom, zipf, type Random } from './random.ts';

export interface Shape {
  readonly skus: number;
  readonly locations: number;
  /** Lines per order, each of another SKU. */
  readonly lines: number;
  /** Units of each SKU at each location at the start. */
  readonly unitsEach: number;
  /** Every order asks for one unit of the same SKU, on one line. */
  readonly isHot: boolean;
  readonly seed: number;
}

export const issueShape: Shape = { skus: 10_000, locations: 10, lines: 3, unitsEach: 1_000_000, isHot: false, seed: 1 };

/** A command before it has an id. */
export type Asked = { [K in CommandKind]: { readonly kind: K; readonly body: Plain<CommandBody<K>> } }[CommandKind];
export type OrderBody = Plain<CommandBody<'order.place'>>;

/** Entries in one seeding command: as many as one may carry. */
const entriesMax = 1_000;
const channel = 'web';

/** latitude, longitude, country: where warehouses stand and customers live. */
const cities = [
  [51.51, -0.13, 'GB'], [52.52, 13.4, 'DE'], [48.86, 2.35, 'FR'], [40.42, -3.7, 'ES'], [45.46, 9.19, 'IT'],
  [52.37, 4.9, 'NL'], [59.33, 18.07, 'SE'], [52.23, 21.01, 'PL'], [50.08, 14.44, 'CZ'], [48.21, 16.37, 'AT'],
  [53.35, -6.26, 'IE'], [55.68, 12.57, 'DK'], [60.17, 24.94, 'FI'], [38.72, -9.14, 'PT'], [50.85, 4.35, 'BE'],
  [47.37, 8.54, 'CH'],
] as const;

export const skuName = (index: number): string => `SKU-${index}`;
export const locationName = (index: number): string => `W${index}`;

/** Everything that must be there before the first order, in order. */
export function* seeding(shape: Shape): Generator<Asked> {
  for (const [index, perKmMinor] of [1, 2, 3].entries()) {
    const carrier = { id: `C${index}`, name: `Carrier ${index}`, baseMinor: 300 + 100 * index, perKmMinor };
    yield { kind: 'carrier.put', body: { carrier } };
  }
  yield { kind: 'channel.put', body: { channel: { id: channel, name: 'The web shop' } } };
  for (let index = 0; index < shape.locations; index += 1) yield putLocation(index);
  let entries: { sku: string; location: string; quantity: number }[] = [];
  for (let sku = 0; sku < (shape.isHot ? 1 : shape.skus); sku += 1) {
    for (let location = 0; location < shape.locations; location += 1) {
      entries.push({ sku: skuName(sku), location: locationName(location), quantity: shape.unitsEach });
      if (entries.length < entriesMax) continue;
      yield { kind: 'stock.receive', body: { entries } };
      entries = [];
    }
  }
  if (entries.length > 0) yield { kind: 'stock.receive', body: { entries } };
}

/** Beyond the table of cities, the same places again a little further on. */
function putLocation(index: number): Asked {
  const [latitude, longitude, country] = cities[index % cities.length] ?? cities[0];
  const away = Math.floor(index / cities.length) * 0.3;
  const place = { latitude: latitude + away, longitude: longitude + away, country };
  const location = { id: locationName(index), name: `Warehouse ${index}`, type: 'warehouse', state: 'open', ...place } as const;
  return { kind: 'location.put', body: { location } };
}

/** An endless, repeatable stream of orders. Ids are `prefix` and a number. */
export class Orders {
  readonly #shape: Shape;
  readonly #prefix: string;
  readonly #random: Random;
  readonly #rank: () => number;
  #count = 0;

  constructor(shape: Shape, prefix: string) {
    this.#shape = shape;
    this.#prefix = prefix;
    this.#random = randomFrom(shape.seed);
    this.#rank = zipf(shape.skus, this.#random);
  }

  next(): OrderBody {
    this.#count += 1;
    return {
      orderId: this.#prefix + this.#count.toString(36),
      channel,
      destination: this.#destination(),
      lines: this.#shape.isHot ? [{ sku: skuName(0), quantity: 1, unitPriceMinor: 1_999 }] : this.#lines(),
      currency: 'EUR',
    };
  }

  /** The SKU of a random line. */
  sku(): string {
    return skuName(this.#shape.isHot ? 0 : this.#rank());
  }

  #destination(): OrderBody['destination'] {
    const [latitude, longitude, country] = cities[Math.floor(this.#random() * cities.length)] ?? cities[0];
    const near = (degrees: number): number => Math.round((degrees + this.#random() - 0.5) * 1e4) / 1e4;
    return { country, postalCode: String(10_000 + Math.floor(this.#random() * 89_999)), latitude: near(latitude), longitude: near(longitude) };
  }

  #lines(): OrderBody['lines'] {
    const ranks: number[] = [];
    const count = Math.min(this.#shape.lines, this.#shape.skus);
    while (ranks.length < count) {
      const rank = this.#rank();
      if (!ranks.includes(rank)) ranks.push(rank);
    }
    return ranks.map((rank) => ({
      sku: skuName(rank),
      quantity: 1 + Math.floor(this.#random() * 3),
      unitPriceMinor: 500 + ((rank * 37) % 9_500),
    }));
  }
}
