/** Frames to bytes and back, for both sub-protocols. MessagePack without records, as any peer reads it. */
import { Packr, Unpackr } from 'msgpackr';
import type { Protocol } from '../protocol.ts';
import { readReplyHead } from './reply-head.ts';

export type Frame = string | Uint8Array;

/** An answer whose value is made when it is first read. */
export interface LazyReply {
  readonly request: number;
  readonly position: number;
  readonly ok: unknown;
}

export interface Codec {
  encode(message: object): Frame;
  /** Throws when the frame is not of this protocol. */
  decode(frame: Frame): unknown;
  /** A reply that is no refusal, cheaply; undefined for everything else, which goes to `decode`. */
  lazyReply(frame: Frame): LazyReply | undefined;
  /** Whether the frame is larger than `bytesMax` on the wire. */
  exceeds(frame: Frame, bytesMax: number): boolean;
}

// One packer for all connections of the process: it packs into a shared 8 KiB piece and starts a new one
// when that is full, so a frame stays whole until the socket has copied it.
const packr = new Packr({ useRecords: false, variableMapSize: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });
const utf8Writer = new TextEncoder();
const utf8Reader = new TextDecoder('utf-8', { fatal: true });

class MessagePackReply implements LazyReply {
  readonly request: number;
  readonly position: number;
  #bytes: Uint8Array | undefined;
  #ok: unknown;

  constructor(request: number, position: number, bytes: Uint8Array) {
    this.request = request;
    this.position = position;
    this.#bytes = bytes;
  }

  get ok(): unknown {
    if (this.#bytes !== undefined) {
      this.#ok = unpackr.unpack(this.#bytes);
      this.#bytes = undefined;
    }
    return this.#ok;
  }
}

const msgpack: Codec = {
  encode: (message) => packr.pack(message),
  decode(frame) {
    if (typeof frame === 'string') throw new TypeError('a text frame on a MessagePack connection');
    return unpackr.unpack(frame);
  },
  lazyReply(frame) {
    if (typeof frame === 'string') return undefined;
    const head = readReplyHead(frame);
    if (head === undefined) return undefined;
    return new MessagePackReply(head.request, head.position, frame.subarray(head.from, head.to));
  },
  exceeds: (frame, bytesMax) => frame.length > bytesMax,
};

const json: Codec = {
  encode: (message) => JSON.stringify(message),
  decode: (frame) => JSON.parse(typeof frame === 'string' ? frame : utf8Reader.decode(frame)) as unknown,
  lazyReply: () => undefined,
  exceeds(frame, bytesMax) {
    // A UTF-16 unit is at most three bytes: only a frame that might be too large is measured exactly.
    if (frame.length * 3 <= bytesMax) return false;
    return (typeof frame === 'string' ? utf8Writer.encode(frame) : frame).length > bytesMax;
  },
};

export const codecs: Readonly<Record<Protocol, Codec>> = {
  'baton.msgpack.v1': msgpack,
  'baton.json.v1': json,
};
