/**
 * What a policy costs on an instance: the public scorer's rules and arithmetic, in its order of summing, so that
 * both agree to the cent. Prices are refreshed between decisions and beside the clock, as the engine does.
 */
import { Rates, slackOf, type Instance, type PublicInstance } from './instance.ts';

export interface PolicyOrder {
  readonly ix: number;
  readonly hour: number;
  readonly region: number;
  readonly promise: number;
  readonly skus: readonly number[];
}

export interface PolicyState {
  hour: number;
  day: number;
  /** By SKU × node. */
  readonly stock: Int32Array;
  /** Parcels today, by node. */
  readonly used: Int32Array;
}

export interface Parcel {
  readonly node: number;
  readonly lines: number[];
}

export interface Policy {
  decide(order: PolicyOrder, state: PolicyState): Parcel[];
  onArrival?(arrival: readonly [hour: number, sku: number, node: number, units: number], state: PolicyState): void;
  onWalkin?(walkIn: readonly [hour: number, node: number, sku: number], state: PolicyState): void;
  /** Whatever is done off the decision path; called after each event where the caller can. */
  refresh?(state: PolicyState): void;
  /** What its prices took, for people. */
  notes?(): string;
}

export interface Score {
  readonly total: number;
  readonly orders: number;
  readonly parcels: number;
  readonly multi: number;
  readonly split: number;
  readonly overtime: number;
  readonly walkinLost: number;
  readonly p50us: number;
  readonly p99us: number;
  readonly notes: string;
}

/** Orders at the start whose times do not count. */
const warmUp = 1_000;

type Event = readonly [hour: number, kind: 0 | 1 | 2, index: number];

export function score(instance: Instance, create: (given: PublicInstance) => Policy): Score {
  const { orders, walkins, ...given } = instance;
  const { nodes, skuLb, arrivals, penalty } = instance;
  const rates = new Rates(instance);
  const stock = new Int32Array(skuLb.length * nodes.length);
  for (const [sku, node, units] of instance.stock0) stock[sku * nodes.length + node] = units;
  const events: Event[] = [
    ...orders.map(([hour], index): Event => [hour, 1, index]),
    ...walkins.map(([hour], index): Event => [hour, 2, index]),
    ...arrivals.map(([hour], index): Event => [hour, 0, index]),
  ];
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const state: PolicyState = { hour: 0, day: 0, stock, used: new Int32Array(nodes.length) };
  const sum = { orders: 0, multi: 0, split: 0, parcels: 0, ship: 0, overtime: 0, walkinLost: 0 };
  const micros: number[] = [];
  const policy = create(given);

  const pay = (order: PolicyOrder, parcels: readonly Parcel[]): void => {
    const seen = new Set<number>();
    for (const { node, lines } of parcels) {
      const place = nodes[node];
      if (place === undefined || lines.length === 0) throw new Error('a parcel from nowhere or with nothing');
      let pounds = 0;
      for (const line of lines) {
        const sku = order.skus[line];
        if (sku === undefined || seen.has(line)) throw new Error('a line routed twice, or none');
        seen.add(line);
        const at = sku * nodes.length + node;
        if ((stock[at] ?? 0) < 1) throw new Error('oversold');
        stock[at] = (stock[at] ?? 0) - 1;
        pounds += skuLb[sku] ?? 0;
      }
      const slack = slackOf(place, order.promise, order.hour);
      sum.ship += rates.cost(slack, place.zone[order.region] ?? 0, pounds) + place.parcelCost + place.unitCost * lines.length;
      const used = (state.used[node] ?? 0) + 1;
      state.used[node] = used;
      if (used > place.capPerDay) sum.overtime += 1;
      sum.parcels += 1;
    }
    if (seen.size !== order.skus.length) throw new Error('a line without a node');
    sum.orders += 1;
    if (order.skus.length > 1) sum.multi += 1;
    if (order.skus.length > 1 && parcels.length > 1) sum.split += 1;
  };

  for (const [hour, kind, index] of events) {
    const day = Math.floor(hour / 24);
    if (day !== state.day) {
      state.day = day;
      state.used.fill(0);
    }
    state.hour = hour;
    if (kind === 0) {
      const arrival = arrivals[index] as Instance['arrivals'][number];
      const at = arrival[1] * nodes.length + arrival[2];
      stock[at] = (stock[at] ?? 0) + arrival[3];
      policy.onArrival?.(arrival, state);
    } else if (kind === 2) {
      const walkIn = walkins[index] as Instance['walkins'][number];
      const at = walkIn[2] * nodes.length + walkIn[1];
      if ((stock[at] ?? 0) > 0) stock[at] = (stock[at] ?? 0) - 1;
      else sum.walkinLost += 1;
      policy.onWalkin?.(walkIn, state);
    } else {
      const [, region, promise, skus] = orders[index] as Instance['orders'][number];
      const order: PolicyOrder = { ix: index, hour, region, promise, skus };
      const start = process.hrtime.bigint();
      const parcels = policy.decide(order, state);
      micros.push(Number(process.hrtime.bigint() - start) / 1_000);
      pay(order, parcels);
    }
    policy.refresh?.(state);
  }
  const total = sum.ship + sum.overtime * penalty.overtimePerParcel + sum.walkinLost * penalty.walkinLost;
  const timed = micros.slice(warmUp).sort((a, b) => a - b);
  const at = (share: number): number => timed[Math.floor(timed.length * share)] ?? NaN;
  return { ...sum, total, p50us: at(0.5), p99us: at(0.99), notes: policy.notes?.() ?? '' };
}
