/**
 * Plays the mapped file through the public socket: network first, then week by week what arrives, order by
 * order what is sold, and what is cancelled once its order was answered. Bounded in flight, open loop.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import { stockEntriesMax } from '../../actors/limits.ts';
import type { Answer } from '../../actors/answers.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { valueOf, type Outcome, type Plain } from '../client/answers.ts';
import type { Baton } from '../client/baton.ts';
import { eachStock, Ledger } from './ledger.ts';
import type { Mapped } from './map.ts';
import { carriers, channel, locations } from './network.ts';
import { Pacer, type Pace } from './pace.ts';
import { hash32 } from './random.ts';
import { receiptsOf, type Demand } from './supply.ts';
import { count, Tally, type Decision } from './tally.ts';
import { Terminal } from './terminal.ts';

/** One invoice as mapped, and how many lines the file has for it. */
export interface Step {
  readonly mapped: Mapped;
  readonly lines: number;
}

export interface PlayOptions {
  readonly client: Baton;
  readonly steps: AsyncIterable<Step>;
  /** Of the same steps, counted beforehand. */
  readonly demand: Demand;
  readonly seed: number;
  readonly pace: Pace;
  /** Orders waiting for their answers at a time. */
  readonly inFlightMax: number;
  /** Whether parcels are picked, shipped and delivered. */
  readonly life: boolean;
  /** Ends the replay early, in good order. */
  readonly signal?: AbortSignal | undefined;
  onStep?(tally: Tally): void;
  onDecision?(mapped: Mapped & { kind: 'order' }, told: Told): void;
}

/** One answered order. */
export interface Told {
  readonly outcome: Outcome<OrderAnswer>;
  readonly decision: Decision;
  readonly latencyMs: number;
}

export interface Played {
  readonly tally: Tally;
  readonly ledger: Ledger;
}

/** Put the locations, the carriers and the channel, the same each time. */
export async function putNetwork(client: Baton): Promise<void> {
  for (const location of locations) {
    await put(client, 'location.put', { location }, location.id);
  }
  for (const carrier of carriers) await put(client, 'carrier.put', { carrier }, carrier.id);
  await put(client, 'channel.put', { channel }, channel.id);
}

export async function play(options: PlayOptions): Promise<Played> {
  const player = new Player(options, await openLedger(options.client, options.demand));
  await player.run();
  return { tally: player.tally, ledger: player.ledger };
}

/** Receive what arrives in one week. Rejects when the server refuses. */
export async function receiveWeek(
  client: Baton,
  demand: Demand,
  week: number,
  seed: number,
  ledger?: Ledger,
): Promise<void> {
  const receipts = receiptsOf(demand, week, seed);
  for (let at = 0; at < receipts.length; at += stockEntriesMax) {
    const entries = receipts.slice(at, at + stockEntriesMax);
    const reference = `week ${week}`;
    // Another file or seed has other receipts: the id is of what is in it, so that only the same is once.
    const content = hash32(seed, JSON.stringify(entries)).toString(36);
    const commandId = `replay-receive-${week}-${at}-${content}`;
    const outcome = await client.tryCommand('stock.receive', { entries, reference }, { commandId });
    valueOf(outcome);
    if (ledger === undefined || !(outcome.ok && ledger.isNew(outcome.position))) continue;
    for (const { sku, quantity } of entries) ledger.received(sku, quantity);
  }
}

class Player {
  readonly tally = new Tally();
  readonly ledger: Ledger;
  readonly #options: PlayOptions;
  readonly #pacer: Pacer;
  #terminal: Terminal | undefined;
  #week = -1;
  #inFlight = 0;
  #wake: (() => void) | undefined;
  /** What waits for the answer of an order. */
  readonly #afterOrder = new Map<string, (() => void)[]>();

  constructor(options: PlayOptions, ledger: Ledger) {
    this.#options = options;
    this.ledger = ledger;
    this.#pacer = new Pacer(options.pace, () => performance.now());
  }

  async run(): Promise<void> {
    const { client, steps, seed, demand, signal } = this.#options;
    await putNetwork(client);
    if (this.#options.life) {
      const { ledger, tally } = this;
      const ids = locations.map(({ id }) => id);
      this.#terminal = new Terminal({ client, ledger, tally, seed }, ids);
    }
    try {
      for await (const step of steps) {
        if (signal?.aborted === true) break;
        await this.#step(step);
      }
      await this.#untilInFlight(0);
      if (signal?.aborted !== true) {
        await this.#receiveUpTo(demand.lastWeek + 1);
        await this.#terminal?.finish(60_000);
      }
    } finally {
      await this.#terminal?.close();
    }
  }

