/**
 * One WebSocket as the client sees it, so that its core runs in Node (dial-node.ts), in browsers
 * (dial-browser.ts) and in tests, and never touches a socket of its own.
 */
import type { bearerProtocolPrefix, closeCodes, Protocol } from '../protocol.ts';
import type { Frame } from './codec.ts';

export interface Wire {
  /** Send one frame. The bytes are copied before the current task ends; after close it does nothing. */
  send(frame: Frame): void;
  /** End it; `onClose` is still called. */
  close(code: number, reason: string): void;
  /** Cut it at once, without a farewell; `onClose` is still called. */
  destroy(): void;
}

export interface WireEvents {
  onFrame(frame: Frame): void;
  /**
   * Once per dial, opened or not. `refusedStatus`: the HTTP status the upgrade was refused with, where
   * the platform tells it (browsers do not).
   */
  onClose(code: number, reason: string, refusedStatus?: number): void;
}

export interface DialTarget {
  readonly url: string;
  readonly protocol: Protocol;
  readonly key?: string | undefined;
  /** A larger frame from the server ends the connection. */
  readonly frameBytesMax: number;
}

/** Begin to open a connection. Never throws for what the network does; that arrives as `onClose`. */
export type Dial = (target: DialTarget, events: WireEvents) => Wire;

// The protocol's constants, repeated under its types: importing their values would bring the schema
// library into every browser bundle. A change there fails to compile here.
export const bearerPrefix: typeof bearerProtocolPrefix = 'baton.bearer.';
export const abuseCode: (typeof closeCodes)['abuse'] = 4000;
export const credentialCode: (typeof closeCodes)['credential'] = 4001;
