import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { decisionLine, playDemo, seedDemoNetwork } from '../../gateway/demo/play.ts';
import { sampleFiles } from '../../gateway/demo/sample.ts';
import { loadPlacesFile } from '../../gateway/replay/places.ts';
import { play } from '../../gateway/replay/player.ts';
import { openSource, type Source } from '../../gateway/replay/source.ts';
import { summarise } from '../../gateway/replay/summary.ts';
import { serveWhole, type Whole } from './whole.ts';

let source: Source;
let whole: Whole;
beforeAll(async () => {
  source = await openSource(sampleFiles.invoices, await loadPlacesFile(sampleFiles.postal), 1);
  whole = await serveWhole();
});
afterAll(() => whole.stop());

describe('the bundled sample', () => {
  it('[D11] has 2,000 invoices, 1,527 of them orders', () => {
    expect(source).toMatchObject({ invoices: 2_000, orders: 1_527 });
  });

  it('[D15] plays through the real engine with nothing oversold and every order ended', { timeout: 120_000 }, async () => {
    const lines: string[] = [];
    const out = { write: (text: string) => lines.push(text) };
    const summary = await playDemo({ url: whole.url, out, seconds: 2 });
    const { tally, check } = summary;
    expect(check.faults).toEqual([]);
    expect(check.allocated).toBe(0);
    expect(tally.decisions).toMatchObject({ refused: 0, unanswered: 0 });
    const { whole: single, split, backordered } = tally.decisions;
    expect(single + split + backordered).toBe(1_527);
    expect(single).toBeGreaterThan(split);
    expect(split).toBeGreaterThan(backordered);
    expect(backordered).toBeGreaterThan(0);
    expect(summary.status.openOrders).toBe(0);
    expect(tally.parcelsDelivered).toBe(tally.parcelsShipped);
    const text = lines.join('');
    expect(text).toMatch(/54\d{4} GB → [A-Z]+/);
    expect(text).toContain('100 %');
    expect(text).toMatch(/oversold +0/);
    // No cursor movements where nobody has a cursor.
    expect(text).not.toContain('\u001b');
  });

  it('[D16] played again changes nothing: the same answers, no unit moved', { timeout: 120_000 }, async () => {
    const client = await connect({ url: whole.url, queueMax: 100_000 });
    const before = await client.query('engine.status', {});
    const played = await play({
      client,
      steps: source.steps(),
      demand: source.demand,
      seed: 1,
      pace: { kind: 'max' },
      inFlightMax: 64,
      life: false,
    });
    const summary = await summarise(client, source.demand, played, before, 'again');
    await client.close();
    expect(summary.check.faults).toEqual([]);
    expect(played.tally.repeated).toBe(1_527);
    expect(summary.status.position).toBe(before.position);
  });
});

describe('[D17] a replay whose sockets are cut again and again', () => {
  it('ends with the same book as one that was left alone', { timeout: 120_000 }, async () => {
    const fresh = await serveWhole();
    const client = await connect({
      url: fresh.url,
      queueMax: 100_000,
      reconnectBackoff: { firstMs: 2, maxMs: 10 },
    });
    const before = await client.query('engine.status', {});
    let steps = 0;
    let cuts = 0;
    const played = await play({
      client,
      steps: source.steps(),
      demand: source.demand,
      seed: 1,
      pace: { kind: 'max' },
      inFlightMax: 64,
      life: true,
      onStep: () => {
        steps += 1;
        if (steps % 150 !== 0) return;
        cuts += 1;
        client.drop();
      },
    });
    const summary = await summarise(client, source.demand, played, before, 'cut');
    await client.close();
    await fresh.stop();
    expect(cuts).toBe(13);
    expect(summary.check.faults).toEqual([]);
    expect(played.tally.decisions).toMatchObject({ refused: 0, unanswered: 0 });
    expect(played.tally.latency.totalCount).toBe(1_527);
    // No parcel was missed while the terminal was away, and none was handled twice.
    expect(summary.status.openOrders).toBe(0);
    expect(summary.check.allocated).toBe(0);
  });
});

describe('the demo network', () => {
  it('is put with stock and without orders', { timeout: 60_000 }, async () => {
    const fresh = await serveWhole();
    await seedDemoNetwork(fresh.url);
    await seedDemoNetwork(fresh.url);
    const client = await connect({ url: fresh.url });
    expect(await client.query('location.list', {})).toHaveLength(12);
    const status = await client.query('engine.status', {});
    expect(status).toMatchObject({ openOrders: 0 });
    expect(status.stocks).toBeGreaterThan(1_000);
    await client.close();
    await fresh.stop();
  });
});

describe('a decision in one line', () => {
  const body = {
    orderId: '536365',
    channel: 'web',
    destination: { country: 'GB' },
    lines: [{ sku: 'A', quantity: 1 }],
  };
  const mapped = { kind: 'order', invoice: '536365', atMs: 0, refused: [], body } as const;
  const told = (outcome: object): string =>
    decisionLine(mapped, { outcome, decision: 'whole', latencyMs: 1.23 } as never);
  const part = (location: string) => ({ location, distanceKm: 92.2, costMinor: 470 });

  it('says where from, how far, what it costs and how long it took', () => {
    const ok = { fulfillments: [part('LEEDS'), part('BRISTOL')], backordered: 0 };
    expect(told({ ok })).toBe('  536365 GB → LEEDS + BRISTOL  1 line, 2 parcels, 184 km, £9.40, 1.2 ms');
  });

  it('says what waits, what was refused and what was not answered', () => {
    expect(told({ ok: { fulfillments: [], backordered: 3 } })).toContain('waits for stock');
    expect(told({ refused: { code: 'unknown-sku' } })).toContain('✗ unknown-sku');
    expect(told({ unanswered: { code: 'timed-out' } })).toContain('? timed-out');
  });
});