  async #step({ mapped, lines }: Step): Promise<void> {
    await this.#receiveUpTo(this.#options.demand.weekOf(mapped.atMs));
    this.#terminal?.advance(mapped.atMs);
    if (mapped.kind === 'order') await this.#place(mapped);
    if (mapped.kind === 'cancellation') for (const body of mapped.bodies) this.#cancel(mapped, body);
    this.tally.read(mapped, lines);
    this.#options.onStep?.(this.tally);
  }

  async #receiveUpTo(week: number): Promise<void> {
    const { client, demand, seed } = this.#options;
    while (this.#week < week) {
      this.#week += 1;
      await receiveWeek(client, demand, this.#week, seed, this.ledger);
    }
  }

  async #place(mapped: Mapped & { kind: 'order' }): Promise<void> {
    const { client, inFlightMax, onDecision } = this.#options;
    const { body } = mapped;
    const dueMs = await this.#pacer.next(mapped.atMs);
    if (this.tally.startedAtMs === 0) this.tally.startedAtMs = dueMs;
    if (this.#inFlight >= inFlightMax) await this.#untilInFlight(inFlightMax - 1);
    const lines = body.lines as readonly { lineId: string; sku: string; quantity: number }[];
    this.ledger.placing(body.orderId, lines);
    this.#afterOrder.set(body.orderId, []);
    // At full speed an order is due when there is room for it; else it was due when it was due.
    const fromMs = this.#options.pace.kind === 'max' ? performance.now() : dueMs;
    this.#send('order.place', body, `replay-place-${body.orderId}`, (outcome) => {
      const nowMs = performance.now();
      const latencyMs = nowMs - fromMs;
      const decision = this.tally.placed(outcome, latencyMs, nowMs);
      if (outcome.ok !== undefined) {
        if (this.ledger.isNew(outcome.position)) this.ledger.placed(body.orderId);
        else this.tally.repeated += 1;
      }
      const waiting = this.#afterOrder.get(body.orderId) ?? [];
      this.#afterOrder.delete(body.orderId);
      for (const work of waiting) work();
      onDecision?.(mapped, { outcome, decision, latencyMs });
    });
    if (client.queued > inFlightMax) await this.#untilInFlight(inFlightMax);
  }

  #cancel(
    mapped: Mapped & { kind: 'cancellation' },
    body: Plain<CommandBody<'order.cancel'>>,
  ): void {
    const waiting = this.#afterOrder.get(body.orderId);
    if (waiting !== undefined) {
      waiting.push(() => this.#cancel(mapped, body));
      return;
    }
    const lines = body.lines ?? [];
    const commandId = `replay-cancel-${mapped.invoice}-${body.orderId}`;
    this.#send('order.cancel', body, commandId, (outcome) => {
      if (outcome.refused !== undefined) count(this.tally.cancelRefusals, outcome.refused.code);
      if (outcome.unanswered !== undefined) this.tally.cancelsUnanswered += 1;
      if (outcome.ok === undefined) return;
      this.tally.cancelled += 1;
      for (const { quantity } of lines) this.tally.unitsCancelled += quantity;
      if (this.ledger.isNew(outcome.position)) this.ledger.cancelled(body.orderId, lines);
    });
  }

  #send<K extends CommandKind>(
    kind: K,
    body: Plain<CommandBody<K>>,
    commandId: string,
    done: (outcome: Outcome<Answer<K>>) => void,
  ): void {
    this.#inFlight += 1;
    this.#options.client.send(kind, body, commandId, (outcome) => {
      this.#inFlight -= 1;
      done(outcome);
      this.#wake?.();
    });
  }

  async #untilInFlight(most: number): Promise<void> {
    while (this.#inFlight > most) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
  }
}

async function openLedger(client: Baton, demand: Demand): Promise<Ledger> {
  const { position, stocks } = await client.query('engine.status', {});
  const ledger = new Ledger(position);
  if (stocks > 0) {
    await eachStock(client, demand.skus, (sku, views) => {
      const sum = { onHand: 0, allocated: 0 };
      for (const { onHand, allocated } of views) {
        sum.onHand += onHand;
        sum.allocated += allocated;
      }
      ledger.open(sku, sum);
    });
  }
  return ledger;
}

/** The id is made of the content, so that a changed network is put again and an unchanged one is not. */
async function put<K extends 'location.put' | 'carrier.put' | 'channel.put'>(
  client: Baton,
  kind: K,
  body: Plain<CommandBody<K>>,
  id: string,
): Promise<void> {
  const commandId = `replay-${kind}-${id}-${hash32(0, JSON.stringify(body)).toString(36)}`;
  await client.command(kind, body, { commandId });
}
