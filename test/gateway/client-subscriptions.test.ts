import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Baton } from '../../gateway/client/client.ts';
import { FakeServer } from './client-fake-server.ts';

/**
 * A fake stream: positions 1, 2, 3 … each with one event, pushed to whoever follows; a subscription begins
 * with a snapshot or after `since`, as the real one does.
 */
class Stream {
  readonly server: FakeServer;
  hasSnapshots = true;
  trimmedBefore = 0;
  #last = 0;
  readonly #followers = new Map<object, number>();

  constructor(server: FakeServer) {
    this.server = server;
    server.position = 0;
    server.onAsk = (asked) => {
      if (asked.kind === 'unsubscribe') {
        this.#followers.delete(asked.socket);
        server.ok(asked);
        return;
      }
      server.ok(asked, { subscription: server.asked.length });
      const number = server.asked.length;
      this.#followers.set(asked.socket, number);
      const since: number | undefined = asked.body.since;
      if (since === undefined) this.#snapshot(asked.socket, number);
      else if (since < this.trimmedBefore) {
        const gap = { after: since, reason: 'trimmed' };
        server.send(asked.socket, { subscription: number, position: this.#last, gap });
        this.#snapshot(asked.socket, number);
      } else for (let at = since + 1; at <= this.#last; at++) this.#push(asked.socket, number, at);
    };
  }

  #snapshot(socket: object, number: number): void {
    if (!this.hasSnapshots) return;
    const snapshot = { at: this.#last };
    this.server.send(socket as never, { subscription: number, position: this.#last, snapshot });
  }

  #push(socket: object, number: number, position: number): void {
    const events = [{ kind: 'order.changed', n: position }];
    this.server.send(socket as never, { subscription: number, position, events });
  }

  publish(): void {
    this.#last += 1;
    this.server.position = this.#last;
    for (const [socket, number] of this.#followers) this.#push(socket, number, this.#last);
  }
}

let server: FakeServer;
let stream: Stream;
let client: Baton;

beforeEach(async () => {
  server = await FakeServer.start();
  stream = new Stream(server);
  client = await server.connect({ bufferMax: 8 });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const topic = { topic: 'order', orderId: 'A' } as const;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('subscriptions', () => {
  it('[C8] give the snapshot first, then every event', async () => {
    const follower = client.subscribe(topic);
    expect(await follower.next()).toMatchObject({ value: { kind: 'snapshot', position: 0 } });
    stream.publish();
    expect(await follower.next()).toMatchObject({ value: { kind: 'events', position: 1 } });
  });

  it('[C8] resume after cuts at random moments without a hole or a repeat', async () => {
    const seen: number[] = [];
    const total = 120;
    const reading = (async () => {
      for await (const push of client.subscribe(topic)) {
        if (push.kind === 'events') seen.push(push.position);
        if (seen.at(-1) === total) break;
      }
    })();
    await server.until(1);
    for (let at = 1; at <= total; at++) {
      stream.publish();
      if (at % 7 === 3) server.cut();
      if (at % 3 === 0) await pause((at * 13) % 9);
    }
    await reading;
    expect(seen).toEqual(Array.from({ length: total }, (_, at) => at + 1));
    expect(server.sockets.length).toBeGreaterThan(5);
  });

  it('[C8] of decisions resume from where they began although nothing came yet', async () => {
    stream.hasSnapshots = false;
    stream.publish();
    const follower = client.subscribe({ topic: 'decisions' });
    await server.until(1);
    await pause(10);
    server.cut();
    stream.publish();
    expect(await follower.next()).toMatchObject({ value: { position: 2 } });
    expect(server.asked[1]?.body).toEqual({ topic: 'decisions', since: 1 });
  });

  it('[C8] drop what they had already when the server repeats it', async () => {
    const follower = client.subscribe(topic);
    await follower.next();
    stream.publish();
    await follower.next();
    const socket = server.sockets[0] as never;
    server.send(socket, { subscription: 1, position: 1, events: [{ kind: 'again' }] });
    stream.publish();
    expect(await follower.next()).toMatchObject({ value: { position: 2 } });
  });

  it('[C9] pass a gap on, and the snapshot after it', async () => {
    const follower = client.subscribe(topic);
    await follower.next();
    server.cut();
    for (let at = 0; at < 5; at++) stream.publish();
    stream.trimmedBefore = 4;
    expect(await follower.next()).toMatchObject({ value: { kind: 'gap', gap: { after: 0, reason: 'trimmed' } } });
    expect(await follower.next()).toMatchObject({ value: { kind: 'snapshot', position: 5 } });
  });

  it('[C9] say that a server is another one than before, and begin anew', async () => {
    for (let at = 0; at < 3; at++) stream.publish();
    const follower = client.subscribe(topic);
    expect(await follower.next()).toMatchObject({ value: { position: 3 } });
    server.position = 1;
    server.cut();
    expect(await follower.next()).toMatchObject({ value: { kind: 'gap', gap: { after: 3, reason: 'rewound' } } });
    expect(server.asked.at(-1)?.body).not.toHaveProperty('since');
  });

  it('[C10] pause when the reader is slow, hold no more than the buffer, and miss nothing', async () => {
    const follower = client.subscribe(topic);
    await follower.next();
    for (let at = 1; at <= 100; at++) stream.publish();
    await server.untilTrue(() => server.asked.some(({ kind }) => kind === 'unsubscribe'));
    await pause(20);
    const seen: number[] = [];
    for await (const push of follower) {
      if (push.kind === 'events') seen.push(push.position);
      if (push.position === 100) break;
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(server.asked.filter(({ kind }) => kind === 'subscribe').length).toBeGreaterThan(1);
  });

  it('[C10] unsubscribe when the reader leaves, and end when the client closes', async () => {
    for await (const push of client.subscribe(topic)) {
      expect(push.kind).toBe('snapshot');
      break;
    }
    await server.untilTrue(() => server.asked.at(-1)?.kind === 'unsubscribe');
    const open = client.subscribe(topic);
    await open.next();
    const waiting = open.next();
    await client.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await client.subscribe(topic).next().catch(() => 'refused')).toBeDefined();
  });

  it('[C10] throw the refusal of a topic to their reader, once', async () => {
    server.onAsk = (asked) => server.refuse(asked, 'forbidden', false);
    const follower = client.subscribe(topic);
    await expect(follower.next()).rejects.toMatchObject({ rejection: { code: 'forbidden' } });
    expect(await follower.next()).toEqual({ done: true, value: undefined });
  });
});
