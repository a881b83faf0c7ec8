/**
 * Requests from submission to their one ending: the window of what is in flight, the queue behind it,
 * resending after a lost connection, retries of refusals that pass, deadlines.
 *
 * A command keeps its id through all of it, so however often it is sent it is done once. This is the hot
 * path of the load generator: callbacks instead of promises, one timer for all deadlines.
 */
import { reject, type Rejection, type RejectionCode } from '../../actors/rejection.ts';
import type { RequestFrame } from '../protocol.ts';
import type { NoAnswer, Outcome } from './answers.ts';
import { backoffMs, type Backoff, type Clock } from './backoff.ts';
import type { Codec, LazyReply } from './codec.ts';
import { Fifo } from './fifo.ts';
import type { Wire } from './wire.ts';

/** One request. The last fields are this file's own. */
export interface Request {
  readonly kind: RequestFrame['kind'];
  readonly commandId: RequestFrame['commandId'];
  readonly body: unknown;
  readonly done: (outcome: Outcome<unknown>) => void;
  /** By the clock of the client. */
  readonly deadlineMs: number;
  /** False: it concerns one connection only and is forgotten, `done` uncalled, when that is lost. */
  readonly outlivesConnection: boolean;
  retries: number;
  isSent: boolean;
  isEnded: boolean;
}

/** An open connection, as far as requests need it. */
export interface Link {
  readonly wire: Wire;
  readonly codec: Codec;
  /** Requests that may wait for their answers at a time. */
  readonly inFlightMax: number;
  readonly frameBytesMax: number;
}

export interface RequestSettings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly queueMax: number;
  readonly retriesMax: number;
  readonly retryBackoff: Backoff;
}

/** Refusals that say "not now" about the server, not about the command: worth another try by themselves. */
const passing: ReadonlySet<RejectionCode> = new Set(['busy', 'too-many', 'stopping']);

export class Requests {
  readonly #settings: RequestSettings;
  readonly #inFlight = new Map<number, Request>();
  /** Backing off after a passing refusal; each keeps its place in the window, so pressure falls. */
  readonly #held = new Set<Request>();
  /** To be sent before the queue: resends, retries, control requests. */
  readonly #urgent = new Fifo<Request>();
  readonly #queue = new Fifo<Request>();
  #link: Link | undefined;
  #lastNumber = 0;
  #armedForMs = Infinity;
  #disarm: (() => void) | undefined;

  constructor(settings: RequestSettings) {
    this.#settings = settings;
  }

  /** Whether there is a connection to send on. */
  get isOpen(): boolean {
    return this.#link !== undefined;
  }

  /** Requests sent or about to be sent again and not answered yet. */
  get inFlight(): number {
    return this.#inFlight.size + this.#held.size;
  }

  /** Requests waiting for the window or the connection. */
  get queued(): number {
    return this.#urgent.length + this.#queue.length;
  }

  /** Take a request; `done` is called once, possibly before this returns. */
  submit(request: Request): void {
    const link = this.#link;
    if (link !== undefined && this.queued === 0 && this.inFlight < link.inFlightMax) {
      this.#arm(request.deadlineMs);
      this.#send(request, link);
    } else if (this.#queue.length >= this.#settings.queueMax) {
      const detail = `${this.#queue.length} requests wait already`;
      end(request, { unanswered: { code: 'queue-full', detail, maybeDone: false } });
    } else {
      this.#arm(request.deadlineMs);
      this.#queue.push(request);
    }
  }

  /** Take a control request of the present connection; it goes before all that waits. */
  submitUrgent(request: Request): void {
    this.#urgent.push(request);
    this.#pump();
  }

  /** A connection is open: send again what had no answer, then what waited. */
  open(link: Link): void {
    this.#link = link;
    this.#pump();
  }

