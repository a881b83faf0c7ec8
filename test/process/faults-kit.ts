/** Faults for a real server: errors, delays and hangs injected into its system calls, and disks that fill up. */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, writeSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canRun, sh } from '../storage/children.ts';
import { endAll, freePort, portOf, run, type Program } from './program.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const hasStrace = (): boolean => canRun('strace', 'strace', ['-e', 'trace=none', 'true']);
export const hasMounts = (): boolean => canRun('mount a tmpfs (needs root)', 'sh', [
  '-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"',
]);

/** A server on a data directory of its own, on one port over all its lives. */
export class Site {
  readonly folder: string;
  readonly data: string;
  readonly port: number;
  readonly url: string;
  readonly http: string;
  readonly #options: readonly string[];

  private constructor(folder: string, port: number, options: readonly string[]) {
    this.folder = folder;
    this.data = join(folder, 'data');
    this.port = port;
    this.url = `ws://127.0.0.1:${port}`;
    this.http = `http://127.0.0.1:${port}`;
    this.#options = options;
  }

  /** Make one, use it, and leave nothing behind. */
  static async use(work: (site: Site) => Promise<void>, options: readonly string[] = []): Promise<void> {
    const site = new Site(mkdtempSync(join(tmpdir(), 'baton-site-')), await freePort(), options);
    try {
      await work(site);
    } finally {
      await endAll();
      rmSync(site.folder, { recursive: true, force: true });
    }
  }

  /** Start the server and wait until it serves. */
  async serve(data = this.data): Promise<Program> {
    const always = ['--data', data, '--port', String(this.port), '--empty', '--insecure-dev'];
    const server = run('main.js', [...always, ...this.#options]);
    await portOf(server);
    return server;
  }

  /** Resident memory of the server. */
  async memoryMib(server: Program): Promise<number> {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  /** Status and text of a page. */
  async get(path: string): Promise<string> {
    const response = await fetch(this.http + path);
    return `${response.status} ${(await response.text()).trim()}`;
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
    const response = await fetch(this.http + path, init);
    return { status: response.status, body: await response.json() };
  }
}

/**
 * From now on, tamper with a system call of the program, such as `fdatasync:error=EIO:when=3`. Numbers count per
 * thread. Resolves when strace has attached to all threads; ends with the program, or by the function returned.
 */
export function inject(program: Program, what: string): Promise<() => void> {
  const call = what.slice(0, what.indexOf(':'));
  const args = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${what}`, '-p', String(program.pid)];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    strace.stderr.on('data', (data: Buffer) => {
      said += data.toString();
      // Only SIGKILL ends a strace that sits out a delay.
      if (/attached/.test(said)) setTimeout(() => resolve(() => void strace.kill('SIGKILL')), 100);
    });
    strace.on('close', (code) => {
      // The program may have met its fault and ended at once.
      if (/attached/.test(said)) resolve(() => undefined);
      else reject(new Error(`strace ended with ${code}: ${said}`));
    });
  });
}

/** A small disk of its own under `folder/data`. */
export async function onSmallDisk(folder: string, mib: number, work: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(folder, 'data');
  sh('mkdir', '-p', disk);
  sh('mount', '-t', 'tmpfs', '-o', `size=${mib}m`, 'none', disk);
  try {
    await work(disk);
  } finally {
    await endAll();
    sh('umount', '-l', disk);
  }
}

/** Fill a file beside the data until so many bytes are written or the disk is full to the last. */
export function fill(path: string, bytes: number): number {
  const piece = Buffer.alloc(256 * 1024, 1);
  const file = openSync(path, 'w');
  let written = 0;
  try {
    while (written < bytes) written += writeSync(file, piece, 0, Math.min(piece.length, bytes - written));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
  return written;
}
