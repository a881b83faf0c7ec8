/**
 * Everything that is left to chance, drawn by name: the same seed gives the same order under the same number, the same
 * fate to the same parcel, whatever comes before or after it. Pure.
 */
import type { ParcelStatus } from '../../actors/tracking-commands.ts';
import { unit } from '../replay/random.ts';
import { articles, towns, type Article } from './goods.ts';
import { channelNames, type ChannelName } from './names.ts';
import type { Trouble, TroubleKind } from './trouble.ts';

export interface WantedOrder {
  readonly channel: ChannelName;
  readonly customer: string;
  readonly destination: {
    readonly country: string;
    readonly postalCode: string;
    readonly latitude: number;
    readonly longitude: number;
  };
  readonly lines: readonly { readonly article: Article; readonly quantity: number }[];
}

/** What a carrier tells of a parcel, and after how many hours. */
export interface Told {
  readonly afterHours: number;
  readonly status: ParcelStatus;
}

/** Shares of the channels, in their order. */
const channelShares = [0.6, 0.85, 1] as const;
const linesMax = 4;
const customers = 2_000;

export class Choices {
  readonly #seed: number;
  readonly #trouble: Trouble;

  constructor(seed: number, trouble: Trouble) {
    this.#seed = seed;
    this.#trouble = trouble;
  }

  /** 0 ≤ x < 1. */
  draw(what: string, key: string | number): number {
    return unit(this.#seed, `${what}/${key}`);
  }

  between(what: string, key: string | number, least: number, most: number): number {
    return least + this.draw(what, key) * (most - least);
  }

  happens(kind: TroubleKind, key: string | number): boolean {
    const share = this.#trouble[kind];
    return share > 0 && this.draw(kind, key) < share;
  }

  /** The order with this number. */
  order(index: number): WantedOrder {
    const share = this.draw('channel', index);
    const channel = channelNames[channelShares.findIndex((most) => share < most)] ?? 'shop';
    const [country, postalCode, latitude, longitude] = pick(towns, this.draw('town', index));
    const near = (degrees: number, what: string): number =>
      Math.round((degrees + 0.2 * (this.draw(what, index) - 0.5)) * 1e4) / 1e4;
    return {
      channel,
      customer: `c-${Math.floor(customers * this.draw('customer', index))}`,
      destination: { country, postalCode, latitude: near(latitude, 'north'), longitude: near(longitude, 'east') },
      lines: this.#lines(index),
    };
  }

  /** Mostly one or two lines; the first articles are bought most. */
  #lines(index: number): WantedOrder['lines'] {
    const count = 1 + Math.floor(linesMax * this.draw('lines', index) ** 2);
    const lines = new Map<string, WantedOrder['lines'][number]>();
    for (let line = 0; line < count; line += 1) {
      const article = pick(articles, this.draw('article', `${index}/${line}`) ** 2);
      const quantity = 1 + Math.floor(3 * this.draw('quantity', `${index}/${line}`) ** 2);
      lines.set(article.sku, { article, quantity });
    }
    return [...lines.values()];
  }

  /** What becomes of a parcel once it has left. */
  way(key: string): readonly Told[] {
    const first = this.happens('delay', key) ? this.between('late', key, 14, 20) : this.between('first', key, 1, 5);
    const hub: Told = { afterHours: first, status: 'in-transit' };
    const hours = this.between('transit', key, 8, 20);
    if (this.happens('lost', key)) return [hub, { afterHours: hours, status: 'lost' }];
    return [
      hub,
      { afterHours: hours, status: 'out-for-delivery' },
      { afterHours: this.between('round', key, 1, 5), status: 'delivered' },
    ];
  }

  /** Whether a carrier makes no labels in this hour of the world. */
  isOut(carrier: string, hour: number): boolean {
    return this.happens('outage', `${carrier}/${hour}`);
  }
}

function pick<T>(from: readonly T[], chance: number): T {
  return from[Math.floor(chance * from.length)] as T;
}
