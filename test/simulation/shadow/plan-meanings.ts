/**
 * What the expressions that the workload writes into plans mean, each said again in TypeScript by hand: the shadow
 * neither parses nor evaluates anything.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';

/** What an expression may be about. */
export interface About {
  /** The turn's time. */
  readonly nowMs: number;
  readonly order: {
    readonly channel: string;
    readonly priority: number;
    readonly tags: readonly string[];
    readonly attributes: Readonly<Record<string, string | number>>;
    readonly units: number;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    readonly to: Destination | undefined;
    readonly placedAtMs: number;
    readonly promisedByMs?: number | undefined;
  };
  readonly place?: Location;
  readonly km?: number;
  /** Units of a SKU that are there for the order. */
  readonly has?: (sku: string) => number;
  readonly line?: { readonly sku: string; readonly quantity: number };
  readonly service?: { readonly id: string; readonly carrier: string; readonly costMinor: number };
}

/** It cannot be said for this order. */
export class Unsaid {
  readonly detail: string;
  constructor(detail: string) {
    this.detail = detail;
  }
}

const unsaid = (detail: string): never => {
  throw new Unsaid(detail);
};
const textOf = (values: Readonly<Record<string, string | number>> | undefined, key: string): string => {
  const value = values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
  return typeof value === 'string' ? value : unsaid('there is no such key');
};
const unitsThere = ({ order, has }: About): number => order.lines.reduce((sum, { sku, quantity }) => sum + Math.min(quantity, has?.(sku) ?? 0), 0);
const hasAll = ({ order, has }: About): boolean => order.lines.every(({ sku, quantity }) => (has?.(sku) ?? 0) >= quantity);
const isHome = ({ order, place }: About): boolean => place?.country === (order.to?.country ?? '');

/** `order`, `place`, `line`: it is about that alone. `more`: about a location with the order. */
export type Topic = 'order' | 'place' | 'line' | 'service' | 'more';

interface Meaning {
  readonly topic: Topic;
  readonly says: (about: About) => boolean | number | string;
}

const means = (topic: Topic, says: Meaning['says']): Meaning => ({ topic, says });

export const conditions: Readonly<Record<string, Meaning>> = {
  'order.channel == "web"': means('order', ({ order }) => order.channel === 'web'),
  'order.priority >= 5': means('order', ({ order }) => order.priority >= 5),
  '"gift" in order.tags': means('order', ({ order }) => order.tags.includes('gift')),
  'order.attributes["zone"] == "north"': means('order', ({ order }) => textOf(order.attributes, 'zone') === 'north'),
  'order.units > 3': means('order', ({ order }) => order.units > 3),
  'lines.exists(l, l.sku == "HOT")': means('order', ({ order }) => order.lines.some(({ sku }) => sku === 'HOT')),
  'now.hour >= 12': means('order', ({ nowMs }) => new Date(nowMs).getUTCHours() >= 12),
  'now.weekday in ["saturday", "sunday", "monday"]': means('order', ({ nowMs }) => [0, 1, 6].includes(new Date(nowMs).getUTCDay())),
  'order.ageMinutes < 2': means('order', ({ order, nowMs }) => nowMs < order.placedAtMs + 120_000),
  'order.hoursToPromise > 0.5 && order.units > 1': means('order', ({ order, nowMs }) =>
    order.promisedByMs === undefined ? (order.units > 1 ? unsaid('hoursToPromise is not there') : false) : order.promisedByMs - nowMs > 1_800_000 && order.units > 1),
  'location.type == "store" && now.ms / 60000 % 3 == 0': means('more', ({ place, nowMs }) => place?.type === 'store' && Math.floor(nowMs / 60_000) % 3 === 0),
  'location.type == "store"': means('place', ({ place }) => place?.type === 'store'),
  'location.id == "L1"': means('place', ({ place }) => place?.id === 'L1'),
  '"north" in location.groups': means('place', ({ place }) => (place?.groups ?? []).includes('north')),
  'location.attributes["tier"] == "gold"': means('place', ({ place }) => textOf(place?.attributes, 'tier') === 'gold'),
  'location.distanceKm > 500': means('more', ({ km = 0 }) => km > 500),
  'location.units < 2': means('more', (about) => unitsThere(about) < 2),
  '!location.hasAll': means('more', (about) => !hasAll(about)),
  'location.isHome': means('more', isHome),
};

export const lineConditions: Readonly<Record<string, Meaning>> = {
  'line.quantity > 1': means('line', ({ line }) => (line?.quantity ?? 0) > 1),
  'stock.atp < 3': means('line', ({ line, has }) => (has?.(line?.sku ?? '') ?? 0) < 3),
  'line.sku == "HOT" && location.type == "store"': means('line', ({ line, place }) => line?.sku === 'HOT' && place?.type === 'store'),
};

export const serviceConditions: Readonly<Record<string, Meaning>> = {
  'service.carrier == "ups"': means('service', ({ service }) => service?.carrier === 'ups'),
  'service.id == "express" && location.isHome': means('service', (about) => about.service?.id === 'express' && isHome(about)),
  'service.costMinor > 500': means('service', ({ service }) => (service?.costMinor ?? 0) > 500),
};

export const amounts: Readonly<Record<string, Meaning>> = {
  'location.distanceKm / 10': means('more', ({ km = 0 }) => Math.trunc(km / 10)),
  '100 / order.priority': means('order', ({ order }) => (order.priority === 0 ? unsaid('a division by zero') : Math.trunc(100 / order.priority))),
  'location.isHome ? 0 : 400': means('more', (about) => (isHome(about) ? 0 : 400)),
  'order.units * 10': means('order', ({ order }) => order.units * 10),
};

export const serviceAmounts: Readonly<Record<string, Meaning>> = {
  'service.costMinor / 2': means('service', ({ service }) => Math.trunc((service?.costMinor ?? 0) / 2)),
};

export const lineAmounts: Readonly<Record<string, Meaning>> = {
  'line.quantity * 7': means('line', ({ line }) => (line?.quantity ?? 0) * 7),
  '5 - stock.atp': means('line', ({ line, has }) => 5 - (has?.(line?.sku ?? '') ?? 0)),
};

export const groupings: Readonly<Record<string, Meaning>> = {
  'line.sku == "HOT" || line.sku == "A" ? "set" : ""': means('line', ({ line }) => (line?.sku === 'HOT' || line?.sku === 'A' ? 'set' : '')),
  'line.attributes["set"]': means('line', () => unsaid('there is no such key')),
};

const all: Readonly<Record<string, Meaning>> = {
  ...conditions, ...lineConditions, ...serviceConditions, ...amounts, ...serviceAmounts, ...lineAmounts, ...groupings,
};

export function meaningOf(text: string): Meaning {
  const meaning = all[text];
  if (meaning === undefined) throw new Error(`the shadow does not know what ${text} means`);
  return meaning;
}
