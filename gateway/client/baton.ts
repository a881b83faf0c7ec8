/**
 * The client: commands, queries and subscriptions over one socket that may come and go. Knows no
 * platform; client.ts (Node) and browser.ts give it a way to dial.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { CommandId } from '../../actors/ids.ts';
import type { QueryBody, QueryKind } from '../../actors/queries.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Answer } from '../../actors/answers.ts';
import type { Answers } from '../../engine/outcome.ts';
import type { FeedKind, FeedSummary } from '../feeds/feed.ts';
import type { ControlKind, HelloFrame, Protocol, PushFrame } from '../protocol.ts';
import { madeOutcome, type Outcome, type Plain, Refused, Unanswered, valueOf } from './answers.ts';
import { machineClock, type Backoff, type Clock } from './backoff.ts';
import { codecs } from './codec.ts';
import { Connection } from './connection.ts';
import { importRows, type ImportRowsOptions } from './import-rows.ts';
import { Requests, type Request } from './requests.ts';
import { Subscription, type AnyTopic } from './subscription.ts';
import type { Dial, Wire } from './wire.ts';

export interface ConnectOptions {
  /** Such as `ws://127.0.0.1:7070`. */
  readonly url: string;
  /** API key or JWT. */
  readonly key?: string | undefined;
  /** Default `baton.msgpack.v1`. */
  readonly protocol?: Protocol | undefined;
  /** How long a request waits for its answer, over all reconnects. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How long `connect` tries to reach the server. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Requests in flight; the server's own limit holds as well. Default: the server's. */
  readonly inFlightMax?: number | undefined;
  /** Requests that may wait behind those in flight. Default 10,000. */
  readonly queueMax?: number | undefined;
  /** Pushes that may wait for the reader of a subscription before it is paused. Default 1,024. */
  readonly bufferMax?: number | undefined;
  /** How often a passing refusal (`busy`, `too-many`, `stopping`) is retried. Default 8. */
  readonly retriesMax?: number | undefined;
  readonly retryBackoff?: Backoff | undefined;
  readonly reconnectBackoff?: Backoff | undefined;
  /** Silence after which the server is asked if it lives; after twice that, a new dial. Default 15,000. */
  readonly silenceMs?: number | undefined;
  /** Told of every loss and return of the connection, and of complaints of the server. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** 0 ≤ x < 1; spreads back-offs. */
  readonly random?: (() => number) | undefined;
}

export type Notice =
  | { readonly kind: 'connected'; readonly hello: HelloFrame['hello'] }
  | { readonly kind: 'lost'; readonly reason: string }
  /** The server could not read a message of ours far enough to answer it. */
  | { readonly kind: 'complaint'; readonly refused: Rejection };

export interface CommandOptions {
  /** Default: one made up. Give your own to be safe over a restart of your process as well. */
  readonly commandId?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Connect. Rejects `Refused` for bad credentials, `Unanswered` for no server. */
export function connectBy(dial: Dial, options: ConnectOptions): Promise<Baton> {
  return new Promise((resolve, reject) => {
    const clock = options.clock ?? machineClock;
    const baton = new Baton(dial, options, {
      onReady: () => settle(() => resolve(baton)),
      onFailed: (reason) => settle(() => reject(reason)),
    });
    let isSettled = false;
    const waitMs = options.connectTimeoutMs ?? 10_000;
    const cancel = clock.after(waitMs, () => {
      const detail = `${options.url} did not answer in ${waitMs} ms (${baton.lastLoss})`;
      settle(() => reject(new Unanswered({ code: 'timed-out', detail, maybeDone: false })));
      void baton.close();
    });
    const settle = (work: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      cancel();
      work();
    };
    try {
      baton.start();
    } catch (error) {
      // The platform refused the address itself, or has no WebSocket: no dialling will mend that.
      settle(() => reject(error as Error));
    }
  });
}

interface Starting {
  onReady(): void;
  onFailed(reason: Error): void;
}

export class Baton {
  readonly #options: ConnectOptions;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #subscriptions = new Set<Subscription<AnyTopic>>();
  readonly #listening = new Map<number, Subscription<AnyTopic>>();
  readonly #idPrefix = randomPrefix();
  #lastId = 0;
  #hello: HelloFrame['hello'] | undefined;
  #end: Error | undefined;
  #lastLoss = 'no connection yet';

