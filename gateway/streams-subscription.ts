/**
 * One subscription, as the session and the streams share it: the session sends its pushes and says
 * what became of them, the streams decide what to push. Two kinds: events, which are never lost or
 * merged, and stock, where the newest balance replaces older ones.
 */
import type { ChannelId, Sku } from '../actors/ids.ts';
import type { Topic } from './protocol.ts';
import type { Part, PushBody } from './wire-encode.ts';

/** Whose eyes a subscription has. `*`: every channel, every location. */
export interface Caller {
  /** Name of the credential. */
  readonly name: string;
  readonly role: string;
  readonly channels: '*' | readonly string[];
  readonly locations: '*' | readonly string[];
  /** When the credential ends; absent: never by itself. */
  readonly expiresAtMs?: number | undefined;
}

/** The session, as its subscriptions see it. */
export interface Outlet {
  /** Open, and not behind with reading. Nothing is offered to an outlet that is not. */
  readonly writable: boolean;
  /** Queue a push; it goes out at the end of this task, or with `flush`. */
  offer(push: Push): void;
  /** Send what is queued now, so that `writable` tells the truth about it. */
  flush(): void;
}

/** One push on its way, with what is needed to take it back when it could not be sent. */
export interface Push {
  readonly of: Subscription;
  readonly body: PushBody;
  /** Everything up to this position was sent before it. */
  readonly after: number;
  /** Stock only: the balances in it, by key. */
  readonly merged?: ReadonlyMap<string, Part> | undefined;
}

export type EventTopic = Exclude<Topic, { topic: 'stock' }>;
export type StockTopic = Extract<Topic, { topic: 'stock' }>;

interface Base {
  /** The number its pushes carry, unique within the connection. */
  readonly number: number;
  readonly outlet: Outlet;
  readonly caller: Caller;
}

export interface EventSubscription extends Base {
  readonly is: 'events';
  readonly topic: EventTopic;
  /** Everything of the topic up to here was sent, or was never there. */
  position: number;
  /**
   * `live`: gets what is published. `behind`: its outlet was slow, and it waits for the drain.
   * `replaying`: gets what it missed from the journal. `ended`: nothing more.
   */
  phase: 'live' | 'behind' | 'replaying' | 'ended';
  /** Its snapshot is still to be sent: nothing else goes before it. */
  fresh: boolean;
}

export interface StockSubscription extends Base {
  readonly is: 'stock';
  readonly topic: StockTopic;
  phase: 'live' | 'ended';
  /** The newest balances that were not sent yet, by SKU (and location). */
  unsent: Map<string, Part>;
  /** With thresholds: under how many each number was when it was last told. */
  readonly zones: Map<string, number> | undefined;
  /** The position these bring the reader to. */
  position: number;
  /** The snapshot is still to be sent: nothing else goes before it. */
  fresh: boolean;
  /** When the last push went, and the timer of the next one while paced. */
  pushedAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

export type Subscription = EventSubscription | StockSubscription;

/** Keys a subscription follows: what it costs in the index. */
export function followed(topic: Topic): number {
  return topic.topic === 'stock' ? topic.skus.length : 1;
}

/** May this caller see what belongs to a channel? */
/** Whether a topic is the work of the location it names, told to a terminal of it whoever sells. */
export const isTerminalsOwn = ({ role }: Caller, topic: EventTopic): boolean =>
  topic.topic === 'returns' && topic.location !== undefined && role === 'terminal';

export function seesChannel(caller: Caller, channel: ChannelId): boolean {
  return caller.channels === '*' || caller.channels.includes(channel);
}

export function stockKey(sku: Sku, location: string): string {
  // A location id has no space, so the first space ends it.
  return `${location} ${sku}`;
}
