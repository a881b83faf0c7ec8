/** What becomes of the orders of one side, as they are let go of. */
import type { ChannelId, LocationId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { LocationSums, OrderSide, SideSums, Sums } from './result.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Placed {
  readonly channel: ChannelId;
  hasWaited: boolean;
  isRefused: boolean;
  side: OrderSide | undefined;
}

const refused: OrderSide = {
  route: '', costMinor: 0, parcels: 0, isLate: false, hasWaited: false, isRefused: true, waitingUnits: 0,
};

export class Tally {
  readonly #placed = new Map<OrderId, Placed>();
  readonly #byLocation = new Map<LocationId, Writable<LocationSums>>();
  /** One string for each route, however many orders take it. */
  readonly #routes = new Map<string, string>();

  get orders(): number {
    return this.#placed.size;
  }

  /** Whether an order of this id was accepted. */
  has(id: OrderId): boolean {
    return this.#placed.get(id)?.isRefused === false;
  }

  /** An order was placed, or refused; the first placement that is accepted counts. */
  placed(id: OrderId, channel: ChannelId, order: OrderContext | undefined): void {
    const known = this.#placed.get(id);
    const hasWaited = order !== undefined && waitingUnits(order) > 0;
    const isRefused = order === undefined;
    if (known === undefined) this.#placed.set(id, { channel, hasWaited, isRefused, side: undefined });
    else if (known.isRefused && !isRefused) Object.assign(known, { hasWaited, isRefused });
  }

  /** An order has ended, or the rehearsal has. Of those placed before the rehearsal nothing is counted. */
  ended(order: OrderContext): void {
    const placed = this.#placed.get(order.orderId);
    if (placed === undefined || placed.side !== undefined) return;
    const parts = order.fulfillments.filter(({ state, lines }) => state !== 'cancelled' && lines.length > 0);
    let costMinor = 0;
    for (const part of parts) {
      costMinor += part.costMinor;
      this.#count(part);
    }
    const { promisedByMs } = order;
    placed.side = {
      route: this.#routeOf(parts),
      costMinor,
      parcels: parts.length,
      isLate: promisedByMs !== undefined && parts.some(({ deliverByMs = 0 }) => deliverByMs > promisedByMs),
      hasWaited: placed.hasWaited,
      isRefused: false,
      waitingUnits: waitingUnits(order),
    };
  }

  #count({ location, costMinor, lines }: Fulfillment): void {
    let sums = this.#byLocation.get(location);
    if (sums === undefined) this.#byLocation.set(location, (sums = { parcels: 0, units: 0, costMinor: 0 }));
    sums.parcels += 1;
    sums.costMinor += costMinor;
    for (const { quantity } of lines) sums.units += quantity;
  }

  #routeOf(parts: readonly Fulfillment[]): string {
    const text = parts
      .map(({ location, carrier, lines }) => {
        const units = lines.map(({ lineId, quantity }) => `${lineId}×${quantity}`).sort().join(' ');
        return `${location} ${carrier ?? '-'} ${units}`;
      })
      .sort()
      .join(' + ');
    const known = this.#routes.get(text);
    if (known === undefined) this.#routes.set(text, text);
    return known ?? text;
  }

  /** Every order in the order of its first placement. */
  result(): { ids: OrderId[]; channels: ChannelId[]; orders: OrderSide[]; sums: SideSums } {
    const [ids, channels, orders]: [OrderId[], ChannelId[], OrderSide[]] = [[], [], []];
    const all = noSums();
    const byChannel = new Map<ChannelId, Writable<Sums>>();
    for (const [id, { channel, side = refused }] of this.#placed) {
      ids.push(id);
      channels.push(channel);
      orders.push(side);
      let own = byChannel.get(channel);
      if (own === undefined) byChannel.set(channel, (own = noSums()));
      addOrder(all, side);
      addOrder(own, side);
    }
    const sums = { ...all, byChannel: sorted(byChannel), byLocation: sorted(this.#byLocation) };
    return { ids, channels, orders, sums };
  }
}

export const noSums = (): Writable<Sums> => ({
  orders: 0, splitOrders: 0, refusedOrders: 0, parcels: 0, costMinor: 0, lateOrders: 0, backorders: 0, waitingUnits: 0,
});

function addOrder(sums: Writable<Sums>, side: OrderSide): void {
  sums.orders += Number(!side.isRefused);
  sums.refusedOrders += Number(side.isRefused);
  sums.splitOrders += Number(side.parcels > 1);
  sums.parcels += side.parcels;
  sums.costMinor += side.costMinor;
  sums.lateOrders += Number(side.isLate);
  sums.backorders += Number(side.hasWaited);
  sums.waitingUnits += side.waitingUnits;
}

function sorted<K extends string, V>(map: ReadonlyMap<K, V>): Record<K, V> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1))) as Record<K, V>;
}
