/** One HTTP response of node:http, made to behave like the one of uWebSockets.js. */
import { assert } from '../../engine/assert.ts';
import type { AnswerDeadline, Waiting } from './answer-deadline.ts';
import { checkHeaders, isBodyless, statusLine } from './http-text.ts';
import { internalBody, jsonHeaders, overdueBody } from './incident.ts';
import type { HttpResponder, HttpStream } from './server.ts';

/** What is used of a ServerResponse. */
export interface NodeResponse {
  shouldKeepAlive: boolean;
  writeHead(status: number, reason: string, headers: Readonly<Record<string, string>>): unknown;
  write(piece: string | Uint8Array): boolean;
  end(body?: string | Uint8Array): unknown;
  flushHeaders(): void;
  destroy(): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

type Headers = Readonly<Record<string, string>>;

const more = Promise.resolve(true);
const over = Promise.resolve(false);
/** As uWebSockets.js: a reader that takes nothing for so long is gone. */
const stalledMs = 10_000;

export class NodeResponder implements HttpResponder, Waiting {
  readonly sinceMs = performance.now();
  readonly #native: NodeResponse;
  readonly #method: string;
  readonly #deadline: AnswerDeadline;
  readonly #report: (error: unknown, where: string) => void;
  #state: 'waiting' | 'streaming' | 'done' | 'gone' = 'waiting';
  #stream: NodeStream | undefined;

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

  end(status: number, headers: Headers, body: string | Uint8Array): void {
    if (this.gone) return;
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
      this.#native.end();
      return endedStream;
    }
    this.#state = 'streaming';
    this.#native.flushHeaders();
    this.#stream = new NodeStream(this.#native, () => {
      this.#state = 'done';
    });
    return this.#stream;
  }

  /** The connection closed; before the answer was complete this means that the client went away. */
  closed(): void {
    if (this.#state === 'done') return;
    this.#state = 'gone';
    this.#deadline.delete(this);
    this.#stream?.aborted();
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

function lengthOf(body: string | Uint8Array): Headers {
  return { 'content-length': String(Buffer.byteLength(body)) };
}

const endedStream: HttpStream = { write: () => over, end: () => undefined };

class NodeStream implements HttpStream {
  readonly #native: NodeResponse;
  readonly #onEnd: () => void;
  #isOver = false;
  #waiting: ((mayGoOn: boolean) => void)[] = [];
  #stall: NodeJS.Timeout | undefined;

  constructor(native: NodeResponse, onEnd: () => void) {
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
    this.#onEnd();
    this.#native.end();
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