  /** Use `connect`. */
  constructor(dial: Dial, options: ConnectOptions, starting: Starting) {
    this.#options = options;
    this.#clock = options.clock ?? machineClock;
    const random = options.random ?? Math.random;
    this.#requests = new Requests({
      clock: this.#clock,
      random,
      queueMax: options.queueMax ?? 10_000,
      retriesMax: options.retriesMax ?? 8,
      retryBackoff: options.retryBackoff ?? { firstMs: 20, maxMs: 1_000 },
    });
    const settings = {
      url: options.url,
      key: options.key,
      protocol: options.protocol ?? 'baton.msgpack.v1',
      dial,
      clock: this.#clock,
      random,
      reconnectBackoff: options.reconnectBackoff ?? { firstMs: 100, maxMs: 10_000 },
      helloTimeoutMs: 10_000,
      silenceMs: options.silenceMs ?? 15_000,
    } as const;
    this.#connection = new Connection(settings, {
      onHello: (hello, wire) => {
        this.#opened(hello, wire);
        starting.onReady();
      },
      onMessage: (message) => this.#receive(message),
      onReply: (reply) => this.#requests.answeredOk(reply),
      onSilence: () => this.#control('ping', {}, () => undefined),
      onLost: (reason) => this.#lost(reason),
      onEnd: (reason) => {
        this.#finish(reason);
        starting.onFailed(reason);
      },
    });
  }

  /** What the server said last when greeting: who we are to it, and its limits. */
  get hello(): HelloFrame['hello'] {
    if (this.#hello === undefined) throw new Error('not connected yet');
    return this.#hello;
  }

  /** Why the connection was lost last; for people. */
  get lastLoss(): string {
    return this.#lastLoss;
  }

  /** Requests sent and not answered yet. */
  get inFlight(): number {
    return this.#requests.inFlight;
  }

  /** Requests waiting to be sent. */
  get queued(): number {
    return this.#requests.queued;
  }

  /** Used by `connect`, once. */
  start(): void {
    this.#connection.dial();
  }

  /**
   * Send a command and wait for its durable answer, over reconnects if need be; it is done once.
   * Throws `Refused`, or `Unanswered`, whose `maybeDone` says whether it may have been done.
   */
  async command<K extends CommandKind>(
    kind: K,
    body: Plain<CommandBody<K>>,
    options?: CommandOptions,
  ): Promise<Answer<K>> {
    return valueOf(await this.tryCommand(kind, body, options));
  }

  /** Like `command`, with every ending as a value. Never rejects. */
  tryCommand<K extends CommandKind>(
    kind: K,
    body: Plain<CommandBody<K>>,
    options?: CommandOptions,
  ): Promise<Outcome<Answer<K>>> {
    return new Promise((resolve) => {
      const commandId = options?.commandId ?? this.newCommandId();
      const done = (outcome: Outcome<Answer<K>>): void => resolve(madeOutcome(outcome));
      this.send(kind, body, commandId, done, options?.timeoutMs);
    });
  }

  /**
   * The lean form under `command`: no promise. `done` is called once, possibly before this returns. The
   * outcome's `ok` is made when it is first read: read it in `done`, and do not copy the outcome by spread.
   */
  send<K extends CommandKind>(
    kind: K,
    body: Plain<CommandBody<K>>,
    commandId: string,
    done: (outcome: Outcome<Answer<K>>) => void,
    timeoutMs?: number,
  ): void {
    this.#submit(kind, body, commandId as CommandId, done as Request['done'], timeoutMs);
  }

  /** Ask the engine. Throws like `command`; `maybeDone` means nothing here. */
  async query<K extends QueryKind>(
    kind: K,
    body: Plain<QueryBody<K>>,
    timeoutMs?: number,
  ): Promise<Answers[K]> {
    return valueOf(await this.tryQuery(kind, body, timeoutMs));
  }

  /** Like `query`, with every ending as a value, and the position the answer is at least as new as. */
  tryQuery<K extends QueryKind>(
    kind: K,
    body: Plain<QueryBody<K>>,
    timeoutMs?: number,
  ): Promise<Outcome<Answers[K]>> {
    return new Promise((resolve) => {
      const done = (outcome: Outcome<Answers[K]>): void => resolve(madeOutcome(outcome));
      this.#submit(kind, body, undefined, done as Request['done'], timeoutMs);
    });
  }

  /** Follow a topic: iterate with `for await`. One reader per subscription. */
  subscribe<const T extends AnyTopic>(topic: T): Subscription<T> {
    const own = new Subscription<T>(this.#host, topic, this.#options.bufferMax ?? 1_024);
    if (this.#end !== undefined) {
      own.end(this.#end);
      return own;
    }
    this.#subscriptions.add(own as unknown as Subscription<AnyTopic>);
    if (this.#isOpen) own.open(this.hello.position);
    return own;
  }

  /**
   * Bring in rows in bulk: what is known already is dropped, the rest sent as ordinary commands. Resolves
   * with the summary, also where it had to stop; rejects only with what `rows` rejects with.
   */
  importRows(
    kind: FeedKind,
    rows: AsyncIterable<object> | Iterable<object>,
    options?: ImportRowsOptions,
  ): Promise<FeedSummary> {
    return importRows(this, kind, rows, options);
  }

  /** A command id no other client makes. */
  newCommandId(): string {
    this.#lastId += 1;
    return this.#idPrefix + this.#lastId.toString(36);
  }

  /** End: what has no answer ends as `closed`, subscriptions plainly. Resolves when the socket is closed. */
  close(): Promise<void> {
    this.#finish(undefined);
    return this.#connection.close();
  }

  /** Cut the connection now; it comes back by itself. For tests of what must survive that. */
  drop(): void {
    this.#connection.drop();
  }

  get #isOpen(): boolean {
    return this.#requests.isOpen;
  }

  #submit(
    kind: CommandKind | QueryKind,
    body: unknown,
    commandId: CommandId | undefined,
    done: Request['done'],
    timeoutMs: number | undefined,
  ): void {
    if (this.#end !== undefined) {
      done({ unanswered: { code: 'closed', detail: this.#end.message, maybeDone: false } });
      return;
    }
    this.#requests.submit({
      kind,
      commandId,
      body,
      done,
      deadlineMs: this.#clock.nowMs() + (timeoutMs ?? this.#options.timeoutMs ?? 30_000),
      outlivesConnection: true,
      retries: 0,
      isSent: false,
      isEnded: false,
    });
  }

  /** A request about the present connection: no deadline, since it ends with the connection. */
  #control(kind: ControlKind, body: unknown, done: Request['done']): void {
    this.#requests.submitUrgent({
      kind,
      commandId: undefined,
      body,
      done,
      deadlineMs: Infinity,
      outlivesConnection: false,
      retries: 0,
      isSent: false,
      isEnded: false,
    });
  }

  readonly #host = {
    subscribe: (body: AnyTopic, done: Request['done']): void => {
      this.#control('subscribe', body, done);
    },
    unsubscribe: (subscription: number): void => {
      this.#listening.delete(subscription);
      this.#control('unsubscribe', { subscription }, () => undefined);
    },
    listen: (subscription: number, own: Subscription<AnyTopic>): void => {
      this.#listening.set(subscription, own);
    },
    forget: (own: Subscription<AnyTopic>): void => {
      this.#subscriptions.delete(own);
    },
  };

  #opened(hello: HelloFrame['hello'], wire: Wire): void {
    this.#hello = hello;
    const inFlightMax = Math.min(hello.limits.inFlightMax, this.#options.inFlightMax ?? Infinity);
    const codec = codecs[this.#options.protocol ?? 'baton.msgpack.v1'];
    // Subscriptions first: they queue as urgent, and a follower should not wait behind a long resend.
    for (const subscription of this.#subscriptions) subscription.open(hello.position);
    this.#requests.open({ wire, codec, inFlightMax, frameBytesMax: hello.limits.frameBytesMax });
    this.#options.onNotice?.({ kind: 'connected', hello });
  }

  #lost(reason: string): void {
    this.#lastLoss = reason;
    this.#requests.lost();
    this.#listening.clear();
    for (const subscription of this.#subscriptions) subscription.lost();
    this.#options.onNotice?.({ kind: 'lost', reason });
  }

  #receive(message: Readonly<Record<string, unknown>>): void {
    const { request, subscription } = message;
    if (typeof request === 'number') {
      const refused = message['refused'] as Rejection | undefined;
      this.#requests.answered(request, message['ok'], refused, message['position'] as number);
    } else if (typeof subscription === 'number') {
      this.#listening.get(subscription)?.push(message as unknown as PushFrame);
    } else if (message['refused'] !== undefined) {
      this.#options.onNotice?.({ kind: 'complaint', refused: message['refused'] as Rejection });
    }
    // Anything else is of a later version of the protocol, and not for us.
  }

  #finish(reason: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = reason ?? new Error('the client was closed');
    this.#requests.end(this.#end.message);
    for (const subscription of this.#subscriptions) {
      subscription.end(reason instanceof Refused ? reason : undefined);
    }
  }
}

/** 60 random bits: ids of different clients, and of one client's different lives, do not meet. */
function randomPrefix(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  let text = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(12))) text += alphabet[byte & 31];
  return `${text}-`;
}
