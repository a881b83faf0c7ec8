/**
 * Time zones: what the clocks of a place read at an instant, and when they read a time. Intl knows the
 * rules but is slow to ask, so each zone's changes are found once for some thirteen months at a time and
 * kept. Pure: the answer depends on the instant alone, never on what time it is.
 */
import { dayMs, hourMs, minuteMs } from '../../actors/civil.ts';

/** Changes are looked for in blocks of this length, by asking at every step. No two are closer than a step. */
const blockMs = 2 ** 35;
const stepMs = 4 * dayMs;
/** Clocks are at most so much ahead of UTC. */
const aheadMaxMs = 15 * hourMs;

/** A time during which a zone's clocks keep one distance from UTC. */
interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly offsetMs: number;
}

export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #blocks = new Map<number, readonly Piece[]>();
  #last: Piece | undefined;

  /** Throws a RangeError when Intl does not know the zone: use `zoneNamed`. */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Milliseconds that the clocks are ahead of UTC. */
  offsetAt(atMs: number): number {
    return this.#pieceAt(atMs).offsetMs;
  }

  /** The date the clocks show. */
  dayAt(atMs: number): number {
    return Math.floor((atMs + this.offsetAt(atMs)) / dayMs);
  }

  /** The full hour the clocks last struck, as the number of hours since 1970 they would count. */
  hourAt(atMs: number): number {
    return Math.floor((atMs + this.offsetAt(atMs)) / hourMs);
  }

  /**
   * The first instant at which the clocks read a time of a day, or a later one. Where the time is struck
   * twice that is the first time; where it is skipped, the moment of the skip.
   * @param minute of the day; 1,440 is the midnight that ends it.
   */
  instantOf(day: number, minute: number): number {
    const wallMs = day * dayMs + minute * minuteMs;
    let piece = this.#pieceAt(wallMs - aheadMaxMs);
    for (;;) {
      const atMs = Math.max(piece.startMs, wallMs - piece.offsetMs);
      if (atMs < piece.endMs) return atMs;
      piece = this.#pieceAt(piece.endMs);
    }
  }

  #pieceAt(atMs: number): Piece {
    const last = this.#last;
    if (last !== undefined && last.startMs <= atMs && atMs < last.endMs) return last;
    const index = Math.floor(atMs / blockMs);
    let pieces = this.#blocks.get(index);
    if (pieces === undefined) this.#blocks.set(index, (pieces = this.#look(index * blockMs)));
    let found = pieces[0] as Piece;
    for (const piece of pieces) if (piece.startMs <= atMs) found = piece;
    this.#last = found;
    return found;
  }

  /** The pieces of one block: Intl is asked at each step, and between two that differ the change is narrowed down. */
  #look(fromMs: number): Piece[] {
    const pieces: Piece[] = [];
    let startMs = fromMs;
    let offsetMs = this.#ask(fromMs);
    for (let atMs = fromMs; atMs < fromMs + blockMs; atMs += stepMs) {
      const nextMs = Math.min(atMs + stepMs, fromMs + blockMs - 1);
      const next = this.#ask(nextMs);
      if (next === offsetMs) continue;
      const changeMs = this.#change(atMs, nextMs, offsetMs);
      pieces.push({ startMs, endMs: changeMs, offsetMs });
      startMs = changeMs;
      offsetMs = next;
    }
    pieces.push({ startMs, endMs: fromMs + blockMs, offsetMs });
    return pieces;
  }

  /** The first millisecond at which the offset is another one. */
  #change(lowMs: number, highMs: number, offsetMs: number): number {
    let [low, high] = [lowMs, highMs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle) === offsetMs) low = middle;
      else high = middle;
    }
    return high;
  }

  /** The offset as Intl writes it: `GMT`, `GMT+10:30`, for old times also `GMT-00:44:30`. */
  #ask(atMs: number): number {
    const match = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(this.#format.format(atMs));
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
    const ms = Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * 1_000;
    return sign === '-' ? -ms : ms;
  }
}

/** Zones by name in lower case, as Intl reads names in any case: bounded by the zones there are. */
const zones = new Map<string, Zone>();

/** A time zone by its IANA name; undefined when Intl knows none. */
export function zoneNamed(name: string): Zone | undefined {
  const key = name.toLowerCase();
  let zone = zones.get(key);
  if (zone === undefined) {
    try {
      zone = new Zone(name);
    } catch {
      return undefined; // a RangeError: there is no such zone
    }
    zones.set(key, zone);
  }
  return zone;
}
