/** The policies of the benchmark's table, each through the kernel: rules of the trade, cheapest now, and prices. */
import type { PublicInstance } from './instance.ts';
import { Network } from './network.ts';
import { Balance, CapacityPrices, ClosedForm, Deliveries, Sampled } from './prices.ts';
import { blended } from '../../engine/routing/prices/book.ts';
import { closestThenGreedy, fewestThenClosest } from '../../engine/routing/presets.ts';
import type { Parcel, Policy, PolicyOrder, PolicyState } from './score.ts';

export type Create = (given: PublicInstance) => Policy;

const must = (parcels: Parcel[] | undefined): Parcel[] => {
  if (parcels === undefined) throw new Error('an order that no plan can fill');
  return parcels;
};

/** A rule by distance alone; nodes whose day is full are asked only when nothing else works. */
function byDistance(given: PublicInstance, rule: typeof fewestThenClosest): Policy {
  const network = new Network(given);
  const miles = new Float64Array(network.nodes);
  return {
    decide(order, state) {
      for (const isLast of [false, true]) {
        const input = network.begin(order, state);
        for (let node = 0; node < network.nodes; node += 1) {
          const place = given.nodes[node];
          miles[node] = place?.miles[order.region] ?? Infinity;
          if (!isLast && place !== undefined && (state.used[node] ?? 0) >= place.capPerDay) input.canShip[node] = 0;
        }
        rule(network.kernel, input, miles, network.plan);
        const parcels = network.parcels();
        if (parcels !== undefined) return parcels;
      }
      throw new Error('an order that no plan can fill');
    },
  };
}

/** Which prices are added to what a plan costs. */
type Kind = 'none' | 'balance' | 'closed' | 'sampled' | 'blended';

class Priced implements Policy {
  readonly #network: Network;
  readonly #kind: Kind;
  readonly #balance: Balance;
  readonly #capacity: CapacityPrices;
  readonly closed: ClosedForm | undefined;
  readonly sampled: Sampled | undefined;

  constructor(given: PublicInstance, kind: Kind, seed: number) {
    const network = new Network(given);
    const deliveries = new Deliveries(given);
    this.#network = network;
    this.#kind = kind;
    this.#balance = new Balance(network, 3);
    this.#capacity = new CapacityPrices(given);
    if (kind === 'closed' || kind === 'blended') this.closed = new ClosedForm(network, deliveries);
    if (kind === 'sampled' || kind === 'blended') this.sampled = new Sampled(network, deliveries, seed);
  }

  #last: PolicyOrder | undefined;

  decide(order: PolicyOrder, state: PolicyState): Parcel[] {
    const network = this.#network;
    const { nodes, given } = network;
    const input = network.begin(order, state);
    network.fill(order, input);
    for (let node = 0; node < nodes; node += 1) {
      input.parcelCost[node] = (input.parcelCost[node] ?? 0) + this.#ofRoom(node, given, state);
      if (this.#kind === 'none') continue;
      for (let line = 0; line < order.skus.length; line += 1) {
        const at = (order.skus[line] ?? 0) * nodes + node;
        const place = node * input.lineStride + line;
        input.lineCost[place] = (input.lineCost[place] ?? 0) + this.#ofStock(at, state);
      }
    }
    for (const sku of order.skus) this.closed?.touch(sku);
    const parcels = must(network.decide());
    this.#last = order;
    return parcels;
  }

  #ofStock(at: number, { stock }: PolicyState): number {
    switch (this.#kind) {
      case 'none':
        return 0;
      case 'balance':
        return this.#balance.price(at, stock[at] ?? 0);
      case 'closed':
        return this.closed?.prices[at] ?? 0;
      case 'sampled':
        return this.sampled?.prices[at] ?? 0;
      case 'blended':
        return blended(this.closed?.prices[at] ?? 0, this.sampled?.prices[at]);
    }
  }

  #ofRoom(node: number, given: PublicInstance, state: PolicyState): number {
    if (this.#kind !== 'none') return this.#capacity.price(node, state);
    const isFull = (state.used[node] ?? 0) >= (given.nodes[node]?.capPerDay ?? Infinity);
    return isFull ? given.penalty.overtimePerParcel : 0;
  }

  onArrival([, sku, node, units]: readonly [number, number, number, number], { stock }: PolicyState): void {
    this.closed?.touch(sku);
    const at = sku * this.#network.nodes + node;
    this.#balance.arrived(at, Math.max(units, stock[at] ?? 0));
  }

  onWalkin([hour, node, sku]: readonly [number, number, number], _state: PolicyState): void {
    this.closed?.forecast.walkedIn(sku, node, hour);
    this.closed?.touch(sku);
    this.sampled?.walkedIn(hour, node, sku);
  }

  notes(): string {
    const { closed, sampled } = this;
    const each = closed === undefined ? '' : `${(closed.micros / closed.refreshes).toFixed(1)} µs a refresh of a SKU`;
    const all = sampled === undefined ? '' : `${(sampled.ms / sampled.version / 1_000).toFixed(1)} s a solve, ${sampled.version} of them`;
    return [each, all].filter((note) => note !== '').join(', ');
  }

  refresh(state: PolicyState): void {
    const order = this.#last;
    this.#last = undefined;
    if (order !== undefined) {
      for (const sku of order.skus) this.closed?.forecast.ordered(sku, order.region, order.hour);
      this.sampled?.ordered(order);
    }
    this.#capacity.follow(state);
    this.closed?.refresh(state);
    this.sampled?.refresh(state);
  }
}

/** A policy for a caller that does not know of refreshing, such as the public scorer: it is done before deciding. */
export function selfRefreshing(create: Create): Create {
  return (given) => {
    const policy = create(given);
    return {
      ...(policy.onArrival === undefined ? {} : { onArrival: policy.onArrival.bind(policy) }),
      ...(policy.onWalkin === undefined ? {} : { onWalkin: policy.onWalkin.bind(policy) }),
      decide(order, state) {
        policy.refresh?.(state);
        return policy.decide(order, state);
      },
    };
  };
}

export const policies: Readonly<Record<string, { readonly shows: string; readonly create: (seed: number) => Create }>> = {
  closest: { shows: 'closest with everything, else by distance', create: () => (given) => byDistance(given, closestThenGreedy) },
  fewest: { shows: 'fewest parcels, then closest', create: () => (given) => byDistance(given, fewestThenClosest) },
  now: { shows: 'exact, cheapest now', create: (seed) => (given) => new Priced(given, 'none', seed) },
  balance: { shows: 'prices without a forecast', create: (seed) => (given) => new Priced(given, 'balance', seed) },
  closed: { shows: 'closed-form prices', create: (seed) => (given) => new Priced(given, 'closed', seed) },
  sampled: { shows: 'sampled futures', create: (seed) => (given) => new Priced(given, 'sampled', seed) },
  blended: { shows: 'blended prices', create: (seed) => (given) => new Priced(given, 'blended', seed) },
};
