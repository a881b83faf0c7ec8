/**
 * The one connection of a client, over and over: dial, greeting, loss, back-off, dial. Whatever the
 * network does, at most one wire is alive, and events of an earlier one are not heard.
 */
import { reject } from '../../actors/rejection.ts';
import type { HelloFrame, Protocol, protocolVersion } from '../protocol.ts';
import { Refused } from './answers.ts';
import { backoffMs, type Backoff, type Clock } from './backoff.ts';
import { codecs, type Codec, type Frame, type LazyReply } from './codec.ts';
import { abuseCode, credentialCode, type Dial, type Wire } from './wire.ts';

const version: typeof protocolVersion = 1;
/** Frames from the server may be larger than what it takes: a snapshot of 1,000 SKUs, a page of orders. */
const inboundBytesMax = 64 * 1024 * 1024;
/** A connection that lived so long was sound: the next loss begins the back-off anew. */
const soundAfterMs = 1_000;

export interface ConnectionSettings {
  readonly url: string;
  readonly key?: string | undefined;
  readonly protocol: Protocol;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: () => number;
  readonly reconnectBackoff: Backoff;
  /** How long a dial may take up to the server's greeting. */
  readonly helloTimeoutMs: number;
  /** Silence after which the server is asked, and silence again after which it is given up. */
  readonly silenceMs: number;
}

export interface ConnectionEvents {
  onHello(hello: HelloFrame['hello'], wire: Wire): void;
  /** A decoded message, after the greeting. Not yet known to be well formed. */
  onMessage(message: Readonly<Record<string, unknown>>): void;
  /** An answer that is no refusal, its value not made yet. */
  onReply(reply: LazyReply): void;
  /** Nothing was heard for `silenceMs`: ask something. */
  onSilence(): void;
  onLost(reason: string): void;
  /** It will not be dialled again, for this reason. Not called after `close`. */
  onEnd(reason: Error): void;
}

export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #events: ConnectionEvents;
  readonly #codec: Codec;
  #wire: Wire | undefined;
  #isOpen = false;
  #isEnded = false;
  #attempt = 0;
  #openedAtMs = 0;
  #heard = false;
  #asked = false;
  #cancelTimer: (() => void) | undefined;
  #onClosed: (() => void) | undefined;

  constructor(settings: ConnectionSettings, events: ConnectionEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#codec = codecs[settings.protocol];
  }

  dial(): void {
    const { url, key, protocol, clock, helloTimeoutMs } = this.#settings;
    // Until the dial returns there is no wire to compare with; an object of its own tells the dials apart.
    const mine: { wire?: Wire; isOver: boolean } = { isOver: false };
    const target = { url, key, protocol, frameBytesMax: inboundBytesMax };
    const wire = this.#settings.dial(target, {
      onFrame: (frame) => {
        if (!mine.isOver) this.#receive(frame);
      },
      onClose: (code, reason, status) => {
        if (mine.isOver) return;
        mine.isOver = true;
        this.#closed(code, reason, status);
      },
    });
    this.#wire = wire;
    this.#setTimer(helloTimeoutMs, () => wire.destroy());
    this.#openedAtMs = clock.nowMs();
  }

  /** Close for good. Resolves when the wire is closed, or a second later. */
  close(): Promise<void> {
    this.#isEnded = true;
    this.#isOpen = false;
    this.#cancelTimer?.();
    const wire = this.#wire;
    if (wire === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.after(1_000, () => {
        wire.destroy();
        resolve();
      });
      this.#onClosed = () => {
        cancel();
        resolve();
      };
      wire.close(1000, 'done');
    });
  }

  /** Cut the wire; it will be dialled again. */
  drop(): void {
    this.#wire?.destroy();
  }

  #receive(frame: Frame): void {
    this.#heard = true;
    const reply = this.#isOpen ? this.#codec.lazyReply(frame) : undefined;
    if (reply !== undefined) {
      this.#events.onReply(reply);
      return;
    }
    let message: unknown;
    try {
      message = this.#codec.decode(frame);
    } catch {
      // The stream can no longer be trusted; a new connection begins from what is known.
      this.drop();
      return;
    }
    if (typeof message !== 'object' || message === null) this.drop();
    else if (this.#isOpen) this.#events.onMessage(message as Record<string, unknown>);
    else this.#greeted((message as Partial<HelloFrame>).hello);
  }

  #greeted(hello: HelloFrame['hello'] | undefined): void {
    const wire = this.#wire;
    if (this.#isEnded || wire === undefined) return;
    if (hello === undefined) {
      this.drop();
    } else if (hello.version !== version) {
      const detail = `the server speaks version ${hello.version} of the protocol, not ${version}`;
      this.#end(new Refused(reject('malformed', detail, 'hello.version')));
    } else {
      this.#isOpen = true;
      this.#openedAtMs = this.#settings.clock.nowMs();
      this.#watch();
      this.#events.onHello(hello, wire);
    }
  }

  #watch(): void {
    this.#heard = false;
    this.#setTimer(this.#settings.silenceMs, () => {
      if (!this.#heard && this.#asked) {
        this.drop();
        return;
      }
      this.#asked = !this.#heard;
      if (this.#asked) this.#events.onSilence();
      this.#watch();
    });
  }

  #closed(code: number, reason: string, status: number | undefined): void {
    this.#cancelTimer?.();
    this.#wire = undefined;
    this.#asked = false;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (this.#isEnded) {
      this.#onClosed?.();
      return;
    }
    const final = finalReason(code, reason, status);
    if (final !== undefined) {
      this.#end(final);
      return;
    }
    const { clock, random, reconnectBackoff } = this.#settings;
    if (wasOpen && clock.nowMs() - this.#openedAtMs >= soundAfterMs) this.#attempt = 0;
    const delayMs = backoffMs(reconnectBackoff, this.#attempt, random);
    this.#attempt += 1;
    this.#setTimer(delayMs, () => this.dial());
    this.#events.onLost(`${code} ${reason}`.trimEnd());
  }

  #end(reason: Error): void {
    this.#isEnded = true;
    this.#isOpen = false;
    this.#cancelTimer?.();
    this.#wire?.close(1000, 'giving up');
    this.#events.onEnd(reason);
  }

  #setTimer(delayMs: number, work: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#settings.clock.after(delayMs, work);
  }
}

/** What no new dial can mend: our credentials, our manners, our address. */
function finalReason(code: number, reason: string, status: number | undefined): Error | undefined {
  if (status === 401) return new Refused(reject('unauthenticated', reason));
  if (status === 403) return new Refused(reject('forbidden', reason));
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new Refused(reject('malformed', reason));
  }
  if (code === credentialCode) {
    return new Refused(reject('unauthenticated', reason || 'the credential was revoked or expired'));
  }
  if (code === abuseCode) {
    return new Refused(reject('malformed', reason || 'the server ended the connection for abuse'));
  }
  return undefined;
}
