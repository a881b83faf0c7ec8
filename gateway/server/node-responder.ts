/** One HTTP response of node:http, made to behave like the one of uWebSockets.js. */
import { assert } from '../../engine/assert.ts';
import type { AnswerDeadline, Waiting } from './answer-deadline.ts';
import { checkHeaders, isBodyless, statusLine } from './http-text.ts';
import { internalBody, jsonHeaders, overdueBody } from './incident.ts';
import type { BodyStream } from './body-stream.ts';
import type { HttpResponder, HttpStream } from './server.ts';

interface NodeConnection {
  end(): unknown;
  destroy(): unknown;
}

/** What is used of a ServerResponse. */
export interface NodeResponse {
  shouldKeepAlive: boolean;
  readonly socket: NodeConnection | null;
  writeHead(status: number, reason: string, headers: Readonly<Record<string, string>>): unknown;
  write(piece: string | Uint8Array): boolean;
  end(body?: string | Uint8Array): unknown;
  flushHeaders(): void;
  destroy(): unknown;
  on(event: 'drain' | 'finish', listener: () => void): unknown;
}

type Headers = Readonly<Record<string, string>>;

const more = Promise.resolve(true);
const over = Promise.resolve(false);
/** As uWebSockets.js: a reader that takes nothing for so long is gone. */
const stalledMs = 10_000;
/** How long a client that still sends may take to read its answer. */
const graceMs = 1_000;

export class NodeResponder implements HttpResponder, Waiting {
  readonly sinceMs = performance.now();
  readonly #native: NodeResponse;
  readonly #method: string;
  readonly #deadline: AnswerDeadline;
  readonly #report: (error: unknown, where: string) => void;
  #state: 'waiting' | 'streaming' | 'done' | 'gone' = 'waiting';
  #stream: NodeStream | undefined;
  #body: BodyStream | undefined;

  constructor(
    native: NodeResponse,
    method: string,
    deadline: AnswerDeadline,
    report: (error: unknown, where: string) => void,
  ) {
    this.#native = native;
    this.#method = method;
    this.#deadline = deadline;
    this.#report = report;
  }

  get gone(): boolean {
    return this.#state === 'gone';
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  /** The body still comes: an answer that ends before it is whole closes the connection. */
  reads(body: BodyStream): void {
    this.#body = body;
  }

  #endBody(): void {
    if (this.#body === undefined) return;
    if (!this.#body.isWhole) this.#native.shouldKeepAlive = false;
    this.#body.discard();
  }

  end(status: number, headers: Headers, body: string | Uint8Array): void {
    if (this.gone) return;
    this.#endBody();
    const length = status === 204 || status === 304 ? {} : lengthOf(body);
    this.#writeHead(status, { ...headers, ...length });
    this.#state = 'done';
    if (isBodyless(this.#method, status)) this.#native.end();
    // node:http keeps the bytes until they are written; the caller may use them again at once.
    else this.#native.end(typeof body === 'string' ? body : Buffer.from(body));
  }

  /** Answer and close the connection: what else the client sends is not read. */
  endAndClose(status: number, headers: Headers, body: string): void {
    this.#native.shouldKeepAlive = false;
    this.end(status, headers, body);
  }

  stream(status: number, headers: Headers): HttpStream {
    if (this.gone) return endedStream;
    this.#writeHead(status, headers);
    if (isBodyless(this.#method, status)) {
      this.#state = 'done';
      this.#endBody();
      this.#native.end();
      return endedStream;
    }
    this.#state = 'streaming';
    this.#native.flushHeaders();
    this.#stream = new NodeStream(this.#native, () => {
      this.#state = 'done';
      // The head is out, and it promised to keep the connection: so it is cut once all was written.
      const isCut = this.#body !== undefined && !this.#body.isWhole;
      this.#body?.discard();
      return isCut;
    });
    return this.#stream;
  }

  /** The connection closed; before the answer was complete this means that the client went away. */
  closed(): void {
    if (this.#state === 'done') return;
    this.#state = 'gone';
    this.#deadline.delete(this);
    this.#stream?.aborted();
    this.#body?.broke();
  }

  /** The handler threw: report it; answer 500, or break off a stream that has begun. */
  fail(error: unknown): void {
    this.#report(error, 'onRequest');
    if (this.#state === 'waiting') this.end(500, jsonHeaders, internalBody);
    else if (this.#state === 'streaming') this.#native.destroy();
  }

  onOverdue(): void {
    this.#report(new Error('a request was not answered in time'), 'onRequest');
    this.end(503, jsonHeaders, overdueBody);
    // Whatever its handler still does finds the client gone.
    this.#state = 'gone';
  }

  #writeHead(status: number, headers: Headers): void {
    assert(this.#state === 'waiting', 'a request is answered once');
    checkHeaders(headers);
    const reason = statusLine(status).slice(4);
    this.#deadline.delete(this);
    this.#native.writeHead(status, reason, headers);
  }
}

/** Close after an answer whose request still comes: cut at once, the answer itself could be lost. */
function closeGently(socket: NodeConnection): void {
  socket.end();
  setTimeout(() => socket.destroy(), graceMs).unref();
}

function lengthOf(body: string | Uint8Array): Headers {
  return { 'content-length': String(Buffer.byteLength(body)) };
}

const endedStream: HttpStream = { write: () => over, end: () => undefined };

class NodeStream implements HttpStream {
  readonly #native: NodeResponse;
  readonly #onEnd: () => boolean;
  #isOver = false;
  #waiting: ((mayGoOn: boolean) => void)[] = [];
  #stall: NodeJS.Timeout | undefined;

  /** @param onEnd returns whether the connection ends with the answer. */
  constructor(native: NodeResponse, onEnd: () => boolean) {
    this.#native = native;
    this.#onEnd = onEnd;
    native.on('drain', () => this.#release(true));
  }

  write(piece: string | Uint8Array): Promise<boolean> {
    if (this.#isOver) return over;
    if (piece.length === 0) return more;
    const isSent = this.#native.write(typeof piece === 'string' ? piece : Buffer.from(piece));
    if (isSent) return more;
    this.#stall ??= setTimeout(() => this.#native.destroy(), stalledMs);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#stall);
    const isLast = this.#onEnd();
    // Once it is finished, the response has let go of its socket.
    const { socket } = this.#native;
    this.#native.end();
    if (isLast && socket !== null) this.#native.on('finish', () => closeGently(socket));
  }

  aborted(): void {
    this.#isOver = true;
    this.#release(false);
  }

  #release(mayGoOn: boolean): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(mayGoOn);
  }
}
