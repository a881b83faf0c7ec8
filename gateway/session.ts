/**
 * One connection from hello to close: its requests, its replies, its subscriptions, and what it may
 * hold. Replies and pushes of one engine turn leave together, in one packet where they fit. Nothing
 * is queued for a reader that does not read: its subscriptions pause, and when there is no room
 * even for replies the connection is closed, since a command sent again under its id finds its
 * answer.
 */
import type { Rejection } from '../actors/rejection.ts';
import { reject } from '../actors/rejection.ts';
import type { Outcome } from '../engine/outcome.ts';
import { orderLinesMax } from '../actors/limits.ts';
import type { Command } from '../actors/commands.ts';
import type { Desk } from './desk.ts';
import type { Flusher } from './flusher.ts';
import type { GatewayLimits } from './limits.ts';
import { loseTerminals } from './lost-terminals.ts';
import type { Metrics } from './metrics.ts';
import { closeCodes, protocolVersion } from './protocol.ts';
import type { Protocol, ServerFrame, Topic } from './protocol.ts';
import type { Sent, Socket, SocketHandler } from './server/server.ts';
import type { Streams } from './streams.ts';
import { followed } from './streams-subscription.ts';
import type { Caller, Outlet, Push, Subscription } from './streams-subscription.ts';
import { readFrame } from './wire.ts';
import type { Control } from './wire-check.ts';
import { encodeFrame } from './wire-encode.ts';
import type { EncodedFrame } from './wire-encode.ts';

/** What all sessions share. */
export interface SessionContext {
  readonly desk: Desk;
  readonly streams: Streams;
  readonly flusher: Flusher;
  readonly limits: GatewayLimits;
  readonly metrics: Metrics;
  readonly position: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sessions: Set<Session>;
}

type State =
  | { readonly is: 'opening' }
  | { readonly is: 'open'; readonly socket: Socket }
  /** The peer reads too slowly: pushes wait until the socket has drained. Replies still go. */
  | { readonly is: 'slow'; readonly socket: Socket }
  | { readonly is: 'closed' };

/** What goes out at the end of the task. */
type Queued = { readonly frame: ServerFrame } | { readonly push: Push };

export class Session implements SocketHandler, Outlet {
  readonly #context: SessionContext;
  readonly #protocol: Protocol;
  readonly #caller: Caller;
  #state: State = { is: 'opening' };
  #queue: Queued[] = [];
  #inFlight = 0;
  #nextSubscription = 1;
  #followed = 0;
  readonly #subscriptions = new Map<number, Subscription>();
  /** Malformed frames not yet forgiven, and since when. */
  #malformed = 0;
  #malformedAtMs = 0;

  constructor(context: SessionContext, protocol: Protocol, caller: Caller) {
    this.#context = context;
    this.#protocol = protocol;
    this.#caller = caller;
  }

  get writable(): boolean {
    return this.#state.is === 'open';
  }

