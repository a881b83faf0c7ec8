/** Rehearsals beside a real server with traffic on it, by the tool and over the wire. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import type { RehearsalRun, Rehearsed } from '../../engine/rehearse/result.ts';
import { connect } from '../../gateway/client/client.ts';
import { Site } from './faults-kit.ts';
import { run } from './program.ts';
import { Traffic } from './traffic.ts';

const plan = { format: 'baton.plan/1', id: 'new', name: 'new', rules: [{ id: 'labour', cost: 50 }] } as unknown as PlanDocument;

test('[X19] a directory is rehearsed while it is served, by the tool and over the wire, with progress, and cancelled', { timeout: 300_000 }, async () => {
  await Site.use(async (site) => {
    await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    traffic.start();
    await traffic.grows(300);
    const file = join(site.folder, 'plan.yaml');
    await writeFile(file, JSON.stringify(plan));
    const tool = run('cli.js', ['rehearse', '--plan', file, '--data', site.data, '--json', '--explain', '1']);
    expect(await tool.exit).toEqual({ code: 0, signal: null });
    const { rehearsed, run: figures } = JSON.parse(tool.output()) as { rehearsed: Rehearsed; run: RehearsalRun };
    expect(rehearsed.baseline.orders + rehearsed.baseline.refusedOrders).toBeGreaterThan(50);
    expect(figures.ordersPerSecond).toBeGreaterThan(0);
    expect(rehearsed.beginnings).toMatchObject([{ position: 0, guessed: 0, leftOut: 0 }]);
    // The whole journal, under the settings it was made under: every placement as it was answered.
    expect(rehearsed.fidelity.baseline.asRecorded).toBe(rehearsed.fidelity.baseline.placements);
    await traffic.stop();
    const client = await connect({ url: site.url });
    const began = await client.query('rehearsal.start', { plan, explain: 0 } as never);
    expect(began).toMatchObject({ rehearsalId: 'r1', state: 'running' });
    const second = await client.tryQuery('rehearsal.start', { plan } as never);
    expect(second.refused).toMatchObject({ code: 'wrong-state' });
    const state = async (): Promise<string | undefined> => (await client.query('rehearsal.get', {}))?.state;
    await expect.poll(state, { timeout: 200_000, interval: 100 }).toBe('done');
    const done = await client.query('rehearsal.get', { rehearsalId: 'r1' });
    expect(done).toMatchObject({ share: 1, rehearsed: { plan: 'new' } });
    expect(done?.rehearsed?.baseline.orders ?? 0).toBeGreaterThanOrEqual(rehearsed.baseline.orders);
    await client.query('rehearsal.start', { plan } as never);
    expect(await client.query('rehearsal.cancel', { rehearsalId: 'r2' })).toMatchObject({ state: 'cancelled' });
    expect(await client.query('rehearsal.cancel', { rehearsalId: 'r9' })).toBeNull();
    const bad = { ...plan, rules: [{ id: 'x', cost: 1, when: 'ordr.lines > 1' }] };
    expect((await client.tryQuery('rehearsal.start', { plan: bad } as never)).refused).toMatchObject({ code: 'invalid-plan' });
    await client.close();
    await traffic.close();
  });
});

test('[X19] what cannot be done says why', { timeout: 120_000 }, async () => {
  await Site.use(async (site) => {
    const file = join(site.folder, 'plan.yaml');
    await writeFile(file, JSON.stringify(plan));
    const asked = async (...args: string[]): Promise<readonly [number | null, string]> => {
      const tool = run('cli.js', ['rehearse', ...args]);
      const { code } = await tool.exit;
      return [code, tool.output()];
    };
    expect(await asked('--plan', file, '--data', join(site.folder, 'nowhere'))).toEqual([1, expect.stringContaining('holds no store')]);
    expect(await asked('--plan', join(site.folder, 'none.yaml'))).toEqual([1, expect.stringContaining('none.yaml')]);
    expect(await asked('--plan', file, '--workers', '99')).toEqual([2, expect.stringContaining('--workers is a whole number from 1 to 16')]);
    expect(await asked('--plan', file, '--from', 'yesterday')).toEqual([2, expect.stringContaining('--from is a time')]);
    expect(await asked()).toEqual([2, expect.stringContaining('--plan FILE is needed')]);
  });
});
