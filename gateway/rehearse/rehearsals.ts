/**
 * The rehearsals of a server, one at a time, each in a process of its own with a lower priority: the engine's thread
 * reads no record for it, shares no memory with it, and a rehearsal that dies takes nothing with it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Serve } from '../../actors/item-commands.ts';
import type { Query, QueryBody } from '../../actors/queries.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { RehearsalView } from '../../engine/rehearse/result.ts';
import { compilePlan } from '../../engine/routing/plans/compile-plan.ts';
import { faultText } from '../../engine/routing/plans/fault.ts';
import type { StreamLine } from './command.ts';

export type RehearsalQuery = Extract<Query, { kind: `rehearsal.${string}` }>;

export const isRehearsalQuery = (query: Query): query is RehearsalQuery => query.kind.startsWith('rehearsal.');

/** Those that are kept to be asked about. */
const keptMax = 10;
/** Characters of what a process says in its distress. */
const complaintMax = 2_000;

interface Rehearsal {
  view: RehearsalView;
  child: ChildProcess | undefined;
}

export interface RehearsalsOptions {
  readonly directory: string;
  readonly serve: Serve;
  readonly now: () => number;
}

export class Rehearsals {
  /** Since the start: rehearsals that ended well, and orders played in them on both sides. */
  done = 0;
  orders = 0;
  readonly #options: RehearsalsOptions;
  readonly #kept = new Map<string, Rehearsal>();
  #count = 0;
  #isClosed = false;

  constructor(options: RehearsalsOptions) {
    this.#options = options;
  }

  get running(): number {
    return [...this.#kept.values()].filter(({ view }) => view.state === 'running').length;
  }

  answer(query: RehearsalQuery): { readonly ok: RehearsalView | null } | { readonly refused: Rejection } {
    switch (query.kind) {
      case 'rehearsal.start':
        return this.#start(query.body);
      case 'rehearsal.get': {
        const { rehearsalId = [...this.#kept.keys()].at(-1) ?? '' } = query.body;
        return { ok: this.#kept.get(rehearsalId)?.view ?? null };
      }
      case 'rehearsal.cancel': {
        const found = this.#kept.get(query.body.rehearsalId);
        if (found !== undefined) this.#cancel(found);
        return { ok: found?.view ?? null };
      }
    }
  }

  /** The server ends: so do they. */
  close(): void {
    this.#isClosed = true;
    for (const one of this.#kept.values()) this.#cancel(one);
  }

  #start(body: QueryBody<'rehearsal.start'>): { readonly ok: RehearsalView } | { readonly refused: Rejection } {
    const running = [...this.#kept.values()].find(({ view }) => view.state === 'running');
    if (running !== undefined) {
      return { refused: reject('wrong-state', `${running.view.rehearsalId} is running: wait for it or cancel it`) };
    }
    const [fault] = compilePlan(body.plan).faults;
    if (fault !== undefined) return { refused: reject('invalid-plan', faultText(fault), `body.plan.${fault.path}`) };
    this.#count += 1;
    const rehearsalId = `r${this.#count}`;
    const began = { rehearsalId, state: 'running', plan: body.plan.id, startedAtMs: this.#options.now() } as const;
    const rehearsal: Rehearsal = { view: { ...began, share: 0, orders: 0 }, child: undefined };
    this.#kept.set(rehearsalId, rehearsal);
    for (const id of this.#kept.keys()) if (this.#kept.size > keptMax) this.#kept.delete(id);
    this.#run(rehearsal, body).catch((error: unknown) => {
      this.#end(rehearsal, { state: 'failed', detail: error instanceof Error ? error.message : String(error) });
    });
    return { ok: rehearsal.view };
  }

  async #run(rehearsal: Rehearsal, { plan, ...body }: QueryBody<'rehearsal.start'>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'baton-rehearsal-'));
    try {
      const file = join(folder, 'plan.json');
      await writeFile(file, JSON.stringify(plan));
      if (this.#isClosed || rehearsal.view.state !== 'running') return;
      await this.#play(rehearsal, argumentsOf(this.#options, file, body));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #play(rehearsal: Rehearsal, args: readonly string[]): Promise<void> {
    const program = fileURLToPath(new URL('../cli.js', import.meta.url));
    const child = spawn(process.execPath, [program, 'rehearse', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    rehearsal.child = child;
    let complaint = '';
    child.stderr.on('data', (piece: Buffer) => (complaint = (complaint + piece.toString()).slice(-complaintMax)));
    const ended = new Promise<number | null>((resolve, fail) => {
      child.on('error', fail);
      child.on('close', resolve);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      this.#hear(rehearsal, JSON.parse(line) as StreamLine);
    }
    const code = await ended;
    this.#end(rehearsal, { state: 'failed', detail: complaint.trim() || `the process ended with ${code}` });
  }

  #hear(rehearsal: Rehearsal, line: StreamLine): void {
    if ('progress' in line) rehearsal.view = { ...rehearsal.view, ...line.progress };
    else if ('failed' in line) this.#end(rehearsal, { state: 'failed', detail: line.failed });
    else {
      this.#end(rehearsal, { state: 'done', share: 1, ...line });
      this.done += 1;
      this.orders += rehearsal.view.orders;
    }
  }

  #cancel(rehearsal: Rehearsal): void {
    this.#end(rehearsal, { state: 'cancelled' });
    rehearsal.child?.kill('SIGKILL');
  }

  /** The first end counts. */
  #end(rehearsal: Rehearsal, end: Partial<RehearsalView>): void {
    if (rehearsal.view.state === 'running') rehearsal.view = { ...rehearsal.view, ...end };
  }
}

function argumentsOf(
  { directory, serve }: RehearsalsOptions,
  file: string,
  { channel, fromMs, toMs, orders, workers, changed, explain }: Omit<QueryBody<'rehearsal.start'>, 'plan'>,
): string[] {
  const bounds = { from: fromMs, to: toMs, orders, workers, changed, explain };
  const given = { data: directory, plan: file, serve, channel, ...bounds };
  const args = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return ['--stream', ...args];
}
