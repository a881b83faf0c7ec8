/** `npm run replay`: a file, a server, a progress bar, a table. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect, type Baton } from '../client/client.ts';
import { sampleFiles } from '../demo/sample.ts';
import { parseReplayOptions, replayHelp, type ReplayOptions } from './options.ts';
import { startOwnServer, type OwnServer } from './own-server.ts';
import { loadPlaces, loadPlacesFile, type Places } from './places.ts';
import { play } from './player.ts';
import { Progress, type Out } from '../progress.ts';
import { reportLines } from './report.ts';
import { openSource } from './source.ts';
import { paceText, summarise } from './summary.ts';

/** The exit code: 0 when it went through and nothing was oversold, 1 when not, 2 for a wrong command line. */
export async function runReplay(argv: readonly string[], out: Out): Promise<number> {
  const options = parseReplayOptions(argv);
  if ('help' in options) {
    out.write(replayHelp);
    return 0;
  }
  if ('wrong' in options) {
    out.write(`${options.wrong}\n\n${replayHelp}`);
    return 2;
  }
  try {
    return await replay(options, out);
  } catch (error) {
    // The one place a person hears of a missing file, a wrong column, a server that is not there.
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function replay(options: ReplayOptions, out: Out): Promise<number> {
  const places = await placesFor(options);
  const source = await openSource(options.file, places, options.seed);
  const size = `${source.invoices.toLocaleString('en-US')} invoices`;
  const skus = `${source.demand.skus.length.toLocaleString('en-US')} SKUs`;
  out.write(`${options.file}: ${size}, ${skus}, seed ${options.seed}\n`);
  const own = options.url === undefined ? await startOwnServer() : undefined;
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  try {
    const client = await connectTo(options, own);
    const before = await client.query('engine.status', {});
    const progress = new Progress(out, source.invoices, 'invoices');
    const played = await play({
      client,
      steps: source.steps(),
      demand: source.demand,
      seed: options.seed,
      pace: options.pace,
      inFlightMax: options.inFlightMax,
      life: options.life,
      signal: abort.signal,
      onStep: (tally) => {
        progress.update(tally.invoices, `${Math.round(tally.ordersPerSecond)} orders/s`);
      },
    });
    progress.end();
    const pace = paceText(options.pace, options.inFlightMax);
    const summary = await summarise(client, source.demand, played, before, pace);
    await client.close();
    out.write(`\n${reportLines(summary).join('\n')}\n`);
    return summary.check.faults.length === 0 && summary.tally.decisions.unanswered === 0 ? 0 : 1;
  } finally {
    process.removeListener('SIGINT', stop);
    await own?.stop();
  }
}

/** Connect; when our own server ends meanwhile, say what it said. */
async function connectTo(options: ReplayOptions, own: OwnServer | undefined): Promise<Baton> {
  const url = own?.url ?? options.url ?? '';
  const connected = connect({
    url,
    key: options.key,
    connectTimeoutMs: 20_000,
    timeoutMs: 120_000,
    queueMax: 100_000,
    reconnectBackoff: { firstMs: 50, maxMs: 500 },
  });
  if (own === undefined) return connected;
  const ended = own.ended.then((output) => {
    throw new Error(`the server ended: ${output}`);
  });
  // Once connected, its end is met as a lost connection; nobody waits for this any more.
  ended.catch(() => undefined);
  return Promise.race([connected, ended]);
}

function placesFor({ postal, file }: ReplayOptions): Promise<Places> {
  const beside = join(dirname(file), '..', 'geonames-postal');
  const directory = postal ?? (existsSync(beside) ? beside : undefined);
  if (directory === undefined) return loadPlacesFile(sampleFiles.postal);
  if (!existsSync(directory)) return Promise.reject(new Error(`there is no directory ${directory}`));
  return loadPlaces(directory);
}
