/** One WebSocket connection of `ws`, made to behave like the one of uWebSockets.js. */
import { checkCloseCode, closeReason } from './http-text.ts';
import type { Sent, Socket, SocketHandler } from './server.ts';

/** What is used of a WebSocket of `ws`. */
export interface WsSocket {
  readonly bufferedAmount: number;
  send(
    data: string | Uint8Array,
    options: { readonly binary: boolean; readonly compress: boolean },
    onWritten?: (error?: Error) => void,
  ): void;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
}

/** What is used of the TCP or TLS stream below. */
export interface Stream {
  cork(): void;
  uncork(): void;
}

export class NodeSocket implements Socket {
  readonly protocol: string;
  readonly remoteAddress: string;
  /** When the peer was last heard, by `performance.now()`. */
  heardMs = performance.now();
  readonly #handler: SocketHandler;
  readonly #slowBytes: number;
  readonly #report: (error: unknown, where: string) => void;
  readonly #ws: WsSocket;
  readonly #stream: Stream;
  readonly #onGone: (socket: NodeSocket) => void;
  #isOpen = true;
  #owesDrain = false;

  constructor(settings: {
    readonly protocol: string;
    readonly remoteAddress: string;
    readonly handler: SocketHandler;
    readonly slowBytes: number;
    readonly report: (error: unknown, where: string) => void;
    readonly ws: WsSocket;
    readonly stream: Stream;
    readonly onGone: (socket: NodeSocket) => void;
  }) {
    this.protocol = settings.protocol;
    this.remoteAddress = settings.remoteAddress;
    this.#handler = settings.handler;
    this.#slowBytes = settings.slowBytes;
    this.#report = settings.report;
    this.#ws = settings.ws;
    this.#stream = settings.stream;
    this.#onGone = settings.onGone;
  }

  get bufferedBytes(): number {
    return this.#isOpen ? this.#ws.bufferedAmount : 0;
  }

  send(frame: string | Uint8Array): Sent {
    if (!this.#isOpen) return 'dropped';
    const ws = this.#ws;
    const buffered = ws.bufferedAmount;
    if (buffered > 4 * this.#slowBytes) {
      this.#owesDrain = true;
      return 'dropped';
    }
    const isBinary = typeof frame !== 'string';
    // `ws` keeps what it is given until it is written; the caller may use its bytes again at once.
    const data = isBinary ? Buffer.from(frame) : frame;
    const options = { binary: isBinary, compress: false };
    if (buffered + data.length <= this.#slowBytes) {
      ws.send(data, options);
    } else {
      ws.send(data, options, () => this.#drained());
    }
    if (ws.bufferedAmount <= this.#slowBytes) return 'sent';
    this.#owesDrain = true;
    return 'slow';
  }

  cork(work: () => void): void {
    this.#stream.cork();
    try {
      work();
    } catch (error) {
      this.fail(error, 'cork');
    } finally {
      this.#stream.uncork();
    }
  }

  close(code: number, reason: string): void {
    checkCloseCode(code);
    if (!this.#isOpen) return;
    this.#ws.close(code, closeReason(reason));
    this.closed(code);
  }

  /** A handler threw: report it and end the connection. */
  fail(error: unknown, where: string): void {
    this.#report(error, where);
    this.close(1011, 'internal error');
  }

  opened(): void {
    try {
      this.#handler.onOpen(this);
    } catch (error) {
      this.fail(error, 'onOpen');
    }
  }

  received(data: Uint8Array, isBinary: boolean): void {
    this.heardMs = performance.now();
    if (!this.#isOpen) return;
    try {
      this.#handler.onMessage(this, data, isBinary);
    } catch (error) {
      this.fail(error, 'onMessage');
    }
  }

  /** The connection is over, by the peer, by the network or by `close`; told once. */
  closed(code: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onGone(this);
    try {
      this.#handler.onClose(this, code);
    } catch (error) {
      this.#report(error, 'onClose');
    }
  }

  /** Called every few seconds: ask a silent peer, and give it up when it stays silent. */
  checkIdle(nowMs: number, idleMs: number): void {
    const silentMs = nowMs - this.heardMs;
    if (silentMs >= idleMs) {
      this.#ws.terminate();
      this.closed(1006);
    } else if (silentMs >= idleMs / 2) {
      this.#ws.ping();
    }
  }

  #drained(): void {
    if (!this.#owesDrain || !this.#isOpen || this.#ws.bufferedAmount > this.#slowBytes) return;
    this.#owesDrain = false;
    try {
      this.#handler.onDrain(this);
    } catch (error) {
      this.fail(error, 'onDrain');
    }
  }
}
