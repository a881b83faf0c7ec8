/**
 * Which names a feed has brought already: 64 bits of each, in a table that grows. Two names with the same
 * 64 bits would pass for one: among four million, once in two million feeds.
 */
const slotsMin = 1 << 12;

export class KeySet {
  readonly #countMax: number;
  #high = new Uint32Array(slotsMin);
  #low = new Uint32Array(slotsMin);
  #count = 0;

  /** @param countMax above it nothing is remembered any more, and what comes is taken as new */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Remember a name. False: it was there already. */
  add(name: string): boolean {
    if (this.#count >= this.#countMax) return this.#find(...hash64(name)) < 0;
    if (2 * this.#count >= this.#high.length) this.#grow();
    const [high, low] = hash64(name);
    const at = this.#find(high, low);
    if (at >= 0) return false;
    this.#high[~at] = high;
    this.#low[~at] = low;
    this.#count += 1;
    return true;
  }

  /** The slot that holds it, or the complement of the empty one where it belongs. */
  #find(high: number, low: number): number {
    const mask = this.#high.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      if (this.#high[at] === 0 && this.#low[at] === 0) return ~at;
      if (this.#high[at] === high && this.#low[at] === low) return at;
    }
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(2 * high.length);
    this.#low = new Uint32Array(2 * low.length);
    for (let at = 0; at < high.length; at += 1) {
      const [h, l] = [high[at] ?? 0, low[at] ?? 0];
      if (h === 0 && l === 0) continue;
      const to = ~this.#find(h, l);
      this.#high[to] = h;
      this.#low[to] = l;
    }
  }
}

/** Two rounds of FNV-1a with different beginnings, each mixed well; never both 0. */
function hash64(text: string): [high: number, low: number] {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
    low ^= low >>> 15;
  }
  high = mixed(high ^ text.length);
  low = mixed(low);
  return high === 0 && low === 0 ? [1, 1] : [high, low];
}

function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits of a text, as eight hexadecimal digits. */
export function hashText(text: string): string {
  return hash64(text)[0].toString(16).padStart(8, '0');
}
