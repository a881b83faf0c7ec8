/**
 * Who follows what: from an event to its subscribers without looking at the others. The streams
 * keep one for all that are live, and each replay one of its own.
 */
import type { TaskEvent } from '../actors/task-context.ts';
import type { TerminalEvent } from '../actors/terminal-context.ts';
import type { Event } from '../actors/vocabulary.ts';
import { isTerminalsOwn, seesChannel } from './streams-subscription.ts';
import type { EventSubscription, EventTopic } from './streams-subscription.ts';
import { Part } from './wire-encode.ts';

export type Followers = Set<EventSubscription>;

/** The followers of one key, with what happened to it in one turn, in order. */
export interface Told {
  readonly followers: Followers;
  readonly events: Event[];
  readonly parts: Part[];
}

/** The key of what concerns every channel or location; none is called so. */
const every = '*';

type OfPlans = Extract<Event, { kind: 'plan.changed' | 'shadow.changed' | 'batch.settled' }>;

/** What everybody hears who follows plans, and nobody else. */
const isOfPlans = (event: Event): event is OfPlans =>
  event.kind === 'plan.changed' || event.kind === 'shadow.changed' || event.kind === 'batch.settled';

type OfPart = Extract<Event, { kind: `fulfillment.${string}` | `cancellation.${string}` | `offer.${string}` }>;

/** What the location of a part hears of it. */
const isOfPart = (event: Event): event is OfPart =>
  event.kind.startsWith('fulfillment.') || event.kind.startsWith('cancellation.') || event.kind === 'offer.changed';

