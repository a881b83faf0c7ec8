/**
 * The answer to a feed over HTTP, line by line while the feed is still being sent. It begins with the
 * first rows: a feed that comes to nothing before them is answered with a status of its own.
 */
import { reject } from '../../actors/rejection.ts';
import { respondProblem } from '../http-problem.ts';
import type { HttpResponder, HttpStream } from '../server/server.ts';
import type { FeedSummary, FeedTally, RefusedRow } from './feed.ts';

const progressEveryMs = 1_000;
/** A connection that neither sends nor is told anything for ten seconds is closed: one that works is told. */
const aliveEveryMs = 3_000;

export class FeedAnswer {
  readonly #respond: HttpResponder;
  readonly #headers: Readonly<Record<string, string>>;
  #stream: HttpStream | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #toldAtMs = 0;
  #tally: FeedTally | undefined;
  #alive: NodeJS.Timeout | undefined;

  constructor(respond: HttpResponder, headers: Readonly<Record<string, string>>) {
    this.#respond = respond;
    this.#headers = headers;
  }

  progress(tally: FeedTally): void {
    if (tally.rows === 0) return;
    this.#tally = tally;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < progressEveryMs) return;
    this.#toldAtMs = nowMs;
    this.#line({ progress: tally });
  }

  refused(row: RefusedRow): void {
    this.#line({ refused: row });
  }

  /** Resolves when the client has taken in what it was told so far. */
  async drained(): Promise<void> {
    await this.#written;
  }

  /** No more is told: what the client did not hear, it will not. */
  close(): void {
    clearInterval(this.#alive);
  }

  end(summary: FeedSummary, position: number): void {
    this.close();
    const { stopped } = summary;
    if (this.#stream === undefined && stopped !== undefined) {
      const { row, code, detail, field } = stopped;
      const refused = reject(code, row === 0 ? detail : `row ${row}: ${detail}`, field);
      return respondProblem(this.#respond, refused, this.#headers, position);
    }
    // The rows that were refused have been told by then, each in its own line.
    const { refusals: _refusals, ...sums } = summary;
    this.#line({ summary: sums, position });
    this.#stream?.end();
  }

  #line(value: unknown): void {
    const type = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };
    if (this.#stream === undefined) {
      this.#stream = this.#respond.stream(200, { ...type, ...this.#headers });
      this.#alive = setInterval(() => this.#tally && this.#line({ progress: this.#tally }), aliveEveryMs);
    }
    this.#written = this.#stream.write(`${JSON.stringify(value)}\n`);
  }
}
