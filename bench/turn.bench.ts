/** The engine in process: orders per second from `submit` to the durable reply, without a socket. */
import { performance } from 'node:perf_hooks';
import type { EngineStatus, Outcome } from '../engine/outcome.ts';
import type { OrderAnswer, ReservationAnswer } from '../actors/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { openSeeded, openStore, pump, stray, type Durability } from './in-process.ts';
import { Digest, median, number, type Bench, type Figure, type Size } from './kit.ts';
import { issueShape, Orders, type Asked, type OrderBody, type Shape } from './workload.ts';

/** As many as 64 connections with 16 requests each. */
const inFlight = 1_024;

interface Case {
  readonly name: string;
  readonly durability: Durability;
  readonly shape: Shape;
  readonly mix: 'place' | 'life' | 'reserve';
  readonly roundsMax: number;
}

const hot: Shape = { ...issueShape, isHot: true, skus: 1 };
const cases: readonly Case[] = [
  { name: 'place, 3 lines, memory', durability: 'memory', shape: issueShape, mix: 'place', roundsMax: 5 },
  { name: 'place, 3 lines, LMDB', durability: 'lmdb', shape: issueShape, mix: 'place', roundsMax: 5 },
  { name: 'place, one hot SKU, LMDB', durability: 'lmdb', shape: hot, mix: 'place', roundsMax: 5 },
  { name: 'life, 3 lines, LMDB', durability: 'lmdb', shape: issueShape, mix: 'life', roundsMax: 5 },
  { name: 'reserve, 3 lines, memory', durability: 'memory', shape: issueShape, mix: 'reserve', roundsMax: 5 },
  { name: 'reserve, 3 lines, LMDB', durability: 'lmdb', shape: issueShape, mix: 'reserve', roundsMax: 5 },
];

export const turnBench: Bench = {
  name: 'turn',
  measures:
    'orders through the whole engine in this process, 1,024 in flight: receipt, sourcing over 10 locations, ' +
    'allocation, journal record, durable, reply. `life` adds pick, ship and deliver of every parcel; ' +
    '`reserve` holds the same carts instead of ordering them.',
  leavesOut: 'sockets, decoding and checking of messages, encoding of replies, subscribers, a second process.',
  async *run(size, only) {
    for (const each of cases) {
      if (only === undefined || each.name.includes(only)) yield await measure(each, size);
    }
  },
};

interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

async function measure(given: Case, size: Size): Promise<Figure> {
  const isTiny = size === 'tiny';
  const perRound = isTiny ? 60 : 20_000;
  const rounds = isTiny ? 2 : given.roundsMax;
  const shape = isTiny && !given.shape.isHot ? { ...given.shape, skus: 50 } : given.shape;
  // The hot SKU runs out before the end: half an order short of nine tenths of all.
  const total = perRound * (rounds + 1);
  const unitsEach = given.shape.isHot ? Math.ceil((0.9 * total) / shape.locations) : shape.unitsEach;
  const store = await openStore(given.durability);
  const engine = await openSeeded(store.claim, { ...shape, unitsEach });
  try {
    const run = new Run(given, engine, { ...shape, unitsEach }, isTiny ? 10 : inFlight);
    await run.round(perRound);
    const before = run.status();
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) measured.push(await run.round(perRound));
    const after = run.status();
    if (given.shape.isHot) run.checkHot(unitsEach * shape.locations, total);
    const turns = after.position - before.position;
    const rates = measured.map(({ perSecond }) => perSecond);
    const also = {
      cpu: `${number(median(measured.map(({ cpuMicros }) => cpuMicros)))} µs/order`,
      journal: `${number((after.recordBytes - before.recordBytes) / (perRound * rounds))} B/order`,
      turn: `${number((perRound * rounds) / turns)} orders/turn`,
      spread: `${(Math.max(...rates) / Math.min(...rates)).toFixed(2)}×`,
      ...(given.shape.isHot ? { sold: `${run.sold} of ${unitsEach * shape.locations}, none too many` } : {}),
    };
    return { name: given.name, value: median(rates), unit: 'orders/s', also, hash: run.digest.hex() };
  } finally {
    await engine.close();
    await store.remove();
  }
}