export class TopicIndex {
  readonly #order = new Map<string, Followers>();
  readonly #location = new Map<string, Followers>();
  readonly #reservation = new Map<string, Followers>();
  readonly #terminal = new Map<string, Followers>();
  readonly #supply = new Map<string, Followers>();
  /** By channel, and by `@location`. */
  readonly #returns = new Map<string, Followers>();
  readonly #decisions = new Map<string, Followers>();
  readonly #exceptions = new Map<string, Followers>();
  readonly #cases = new Map<string, Followers>();
  readonly #carriers = new Map<string, Followers>();
  readonly #plans = new Map<string, Followers>();
  readonly #shadow = new Map<string, Followers>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(subscription: EventSubscription): void {
    const [map, key] = this.#place(subscription.topic);
    let followers = map.get(key);
    if (followers === undefined) {
      followers = new Set();
      map.set(key, followers);
    }
    if (followers.has(subscription)) return;
    followers.add(subscription);
    this.#size += 1;
  }

  remove(subscription: EventSubscription): void {
    const [map, key] = this.#place(subscription.topic);
    const followers = map.get(key);
    if (followers === undefined || !followers.delete(subscription)) return;
    this.#size -= 1;
    if (followers.size === 0) map.delete(key);
  }

  /** Whether anybody follows what a terminal is to do. */
  hasTerminal(id: string): boolean {
    return this.#terminal.has(id);
  }

  *subscriptions(): IterableIterator<EventSubscription> {
    const ofOne = [this.#order, this.#reservation, this.#location];
    const ofWork = [this.#terminal, this.#supply, this.#returns];
    const ofPlans = [this.#cases, this.#plans, this.#shadow];
    for (const map of [...ofOne, ...ofWork, this.#decisions, this.#exceptions, ...ofPlans]) {
      for (const followers of map.values()) yield* followers;
    }
  }

  /** What one turn's events say to whom; nothing for events nobody follows. */
  tell(events: readonly Event[]): IterableIterator<Told> {
    const told = new Map<Followers, Told>();
    for (const event of events) this.#sort(event, told);
    return told.values();
  }

  #place(topic: EventTopic): [Map<string, Followers>, string] {
    switch (topic.topic) {
      case 'order':
        return [this.#order, topic.orderId];
      case 'location':
        return [this.#location, topic.location];
      case 'reservation':
        return [this.#reservation, topic.reservationId];
      case 'terminal':
        return [this.#terminal, topic.terminalId];
      case 'supply':
        return [this.#supply, topic.location ?? every];
      case 'returns':
        return [this.#returns, returnsKey(topic)];
      case 'decisions':
        return [this.#decisions, topic.channel ?? every];
      case 'exceptions':
        return [this.#exceptions, topic.channel ?? every];
      case 'cases':
        return [this.#cases, topic.code ?? every];
      case 'carriers':
        return [this.#carriers, every];
      case 'plans':
        return [this.#plans, every];
      case 'shadow':
        return [this.#shadow, topic.planId];
    }
  }

  #sort(event: Event, told: Map<Followers, Told>): void {
    let part: Part | undefined;
    const add = (followers: Followers | undefined): void => {
      if (followers === undefined) return;
      part ??= new Part(event);
      const entry = told.get(followers);
      if (entry === undefined) told.set(followers, { followers, events: [event], parts: [part] });
      else {
        entry.events.push(event);
        entry.parts.push(part);
      }
    };
    if (isOfCarriers(event)) return add(this.#carriers.get(every));
    if (event.kind === 'item.changed' || event.kind === 'buffer.changed') return;
    if (event.kind === 'case.changed') return [every, event.code].forEach((key) => add(this.#cases.get(key)));
    if (event.kind === 'plan.diverged') return add(this.#shadow.get(event.planId));
    if (isOfPlans(event)) return add(this.#plans.get(every));
    if (event.kind === 'canary.changed') {
      add(this.#plans.get(every));
      if (event.state !== 'rolled-back') return;
      add(this.#exceptions.get(every));
      if (event.channel !== undefined) add(this.#exceptions.get(event.channel));
      return;
    }
    if (event.kind === 'supply.changed') {
      add(this.#supply.get(every));
      add(this.#supply.get(event.to));
      return event.from === undefined ? undefined : add(this.#supply.get(event.from));
    }
    if (event.kind === 'terminal.changed' || event.kind === 'task.changed') {
      add(this.#terminal.get(terminalOf(event) ?? ''));
      return add(this.#location.get(event.location));
    }
    if (isOfPlace(event)) return add(this.#location.get(event.location));
    if (event.kind === 'lot.changed') return event.locations.forEach((location) => add(this.#location.get(location)));
    if ('reservationId' in event) return add(this.#reservation.get(event.reservationId));
    add(this.#order.get(event.orderId));
    if (event.kind === 'return.changed' || event.kind === 'refund.due') {
      add(this.#returns.get(every));
      add(this.#returns.get(event.channel));
    }
    if (event.kind === 'return.changed') {
      for (const location of new Set([event.to, event.location])) {
        if (location !== undefined) add(this.#returns.get(`@${location}`));
      }
    }
    if (event.kind.startsWith('parcel.') && 'location' in event) add(this.#location.get(event.location as string));
    if (isOfPart(event)) add(this.#location.get(event.location));
    if (event.kind === 'order.sourced') {
      // New work of a location is told by the decision that made it.
      for (const one of new Set(event.choices.map((choice) => choice.location))) add(this.#location.get(one));
      add(this.#decisions.get(every));
      add(this.#decisions.get(event.channel));
    }
    if (event.kind === 'exception.raised' || event.kind === 'exception.cleared') {
      add(this.#exceptions.get(every));
      add(this.#exceptions.get(event.channel));
    }
  }
}

type OfCarriers = Extract<Event, { kind: `carrier.${string}` }>;
const isOfCarriers = (event: Event): event is OfCarriers => event.kind.startsWith('carrier.');

const isOfPlace = (event: Event): event is Extract<Event, { kind: 'location.changed' | 'suspect.changed' }> =>
  event.kind === 'location.changed' || event.kind === 'suspect.changed';

/** Whom an event of the floor concerns; a task that waits concerns nobody yet. */
const terminalOf = (event: TaskEvent | TerminalEvent): string | undefined =>
  event.kind === 'task.changed' ? event.terminal : event.terminalId;

/** Returns to a location are told by what happens to them; those of a channel with what is refunded. */
const returnsKey = ({ location, channel }: Extract<EventTopic, { topic: 'returns' }>): string =>
  location === undefined ? (channel ?? every) : `@${location}`;

/** What a location does, whoever sells. */
const workTopics = new Set<string>(['location', 'terminal', 'supply']);

/**
 * The parts of what was told that this subscriber may see. A location's work and supply are its own,
 * whoever sells.
 */
export function partsFor(subscription: EventSubscription, told: Told): readonly Part[] {
  const { caller, topic } = subscription;
  // What comes back to a terminal's location is its work as well.
  const isWork = workTopics.has(topic.topic) || isTerminalsOwn(caller, topic);
  if (caller.channels === '*' || isWork) {
    return told.parts;
  }
  return told.parts.filter((_, index) => {
    const event = told.events[index];
    if (event === undefined || !('channel' in event)) return false;
    return event.channel !== undefined && seesChannel(caller, event.channel);
  });
}
