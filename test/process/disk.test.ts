/** Disks that are full, fail, hang or are slow, under a real server with traffic on it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { fill, hasMounts, hasStrace, inject, onSmallDisk, Site, sleep } from './faults-kit.ts';
import { readOn } from './journal.ts';
import type { Program } from './program.ts';
import { Traffic } from './traffic.ts';
import { Witness } from './witness.ts';

const mib = 1024 ** 2;
/** Nothing acknowledged is lost and nothing sold twice, as the journal of a stopped server has it. */
async function judge(site: Site, traffic: Traffic): Promise<void> {
  const witness = new Witness();
  await readOn(site.data, witness);
  witness.check(traffic.calls);
  witness.checkOrder(traffic.calls);
  expect(witness.faults).toEqual([]);
  expect(witness.accepted).toBeGreaterThan(0);
}

/** Ended by a lost journal. After a failed write lmdb sometimes breaks down before or while the process is on its way out. */
function isLost(server: Program, code: number | null, signal: NodeJS.Signals | null): boolean {
  const isTold = /the journal is lost|Write error/.test(server.output());
  const isBrokenExit = (signal === 'SIGABRT' || signal === 'SIGSEGV') && isTold;
  return code === 75 || isBrokenExit;
}

async function endCleanly(server: Program): Promise<void> {
  server.kill('SIGTERM');
  expect((await server.exit).code).toBe(0);
}

test('[P9] a full disk: commands are refused by name on every door, reads go on, room is enough, nothing is lost', { timeout: 120_000 }, async (context) => {
  if (!hasMounts()) return context.skip();
  await Site.use(async (site) => onSmallDisk(site.folder, 220, async (disk) => {
    const ballast = join(disk, 'ballast');
    let server = await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    traffic.start(4);
    await traffic.grows();
    expect(await site.get('/readyz')).toBe('200 serving');

    // Less than the engine keeps free (128 MiB): it stops taking commands before the disk is full.
    fill(ballast, 110 * mib);
    await expect.poll(() => site.get('/readyz'), { timeout: 10_000 }).toBe('503 full');
    expect(await site.get('/healthz')).toBe('200 ok');
    const before = traffic.answered;
    await expect.poll(() => traffic.passing.get('storage-full') ?? 0).toBeGreaterThan(10);
    const body = { channel: { id: 'late', name: 'late' } };
    const problem = await site.post('/v1/commands/channel.put', body, { 'idempotency-key': 'late' });
    expect(problem).toMatchObject({ status: 507, body: { code: 'storage-full', retryable: true } });
    expect(await site.post('/v1/queries/stock.get', { sku: 'SKU-1' })).toMatchObject({ status: 200 });
    const client = await connect({ url: site.url });
    expect(await client.query('order.counts', {})).toHaveProperty('byState');
    for await (const push of client.subscribe({ topic: 'stock', skus: ['SKU-1'] })) {
      expect(push).toHaveProperty('snapshot');
      break;
    }
    await client.close();
    expect(traffic.answered - before).toBe(0);
    rmSync(ballast);
    await traffic.grows();
    expect(await site.get('/readyz')).toBe('200 serving');

    // Full to the last at one blow: a commit fails, the process ends, and comes back on the full disk to be read.
    fill(ballast, 1024 * mib);
    const { code, signal } = await server.exit;
    expect(isLost(server, code, signal), `${code} ${signal}\n${server.output()}`).toBe(true);
    server = await site.serve();
    expect(await site.get('/readyz')).toBe('503 full');
    expect(await site.post('/v1/queries/stock.get', { sku: 'SKU-1' })).toMatchObject({ status: 200 });
    rmSync(ballast);
    await traffic.grows();
    await traffic.stop();
    await traffic.close();
    await endCleanly(server);
    await judge(site, traffic);
  }), ['--reserve-mib', '8']);
});

