/**
 * Listens to what the locations are told, so that it can be told on: where units of a short pick went and how soon,
 * which parcels were planned anew, which were sent again. Only where somebody listens: it is much.
 */
import type { Event } from '../../actors/vocabulary.ts';
import type { Baton } from '../client/baton.ts';
import type { Subscription } from '../client/subscription.ts';
import { locations } from '../replay/network.ts';
import type { Ground } from './ground.ts';
import type { Happening } from './happening.ts';

type Topic = { readonly topic: 'location'; readonly location: string } | { readonly topic: 'decisions' };

/** Short picks that wait for what comes of them. */
const shortsMax = 1_000;

export class Watch {
  readonly #ground: Ground;
  readonly #client: Baton;
  readonly #follows: Subscription<Topic>[] = [];
  /** When each order was found short. */
  readonly #shorts = new Map<string, number>();

  constructor(ground: Ground, client: Baton) {
    this.#ground = ground;
    this.#client = client;
  }

  begin(): void {
    const { names } = this.#ground;
    const topics: Topic[] = locations.map(({ id }) => ({ topic: 'location', location: names.location(id) }));
    for (const topic of [...topics, { topic: 'decisions' } as const]) {
      const follow = this.#client.subscribe<Topic>(topic);
      this.#follows.push(follow);
      void this.#listen(follow, topic.topic === 'decisions');
    }
  }

  async stop(): Promise<void> {
    for (const follow of this.#follows) await follow.return();
  }

  /** What the rest of the world tells. */
  hear(it: Happening): void {
    if (it.kind !== 'short') return;
    this.#shorts.set(it.order, performance.now());
    if (this.#shorts.size <= shortsMax) return;
    const [oldest] = this.#shorts.keys();
    if (oldest !== undefined) this.#shorts.delete(oldest);
  }

  async #listen(follow: Subscription<Topic>, isDecisions: boolean): Promise<void> {
    try {
      for await (const push of follow) {
        if (push.kind !== 'events') continue;
        for (const event of push.events) if (isDecisions) this.#decided(event);
        else this.#told(event);
      }
    } catch {
      // The client ended for a reason: whoever sends next is told of it.
    }
  }

  #decided(event: Event): void {
    if (event.kind !== 'order.sourced') return;
    const sinceMs = this.#shorts.get(event.orderId);
    if (sinceMs === undefined || event.attempt < 2) return;
    this.#shorts.delete(event.orderId);
    const to = event.choices.map(({ location }) => String(location));
    this.#ground.tell({ kind: 'resourced', order: event.orderId, to, ms: performance.now() - sinceMs });
  }

  #told(event: Event): void {
    if (event.kind === 'parcel.replaced') {
      const { orderId: order, replacementId: by } = event;
      this.#ground.tell({ kind: 'replaced', order, by });
    }
    if (event.kind !== 'fulfillment.rerated') return;
    const { orderId: order, location, carrier } = event;
    this.#ground.tell({ kind: 'rerated', order, location, carrier });
  }
}
