/**
 * Starting and watching the child processes of the fault tests. They run what was built into dist/.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const childPath = (name: string): string => join(here, 'children', `${name}.mjs`);

/** @throws unless dist/ holds the present sources: a stale build would test yesterday's code. */
export function requireBuild(): void {
  for (const name of ['lmdb', 'lmdb-driver', 'claim', 'codec', 'values', 'verify', 'owner']) {
    const built = join(here, '../../dist/storage', `${name}.js`);
    const source = join(here, '../../storage', `${name}.ts`);
    if (!existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs) {
      throw new Error(`dist/storage/${name}.js is stale: run npx tsc -p tsconfig.json first`);
    }
  }
}

/**
 * Whether a tool is at hand. Where it is not, the test is skipped with a clear line, except in CI,
 * where a test that cannot run is a failure.
 */
export function canRun(what: string, command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status === 0) return true;
  const message = `cannot run: ${what} (tried: ${command} ${args.join(' ')})`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED, ${message}\n`);
  return false;
}

export interface Child {
  readonly lines: readonly string[];
  /** The last position acknowledged, 0 for none. */
  acked(): number;
  until(seen: (lines: readonly string[]) => boolean): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Start a writer; `wrap` is a command to run it under. */
export function startWriter(
  directory: string, options: object = {}, wrap: readonly string[] = [],
): Child {
  const run = [process.execPath, childPath('writer'), directory, JSON.stringify(options)];
  const [command = '', ...args] = [...wrap, ...run];
  const env = { ...process.env, UV_THREADPOOL_SIZE: wrap.length > 0 ? '1' : '4' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  child.stdout.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const check of waiting) check();
  });
  child.stderr.resume();
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal });
      for (const check of waiting) check();
    });
  });
  return {
    lines,
    acked: () => ackedIn(lines),
    until: (seen) => new Promise((resolve) => {
      const check = (): void => {
        if (!seen(lines) && child.exitCode === null && child.signalCode === null) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    }),
    kill: (signal = 'SIGKILL') => {
      child.kill(signal);
    },
    ended,
  };
}

export function ackedIn(lines: readonly string[]): number {
  const last = lines.findLast((line) => line.startsWith('acked '));
  return last === undefined ? 0 : Number(last.slice('acked '.length));
}

/** What the checker found: a store, an error it names, or its own death by a signal. */
export interface Report {
  readonly tail?: number;
  readonly head?: number;
  readonly savedAt?: number;
  readonly rows?: number;
  readonly wrong?: readonly string[];
  readonly code?: string;
  readonly message?: string;
  readonly signal?: string;
}

export async function check(directory: string, options: object = {}): Promise<Report> {
  const args = [childPath('checker'), directory, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  return await new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const line = out.trim().split('\n').at(-1) ?? '';
      if (line !== '' && signal === null) resolve(JSON.parse(line) as Report);
      else resolve({ signal: signal ?? `exit ${code}`, message: errors.slice(0, 500) });
    });
  });
}

export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-fault-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Run a command to its end. @throws with its output when it fails. */
export function sh(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stdout}${stderr}`);
  return stdout;
}
