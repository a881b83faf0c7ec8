import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { protocols } from '../../gateway/protocol.ts';
import { reject } from '../../actors/rejection.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { orderChanged, orderView, stockChange } from './fake-engine.ts';
import { placeOrder } from './frames-corpus.ts';
import { kinds, serve } from './serving.ts';
import type { Serving } from './serving.ts';

const place = (request: number, commandId = `c${request}`) =>
  ({ request, kind: 'order.place', commandId, body: placeOrder });
const ping = (request: number) => ({ request, kind: 'ping', body: {} });

for (const kind of kinds) {
  describe(`a session on ${kind}`, () => {
    let serving: Serving;
    beforeEach(async () => {
      serving = await serve(kind, { limits: { inFlightMax: 4, subscriptionsMax: 3, followedMax: 10, malformedMax: 5 } });
    });
    afterEach(async () => {
      await serving.stop();
      expect(serving.incidents).toEqual([]);
    });

    for (const protocol of protocols) {
      test(`[W7] hello first, then every request is answered under its number: ${protocol}`, async () => {
        serving.engine.orders.set('o1', orderView('o1'));
        const peer = await serving.peer(protocol);
        expect(await peer.ask(place(7))).toEqual({ request: 7, ok: { id: 'c7' }, position: 1 });
        expect(await peer.ask({ request: 8, kind: 'order.get', body: { orderId: 'o1' } }))
          .toEqual({ request: 8, ok: orderView('o1'), position: 1 });
        expect(await peer.ask(ping(9))).toMatchObject({ request: 9, ok: { atMs: expect.any(Number) } });
        expect(serving.engine.submitted).toEqual([{ kind: 'order.place', commandId: 'c7', by: 'op', body: placeOrder }]);
      });
    }

    test('[W7] hello names the credential, the version and the limits', async () => {
      const peer = await serving.peer();
      peer.socket.terminate();
      const { Peer } = await import('./serving.ts');
      const second = new Peer(serving.url, 'baton.json.v1');
      expect(await second.next()).toEqual({
        hello: {
          version: 1, name: 'op', role: 'operator', position: 0,
          limits: { frameBytesMax: 262_144, inFlightMax: 4, subscriptionsMax: 3, linesMax: 2_000 },
        },
      });
      second.socket.terminate();
    });

    test('[W8] more commands in flight than allowed are refused as too-many, and those in flight are answered', async () => {
      const replies: ((outcome: Outcome) => void)[] = [];
      serving.engine.onSubmit = (_, reply) => void replies.push(reply);
      const peer = await serving.peer();
      for (let request = 1; request <= 5; request += 1) peer.send(place(request));
      expect(await peer.next()).toMatchObject({ request: 5, refused: { code: 'too-many', retryable: true } });
      for (const reply of replies) reply({ ok: {}, position: 1 });
      for (let request = 1; request <= 4; request += 1) expect(await peer.next()).toMatchObject({ request });
      peer.send(place(6));
      await expect.poll(() => serving.engine.submitted.length).toBe(5);
    });

    test('[W8] a refusal by the engine and one by the credential come as refusals', async () => {
      serving.engine.onSubmit = (_, reply) =>
        reply({ refused: reject('out-of-stock', '3 of A', 'body.lines[0]'), position: 0 });
      const peer = await serving.peer();
      expect(await peer.ask(place(1))).toEqual({
        request: 1, position: 0,
        refused: { code: 'out-of-stock', retryable: true, detail: '3 of A', field: 'body.lines[0]' },
      });
    });

    test('[W9] malformed frames are refused and the connection lives on, until it abuses', async () => {
      const peer = await serving.peer();
      for (let at = 0; at < 5; at += 1) {
        peer.socket.send('{"request":');
        expect(await peer.next()).toMatchObject({ refused: { code: 'malformed' } });
      }
      expect(await peer.ask(ping(1))).toMatchObject({ request: 1, ok: {} });
      peer.socket.send('{"request":');
      expect(await peer.closed).toBe(4000);
    });

    test('[T3] subscribe answers with a number before the first push; unsubscribe ends it', async () => {
      serving.engine.orders.set('o1', orderView('o1'));
      const peer = await serving.peer();
      expect(await peer.ask({ request: 1, kind: 'subscribe', body: { topic: 'order', orderId: 'o1' } }))
        .toEqual({ request: 1, ok: { subscription: 1 }, position: 0 });
      expect(await peer.next()).toMatchObject({ subscription: 1, snapshot: { orderId: 'o1' } });
      serving.engine.publish([orderChanged('o1')]);
      expect(await peer.next()).toEqual({ subscription: 1, position: 1, events: [orderChanged('o1')] });
      expect(await peer.ask({ request: 2, kind: 'unsubscribe', body: { subscription: 1 } })).toMatchObject({ request: 2, ok: {} });
      serving.engine.publish([orderChanged('o1')]);
      expect(await peer.ask(ping(3))).toMatchObject({ request: 3 });
      expect(await peer.ask({ request: 4, kind: 'unsubscribe', body: { subscription: 1 } }))
        .toMatchObject({ request: 4, refused: { code: 'malformed', field: 'body.subscription' } });
    });

    test('[T3] subscriptions and what they follow are limited', async () => {
      const peer = await serving.peer();
      const follow = (request: number, skus: string[]) => ({ request, kind: 'subscribe', body: { topic: 'stock', skus } });
      const many = Array.from({ length: 11 }, (_, at) => `s${at}`);
      expect(await peer.ask(follow(1, many))).toMatchObject({ request: 1, refused: { code: 'too-many' } });
      for (let request = 2; request <= 4; request += 1) {
        expect(await peer.ask(follow(request, ['A']))).toMatchObject({ request, ok: {} });
        expect(await peer.next()).toMatchObject({ snapshot: [] });
      }
      expect(await peer.ask(follow(5, ['A']))).toMatchObject({ request: 5, refused: { code: 'too-many' } });
    });

    test('[W10] replies and pushes of one turn leave in the order the engine told them', async () => {
      serving.engine.onSubmit = (_, reply) => {
        setImmediate(() => {
          serving.engine.publish([], [stockChange('A', 'LEEDS', 4)]);
          reply({ ok: 1, position: serving.engine.position });
          reply({ ok: 2, position: serving.engine.position });
        });
      };
      const peer = await serving.peer('baton.msgpack.v1');
      await peer.ask({ request: 1, kind: 'subscribe', body: { topic: 'stock', skus: ['A'] } });
      await peer.next();
      expect(await peer.ask(place(2))).toEqual({ subscription: 1, position: 1, stock: [stockChange('A', 'LEEDS', 4)] });
      expect(await peer.next()).toMatchObject({ request: 2, ok: 1 });
    });

    test('[W11] a credential that expires closes its connection with 4001', async () => {
      const expiring = await serve(kind, {
        authenticate: async () => ({ name: 'x', role: 'operator', channels: '*', locations: '*', expiresAtMs: Date.now() + 300 }),
      });
      const peer = await expiring.peer();
      expect(await peer.closed).toBe(4001);
      await expiring.stop();
    });

    test('[W12] while closing, what is new is refused as stopping and what is owed is answered', async () => {
      const replies: ((outcome: Outcome) => void)[] = [];
      serving.engine.onSubmit = (_, reply) => void replies.push(reply);
      const peer = await serving.peer();
      peer.send(place(1));
      await expect.poll(() => replies.length).toBe(1);
      serving.gateway.stopTaking();
      expect(await peer.ask(place(2))).toMatchObject({ request: 2, refused: { code: 'stopping', retryable: true } });
      expect(await peer.ask({ request: 3, kind: 'order.counts', body: {} })).toMatchObject({ refused: { code: 'stopping' } });
      replies[0]?.({ ok: 'done', position: 1 });
      expect(await peer.next()).toMatchObject({ request: 1, ok: 'done' });
    });
  });
}
