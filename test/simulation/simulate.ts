/**
 * `npm run simulate -- --seed S --steps N [--seeds COUNT] [--keep NAME]`: runs seeds one after the other and stops at
 * the first that fails; that one is shortened and written down, and the command that repeats it printed.
 */
import { parseArgs } from 'node:util';
import { runSeed } from './run.ts';
import { keepCase, shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1' },
    keep: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const usage = `Usage: npm run simulate -- [options]
  --seed S      the first seed (1)
  --steps N     actions per seed (2000)
  --seeds COUNT seeds, one after the other (1)
  --keep NAME   write a failing case to test/simulation/regressions/NAME.json
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
  return await simulate(seed ?? 1, steps ?? 0, seeds ?? 0);
}

async function simulate(first: number, steps: number, seeds: number): Promise<number> {
  const startedAt = performance.now();
  const total: Record<string, number> = {};
  let done = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { failure, case: found, count } = await runSeed(seed, steps);
    done += found.actions.length;
    for (const [name, value] of Object.entries(count)) total[name] = (total[name] ?? 0) + value;
    if (failure !== undefined) {
      process.stderr.write(`seed ${seed} failed after ${found.actions.length} steps\n${failure.stack}\n`);
      process.stderr.write(`repeat it: npm run simulate -- --seed ${seed} --steps ${steps}\n`);
      const short = await shrink(found, failure);
      const file = keepCase(values.keep ?? `seed-${seed}`, short, failure.message);
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
