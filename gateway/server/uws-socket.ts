/**
 * One WebSocket connection of uWebSockets.js. The native handle throws at any use after its close,
 * so it is dropped here the moment it closes. This is the hot path: a frame costs no allocation
 * here.
 */
import { checkCloseCode, closeReason } from './http-text.ts';
import type { Sent, Socket, SocketHandler } from './server.ts';

/** What is used of a native WebSocket. */
export interface NativeSocket {
  /** 1: sent; 0: buffered, will be sent; 2: dropped, nothing of it will arrive. */
  send(message: string | Uint8Array, isBinary: boolean, compress: boolean): number;
  getBufferedAmount(): number;
  /** Sends the close frame and calls the close handler before it returns. */
  end(code: number, reason: string): void;
  /** Runs `work` with writes gathered; `work` must not throw through it. */
  cork(work: () => void): unknown;
}

const dropped = 2;

/** The work of the `cork` call under way: handed over here, so that a call makes no closure. */
let corkWork: (() => void) | undefined;
let corkFault: { readonly error: unknown } | undefined;
const runCorkWork = (): void => {
  const work = corkWork;
  corkWork = undefined;
  try {
    work?.();
  } catch (error) {
    corkFault = { error };
  }
};

export class UwsSocket implements Socket {
  readonly protocol: string;
  readonly remoteAddress: string;
  readonly handler: SocketHandler;
  readonly #slowBytes: number;
  readonly #report: (error: unknown, where: string) => void;
  #native: NativeSocket | undefined;
  /** The caller was told `slow` or `dropped` and waits for onDrain. */
  #owesDrain = false;

  constructor(settings: {
    readonly protocol: string;
    readonly remoteAddress: string;
    readonly handler: SocketHandler;
    readonly slowBytes: number;
    readonly report: (error: unknown, where: string) => void;
  }) {
    this.protocol = settings.protocol;
    this.remoteAddress = settings.remoteAddress;
    this.handler = settings.handler;
    this.#slowBytes = settings.slowBytes;
    this.#report = settings.report;
  }

  get bufferedBytes(): number {
    return this.#native?.getBufferedAmount() ?? 0;
  }

  send(frame: string | Uint8Array): Sent {
    const native = this.#native;
    if (native === undefined) return 'dropped';
    if (native.send(frame, typeof frame !== 'string', false) === dropped) {
      this.#owesDrain = true;
      return 'dropped';
    }
    // Asked each time (20 ns): inside a cork, `send` says "sent" while the buffer is far above the
    // limit.
    if (native.getBufferedAmount() <= this.#slowBytes) return 'sent';
    this.#owesDrain = true;
    return 'slow';
  }

  cork(work: () => void): void {
    corkWork = work;
    const native = this.#native;
    if (native === undefined) runCorkWork();
    else native.cork(runCorkWork);
    const fault = corkFault;
    corkFault = undefined;
    if (fault !== undefined) this.fail(fault.error, 'cork');
  }

  close(code: number, reason: string): void {
    checkCloseCode(code);
    this.#native?.end(code, closeReason(reason));
  }

  /** A handler threw: report it and end the connection. */
  fail(error: unknown, where: string): void {
    this.#report(error, where);
    this.close(1011, 'internal error');
  }

  opened(native: NativeSocket): void {
    this.#native = native;
    try {
      this.handler.onOpen(this);
    } catch (error) {
      this.fail(error, 'onOpen');
    }
  }

  received(message: ArrayBuffer, isBinary: boolean): void {
    // Frames that arrive in the same packet as the one that made us close are still handed up.
    if (this.#native === undefined) return;
    try {
      this.handler.onMessage(this, new Uint8Array(message), isBinary);
    } catch (error) {
      this.fail(error, 'onMessage');
    }
  }

  drained(): void {
    if (!this.#owesDrain || this.bufferedBytes > this.#slowBytes) return;
    this.#owesDrain = false;
    try {
      this.handler.onDrain(this);
    } catch (error) {
      this.fail(error, 'onDrain');
    }
  }

  closed(code: number): void {
    this.#native = undefined;
    try {
      this.handler.onClose(this, code);
    } catch (error) {
      this.#report(error, 'onClose');
    }
  }
}
