/**
 * One subscription as its reader sees it: an endless iterable of pushes without holes or repeats, however
 * often the connection is lost under it, and however slowly it is read.
 *
 * It remembers the position it has passed on up to. After a loss, or when its reader fell `bufferMax`
 * pushes behind, it is taken up again from there (`since`), and what was already passed on is dropped.
 */
import type { TerminalView } from '../../actors/terminal-context.ts';
import type { Event, OrderView, ReservationView, StockChange } from '../../actors/vocabulary.ts';
import type { CarrierList, CaseList, ChannelStock, LocationWork, PlanList, PushFrame } from '../protocol.ts';
import type { ReturnList, ShadowTotals, SupplyList, Topic } from '../protocol.ts';
import { type Outcome, type Plain, Refused, Unanswered } from './answers.ts';
import { Fifo } from './fifo.ts';

export type AnyTopic = Plain<Topic>;

/** What a stock topic tells: the channel's availability, or every location's balances. */
type StockOf<T> = T extends { readonly channel: string } ? ChannelStock : StockChange;

export type SnapshotOf<T extends AnyTopic> = T extends { readonly topic: 'order' }
  ? OrderView | null
  : T extends { readonly topic: 'reservation' }
    ? ReservationView | null
  : T extends { readonly topic: 'stock' }
    ? readonly StockOf<T>[]
    : T extends { readonly topic: 'location' }
      ? LocationWork
      : T extends { readonly topic: 'terminal' }
        ? TerminalView | null
      : T extends { readonly topic: 'supply' }
        ? SupplyList
        : T extends { readonly topic: 'returns' }
          ? ReturnList
        : T extends { readonly topic: 'cases' }
          ? CaseList
        : T extends { readonly topic: 'carriers' }
          ? CarrierList
        : T extends { readonly topic: 'exceptions' }
          ? { readonly orders: readonly string[] }
          : T extends { readonly topic: 'plans' }
            ? PlanList
            : T extends { readonly topic: 'shadow' }
              ? ShadowTotals
              : never;

export interface Gap {
  /** What came after this position is missing … */
  readonly after: number;
  /** … because it was trimmed, the reader was too far behind, or the server is another than before. */
  readonly reason: 'trimmed' | 'too-far-behind' | 'rewound';
}

/** One push. After it, the reader holds the topic's truth as of `position`. */
export type Push<T extends AnyTopic> =
  /** Replaces all that was known. */
  | { readonly kind: 'snapshot'; readonly position: number; readonly snapshot: SnapshotOf<T> }
  /** Something between is missing; a snapshot follows where the topic has one. */
  | { readonly kind: 'gap'; readonly position: number; readonly gap: Gap }
  | (T extends { readonly topic: 'stock' }
      ? {
          readonly kind: 'stock';
          readonly position: number;
          readonly stock: readonly StockOf<T>[];
        }
      : { readonly kind: 'events'; readonly position: number; readonly events: readonly Event[] });

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  /** Ask the present connection; `done` is not called when that is lost. */
  subscribe(body: AnyTopic, done: (outcome: Outcome<unknown>) => void): void;
  unsubscribe(subscription: number): void;
  /** Hear the pushes of a number, until the connection is lost or `unsubscribe`. */
  listen(subscription: number, own: Subscription<AnyTopic>): void;
  forget(own: Subscription<AnyTopic>): void;
}

