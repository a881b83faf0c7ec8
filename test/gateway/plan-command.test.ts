/** `baton plan`: files are checked as the engine would, and each finding has its place in the file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runPlanCommand } from '../../gateway/plan-command.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'baton-plan-'))));
afterAll(async () => rm(folder, { recursive: true }));

/** The exit code and what was printed, the folder left out. */
async function run(args: readonly string[], text?: string): Promise<readonly [number, string]> {
  const file = join(folder, 'plan.yaml');
  if (text !== undefined) await writeFile(file, text);
  const said: string[] = [];
  const code = await runPlanCommand(text === undefined ? args : [...args, file], 1_700_000_000_000, (line) => void said.push(line));
  return [code, said.join('\n').replaceAll(`${folder}/`, '')];
}

const head = 'format: baton.plan/1\nid: p\nname: P\n';

test('[Z15] a good plan has nothing to say', async () => {
  expect(await run(['lint'], `${head}fallbacks: [{ then: hold }]\n`)).toEqual([0, 'plan.yaml: nothing to say']);
});

test('[Z1] a fault of an expression is told with its line and column in the file', async () => {
  const rules = (when: string) => `${head}rules:\n  - id: a\n    exclude: location\n    when: ${when}\n`;
  expect(await run(['lint'], rules('location.unist < 3'))).toEqual([
    1, 'plan.yaml:7:20: error: rules[0].when: location has no unist; did you mean units?',
  ]);
  expect(await run(['lint'], rules(`'location.unist < 3'`))).toEqual([
    1, 'plan.yaml:7:21: error: rules[0].when: location has no unist; did you mean units?',
  ]);
});

test('[Z1] a field that is not known, and what is no YAML, are told with their place', async () => {
  const [code, said] = await run(['lint'], `${head}split:\n  maxParcel: 2\n`);
  expect([code, said]).toEqual([1, expect.stringMatching(/^plan\.yaml:5:3: split .*there is no field maxParcel; did you mean maxParcels\?$/m)]);
  expect(await run(['lint'], `${head}rules: [\n`)).toEqual([1, expect.stringMatching(/^plan\.yaml:\d+:\d+: /)]);
  expect(await run(['lint', 'no-such-file.yaml'])).toEqual([1, expect.stringContaining('no-such-file.yaml: ENOENT')]);
});

test('[Z15] what is probably wrong is told with an order that shows it', async () => {
  const [code, said] = await run(['lint'], `${head}rules:\n  - id: a\n    exclude: location\n`);
  expect(code).toBe(1);
  expect(said).toMatch(/plan\.yaml:5:3: error: every order that was tried keeps no location: a remove them all\n {2}such as \{"channel"/);
});

test('[Z17] presets are printed as plans that pass; JSON is a plan as well', async () => {
  const [, yaml] = await run(['preset', 'store-first']);
  expect(await run(['lint'], yaml)).toEqual([0, expect.stringContaining('plan.yaml')]);
  const [code, json] = await run(['show'], yaml);
  expect([code, JSON.parse(json)]).toEqual([0, parse(yaml)]);
  expect((await run(['lint'], json))[0]).toBe(0);
  expect((await run(['preset', 'ranked-list', 'A', 'B']))[1]).toContain('location.id in ["A", "B"]');
  expect(await run(['preset', 'store-frist'])).toEqual([2, expect.stringContaining('did you mean store-first?')]);
  expect((await run(['frobnicate']))[0]).toBe(2);
  expect((await run(['--help']))[0]).toBe(0);
});
