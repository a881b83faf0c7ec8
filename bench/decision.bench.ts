/**
 * The whole decision where the units of an order come from: candidates and their carriage, thirty compiled rules, the
 * planner, the dates that are promised, and what an explanation needs; over 25 locations with calendars.
 */
import type { CommandBody, CommandKind, CommandOf } from '../actors/commands.ts';
import { channelId, commandId, lineId, locationId, orderId, sku } from '../actors/ids.ts';
import { Engine } from '../engine/engine.ts';
import { datedPlan } from '../engine/promise/promise-for.ts';
import { decide } from '../engine/routing/decide.ts';
import { MemoryDisk } from '../storage/memory.ts';
import { Digest, tails, time, timed, type Bench } from './kit.ts';
import { randomFrom } from './random.ts';

const nowMs = Date.UTC(2025, 2, 28, 11, 30);
const locations = 25;
const skus = 500;
const ordersEach = 256;

const cases = [
  { lines: 1, isRuled: true, isPriced: false },
  { lines: 3, isRuled: true, isPriced: false },
  { lines: 5, isRuled: true, isPriced: false },
  { lines: 5, isRuled: true, isPriced: true },
  { lines: 5, isRuled: false, isPriced: true },
  { lines: 5, isRuled: false, isPriced: false },
] as const;

export const decisionBench: Bench = {
  name: 'decision',
  measures: 'one whole decision of an order: candidates of 25 locations, 30 rules, the planner, dates, and what explains it.',
  leavesOut: 'sockets, allocating, journaling; writing the explanation down.',
  async *run(size, only) {
    for (const { lines, isRuled, isPriced } of cases) {
      const name = `${lines} lines, ${isRuled ? '30 rules' : 'no rules'}${isPriced ? ', prices' : ''}`;
      if (only !== undefined && !name.includes(only)) continue;
      const engine = await world(isRuled, isPriced);
      const { core } = engine.inspect();
      const orders = Array.from({ length: ordersEach }, (_, seed) => order(lines, seed + 1));
      const ask = (index: number) => {
        const asked = orders[index % ordersEach] as ReturnType<typeof order>;
        const { request, plan } = decide(core, asked, nowMs);
        return { request, plan: datedPlan(core.world, plan, asked.destination, nowMs) };
      };
      const digest = new Digest();
      for (let index = 0; index < 16; index += 1) {
        const { request, plan } = ask(index);
        digest.add([request.candidates.map(({ location: from, costMinor, ruled }) => [from, costMinor, ruled]), request.removed, plan]);
      }
      yield timed(name, 'µs/decision', time(size, 4_000, (index) => void ask(index)), digest.hex(), tails(size, 20_000, ask));
      await engine.close();
    }
  },
};

const cities = [[52.5, 13.4], [48.1, 11.6], [53.6, 10], [51.5, -0.1], [40.4, -3.7]] as const;

function order(lines: number, seed: number) {
  const random = randomFrom(seed);
  const [latitude, longitude] = cities[Math.floor(random() * cities.length)] as (typeof cities)[number];
  return {
    orderId: orderId(`o${seed}`),
    channel: channelId('web'),
    destination: { country: 'DE', postalCode: '10115', latitude: latitude + random(), longitude: longitude + random() },
    service: undefined,
    priority: Math.floor(random() * 10),
    tags: random() < 0.1 ? ['gift'] : ['plain'],
    attributes: { tier: random() < 0.3 ? 'gold' : 'silver' },
    placedAtMs: nowMs,
    lines: Array.from({ length: lines }, (_, index) => {
      const quantity = 1 + Math.floor(random() * 2);
      return {
        lineId: lineId(String(index + 1)), sku: sku(`SKU-${Math.floor(random() * skus)}`), quantity, unitPriceMinor: 500 + Math.floor(random() * 4_000),
        allocated: 0, backordered: quantity, shipped: 0, cancelled: 0,
      };
    }),
  };
}

