/** The program as built: start it, read what it prints, end it. Needs dist/, which `npm test` makes. */
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const built = (name: string): string => fileURLToPath(new URL(`../../dist/gateway/${name}`, import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  readonly pid: number;
  /** Everything it printed so far, both streams. */
  readonly output: () => string;
  readonly exit: Promise<Exit>;
  readonly isOver: () => boolean;
  kill(signal: NodeJS.Signals): void;
}

const started: Program[] = [];

/** @param wrap a command to run it under, such as strace; its own process is the one that is killed. */
export function run(name: 'main.js' | 'cli.js', args: readonly string[], wrap: readonly string[] = []): Program {
  const env = { ...process.env, NO_COLOR: '1' };
  const [command = '', ...rest] = [...wrap, process.execPath, built(name), ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()));
  let isOver = false;
  const program: Program = {
    pid: child.pid ?? 0,
    output: () => output,
    exit: new Promise((resolve) =>
      child.on('close', (code, signal) => {
        isOver = true;
        resolve({ code, signal });
      })),
    isOver: () => isOver,
    kill: (signal) => void child.kill(signal),
  };
  started.push(program);
  return program;
}

/** End everything a test started. */
export async function endAll(): Promise<void> {
  for (const program of started.splice(0)) {
    program.kill('SIGKILL');
    await program.exit;
  }
}

/** The port it serves on, once it does. */
export async function portOf(program: Program, timeout = 20_000): Promise<number> {
  const isSettled = (): boolean => program.isOver() || program.output().includes('serving on http');
  await expect.poll(isSettled, { timeout, interval: 10 }).toBe(true);
  expect(program.output()).toMatch(/serving on http/);
  return Number(/serving on https?:\/\/[^:]+:(\d+)/.exec(program.output())?.[1]);
}

/** A port nobody has now, for a server that is to come back on the same one. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