type State =
  /** No connection. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'live'; readonly number: number }
  /** The reader is too far behind: nothing is asked for until it caught up. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'ended'; readonly reason: Error | undefined };

type Item = { readonly kind: string; readonly position: number };
type Waiter = {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (reason: Error) => void;
};

export class Subscription<T extends AnyTopic> implements AsyncIterableIterator<Push<T>, undefined> {
  readonly #host: SubscriptionHost;
  readonly #topic: AnyTopic;
  readonly #bufferMax: number;
  /** What shadows find is not in the journal: it is taken as it comes, and after a loss begins with the totals. */
  readonly #isPassing: boolean;
  readonly #buffer = new Fifo<Item>();
  readonly #waiters = new Fifo<Waiter>();
  #state: State = { kind: 'waiting' };
  /** Everything up to here was received. */
  #position: number | undefined;

  constructor(host: SubscriptionHost, topic: T, bufferMax: number) {
    this.#host = host;
    this.#topic = topic;
    this.#bufferMax = bufferMax;
    this.#isPassing = topic.topic === 'shadow';
    this.#position = 'since' in topic ? topic.since : undefined;
  }

  /** The position up to which pushes were received; a later `subscribe` may resume from it with `since`. */
  get position(): number | undefined {
    return this.#position;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next push. Rejects when the server refused the topic or the client ended for a reason. */
  next(): Promise<IteratorResult<Push<T>, undefined>> {
    const item = this.#buffer.shift();
    if (this.#state.kind === 'paused' && this.#buffer.length * 2 <= this.#bufferMax) this.#ask();
    if (item !== undefined) return Promise.resolve({ done: false, value: item as Push<T> });
    if (this.#state.kind === 'ended') return this.#ending(this.#state.reason);
    return new Promise<IteratorResult<Item, undefined>>((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    }) as Promise<IteratorResult<Push<T>, undefined>>;
  }

  /** End it; `break` in a `for await` does this. */
  return(): Promise<IteratorResult<Push<T>, undefined>> {
    if (this.#state.kind === 'live') this.#host.unsubscribe(this.#state.number);
    this.#buffer.drain();
    this.end(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** A connection is open; `serverPosition` is how far its journal is. */
  open(serverPosition: number): void {
    if (this.#state.kind !== 'waiting') return;
    const after = this.#position;
    if (after !== undefined && after > serverPosition) {
      // An acknowledged position never goes back: this is another journal, and ours cannot be resumed.
      this.#position = undefined;
      this.#give({ kind: 'gap', position: serverPosition, gap: { after, reason: 'rewound' } });
    }
    this.#ask();
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#state.kind === 'live' || this.#state.kind === 'asking') {
      this.#state = { kind: 'waiting' };
    }
  }

  /** A push of the server. */
  push(frame: PushFrame): void {
    if (this.#state.kind !== 'live') return;
    const { position } = frame;
    if ('snapshot' in frame) {
      if (!this.#isPassing) this.#position = position;
      this.#give({ kind: 'snapshot', position, snapshot: frame.snapshot });
    } else if ('gap' in frame) {
      // Where a snapshot must follow, the old position stands until it is here: were the connection lost
      // between the two, resuming after the gap would hide it.
      if (this.#topic.topic === 'decisions') this.#position = position;
      this.#give({ kind: 'gap', position, gap: frame.gap });
    } else if (this.#position === undefined || position > this.#position) {
      if (!this.#isPassing) this.#position = position;
      if ('events' in frame) this.#give({ kind: 'events', position, events: frame.events });
      else this.#give({ kind: 'stock', position, stock: frame.stock });
    }
  }

  /** End after what is buffered: with an error for a reason, else plainly. */
  end(reason: Error | undefined): void {
    if (this.#state.kind === 'ended') return;
    this.#host.forget(this);
    const [first, ...others] = this.#waiters.drain();
    // The error is told once: to who waits, else to who asks next (#ending).
    this.#state = { kind: 'ended', reason: first === undefined ? reason : undefined };
    if (reason !== undefined) first?.reject(reason);
    else first?.resolve({ done: true, value: undefined });
    for (const waiter of others) waiter.resolve({ done: true, value: undefined });
  }

  #ask(): void {
    this.#state = { kind: 'asking' };
    const { since: _, ...topic } = this.#topic as AnyTopic & { since?: number };
    const body = this.#position === undefined ? topic : { ...topic, since: this.#position };
    this.#host.subscribe(body as AnyTopic, (outcome) => this.#asked(outcome));
  }

  #asked(outcome: Outcome<unknown>): void {
    if (outcome.unanswered !== undefined) {
      this.end(new Unanswered(outcome.unanswered));
    } else if (outcome.refused !== undefined) {
      this.end(new Refused(outcome.refused));
    } else {
      const number = (outcome.ok as { readonly subscription: number }).subscription;
      if (this.#state.kind !== 'asking') {
        this.#host.unsubscribe(number);
        return;
      }
      this.#state = { kind: 'live', number };
      // Decisions begin with what comes next and have no snapshot to say from where.
      if (this.#topic.topic === 'decisions') this.#position ??= outcome.position;
      this.#host.listen(number, this);
    }
  }

  #give(item: Item & Record<string, unknown>): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: item });
      return;
    }
    this.#buffer.push(item);
    if (this.#buffer.length >= this.#bufferMax && this.#state.kind === 'live') {
      this.#host.unsubscribe(this.#state.number);
      this.#state = { kind: 'paused' };
    }
  }

  #ending(reason: Error | undefined): Promise<IteratorResult<Push<T>, undefined>> {
    if (reason === undefined) return Promise.resolve({ done: true, value: undefined });
    this.#state = { kind: 'ended', reason: undefined };
    return Promise.reject(reason);
  }
}
