/** The program itself, as built: how it starts, refuses to, and ends. Needs dist/, which `npm test` makes. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endAll, portOf, run, type Program } from '../process/program.ts';
import { Peer } from './serving.ts';

describe('the program', { timeout: 60_000 }, () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'baton-process-'));
  });
  afterEach(async () => {
    await endAll();
    rmSync(data, { recursive: true, force: true });
  });
  const serve = (...args: string[]): Program => run('main.js', ['--data', data, '--port', '0', '--empty', ...args]);

  test('[P7] a first start makes one operator key, prints it once, and keeps only its hash', async () => {
    const first = serve();
    const port = await portOf(first);
    const keyIn = (): string => /baton_[a-z2-7]{12}_[\w-]{43}/.exec(first.output())?.[0] ?? '';
    // It comes on standard error, after the line on standard output that it serves.
    await expect.poll(keyIn).not.toBe('');
    const key = keyIn();
    const file = join(data, 'keys.json');
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(-43));
    expect(statSync(file).mode & 0o077).toBe(0);
    const peer = new Peer(`ws://127.0.0.1:${port}/`, 'baton.json.v1', key);
    expect(await peer.next()).toMatchObject({ hello: { name: 'first', role: 'operator' } });
    const refused = await fetch(`http://127.0.0.1:${port}/v1/queries/order.counts`, { method: 'POST' });
    expect(refused.status).toBe(401);
    first.kill('SIGTERM');
    expect(await first.exit).toEqual({ code: 0, signal: null });
    const second = serve();
    await portOf(second);
    expect(second.output()).not.toContain('baton_');
  });

  test('[P1] a second process on the same directory is refused in one clear line, exit code 1', async () => {
    const first = serve('--insecure-dev');
    await portOf(first);
    const second = serve('--insecure-dev');
    expect((await second.exit).code).toBe(1);
    expect(second.output()).toMatch(/^baton: .*is in use by baton on 127\.0\.0\.1.*\n$/);
    expect(second.output()).toContain(data);
  });

  test('[H10] its metrics say how long turns took to compute and to become durable', async () => {
    const port = await portOf(serve('--insecure-dev'));
    const body = { channel: { id: 'web', name: 'Web' } };
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'c1' };
    const url = `http://127.0.0.1:${port}/v1/commands/channel.put`;
    const put = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(put.status).toBe(200);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    for (const name of ['baton_turn_seconds', 'baton_turn_commands', 'baton_commit_seconds']) {
      expect(text).toMatch(new RegExp(`^${name}_count 1$`, 'm'));
    }
    const seconds = (name: string): number => Number(new RegExp(`^${name}_sum (.+)$`, 'm').exec(text)?.[1]);
    expect(seconds('baton_turn_seconds')).toBeGreaterThan(0);
    expect(seconds('baton_commit_seconds')).toBeGreaterThan(0);
  });

  test('[P2] a port that is taken, a wrong option, a missing key file: one line, and no data directory held', async () => {
    const first = serve('--insecure-dev');
    const port = await portOf(first);
    const other = run('main.js', ['--memory', '--empty', '--insecure-dev', '--port', String(port)]);
    expect((await other.exit).code).toBe(1);
    expect(other.output()).toContain(`port ${port} is in use`);
    const wrong = serve('--prot', '1');
    expect((await wrong.exit).code).toBe(2);
    expect(wrong.output()).toBe('baton: unknown option --prot: did you mean --port?\n');
    const missing = run('main.js', ['--memory', '--empty', '--keys', join(data, 'none.json'), '--port', '0']);
    expect((await missing.exit).code).toBe(1);
    expect(missing.output()).toContain('key file cannot be read');
  });

  test('[P3] what was answered is there after kill -9, and after a clean end', async () => {
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const before = serve('--insecure-dev');
      const peer = new Peer(`ws://127.0.0.1:${await portOf(before)}/`, 'baton.msgpack.v1');
      await peer.next();
      const channel = { id: signal, name: 'told before the end' };
      const body = { channel };
      expect(await peer.ask({ request: 1, kind: 'channel.put', commandId: signal, body })).toHaveProperty('ok');
      before.kill(signal);
      await before.exit;
      const after = serve('--insecure-dev');
      const port = await portOf(after);
      const response = await fetch(`http://127.0.0.1:${port}/v1/queries/channel.list`, { method: 'POST' });
      expect(((await response.json()) as { ok: unknown[] }).ok).toContainEqual(channel);
      after.kill('SIGTERM');
      expect((await after.exit).code).toBe(0);
    }
  });

  test('[P4] keys made and revoked by the tool open and end doors of a running server', async () => {
    const server = serve();
    const port = await portOf(server);
    const tool = async (...args: string[]): Promise<string> => {
      const program = run('cli.js', ['keys', ...args, '--data', data]);
      expect((await program.exit).code, program.output()).toBe(0);
      return program.output();
    };
    const key = (await tool('add', '--name', 'till', '--role', 'storefront', '--channels', 'web')).trim();
    const peer = new Peer(`ws://127.0.0.1:${port}/`, 'baton.json.v1', key);
    await expect.poll(async () => {
      const status = await fetch(`http://127.0.0.1:${port}/v1/queries/atp.get`, {
        method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{"skus":["A"],"channel":"web"}',
      });
      return status.status;
    }, { timeout: 5_000 }).toBe(200);
    peer.socket.terminate();
    const connected = new Peer(`ws://127.0.0.1:${port}/`, 'baton.json.v1', key);
    expect(await connected.next()).toMatchObject({ hello: { role: 'storefront' } });
    expect(await tool('list')).toMatch(/storefront.*channels web.*till/);
    await tool('revoke', key.split('_')[1] ?? '');
    expect(await connected.closed).toBe(4001);
  });

  test('[P5] the tools refuse a directory in use, and check one that is not', async () => {
    const server = serve('--insecure-dev');
    const port = await portOf(server);
    const backup = await fetch(`http://127.0.0.1:${port}/v1/admin/backup`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ directory: join(data, 'hot') }),
    });
    expect(await backup.json()).toHaveProperty('ok.records');
    const busy = run('cli.js', ['stats', '--data', data]);
    expect((await busy.exit).code).toBe(75);
    const sound = run('cli.js', ['verify', '--data', join(data, 'hot')]);
    expect((await sound.exit).code).toBe(0);
    expect(sound.output()).toContain('0 faults');
  });

  test('[P6] a second signal ends it at once', async () => {
    const server = serve('--insecure-dev');
    const port = await portOf(server);
    // A peer that never leaves keeps a clean end waiting for its grace.
    const peer = new Peer(`ws://127.0.0.1:${port}/`, 'baton.json.v1');
    await peer.next();
    peer.socket.pause();
    server.kill('SIGINT');
    await expect.poll(server.output).toContain('closing');
    server.kill('SIGINT');
    expect([0, 130]).toContain((await server.exit).code);
  });
});
