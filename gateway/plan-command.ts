/**
 * `baton plan lint FILE | show FILE | preset NAME [LOCATION …]`: routing plans as files, in YAML or JSON. A file is
 * checked as the engine would check it, and each finding is told with its line and column in the file.
 */
import { readFile } from 'node:fs/promises';
import { Compile } from 'typebox/compile';
import { isMap, isScalar, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import { locationId } from '../actors/ids.ts';
import { PlanDocumentSchema, type PlanDocument } from '../actors/plan-schemas.ts';
import { compilePlan } from '../engine/routing/plans/compile-plan.ts';
import { faultText, nearest } from '../engine/routing/plans/fault.ts';
import { lint } from '../engine/routing/plans/lint.ts';
import { presets, rankedList } from '../engine/routing/plans/presets.ts';
import { liveUsage } from './plan-live.ts';
import type { Print } from './store-commands.ts';

/** Larger files are refused before they are parsed. */
const fileBytesMax = 1_048_576;

const usage = `Usage:
  baton plan lint FILE                  what is wrong, or probably wrong, with a plan; 1 when it cannot be used
  baton plan show FILE                  the plan as JSON, as plan.put takes it
  baton plan preset NAME                a ready-made plan as YAML: ${Object.keys(presets).join(', ')}
  baton plan preset ranked-list A B C   the first of a list of locations that has it all

Of a running server:
${liveUsage}`;

interface Parsed {
  readonly yaml: Document;
  readonly lines: LineCounter;
}

/** A fault of the form, in words that name the place. */
class Fault extends Error {}

/** @param nowMs the time, for rules that are over. Returns the exit code: 2 when the line makes no sense. */
export async function runPlanCommand(args: readonly string[], nowMs: number, print: Print): Promise<number> {
  const [what, name = '', ...rest] = args;
  if (what === 'preset') return printPreset(name, rest, print);
  if ((what !== 'lint' && what !== 'show') || name === '' || rest.length > 0) {
    await print(usage);
    return what === '--help' || what === 'help' ? 0 : 2;
  }
  try {
    const parsed = await parseFile(name);
    const plan = documentOf(parsed, name);
    if (what === 'lint') return await printFindings(parsed, plan, name, nowMs, print);
    await print(JSON.stringify(plan, undefined, 2));
    return 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await print(error.message);
    return 1;
  }
}

/** A plan in a file, in YAML or JSON; or what is wrong with it, with the place in the file. */
export async function readPlan(file: string): Promise<PlanDocument | { readonly wrong: string }> {
  try {
    const parsed = await parseFile(file);
    const plan = documentOf(parsed, file);
    const [fault] = compilePlan(plan).faults;
    if (fault === undefined) return plan;
    const at = placeOf(parsed, pathOf(fault.path), fault.line, fault.column);
    return { wrong: `${file}:${at}: ${faultText({ ...fault, line: undefined })}` };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { wrong: error.message };
  }
}

async function printPreset(name: string, locations: readonly string[], print: Print): Promise<number> {
  if (name === 'ranked-list' && locations.length > 0) {
    await print(stringify(rankedList(locations.map(locationId))).trimEnd());
    return 0;
  }
  const known = presets as Readonly<Record<string, PlanDocument>>;
  const plan = Object.hasOwn(known, name) ? known[name] : undefined;
  if (plan !== undefined) await print(stringify(plan).trimEnd());
  else {
    const meant = nearest(name, Object.keys(known));
    await print(`no preset ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}\n${usage}`);
  }
  return plan === undefined ? 2 : 0;
}

async function parseFile(file: string): Promise<Parsed> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Fault(`${file}: ${(error as Error).message}`);
  }
  if (text.length > fileBytesMax) throw new Fault(`${file}: more than ${fileBytesMax} bytes`);
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const [first] = yaml.errors;
  if (first === undefined) return { yaml, lines };
  const { line, col } = lines.linePos(first.pos[0]);
  throw new Fault(`${file}:${line}:${col}: ${first.message.split('\n')[0] ?? 'not YAML'}`);
}

const checked = Compile(PlanDocumentSchema);

function documentOf(parsed: Parsed, file: string): PlanDocument {
  const value: unknown = parsed.yaml.toJS({ maxAliasCount: 100 });
  if (checked.Check(value)) return value;
  const wrong = [...checked.Errors(value)].map((error) => {
    const { instancePath, message } = error as { readonly instancePath: string; readonly message: string };
    const path = instancePath.split('/').slice(1);
    return `${file}:${placeOf(parsed, path)}: ${path.join('.') || 'the plan'} ${message}${hint(parsed, path)}`;
  });
  throw new Fault([...new Set(wrong)].join('\n'));
}

/** What a field that is not known was probably meant to be. */
function hint({ yaml }: Parsed, path: readonly string[]): string {
  const node = path.length === 0 ? yaml.contents : yaml.getIn(path, true);
  if (!isMap(node)) return '';
  const known = ['format', 'id', 'name', 'applies', 'from', 'until', 'rules', 'objective', 'split', 'fallbacks'];
  const ofRules = ['note', 'when', 'exclude', 'cost', 'per', 'otherwise', 'then', 'plan'];
  const ofParts = ['shipping', 'parcelMinor', 'kmMinor', 'maxParcels', 'together', 'allOrNothing', 'minShipmentMinor'];
  const ofImprove = ['batch', 'windowMs', 'improve', 'minSavedMinor', 'fewerParcels', 'released', 'maxMoves'];
  for (const { key } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const all = [...known, ...ofRules, ...ofParts, ...ofImprove];
    if (all.includes(name)) continue;
    const meant = nearest(name, all);
    return `: there is no field ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  }
  return '';
}

/** `line:column` of a field, or of the nearest thing around it that the file has. */
function placeOf({ yaml, lines }: Parsed, path: readonly (string | number)[], line = 1, column = 1): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? yaml.contents : yaml.getIn(path.slice(0, length), true);
    const range = (node as { readonly range?: readonly [number, number, number] } | undefined)?.range;
    if (range === undefined) continue;
    const isWhole = length === path.length && isScalar(node);
    const quote = isWhole && (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE') ? 1 : 0;
    const { line: row, col } = lines.linePos(range[0]);
    return isWhole && line === 1 ? `${row}:${col + quote + column - 1}` : `${row + (isWhole ? line - 1 : 0)}:${col}`;
  }
  return '1:1';
}

const pathOf = (path: string): string[] => path.split(/[.[\]]+/).filter((part) => part !== '');

async function printFindings(
  parsed: Parsed, plan: PlanDocument, file: string, nowMs: number, print: Print,
): Promise<number> {
  const { faults } = compilePlan(plan);
  for (const fault of faults) {
    const at = placeOf(parsed, pathOf(fault.path), fault.line, fault.column);
    await print(`${file}:${at}: error: ${faultText({ ...fault, line: undefined })}`);
  }
  if (faults.length > 0) return 1;
  const findings = lint(undefined, plan, nowMs);
  for (const { severity, path, detail, example } of findings) {
    await print(`${file}:${placeOf(parsed, pathOf(path))}: ${severity}: ${detail}`);
    if (example !== undefined) await print(`  such as ${JSON.stringify(example.order)}`);
  }
  if (findings.length === 0) await print(`${file}: nothing to say`);
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
