/**
 * Live places in line. Who follows a reservation that waits for a hot SKU is given it anew whenever its
 * place has changed, merged to one push in a quarter of a second: each costs one look at its own place,
 * and nobody who does not follow costs anything.
 */
import type { EngineApi } from '../engine/api.ts';
import type { Event } from '../actors/vocabulary.ts';
import type { Snapshot } from './protocol.ts';
import type { EventSubscription } from './streams-subscription.ts';

/** At most one push about a place in so long. */
const everyMs = 250;

export class Places {
  /** Followers of reservations that wait, with the place they were told last; undefined: not told yet. */
  readonly #told = new Map<EventSubscription, number | undefined>();
  readonly #engine: EngineApi;
  readonly #begin: (subscription: EventSubscription) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param begin gives a follower the whole truth of its topic. */
  constructor(engine: EngineApi, begin: (subscription: EventSubscription) => void) {
    this.#engine = engine;
    this.#begin = begin;
  }

  /** A follower goes on from what it knows, or has taken a place only now: it must be seen which. */
  resumed(subscription: EventSubscription): void {
    if (subscription.topic.topic !== 'reservation') return;
    this.#told.set(subscription, undefined);
    this.#schedule();
  }

  /** A follower was given this. */
  told(subscription: EventSubscription, snapshot: Snapshot): void {
    if (subscription.topic.topic !== 'reservation') return;
    const place = snapshot !== null && 'reservationId' in snapshot ? snapshot.position : undefined;
    if (place === undefined) this.#told.delete(subscription);
    else this.#told.set(subscription, place);
  }

  ended(subscription: EventSubscription): void {
    this.#told.delete(subscription);
  }

  /** What happened in a turn: whoever is served or leaves moves others up, and who is queued now has a place. */
  published(events: readonly Event[]): void {
    if (this.#told.size > 0 && events.some(({ kind }) => kind.startsWith('reservation.'))) this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, everyMs).unref();
  }

  #look(): void {
    for (const [subscription, told] of this.#told) {
      const { topic, phase, outlet } = subscription;
      if (topic.topic !== 'reservation' || phase === 'ended') this.#told.delete(subscription);
      // One that is behind is looked at again, once it may have caught up.
      else if (phase !== 'live' || !outlet.writable) this.#schedule();
      else {
        const { ok } = this.#engine.query({ kind: 'reservation.get', body: { reservationId: topic.reservationId } });
        if (ok?.position === undefined) this.#told.delete(subscription);
        else if (ok.position !== told) this.#begin(subscription);
      }
    }
  }
}
