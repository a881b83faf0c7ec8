/**
 * `npm run bench`: the micro benches, one after the other, in this process.
 *
 *     npm run bench -- --only turn
 *     npm run bench -- --only turn:LMDB --json
 *
 * What each measures and leaves out is printed with it and stands in docs/BENCHMARKS.md.
 */
import { parseArgs } from 'node:util';
import { batchBench } from './batch.bench.ts';
import { decisionBench } from './decision.bench.ts';
import { kernelBench } from './kernel.bench.ts';
import { pricesBench } from './prices.bench.ts';
import { lifeBench } from './life.bench.ts';
import { number, type Bench, type Figure } from './kit.ts';
import { machineLine, machine } from './machine.ts';
import { promiseBench } from './promise.bench.ts';
import { reactionsBench } from './reactions.bench.ts';
import { rehearseBench } from './rehearse.bench.ts';
import { routingBench } from './routing.bench.ts';
import { searchBench } from './search.bench.ts';
import { stepBench } from './step.bench.ts';
import { storageBench } from './storage.bench.ts';
import { timersBench } from './timers.bench.ts';
import { turnBench } from './turn.bench.ts';
import { wakesBench } from './wakes.bench.ts';
import { wireBench } from './wire.bench.ts';

export const benches: readonly Bench[] = [
  stepBench, kernelBench, pricesBench, routingBench, decisionBench, promiseBench, wireBench, storageBench, turnBench, wakesBench,
  rehearseBench, searchBench, batchBench, lifeBench, timersBench, reactionsBench,
];

const help = `npm run bench -- [--only NAME[:CASE]] [--json] [--tiny]

  --only NAME    only this bench: ${benches.map(({ name }) => name).join(', ')};
                 NAME:TEXT runs only its cases whose name holds TEXT
  --json         one JSON line per figure, for scripts
  --tiny         a moment of each, to see that it runs; its times mean nothing

BATON_BENCH_PROFILE=DIR writes the CPU profile of the server of \`life\` there.
`;

interface Out {
  write(text: string): unknown;
}

/** Run the benches asked for. Resolves with the exit code. */
export async function runBenches(args: readonly string[], out: Out, complain: Out): Promise<number> {
  let options;
  try {
    options = readOptions(args);
  } catch (error) {
    complain.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 2;
  }
  if (options.help) {
    out.write(help);
    return 0;
  }
  const [name, part] = splitOnly(options.only);
  const chosen = benches.filter((bench) => name === undefined || bench.name === name);
  if (chosen.length === 0) {
    complain.write(`there is no bench ${String(name)}\n\n${help}`);
    return 2;
  }
  if (!options.json) out.write(`${machineLine(machine())}\n`);
  for (const bench of chosen) {
    if (!options.json) out.write(`\n${bench.name}: ${bench.measures}\n  leaves out: ${bench.leavesOut}\n`);
    for await (const figure of bench.run(options.tiny ? 'tiny' : 'full', part)) {
      out.write(options.json ? `${JSON.stringify({ bench: bench.name, ...figure })}\n` : line(figure));
    }
  }
  return 0;
}

function readOptions(args: readonly string[]): { only: string | undefined; json: boolean; tiny: boolean; help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { ...values, only: values.only };
}

function splitOnly(only: string | undefined): [name: string | undefined, part: string | undefined] {
  const colon = only?.indexOf(':') ?? -1;
  return only === undefined || colon < 0 ? [only, undefined] : [only.slice(0, colon), only.slice(colon + 1)];
}

function line({ name, value, unit, also, hash }: Figure): string {
  const facts = Object.entries(also).map(([what, fact]) => `${what} ${fact}`);
  return `  ${name.padEnd(34)} ${number(value).padStart(9)} ${unit.padEnd(10)} ${facts.join(' · ')} · hash ${hash}\n`;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await runBenches(process.argv.slice(2), process.stdout, process.stderr);
}
