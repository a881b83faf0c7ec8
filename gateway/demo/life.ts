/** After the sample: some of the simulated world, so that a newcomer sees whole lives and what goes wrong in them. */
import { connect } from '../client/client.ts';
import type { Out } from '../progress.ts';
import { namesOf } from '../world/names.ts';
import { Pace, passed } from '../world/pace.ts';
import { readBack } from '../world/read-back.ts';
import { setUp } from '../world/set-up.ts';
import { Teller } from '../world/story.ts';
import { endLines, lifeLines, skusOf, type StockFound } from '../world/summary.ts';
import type { Tally } from '../world/tally.ts';
import { usualTrouble } from '../world/trouble.ts';
import { World } from '../world/world.ts';

export interface LifeOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly out: Out;
  /** How long orders are placed. Default 15. */
  readonly seconds?: number | undefined;
  /** Ends it early, in good order. */
  readonly signal?: AbortSignal | undefined;
}

export interface LifePlayed {
  readonly tally: Tally;
  readonly stock: StockFound;
}

/** Enough that something of everything happens, few enough to be read. */
const rate = 12;
/** An hour takes a quarter of a second. */
const speed = 14_400;
const trouble = { ...usualTrouble, short: 0.05, lost: 0.02 };
const sizes = { terminals: 2, capacity: 8, connections: 2, watches: true } as const;
const setting = { prefix: '', seed: 2, trouble, rate, speed, ...sizes } as const;
const settleMs = 15_000;

/** Play it and print it. Rejects when the server cannot be reached or refuses. */
export async function playLife(options: LifeOptions): Promise<LifePlayed> {
  const { url, key, out, signal = new AbortController().signal } = options;
  const client = await connect({ url, key });
  const names = namesOf(setting.prefix, '');
  try {
    await setUp(client, names, new Pace(speed));
    out.write('\nA life for every order, in a simulated world; an hour takes 0.25 s\n');
    const teller = new Teller((line) => out.write(`${line}\n`));
    const world = new World({ ...setting, url, key, tell: (it) => teller.hear(it) });
    try {
      await world.begin();
      const ending = AbortSignal.any([signal, world.failing]);
      await passed((options.seconds ?? 15) * 1_000, ending);
      await world.settle(settleMs, ending);
    } finally {
      await world.end();
    }
    if (world.failing.aborted) throw new Error(String(world.failing.reason));
    const stock = await readBack(client, skusOf(names));
    out.write(`${['', ...lifeLines(world.tally), ...endLines(world.tally, stock)].join('\n')}\n`);
    return { tally: world.tally, stock };
  } finally {
    await client.close();
  }
}
