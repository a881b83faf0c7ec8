/**
 * The one port, as the rest of the gateway sees it: HTTP requests and WebSocket connections, bytes
 * in, bytes out, back-pressure told. Two implementations behind one contract suite
 * (test/gateway/server-contract.ts): uws.ts (uWebSockets.js) and node.ts (node:http with ws).
 *
 * No handler can harm the server: what it throws, at once or later, is caught, reported to
 * `onIncident`, and ends that request with 500 or that connection with close code 1011. Rules:
 * docs/SPEC.md, ids G1…
 */

/**
 * An HTTP request, complete, or all but its body. Header names are lower case; a repeated header is
 * joined by ", ".
 */
export interface HttpRequest {
  readonly method: string;
  /** Path without the query string, not decoded. */
  readonly path: string;
  /** The query string without "?", or "". */
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
  /** The peer's address as text; IPv4 is never wrapped in IPv6. */
  readonly remoteAddress: string;
  /** Whole body, up to `bodyBytesMax`; empty for none. The bytes are the handler's to keep. */
  readonly body: Uint8Array;
  /** The body as it arrives, when `streamsBody` asked for it; `body` is then empty. */
  readonly bodyStream?: HttpBody | undefined;
}

/** A body as it arrives. The connection is paused while nobody reads, so little of it is ever held. */
export interface HttpBody {
  /**
   * The next bytes, the reader's to keep; undefined after the last. Rejects `BodyBroken` when the
   * rest will never come. One call at a time.
   */
  read(): Promise<Uint8Array | undefined>;
}

/** The client went away or fell silent within its body, or the answer was ended before it. */
export class BodyBroken extends Error {
  override readonly name = 'BodyBroken';
  constructor() {
    super('the body of this request will not be complete');
  }
}

/** How a response goes out. Every method is a no-op once the client is gone. */
export interface HttpResponder {
  /** True once the client went away; work for it may stop. */
  readonly gone: boolean;
  /** Answer whole. Answering twice is a bug and throws. */
  end(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): void;
  /** Answer in pieces, as they come. */
  stream(status: number, headers: Readonly<Record<string, string>>): HttpStream;
}

export interface HttpStream {
  /**
   * Waits while the client is slow. Resolves true when more may be written, false when the client
   * is gone.
   */
  write(piece: string | Uint8Array): Promise<boolean>;
  end(): void;
}

/** What becomes of a frame handed to `send`. */
export type Sent =
  /** On its way, or buffered within the limit. */
  | 'sent'
  /**
   * Buffered, and the buffer is above `backpressureBytes`: pause; `onDrain` will tell when it is
   * below.
   */
  | 'slow'
  /**
   * Not taken: the buffer is full (`onDrain` will tell when it is not), or the connection is
   * closed. Nothing of it will arrive.
   */
  | 'dropped';

/** One WebSocket connection, from open to close. All methods are safe after close. */
export interface Socket {
  /** The sub-protocol that was agreed, or "". */
  readonly protocol: string;
  readonly remoteAddress: string;
  /** Bytes waiting to be sent. */
  readonly bufferedBytes: number;
  /**
   * Send one frame: text for a string, binary for bytes. The bytes are copied or sent before it
   * returns.
   */
  send(frame: string | Uint8Array): Sent;
  /**
   * Run `work`, sending its frames in as few packets as possible. What it throws ends the
   * connection like a handler's.
   */
  cork(work: () => void): void;
  /**
   * Close with a code (1000, 1001, 1008, 1011, 3000–4999) and a reason, cut to 123 bytes. `onClose`
   * is called before this returns; what was buffered still goes out while the peer reads.
   */
  close(code: number, reason: string): void;
}

/** What the gateway does with one connection. */
export interface SocketHandler {
  onOpen(socket: Socket): void;
  /** One whole message. `data` may be reused after the call returns: decode or copy before. */
  onMessage(socket: Socket, data: Uint8Array, isBinary: boolean): void;
  /** The send buffer fell below the limit again. */
  onDrain(socket: Socket): void;
  /**
   * Once, at the end, however it came; 1006 when the peer vanished or broke the protocol. A peer's
   * own code of 3000–3999 comes as 1006 from uWebSockets.js.
   */
  onClose(socket: Socket, code: number): void;
}

/** The decision on an upgrade request. */
export type Upgrade =
  | { readonly accept: true; readonly protocol: string; readonly handler: SocketHandler }
  | { readonly accept: false; readonly status: number; readonly body: string };

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port; the result tells which. */
  readonly port: number;
  readonly tls?: { readonly keyFile: string; readonly certFile: string } | undefined;
  /** Largest WebSocket message; a larger one closes the connection. */
  readonly frameBytesMax: number;
  /** Largest HTTP body; a larger one is answered 413. */
  readonly bodyBytesMax: number;
  /** Above this many unsent bytes `send` says `slow`; above four times as many, `dropped`. */
  readonly backpressureBytes: number;
  /**
   * A connection that neither sends nor answers pings for so long is closed. 8 to 960; granularity
   * 4 s.
   */
  readonly idleTimeoutSeconds: number;
  /**
   * TCP connections of both kinds at once; one more is closed as it comes. Never more than fit into
   * the file descriptors of the process (open-files.ts).
   */
  readonly connectionsMax?: number | undefined;
  /**
   * A request not answered for so long gets 503 and is an incident, seconds. Default 120;
   * granularity a quarter of it.
   */
  readonly answerTimeoutSeconds?: number | undefined;
  /**
   * Whether this request, of which only the head is known, gets its body as a stream, of any
   * length. Absent: none does.
   */
  streamsBody?(request: HttpRequest): boolean;
  onRequest(request: HttpRequest, respond: HttpResponder): void | Promise<void>;
  /** Authenticate here; what it decides holds for the whole connection. May be asynchronous. */
  onUpgrade(request: HttpRequest): Upgrade | Promise<Upgrade>;
  /** A handler threw: the bug is reported, the server goes on. */
  onIncident(error: unknown, where: string): void;
}

export interface Server {
  /** `uws` or `node`: said in one log line at start. */
  readonly kind: 'uws' | 'node';
  /** Which server this is and why not the faster one, in words. */
  readonly why: string;
  readonly port: number;
  /** Open WebSocket connections. */
  readonly connections: number;
  /**
   * Stop accepting, close every connection with 1001, resolve when all are closed or after
   * `graceMs`.
   */
  close(graceMs: number): Promise<void>;
}
