/** A second owner, a backup under load, peers that vanish, an end in a container: with a real server and traffic on it. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { openLmdb } from '../../storage/lmdb.ts';
import { canRun } from '../storage/children.ts';
import { Site } from './faults-kit.ts';
import { readOn } from './journal.ts';
import { run, type Program } from './program.ts';
import { balancesOf, Traffic } from './traffic.ts';
import { Witness } from './witness.ts';

test('[P13] a server whose directory is claimed by force ends with 75, and everything it acknowledged is there', { timeout: 60_000 }, async () => {
  await Site.use(async (site) => {
    const server = await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    traffic.start();
    await traffic.grows(500);
    const rival = await (await openLmdb(site.data, { force: true, reserveBytes: 0 })).claim('a rival');
    const { tail } = rival;
    expect(await server.exit).toEqual({ code: 75, signal: null });
    expect(server.output()).toContain('the journal is lost');
    await rival.release();
    await traffic.close();
    const witness = new Witness();
    expect(await readOn(site.data, witness)).toBe(tail);
    witness.check(traffic.calls);
    expect(witness.faults).toEqual([]);
  });
});

/** The two ways to a backup. Each says whether there is one. */
const ways: Readonly<Record<string, (site: Site, copy: string) => Promise<boolean>>> = {
  'the door of the server': async (site, copy) => {
    const { status } = await site.post('/v1/admin/backup', { directory: copy });
    return status === 200;
  },
  'the tool': async (site, copy) => (await run('cli.js', ['backup', copy, '--data', site.data]).exit).code === 0,
};

test.each(Object.keys(ways))('[P14] a backup under load, by %s, restores to a server that stands where the journal stood', { timeout: 60_000 }, async (way) => {
  await Site.use(async (site) => {
    const server = await site.serve();
    const traffic = await Traffic.open({ url: site.url });
    await traffic.furnish();
    traffic.start();
    await traffic.grows(500);
    const [copy, restored] = [join(site.folder, 'copy'), join(site.folder, 'restored')];
    const known = traffic.answered;
    const acked = traffic.calls.filter(({ told }) => told !== undefined);
    expect(await ways[way]?.(site, copy)).toBe(true);
    await traffic.grows(200);
    await traffic.stop();
    server.kill('SIGTERM');
    await server.exit;
    for (const args of [['verify', '--data', copy], ['restore', copy, '--data', restored]]) {
      const tool = run('cli.js', args);
      expect((await tool.exit).code, tool.output()).toBe(0);
    }
    const [whole, prefix] = [new Witness(), new Witness()];
    await readOn(site.data, whole);
    await readOn(restored, prefix);
    expect(prefix.position).toBeLessThan(whole.position);
    expect(acked.length).toBe(known);
    prefix.check(acked);
    prefix.check(traffic.calls.filter(({ told }) => told !== undefined && told.position <= prefix.position));
    expect(prefix.faults).toEqual([]);

    await site.serve(restored);
    const client = await connect({ url: site.url });
    expect(await balancesOf(client)).toEqual(Object.fromEntries(prefix.stocks));
    await client.close();
    await traffic.close();
  });
});

const handshake = [
  'GET / HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Protocol: baton.json.v1', '', '',
].join('\r\n');
const json = '{"channel":{"id":"half","name":"sent by half"}}';
const post = [
  'POST /v1/commands/channel.put HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json',
  'Idempotency-Key: "half"', `Content-Length: ${json.length}`, '', json,
].join('\r\n');
/** A masked text frame that claims 200 bytes and brings some. */
const frame = Buffer.concat([Buffer.from([0x81, 0xfe, 0, 200, 0, 0, 0, 0]), Buffer.alloc(150, 0x20)]);

/** Connect, send so many bytes, and vanish, with or without a farewell. */
function vanish(port: number, bytes: Buffer, isRude: boolean): Promise<void> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1', () => {
      socket.write(bytes, () => {
        if (isRude) socket.resetAndDestroy();
        else socket.destroy();
      });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

test('[P15] ten thousand peers that vanish at any byte leave no file descriptor and no memory behind', { timeout: 120_000 }, async () => {
  const descriptors = ({ pid }: Program): number => readdirSync(`/proc/${pid}/fd`).length;
  await Site.use(async (site) => {
    const server = await site.serve();
    const messages = [Buffer.from(handshake), Buffer.from(post), Buffer.concat([Buffer.from(handshake), frame])];
    const wave = async (count: number): Promise<void> => {
      const one = async (from: number): Promise<void> => {
        for (let at = from; at < count; at += 32) {
          const message = messages[at % messages.length] ?? Buffer.alloc(0);
          await vanish(site.port, message.subarray(0, (at * 7) % message.length), at % 2 === 0);
        }
      };
      await Promise.all(Array.from({ length: 32 }, (_, from) => one(from)));
    };
    const files = descriptors(server);
    await wave(2_000);
    const memory = await site.memoryMib(server);
    await wave(10_000);
    await expect.poll(() => descriptors(server), { timeout: 15_000 }).toBeLessThanOrEqual(files);
    expect((await site.memoryMib(server)) - memory).toBeLessThan(32);
    expect(await site.get('/readyz')).toBe('200 serving');
  });
});

test('[P11] ends itself also as the first process of a container', async (context) => {
  if (!canRun('unshare (needs root)', 'unshare', ['-p', '-f', 'true'])) return context.skip();
  const ours = fileURLToPath(new URL('../../dist/gateway/end-now.js', import.meta.url));
  const code = `import { endNow } from '${ours}'; if (process.pid === 1) endNow();`;
  const child = spawn('unshare', ['-p', '-f', process.execPath, '--input-type=module', '-e', code], { stdio: 'ignore' });
  const ended = await new Promise((resolve) => child.on('close', (status) => resolve(status)));
  expect(ended).not.toBe(0);
});
