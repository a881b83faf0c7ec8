/**
 * `POST /v1/feeds/{kind}`: rows in as NDJSON or CSV, read as they arrive, and an NDJSON answer that tells
 * progress, refused rows and, last, the summary. A feed works in small pieces and lets everybody else go
 * between them. Rules F1… in docs/SPEC.md.
 */
import { randomBytes } from 'node:crypto';
import { placePattern } from '../../actors/ids.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Desk } from '../desk.ts';
import { respondProblem, respondStatus } from '../http-problem.ts';
import type { GatewayLimits } from '../limits.ts';
import { BodyBroken, type HttpBody, type HttpRequest, type HttpResponder } from '../server/server.ts';
import type { Caller } from '../streams-subscription.ts';
import type { ImportOptions } from './context.ts';
import { FeedAnswer } from './feed-answer.ts';
import { feedKinds, feedLimits, type FeedKind, type FeedRow } from './feed.ts';
import { importFeed } from './importer.ts';
import { rowChecks } from './row-check.ts';
import { RowReader, type RowFormat } from './row-reader.ts';
import { ServerPort } from './server-port.ts';

export const feedsPath = '/v1/feeds/';

/** What the door needs of the request it is called for. */
export interface FeedCall {
  readonly desk: Desk;
  readonly limits: GatewayLimits;
  readonly request: HttpRequest;
  readonly respond: HttpResponder;
  readonly headers: Readonly<Record<string, string>>;
  /** Feeds under way, all callers together. */
  readonly running: { count: number };
  readonly position: () => number;
  authenticate(): Promise<Caller | Rejection>;
}

const formats: Readonly<Record<string, RowFormat>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
};
/** Bytes made into rows at one go: a fraction of a millisecond. */
const sliceBytes = 4 * 1024;
/** A feed works for so long, milliseconds, then lets everybody else go; the busier they are, the longer. */
const workMs = { least: 0.5, most: 4, share: 0.2 } as const;
/** With more commands of others waiting than this, a feed rests between its pieces of work. */
const othersMax = 128;
const restMs = 10;
const inFlightMax = 2;
const reasonDefault = 'feed';

export const isFeedKind = (kind: string): kind is FeedKind => (feedKinds as readonly string[]).includes(kind);

/** Take in one feed and answer it. */
export async function takeFeed(call: FeedCall): Promise<void> {
  const { request, respond, headers, running, limits } = call;
  const kind = request.path.slice(feedsPath.length);
  if (!isFeedKind(kind)) return respondStatus(respond, 404, 'no such feed', headers);
  const caller = await call.authenticate();
  if ('code' in caller) return respondProblem(respond, caller, headers);
  const format = formatOf(request);
  if (format === undefined) {
    const detail = `the body must be ${Object.keys(formats).join(' or ')}, not compressed`;
    return respondStatus(respond, 415, detail, { ...headers, accept: Object.keys(formats).join(', ') });
  }
  const options = optionsOf(request, kind);
  const refused = 'code' in options ? options : refusalOf(call, caller, kind);
  if (refused !== undefined) return respondProblem(respond, refused, headers, call.position());
  if (running.count >= limits.feedsMax) {
    const detail = `more than ${limits.feedsMax} feeds at a time`;
    return respondProblem(respond, reject('too-many', detail), headers, call.position());
  }
  running.count += 1;
  try {
    await run(call, caller, format, options as ImportOptions);
  } finally {
    running.count -= 1;
  }
}

async function run(call: FeedCall, caller: Caller, format: RowFormat, options: ImportOptions): Promise<void> {
  const { request, respond, desk, headers } = call;
  const answer = new FeedAnswer(respond, { ...headers, 'idempotency-key': options.feed });
  const body = request.bodyStream ?? { read: () => Promise.resolve(undefined) };
  const reader = new RowReader(format, rowChecks[options.kind]);
  try {
    const port = new ServerPort(desk, caller, call.position);
    const summary = await importFeed(port, readRows(body, reader, answer, desk), {
      ...options,
      refuses: reachOf(desk, caller, options.kind),
      onProgress: (tally) => answer.progress(tally),
      onRefused: (row) => answer.refused(row),
    });
    answer.end(summary, call.position());
  } catch (error) {
    // The client is gone, and with it whoever could be told. What was sent of its rows stands.
    if (!(error instanceof BodyBroken)) throw error;
  } finally {
    answer.close();
  }
}

