/** Makes a failing case short: drops actions, then commands, as long as it fails. Keeps it in a file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Violation, type Action, type Case } from './actions.ts';
import { runCase } from './run.ts';
import type { Sabotage } from './watch.ts';

/** Runs, and real time, spent on one case: a case that hangs takes its ten seconds each time it is tried. */
const runsMax = 2_000;
const shrinkMsMax = 240_000;

/** A case kept in a file, with what it found when it was new, and the planted bug it found if it was one (planted.ts). */
export interface KeptCase extends Case {
  readonly found: string;
  readonly planted?: string | undefined;
}

/** The shortest case found that fails in the same kind of way. */
export async function shrink(failing: Case, failure: Error, sabotage?: Sabotage): Promise<Case> {
  let runs = 0;
  const endMs = performance.now() + shrinkMsMax;
  const kind = failure instanceof Violation ? 'Violation' : failure.constructor.name;
  const fails = async (actions: readonly Action[]): Promise<readonly Action[] | undefined> => {
    if (runs >= runsMax || performance.now() > endMs) return undefined;
    runs += 1;
    const run = await runCase({ ...failing, actions }, sabotage);
    const same = run.failure !== undefined && (run.failure instanceof Violation ? 'Violation' : run.failure.constructor.name) === kind;
    return same ? run.case.actions : undefined;
  };
  let actions = failing.actions;
  for (let piece = Math.ceil(actions.length / 2); piece >= 1; piece = Math.floor(piece / 2)) {
    actions = await dropPieces(actions, piece, fails);
  }
  actions = await dropCommands(actions, fails);
  return { ...failing, actions: await dropPieces(actions, 1, fails) };
}

type Fails = (actions: readonly Action[]) => Promise<readonly Action[] | undefined>;

async function dropPieces(from: readonly Action[], piece: number, fails: Fails): Promise<readonly Action[]> {
  let actions = from;
  for (let end = actions.length; end > 0; end -= piece) {
    const start = Math.max(0, end - piece);
    const without = actions.toSpliced(start, end - start);
    actions = (await fails(without)) ?? actions;
    end = Math.min(end, actions.length + piece);
  }
  return actions;
}

async function dropCommands(from: readonly Action[], fails: Fails): Promise<readonly Action[]> {
  let actions = from;
  for (let at = actions.length - 1; at >= 0; at -= 1) {
    for (let index = 0; ; ) {
      const action = actions[at];
      if (action?.do !== 'send' || index >= action.commands.length || action.commands.length === 1) break;
      const fewer = { ...action, commands: action.commands.toSpliced(index, 1) };
      const found = await fails(actions.with(at, fewer));
      if (found === undefined) index += 1;
      else actions = found;
      if (at >= actions.length) break;
    }
  }
  return actions;
}

/** Cases are kept in the sources, wherever the program runs from. */
const directory = join('test', 'simulation', 'regressions');

/** Write a case down. Gives the path of its file. */
export function keepCase(name: string, { limits, isPriced = false, actions }: Case, found: string, bug?: string): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.json`);
  const lines = actions.map((action) => `    ${JSON.stringify(action)}`).join(',\n');
  const origin = bug === undefined ? '' : `  "planted": ${JSON.stringify(bug)},\n`;
  const prices = isPriced ? '  "isPriced": true,\n' : '';
  const head = `  "found": ${JSON.stringify(found)},\n${origin}${prices}  "limits": ${JSON.stringify(limits)},\n  "actions": [\n`;
  writeFileSync(file, `{\n${head}${lines}\n  ]\n}\n`);
  return file;
}

export function keptCases(): { readonly name: string; readonly kept: KeptCase }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file.slice(0, -5), kept: JSON.parse(readFileSync(join(directory, file), 'utf8')) as KeptCase }));
}
