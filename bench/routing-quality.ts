/**
 * `npm run bench:routing -- [DIRECTORY] [--only NAME] [--policy NAME] [--seed N]`: the public routing benchmark
 * through the engine's kernel and prices. DIRECTORY holds its files (rb0.json, rb1.json, rb2.json, and
 * reference.json for the bounds); without one, ../shared/routing-bench.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readInstance, type Reference } from './quality/instance.ts';
import { policies } from './quality/policies.ts';
import { score, type Score } from './quality/score.ts';

const heads = ['policy', 'total', '/order', 'over bound', 'of gap', 'parcels', 'split', 'overtime', 'lost', 'p50', 'p99'];
const widths = [42, 11, 8, 11, 7, 8, 7, 9, 6, 8, 8];

/** Run the benchmark. Returns the exit code. */
export function runQuality(args: readonly string[], say: (line: string) => void, complain: (line: string) => void): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: 'string' }, policy: { type: 'string' }, seed: { type: 'string', default: '1' } },
  });
  const directory = positionals[0] ?? '../shared/routing-bench';
  const files = existsSync(directory)
    ? readdirSync(directory).filter((file) => file.endsWith('.json') && file !== 'reference.json').sort()
    : [];
  if (files.length === 0) {
    complain(`no benchmark files in ${directory}: give the folder that holds them, such as\n  npm run bench:routing -- path/to/routing-bench`);
    return 2;
  }
  const referencePath = join(directory, 'reference.json');
  const references = existsSync(referencePath)
    ? (JSON.parse(readFileSync(referencePath, 'utf8')) as Record<string, Reference | undefined>)
    : {};
  for (const file of files) {
    const instance = readInstance(join(directory, file));
    if (values.only !== undefined && instance.name !== values.only) continue;
    say(`\n${instance.name}: ${instance.orders.length} orders, ${instance.nodes.length} nodes, ${instance.skuLb.length} SKUs`);
    say(heads.map((head, column) => pad(head, column)).join(''));
    let nowTotal: number | undefined;
    for (const [name, { shows, create }] of Object.entries(policies)) {
      if (values.policy !== undefined && values.policy !== name && name !== 'now') continue;
      const result = score(instance, create(Number(values.seed)));
      if (name === 'now') nowTotal = result.total;
      say(line(shows, result, references[instance.name]?.hindsightLowerBound, nowTotal));
    }
  }
  return 0;
}

function line(shows: string, result: Score, bound: number | undefined, now: number | undefined): string {
  const over = bound === undefined ? '–' : `${(100 * (result.total / bound - 1)).toFixed(2)} %`;
  const share = bound === undefined || now === undefined ? '–' : `${((100 * (now - result.total)) / (now - bound)).toFixed(0)} %`;
  const cells = [
    shows, result.total.toFixed(2), (result.total / result.orders).toFixed(3), over, share,
    (result.parcels / result.orders).toFixed(3), `${((100 * result.split) / Math.max(1, result.multi)).toFixed(1)} %`,
    String(result.overtime), String(result.walkinLost),
    `${result.p50us.toFixed(1)} µs`, `${result.p99us.toFixed(1)} µs`,
  ];
  return cells.map(pad).join('') + (result.notes === '' ? '' : `   ${result.notes}`);
}

function pad(text: string, column: number): string {
  return column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = runQuality(
    process.argv.slice(2),
    (text) => void process.stdout.write(`${text}\n`),
    (text) => void process.stderr.write(`${text}\n`),
  );
}
