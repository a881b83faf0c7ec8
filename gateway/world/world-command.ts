/** `baton world`: look around, set up where that is asked, play, tell, read back. */
import { connect, Refused } from '../client/client.ts';
import type { Notice } from '../client/baton.ts';
import type { Out } from '../progress.ts';
import { parseWorldLine, worldHelp, type WorldLine } from './options.ts';
import { namesOf } from './names.ts';
import { Pace, passed } from './pace.ts';
import { readBack } from './read-back.ts';
import { Screen } from './screen.ts';
import { lookAround, setUp } from './set-up.ts';
import { Teller } from './story.ts';
import { endLines, lifeLines, skusOf, type StockFound } from './summary.ts';
import { percentile, type Tally } from './tally.ts';
import { World } from './world.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What was begun has so long to come to its end, in minutes of the world and in our milliseconds at most. */
const settleMinutes = 72 * 60;
const settleMsMax = 60_000;
const sizes = { capacity: 8, connections: 4, watches: true } as const;

/** Resolves with the exit code. */
export async function runWorld(argv: readonly string[], env: Environment, out: Out): Promise<number> {
  const line = parseWorldLine(argv, env);
  if ('help' in line) {
    out.write(worldHelp);
    return 0;
  }
  if ('wrong' in line) {
    out.write(`${line.wrong}\n\n${worldHelp}`);
    return 2;
  }
  try {
    const unfit = await makeReady(line);
    if (unfit !== undefined) {
      out.write(`baton: ${unfit}\n`);
      return 1;
    }
    return await play(line, out);
  } catch (error) {
    // The one place a person hears of a server that is not there, or refuses the key.
    out.write(`baton: ${reasonOf(error)}\n`);
    return 1;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused && error.rejection.code === 'unauthenticated') {
    return `the server does not know this key (--key, or BATON_KEY): ${error.rejection.detail}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Put what is missing where that is asked. Resolves with why it cannot be played here, if so. */
async function makeReady(line: WorldLine): Promise<string | undefined> {
  const client = await connect({ url: line.url, key: line.key });
  try {
    const { role } = client.hello;
    if (role !== 'operator') return `the key is of a ${role}: the world is played by an operator`;
    const names = namesOf(line.prefix, '');
    const { missing, foreign } = await lookAround(client, names);
    if (foreign.length > 0 && !line.isYes && line.prefix === '') {
      return `others live here (${foreign.join(', ')}): --prefix lives beside them, --yes plays all the same`;
    }
    if (line.isSetUp) await setUp(client, names, new Pace(line.speed));
    else if (missing !== undefined) return `${missing} of the world are not here: --setup puts them`;
    return undefined;
  } finally {
    await client.close();
  }
}

async function play(line: WorldLine, out: Out): Promise<number> {
  const screen: { of?: Screen } = {};
  const say = (text: string): void => {
    if (line.json) return;
    if (screen.of === undefined) out.write(`${text}\n`);
    else screen.of.say(text);
  };
  const teller = new Teller(say);
  const onNotice = noticeLines(say);
  const world = new World({ ...line, ...sizes, tell: (it) => teller.hear(it), onNotice });
  const pace = `${line.rate} orders/s, ${line.speed} hours in one, seed ${line.seed}`;
  const title = `world at ${line.url}: ${pace}; Ctrl-C ends it`;
  if (out.isTTY === true && !line.json) screen.of = new Screen(out, title, world.tally);
  else say(title);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    await world.begin();
    const signal = AbortSignal.any([stop.signal, world.failing]);
    await passed(line.durationMs ?? Infinity, signal);
    await world.settle(Math.min(settleMsMax, new Pace(line.speed).ms(settleMinutes)), signal);
    await world.end();
    screen.of?.end();
    if (world.failing.aborted) throw new Error(String(world.failing.reason));
    return await report(line, world.tally, out);
  } finally {
    screen.of?.end();
    await world.end();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Says once that the server is gone, and once that it is back. */
function noticeLines(say: (line: string) => void): (notice: Notice) => void {
  let lostAtMs: number | undefined;
  return (notice) => {
    if (notice.kind === 'lost' && lostAtMs === undefined) {
      lostAtMs = performance.now();
      say(`  the server is gone (${notice.reason}): trying to reach it again`);
    } else if (notice.kind === 'connected' && lostAtMs !== undefined) {
      say(`  the server is back after ${((performance.now() - lostAtMs) / 1_000).toFixed(1)} s`);
      lostAtMs = undefined;
    }
  };
}

async function report(line: WorldLine, tally: Tally, out: Out): Promise<number> {
  const client = await connect({ url: line.url, key: line.key });
  try {
    const found = await readBack(client, skusOf(namesOf(line.prefix, '')));
    if (line.json) out.write(`${JSON.stringify(figuresOf(tally, found))}\n`);
    else out.write(`${['', ...lifeLines(tally), ...endLines(tally, found)].join('\n')}\n`);
    return found.oversold.length === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}

function figuresOf(tally: Tally, { oversold, ...stock }: StockFound): object {
  const p99 = { answers: percentile(tally.answers, 99), pushes: percentile(tally.pushes, 99) };
  const { commands, unanswered, alive, heldBack, losses } = tally;
  const refusals = Object.fromEntries(tally.refusals);
  const counts = { commands, unanswered, alive, heldBack, losses, refusals, p99Ms: p99 };
  return { ...tally.happened, ...counts, ...stock, oversold: oversold.length };
}
