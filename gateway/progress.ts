/** How far it is: a bar on a terminal, a line every tenth of the way elsewhere. */

export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const barWidth = 30;
const redrawMs = 100;

export class Progress {
  readonly #out: Out;
  readonly #total: number;
  readonly #unit: string;
  #done = 0;
  #note = '';
  #drawnAtMs = 0;
  #tenths = 0;
  #isDrawn = false;

  constructor(out: Out, total: number, unit: string) {
    this.#out = out;
    this.#total = total;
    this.#unit = unit;
  }

  /** @param note short, after the bar */
  update(done: number, note: string): void {
    this.#done = done;
    this.#note = note;
    const nowMs = performance.now();
    if (this.#out.isTTY === true) {
      if (nowMs - this.#drawnAtMs < redrawMs && done < this.#total) return;
      this.#drawnAtMs = nowMs;
      this.#draw();
    } else {
      const tenths = Math.floor((10 * done) / Math.max(1, this.#total));
      if (tenths <= this.#tenths) return;
      this.#tenths = tenths;
      this.#out.write(`${this.#text(`${tenths * 10} %`)}\n`);
    }
  }

  /** A line above the bar. */
  say(line: string): void {
    this.#wipe();
    this.#out.write(`${line}\n`);
    if (this.#out.isTTY === true && this.#done > 0) this.#draw();
  }

  /** Leave the terminal as it should be. */
  end(): void {
    this.#wipe();
  }

  #draw(): void {
    const share = Math.min(1, this.#done / Math.max(1, this.#total));
    const full = Math.round(share * barWidth);
    const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${Math.floor(share * 100)} %`;
    const text = this.#text(bar);
    // A line longer than the terminal would wrap, and could not be wiped.
    this.#out.write(`\r\u001b[2K${text.slice(0, (this.#out.columns ?? 80) - 1)}`);
    this.#isDrawn = true;
  }

  #wipe(): void {
    if (this.#isDrawn) this.#out.write('\r\u001b[2K');
    this.#isDrawn = false;
  }

  #text(head: string): string {
    const counts = `${this.#done.toLocaleString('en-US')} of ${this.#total.toLocaleString('en-US')}`;
    return `  ${head}  ${counts} ${this.#unit}  ${this.#note}`.trimEnd();
  }
}
