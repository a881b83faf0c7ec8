/**
 * `npm run simulate -- --seed S --steps N [--seeds COUNT] [--workers N] [--keep NAME]`: runs the kept cases, then the
 * seeds, over as many processes as there are to be workers, and stops at the first that fails; that one is shortened
 * and written down, and the command that repeats it printed. `--plant BUG` makes it fail on purpose.
 */
import { parseArgs } from 'node:util';
import { planted } from './planted.ts';
import { runInPool, type SeedDone } from './pool.ts';
import { runCase, runSeed } from './run.ts';
import { keepCase, keptCases, shrink } from './shrink.ts';
import type { Sabotage } from './watch.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    keep: { type: 'string' },
    plant: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const workersMax = 64;

const usage = `Usage: npm run simulate -- [options]
  --seed S      the first seed (1)
  --steps N     actions per seed (2000)
  --seeds COUNT seeds (1)
  --workers N   processes that run them (1): as many as the machine has cores, at most
  --keep NAME   write a failing case to test/simulation/regressions/NAME.json (seed-S)
  --plant BUG   run with a planted bug, to see it found: ${[...planted.keys()].join(', ')}
`;

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [seed = 1, steps = 0, seeds = 0, workers = 0] = [values.seed, values.steps, values.seeds, values.workers].map(Number);
  const isWhole = [seed, steps, seeds, workers].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!isWhole || workers < 1 || workers > workersMax) {
    process.stderr.write(`--seed, --steps and --seeds are whole numbers, --workers one from 1 to ${workersMax}\n${usage}`);
    return 2;
  }
  const bug = values.plant === undefined ? undefined : planted.get(values.plant);
  if (values.plant !== undefined && bug === undefined) {
    process.stderr.write(`no planted bug is called ${values.plant}\n${usage}`);
    return 2;
  }
  if (bug === undefined && !(await replayKept())) return 1;
  return await simulate({ first: seed, steps, seeds, plant: values.plant }, workers, bug);
}

/** What failed once runs first. */
async function replayKept(): Promise<boolean> {
  const cases = keptCases();
  for (const { name, kept } of cases) {
    const { failure } = await runCase(kept);
    if (failure === undefined) continue;
    process.stderr.write(`the kept case ${name} fails: it once found: ${kept.found}\n${failure.stack}\n`);
    return false;
  }
  process.stdout.write(`${cases.length} kept cases: no failure\n`);
  return true;
}

interface Asked {
  readonly first: number;
  readonly steps: number;
  readonly seeds: number;
  readonly plant: string | undefined;
}

async function simulate(asked: Asked, workers: number, bug?: Sabotage): Promise<number> {
  const { first, steps, seeds } = asked;
  const startedAt = performance.now();
  const total: Record<string, number> = {};
  let [done, ended] = [0, 0];
  const perSecond = (): number => Math.round(done / ((performance.now() - startedAt) / 1_000));
  const told = ({ seed, steps: of, count, failure }: SeedDone): void => {
    if (failure !== undefined) process.stderr.write(`seed ${seed} failed: ${failure}\n`);
    done += of;
    ended += 1;
    for (const [name, value] of Object.entries(count)) total[name] = (total[name] ?? 0) + value;
    if (seeds <= 20 || ended % Math.ceil(seeds / 20) !== 0) return;
    process.stdout.write(`${ended} seeds, ${perSecond()} steps/s\n`);
  };
  const failed = workers === 1 ? await runHere(asked, bug, told) : await runInPool(asked, workers, told);
  if (failed !== undefined) return await report(failed, steps, bug);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${seeds} seeds from ${first}, ${done} steps in ${seconds} s (${perSecond()}/s): no failure\n`);
  process.stdout.write(`${Object.entries(total).map(([name, value]) => `${value} ${name}`).join(', ')}\n`);
  return 0;
}

/** The seeds one after the other. Resolves with the one that failed. */
async function runHere(
  { first, steps, seeds }: Asked,
  bug: Sabotage | undefined,
  told: (done: SeedDone) => void,
): Promise<number | undefined> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { failure, case: found, count } = await runSeed(seed, steps, bug);
    told({ seed, steps: found.actions.length, count, failure: failure?.message });
    if (failure !== undefined) return seed;
  }
  return undefined;
}

/** Run a seed that failed again, shorten it and write it down. */
async function report(seed: number, steps: number, bug?: Sabotage): Promise<number> {
  const { failure, case: found } = await runSeed(seed, steps, bug);
  if (failure === undefined) throw new Error(`seed ${seed} failed and does not fail again`);
  process.stderr.write(`seed ${seed} failed after ${found.actions.length} steps\n${failure.stack}\n`);
  const planting = values.plant === undefined ? '' : ` --plant ${values.plant}`;
  process.stderr.write(`repeat it: npm run simulate -- --seed ${seed} --steps ${steps}${planting}\n`);
  const short = await shrink(found, failure, bug);
  const again = await runCase(short, bug);
  const file = keepCase(values.keep ?? `seed-${seed}`, short, (again.failure ?? failure).message, values.plant);
  process.stderr.write(`shortened to ${short.actions.length} steps: ${file}\n`);
  return 1;
}

process.exitCode = await main();
