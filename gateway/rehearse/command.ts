/** `baton rehearse`: a plan, a data directory, a stretch of time; a table, or JSON. */
import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { placePattern, type ChannelId } from '../../actors/ids.ts';
import { serves } from '../../actors/item-commands.ts';
import { rehearsalLimits } from '../../actors/rehearsal-queries.ts';
import { readPlan } from '../plan-command.ts';
import { Progress, type Out } from '../progress.ts';
import { reportText } from './report-text.ts';
import { rehearse, type RehearsalProgress, type RehearseOptions } from './run.ts';

const { orders, workers, changed, explain } = rehearsalLimits;
const memoryMiB = { default: 2_048, max: 65_536 };

export const rehearseHelp = `What a routing plan would have done to the orders of the journal, beside what was done.

  npm run baton -- rehearse --plan FILE [options]

  --plan FILE      the plan, in YAML or JSON
  --data DIR       the data directory, also while a server serves it (default: ./data)
  --from TIME      orders from then on, as 2026-11-01 or 2026-11-01T08:00:00Z (default: all)
  --to TIME        and before then
  --channel ID     the plan is for one channel; the others keep theirs
  --workers N      threads (default: ${workers.default}: one for each side; more cut the time into stretches)
  --orders N       end after so many orders (default: ${orders.default})
  --changed N      orders told of that change most (default: ${changed.default})
  --explain N      those of them that are explained in full, in JSON (default: ${explain.default})
  --memory-mib N   what a thread may use (default: ${memoryMiB.default})
  --serve POLICY   as the server is started: ${serves.join(', ')}
  --json           print the whole result as JSON
  --help           this text

Exit codes: 0 done, 1 it could not be done, 2 not understood.
`;

const spec = {
  plan: { type: 'string' },
  data: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  channel: { type: 'string' },
  workers: { type: 'string' },
  orders: { type: 'string' },
  changed: { type: 'string' },
  explain: { type: 'string' },
  'memory-mib': { type: 'string' },
  serve: { type: 'string' },
  json: { type: 'boolean' },
  /** For the server: progress and result line by line, behind whatever else the machine has to do. */
  stream: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseValues>;
const parseValues = (argv: readonly string[]) => parseArgs({ args: [...argv], options: spec }).values;

class Wrong extends Error {}

/** A line of `--stream`. */
export type StreamLine =
  | { readonly progress: RehearsalProgress }
  | Awaited<ReturnType<typeof rehearse>>
  | { readonly failed: string };

export async function runRehearse(argv: readonly string[], out: Out): Promise<number> {
  let values: Values;
  let options: Omit<RehearseOptions, 'plan'>;
  try {
    values = parseValues(argv);
    options = optionsOf(values);
    if (values.help !== true && values.plan === undefined) throw new Wrong('--plan FILE is needed');
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n\n${rehearseHelp}`);
    return 2;
  }
  if (values.help === true) {
    out.write(rehearseHelp);
    return 0;
  }
  return values.stream === true ? stream(values, options, out) : show(values, options, out);
}

async function planned(values: Values, options: Omit<RehearseOptions, 'plan'>): Promise<RehearseOptions> {
  const plan = await readPlan(values.plan ?? '');
  if ('wrong' in plan) throw new Error(plan.wrong);
  return { ...options, plan };
}

async function show(values: Values, options: Omit<RehearseOptions, 'plan'>, out: Out): Promise<number> {
  const progress = values.json === true ? undefined : new Progress(out, 1_000, '‰');
  try {
    const all = await planned(values, options);
    const { rehearsed, run } = await rehearse(
      all,
      ({ share, orders: placed }) => progress?.update(Math.round(share * 1_000), `${placed} orders`),
      new AbortController().signal,
    );
    progress?.end();
    out.write(`${values.json === true ? JSON.stringify({ rehearsed, run }) : reportText(rehearsed, run)}\n`);
    return 0;
  } catch (error) {
    progress?.end();
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Told of progress so often. */
const progressEveryMs = 250;

async function stream(values: Values, options: Omit<RehearseOptions, 'plan'>, out: Out): Promise<number> {
  const tell = (line: StreamLine): void => void out.write(`${JSON.stringify(line)}\n`);
  setPriority(10);
  let toldMs = 0;
  try {
    const all = await planned(values, options);
    const onProgress = (progress: RehearsalProgress): void => {
      if (performance.now() - toldMs < progressEveryMs) return;
      toldMs = performance.now();
      tell({ progress });
    };
    tell(await rehearse(all, onProgress, new AbortController().signal));
    return 0;
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
    return 1;
  }
}

function optionsOf(values: Values): Omit<RehearseOptions, 'plan'> {
  const serve = serves.find((one) => one === (values.serve ?? 'age'));
  if (serve === undefined) throw new Wrong(`--serve is one of ${serves.join(', ')}`);
  if (values.channel !== undefined && !new RegExp(placePattern, 'u').test(values.channel)) {
    throw new Wrong(`--channel ${values.channel} is not an id`);
  }
  return {
    directory: values.data ?? './data',
    channel: values.channel as ChannelId | undefined,
    fromMs: timeOf('from', values.from),
    toMs: timeOf('to', values.to),
    workers: numberOf('workers', values.workers, 1, workers),
    ordersMax: numberOf('orders', values.orders, 1, orders),
    changedMax: numberOf('changed', values.changed, 0, changed),
    explainMax: numberOf('explain', values.explain, 0, explain),
    memoryMiB: numberOf('memory-mib', values['memory-mib'], 64, memoryMiB),
    serve,
  };
}

function numberOf(name: string, text: string | undefined, least: number, of: { default: number; max: number }): number {
  const value = Number(text ?? of.default);
  if (Number.isInteger(value) && value >= least && value <= of.max) return value;
  throw new Wrong(`--${name} is a whole number from ${least} to ${of.max}`);
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const atMs = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(atMs)) throw new Wrong(`--${name} is a time such as 2026-11-01 or 2026-11-01T08:00:00Z`);
  return atMs;
}
