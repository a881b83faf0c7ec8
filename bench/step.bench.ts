/**
 * One message through one machine: the compiled step the engine runs, beside XState's own interpreter.
 * Both must agree on every message before either is timed.
 */
import type { CarrierMessage } from '../actors/carrier.ts';
import { carrierId, channelId, fulfillmentId, lineId, locationId, orderId, sku } from '../actors/ids.ts';
import type { OrderContext, OrderInput, OrderMessage } from '../actors/order-context.ts';
import type { StockMessage } from '../actors/stock-ledger.ts';
import type { OrderLine } from '../actors/vocabulary.ts';
import { carrierSteps, orderSteps, stockSteps } from '../engine/cells.ts';
import { interpret, step, type Compiled, type Snapshot } from '../engine/step.ts';
import { Digest, number, time, timed, type Bench, type Figure, type Size } from './kit.ts';

const callsCompiled = 20_000;
const callsInterpreted = 2_000;

export const stepBench: Bench = {
  name: 'step',
  measures: 'one message through one machine, next snapshot and effects, compiled; and how many times longer XState’s interpreter takes.',
  leavesOut: 'carrying out the effects, views, rows, the journal. An order’s life here is its own steps, not those of its stocks.',
  async *run(size, only) {
    for (const figure of figures(size)) {
      if (only === undefined || figure.name.includes(only)) yield figure();
      await new Promise(setImmediate);
    }
  },
};

interface Lazy {
  (): Figure;
  readonly name: string;
}

function* figures(size: Size): Generator<Lazy> {
  const life = told(orderSteps, orderSteps.begin(order, []), orderLife);
  yield lazy('order: whole life', (name) => whole(size, name, orderSteps, life));
  for (const one of [...life, ...branches(life)]) {
    yield lazy(`${one.message.type} in ${one.before.value}`, (name) => whole(size, name, orderSteps, [one]));
  }
  for (const one of told(stockSteps, stockSteps.begin({ sku: sku('A'), location: locationId('W0') }, []), stockLife)) {
    yield lazy(one.message.type, (name) => whole(size, name, stockSteps, [one]));
  }
  for (const one of told(carrierSteps, carrierSteps.begin(card, []), carrierLife)) {
    yield lazy(`${one.message.type} in ${one.before.value}`, (name) => whole(size, name, carrierSteps, [one]));
  }
}

function lazy(name: string, make: (name: string) => Figure): Lazy {
  const run = () => make(name);
  return Object.defineProperty(run, 'name', { value: name }) as Lazy;
}

interface Told<C, M> {
  readonly before: Snapshot<C>;
  readonly message: M;
}

/** Each message with the snapshot it finds. Throws when one is not taken. */
function told<C, M extends { readonly type: string }, E, I>(
  machine: Compiled<C, M, E, I>,
  begun: Snapshot<C>,
  messages: readonly M[],
): Told<C, M>[] {
  let before = begun;
  return messages.map((message) => {
    const at = { before, message };
    const after = step(machine, before, message, []);
    if (after === undefined) throw new Error(`${message.type} is not taken in ${before.value}`);
    before = after;
    return at;
  });
}

function whole<C, M extends { readonly type: string }, E, I>(
  size: Size,
  name: string,
  machine: Compiled<C, M, E, I>,
  life: readonly Told<C, M>[],
): Figure {
  const digest = new Digest();
  for (const { before, message } of life) {
    const [effects, judged]: [E[], E[]] = [[], []];
    const [ours, theirs] = [step(machine, before, message, effects), interpret(machine, before, message, judged)];
    digest.add([ours, effects]);
    if (JSON.stringify([ours, effects]) !== JSON.stringify([theirs, judged])) {
      throw new Error(`${message.type}: the compiled step and the interpreter differ`);
    }
  }
  const runs = Math.max(1, Math.round(callsCompiled / life.length));
  const compiled = time(size, runs, () => {
    for (const { before, message } of life) step(machine, before, message, []);
  });
  const slowly = time(size, Math.max(1, Math.round(callsInterpreted / life.length)), () => {
    for (const { before, message } of life) interpret(machine, before, message, []);
  });
  const also = { interpreter: `${number(slowly.micros)} µs, ${number(slowly.micros / compiled.micros)}×` };
  return timed(name, life.length === 1 ? 'µs/step' : `µs/${life.length} steps`, compiled, digest.hex(), also);
}

