/** Commands waiting for a turn: a bounded ring, first in, first out. */
import type { Command } from '../actors/commands.ts';
import { must } from './assert.ts';
import type { Reply } from './outcome.ts';

export interface Waiting {
  readonly command: Command;
  readonly reply: Reply;
}

export class Inbox {
  readonly #ring: (Waiting | undefined)[];
  #first = 0;
  #count = 0;

  constructor(countMax: number) {
    this.#ring = new Array<Waiting | undefined>(countMax).fill(undefined);
  }

  get count(): number {
    return this.#count;
  }

  /** False when it is full: nothing was queued. */
  put(waiting: Waiting): boolean {
    if (this.#count === this.#ring.length) return false;
    this.#ring[(this.#first + this.#count) % this.#ring.length] = waiting;
    this.#count += 1;
    return true;
  }

  /** The first command, still in the inbox. */
  peek(): Waiting | undefined {
    return this.#count === 0 ? undefined : this.#ring[this.#first];
  }

  /** Take the first command. */
  take(): Waiting {
    const first = must(this.#ring[this.#first], 'an empty inbox has nothing to take');
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#count -= 1;
    return first;
  }
}
