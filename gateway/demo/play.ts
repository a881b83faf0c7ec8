/**
 * The demo: the bundled sample of real invoices played through the public socket, paced to be watched,
 * with a progress bar and a decision every now and then, and the table at the end.
 */
import { connect } from '../client/client.ts';
import type { Mapped } from '../replay/map.ts';
import { loadPlacesFile } from '../replay/places.ts';
import { play, putNetwork, receiveWeek, type Told } from '../replay/player.ts';
import { putSampleRates } from '../rates/sample.ts';
import { Progress, type Out } from '../progress.ts';
import { reportLines, type Summary } from '../replay/report.ts';
import { openSource, type Source } from '../replay/source.ts';
import { paceText, summarise } from '../replay/summary.ts';
import { sampleFiles } from './sample.ts';

/** Chosen once: the same network, destinations and decisions on every machine. */
export const demoSeed = 1;

export interface DemoOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly out: Out;
  /** About how long the orders take, seconds. Default 20. */
  readonly seconds?: number | undefined;
  /** Ends it early, in good order. */
  readonly signal?: AbortSignal | undefined;
}

const inFlightMax = 64;
/** A decision is shown at most so often: more cannot be read. */
const showEveryMs = 250;

/** Play the sample and print it. Rejects when the server cannot be reached or refuses the network. */
export async function playDemo(options: DemoOptions): Promise<Summary> {
  const { out } = options;
  const source = await openSample();
  const client = await connect({ url: options.url, key: options.key, queueMax: 100_000 });
  try {
    const before = await client.query('engine.status', {});
    await putNetwork(client);
    await putSampleRates(client, source.demand.skus, demoSeed);
    const seconds = options.seconds ?? 20;
    const pace = { kind: 'rate', perSecond: source.orders / seconds } as const;
    out.write(
      `Playing ${source.invoices.toLocaleString('en-US')} real invoices of a British gift shop ` +
        `(UCI Online Retail, CC BY 4.0)\n`,
    );
    const progress = new Progress(out, source.invoices, 'invoices');
    let shownAtMs = 0;
    const played = await play({
      client,
      steps: source.steps(),
      demand: source.demand,
      seed: demoSeed,
      pace,
      inFlightMax,
      life: true,
      signal: options.signal,
      onStep: (tally) => {
        progress.update(tally.invoices, `${Math.round(tally.ordersPerSecond)} orders/s`);
      },
      onDecision: (mapped, told) => {
        const nowMs = performance.now();
        if (nowMs - shownAtMs < showEveryMs) return;
        shownAtMs = nowMs;
        progress.say(decisionLine(mapped, told));
      },
    });
    progress.end();
    const rounded = { kind: 'rate', perSecond: Math.round(pace.perSecond) } as const;
    const pacing = paceText(rounded, inFlightMax);
    const summary = await summarise(client, source.demand, played, before, pacing);
    out.write(`\n${reportLines(summary).join('\n')}\n`);
    return summary;
  } finally {
    await client.close();
  }
}

/** The demo network with the stock of the sample's first week, and no orders. */
export async function seedDemoNetwork(url: string, key?: string): Promise<void> {
  const source = await openSample();
  const client = await connect({ url, key });
  try {
    await putNetwork(client);
    await putSampleRates(client, source.demand.skus, demoSeed);
    await receiveWeek(client, source.demand, 0, demoSeed);
  } finally {
    await client.close();
  }
}

async function openSample(): Promise<Source> {
  const places = await loadPlacesFile(sampleFiles.postal);
  return openSource(sampleFiles.invoices, places, demoSeed);
}

/** One decision in one line: `536365 GB → LEEDS + BRISTOL  7 lines, 2 parcels, 184 km, £9.40, 1.2 ms`. */
export function decisionLine(mapped: Mapped & { kind: 'order' }, told: Told): string {
  const { orderId, lines, destination } = mapped.body;
  const head = `  ${orderId} ${destination.country}`;
  const { outcome, latencyMs } = told;
  const size = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
  if (outcome.refused !== undefined) return `${head} ✗ ${outcome.refused.code}  ${size}`;
  if (outcome.unanswered !== undefined) return `${head} ? ${outcome.unanswered.code}  ${size}`;
  const { fulfillments, backordered } = outcome.ok;
  const where = fulfillments.map(({ location }) => location).join(' + ') || 'waits for stock';
  const km = fulfillments.reduce((sum, { distanceKm }) => sum + distanceKm, 0);
  const cost = fulfillments.reduce((sum, { costMinor }) => sum + costMinor, 0);
  const parts = [
    size,
    `${fulfillments.length} ${fulfillments.length === 1 ? 'parcel' : 'parcels'}`,
    `${Math.round(km)} km`,
    `£${(cost / 100).toFixed(2)}`,
    ...(backordered > 0 ? [`${backordered} units wait for stock`] : []),
    `${latencyMs.toFixed(1)} ms`,
  ];
  return `${head} → ${where}  ${parts.join(', ')}`;
}
