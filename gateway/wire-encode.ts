/**
 * Frames out, for both sub-protocols. A push goes to many subscribers and differs only in the
 * number of the subscription, so its body is encoded once for each sub-protocol (PushBody) and put
 * behind a small head for each of them.
 */
import { arrayHead, encodeOwn, encodeShared, joinShared } from './messagepack-encode.ts';
import type { Protocol, PushFrame, ServerFrame } from './protocol.ts';

/**
 * A frame as the socket takes it. MessagePack bytes stand in a shared buffer: send them before
 * anything else is encoded.
 */
export type EncodedFrame = string | Uint8Array;

export function encodeFrame(protocol: Protocol, frame: ServerFrame): EncodedFrame {
  return protocol === 'baton.json.v1' ? JSON.stringify(frame) : encodeShared(frame);
}

/**
 * One value inside pushes, encoded at most once for each sub-protocol, however many pushes hold it.
 */
export class Part {
  readonly value: unknown;
  #json: string | undefined;
  #messagePack: Uint8Array | undefined;

  constructor(value: unknown) {
    this.value = value;
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.value));
  }

  get messagePack(): Uint8Array {
    return (this.#messagePack ??= encodeOwn(this.value));
  }
}

/** What a push holds beside its position, by the field it stands in. */
type Field = 'snapshot' | 'events' | 'stock' | 'gap';

// The head of a push in MessagePack: a map of three fields, the first of them `subscription`.
const pushHead = Uint8Array.prototype.slice.call(
  encodeShared({ subscription: 0, b: 0, c: 0 }),
  0,
  14,
);

/** The body of a push: everything but the subscription's number. Encoded when first sent. */
export class PushBody {
  readonly position: number;
  readonly field: Field;
  readonly #content: Part | readonly Part[];
  #json: string | undefined;
  #messagePack: readonly Uint8Array[] | undefined;

  /** @param content one part for `snapshot` and `gap`, a list for `events` and `stock`. */
  constructor(position: number, field: Field, content: Part | readonly Part[]) {
    this.position = position;
    this.field = field;
    this.#content = content;
  }

  /** The whole frame for one subscriber. */
  frame(protocol: Protocol, subscription: number): EncodedFrame {
    if (protocol === 'baton.json.v1') {
      return `{"subscription":${subscription}${(this.#json ??= this.#jsonTail())}`;
    }
    return joinShared(pushHead, subscription, (this.#messagePack ??= this.#messagePackTail()));
  }

  /** The same as a plain value. */
  value(subscription: number): PushFrame {
    const content = this.#content;
    const held = content instanceof Part ? content.value : content.map((part) => part.value);
    return { subscription, position: this.position, [this.field]: held } as PushFrame;
  }

  #jsonTail(): string {
    const content = this.#content;
    const held =
      content instanceof Part ? content.json : `[${content.map((part) => part.json).join(',')}]`;
    return `,"position":${this.position},"${this.field}":${held}}`;
  }

  #messagePackTail(): readonly Uint8Array[] {
    const content = this.#content;
    const pieces = [encodeOwn('position'), encodeOwn(this.position), encodeOwn(this.field)];
    if (content instanceof Part) pieces.push(content.messagePack);
    else pieces.push(arrayHead(content.length), ...content.map((part) => part.messagePack));
    return [Buffer.concat(pieces)];
  }
}
