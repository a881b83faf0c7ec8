/**
 * One feed from its first row to its summary: drops what is known already, sends the rest as ordinary
 * commands, a bounded number of them at a time, and counts what becomes of every row. Runs in the server
 * and in clients alike.
 *
 * Sent again under its name, a feed changes nothing: deltas go in commands whose ids and contents follow
 * from the rows alone, so they are answered from receipts; counts are those of the instant at which the
 * feed was first opened, so what moved since is added to them.
 */
import type { FeedId, LocationId } from '../../actors/ids.ts';
import { feedLocationsMax } from '../../actors/limits.ts';
import { bare, type Batches, type FeedContext, type ImportOptions } from './context.ts';
import { FeedFault, feedLimits, type FeedRow, type FeedSummary } from './feed.ts';
import type { FeedPort } from './port.ts';
import { PutBatches } from './put-batches.ts';
import { StockBatches } from './stock-batches.ts';
import { Tally } from './tally.ts';
import { Window } from './window.ts';

/**
 * Bring in a feed. Resolves also when it had to stop: the summary says where and why. Rejects only with
 * what the rows themselves reject with.
 */
export async function importFeed(
  port: FeedPort,
  rows: AsyncIterable<readonly FeedRow[]>,
  options: ImportOptions,
): Promise<FeedSummary> {
  const beganAtMs = port.nowMs();
  const tally = new Tally(options.refusalsMax ?? feedLimits.refusalsDefault, (row) => options.onRefused?.(row));
  try {
    await run(port, rows, options, tally);
  } catch (error) {
    if (!(error instanceof FeedFault)) throw error;
    tally.stopped ??= error.refusal;
  }
  options.onProgress?.(tally.sums());
  return tally.summary(options.feed, options.kind, port.nowMs() - beganAtMs);
}

async function run(
  port: FeedPort,
  rows: AsyncIterable<readonly FeedRow[]>,
  options: ImportOptions,
  tally: Tally,
): Promise<void> {
  const feed = options.feed as FeedId;
  const beganAt = await port.position();
  if (typeof beganAt !== 'number') throw new FeedFault({ row: 0, ...bare(beganAt) });
  const opened = await port.command('feed.open', { feed, kind: options.kind }, `feed:${feed}:open`);
  if (opened.refused !== undefined) throw new FeedFault({ row: 0, ...bare(opened.refused) });
  const { openedAtMs } = opened.ok as { readonly openedAtMs: number };
  const window = new Window(options.inFlightMax);
  const context: FeedContext = { port, options, tally, window, openedAtMs, beganAt };
  const batches = options.kind === 'stock' ? new StockBatches(context) : new PutBatches(context, options.kind);
  let fault: unknown;
  try {
    await readAll(rows, batches, options, tally);
  } catch (error) {
    // What was read before it still goes in.
    fault = error;
  }
  await batches.flush();
  await window.settled();
  if (fault !== undefined) throw fault;
  // Once this is durable, so is all that rows were found equal to.
  const found = tally.places();
  const told = found.length === 0 ? {} : { found };
  const sums = { feed, ...tally.sums(), ...coverage(batches, openedAtMs), ...told };
  const closed = await port.command('feed.close', sums, port.newCommandId());
  if (closed.refused !== undefined) throw new FeedFault({ row: tally.rows, ...bare(closed.refused) });
}

/** What a feed of counts says of locations: as of its first opening, it knows what they have. */
function coverage(batches: Batches, asOfMs: number): { readonly locations?: LocationId[]; readonly asOfMs?: number } {
  if (!(batches instanceof StockBatches) || batches.covered.size === 0) return {};
  return { locations: [...batches.covered].slice(0, feedLocationsMax), asOfMs };
}

async function readAll(
  rows: AsyncIterable<readonly FeedRow[]>,
  batches: Batches,
  options: ImportOptions,
  tally: Tally,
): Promise<void> {
  for await (const some of rows) {
    for (const { row, value, refused } of some) {
      tally.rows += 1;
      const refusal = refused ?? options.refuses?.(value);
      if (refusal !== undefined) tally.refuse(row, refusal);
      else if (value !== undefined) await batches.add(row, value);
      if (options.onError === 'stop' && tally.firstRefused !== undefined) throw new FeedFault(tally.firstRefused);
      if (tally.rows > feedLimits.rowsMax) {
        throw new FeedFault({ row, code: 'too-large', detail: `a feed has at most ${feedLimits.rowsMax} rows` });
      }
    }
    options.onProgress?.(tally.sums());
  }
}
