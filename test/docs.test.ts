/**
 * Every example in the pages is run or checked: messages by their schemas, TypeScript by the compiler,
 * shell lines by the scripts, options and doors they name. Nothing has to be marked: a fenced block of
 * `json`, `ts` or `sh` is an example.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it, test } from 'vitest';
import { commandBodies, commandKinds, type CommandKind } from '../actors/commands.ts';
import { queryBodies, queryKinds, type QueryKind } from '../actors/queries.ts';
import { rejectionCodes } from '../actors/rejection.ts';
import { topicSchemas } from '../gateway/protocol.ts';
import { pages, root, textOf } from './sources.ts';

interface Example {
  readonly at: string;
  readonly text: string;
}

function examples(language: string): Example[] {
  return pages.flatMap((page) => {
    const text = textOf(page);
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => ({
      at: `${page}:${text.slice(0, match.index).split('\n').length}`,
      text: match[1] ?? '',
    }));
  });
}

/** The schema of a message's body; undefined for control messages without one here. */
function schemaOf(kind: string, body: unknown): TSchema | undefined {
  if (kind in commandBodies) return commandBodies[kind as CommandKind];
  if (kind in queryBodies) return queryBodies[kind as QueryKind];
  const { topic } = body as { topic?: string };
  return kind === 'subscribe' ? topicSchemas[topic as keyof typeof topicSchemas] : undefined;
}

const faultsOf = (kind: string, body: unknown): unknown[] => {
  const schema = schemaOf(kind, body);
  if (schema === undefined) return kind === 'ping' || kind === 'unsubscribe' ? [] : [`no message ${kind}`];
  return [...Compile(schema).Errors(body)];
};

describe('messages', () => {
  // An ellipsis stands for what is left out.
  const messages = examples('json').filter(({ text }) => !text.includes('…'));

  test.each(messages)('[Y7] $at is what the schemas say', ({ text }) => {
    const message = JSON.parse(text) as { kind?: string; body?: unknown; refused?: { code: string } };
    if (message.kind !== undefined && 'request' in message) expect(faultsOf(message.kind, message.body)).toEqual([]);
    if (message.refused !== undefined) expect(rejectionCodes).toHaveProperty(message.refused.code);
  });

  it('[Y7] are in the pages at all', () => {
    expect(messages.length).toBeGreaterThan(5);
  });
});

describe('the page on the protocol', () => {
  const page = textOf('docs/PROTOCOL.md');
  /** By its whole name, or as `.name` in the row of its kin. */
  const isNamed = (kind: string): boolean => {
    const [kin, name] = [kind.slice(0, kind.indexOf('.')), kind.slice(kind.indexOf('.'))];
    return page.includes(`\`${kind}\``) || page.split('\n').some((row) => row.includes(`\`${kin}.`) && row.includes(`\`${name}\``));
  };

  it('[Y7] names every command and every query', () => {
    expect([...commandKinds, ...queryKinds].filter((kind) => !isNamed(kind))).toEqual([]);
  });
});

describe('shell lines', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const lines = examples('sh').flatMap(({ at, text }) =>
    text.replaceAll('\\\n', ' ').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')).map((line) => ({ at, line })),
  );

  test.each(lines)('[Y7] $at: $line', ({ line }) => {
    const npm = /^(?:\w+=\S+ )*npm (?:run )?(\S+)/.exec(line)?.[1];
    if (npm !== undefined && npm !== 'ci' && npm !== 'install') expect(Object.keys(scripts)).toContain(npm);
    const door = /\/v1\/(commands|queries)\/([\w.-]+)/.exec(line);
    const body = /-d '([^']*)'/.exec(line)?.[1];
    if (door !== null && body !== undefined) expect(faultsOf(door[2] ?? '', JSON.parse(body))).toEqual([]);
  });
});

describe('programs', () => {
  it('[Y7] type-check as they stand', { timeout: 120_000 }, async () => {
    const programs = examples('ts');
    expect(programs.length).toBeGreaterThan(0);
    const folder = await mkdtemp(join(tmpdir(), 'baton-docs-'));
    try {
      for (const [index, { at, text }] of programs.entries()) {
        await writeFile(join(folder, `example-${index}.ts`), `// ${at}\n${text}\nexport {};\n`);
      }
      const paths = { 'baton/client': [join(root, 'gateway/client/client.ts')] };
      const typeRoots = [join(root, 'node_modules/@types')];
      const lenient = { noUnusedLocals: false, noPropertyAccessFromIndexSignature: false };
      const compilerOptions = { noEmit: true, rootDir: '/', paths, typeRoots, ...lenient };
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [folder], exclude: [] }),
      );
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      const run = promisify(execFile)(process.execPath, [compiler, '-p', folder], { cwd: folder });
      const { stdout } = await run.catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
