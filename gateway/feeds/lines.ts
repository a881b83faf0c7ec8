/**
 * Text in pieces to whole lines, each with its number. A line over the limit is given as undefined and
 * never held: only its end is looked for.
 */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; undefined when it was too long. */
  readonly text: string | undefined;
}

export class LineSplitter {
  readonly #charsMax: number;
  #rest = '';
  #isTooLong = false;
  #number = 0;

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  /** The lines this piece completes. */
  push(piece: string): Line[] {
    const lines: Line[] = [];
    let at = 0;
    for (;;) {
      const end = piece.indexOf('\n', at);
      if (end === -1) break;
      lines.push(this.#line(piece.slice(at, end)));
      at = end + 1;
    }
    this.#hold(piece.slice(at));
    return lines;
  }

  /** The last line, when the text does not end with a line's end. */
  end(): Line[] {
    return this.#rest === '' && !this.#isTooLong ? [] : [this.#line('')];
  }

  #line(last: string): Line {
    const whole = this.#rest + last;
    const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const isTooLong = this.#isTooLong || text.length > this.#charsMax;
    this.#rest = '';
    this.#isTooLong = false;
    this.#number += 1;
    return { number: this.#number, text: isTooLong ? undefined : text };
  }

  #hold(rest: string): void {
    if (this.#isTooLong) return;
    this.#rest += rest;
    // One more may be the first half of the line's end.
    if (this.#rest.length <= this.#charsMax + 1) return;
    this.#isTooLong = true;
    this.#rest = '';
  }
}
