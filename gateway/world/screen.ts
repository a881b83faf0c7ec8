/** One screen that is drawn anew again and again: figures above, what happened last below. */
import type { Out } from '../progress.ts';
import { lifeLines } from './summary.ts';
import type { Tally } from './tally.ts';

const redrawMs = 250;
const rowsAtLeast = 6;
/** Rows where the terminal does not say how many it has. */
const rowsUnknown = 24;

export class Screen {
  readonly #out: Out & { readonly rows?: number | undefined };
  readonly #title: string;
  readonly #tally: Tally;
  readonly #last: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(out: Out, title: string, tally: Tally) {
    this.#out = out;
    this.#title = title;
    this.#tally = tally;
    out.write('\u001b[2J');
    this.#timer = setInterval(() => this.#draw(), redrawMs);
  }

  say(line: string): void {
    this.#last.push(line);
    if (this.#last.length > (this.#out.rows ?? rowsUnknown)) this.#last.shift();
  }

  /** Leaves the screen as it is and the cursor below. */
  end(): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    const width = (this.#out.columns ?? 80) - 1;
    const figures = [this.#title, '', ...lifeLines(this.#tally), ''];
    const room = Math.max(rowsAtLeast, (this.#out.rows ?? rowsUnknown) - figures.length - 1);
    const lines = [...figures, ...this.#last.slice(-room)];
    // Home, then each line with what stood there wiped, then all below.
    const text = lines.map((line) => `${line.slice(0, width)}\u001b[K`).join('\n');
    this.#out.write(`\u001b[H${text}\n\u001b[J`);
  }
}
