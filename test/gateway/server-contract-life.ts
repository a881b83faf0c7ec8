/** How both servers start and end, and what they do when ports or file descriptors run out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  accepting,
  closeAll,
  dial,
  host,
  Raw,
  Recorder,
  serve,
  sleep,
  until,
} from './server-helpers.ts';
import type { Kind } from './server-helpers.ts';

export function lifeContract(kind: Kind): void {
  describe(`${kind}: life`, () => {
    afterEach(closeAll);

    test('[G30] port 0 finds a free port and tells it', async () => {
      const one = await serve(kind);
      const two = await serve(kind);
      expect(one.port).toBeGreaterThan(0);
      expect(one.port).not.toBe(two.port);
      expect(one.server.kind).toBe(kind);
      expect(one.server.why).not.toBe('');
    });

    test.each(['uws', 'node'] as const)(
      '[G31] a port that %s has is refused by its number',
      async (other) => {
        const { port } = await serve(other);
        await expect(serve(kind, { port })).rejects.toThrow(`port ${port} is in use`);
        expect((await fetch(`http://${host}:${port}/`)).status).toBe(404);
      },
    );

    test('[G31] an address of another machine is refused by its name', async () => {
      await expect(serve(kind, { host: '192.0.2.1' })).rejects.toThrow(
        '192.0.2.1 is not an address of this machine',
      );
    });

    test('[G32] close says 1001 to every socket, waits for answers under way, and frees the port', async () => {
      const recorder = new Recorder();
      // By its number: a port that the system chose is not given again for a minute.
      const { port, server } = await serve(kind, {
        ...accepting(recorder),
        port: await freePort(),
        onRequest: (_request, respond) =>
          void setTimeout(() => respond.end(200, {}, 'in time'), 100),
      });
      const { closed } = await dial(port);
      const answer = fetch(`http://${host}:${port}/`).then((response) => response.text());
      await sleep(30);
      const closing = server.close(2_000);
      expect(server.close(2_000)).toBe(closing);
      expect(recorder.closes).toEqual([1001]);
      expect(await closed).toMatchObject({ code: 1001 });
      expect(await answer).toBe('in time');
      await closing;
      await expect(Raw.open(port)).rejects.toThrow('ECONNREFUSED');
      await serve(kind, { port });
    });

    test('[G32] close does not wait for ever for one who never reads, nor for idle connections', async () => {
      const recorder = new Recorder();
      const { port, server } = await serve(kind, accepting(recorder));
      const { ws } = await dial(port);
      ws.pause();
      for (let at = 0; at < 200; at += 1) recorder.socket!.send(Buffer.alloc(8_192));
      const idle = await Raw.open(port);
      idle.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await idle.waitFor('404');
      const sinceMs = performance.now();
      await server.close(1_000);
      expect(performance.now() - sinceMs).toBeLessThan(900);
      await idle.waitForEnd();
    });

    test('[G33] connections over the limit are closed as they come; a free place is used again', async () => {
      const { port } = await serve(kind, { connectionsMax: 2 });
      const one = await Raw.open(port);
      const two = await Raw.open(port);
      await sleep(20);
      const three = await Raw.open(port);
      await three.waitForEnd();
      one.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await one.waitFor('404');
      one.tcp.destroy();
      two.tcp.destroy();
      await sleep(50);
      expect((await fetch(`http://${host}:${port}/`)).status).toBe(404);
    });

    test('[G34] with hardly a file descriptor left the server lives on, and serves when there are some again', async () => {
      const program = `
        import { startServer } from ${JSON.stringify(built)};
        const server = await startServer({
          host: '${host}', port: 0, prefer: '${kind}', frameBytesMax: 65536, bodyBytesMax: 65536,
          backpressureBytes: 65536, idleTimeoutSeconds: 60,
          onRequest: (request, respond) => respond.end(200, {}, 'alive'),
          onUpgrade: () => ({ accept: false, status: 404, body: '' }),
          onIncident: (error) => console.log(error),
        });
        console.log(server.port);`;
      const shell = `ulimit -n 64 && exec "${process.execPath}" --input-type=module`;
      const child = spawn('sh', ['-c', shell], { stdio: ['pipe', 'pipe', 'inherit'] });
      try {
        child.stdin.end(program);
        const [line] = (await once(child.stdout, 'data')) as [Buffer];
        const port = Number(line.toString());
        const crowd = await Promise.all(Array.from({ length: 150 }, () => Raw.open(port)));
        await sleep(200);
        expect(child.exitCode).toBe(null);
        // Some are held, the others were closed as they came: nobody waits for nothing.
        const held = crowd.filter((raw) => !raw.isEnded);
        expect(held.length).toBeGreaterThan(0);
        expect(held.length).toBeLessThan(64);
        for (const raw of held) raw.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        for (const raw of held) await raw.waitFor('alive');
        for (const raw of crowd) raw.tcp.destroy();
        await until('free again', () => crowd.every((raw) => raw.isEnded));
        await sleep(100);
        expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('alive');
      } finally {
        child.kill('SIGKILL');
      }
    });
  });
}

/** What `npm test` builds before it runs the tests. */
const built = new URL('../../dist/gateway/server/choose.js', import.meta.url).href;

async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, host), 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
