/** What the tests of topics share: streams over a fake engine, and a reader that can be slow. */
import { defaultLimits } from '../../gateway/limits.ts';
import type { GatewayLimits } from '../../gateway/limits.ts';
import type { PushFrame, Topic } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller, Outlet, Push, Subscription } from '../../gateway/streams-subscription.ts';
import { FakeEngine } from './fake-engine.ts';

export const everybody: Caller = { name: 'me', role: 'operator', channels: '*', locations: '*' };
export const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export async function settle(turns = 20): Promise<void> {
  for (let at = 0; at < turns; at += 1) await soon();
}

/** A connection that takes so many frames and then is slow until it is read. */
export class Reader implements Outlet {
  readonly got: PushFrame[] = [];
  readonly streams: Streams;
  room = Number.POSITIVE_INFINITY;
  /** The frame that makes it slow is lost, instead of being the last one taken. */
  drops = false;
  subscription: Subscription | undefined;
  #queue: Push[] = [];
  #slow = false;

  constructor(streams: Streams) {
    this.streams = streams;
  }

  get writable(): boolean {
    return !this.#slow;
  }

  offer(push: Push): void {
    if (this.#slow) this.streams.undelivered(push);
    else this.#queue.push(push);
  }

  flush(): void {
    for (const push of this.#queue.splice(0)) {
      if (push.of.phase === 'ended' || push.of.phase === 'behind') continue;
      if (this.#slow) {
        this.streams.undelivered(push);
        continue;
      }
      this.room -= 1;
      this.#slow = this.room <= 0;
      if (this.#slow && this.drops) {
        this.streams.undelivered(push);
      } else {
        this.got.push(push.body.value(push.of.number));
        this.streams.delivered(push);
      }
    }
  }

  /** The peer has read everything. */
  drain(room: number): void {
    this.room = room;
    if (!this.#slow) return;
    this.#slow = false;
    if (this.subscription !== undefined) this.streams.drained(this.subscription);
    this.flush();
  }

  subscribe(topic: Topic, caller = everybody): this {
    this.subscription = this.streams.subscribe(1, this, caller, topic);
    this.flush();
    return this;
  }
}

export function setUp(limits: Partial<GatewayLimits> = {}) {
  const engine = new FakeEngine();
  const incidents: unknown[] = [];
  const streams = new Streams({
    engine,
    limits: { ...defaultLimits, ...limits },
    onIncident: (error) => incidents.push(error),
  });
  return { engine, streams, incidents };
}

export const decisions = (since?: number): Topic => ({ topic: 'decisions', ...(since === undefined ? {} : { since }) });
/** The attempts told, in order: the tests count them up from 1. */
export function told(frames: readonly PushFrame[]): number[] {
  return frames.flatMap((frame) =>
    'events' in frame ? frame.events.map((event) => (event.kind === 'order.sourced' ? event.attempt : -1)) : [],
  );
}
export const upTo = (count: number, from = 1): number[] => Array.from({ length: count - from + 1 }, (_, at) => from + at);