  onOpen(socket: Socket): void {
    const { metrics, sessions, limits, position } = this.#context;
    this.#state = { is: 'open', socket };
    sessions.add(this);
    metrics.connections += 1;
    metrics.connectionsOpened += 1;
    const { frameBytesMax, inFlightMax, subscriptionsMax } = limits;
    this.#enqueue({
      frame: {
        hello: {
          version: protocolVersion,
          name: this.#caller.name,
          role: this.#caller.role,
          position: position(),
          limits: { frameBytesMax, inFlightMax, subscriptionsMax, linesMax: orderLinesMax },
        },
      },
    });
    // Hello is the first frame of every connection, before anything a request may cause.
    this.flush();
  }

  onMessage(_socket: Socket, data: Uint8Array, isBinary: boolean): void {
    if (this.#state.is === 'closed') return;
    const { metrics } = this.#context;
    metrics.framesIn += 1;
    metrics.bytesIn += data.length;
    const incoming = readFrame(this.#protocol, data, isBinary, this.#caller.name);
    switch (incoming.is) {
      case 'command':
        return this.#command(incoming.request, incoming.command);
      case 'query':
        return this.#reply(
          incoming.request,
          this.#context.desk.query(this.#caller, incoming.query),
        );
      case 'control':
        return this.#control(incoming.request, incoming.control);
      case 'refused':
        return this.#malformedFrame(incoming.request, incoming.refused);
    }
  }

  onDrain(socket: Socket): void {
    if (this.#state.is !== 'slow') return;
    this.#state = { is: 'open', socket };
    for (const subscription of this.#subscriptions.values()) {
      this.#context.streams.drained(subscription);
      if (!this.writable) return;
    }
  }

  onClose(): void {
    if (this.#state.is === 'closed') return;
    const { metrics, sessions, streams } = this.#context;
    if (this.#state.is !== 'opening') metrics.connections -= 1;
    this.#state = { is: 'closed' };
    sessions.delete(this);
    const ended = [...this.#subscriptions.values()];
    for (const subscription of ended) streams.end(subscription);
    loseTerminals(this.#context, this.#caller, ended);
    metrics.subscriptions -= this.#subscriptions.size;
    this.#subscriptions.clear();
    this.#queue = [];
  }

  /** Once a second: credentials end, and a drain that was missed is made good. */
  tick(nowMs: number): void {
    if (nowMs >= (this.#caller.expiresAtMs ?? Number.POSITIVE_INFINITY)) {
      return this.close(closeCodes.credential, 'the credential expired');
    }
    if (this.#state.is === 'slow' && this.#state.socket.bufferedBytes === 0)
      this.onDrain(this.#state.socket);
  }

  close(code: number, reason: string): void {
    if (this.#state.is === 'open' || this.#state.is === 'slow')
      this.#state.socket.close(code, reason);
    this.onClose();
  }

  offer(push: Push): void {
    if (this.writable) this.#enqueue({ push });
    else this.#putOff(push);
  }

  flush(): void {
    if (this.#queue.length === 0) return;
    const state = this.#state;
    const queue = this.#queue;
    this.#queue = [];
    if (state.is !== 'open' && state.is !== 'slow') return;
    state.socket.cork(() => {
      for (const item of queue) {
        if (this.#state.is === 'closed') return;
        if ('push' in item) this.#sendPush(state.socket, item.push);
        else this.#sendFrame(state.socket, item.frame);
      }
    });
  }

  #command(request: number, command: Command): void {
    if (this.#inFlight >= this.#context.limits.inFlightMax) {
      const detail = `more than ${this.#context.limits.inFlightMax} commands wait for their answer`;
      return this.#refuse(request, reject('too-many', detail));
    }
    this.#inFlight += 1;
    this.#context.desk.command(this.#caller, command, (outcome) => {
      this.#inFlight -= 1;
      this.#reply(request, outcome);
    });
  }

  #control(request: number, control: Control): void {
    switch (control.kind) {
      case 'ping':
        return this.#ok(request, { atMs: this.#context.now() });
      case 'subscribe':
        return this.#subscribe(request, control.body);
      case 'unsubscribe':
        return this.#unsubscribe(request, control.body.subscription);
    }
  }

  #subscribe(request: number, topic: Topic): void {
    const { desk, streams, limits, metrics } = this.#context;
    const refused = desk.topic(this.#caller, topic);
    if (refused !== undefined) return this.#refuse(request, refused);
    const keys = followed(topic);
    if (this.#subscriptions.size >= limits.subscriptionsMax) {
      return this.#refuse(
        request,
        reject('too-many', `more than ${limits.subscriptionsMax} subscriptions`),
      );
    }
    if (this.#followed + keys > limits.followedMax) {
      const detail = `a connection follows up to ${limits.followedMax} SKUs and other keys`;
      return this.#refuse(request, reject('too-many', detail));
    }
    const number = this.#nextSubscription;
    this.#nextSubscription += 1;
    this.#followed += keys;
    metrics.subscriptions += 1;
    // The reply is queued first: the client knows the number before the first push bears it.
    this.#ok(request, { subscription: number });
    this.#subscriptions.set(number, streams.subscribe(number, this, this.#caller, topic));
  }

  #unsubscribe(request: number, number: number): void {
    const { streams, metrics } = this.#context;
    const subscription = this.#subscriptions.get(number);
    if (subscription === undefined) {
      return this.#refuse(
        request,
        reject('malformed', 'no such subscription', 'body.subscription'),
      );
    }
    this.#subscriptions.delete(number);
    this.#followed -= followed(subscription.topic);
    metrics.subscriptions -= 1;
    streams.end(subscription);
    this.#ok(request, { subscription: number });
  }

  #malformedFrame(request: number | undefined, refused: Rejection): void {
    const { metrics, limits, now } = this.#context;
    metrics.malformedFrames += 1;
    const nowMs = now();
    const forgiven = Math.floor((nowMs - this.#malformedAtMs) / 1_000);
    if (forgiven > 0) {
      this.#malformed = Math.max(0, this.#malformed - forgiven);
      this.#malformedAtMs = nowMs;
    }
    this.#malformed += 1;
    if (request === undefined) this.#enqueue({ frame: { refused } });
    else this.#refuse(request, refused);
    if (this.#malformed <= limits.malformedMax) return;
    this.flush();
    this.close(closeCodes.abuse, 'too many malformed frames');
  }

  #ok(request: number, ok: unknown): void {
    this.#enqueue({ frame: { request, ok, position: this.#context.position() } });
  }

  #refuse(request: number, refused: Rejection): void {
    this.#enqueue({ frame: { request, refused, position: this.#context.position() } });
  }

  #reply(request: number, outcome: Outcome): void {
    const { position } = outcome;
    const frame =
      outcome.refused === undefined
        ? { request, ok: outcome.ok, position }
        : { request, refused: outcome.refused, position };
    this.#enqueue({ frame });
  }

  #enqueue(item: Queued): void {
    if (this.#state.is === 'closed') return;
    this.#queue.push(item);
    if (this.#queue.length === 1) this.#context.flusher.add(this);
  }

  #sendFrame(socket: Socket, frame: ServerFrame): void {
    const sent = this.#send(socket, encodeFrame(this.#protocol, frame));
    if (sent !== 'dropped') return;
    this.#context.metrics.closedSlow += 1;
    this.close(closeCodes.slow, 'no room for a reply: read faster');
  }

  #sendPush(socket: Socket, push: Push): void {
    // Ended, or put off since it was queued.
    if (push.of.phase === 'ended' || push.of.phase === 'behind') return;
    if (!this.writable) return this.#putOff(push);
    const idle = socket.bufferedBytes === 0;
    const sent = this.#send(socket, push.body.frame(this.#protocol, push.of.number));
    if (sent !== 'dropped') {
      this.#context.metrics.pushes += 1;
      return this.#context.streams.delivered(push);
    }
    this.#putOff(push);
    // With nothing before it in the buffer, it would never fit.
    if (idle) this.close(closeCodes.slow, 'a push is larger than the buffer of the connection');
  }

  #putOff(push: Push): void {
    if (this.#state.is === 'closed') return;
    this.#context.metrics.pushesPutOff += 1;
    this.#context.streams.undelivered(push);
  }

  #send(socket: Socket, frame: EncodedFrame): Sent {
    const sent = socket.send(frame);
    if (sent !== 'dropped') this.#context.metrics.bytesOut += frame.length;
    if (sent !== 'sent' && this.#state.is === 'open') {
      this.#state = { is: 'slow', socket };
      this.#context.metrics.paused += 1;
    }
    return sent;
  }
}
