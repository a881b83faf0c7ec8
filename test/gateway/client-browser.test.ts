import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { connect } from '../../gateway/client/browser.ts';
import { connect as connectNode } from '../../gateway/client/client.ts';
import { FakeServer } from './client-fake-server.ts';

const platform = globalThis as { WebSocket?: unknown };
const native = platform.WebSocket;
beforeEach(() => {
  platform.WebSocket = WebSocket;
});
afterEach(() => {
  platform.WebSocket = native;
});

it('[C1] in a browser shows the key as a sub-protocol, since it cannot set headers', async () => {
  const offered: string[][] = [];
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (protocols) => {
      offered.push([...protocols]);
      return 'baton.json.v1';
    },
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const limits = { frameBytesMax: 1_000, inFlightMax: 4, subscriptionsMax: 4, linesMax: 10 };
  server.on('connection', (socket) => {
    socket.send(JSON.stringify({ hello: { version: 1, name: 'b', role: 'storefront', position: 0, limits } }));
  });
  const { port } = server.address() as { port: number };
  const client = await connect({ url: `ws://127.0.0.1:${port}`, key: 'baton_k_s', protocol: 'baton.json.v1' });
  expect(offered).toEqual([['baton.json.v1', 'baton.bearer.baton_k_s']]);
  await client.close();
  server.close();
});

it('[C3] in a browser resends over a lost connection too', async () => {
  const server = await FakeServer.start();
  const client = await connect({
    url: server.url,
    protocol: 'baton.json.v1',
    reconnectBackoff: { firstMs: 2, maxMs: 10 },
  });
  const answer = client.command('order.cancel', { orderId: 'A', reason: 'test' });
  await server.until(1);
  client.drop();
  await server.until(2);
  server.onAsk = (asked) => server.ok(asked, { again: true });
  server.cut();
  expect(await answer).toEqual({ again: true });
  await client.close();
  await server.stop();
});

it.each([['a browser', connect], ['Node', connectNode]])('[C1] in %s rejects an address that is none at once', async (_, dial) => {
  await expect(dial({ url: 'nonsense', connectTimeoutMs: 60_000 })).rejects.toThrow();
});

it('[C1] rejects at once where there is no WebSocket', async () => {
  platform.WebSocket = undefined;
  await expect(connect({ url: 'ws://127.0.0.1:1' })).rejects.toThrow('no WebSocket');
});