  /** The connection is gone: what was in flight will be sent again, in its order, before all else. */
  lost(): void {
    this.#link = undefined;
    const again = [...this.#inFlight.values(), ...this.#urgent.drain()];
    this.#inFlight.clear();
    for (const request of again) if (request.outlivesConnection) this.#urgent.push(request);
    for (const request of this.#held) {
      if (!request.outlivesConnection) {
        request.isEnded = true;
        this.#held.delete(request);
      }
    }
  }

  /** The server's answer to a request number. An answer to a request given up meanwhile is dropped. */
  answered(number: number, ok: unknown, refused: Rejection | undefined, position: number): void {
    const request = this.#inFlight.get(number);
    if (request === undefined) return;
    this.#inFlight.delete(number);
    if (refused === undefined) request.done({ ok, position });
    else if (passing.has(refused.code) && request.retries < this.#settings.retriesMax) {
      this.#hold(request);
    } else end(request, { refused, position });
    if (this.queued > 0) this.#pump();
  }

  /** The same for an answer that is no refusal and whose value is not made yet. */
  answeredOk(reply: LazyReply): void {
    const request = this.#inFlight.get(reply.request);
    if (request === undefined) return;
    this.#inFlight.delete(reply.request);
    request.done(reply);
    if (this.queued > 0) this.#pump();
  }

  /** Nothing will be sent any more: everything ends as `closed`. */
  end(detail: string): void {
    this.#link = undefined;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedForMs = Infinity;
    const all = [
      ...this.#inFlight.values(),
      ...this.#held,
      ...this.#urgent.drain(),
      ...this.#queue.drain(),
    ];
    this.#inFlight.clear();
    this.#held.clear();
    for (const request of all) {
      if (request.outlivesConnection) end(request, unanswered(request, 'closed', detail));
      else request.isEnded = true;
    }
  }

  #pump(): void {
    const link = this.#link;
    while (link !== undefined && link === this.#link && this.inFlight < link.inFlightMax) {
      const request = this.#urgent.shift() ?? this.#queue.shift();
      if (request === undefined) return;
      if (!request.isEnded) this.#send(request, link);
    }
  }

  #send(request: Request, link: Link): void {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const { kind, commandId, body } = request;
    let frame;
    try {
      frame = link.codec.encode(
        commandId === undefined
          ? { request: number, kind, body }
          : { request: number, kind, commandId, body },
      );
    } catch (error) {
      // The body holds what no message can carry (a BigInt, a cycle): the caller's mistake, told like one.
      const detail = `cannot be encoded: ${error instanceof Error ? error.message : String(error)}`;
      end(request, { refused: reject('malformed', detail, 'body'), position: 0 });
      return;
    }
    if (link.codec.exceeds(frame, link.frameBytesMax)) {
      const detail = `the message is larger than ${link.frameBytesMax} bytes`;
      end(request, { refused: reject('too-large', detail), position: 0 });
      return;
    }
    request.isSent = true;
    this.#inFlight.set(number, request);
    link.wire.send(frame);
  }

  /** Wait, with growing full jitter, then send again. */
  #hold(request: Request): void {
    const { clock, random, retryBackoff } = this.#settings;
    const delayMs = backoffMs(retryBackoff, request.retries, random);
    request.retries += 1;
    this.#held.add(request);
    clock.after(delayMs, () => {
      if (request.isEnded) return;
      this.#held.delete(request);
      this.#urgent.push(request);
      this.#pump();
    });
  }

  /** One timer stands at the earliest deadline; answers do not move it: it fires once per timeout. */
  #arm(deadlineMs: number): void {
    if (deadlineMs >= this.#armedForMs) return;
    this.#disarm?.();
    this.#armedForMs = deadlineMs;
    const { clock } = this.#settings;
    this.#disarm = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () => this.#expire());
  }

  #expire(): void {
    const nowMs = this.#settings.clock.nowMs();
    const late: Request[] = [];
    let nextMs = Infinity;
    const isLate = (request: Request): boolean => {
      if (request.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, request.deadlineMs);
        return false;
      }
      late.push(request);
      return true;
    };
    for (const [number, request] of this.#inFlight) {
      if (isLate(request)) this.#inFlight.delete(number);
    }
    for (const request of this.#held) if (isLate(request)) this.#held.delete(request);
    this.#urgent.keep((request) => !isLate(request));
    this.#queue.keep((request) => !isLate(request));
    this.#armedForMs = Infinity;
    this.#disarm = undefined;
    if (nextMs < Infinity) this.#arm(nextMs);
    for (const request of late) end(request, unanswered(request, 'timed-out', 'no answer in time'));
    this.#pump();
  }
}

function end(request: Request, outcome: Outcome<unknown>): void {
  if (request.isEnded) return;
  request.isEnded = true;
  request.done(outcome);
}

function unanswered(
  request: Request,
  code: NoAnswer['code'],
  detail: string,
): { unanswered: NoAnswer } {
  return { unanswered: { code, detail, maybeDone: request.isSent } };
}