/** The rows of a body, some at a time; between them everybody else has a turn. */
async function* readRows(
  body: HttpBody,
  reader: RowReader,
  answer: FeedAnswer,
  desk: Desk,
): AsyncGenerator<FeedRow[]> {
  let untilMs = performance.now() + workMs.least;
  for (;;) {
    const piece = await body.read();
    if (piece === undefined) break;
    for (let at = 0; at < piece.byteLength; at += sliceBytes) {
      yield reader.push(piece.subarray(at, at + sliceBytes));
      const nowMs = performance.now();
      if (nowMs < untilMs) continue;
      await new Promise((resolve) => {
        if (desk.owed > othersMax) setTimeout(resolve, restMs);
        else setImmediate(resolve);
      });
      const othersMs = performance.now() - nowMs;
      untilMs = nowMs + othersMs + Math.min(workMs.most, Math.max(workMs.least, workMs.share * othersMs));
    }
    // A client that does not read what it is told sends no more either.
    await answer.drained();
  }
  yield reader.end();
}

function formatOf({ headers }: HttpRequest): RowFormat | undefined {
  const coding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (coding !== 'identity') return undefined;
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  if (charset !== undefined && !/^charset="?(utf-?8|us-ascii)"?$/.test(charset)) return undefined;
  return formats[type.trim()];
}

/** What the address asks for. Misspelt options are refused, not passed over. */
function optionsOf(request: HttpRequest, kind: FeedKind): ImportOptions | Rejection {
  const feed = request.headers.get('idempotency-key')?.replace(/^"(.*)"$/, '$1') ?? newFeedId();
  if (!new RegExp(placePattern, 'u').test(feed)) {
    const detail = 'names the feed: 1 to 32 letters, digits, dots, dashes and underscores';
    return reject('malformed', detail, 'Idempotency-Key');
  }
  const given = new URLSearchParams(request.query);
  for (const name of given.keys()) {
    if (!['onError', 'reason', 'refusals'].includes(name) || given.getAll(name).length > 1) {
      return reject('malformed', 'an option is onError, reason or refusals, once', `query.${name.slice(0, 40)}`);
    }
  }
  const onError = given.get('onError') ?? 'go-on';
  if (onError !== 'go-on' && onError !== 'stop') {
    return reject('malformed', 'must be go-on or stop', 'query.onError');
  }
  const refusalsMax = Number(given.get('refusals') ?? feedLimits.refusalsDefault);
  if (!Number.isInteger(refusalsMax) || refusalsMax < 0 || refusalsMax > feedLimits.refusalsMax) {
    return reject('malformed', `must be a whole number from 0 to ${feedLimits.refusalsMax}`, 'query.refusals');
  }
  const reason = given.get('reason') ?? reasonDefault;
  const isReason = rowChecks.stock.refusal({ sku: 'A', location: 'A', delta: 1, reason }) === undefined;
  if (!isReason) return reject('malformed', 'must be up to 200 characters of text', 'query.reason');
  return { feed, kind, onError, reason, refusalsMax, inFlightMax };
}

/** A name for a feed that came without one: it cannot be sent again as the same. */
function newFeedId(): string {
  return `f-${randomBytes(9).toString('hex')}`;
}

/** Whether the role may bring in such a feed at all. */
function refusalOf({ desk }: FeedCall, caller: Caller, kind: FeedKind): Rejection | undefined {
  const asked = { stock: 'stock.count', items: 'item.put', locations: 'location.put' } as const;
  return desk.refusal(caller, asked[kind], { entries: [] });
}

/** Rows of locations outside the caller's reach are refused one by one; the others go on. */
function reachOf(desk: Desk, caller: Caller, kind: FeedKind): ImportOptions['refuses'] {
  if (caller.locations === '*' || kind === 'items') return undefined;
  return (value) => {
    const refused =
      kind === 'stock'
        ? desk.refusal(caller, 'stock.count', { entries: [value] })
        : desk.refusal(caller, 'location.put', { location: value });
    return refused && reject(refused.code, refused.detail, kind === 'stock' ? 'location' : 'id');
  };
}
