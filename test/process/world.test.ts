/** The simulated world and the whole of `npm start`, as built. Needs dist/, which `npm test` makes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endAll, freePort, portOf, run, type Program } from './program.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'baton-world-'));
});
afterEach(async () => {
  await endAll();
  rmSync(data, { recursive: true, force: true });
});

const said = (program: Program, what: RegExp | string, timeout: number): Promise<void> =>
  expect.poll(() => program.output(), { timeout, interval: 50 }).toMatch(what);

describe('baton world', { timeout: 90_000 }, () => {
  it('[D24] outlives a server that is killed and comes back, and ends in good order by Ctrl-C', async () => {
    const port = String(await freePort());
    const serve = (): Program => run('main.js', ['--data', data, '--port', port, '--empty', '--insecure-dev']);
    const first = serve();
    await portOf(first);
    const world = run('cli.js', ['world', '--url', `ws://127.0.0.1:${port}`, '--setup', '--rate', '10', '--speed', '20000', '--trouble', '0.05']);
    await said(world, /delivered \d+ h after/, 30_000);
    first.kill('SIGKILL');
    await first.exit;
    await said(world, 'the server is gone', 10_000);
    await portOf(serve());
    await said(world, 'the server is back after', 20_000);
    const before = world.output().length;
    await expect.poll(() => world.output().slice(before), { timeout: 30_000 }).toMatch(/ placed /);
    world.kill('SIGINT');
    expect(await world.exit).toEqual({ code: 0, signal: null });
    expect(world.output()).toMatch(/oversold +0 /);
    expect(world.output().match(/the server is gone/g)).toHaveLength(1);
  });
});

describe('npm start', { timeout: 180_000 }, () => {
  it('[D23] plays the sample and whole lives, nothing oversold; started again it plays nothing', async () => {
    const args = ['--data', data, '--port', '0', '--log-level', 'info'];
    const first = run('main.js', args);
    await said(first, 'still serving', 150_000);
    const text = first.output();
    expect(text).toMatch(/invoices +2,000/);
    expect(text.match(/oversold +0 /g)).toHaveLength(2);
    expect(text).toMatch(/short pick: a [A-Z-]+ is not at /);
    expect(text).toMatch(/sourced again from|it waits/);
    expect(text).toMatch(/delivered \d+ h after it left/);
    first.kill('SIGINT');
    expect((await first.exit).code).toBe(0);
    const second = run('main.js', args);
    await portOf(second);
    second.kill('SIGINT');
    expect((await second.exit).code).toBe(0);
    expect(second.output()).not.toContain('Playing');
    expect(second.output()).not.toContain('A life for every order');
  });
});
