/**
 * Feeds over the socket: rows of your own become compared, batched commands, a bounded number of them at
 * a time. What survives lost connections for one command does so for all of them.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Comparison } from '../../engine/outcome.ts';
import type { FeedKind, FeedRow, FeedSummary, FeedTally, RefusedRow } from '../feeds/feed.ts';
import { importFeed } from '../feeds/importer.ts';
import type { CompareKind, FeedPort, PortOutcome } from '../feeds/port.ts';
import type { NoAnswer, Outcome, Plain } from './answers.ts';
import type { Baton } from './baton.ts';

export interface ImportRowsOptions {
  /**
   * Names the feed: 1 to 32 letters, digits, dots, dashes and underscores. The same rows sent again under
   * the same name change nothing. Default: a name never used.
   */
  readonly feed?: string | undefined;
  /** `stop`: rows before a bad one are taken, those after it are not. Default `go-on`. */
  readonly onError?: 'go-on' | 'stop' | undefined;
  /** Why units were found or lost, for deltas that do not say. Default `feed`. */
  readonly reason?: string | undefined;
  /** Commands under way at a time. Default 2. */
  readonly inFlightMax?: number | undefined;
  /** Refused rows named in the summary. Default 100. */
  readonly refusalsMax?: number | undefined;
  /** How long one command may take, over all reconnects, milliseconds. Default 120,000. */
  readonly timeoutMs?: number | undefined;
  /** Called after every few hundred rows. */
  readonly onProgress?: ((tally: FeedTally) => void) | undefined;
  /** Called for the first refused rows, as many as the summary names. */
  readonly onRefused?: ((row: RefusedRow) => void) | undefined;
}

/** Rows that are numbered and checked already: what a file's reader gives. */
export type NumberedRows = AsyncIterable<readonly FeedRow[]>;

const rowsAtOnce = 250;

/** Bring in rows by their order, the first being row 1. Resolves with the summary, however it ends. */
export function importRows(
  client: Baton,
  kind: FeedKind,
  rows: AsyncIterable<object> | Iterable<object>,
  options: ImportRowsOptions = {},
): Promise<FeedSummary> {
  return importNumbered(client, kind, numbered(rows), options);
}

/** Like `importRows`, for rows with numbers of their own. */
export function importNumbered(
  client: Baton,
  kind: FeedKind,
  rows: NumberedRows,
  options: ImportRowsOptions,
): Promise<FeedSummary> {
  const { reason = 'feed', inFlightMax = 2, timeoutMs = 120_000, feed = client.newCommandId() } = options;
  return importFeed(new ClientPort(client, timeoutMs), rows, { ...options, feed, kind, reason, inFlightMax });
}

async function* numbered(rows: AsyncIterable<object> | Iterable<object>): NumberedRows {
  let some: FeedRow[] = [];
  let row = 0;
  for await (const value of rows) {
    row += 1;
    some.push({ row, value });
    if (some.length < rowsAtOnce) continue;
    yield some;
    some = [];
  }
  yield some;
}

class ClientPort implements FeedPort {
  readonly #client: Baton;
  readonly #timeoutMs: number;

  constructor(client: Baton, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  async compare(kind: CompareKind, body: object): Promise<Comparison | Rejection> {
    const { ok, refused, unanswered } = await this.#query(kind, body);
    return refused ?? (unanswered === undefined ? ok : withoutAnswer(unanswered));
  }

  async position(): Promise<number | Rejection> {
    const outcome = await this.#query('stock.compare', { entries: [] });
    if (outcome.unanswered !== undefined) return withoutAnswer(outcome.unanswered);
    return outcome.refused ?? outcome.position;
  }

  #query(kind: CompareKind, body: object): Promise<Outcome<Comparison>> {
    return this.#client.tryQuery(kind, body as never, this.#timeoutMs);
  }

  async command<K extends CommandKind>(kind: K, body: CommandBody<K>, commandId: string): Promise<PortOutcome> {
    const options = { commandId, timeoutMs: this.#timeoutMs };
    const outcome = await this.#client.tryCommand(kind, body as Plain<CommandBody<K>>, options);
    if (outcome.unanswered === undefined) return outcome;
    return { refused: withoutAnswer(outcome.unanswered), position: 0 };
  }

  newCommandId(): string {
    return this.#client.newCommandId();
  }

  nowMs(): number {
    return performance.now();
  }
}

/** No answer ends a feed like a server that is closing: it can be sent again. */
function withoutAnswer({ code, detail }: NoAnswer): Rejection {
  return reject('stopping', `${code}: ${detail}`);
}