/** The cart of an order, held under its id. */
function reserve({ orderId, channel, destination, lines }: OrderBody = stray()): Asked {
  const cart = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return { kind: 'reservation.make', body: { reservationId: orderId, channel, destination, lines: cart } };
}

/** One engine under work, over several rounds. */
class Run {
  readonly digest = new Digest();
  sold = 0;
  #refused = 0;
  readonly #given: Case;
  readonly #engine: Engine;
  readonly #orders: Orders;
  readonly #inFlight: number;

  constructor(given: Case, engine: Engine, shape: Shape, inFlightCount: number) {
    this.#given = given;
    this.#engine = engine;
    this.#orders = new Orders(shape, 'o-');
    this.#inFlight = inFlightCount;
  }

  status(): EngineStatus {
    return this.#engine.query({ kind: 'engine.status', body: {} }).ok;
  }

  /** Place so many orders; with `life`, bring every one to its end. */
  async round(count: number): Promise<Round> {
    // The orders are made before the clock starts: making them is not the engine's work.
    const bodies = Array.from({ length: count }, () => this.#orders.next());
    const answers: OrderAnswer[] = [];
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    const isReserve = this.#given.mix === 'reserve';
    const ask = (index: number): Asked => (isReserve ? reserve(bodies[index]) : { kind: 'order.place', body: bodies[index] ?? stray() });
    await pump(this.#engine, count, this.#inFlight, ask, (outcome) => {
      const answer = isReserve ? this.#noteHeld(outcome) : this.#note(outcome);
      if (answer !== undefined) answers.push(answer);
    });
    if (this.#given.mix === 'life') await this.#live(answers);
    const elapsedMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(startCpu);
    return { perSecond: (count / elapsedMs) * 1_000, cpuMicros: (user + system) / count };
  }

  async #live(answers: readonly OrderAnswer[]): Promise<void> {
    const parts = answers.flatMap(({ orderId, fulfillments }) =>
      fulfillments.map(({ fulfillmentId }) => ({ orderId, fulfillmentId })),
    );
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) {
      const tell = (index: number): Asked => ({ kind, body: parts[index] ?? stray() });
      await pump(this.#engine, parts.length, this.#inFlight, tell, (outcome) => {
        if (outcome.refused !== undefined) throw new Error(`${kind}: ${outcome.refused.detail}`);
        this.digest.add((outcome.ok as OrderAnswer).state);
      });
    }
  }

  #note(outcome: Outcome): OrderAnswer | undefined {
    if (outcome.refused !== undefined) {
      if (!this.#given.shape.isHot || outcome.refused.code !== 'out-of-stock') {
        throw new Error(`an order was refused: ${outcome.refused.detail}`);
      }
      this.#refused += 1;
      this.digest.add(outcome.refused.code);
      return undefined;
    }
    const answer = outcome.ok as OrderAnswer;
    this.sold += 1;
    this.digest.add([answer.orderId, answer.state, answer.fulfillments.map(({ location, costMinor }) => [location, costMinor])]);
    return answer;
  }

  #noteHeld({ refused, ok }: Outcome): undefined {
    if (refused !== undefined) throw new Error(`a cart was refused: ${refused.detail}`);
    const { reservationId, state, fulfillments } = ok as ReservationAnswer;
    this.digest.add([reservationId, state, fulfillments.map(({ location, costMinor }) => [location, costMinor])]);
  }

  /** Exactly what was there was sold, and whoever came later was refused. */
  checkHot(units: number, asked: number): void {
    const expected = Math.min(units, asked);
    if (this.sold !== expected || this.#refused !== asked - expected) {
      throw new Error(`${this.sold} sold of ${units} units, ${this.#refused} of ${asked} orders refused`);
    }
  }
}
