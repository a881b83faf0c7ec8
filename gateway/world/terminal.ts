/**
 * A terminal at a location: opens, follows its topic, and does what it is given, all of it at once, each task step by
 * step. What it finds changed it asks about; what is taken away it leaves.
 */
import type { TaskEvent, TaskLine } from '../../actors/task-context.ts';
import { connect } from '../client/client.ts';
import type { Baton } from '../client/baton.ts';
import type { Plain } from '../client/answers.ts';
import type { Push, Subscription } from '../client/subscription.ts';
import type { Carriers } from './carriers.ts';
import { articles } from './goods.ts';
import type { Counting } from './counting.ts';
import type { Ground } from './ground.ts';
import type { Label, Labels } from './labels.ts';
import type { Lives } from './lives.ts';
import { record } from './tally.ts';
import { stepsOf, type KnownTask, type TaskFate, type TaskStep } from './task-steps.ts';

export interface TerminalParts {
  readonly ground: Ground;
  readonly lives: Lives;
  readonly labels: Labels;
  readonly carriers: Carriers;
  readonly counting: Counting;
  /** Tasks it may hold. */
  readonly capacity: number;
}

type Topic = { readonly topic: 'terminal'; readonly terminalId: string };

/** A task under way. */
interface Work {
  task: KnownTask;
  steps: readonly TaskStep[];
  at: number;
  fate: TaskFate;
  /** It is not what it was: the server is asked before the next step. */
  isStale: boolean;
  isOver: boolean;
  label: Label | undefined;
  lostAtMs: number;
}

/** How a dropped terminal dials again. */
const backoff = { firstMs: 20, maxMs: 2_000 } as const;
/** So often it says that it is there, milliseconds: three times within the silence after which it counts as gone. */
const beatMs = 20_000;
/** The server has so long to hear that it goes. */
const closeMs = 2_000;
const gramsUnknown = 500;
const noTrouble: TaskFate = { isShort: false, losesSocket: false };

