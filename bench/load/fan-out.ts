/**
 * Fan-out: one stock change, followed by many sockets: all of them when there is one SKU, their share when
 * they follow several. The clock runs from just before the command is sent until each subscriber has its
 * push decoded, in this one process; so it holds the flush to disk, the pushes, and this process reading
 * them one after another.
 */
import type { Baton } from '../../gateway/client/client.ts';
import { number } from '../kit.ts';
import { locationName, skuName } from '../workload.ts';
import { closeAll, connectMany, seed } from './clients.ts';
import { latencyOf, newHistogram, type Latency } from './meter.ts';
import type { LoadOptions } from './options.ts';
import { fact } from './report.ts';
import type { Server } from './server.ts';
import { shapeOf } from './under-load.ts';

/** Between two changes, milliseconds. */
const pauseMs = 50;
/** Time a change and its pause are reckoned with: 20 s make 200 changes. */
const changeMs = 100;

export interface FanOutResult {
  readonly changes: number;
  readonly subscribers: number;
  readonly skus: number;
  readonly pushes: Latency;
  /** From the command to the last subscriber's push, one figure for each change. */
  readonly last: Latency;
  /** From the command to its durable answer. */
  readonly answers: Latency;
}

export async function fanOut(options: LoadOptions, server: Server): Promise<FanOutResult> {
  const clients = await connectMany(server.url, options.subscribers + 1, 16, options);
  try {
    const [sender, ...followers] = clients;
    if (sender === undefined) throw new Error('no client');
    const { skus } = options;
    await seed(sender, { ...shapeOf(options), skus });
    const ears = new Ears(followers, skus);
    await ears.ready;
    const answers = newHistogram();
    const changes = Math.max(5, Math.round(options.durationMs / changeMs));
    const warmup = Math.ceil(changes / 10);
    for (let change = 0; change < changes + warmup; change += 1) {
      const isCounted = change >= warmup;
      // Far apart, so that one is not still warm from the last.
      const sku = (change * 617) % skus;
      const heard = ears.listen(sku, isCounted);
      const startMs = performance.now();
      await sender.command('stock.receive', { entries: [{ sku: skuName(sku), location: locationName(0), quantity: 1 }] });
      if (isCounted) answers.recordValue(micros(performance.now() - startMs));
      await heard;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    const { pushes, last } = ears;
    const times = { pushes: latencyOf(pushes), last: latencyOf(last), answers: latencyOf(answers) };
    return { changes, subscribers: followers.length, skus, ...times };
  } finally {
    await closeAll(clients);
  }
}

const micros = (ms: number): number => Math.max(1, Math.round(ms * 1_000));

/** All subscribers, and when they hear. */
class Ears {
  readonly pushes = newHistogram();
  readonly last = newHistogram();
  /** Every subscriber has its snapshot. */
  readonly ready: Promise<void>;
  readonly #counts: number[];
  #left = 0;
  #startMs = 0;
  #isCounted = false;
  #heard: () => void = () => undefined;

  constructor(followers: readonly Baton[], skus: number) {
    this.#counts = Array.from({ length: skus }, () => 0);
    const following = followers.map((client, index) => this.#follow(client, index % skus));
    this.ready = Promise.all(following).then(() => undefined);
  }

  /** From now on, wait for one push to every subscriber of a SKU. */
  listen(sku: number, isCounted: boolean): Promise<void> {
    this.#left = this.#counts[sku] ?? 0;
    this.#isCounted = isCounted;
    this.#startMs = performance.now();
    return new Promise((resolve) => (this.#heard = resolve));
  }

  async #follow(client: Baton, sku: number): Promise<void> {
    this.#counts[sku] = (this.#counts[sku] ?? 0) + 1;
    const followed = client.subscribe({ topic: 'stock', skus: [skuName(sku)], channel: 'web' });
    await followed.next();
    void (async () => {
      for await (const push of followed) if (push.kind === 'stock') this.#hear();
    })();
  }

  #hear(): void {
    const after = micros(performance.now() - this.#startMs);
    if (this.#isCounted) this.pushes.recordValue(after);
    this.#left -= 1;
    if (this.#left > 0) return;
    if (this.#isCounted) this.last.recordValue(after);
    this.#heard();
  }
}

export function fanOutLines({ changes, subscribers, skus, pushes, last, answers }: FanOutResult): string[] {
  const times = ({ p50, p99, max }: Latency): string => `p50 ${number(p50)}  p99 ${number(p99)}  max ${number(max)} ms`;
  return [
    '',
    fact('changes', `${changes}, of ${number(skus)} SKUs followed by ${subscribers.toLocaleString('en-US')} sockets in all`),
    fact('durable answer', times(answers)),
    fact('push received', times(pushes)),
    fact('last of them', times(last)),
  ];
}
