/** The command line of the world, read and checked. */
import { parseArgs } from 'node:util';
import { readTrouble, troubleLines, usualTrouble, type Trouble } from './trouble.ts';

export interface WorldLine {
  readonly url: string;
  readonly key: string | undefined;
  readonly prefix: string;
  readonly isSetUp: boolean;
  readonly isYes: boolean;
  readonly rate: number;
  readonly speed: number;
  readonly seed: number;
  readonly trouble: Trouble;
  /** Absent: until it is ended. */
  readonly durationMs: number | undefined;
  readonly terminals: number;
  readonly json: boolean;
}

export const worldHelp = `A simulated world around a running server: customers, terminals, carriers, payments,
returns, people.

  npm run baton -- world --setup [options]

  --setup            put its locations, carriers, articles and stock first; once is enough
  --rate N           orders a second, 0.01 to 5000 (default: 5)
  --speed N          hours of the world in one of ours, 1 to 1000000 (default: 7200)
  --seed N           the same seed, the same choices (default: 1)
  --trouble X        a share from 0 to 1 for every kind, or single kinds: short=0.2,lost=0
  --duration 60s     ends by itself, after what was begun has settled (default: until Ctrl-C)
  --terminals N      terminals of each of its 12 locations, 1 to 500 (default: 2)
  --prefix P         before all names, to live beside what is there; its carriers are open to everybody
  --yes              play although the server has locations, channels or carriers of others
  --url URL          the server (default: ws://127.0.0.1:7070)
  --key KEY          API key of an operator (default: the environment's BATON_KEY)
  --json             figures at the end as JSON, and nothing else
  --help             this text

Kinds of trouble, how often by default, and of what:
${troubleLines.map((line) => `  ${line}`).join('\n')}

Exit codes: 0 done and nothing oversold, 1 refused, not there or oversold, 2 not understood.
`;

const spec = {
  url: { type: 'string' },
  key: { type: 'string' },
  prefix: { type: 'string' },
  setup: { type: 'boolean' },
  yes: { type: 'boolean' },
  rate: { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  trouble: { type: 'string' },
  duration: { type: 'string' },
  terminals: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Wrong = { readonly wrong: string };

/** The options, or what to tell the person instead: help, or what is wrong. */
export function parseWorldLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): WorldLine | { readonly help: true } | Wrong {
  try {
    const { values } = parseArgs({ args: [...argv], options: spec });
    if (values.help === true) return { help: true };
    return {
      url: values.url ?? 'ws://127.0.0.1:7070',
      key: values.key ?? env['BATON_KEY'],
      prefix: prefixOf(values.prefix ?? ''),
      isSetUp: values.setup === true,
      isYes: values.yes === true,
      rate: numberOf('rate', values.rate ?? '5', 0.01, 5_000),
      speed: numberOf('speed', values.speed ?? '7200', 1, 1_000_000),
      seed: wholeOf('seed', values.seed ?? '1', 0, Number.MAX_SAFE_INTEGER),
      trouble: troubleOf(values.trouble),
      durationMs: values.duration === undefined ? undefined : spanOf(values.duration),
      terminals: wholeOf('terminals', values.terminals ?? '2', 1, 500),
      json: values.json === true,
    };
  } catch (error) {
    // parseArgs names the option it does not know; those below say what they take.
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

function prefixOf(text: string): string {
  if (/^[A-Za-z0-9_-]{0,12}$/.test(text)) return text;
  throw new Error('--prefix takes up to 12 letters, digits, dashes and underscores');
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} takes a number from ${min} to ${max}, not ${text}`);
}

function wholeOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`--${name} takes a whole number, not ${text}`);
}

function troubleOf(text: string | undefined): Trouble {
  const trouble = text === undefined ? usualTrouble : readTrouble(text);
  if (typeof trouble === 'string') throw new Error(trouble);
  return trouble;
}

/** `90s`, `500ms`, `10m`, `2h`. */
function spanOf(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const ms = Number(found?.[1]) * (units[found?.[2] ?? ''] ?? NaN);
  if (ms > 0) return ms;
  throw new Error(`--duration takes a time such as 90s, 10m or 2h, not ${text}`);
}