/** Thirty rules: of the location alone, of the order alone, of both, of services, of lines and their stock. */
const rules: readonly object[] = [
  { id: 'h1', exclude: 'location', when: 'location.type == "supplier"' },
  { id: 'h2', exclude: 'location', when: '!("ship" in location.capabilities)' },
  { id: 'h3', exclude: 'location', when: 'location.country != destination.country && order.priority < 2' },
  { id: 'h4', exclude: 'location', when: 'order.valueMinor > 1500000 && location.type == "store"' },
  { id: 'h5', exclude: 'location', when: 'location.distanceKm > 4000' },
  { id: 'h6', exclude: 'location', when: 'location.type == "store" && stock.atp < 2' },
  { id: 'h7', exclude: 'location', when: 'line.quantity > 50 && location.type == "store"' },
  { id: 'h8', exclude: 'service', when: 'service.costMinor > 9000' },
  { id: 'h9', exclude: 'service', when: 'service.id == "express" && order.priority < 8' },
  { id: 'h10', exclude: 'split', when: '"gift" in order.tags' },
  { id: 'p1', cost: 250, when: 'location.type == "store"' },
  { id: 'p2', cost: 'location.numbers["labour"] * 3.0', otherwise: 0 },
  { id: 'p3', cost: '-location.numbers["weeks"] * 4.0', otherwise: 0 },
  { id: 'p4', cost: 40, when: '"north" in location.groups' },
  { id: 'p5', cost: 120, when: 'location.country == "GB"' },
  { id: 'p6', cost: 60, when: 'location.attributes["tier"] == "b"', otherwise: 10 },
  { id: 'p7', cost: 15, when: 'size(location.groups) > 1' },
  { id: 'p8', cost: 5, when: 'location.name.startsWith("L1")' },
  { id: 'o1', cost: 30, when: 'order.attributes["tier"] == "gold"' },
  { id: 'o2', cost: 'order.lineCount * 10' },
  { id: 'o3', cost: 20, when: 'order.units > 5' },
  { id: 'b1', cost: 200, when: '!location.isHome' },
  { id: 'b2', cost: 'location.distanceKm / 10' },
  { id: 'b3', cost: 90, when: 'location.distanceKm > 800 && order.priority > 6' },
  { id: 'b4', cost: -80, when: 'location.hasAll' },
  { id: 'b5', cost: 'max(0, 3 - location.wholeLines) * 25' },
  { id: 's1', cost: 300, when: 'service.carrier == "ups"' },
  { id: 's2', cost: -50, when: 'service.id == "ground"' },
  { id: 'u1', cost: 'max(0, 5 - stock.atp) * 40', per: 'unit' },
  { id: 'l1', cost: 12, per: 'line', when: 'location.type == "store"' },
];

async function world(isRuled: boolean, isPriced: boolean): Promise<Engine> {
  const claim = await new MemoryDisk().journal().claim('bench');
  const hooks = { onBug: fail, onSlowCommit: ignore, onHungCommit: ignore, onLost: ignore };
  const clock = { now: () => nowMs, measureMs: () => 0, after: () => () => undefined, soon: (work: () => void) => void setImmediate(work) };
  const engine = await Engine.open({ claim, clock, hooks, isPriced });
  let count = 0;
  const send = <K extends CommandKind>(kind: K, body: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const command = { kind, commandId: commandId(`b${count++}`), by: 'bench', body: body as CommandBody<K> } satisfies CommandOf<K>;
      engine.submit(command as never, ({ refused }) => (refused === undefined ? resolve() : reject(new Error(refused.detail))));
    });
  await send('channel.put', { channel: { id: 'web', name: 'Web' } });
  for (const id of ['dhl', 'ups']) await send('carrier.put', { carrier: carrier(id) });
  for (const table of ['ground', 'air', 'express']) {
    const days = table === 'ground' ? 3 : 1;
    await send('transit.put', { table, origin: { country: 'DE' }, lanes: [{ country: 'DE', minDays: days - 1, typicalDays: days, maxDays: days + 2 }] });
  }
  const random = randomFrom(7);
  for (let index = 0; index < locations; index += 1) {
    await send('location.put', { location: location(index) });
    const entries = Array.from({ length: skus }, (_, at) => ({ sku: `SKU-${at}`, location: `L${index}`, quantity: 1 + Math.floor(random() * 12) }));
    await send('stock.receive', { entries: entries.filter(() => random() < 0.4) });
  }
  if (isRuled) {
    await send('plan.put', { plan: { format: 'baton.plan/1', id: 'thirty', name: 'Thirty rules', rules, objective: { kmMinor: 0.1 }, split: { maxParcels: 4 } }, reason: 'bench' });
    await send('plan.validate', { planId: 'thirty', version: 1 });
    await send('plan.publish', { planId: 'thirty', version: 1, reason: 'bench' });
  }
  const { prices } = engine.inspect().core;
  for (let at = 0; prices !== undefined && at < skus; at += 1) {
    prices.put(sku(`SKU-${at}`), new Map(Array.from({ length: locations }, (_, index) => [locationId(`L${index}`), 200 * random()])), nowMs);
  }
  return engine;
}

const fail = (bug: unknown): never => {
  throw bug;
};
const ignore = (): void => undefined;

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const week = <T>(each: T): Record<string, T> => Object.fromEntries(weekdays.map((day) => [day, each]));

function carrier(id: string): object {
  const service = (transit: string, baseMinor: number, cutOff: string): object =>
    ({ id: transit, name: transit, baseMinor, perKmMinor: 0.4, transit, cutOffs: week([cutOff]), pickupDays: weekdays, deliveryDays: weekdays });
  return { id, name: id, baseMinor: 399, perKmMinor: 0.4, services: [service('ground', 399, '17:00'), service('air', 899, '15:00'), service('express', 1_499, '18:30')] };
}

function location(index: number): object {
  const type = index % 3 === 0 ? 'warehouse' : 'store';
  return {
    id: `L${index}`, name: `L${index}`, type, country: index % 5 === 4 ? 'GB' : 'DE', postalCode: '10115', state: 'open',
    latitude: 47 + (index % 7), longitude: 6 + (index % 9), timeZone: 'Europe/Berlin', hours: week([{ from: '08:00', to: '18:00' }]), processingMs: 5_400_000,
    groups: index % 2 === 0 ? ['north', 'all'] : ['all'], attributes: { labour: 10 + index, weeks: index % 6, tier: index % 2 === 0 ? 'a' : 'b' },
  };
}
