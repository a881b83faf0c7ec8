/**
 * `npm run simulate -- --seed S --steps N [--seeds COUNT] [--keep NAME]`: runs the kept cases, then seeds one after the
 * other, and stops at the first that fails; that one is shortened and written down, and the command that repeats it
 * printed. `--plant BUG` makes it fail on purpose.
 */
import { parseArgs } from 'node:util';
import { planted } from './planted.ts';
import { runCase, runSeed } from './run.ts';
import { keepCase, keptCases, shrink } from './shrink.ts';
import type { Sabotage } from './watch.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1' },
    keep: { type: 'string' },
    plant: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const usage = `Usage: npm run simulate -- [options]
  --seed S      the first seed (1)
  --steps N     actions per seed (2000)
  --seeds COUNT seeds, one after the other (1)
  --keep NAME   write a failing case to test/simulation/regressions/NAME.json (seed-S)
  --plant BUG   run with a planted bug, to see it found: ${[...planted.keys()].join(', ')}
`;

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [seed, steps, seeds] = [values.seed, values.steps, values.seeds].map(Number);
  if (![seed, steps, seeds].every((value) => Number.isSafeInteger(value) && (value ?? -1) >= 0)) {
    process.stderr.write(`--seed, --steps and --seeds are whole numbers\n${usage}`);
    return 2;
  }
  const bug = values.plant === undefined ? undefined : planted.get(values.plant);
  if (values.plant !== undefined && bug === undefined) {
    process.stderr.write(`no planted bug is called ${values.plant}\n${usage}`);
    return 2;
  }
  if (bug === undefined && !(await replayKept())) return 1;
  return await simulate(seed ?? 1, steps ?? 0, seeds ?? 0, bug);
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

async function simulate(first: number, steps: number, seeds: number, bug?: Sabotage): Promise<number> {
  const startedAt = performance.now();
  const total: Record<string, number> = {};
  let done = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { failure, case: found, count } = await runSeed(seed, steps, bug);
    done += found.actions.length;
    for (const [name, value] of Object.entries(count)) total[name] = (total[name] ?? 0) + value;
    if (failure !== undefined) {
      process.stderr.write(`seed ${seed} failed after ${found.actions.length} steps\n${failure.stack}\n`);
      const planting = values.plant === undefined ? '' : ` --plant ${values.plant}`;
      process.stderr.write(`repeat it: npm run simulate -- --seed ${seed} --steps ${steps}${planting}\n`);
      const short = await shrink(found, failure, bug);
      const again = await runCase(short, bug);
      const file = keepCase(values.keep ?? `seed-${seed}`, short, (again.failure ?? failure).message, values.plant);
      process.stderr.write(`shortened to ${short.actions.length} steps: ${file}\n`);
      return 1;
    }
    if (seeds > 20 && (seed - first + 1) % Math.ceil(seeds / 20) === 0) {
      process.stdout.write(`${seed - first + 1} seeds, ${Math.round(done / ((performance.now() - startedAt) / 1_000))} steps/s\n`);
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = Math.round(done / seconds);
  process.stdout.write(`${seeds} seeds from ${first}, ${done} steps in ${seconds.toFixed(1)} s (${rate}/s): no failure\n`);
  process.stdout.write(`${Object.entries(total).map(([name, value]) => `${value} ${name}`).join(', ')}\n`);
  return 0;
}

process.exitCode = await main();
