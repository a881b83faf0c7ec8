/** A server of the replay's own: a child process on a fresh data directory, both gone afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OwnServer {
  readonly url: string;
  /** Its last output, should it end by itself. */
  readonly ended: Promise<string>;
  /** Stop it as Ctrl-C would, wait for its end, remove its data. */
  stop(): Promise<void>;
}

const outputCharsMax = 4_000;
const stopMs = 20_000;

/** Rejects when the server is not built. Whether it serves, the client finds out by connecting. */
export async function startOwnServer(): Promise<OwnServer> {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  if (!existsSync(main)) throw new Error(`the server is not built: ${main} is missing (npm run build)`);
  const data = await mkdtemp(join(tmpdir(), 'baton-replay-'));
  const port = await freePort();
  const options = ['--data', data, '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(
    process.execPath,
    [main, ...options, '--empty', '--no-demo', '--insecure-dev', '--log-level', 'warn'],
    // In a process group of its own: Ctrl-C is for the replay, which ends the server after itself.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = outputUntilEnd(child);
  return {
    url: `ws://127.0.0.1:${port}/v1/socket`,
    ended,
    async stop() {
      child.kill('SIGINT');
      const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(force);
      await rm(data, { recursive: true, force: true });
    },
  };
}

function outputUntilEnd(child: ChildProcess): Promise<string> {
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
