/**
 * One HTTP response of uWebSockets.js. The native response throws at any use after the client went
 * away or the answer ended; this owns that knowledge. Writes are corked: one packet, one TLS
 * record.
 */
import { assert } from '../../engine/assert.ts';
import type { AnswerDeadline, Waiting } from './answer-deadline.ts';
import { checkHeaders, isBodyless, statusLine } from './http-text.ts';
import { internalBody, jsonHeaders, overdueBody } from './incident.ts';
import type { BodyStream } from './body-stream.ts';
import type { HttpResponder, HttpStream } from './server.ts';

/** What is used of a native response. */
export interface NativeResponse {
  writeStatus(status: string): unknown;
  writeHeader(name: string, value: string): unknown;
  /** One chunk. False when it had to be buffered. A chunk of no bytes would end the response. */
  write(chunk: Uint8Array): boolean;
  end(body: string | Uint8Array, closeConnection?: boolean): unknown;
  endWithoutBody(): unknown;
  close(): unknown;
  cork(work: () => void): unknown;
  onWritable(handler: (offset: number) => boolean): unknown;
  onAborted(handler: () => void): unknown;
}

/**
 * A piece is cut so small that a writable socket takes all of it: the buffer stays at one slice.
 */
const sliceBytes = 16 * 1024;
const more = Promise.resolve(true);
const over = Promise.resolve(false);

type Headers = Readonly<Record<string, string>>;

export class UwsResponder implements HttpResponder, Waiting {
  readonly sinceMs = performance.now();
  readonly #native: NativeResponse;
  readonly #method: string;
  readonly #deadline: AnswerDeadline;
  readonly #report: (error: unknown, where: string) => void;
  #state: 'waiting' | 'streaming' | 'done' | 'gone' = 'waiting';
  #stream: UwsStream | undefined;
  #body: BodyStream | undefined;

  constructor(
    native: NativeResponse,
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

  end(status: number, headers: Headers, body: string | Uint8Array): void {
    this.#finish(status, headers, body, !this.#hasWholeBody());
  }

  /** Answer and close the connection: what else the client sends is not read. */
  endAndClose(status: number, headers: Headers, body: string): void {
    this.#finish(status, headers, body, true);
  }

  stream(status: number, headers: Headers): HttpStream {
    if (this.gone) return endedStream;
    const line = this.#begin(status, headers);
    const native = this.#native;
    if (isBodyless(this.#method, status)) {
      this.#state = 'done';
      native.cork(() => {
        writeHead(native, line, headers);
        native.endWithoutBody();
      });
      return endedStream;
    }
    this.#state = 'streaming';
    native.cork(() => writeHead(native, line, headers));
    this.#stream = new UwsStream(native, () => {
      this.#state = 'done';
      const isLast = !this.#hasWholeBody();
      this.#body?.discard();
      return isLast;
    });
    return this.#stream;
  }

  #hasWholeBody(): boolean {
    return this.#body?.isWhole ?? true;
  }

  /** The client went away. */
  aborted(): void {
    this.#state = 'gone';
    this.#deadline.delete(this);
    this.#stream?.aborted();
    this.#body?.broke();
  }

  /** The handler threw: report it; answer 500, or break off a stream that has begun. */
  fail(error: unknown): void {
    this.#report(error, 'onRequest');
    if (this.#state === 'waiting') this.end(500, jsonHeaders, internalBody);
    else if (this.#state === 'streaming') this.#native.close();
  }

  onOverdue(): void {
    this.#report(new Error('a request was not answered in time'), 'onRequest');
    this.end(503, jsonHeaders, overdueBody);
    // Whatever its handler still does finds the client gone.
    this.#state = 'gone';
  }

  #begin(status: number, headers: Headers): string {
    assert(this.#state === 'waiting', 'a request is answered once');
    checkHeaders(headers);
    const line = statusLine(status);
    this.#deadline.delete(this);
    return line;
  }

  #finish(status: number, headers: Headers, body: string | Uint8Array, isLast: boolean): void {
    if (this.gone) return;
    const line = this.#begin(status, headers);
    this.#body?.discard();
    this.#state = 'done';
    const native = this.#native;
    const isHeadOnly = isBodyless(this.#method, status);
    native.cork(() => {
      writeHead(native, line, headers);
      if (!isHeadOnly || isLast) {
        native.end(isHeadOnly ? '' : body, isLast);
        return;
      }
      // Given to endWithoutBody as its argument, the length would leave the response open for ever.
      if (this.#method === 'HEAD') {
        native.writeHeader('content-length', String(Buffer.byteLength(body)));
      }
      native.endWithoutBody();
    });
  }
}

function writeHead(native: NativeResponse, line: string, headers: Headers): void {
  native.writeStatus(line);
  for (const name in headers) {
    // Lengths are the server's own business: it writes them itself.
    if (name !== 'content-length') native.writeHeader(name, headers[name] ?? '');
  }
}

const endedStream: HttpStream = { write: () => over, end: () => undefined };

class UwsStream implements HttpStream {
  readonly #native: NativeResponse;
  readonly #onEnd: () => boolean;
  #isOver = false;
  #waiting: ((mayGoOn: boolean) => void)[] = [];

  /** @param onEnd returns whether the connection ends with the answer. */
  constructor(native: NativeResponse, onEnd: () => boolean) {
    this.#native = native;
    this.#onEnd = onEnd;
    native.onWritable(() => {
      this.#release(true);
      return true;
    });
  }

  write(piece: string | Uint8Array): Promise<boolean> {
    if (this.#isOver) return over;
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (bytes.byteLength === 0) return more;
    return bytes.byteLength <= sliceBytes ? this.#writeSlice(bytes) : this.#writeSlices(bytes);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const isLast = this.#onEnd();
    // `end` without a body: after chunks this writes the last, empty one.
    this.#native.cork(() => this.#native.end('', isLast));
  }

  aborted(): void {
    this.#isOver = true;
    this.#release(false);
  }

  #writeSlice(slice: Uint8Array): Promise<boolean> {
    let isSent = false;
    this.#native.cork(() => {
      isSent = this.#native.write(slice);
    });
    if (isSent) return more;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async #writeSlices(bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.byteLength; at += sliceBytes) {
      if (this.#isOver || !(await this.#writeSlice(bytes.subarray(at, at + sliceBytes))))
        return false;
    }
    return true;
  }

  #release(mayGoOn: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(mayGoOn);
  }
}
