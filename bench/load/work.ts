/**
 * What one arrival does, by mix: one command or query, or a chain of commands in which each follows the
 * answer to the one before. Every request is timed by itself; an arrival is an order when it places one.
 */
import type { QueryBody, QueryKind } from '../../actors/queries.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Baton, Outcome, Plain } from '../../gateway/client/client.ts';
import { randomFrom, type Random } from '../random.ts';
import { locationName, Orders, skuName, type Asked, type Shape } from '../workload.ts';
import type { Mix } from './options.ts';

type Question = { [K in QueryKind]: { readonly kind: K; readonly body: Plain<QueryBody<K>>; readonly isQuery: true } }[QueryKind];
type Told = Asked & { readonly isQuery?: undefined };

/** One request, and what follows when it is answered. */
export interface Request {
  readonly send: Told | Question;
  /** The requests that the answer makes possible, each timed from that moment. */
  readonly then?: ((answer: unknown) => readonly Request[]) | undefined;
}

/** Kinds of arrival; a mix is how many of a hundred are of each. */
type Arrival =
  | 'place' | 'life' | 'reserve' | 'checkout' | 'atp' | 'atp-batch' | 'availability' | 'order' | 'stock' | 'receive';
const shares: Readonly<Record<Mix, Readonly<Partial<Record<Arrival, number>>>>> = {
  place: { place: 100 },
  life: { life: 100 },
  reserve: { reserve: 100 },
  checkout: { checkout: 100 },
  atp: { atp: 100 },
  'atp-batch': { 'atp-batch': 100 },
  reads: { availability: 60, order: 20, stock: 20 },
  mixed: { availability: 50, order: 15, stock: 5, place: 20, life: 5, receive: 5 },
};

/** SKUs that one request of `atp-batch` asks for. */
export const batchSkus = 100;
/** Placed orders remembered for reads: the most recent so many. */
const rememberedMax = 10_000;

/** An endless stream of arrivals. */
export class Work {
  /** Orders accepted so far. */
  accepted = 0;
  readonly #orders: Orders;
  readonly #shape: Shape;
  readonly #random: Random;
  readonly #table: readonly Arrival[];
  readonly #placed: string[] = [];
  readonly #keepsPlaced: boolean;

  /** @param prefix of the order ids: two runs on one server need different ones. */
  constructor(mix: Mix, shape: Shape, prefix: string) {
    this.#orders = new Orders(shape, prefix);
    this.#shape = shape;
    this.#random = randomFrom(shape.seed + 1);
    const share = Object.entries(shares[mix]) as [Arrival, number][];
    this.#table = share.flatMap(([arrival, count]) => Array.from({ length: count }, () => arrival));
    this.#keepsPlaced = share.some(([arrival]) => arrival === 'order');
  }

  next(): Request {
    return this.make(this.#table[Math.floor(this.#random() * this.#table.length)] ?? 'place');
  }

  make(arrival: Arrival): Request {
    switch (arrival) {
      case 'place':
      case 'life':
        return this.#place(arrival === 'life');
      case 'reserve':
      case 'checkout':
        return this.#reserve(arrival === 'checkout');
      case 'atp':
        return this.#availability(1);
      case 'atp-batch':
        return this.#availability(batchSkus);
      case 'availability':
        return this.#availability(10);
      case 'order':
        return { send: { kind: 'order.get', body: { orderId: this.#anyPlaced() }, isQuery: true } };
      case 'stock':
        return { send: { kind: 'stock.get', body: { sku: this.#orders.sku() }, isQuery: true } };
      case 'receive': {
        const location = locationName(Math.floor(this.#random() * this.#shape.locations));
        const sku = skuName(Math.floor(this.#random() * this.#shape.skus));
        return { send: { kind: 'stock.receive', body: { entries: [{ sku, location, quantity: 1 }] } } };
      }
    }
  }

  /** As many different SKUs as asked, or all there are. */
  #availability(count: number): Request {
    const skus = new Set<string>();
    while (skus.size < Math.min(count, this.#shape.skus)) {
      skus.add(count === batchSkus ? skuName(Math.floor(this.#random() * this.#shape.skus)) : this.#orders.sku());
    }
    return { send: { kind: 'atp.get', body: { skus: [...skus], channel: 'web' }, isQuery: true } };
  }

  #place(isLife: boolean): Request {
    const body = this.#orders.next();
    const then = (answer: unknown): readonly Request[] => {
      this.accepted += 1;
      if (this.#keepsPlaced) this.#remember(body.orderId);
      return isLife ? lifeOf(answer as OrderAnswer) : [];
    };
    return { send: { kind: 'order.place', body }, then };
  }

  /** The cart of the next order is held under the order's id; at a checkout it is ordered then. */
  #reserve(isCheckout: boolean): Request {
    const order = this.#orders.next();
    const { orderId: reservationId, channel, destination } = order;
    const lines = order.lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const send = { kind: 'reservation.make', body: { reservationId, channel, destination, lines } } as const;
    const place: Request = {
      send: { kind: 'order.place', body: { ...order, reservationId } },
      then: () => {
        this.accepted += 1;
        return [];
      },
    };
    return { send, then: () => (isCheckout ? [place] : []) };
  }

  #remember(orderId: string): void {
    if (this.#placed.length < rememberedMax) this.#placed.push(orderId);
    else this.#placed[this.accepted % rememberedMax] = orderId;
  }

  #anyPlaced(): string {
    return this.#placed[Math.floor(this.#random() * this.#placed.length)] ?? 'none-yet';
  }
}

const steps = ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const;

/** Each parcel is picked, then shipped, then delivered. */
function lifeOf({ orderId, fulfillments }: OrderAnswer): readonly Request[] {
  const chain = (fulfillmentId: string, step: number): readonly Request[] => {
    const kind = steps[step];
    if (kind === undefined) return [];
    return [{ send: { kind, body: { orderId, fulfillmentId } }, then: () => chain(fulfillmentId, step + 1) }];
  };
  return fulfillments.flatMap(({ fulfillmentId }) => chain(fulfillmentId, 0));
}

/** What of a client sends one. */
export type Sender = Pick<Baton, 'send' | 'tryQuery' | 'newCommandId'>;

/** Send a request; `done` is called once. */
export function dispatch(client: Sender, { send }: Request, done: (outcome: Outcome<unknown>) => void): void {
  if (send.isQuery === true) void client.tryQuery(send.kind, send.body).then(done);
  else client.send(send.kind, send.body, client.newCommandId(), done);
}
