/**
 * From a position in the past to the present: a subscription that resumes, or whose reader was
 * slow, is given exactly what it missed, in order, and becomes live in the same instant in which
 * nothing is missing any more. A short lag is made good from memory; a longer one from the journal,
 * in passes that many subscriptions share; what cannot be given any more is told as a gap and
 * followed by a snapshot.
 */
import type { EngineApi } from '../engine/api.ts';
import type { Published } from '../engine/outcome.ts';
import type { GatewayLimits } from './limits.ts';
import type { GapReason } from './protocol.ts';
import { partsFor, TopicIndex } from './streams-index.ts';
import type { Recent } from './streams-recent.ts';
import { snapshotOf } from './streams-snapshot.ts';
import type { EventSubscription } from './streams-subscription.ts';
import { Part, PushBody } from './wire-encode.ts';

export interface ReplayOptions {
  readonly engine: EngineApi;
  readonly recent: Recent;
  readonly limits: GatewayLimits;
  /** The last position the streams were told of. */
  readonly published: () => number;
  readonly onIncident: (error: unknown, where: string) => void;
}

/** After so long in one go, a pass lets others have the thread. */
const sliceMs = 2;

export class Replays {
  readonly #options: ReplayOptions;
  readonly #waiting = new Set<EventSubscription>();
  #passes = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Subscriptions that wait for a pass over the journal. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Bring a subscription from its position to the present. Its outlet is writable. */
  begin(subscription: EventSubscription): void {
    const { engine, recent, limits, published } = this.#options;
    const { position } = subscription;
    if (position > Math.max(engine.position, published())) return this.#gap(subscription, 'ahead');
    if (position >= published()) {
      subscription.phase = 'live';
      return;
    }
    const missed = recent.after(position);
    if (missed !== undefined) return this.#catchUp(subscription, missed);
    if (position < engine.head - 1) return this.#gap(subscription, 'trimmed');
    if (engine.position - position > limits.replayPositionsMax) {
      return this.#gap(subscription, 'too-far-behind');
    }
    subscription.phase = 'replaying';
    this.#waiting.add(subscription);
    this.#startPass();
  }

  /** Forget a subscription that ended. */
  end(subscription: EventSubscription): void {
    this.#waiting.delete(subscription);
  }

  /** From memory, and live. */
  #catchUp(subscription: EventSubscription, missed: readonly Published[]): void {
    const index = new TopicIndex();
    index.add(subscription);
    subscription.phase = 'live';
    let after = subscription.position;
    let parts: Part[] = [];
    for (const { position, events } of missed) {
      for (const told of index.tell(events)) {
        for (const part of partsFor(subscription, told)) parts.push(part);
      }
      if (parts.length < this.#options.limits.pushEventsMax) continue;
      offerEvents(subscription, parts, position, after);
      // A reader that turns out slow here is asked no further: it is behind, from `after`.
      subscription.outlet.flush();
      if (!isLive(subscription)) return;
      after = position;
      parts = [];
    }
    const to = this.#options.published();
    if (parts.length > 0) offerEvents(subscription, parts, to, after);
    else subscription.position = Math.max(subscription.position, to);
  }