describe('[P10] a write that fails under load ends the process, and it comes back sound', () => {
  const faults = [
    ['fdatasync', 'EIO'], ['pwrite64', 'EIO'], ['writev', 'EIO'], ['pwrite64', 'ENOSPC'], ['writev', 'ENOSPC'],
  ] as const;
  for (const [call, error] of faults) {
    test(`${call} fails with ${error}`, { timeout: 120_000 }, async (context) => {
      if (!hasStrace()) return context.skip();
      await Site.use(async (site) => {
        let server = await site.serve();
        const traffic = await Traffic.open({ url: site.url });
        await traffic.furnish();
        traffic.start(4);
        for (let round = 0; round < 3; round += 1) {
          await traffic.grows(50);
          await inject(server, `${call}:error=${error}:when=${1 + Math.floor(Math.random() * 30)}`);
          const { code, signal } = await server.exit;
          // An error on the page that makes a commit valid leaves it hanging; the watchdog ends that.
          const isHang = signal === 'SIGKILL' && server.output().includes('a commit hangs');
          expect(isLost(server, code, signal) || isHang, `${code} ${signal}\n${server.output()}`).toBe(true);
          const endedAtMs = performance.now();
          const lastAtMs = Math.max(...traffic.calls.map(({ returnedAtMs }) => (returnedAtMs === Infinity ? 0 : returnedAtMs)));
          if (!isHang) expect(endedAtMs - lastAtMs).toBeLessThan(1_500);
          const witness = new Witness();
          await readOn(site.data, witness);
          witness.check(traffic.calls);
          expect(witness.faults).toEqual([]);
          server = await site.serve();
        }
        await traffic.stop();
        await traffic.close();
        await endCleanly(server);
        await judge(site, traffic);
      });
    });
  }
});

test('[P11] a commit that hangs: /healthz fails first, then the process ends itself, and nobody was answered', { timeout: 60_000 }, async (context) => {
  if (!hasStrace()) return context.skip();
  await Site.use(async (site) => {
    let server = await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    traffic.start(4);
    await traffic.grows();
    const letGo = await inject(server, 'fdatasync:delay_enter=60000000');
    const before = traffic.answered;
    const hungAtMs = performance.now();
    await expect.poll(() => site.get('/healthz'), { timeout: 9_000 }).toBe('503 overdue');
    expect(await site.post('/v1/queries/stock.get', { sku: 'SKU-1' })).toMatchObject({ status: 200 });
    await expect.poll(server.output, { timeout: 13_000 }).toMatch(/a commit hangs/);
    expect(performance.now() - hungAtMs).toBeLessThan(13_000);
    // A process that died under strace is told to its parent when strace lets go of it.
    letGo();
    expect(await server.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(server.output()).toMatch(/a commit is slow/);
    // What was on its way when the fault began may have come; after it, nothing.
    expect(traffic.answered - before).toBeLessThan(20);
    server = await site.serve();
    await traffic.stop();
    await traffic.close();
    await endCleanly(server);
    await judge(site, traffic);
  });
});

test('[P12] a slow disk makes answers late, never early, and memory does not grow', { timeout: 60_000 }, async (context) => {
  if (!hasStrace()) return context.skip();
  await Site.use(async (site) => {
    const server = await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    const letGo = await inject(server, 'fdatasync:delay_enter=200000');
    const before = await site.memoryMib(server);
    const from = traffic.calls.length;
    // As many as a connection may have in flight, and four times as many waiting in the client.
    traffic.start(1_280);
    await sleep(6_000);
    letGo();
    await traffic.stop();
    const during = traffic.calls.slice(from).filter(({ invokedAtMs }) => invokedAtMs < (traffic.calls[from]?.invokedAtMs ?? 0) + 5_000);
    const soonest = Math.min(...during.map(({ invokedAtMs, returnedAtMs }) => returnedAtMs - invokedAtMs));
    expect(during.length).toBeGreaterThan(4 * 1_280);
    expect(soonest).toBeGreaterThan(190);
    expect((await site.memoryMib(server)) - before).toBeLessThan(150);
    expect(await site.get('/healthz')).toBe('200 ok');
    await traffic.close();
    await endCleanly(server);
    await judge(site, traffic);
  });
});
