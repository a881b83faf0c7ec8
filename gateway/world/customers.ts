/** Customers: place orders through the channels as they come to mind, and now and then cancel one. */
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Baton } from '../client/baton.ts';
import type { WantedOrder } from './choices.ts';
import type { Ground } from './ground.ts';
import type { Life, Lives } from './lives.ts';
import type { Payments } from './payments.ts';
import type { Suppliers } from './suppliers.ts';

/** Orders a second; `max`: each that ends is followed by the next, so many at a time. */
export type Rate = number | { readonly alive: number };

/** Orders that may go on at a time: while so many do, none is placed. */
const aliveMax = 50_000;
/** What is due is looked for so often, milliseconds. */
const lookEveryMs = 5;
/** Minutes after which a customer thinks better of it, within the grace there is. */
const secondThoughtMinutes = 5;

export class Customers {
  readonly #ground: Ground;
  readonly #clients: readonly Baton[];
  readonly #lives: Lives;
  readonly #payments: Payments;
  readonly #suppliers: Suppliers;
  #index = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(ground: Ground, clients: readonly Baton[], lives: Lives, payments: Payments, suppliers: Suppliers) {
    this.#ground = ground;
    this.#clients = clients;
    this.#lives = lives;
    this.#payments = payments;
    this.#suppliers = suppliers;
  }

  begin(rate: Rate): void {
    if (typeof rate !== 'number') {
      for (let placed = 0; placed < rate.alive; placed += 1) this.place();
      return;
    }
    const startedAtMs = performance.now();
    let due = 0;
    this.#timer = setInterval(() => {
      const until = ((performance.now() - startedAtMs) * rate) / 1_000;
      for (; due < until; due += 1) this.#placeDue();
    }, lookEveryMs);
  }

  /** Those that were placed go on. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #placeDue(): void {
    const { tally } = this.#ground;
    if (tally.alive < aliveMax) this.place();
    else tally.heldBack += 1;
  }

  /** The next order of the seed. */
  place(): void {
    if (this.#isStopped) return;
    const { names, choices, pace } = this.#ground;
    this.#index += 1;
    const index = this.#index;
    const wanted = choices.order(index);
    const client = this.#clients[index % this.#clients.length];
    if (client === undefined) return;
    const orderId = names.order(index);
    const sentAtMs = performance.now();
    const { destination, customer, lines } = wanted;
    const body = {
      orderId,
      channel: names.channel(wanted.channel),
      destination,
      customer,
      currency: 'GBP',
      shortage: 'backorder',
      lines: lines.map(({ article, quantity }) => ({
        sku: names.sku(article.sku), quantity, unitPriceMinor: article.priceMinor,
      })),
    } as const;
    // What a grace or a payment holds up says nothing of how soon its terminal knows.
    if (wanted.channel !== 'shop') this.#lives.sending(orderId, sentAtMs);
    this.#ground.send(client, 'order.place', body, (answer, { refused }) => {
      if (refused !== undefined) this.#ground.tell({ kind: 'not-placed', order: orderId, code: refused.code });
      if (answer === undefined) return this.#lives.refused(orderId);
      const life = lifeOf(index, wanted, answer, sentAtMs);
      this.#lives.begin(life);
      this.#told(life, answer);
      this.#suppliers.sold(lines);
      if (wanted.channel === 'shop') this.#payments.pay(life);
      if (wanted.channel === 'shop' && choices.happens('cancel', index)) {
        pace.after(secondThoughtMinutes, () => this.#cancel(client, life));
      }
    });
  }

  #told(life: Life, { fulfillments, backordered }: OrderAnswer): void {
    const { wanted, orderId, placedAtMs } = life;
    this.#ground.tell({
      kind: 'placed',
      order: orderId,
      channel: wanted.channel,
      lines: wanted.lines.length,
      to: `${wanted.destination.country} ${wanted.destination.postalCode}`,
      from: fulfillments.map(({ location }) => location),
      carriers: [...new Set(fulfillments.map(({ carrier }) => carrier ?? 'no carrier'))],
      costMinor: fulfillments.reduce((sum, { costMinor }) => sum + costMinor, 0),
      backordered,
      ms: performance.now() - placedAtMs,
    });
  }

  #cancel(client: Baton, { orderId }: Life): void {
    this.#ground.send(client, 'order.cancel', { orderId, reason: 'changed my mind' }, (answer) => {
      if (answer === undefined) return;
      this.#ground.tell({ kind: 'cancelled', order: orderId });
      this.#lives.settle(orderId);
    });
  }
}

function lifeOf(index: number, wanted: WantedOrder, { orderId, fulfillments }: OrderAnswer, placedAtMs: number): Life {
  const { lines } = wanted;
  return {
    index,
    orderId,
    wanted,
    placedAtMs,
    amountMinor: lines.reduce((sum, { article, quantity }) => sum + quantity * article.priceMinor, 0),
    unitsLeft: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    parts: fulfillments,
    paymentId: undefined,
  };
}