  #gap(subscription: EventSubscription, reason: GapReason): void {
    const { engine, limits, published } = this.#options;
    const { caller, topic, outlet } = subscription;
    const whole = snapshotOf(engine, caller, topic, limits.snapshotOrdersMax);
    const position = whole?.position ?? published();
    const gap = new Part({ after: subscription.position, reason });
    const after = subscription.position;
    subscription.phase = 'live';
    // Taken back together or not at all: both say that nothing after the old position was given.
    outlet.offer({ of: subscription, body: new PushBody(position, 'gap', gap), after });
    if (whole === undefined) return;
    const body = new PushBody(position, 'snapshot', new Part(whole.snapshot));
    outlet.offer({ of: subscription, body, after });
  }

  #startPass(): void {
    if (this.#passes >= this.#options.limits.replaysMax || this.#waiting.size === 0) return;
    this.#passes += 1;
    // Not at once: those that resume in the same moment share the pass.
    setImmediate(() => {
      const subscriptions = [...this.#waiting];
      this.#waiting.clear();
      this.#pass(subscriptions)
        .catch((error: unknown) => this.#options.onIncident(error, 'replay'))
        .finally(() => {
          this.#passes -= 1;
          this.#startPass();
        });
    });
  }

  async #pass(subscriptions: readonly EventSubscription[]): Promise<void> {
    const pass = new Pass(subscriptions);
    let failed = false;
    try {
      await this.#read(pass);
    } catch (error) {
      // The journal was trimmed under the pass, or cannot be read: the readers are told of a gap.
      failed = true;
      if (pass.after >= this.#options.engine.head - 1) this.#options.onIncident(error, 'replay');
    }
    for (const subscription of pass.finish()) {
      if (failed) this.#gap(subscription, 'trimmed');
      else this.begin(subscription);
    }
  }

  async #read(pass: Pass): Promise<void> {
    if (pass.empty) return;
    let since = performance.now();
    for await (const published of this.#options.engine.replay(pass.after)) {
      pass.take(published, this.#options.limits.pushEventsMax);
      if (pass.empty) return;
      if (performance.now() - since < sliceMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
  }
}

/** One reading of the journal for many subscriptions. */
class Pass {
  readonly #index = new TopicIndex();
  /** What was read for a subscription and not pushed yet. */
  readonly #batches = new Map<EventSubscription, Part[]>();
  /** Everything up to here was read. */
  after: number;

  constructor(subscriptions: readonly EventSubscription[]) {
    this.after = Number.MAX_SAFE_INTEGER;
    for (const subscription of subscriptions) {
      if (subscription.phase !== 'replaying') continue;
      this.#index.add(subscription);
      this.after = Math.min(this.after, subscription.position);
    }
    if (this.#index.size === 0) this.after = 0;
  }

  get empty(): boolean {
    return this.#index.size === 0;
  }

  take(published: Published, eventsMax: number): void {
    for (const told of this.#index.tell(published.events)) {
      for (const subscription of told.followers) {
        if (subscription.phase !== 'replaying') this.#index.remove(subscription);
        else if (published.position > subscription.position) {
          const batch = this.#batches.get(subscription) ?? [];
          for (const part of partsFor(subscription, told)) batch.push(part);
          if (batch.length > 0) this.#batches.set(subscription, batch);
        }
      }
    }
    this.after = published.position;
    for (const [subscription, batch] of this.#batches) {
      if (batch.length >= eventsMax) this.#send(subscription, batch);
    }
  }

  /** Sends what is left; returns the subscriptions that were brought up to `after`. */
  finish(): readonly EventSubscription[] {
    for (const [subscription, batch] of this.#batches) this.#send(subscription, batch);
    const done: EventSubscription[] = [];
    for (const subscription of this.#index.subscriptions()) {
      if (subscription.phase !== 'replaying') continue;
      subscription.position = Math.max(subscription.position, this.after);
      done.push(subscription);
    }
    return done;
  }

  #send(subscription: EventSubscription, batch: readonly Part[]): void {
    this.#batches.delete(subscription);
    if (subscription.phase === 'replaying') {
      offerEvents(subscription, batch, this.after, subscription.position);
      // At once: a reader that is slow leaves the pass here, instead of piling up what it does not
      // read.
      subscription.outlet.flush();
    }
    if (subscription.phase !== 'replaying') this.#index.remove(subscription);
  }
}

/** Offer the events after one position, up to another. */
function offerEvents(
  subscription: EventSubscription,
  parts: readonly Part[],
  position: number,
  after: number,
): void {
  const body = new PushBody(position, 'events', parts);
  subscription.outlet.offer({ of: subscription, body, after });
}

/** Asked anew: what was offered may have changed it. */
function isLive(subscription: EventSubscription): boolean {
  return subscription.phase === 'live';
}
