/**
 * One owner per data directory, so that a second process is told who the first one is.
 *
 * The lock is an abstract Unix socket named after the directory: the kernel frees it whenever and
 * however its process ends. A file beside the data names the owner. Neither guards the data: in
 * another network namespace, or where there are no such sockets, two owners may pass. The epoch
 * fence is the guard.
 */

import { readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf, writeWhole } from './files.ts';
import { JournalError } from './journal.ts';

/** Who holds a directory, as written beside it. */
interface OwnerNote {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  /** ISO time of the claim. */
  readonly since: string;
  /** This run of the kernel. */
  readonly boot: string;
  /** Start of the process in ticks of this boot: pids are used again, this pair is not. */
  readonly started: string;
}

const noteName = 'owner.json';

export interface DirectoryLock {
  /** Leave the note that tells others who holds the directory, if there is room for it. */
  sign(owner: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Become the owner of a directory.
 * @throws JournalError `owned`, naming the owner.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, noteName);
  const socket = await bindName(await socketName(directory));
  if (socket === 'taken') throw owned(directory, await readNote(path));
  const found = await readNote(path);
  if (found !== undefined && (await isAlive(found))) {
    await closeServer(socket);
    throw owned(directory, found);
  }
  return {
    sign: async (owner) => await leaveNote(path, await noteOf(owner)),
    release: async () => {
      await rm(path, { force: true });
      await closeServer(socket);
    },
  };
}

/**
 * The note only informs: a full disk must not keep its owner from getting at the data to make room.
 */
async function leaveNote(path: string, note: OwnerNote): Promise<void> {
  try {
    await writeWhole(path, `${JSON.stringify(note)}\n`);
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}

function owned(directory: string, note: OwnerNote | undefined): JournalError {
  const who = note === undefined
    ? 'a process that has not said who it is'
    : `${note.owner} (process ${note.pid} on ${note.host}, since ${note.since})`;
  return new JournalError('owned', `${directory} is in use by ${who}`);
}

/** The same directory has the same name by whichever path it is reached. */
async function socketName(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory, { bigint: true });
  return `\0baton-store-${dev}-${ino}`;
}

/** Only Linux has abstract sockets; elsewhere the note alone must do. */
async function bindName(name: string): Promise<Server | undefined | 'taken'> {
  if (process.platform !== 'linux') return undefined;
  const server = createServer((connection) => connection.destroy());
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve('taken');
      else reject(error);
    });
    server.listen(name, () => resolve(server.unref()));
  });
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

async function noteOf(owner: string): Promise<OwnerNote> {
  return {
    owner,
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    boot: await bootId(),
    started: (await startOf(process.pid)) ?? '',
  };
}

/** A note cut off by a crash says nothing; it is no reason to refuse. */
async function readNote(path: string): Promise<OwnerNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

function isNote(note: unknown): note is OwnerNote {
  if (typeof note !== 'object' || note === null) return false;
  const fields: Partial<Record<keyof OwnerNote, unknown>> = note;
  const { pid, owner, host, since, boot, started } = fields;
  return Number.isSafeInteger(pid) && [owner, host, since, boot, started].every(isString);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

/**
 * Does the very process that wrote the note still run? Ourselves do not count: we hold the socket.
 */
async function isAlive(note: OwnerNote): Promise<boolean> {
  if (note.pid === process.pid || note.boot !== (await bootId())) return false;
  const started = await startOf(note.pid);
  if (started !== undefined) return started === note.started;
  return process.platform !== 'linux' && answersSignal(note.pid);
}

function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM'; // it is there, and somebody else's
  }
}

async function bootId(): Promise<string> {
  return (await readOrEmpty('/proc/sys/kernel/random/boot_id')).trim();
}

/** Field 22 of /proc/<pid>/stat, counted after the command, which may hold spaces and brackets. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readOrEmpty(`/proc/${pid}/stat`);
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

/** No /proc here, or no such process: both mean "cannot tell". */
async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
