/**
 * What the world follows: every subscription of every connection, fed by the engine's turns. Each
 * gets every event of its topic once and in order, or is told of a gap; nothing is queued for a
 * reader that does not read. Rules T1… in docs/SPEC.md.
 */
import type { Divergence } from '../actors/divergence.ts';
import type { EngineApi } from '../engine/api.ts';
import type { Published } from '../engine/outcome.ts';
import type { GatewayLimits } from './limits.ts';
import type { Topic } from './protocol.ts';
import { partsFor, TopicIndex } from './streams-index.ts';
import type { Told } from './streams-index.ts';
import { Recent } from './streams-recent.ts';
import { Replays } from './streams-replay.ts';
import { Places } from './streams-places.ts';
import { snapshotOf } from './streams-snapshot.ts';
import { StockStreams, takeBack } from './streams-stock.ts';
import type { Caller, EventSubscription, Outlet } from './streams-subscription.ts';
import type { Push, Subscription } from './streams-subscription.ts';
import { Part, PushBody } from './wire-encode.ts';

/** Events after which channels may sell other numbers although no stock moved. */
const sellingEvents = new Set<string>(['location.changed', 'item.changed', 'buffer.changed']);

export interface StreamsOptions {
  readonly engine: EngineApi;
  readonly limits: GatewayLimits;
  readonly onIncident: (error: unknown, where: string) => void;
}

export class Streams {
  readonly #engine: EngineApi;
  readonly #limits: GatewayLimits;
  readonly #index = new TopicIndex();
  readonly #recent: Recent;
  readonly #replays: Replays;
  readonly #stock: StockStreams;
  readonly #places: Places;
  readonly #stop: () => void;
  #published: number;

  constructor(options: StreamsOptions) {
    const { engine, limits, onIncident } = options;
    this.#engine = engine;
    this.#limits = limits;
    this.#published = engine.position;
    this.#recent = new Recent(limits.recentItemsMax);
    this.#stock = new StockStreams(engine, this.#recent);
    const published = (): number => this.#published;
    this.#replays = new Replays({ engine, recent: this.#recent, limits, published, onIncident });
    this.#places = new Places(engine, (subscription) => this.#begin(subscription));
    const stops = [
      engine.onPublished((turn) => this.#publish(turn)),
      engine.onDiverged((found) => this.#diverged(found)),
    ];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * Follow a topic from now on; its first push is offered before this returns, if there is one yet.
   */
  subscribe(number: number, outlet: Outlet, caller: Caller, topic: Topic): Subscription {
    if (topic.topic === 'stock') {
      const subscription: Subscription = {
        is: 'stock',
        number,
        outlet,
        caller,
        topic,
        phase: 'live',
        unsent: new Map(),
        zones: topic.thresholds === undefined ? undefined : new Map(),
        position: 0,
        fresh: true,
        pushedAtMs: Number.NEGATIVE_INFINITY,
        timer: undefined,
      };
      this.#stock.add(subscription);
      return subscription;
    }
    const since = 'since' in topic ? topic.since : undefined;
    const position = since ?? this.#published;
    const subscription: EventSubscription = {
      is: 'events',
      number,
      outlet,
      caller,
      topic,
      phase: 'live',
      position,
      fresh: false,
    };
    this.#index.add(subscription);
    if (since === undefined) this.#begin(subscription);
    else {
      this.#places.resumed(subscription);
      this.#resume(subscription);
    }
    return subscription;
  }

  /** Nothing more is pushed, also of what was offered already. */
  end(subscription: Subscription): void {
    subscription.phase = 'ended';
    if (subscription.is === 'stock') return this.#stock.remove(subscription);
    this.#index.remove(subscription);
    this.#replays.end(subscription);
    this.#places.ended(subscription);
  }

  /** The outlet is writable again: give what was missed meanwhile. */
  drained(subscription: Subscription): void {
    if (subscription.is === 'stock') {
      if (subscription.phase === 'live') this.#stock.send(subscription);
    } else if (subscription.phase === 'behind') this.#resume(subscription);
  }

  /** The outlet sent a push, or buffered it within its limit. */
  delivered(push: Push): void {
    const { of, body } = push;
    if (of.is === 'events' && of.phase !== 'ended')
      of.position = Math.max(of.position, body.position);
  }

  /** The outlet could not take a push. It will be given again, once the outlet has drained. */
  undelivered(push: Push): void {
    const { of } = push;
    if (of.phase === 'ended') return;
    if (of.is === 'stock') return takeBack(of, push);
    // The first push that was not taken says where to go on; those queued behind it come again
    // anyway.
    if (of.phase === 'behind') return;
    of.phase = 'behind';
    of.position = push.after;
    of.fresh = push.body.field === 'snapshot';
  }

  /** Whether anybody follows what a terminal is to do. */
  hasTerminal(id: string): boolean {
    return this.#index.hasTerminal(id);
  }

  /** A location or channel was changed. */
  networkChanged(): void {
    this.#stock.networkChanged();
  }

  close(): void {
    this.#places.close();
    this.#stop();
  }

  #resume(subscription: EventSubscription): void {
    if (!subscription.outlet.writable) subscription.phase = 'behind';
    else if (subscription.fresh || subscription.topic.topic === 'shadow') this.#begin(subscription);
    else this.#replays.begin(subscription);
  }

  #begin(subscription: EventSubscription): void {
    const { caller, topic, outlet } = subscription;
    subscription.phase = 'live';
    subscription.fresh = false;
    const whole = snapshotOf(this.#engine, caller, topic, this.#limits.snapshotOrdersMax);
    if (whole === undefined) return;
    subscription.position = whole.position;
    this.#places.told(subscription, whole.snapshot);
    const body = new PushBody(whole.position, 'snapshot', new Part(whole.snapshot));
    outlet.offer({ of: subscription, body, after: whole.position });
  }

  #publish(turn: Published): void {
    this.#published = turn.position;
    this.#recent.add(turn);
    if (this.#index.size > 0 && turn.events.length > 0) {
      for (const told of this.#index.tell(turn.events)) this.#tell(told, turn.position);
    }
    this.#places.published(turn.events);
    this.#stock.publish(turn);
    // A pause or a preorder may end, and a buffer grow, without anybody’s command.
    if (turn.events.some(({ kind }) => sellingEvents.has(kind))) {
      this.#stock.networkChanged();
    }
  }

  /** Told to who reads; who does not gets the totals once it does. */
  #diverged(found: readonly Divergence[]): void {
    if (this.#index.size === 0) return;
    const position = this.#published;
    for (const { followers, parts } of this.#index.tell(found)) {
      const body = new PushBody(position, 'events', parts);
      for (const subscription of followers) {
        if (subscription.phase === 'live') subscription.outlet.offer({ of: subscription, body, after: position });
      }
    }
  }

  #tell(told: Told, position: number): void {
    const shared = new PushBody(position, 'events', told.parts);
    const isQueued = told.events.some(({ kind }) => kind === 'reservation.queued');
    for (const subscription of told.followers) {
      if (isQueued) this.#places.resumed(subscription);
      if (subscription.phase !== 'live' || subscription.position >= position) continue;
      const parts = partsFor(subscription, told);
      if (parts.length === 0) continue;
      const body = parts === told.parts ? shared : new PushBody(position, 'events', parts);
      subscription.outlet.offer({ of: subscription, body, after: position - 1 });
    }
  }
}