const line = (index: number): OrderLine => ({
  lineId: lineId(String(index + 1)),
  sku: sku(`SKU-${index}`),
  quantity: 2,
  unitPriceMinor: 1_999,
  allocated: 0,
  backordered: 2,
  shipped: 0,
  cancelled: 0,
});

const order: OrderInput = {
  orderId: orderId('A-1'),
  channel: channelId('web'),
  destination: { country: 'DE', postalCode: '10115', latitude: 52.53, longitude: 13.38 },
  currency: 'EUR',
  customer: undefined,
  shortage: 'refuse',
  service: undefined,
  releaseAfterMs: 0,
  lines: [line(0), line(1), line(2)],
  atMs: 1,
};

const part = fulfillmentId('1');
const parcel = {
  location: locationId('W1'),
  carrier: carrierId('C0'),
  distanceKm: 12,
  costMinor: 312,
  lines: order.lines.map(({ lineId: id, quantity }) => ({ lineId: id, quantity })),
};
const orderLife: readonly OrderMessage[] = [
  { type: 'order.source', atMs: 1 },
  { type: 'order.sourced', plan: { fulfillments: [parcel], short: 0, candidates: 10, runnerUpMinor: 500 }, atMs: 1 },
  { type: 'order.allocated', atMs: 1 },
  { type: 'fulfillment.pick', fulfillmentId: part, atMs: 2 },
  { type: 'fulfillment.ship', fulfillmentId: part, carrier: undefined, tracking: 'T1', atMs: 3 },
  { type: 'fulfillment.deliver', fulfillmentId: part, atMs: 4 },
];

/** Messages that lead off the straight way, each where it is common. */
function branches(life: readonly Told<OrderContext, OrderMessage>[]): Told<OrderContext, OrderMessage>[] {
  const at = (type: OrderMessage['type']): Snapshot<OrderContext> => {
    const found = life.find(({ message }) => message.type === type);
    if (found === undefined) throw new Error(`${type} is no step of the life`);
    return found.before;
  };
  const units = order.lines.map(({ lineId: id, quantity }) => ({ lineId: id, quantity }));
  return [
    { before: at('fulfillment.pick'), message: { type: 'order.cancel', units, reason: 'changed mind', atMs: 5 } },
    {
      before: at('fulfillment.ship'),
      message: { type: 'fulfillment.short', fulfillmentId: part, lines: units.slice(0, 1), reason: 'not there', atMs: 5 },
    },
  ];
}

const stockLife: readonly StockMessage[] = [
  { type: 'stock.receive', quantity: 100 },
  { type: 'stock.allocate', quantity: 3 },
  { type: 'stock.deallocate', quantity: 1 },
  { type: 'stock.ship', quantity: 1 },
  { type: 'stock.short', quantity: 1 },
  { type: 'stock.adjust', delta: -2 },
  { type: 'stock.count', onHand: 90 },
  { type: 'stock.set-aside', bucket: 'held', quantity: 5 },
  { type: 'stock.put-back', bucket: 'held', quantity: 5 },
  { type: 'stock.buffer', buffer: 4 },
];

const card = { id: carrierId('C0'), name: 'Carrier', baseMinor: 300, perKmMinor: 1 };
const carrierLife: readonly CarrierMessage[] = [
  { type: 'carrier.dispatch' },
  { type: 'carrier.deliver' },
  { type: 'carrier.suspend', reason: 'strike' },
  { type: 'carrier.resume' },
];