export class Terminal {
  readonly #parts: TerminalParts;
  readonly #id: string;
  readonly #location: string;
  readonly #works = new Map<string, Work>();
  readonly #grams: ReadonlyMap<string, number>;
  #client: Baton | undefined;
  #follow: Subscription<Topic> | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(parts: TerminalParts, id: string, location: string) {
    this.#parts = parts;
    this.#id = id;
    this.#location = location;
    this.#grams = new Map(articles.map(({ sku, grams }) => [parts.ground.names.sku(sku), grams]));
  }

  /** Rejects when it cannot connect, or is refused. */
  async open(): Promise<void> {
    const client = await connect({
      ...this.#parts.ground.connection,
      reconnectBackoff: backoff,
      onNotice: ({ kind }) => {
        if (kind === 'connected' && this.#client !== undefined) this.#announce(this.#client);
      },
    });
    this.#client = client;
    await client.command('terminal.open', this.#announced());
    this.#follow = client.subscribe<Topic>({ topic: 'terminal', terminalId: this.#id });
    void this.#listen(this.#follow);
    const beat = (): void => this.#parts.ground.send(client, 'terminal.beat', { terminalId: this.#id });
    this.#beat = setInterval(beat, beatMs);
  }

  /** Leave nothing to wait for it. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    const client = this.#client;
    if (client === undefined) return;
    await this.#follow?.return();
    const body = { terminalId: this.#id, now: true, reason: 'the world ends' };
    await client.tryCommand('terminal.close', body, { timeoutMs: closeMs });
    await client.close();
  }

  #announced() {
    return { terminalId: this.#id, location: this.#location, capacity: this.#parts.capacity };
  }

  #announce(client: Baton): void {
    this.#parts.ground.send(client, 'terminal.open', this.#announced());
  }

  async #listen(follow: Subscription<Topic>): Promise<void> {
    try {
      for await (const push of follow) this.#hear(push);
    } catch {
      // The client ended for a reason: whoever sends next is told of it.
    }
  }

  #hear(push: Push<Topic>): void {
    if (push.kind === 'snapshot') {
      const tasks = push.snapshot?.tasks ?? [];
      for (const task of tasks) if (!this.#works.has(keyOf(task))) this.#begin(task);
    } else if (push.kind === 'events') {
      for (const event of push.events) if (event.kind === 'task.changed') this.#changed(event);
    }
  }

  #changed(event: TaskEvent): void {
    const { state, lines, terminal } = event;
    const work = this.#works.get(keyOf(event));
    const isMine = terminal === this.#id && state !== 'waiting' && state !== 'gone' && state !== 'done';
    if (!isMine) {
      if (work !== undefined && state !== 'done') this.#leave(work);
    } else if (work !== undefined) {
      if (lines !== undefined && !isSame(lines, work.task.lines)) work.isStale = true;
    } else if (lines !== undefined) {
      const sentAtMs = this.#parts.lives.leased(event.orderId);
      if (sentAtMs !== undefined) record(this.#parts.ground.tally.pushes, performance.now() - sentAtMs);
      this.#begin({ ...event, lines });
    }
  }

  #begin(task: KnownTask): void {
    const { lives, ground } = this.#parts;
    const key = lives.keyOf(task.orderId, task.fulfillmentId);
    const fate = { isShort: ground.choices.happens('short', key), losesSocket: ground.choices.happens('socket', key) };
    const steps = stepsOf(task, fate, this.#gramsOf);
    const label = labelOf(task);
    const work: Work = { task, steps, at: 0, fate, isStale: false, isOver: false, label, lostAtMs: 0 };
    this.#works.set(keyOf(task), work);
    this.#next(work);
  }

  readonly #gramsOf = (sku: string): number => this.#grams.get(sku) ?? gramsUnknown;

  #leave(work: Work): void {
    work.isOver = true;
    this.#works.delete(keyOf(work.task));
  }

  #next(work: Work): void {
    if (work.isOver) return;
    const step = work.steps[work.at];
    if (step === undefined) return this.#leave(work);
    this.#parts.ground.pace.after(step.minutes, () => {
      if (work.isOver) return;
      if (work.isStale) void this.#askAnew(work);
      else this.#do(work, step);
    });
  }

  /** How it stands now; nothing goes wrong with it twice. */
  async #askAnew(work: Work): Promise<void> {
    const { orderId, fulfillmentId } = work.task;
    const answer = await this.#client?.tryQuery('task.get', { orderId, fulfillmentId });
    const task = answer?.ok;
    if (work.isOver) return;
    if (task === undefined || task === null || task.terminal !== this.#id) return this.#leave(work);
    Object.assign(work, { task, fate: noTrouble, isStale: false, at: 0, label: labelOf(task) });
    work.steps = stepsOf(task, noTrouble, this.#gramsOf);
    this.#next(work);
  }

  #do(work: Work, step: TaskStep): void {
    const client = this.#client;
    if (client === undefined) return;
    const { ground, labels } = this.#parts;
    const { orderId, fulfillmentId, location } = work.task;
    const of = { terminalId: this.#id, orderId, fulfillmentId };
    switch (step.do) {
      case 'ack':
        return ground.send(client, 'task.ack', of, this.#onward(work));
      case 'scan':
        return ground.send(client, 'task.scan', { ...of, scans: step.scans }, (answer) => {
          if (answer !== undefined && work.lostAtMs > 0) this.#isBack(work, step.scans.length, answer.repeated ?? 0);
          this.#onward(work)(answer);
        });
      case 'lose':
        work.lostAtMs = performance.now();
        client.drop();
        return this.#onward(work)({});
      case 'short': {
        const { lineId, sku, quantity } = step;
        ground.tell({ kind: 'short', order: orderId, sku, location });
        const lines = [{ lineId, quantity }];
        return ground.send(client, 'task.short', { ...of, lines, reason: 'not on its shelf' }, (answer) => {
          if (answer !== undefined) this.#parts.counting.soon(sku, location);
          this.#onward(work)(answer);
        });
      }
      case 'pack': {
        const parcels = [{ weightGrams: step.weightGrams }];
        return ground.send(client, 'task.pack', { ...of, parcels }, this.#onward(work));
      }
      case 'label':
        return labels.buy(orderId, fulfillmentId, (label) => {
          if (work.isOver) return;
          work.label = label;
          ground.send(client, 'task.label', { ...of, parcelId: '1', ...label }, this.#onward(work));
        });
      case 'manifest':
        return ground.send(client, 'task.manifest', { ...of, manifest: `${location}-today` }, this.#onward(work));
      case 'handOver':
        return ground.send(client, 'task.handOver', of, (answer) => {
          if (answer === undefined) return this.#onward(work)(answer);
          this.#leave(work);
          this.#handedOver(work);
        });
    }
  }

  /** Where a step is refused the task is another than was thought. */
  #onward(work: Work): (answer: object | undefined) => void {
    return (answer) => {
      if (answer === undefined) work.isStale = true;
      else work.at += 1;
      if (answer === undefined && work.fate === noTrouble) return this.#leave(work);
      this.#next(work);
    };
  }

  #isBack(work: Work, scans: number, repeated: number): void {
    const ms = performance.now() - work.lostAtMs;
    work.lostAtMs = 0;
    const { orderId } = work.task;
    this.#parts.ground.tell({ kind: 'socket', order: orderId, terminal: this.#id, ms, scans, repeated });
  }

  #handedOver({ task, label }: Work): void {
    const { ground, carriers, lives } = this.#parts;
    const { orderId, fulfillmentId, location, lines } = task;
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    ground.tell({ kind: 'picked', order: orderId, terminal: this.#id, units });
    if (label === undefined) return lives.settle(orderId, units);
    carriers.take({ orderId, fulfillmentId, location, lines, ...label, leftAtMs: performance.now() });
  }
}

const keyOf = ({ orderId, fulfillmentId }: Pick<KnownTask, 'orderId' | 'fulfillmentId'>): string =>
  `${orderId}/${fulfillmentId}`;

/** The label it has already. */
function labelOf({ parcels }: KnownTask): Label | undefined {
  const { carrier, tracking } = parcels?.[0]?.label ?? {};
  return carrier === undefined || tracking === undefined ? undefined : { carrier, tracking };
}

/** Whether the same units are asked for. */
const isSame = (a: readonly Plain<TaskLine>[], b: readonly Plain<TaskLine>[]): boolean =>
  a.length === b.length && a.every(({ lineId, quantity }, at) => isOf(b[at], lineId, quantity));

const isOf = (line: Plain<TaskLine> | undefined, lineId: string, quantity: number): boolean =>
  line?.lineId === lineId && line.quantity === quantity;
