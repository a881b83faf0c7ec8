/**
 * The body of one request as it arrives: what was not read yet waits here up to a mark, above which the
 * connection is paused until it is read. Both servers feed it; the handler reads it.
 */
import { assert } from '../../engine/assert.ts';
import { BodyBroken, type HttpBody } from './server.ts';

/** Unread bytes above which no more are taken from the connection. */
const pauseBytes = 256 * 1024;

/** How a connection is told to wait. Never called once the answer ended or the client is gone. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** It is over: answered, or the client is gone. */
  stop?(): void;
}

interface Reader {
  readonly resolve: (piece: Uint8Array | undefined) => void;
  readonly reject: (why: Error) => void;
}

export class BodyStream implements HttpBody {
  readonly #flow: Flow;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isPaused = false;
  #end: 'open' | 'whole' | 'broken' = 'open';
  #isDiscarded = false;
  #reader: Reader | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Everything has arrived: the connection can go on after the answer. */
  get isWhole(): boolean {
    return this.#end === 'whole';
  }

  read(): Promise<Uint8Array | undefined> {
    assert(this.#reader === undefined, 'a body has one reader, who waits for each piece');
    const piece = this.#take();
    if (piece !== undefined) return Promise.resolve(piece);
    if (this.#end === 'whole') return Promise.resolve(undefined);
    if (this.#end === 'broken' || this.#isDiscarded) return Promise.reject(new BodyBroken());
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** @param piece the stream's to keep. */
  add(piece: Uint8Array): void {
    if (this.#isDiscarded || piece.byteLength === 0) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    if (this.#bytes <= pauseBytes || this.#isPaused) return;
    this.#isPaused = true;
    this.#flow.pause();
  }

  /** Nothing more will come, and nothing is missing. */
  end(): void {
    if (this.#end !== 'open') return;
    this.#end = 'whole';
    this.#reader?.resolve(undefined);
    this.#reader = undefined;
  }

  /** The client went away, or fell silent for too long, within the body. */
  broke(): void {
    this.#flow.stop?.();
    if (this.#end !== 'open') return;
    this.#end = 'broken';
    this.#isDiscarded = true;
    this.#pieces = [];
    this.#fail();
  }

  /** The answer has ended: what else comes is not kept. */
  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#pieces = [];
    this.#flow.stop?.();
    if (this.#isPaused) this.#resume();
    this.#fail();
  }

  #fail(): void {
    this.#reader?.reject(new BodyBroken());
    this.#reader = undefined;
  }

  #take(): Uint8Array | undefined {
    const [first] = this.#pieces;
    if (first === undefined) return undefined;
    const piece = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#isPaused && !this.#isDiscarded) this.#resume();
    return piece;
  }

  #resume(): void {
    this.#isPaused = false;
    this.#flow.resume();
  }
}
