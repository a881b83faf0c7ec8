import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refused, Unanswered, type Baton } from '../../gateway/client/client.ts';
import { FakeServer, type Asked } from './client-fake-server.ts';

let server: FakeServer;
const clients: Baton[] = [];

async function connected(...options: Parameters<FakeServer['connect']>): Promise<Baton> {
  const client = await server.connect(...options);
  clients.push(client);
  return client;
}

const cancel = (orderId: string) => ({ orderId, reason: 'test' });

beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.stop();
});

describe('connecting', () => {
  it('[C1] shows the key as a bearer token and hands out the greeting', async () => {
    const client = await connected({ key: 'baton_k_s' });
    expect(server.headers).toEqual(['Bearer baton_k_s']);
    expect(client.hello.role).toBe('operator');
  });

  it.each([401, 403])('[C1] rejects a refused credential (%i) at once', async (status) => {
    const strict = await FakeServer.start(status);
    await expect(strict.connect({ connectTimeoutMs: 60_000 })).rejects.toBeInstanceOf(Refused);
    await strict.stop();
  });

  it('[C1] goes on trying while the server answers 503, and says so when time is up', async () => {
    const full = await FakeServer.start(503);
    const failed = await full.connect({ connectTimeoutMs: 80 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Unanswered);
    expect(String(failed)).toContain('503');
    await full.stop();
  });

  it('[C1] rejects when no server is there within the time', async () => {
    await server.stop();
    await expect(server.connect({ connectTimeoutMs: 60 })).rejects.toMatchObject({ code: 'timed-out' });
    server = await FakeServer.start();
  });

  it('[C1] refuses a server that speaks another version', async () => {
    server.version = 2;
    await expect(server.connect()).rejects.toThrow('version 2');
  });

  it('[C1] dials again when the first frame is no greeting', async () => {
    let opened = 0;
    server.onOpen = (socket) => {
      opened += 1;
      if (opened === 1) server.send(socket, { surprise: true });
      else server.greet(socket);
    };
    await connected();
    expect(opened).toBe(2);
  });
});

describe('commands', () => {
  it('[C2] sends kind, command id and body, and gives the answer', async () => {
    server.onAsk = (asked) => server.ok(asked, { orderId: 'A', state: 'cancelled' });
    const client = await connected();
    const answer = await client.command('order.cancel', cancel('A'), { commandId: 'c-1' });
    expect(answer).toMatchObject({ state: 'cancelled' });
    expect(server.asked[0]).toMatchObject({ kind: 'order.cancel', commandId: 'c-1' });
    expect(server.asked[0]?.body).toEqual(cancel('A'));
  });

  it('[C2] throws a refusal with its code, and tryCommand gives it as a value', async () => {
    server.onAsk = (asked) => server.refuse(asked, 'unknown-order', false);
    const client = await connected();
    await expect(client.command('order.cancel', cancel('A'))).rejects.toMatchObject({
      name: 'Refused',
      rejection: { code: 'unknown-order' },
    });
    const outcome = await client.tryCommand('order.cancel', cancel('A'));
    expect(outcome.refused?.code).toBe('unknown-order');
    expect(outcome).toMatchObject({ position: 10 });
  });

  it('[C2] makes command ids that differ, also between clients', async () => {
    const [one, two] = [await connected(), await connected()];
    const ids = [one, one, two, two].map((client) => client.newCommandId());
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[!-~]{8,64}$/);
  });

  it('[C3] resends a command with the same id after every kind of cut until it is answered', async () => {
    const client = await connected();
    const answered = client.tryCommand('order.cancel', cancel('A'), { commandId: 'keep' });
    await server.until(1);
    server.cut(); // received, never answered
    await server.until(2);
    server.sockets.at(-1)?.close(1001, 'closing'); // with a farewell
    await server.until(3);
    server.sockets.at(-1)?.send('not json'); // a broken stream
    await server.until(4);
    server.onOpen = (socket) => {
      server.onOpen = (next) => server.greet(next);
      socket.terminate(); // before the greeting
    };
    server.cut();
    await server.until(5);
    server.ok(server.asked[4] as Asked, { done: true });
    expect(await answered).toMatchObject({ ok: { done: true } });
    expect(new Set(server.asked.map(({ commandId }) => commandId))).toEqual(new Set(['keep']));
  });

  it('[C3] calls done once although two connections answer', async () => {
    const client = await connected();
    let calls = 0;
    client.send('order.cancel', cancel('A'), 'once', () => (calls += 1));
    await server.until(1);
    const first = server.asked[0] as Asked;
    server.cut();
    await server.until(2);
    const second = server.asked[1] as Asked;
    server.ok(second);
    server.ok({ ...second, request: first.request });
    server.ok(second);
    await server.untilTrue(() => calls > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(1);
  });

  it('[C3] resends in the order first sent, before what was queued behind it', async () => {
    const client = await connected();
    for (let at = 0; at < 8; at++) void client.tryCommand('order.cancel', cancel(String(at)));
    await server.until(4);
    server.cut();
    await server.until(8);
    const again: string[] = server.asked.slice(4).map(({ body }) => body.orderId);
    expect(again).toEqual(['0', '1', '2', '3']);
    server.onAsk = (asked) => server.ok(asked);
    for (const asked of server.asked.slice(4)) server.ok(asked);
    await server.until(12);
    expect(server.asked.slice(8).map(({ body }) => body.orderId)).toEqual(['4', '5', '6', '7']);
  });

  it.each(['busy', 'too-many', 'stopping'])('[C4] sends again what was refused as %s', async (code) => {
    server.onAsk = (asked) => {
      if (server.asked.length < 4) server.refuse(asked, code, true);
      else server.ok(asked, { at: 'last' });
    };
    const client = await connected();
    expect(await client.command('order.cancel', cancel('A'))).toEqual({ at: 'last' });
    expect(new Set(server.asked.map(({ commandId }) => commandId)).size).toBe(1);
  });

  it('[C4] gives up after the retries it was allowed, with the refusal', async () => {
    server.onAsk = (asked) => server.refuse(asked, 'busy', true);
    const client = await connected({ retriesMax: 3 });
    const outcome = await client.tryCommand('order.cancel', cancel('A'));
    expect(outcome.refused?.code).toBe('busy');
    expect(server.asked).toHaveLength(4);
  });

  it.each(['out-of-stock', 'storage-full', 'internal', 'malformed'])(
    '[C4] does not send again what was refused as %s',
    async (code) => {
      server.onAsk = (asked) => server.refuse(asked, code, code !== 'malformed');
      const client = await connected();
      await client.tryCommand('order.cancel', cancel('A'));
      expect(server.asked).toHaveLength(1);
    },
  );

  it('[C5] keeps within the server’s window and sends the rest as answers come', async () => {
    let most = 0;
    let open = 0;
    server.onAsk = (asked) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        server.ok(asked);
      }, 1);
    };
    const client = await connected();
    const all = Array.from({ length: 50 }, (_, at) => client.command('order.cancel', cancel(`${at}`)));
    await Promise.all(all);
    expect(most).toBe(4);
    expect(client.inFlight + client.queued).toBe(0);
  });

  it('[C5] keeps the place of a command that backs off, so that pressure falls', async () => {
    server.onAsk = (asked) => server.refuse(asked, 'busy', true);
    const client = await connected({ retryBackoff: { firstMs: 60_000, maxMs: 60_000 }, random: () => 1 });
    for (let at = 0; at < 9; at++) void client.tryCommand('order.cancel', cancel(String(at)));
    await server.until(4);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.asked).toHaveLength(4);
    expect(client.inFlight).toBe(4);
  });

  it('[C5] answers queue-full when too many wait, and has not sent that one', async () => {
    const client = await connected({ queueMax: 2 });
    for (let at = 0; at < 6; at++) void client.tryCommand('order.cancel', cancel(String(at)));
    const outcome = await client.tryCommand('order.cancel', cancel('7'));
    expect(outcome.unanswered).toMatchObject({ code: 'queue-full', maybeDone: false });
  });

  it('[C5] refuses a message above the server’s limit without sending it, and lives on', async () => {
    server.onAsk = (asked) => server.ok(asked);
    const client = await connected();
    const outcome = await client.tryCommand('order.cancel', { orderId: 'A', reason: 'é'.repeat(3_000) });
    expect(outcome.refused?.code).toBe('too-large');
    await client.command('order.cancel', cancel('B'));
    expect(server.asked.map(({ body }) => body.orderId)).toEqual(['B']);
  });

  it('[C5] refuses a body no message can carry as malformed', async () => {
    const client = await connected();
    const body = { orderId: 'A', reason: 1n as unknown as string };
    expect((await client.tryCommand('order.cancel', body)).refused?.code).toBe('malformed');
  });

  it('[C6] times out, saying whether the command may have been done', async () => {
    const client = await connected();
    const late = Array.from({ length: 5 }, (_, at) =>
      client.tryCommand('order.cancel', cancel(String(at)), { timeoutMs: at < 4 ? 60 : 25 }),
    );
    const outcomes = await Promise.all(late);
    expect(outcomes.map(({ unanswered }) => unanswered?.code)).toEqual(Array(5).fill('timed-out'));
    expect(outcomes.map(({ unanswered }) => unanswered?.maybeDone)).toEqual([true, true, true, true, false]);
  });

  it('[C6] ends what is open as closed, and takes nothing more', async () => {
    const client = await connected();
    const open = client.command('order.cancel', cancel('A'));
    await server.until(1);
    void client.close();
    await expect(open).rejects.toMatchObject({ name: 'Unanswered', code: 'closed', maybeDone: true });
    const after = await client.tryCommand('order.cancel', cancel('B'));
    expect(after.unanswered).toMatchObject({ code: 'closed', maybeDone: false });
  });

  it('[C6] ends for good when the credential is revoked', async () => {
    const client = await connected();
    const open = client.tryCommand('order.cancel', cancel('A'));
    await server.until(1);
    server.sockets[0]?.close(4001, 'revoked');
    expect((await open).unanswered?.code).toBe('closed');
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(server.sockets).toHaveLength(1);
  });

  it('[C7] asks a silent server, and dials anew when it does not answer', async () => {
    const losses: string[] = [];
    const client = await connected({
      silenceMs: 25,
      onNotice: (notice) => losses.push(notice.kind),
    });
    await server.untilTrue(() => server.sockets.length >= 2);
    expect(server.asked[0]?.kind).toBe('ping');
    expect(losses).toContain('lost');
    server.onAsk = (asked) => server.ok(asked);
    await client.command('order.cancel', cancel('A'));
  });

  it('[C7] keeps a quiet connection whose server answers', async () => {
    server.onAsk = (asked) => server.ok(asked, { atMs: 1 });
    await connected({ silenceMs: 15 });
    await server.until(3);
    expect(server.sockets).toHaveLength(1);
  });

  it('queries go out without a command id and come back typed', async () => {
    server.onAsk = (asked) => server.ok(asked, { A: 3 }, 99);
    const client = await connected();
    expect(await client.query('atp.get', { skus: ['A'] })).toEqual({ A: 3 });
    expect(server.asked[0]).not.toHaveProperty('commandId');
    expect(await client.tryQuery('atp.get', { skus: ['A'] })).toEqual({ ok: { A: 3 }, position: 99 });
  });

  it('tells of a complaint that names no request', async () => {
    const notices: unknown[] = [];
    await connected({ onNotice: (notice) => notices.push(notice) });
    const refused = { code: 'malformed', retryable: false, detail: 'what?' };
    server.send(server.sockets[0] as Asked['socket'], { refused });
    await server.untilTrue(() => notices.length === 2);
    expect(notices[1]).toEqual({ kind: 'complaint', refused });
  });
});
