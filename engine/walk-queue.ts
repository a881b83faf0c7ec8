/**
 * Walks that wait their turn: of one after another its members are taken that are meant, in pieces, and whoever was
 * taken and could not be looked at is the next one again. Nothing is walked before somebody asks for it.
 */
export class WalkQueue<T> {
  readonly #nextWalk: () => Iterator<T> | undefined;
  readonly #passedMax: number;
  #walk: Iterator<T> | undefined;
  /** Taken last and put back, because there was no room for it. */
  #next: T | undefined;
  #last: T | undefined;

  /** @param nextWalk begins the next; undefined: there is none. @param passedMax members passed over in one go. */
  constructor(nextWalk: () => Iterator<T> | undefined, passedMax: number) {
    this.#nextWalk = nextWalk;
    this.#passedMax = passedMax;
  }

  /** Whether a walk is under way. */
  get isWalking(): boolean {
    return this.#walk !== undefined || this.#next !== undefined;
  }

  /** The one just taken could not be looked at now: it is the next one again. */
  putBack(): void {
    this.#next = this.#last;
  }

  /** The next to look at; undefined when there is none, or none yet. */
  take(isMeant: (one: T) => boolean): T | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) return (this.#last = next);
    for (let passed = 0; passed < this.#passedMax; passed += 1) {
      const walk = (this.#walk ??= this.#nextWalk());
      if (walk === undefined) return undefined;
      const { value, done } = walk.next();
      if (done === true) this.#walk = undefined;
      else if (isMeant(value)) return (this.#last = value);
    }
    return undefined;
  }
}
