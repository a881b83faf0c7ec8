/** Promises for product pages and baskets: dates, costs and parcels from calendars, stock and transit times. */
import type { CommandBody, CommandKind, CommandOf } from '../actors/commands.ts';
import { channelId, commandId, sku, type Sku } from '../actors/ids.ts';
import { Engine } from '../engine/engine.ts';
import { MemoryDisk } from '../storage/memory.ts';
import { Digest, time, timed, type Bench } from './kit.ts';
import { randomFrom } from './random.ts';

const nowMs = Date.UTC(2025, 2, 28, 11, 30);
const skusEach = 500;

const zones = ['Europe/Berlin', 'Europe/London', 'America/New_York', 'Asia/Kolkata'];
const countries = ['DE', 'GB', 'US', 'IN'];
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const week = <T>(each: T): Record<string, T> => Object.fromEntries(weekdays.map((day) => [day, each]));
const places = [{ latitude: 52.5, longitude: 13.4 }, { latitude: 48.1, longitude: 11.6 }, { latitude: 53.6, longitude: 10 }];

export const promiseBench: Bench = {
  name: 'promise',
  measures: 'promise.bulk (500 SKUs to one destination) and promise.get (3 lines), with hours, holidays, cut-offs and 6 services.',
  leavesOut: 'sockets and encoding; carriers that answer themselves.',
  async *run(size, only) {
    for (const locations of [10, 100]) {
      const engine = await world(locations);
      const destination = (index: number) => ({ country: 'DE', postalCode: '10115', ...places[index % places.length] });
      const skus = Array.from({ length: skusEach }, (_, index) => name(index));
      const bulk = (index: number) =>
        engine.query({ kind: 'promise.bulk', body: { channel: channelId('web'), destination: destination(index), skus } }).ok;
      const lines = [1, 2, 3].map((index) => ({ sku: name(index), quantity: index }));
      const get = (index: number) =>
        engine.query({ kind: 'promise.get', body: { channel: channelId('web'), destination: destination(index), lines } }).ok;
      const cases = [[`bulk, ${skusEach} SKUs, ${locations} locations`, bulk, 60], [`get, 3 lines, ${locations} locations`, get, 300]] as const;
      for (const [what, ask, calls] of cases) {
        if (only !== undefined && !what.includes(only)) continue;
        const digest = new Digest();
        for (const index of [0, 1, 2]) digest.add(ask(index));
        yield timed(what, 'µs/query', time(size, calls, (index) => void ask(index)), digest.hex());
        await new Promise(setImmediate);
      }
      await engine.close();
    }
  },
};

const name = (index: number): Sku => sku(`SKU-${index}`);

/** Locations in four countries, two carriers of three services each, and stock of every SKU at three in ten locations. */
async function world(locations: number): Promise<Engine> {
  const claim = await new MemoryDisk().journal().claim('bench');
  const hooks = { onBug: fail, onSlowCommit: ignore, onHungCommit: ignore, onLost: ignore };
  const clock = {
    now: () => nowMs,
    measureMs: () => 0,
    after: () => () => undefined,
    soon: (work: () => void) => void setImmediate(work),
  };
  const engine = await Engine.open({ claim, clock, hooks });
  let count = 0;
  const send = <K extends CommandKind>(kind: K, body: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const command = { kind, commandId: commandId(`b${count++}`), by: 'bench', body: body as CommandBody<K> } satisfies CommandOf<K>;
      engine.submit(command as never, ({ refused }) => (refused === undefined ? resolve() : reject(new Error(refused.detail))));
    });
  await send('channel.put', { channel: { id: 'web', name: 'Web' } });
  for (const carrier of ['dhl', 'ups']) await send('carrier.put', { carrier: card(carrier) });
  for (const table of ['ground', 'air', 'express']) {
    for (const country of countries) await send('transit.put', { table, origin: { country }, lanes: lanes(table) });
  }
  for (let index = 0; index < locations; index += 1) await send('location.put', { location: location(index) });
  await stock(locations, send);
  return engine;
}

const fail = (bug: unknown): never => {
  throw bug;
};
const ignore = (): void => undefined;

function card(id: string): object {
  const service = (transit: string, baseMinor: number, cutOff: string): object => ({
    id: transit, name: transit, baseMinor, perKmMinor: 0.4, transit, cutOffs: week([cutOff]), pickupDays: weekdays, deliveryDays: weekdays,
  });
  const services = [service('ground', 399, '17:00'), service('air', 899, '15:00'), service('express', 1_499, '18:30')];
  const holidays = [{ date: '2025-04-18', countries: ['DE', 'GB'] }, { date: '2025-04-21', countries: ['DE', 'GB'] }];
  return { id, name: id, baseMinor: 399, perKmMinor: 0.4, services, holidays };
}

function lanes(table: string): object[] {
  const [home, abroad] = table === 'ground' ? [2, 6] : table === 'air' ? [1, 3] : [1, 2];
  const days = (typicalDays: number): object => ({ minDays: typicalDays - 1, typicalDays, maxDays: typicalDays + 2 });
  return [{ country: 'DE', postalPrefix: '1', ...days(home) }, { country: 'DE', ...days(home + 1) }, days(abroad)];
}

function location(index: number): object {
  const at = index % countries.length;
  return {
    id: `L${index}`, name: `L${index}`, type: 'warehouse', country: countries[at], postalCode: '10115', state: 'open',
    latitude: 50 + (index % 7), longitude: 8 + (index % 9), timeZone: zones[at], hours: week([{ from: '08:00', to: '18:00' }]),
    holidays: [{ date: '2025-05-01' }], processingMs: 5_400_000,
  };
}

async function stock(locations: number, send: (kind: 'stock.receive', body: object) => Promise<void>): Promise<void> {
  const random = randomFrom(1);
  for (let index = 0; index < locations; index += 1) {
    const entries = Array.from({ length: skusEach }, (_, at) => ({ sku: `SKU-${at}`, location: `L${index}`, quantity: 10 }));
    const some = entries.filter(() => random() < 0.3);
    if (some.length > 0) await send('stock.receive', { entries: some });
  }
}
