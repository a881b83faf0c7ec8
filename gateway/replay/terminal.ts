/**
 * The people at the locations: follows the work of each location and picks, ships and delivers every
 * parcel after a while of the file's time, so that orders end. A terminal as any other, over the public
 * socket; that is also how it hears of parcels planned later, when stock came for what waited.
 */
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { Baton } from '../client/baton.ts';
import type { Push, Subscription } from '../client/subscription.ts';
import type { Ledger } from './ledger.ts';
import { unit } from './random.ts';
import type { Tally } from './tally.ts';

type WorkTopic = { readonly topic: 'location'; readonly location: string };
type Step = 'pick' | 'ship' | 'deliver';

interface Work {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly step: Step;
}

const hourMs = 3_600_000;
/** How long each step takes in the file's time: at least, and up to so much more. */
const durations: Readonly<Record<Step, readonly [leastMs: number, moreMs: number]>> = {
  pick: [1 * hourMs, 3 * hourMs],
  ship: [1 * hourMs, 3 * hourMs],
  deliver: [18 * hourMs, 48 * hourMs],
};
/** Work is kept by quarter of an hour of the file's time. */
const slotMs = hourMs / 4;
/** Steps waiting for their answers at a time, when nothing else is going on. */
const busyMax = 1_000;
/** Open orders of a location that are looked through for news. */
const listMax = 1_000;

export interface TerminalOptions {
  readonly client: Baton;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly seed: number;
}

export class Terminal {
  readonly #options: TerminalOptions;
  readonly #locations: readonly string[];
  readonly #subscriptions: Subscription<WorkTopic>[] = [];
  readonly #readers: Promise<void>[] = [];
  readonly #slots = new Map<number, Work[]>();
  readonly #known = new Set<string>();
  #slot = 0;
  #atMs = 0;
  #busy = 0;
  #idle: (() => void) | undefined;

  constructor(options: TerminalOptions, locations: readonly string[]) {
    this.#options = options;
    this.#locations = locations;
    for (const location of locations) {
      const subscription = options.client.subscribe<WorkTopic>({ topic: 'location', location });
      this.#subscriptions.push(subscription);
      this.#readers.push(this.#follow(location, subscription));
    }
  }

  /** The file's time went on: do what is due. */
  advance(atMs: number): void {
    this.#atMs = Math.max(this.#atMs, atMs);
    const until = Math.floor(this.#atMs / slotMs);
    if (this.#slot === 0) this.#slot = until;
    for (; this.#slot < until; this.#slot++) this.#doSlot(this.#slot);
  }

  /** Do all that is left, whenever it is due; resolves when nothing more turns up, or after `waitMs`. */
  async finish(waitMs: number): Promise<void> {
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      const slots = [...this.#slots.keys()].toSorted((a, b) => a - b);
      for (const slot of slots) {
        this.#atMs = Math.max(this.#atMs, slot * slotMs);
        this.#doSlot(slot);
        if (this.#busy >= busyMax) await this.#untilIdle();
      }
      await this.#untilIdle();
      if (slots.length > 0) continue;
      // News of parcels planned a moment ago may still be on its way, or its socket is being dialled anew.
      if (await this.#hasNews()) await new Promise((resolve) => setTimeout(resolve, 50));
      else return;
    }
  }

  /** Whether some parcel of this replay is to be begun that its location has not heard of yet. */
  async #hasNews(): Promise<boolean> {
    const { client, ledger } = this.#options;
    for (const location of this.#locations) {
      const { orders } = await client.query('order.list', { location, limit: listMax });
      for (const { orderId, fulfillments } of orders) {
        if (!ledger.knows(orderId)) continue;
        if (fulfillments.some((part) => part.location === location && part.state === 'released')) return true;
      }
    }
    return false;
  }

  #untilIdle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Stop following. Rejects when a location could not be followed. */
  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription.return();
    await Promise.all(this.#readers);
  }

  async #follow(location: string, subscription: Subscription<WorkTopic>): Promise<void> {
    for await (const push of subscription) this.#hear(location, push);
  }

  #hear(location: string, push: Push<WorkTopic>): void {
    if (push.kind === 'snapshot') {
      for (const { orderId, fulfillments } of push.snapshot.orders) {
        for (const { fulfillmentId, state, location: at } of fulfillments) {
          if (at === location && state === 'released') this.#begin(orderId, fulfillmentId);
        }
      }
    } else if (push.kind === 'events') {
      for (const event of push.events) {
        if (event.kind === 'fulfillment.changed' && event.state === 'released') {
          this.#begin(event.orderId, event.fulfillmentId);
        }
        if (event.kind !== 'order.sourced') continue;
        // A decision is told to every location it chose: each takes up its own part of it.
        for (const { location: at, state, fulfillmentId } of event.choices) {
          if (at === location && state === 'released') this.#begin(event.orderId, fulfillmentId);
        }
      }
    }
  }

  #begin(orderId: string, fulfillmentId: string): void {
    const key = `${orderId}/${fulfillmentId}`;
    if (this.#known.has(key) || !this.#options.ledger.knows(orderId)) return;
    this.#known.add(key);
    this.#plan({ orderId, fulfillmentId, step: 'pick' });
  }

  #plan(work: Work): void {
    const [leastMs, moreMs] = durations[work.step];
    const chance = unit(this.#options.seed, `${work.step}/${work.orderId}/${work.fulfillmentId}`);
    const slot = Math.floor((this.#atMs + leastMs + chance * moreMs) / slotMs);
    const list = this.#slots.get(slot);
    if (list === undefined) this.#slots.set(slot, [work]);
    else list.push(work);
  }

  #doSlot(slot: number): void {
    const list = this.#slots.get(slot) ?? [];
    this.#slots.delete(slot);
    for (const work of list) this.#do(work);
  }

  #do({ orderId, fulfillmentId, step }: Work): void {
    const { client, tally, ledger } = this.#options;
    const kind = `fulfillment.${step}` as const;
    this.#busy += 1;
    const commandId = `replay-${step}-${orderId}-${fulfillmentId}`;
    client.send(kind, { orderId, fulfillmentId }, commandId, (outcome) => {
      this.#busy -= 1;
      // A refusal means that the parcel was cancelled meanwhile: there is nothing more to do for it.
      // Nor is there for a server that does not answer: the order stays as it is, and the report shows it.
      if (outcome.ok !== undefined) {
        if (step === 'pick') this.#plan({ orderId, fulfillmentId, step: 'ship' });
        if (step === 'ship') {
          tally.parcelsShipped += 1;
          if (ledger.isNew(outcome.position)) {
            ledger.shipped(orderId, linesOf(outcome.ok.fulfillments, fulfillmentId));
          }
          this.#plan({ orderId, fulfillmentId, step: 'deliver' });
        }
        if (step === 'deliver') tally.parcelsDelivered += 1;
      }
      if (this.#busy === 0) this.#idle?.();
    });
  }
}

function linesOf(fulfillments: readonly Fulfillment[], id: string): Fulfillment['lines'] {
  return fulfillments.find(({ fulfillmentId }) => fulfillmentId === id)?.lines ?? [];
}
