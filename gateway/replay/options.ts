/** The replay's command line, read and checked. */
import { parseArgs } from 'node:util';
import type { Pace } from './pace.ts';

export interface ReplayOptions {
  readonly file: string;
  readonly pace: Pace;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly postal: string | undefined;
  readonly seed: number;
  readonly life: boolean;
  readonly inFlightMax: number;
}

export const replayHelp = `Play real invoices through a Baton server and report what it decided.

  npm run replay -- FILE.csv[.gz] [options]

  --rate N|max    orders a second, or as fast as they are answered (default: max)
  --speedup X     the file's own times, X times as fast (instead of --rate)
  --url URL       a running server, such as ws://127.0.0.1:7070 (default: one of its own, on fresh data)
  --key KEY       API key for --url
  --postal DIR    postal codes, one CC.csv.gz for each country (default: beside the file, else the sample's)
  --seed N        chooses destinations and where stock lies (default: 1)
  --life          pick, ship and deliver every parcel (default at --speedup; --no-life: do not)
  --in-flight N   orders waiting for their answers at a time (default: 256)
  --help          this text

FILE has the columns of the UCI Online Retail data. How it is mapped: docs/REPLAY.md
`;

const spec = {
  rate: { type: 'string' },
  speedup: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  postal: { type: 'string' },
  seed: { type: 'string' },
  life: { type: 'boolean' },
  'no-life': { type: 'boolean' },
  'in-flight': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The options, or what to tell the person instead: help, or what is wrong. */
export function parseReplayOptions(
  argv: readonly string[],
): ReplayOptions | { readonly help: true } | { readonly wrong: string } {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    // An unknown or incomplete option; the message of parseArgs names it.
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { help: true };
  const [file, ...more] = positionals;
  if (file === undefined) return { wrong: 'name the file to replay' };
  if (more.length > 0) return { wrong: `one file at a time, not ${positionals.join(' and ')}` };
  if (values.rate !== undefined && values.speedup !== undefined) {
    return { wrong: '--rate and --speedup exclude each other' };
  }
  const pace = paceOf(values.rate, values.speedup);
  if (typeof pace === 'string') return { wrong: pace };
  const seed = Number(values.seed ?? 1);
  if (!Number.isSafeInteger(seed) || seed < 0) return { wrong: '--seed is a whole number, 0 or more' };
  const inFlightMax = Number(values['in-flight'] ?? 256);
  if (!Number.isSafeInteger(inFlightMax) || inFlightMax < 1 || inFlightMax > 10_000) {
    return { wrong: '--in-flight is a whole number from 1 to 10000' };
  }
  const life = values['no-life'] === true ? false : (values.life ?? pace.kind === 'speedup');
  const { url, key, postal } = values;
  return { file, pace, url, key, postal, seed, life, inFlightMax };
}

function paceOf(rate: string | undefined, speedup: string | undefined): Pace | string {
  if (speedup !== undefined) {
    const factor = Number(speedup);
    if (!(factor > 0 && factor < 1e9)) return '--speedup is a number above 0';
    return { kind: 'speedup', factor };
  }
  if (rate === undefined || rate === 'max') return { kind: 'max' };
  const perSecond = Number(rate);
  if (!(perSecond > 0 && perSecond <= 1e6)) return '--rate is max, or a number above 0';
  return { kind: 'rate', perSecond };
}
