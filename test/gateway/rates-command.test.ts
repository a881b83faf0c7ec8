/** `baton rates`: files of rate cards are read card by card, and each bad one has its row and field. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { noShape } from '../../actors/item-shape.ts';
import { rateRefusal } from '../../actors/rate-checks.ts';
import type { RateCard } from '../../actors/rate-commands.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { Tariff } from '../../engine/promise/tariff.ts';
import { connect } from '../../gateway/client/client.ts';
import { startGateway, type Gateway } from '../../gateway/gateway.ts';
import { measuresOf } from '../../gateway/rates/sample.ts';
import { divisor139, sampleCards } from '../../gateway/rates/sample-cards.ts';
import { runRatesCommand } from '../../gateway/rates/rates-command.ts';
import { locations } from '../../gateway/replay/network.ts';
import { putNetwork } from '../../gateway/replay/player.ts';
import { MemoryDisk } from '../../storage/memory.ts';

let folder = '';
let engine: Engine;
let gateway: Gateway;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-rates-'));
  const fail = (what: unknown): void => {
    throw new Error(String(what));
  };
  const claim = await new MemoryDisk().journal().claim('test');
  const hooks = { onBug: fail, onSlowCommit: () => undefined, onHungCommit: () => fail('hung'), onLost: fail };
  engine = await Engine.open({ claim, clock: systemClock, hooks });
  const authenticate = async () => ({ name: 'op', role: 'operator', channels: '*', locations: '*' }) as const;
  gateway = await startGateway({ engine, host: '127.0.0.1', port: 0, authenticate, allows: () => undefined, onIncident: fail });
  url = `ws://127.0.0.1:${gateway.port}/v1/socket`;
  const client = await connect({ url });
  await putNetwork(client);
  await client.close();
});
afterAll(async () => {
  await engine.close();
  await gateway.close(100);
  await rm(folder, { recursive: true });
});

/** The exit code and what was said. */
async function run(args: readonly string[]): Promise<readonly [number, string]> {
  let said = '';
  const code = await runRatesCommand(args, {}, { write: (text) => void (said += text) });
  return [code, said];
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const [post] = sampleCards as unknown as [RateCard];
const held = (carrier: string): unknown => engine.query({ kind: 'rates.get', body: { carrier: carrier as never, service: 'standard' as never } }).ok.cards;

test('[R83] a file is loaded card by card, packed or not; bad ones are told and the others taken', async () => {
  const broken = { ...post, version: 3, breaks: post.breaks.toReversed() };
  const lines = [post, { ...post, version: 2, carrier: 'nobody' }, broken, { ...post, version: 0 }].map((card) => JSON.stringify(card));
  const name = await file('cards.ndjson.gz', gzipSync(`${lines.join('\n')}\n\nno json\n${JSON.stringify({ ...post, version: 4 })}`));
  const [code, said] = await run(['load', name, '--url', url]);
  expect(code).toBe(1);
  expect(said).toContain('2 cards taken, 4 refused');
  expect(said).toContain('row 2: body.card.carrier: no carrier nobody (unknown-carrier)');
  expect(said).toContain('row 3: breaks[1]: 5000 after 10000: they rise from one to the next');
  expect(said).toContain('row 4: version: must be >= 1');
  expect(said).toContain('row 6: no JSON');
  expect(held('post')).toEqual([post, { ...post, version: 4 }]);
});

test('[R83] CSV is the same card', async () => {
  const [, , air] = sampleCards as unknown as [RateCard, RateCard, RateCard];
  const { zones, breaks, bands = [], surcharges } = air;
  const columns = [
    'record', 'carrier', 'service', 'version', 'currency', 'divisor', 'minimumMinor', 'beyondGrams', 'residentialMinor', 'fuelPercent', 'oversizeSideMm',
    'oversizeGirthMm', 'oversizeMinor', 'zone', 'upToGrams', 'minor', 'country', 'postalPrefixes', 'upToKm',
  ];
  const row = (cells: Record<string, unknown>): string => columns.map((name) => cells[name] ?? '').join(',');
  const { oversize, remote = [] } = surcharges ?? {};
  const rows = [
    row({
      record: 'card', ...air, residentialMinor: surcharges?.residentialMinor, fuelPercent: surcharges?.fuelPercent,
      oversizeSideMm: oversize?.sideMm, oversizeGirthMm: oversize?.girthMm, oversizeMinor: oversize?.minor,
    }),
    ...zones.flatMap(({ zone, minor, beyondMinor }) => [
      ...breaks.map((upToGrams, at) => row({ record: 'rate', zone, upToGrams, minor: minor[at] })),
      row({ record: 'rate', zone, upToGrams: 'beyond', minor: beyondMinor }),
    ]),
    ...bands.map((band) => row({ record: 'band', ...band })),
    ...remote.map(({ country, postalPrefixes, minor }) => row({ record: 'remote', country, postalPrefixes: postalPrefixes.join(';'), minor })),
  ];
  const name = await file('air.csv', `${columns.join(',')}\n${rows.join('\n')}\n`);
  expect(await run(['check', name])).toEqual([0, expect.stringContaining('1 cards are sound, 0 are not')]);
  expect((await run(['load', name, '--url', url]))[0]).toBe(0);
  expect(held('air')).toEqual([air]);
});

test('[R83] a file that is none is told in words', async () => {
  expect((await run(['check', await file('a.csv', 'record,wieght\n')]))[1]).toContain('no such column: wieght');
  const rows = 'record,carrier,service,version,zone,upToGrams,minor,upToKm\nrate,,,,2,500,1,\ncard,post,standard,1,,,,\nrate,,,,2,500,1,\nfee,,,,2,,,\nband,,,,2,,,x\n';
  const [code, said] = await run(['check', await file('b.csv', rows)]);
  expect(code).toBe(1);
  expect(said).toContain('row 2: the first row of a card is its record card');
  expect(said).toContain('row 5: record: there is no fee');
  expect(said).toContain('row 3: bands[0].upToKm: must be integer');
  expect((await run(['load', join(folder, 'nothing.csv'), '--url', url]))[0]).toBe(1);
  expect((await run(['load', 'cards.xlsx']))[0]).toBe(2);
  expect((await run(['lode']))[0]).toBe(2);
  expect((await run(['--help']))[0]).toBe(0);
});

describe('the sample', () => {
  const cards = sampleCards as unknown as readonly RateCard[];

  it('[R84] has sound cards that serve every lane, at prices that rise with zone and weight', async () => {
    for (const card of cards) {
      expect(rateRefusal(card)).toBeUndefined();
      const tariff = new Tariff(card);
      const [from] = locations;
      expect([0, 120, 121, 20_015].map((km) => tariff.zoneName(tariff.zoneOf(from as never, { country: 'US' }, km)))).toEqual(['2', '2', '3', '8']);
      for (let zone = 1; zone < card.zones.length; zone += 1) {
        for (const grams of [...card.breaks, 50_000]) expect(tariff.freightMinor(zone, grams)).toBeGreaterThanOrEqual(tariff.freightMinor(zone - 1, grams));
      }
      expect(tariff.minor(0, 0, { ...noShape, grams: 90_000, unitGrams: 45_000 })).toBeLessThan(Infinity);
    }
    // 139 cubic inches for a pound.
    expect(divisor139).toBe(Math.round((139 * 16.387064) / 0.45359237));
    expect((await run(['sample']))[1].trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(cards);
    await file('sample.ndjson', (await run(['sample']))[1]);
    expect((await run(['load', join(folder, 'sample.ndjson'), '--url', url]))[0]).toBe(0);
    expect(await readFile(join(folder, 'sample.ndjson'), 'utf8')).toContain('"carrier":"parcel"');
  });

  it('[R84] has articles that weigh the same every time, between 30 g and 3 kg', () => {
    const all = Array.from({ length: 200 }, (_, at) => measuresOf(`SKU${at}`, 1));
    expect(measuresOf('SKU7', 1)).toEqual(all[7]);
    expect(Math.min(...all.map(({ grams }) => grams))).toBeGreaterThanOrEqual(30);
    expect(Math.max(...all.map(({ grams }) => grams))).toBeLessThanOrEqual(3_000);
  });
});
