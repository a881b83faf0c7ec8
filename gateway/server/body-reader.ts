/** The body of one request, collected from its chunks up to a limit. */

export class BodyReader {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Take a copy of a chunk. False when the body is now over its limit; what was collected is then
   * let go.
   */
  add(chunk: Uint8Array): boolean {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#bytesMax) {
      this.#chunks = [];
      return false;
    }
    if (chunk.byteLength > 0) this.#chunks.push(chunk.slice());
    return true;
  }

  /** The whole body: the reader's own bytes, nobody else's. */
  take(): Uint8Array {
    const [first] = this.#chunks;
    if (first === undefined) return new Uint8Array(0);
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }
}

export const noBody: Uint8Array = new Uint8Array(0);
