/** The server under load: a child process on a directory of its own, or one that runs already. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadOptions } from './options.ts';

export interface Server {
  readonly url: string;
  /** Undefined for a server we did not start: its costs are not known. */
  readonly pid: number | undefined;
  /** Milliseconds from spawn until /readyz said 200; 0 for a server we did not start. */
  readonly readyAfterMs: number;
  /** End it as Ctrl-C would (or at once) and wait. A no-op for a server we did not start. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

const stopMs = 60_000;
const outputCharsMax = 4_000;
/** What `npm start` gives to Node: docs/decisions/0007-the-young-generation.md. */
const asStarted = ['--max-semi-space-size=64'];
/** Beside this file as built; from the sources, as tests run them, what was built last. */
const mains = ['../../gateway/main.js', '../../dist/gateway/main.js'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The server the options ask for, on a fresh directory that is removed when it stops. */
export async function serverFor(options: LoadOptions): Promise<Server> {
  if (options.url !== undefined) {
    return { url: options.url, pid: undefined, readyAfterMs: 0, stop: () => Promise.resolve() };
  }
  const directory = await mkdtemp(join(tmpdir(), 'baton-load-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const server = await startServer(directory, options);
    return {
      ...server,
      async stop(signal) {
        await server.stop(signal);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Start a server on a directory and wait until it is ready.
 * Rejects, with the server's own last words, when it ends before that or is not ready in ten minutes.
 */
export async function startServer(
  directory: string,
  { durability, profile }: Pick<LoadOptions, 'durability' | 'profile'>,
): Promise<Server> {
  const main = mains.find((path) => existsSync(path));
  if (main === undefined) throw new Error('the server is not built: run it by npm run load');
  const port = await freePort();
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const where = durability === 'memory' ? ['--memory'] : ['--data', directory];
  const args = [...where, '--host', '127.0.0.1', '--port', String(port), '--empty', '--insecure-dev'];
  const more = ['--log-level', 'warn', '--in-flight', '16384'];
  const startMs = performance.now();
  const child = spawn(process.execPath, [...asStarted, ...profiling, main, ...args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = untilEnd(child);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await untilReady(`http://127.0.0.1:${port}/readyz`, ended);
  const readyAfterMs = performance.now() - startMs;
  return {
    url: `ws://127.0.0.1:${port}/v1/socket`,
    pid: child.pid,
    readyAfterMs,
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      const force = setTimeout(kill, stopMs);
      await ended;
      clearTimeout(force);
      process.off('exit', kill);
    },
  };
}

async function untilReady(url: string, ended: Promise<string>): Promise<void> {
  let end: string | undefined;
  void ended.then((output) => (end = output));
  for (let tries = 0; tries < 60_000; tries += 1) {
    if (end !== undefined) throw new Error(`the server ended before it was ready:\n${end}`);
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch {
      // Not listening yet: that is what we wait for.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the server was not ready in ten minutes');
}

/** Resolves with the last of its output when it ends. */
function untilEnd(child: ChildProcess): Promise<string> {
  let output = '';
  const keep = (piece: Buffer): void => {
    output = (output + piece.toString('utf8')).slice(-outputCharsMax);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(output.trim()));
  });
}

/** A port that is free now; nothing else on the machine is likely to take it before the server does. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
