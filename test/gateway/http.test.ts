import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reject, rejectionCodes } from '../../actors/rejection.ts';
import type { RejectionCode } from '../../actors/rejection.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { problemStatus } from '../../gateway/http-problem.ts';
import { orderView } from './fake-engine.ts';
import { frames, placeOrder } from './frames-corpus.ts';
import { kinds, serve } from './serving.ts';
import type { Frame, Serving } from './serving.ts';

const json = { 'content-type': 'application/json' };

for (const kind of kinds) {
  describe(`HTTP on ${kind}`, () => {
    let serving: Serving;
    beforeEach(async () => {
      serving = await serve(kind, { corsOrigin: 'https://shop.example', limits: { httpInFlightMax: 2, commitOverdueMs: 200 } });
    });
    afterEach(async () => {
      await serving.stop();
      expect(serving.incidents).toEqual([]);
    });
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${serving.http}${path}`, {
        method: 'POST', headers: { ...json, ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      });
    const place = (id: string, body: unknown = placeOrder) => post('/v1/commands/order.place', body, { 'idempotency-key': id });

    test('[H1] a command is done under its idempotency key, bare or quoted as the standard has it', async () => {
      const response = await place('"c1"');
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ ok: { id: 'c1' }, position: 1 });
      await place('c2');
      expect(serving.engine.submitted.map(({ commandId }) => commandId)).toEqual(['c1', 'c2']);
      expect(serving.engine.submitted[0]).toMatchObject({ kind: 'order.place', by: 'op', body: placeOrder });
    });

    test('[H2] a query is answered with the position it is as new as', async () => {
      serving.engine.orders.set('o1', orderView('o1'));
      const response = await post('/v1/queries/order.get', { orderId: 'o1' });
      expect(await response.json()).toEqual({ ok: orderView('o1'), position: 0 });
    });

    test('[H3] a refusal is a problem document with its code, field and status', async () => {
      const response = await place('c1', { ...placeOrder, lines: [{ sku: 'A', quantity: 0 }] });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toEqual({
        type: 'about:blank', title: 'Bad request', status: 400, code: 'malformed', retryable: false,
        detail: 'must be >= 1', field: 'body.lines[0].quantity', position: 0,
      });
    });

    test('[H3] every rejection code has its status, and what may be retried says when', async () => {
      for (const code of Object.keys(rejectionCodes) as RejectionCode[]) {
        serving.engine.onSubmit = (_, reply) => reply({ refused: reject(code, 'why'), position: 3 });
        const response = await place('c1');
        expect(response.status, code).toBe(problemStatus[code]);
        expect(await response.json()).toMatchObject({ code, retryable: rejectionCodes[code], detail: 'why', position: 3 });
        const isBusy = ['too-many', 'busy', 'storage-full', 'stopping', 'internal'].includes(code);
        expect(response.headers.has('retry-after'), code).toBe(isBusy);
      }
    });

    test('[H4] a command without a key, or with a key that is none, is refused by the header’s name', async () => {
      expect(await (await post('/v1/commands/order.place', placeOrder)).json()).toMatchObject({ field: 'Idempotency-Key' });
      expect((await place('x'.repeat(65))).status).toBe(400);
    });

    test('[H5] wrong paths are 404, wrong methods 405 with what is allowed, wrong types 415', async () => {
      const get = await fetch(`${serving.http}/v1/commands/order.place`);
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
      const health = await post('/healthz', {});
      expect([health.status, health.headers.get('allow')]).toEqual([405, 'GET']);
      for (const path of ['/', '/v1', '/v1/commands/order.destroy', '/v1/queries/constructor', '/constructor', '/__proto__']) {
        expect((await post(path, {})).status, path).toBe(404);
      }
      const text = await fetch(`${serving.http}/v1/queries/order.counts`, { method: 'POST', body: '{}' });
      expect(text.status).toBe(415);
      expect(text.headers.get('accept')).toBe('application/json');
    });

    test('[H6] without a good credential 401, and 403 for what the role may not do', async () => {
      const wrong = await post('/v1/queries/order.counts', {}, { authorization: 'Bearer wrong' });
      expect(wrong.status).toBe(401);
      expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
      const body = { entries: [{ sku: 'A', location: 'L', quantity: 1 }] };
      const forbidden = await post('/v1/commands/stock.receive', body, { authorization: 'Bearer shop', 'idempotency-key': 'c' });
      expect(forbidden.status).toBe(403);
      expect(serving.engine.submitted).toEqual([]);
    });

    test('[H7] a hostile body is refused as on the socket', async () => {
      for (const { name, json: body, code } of frames) {
        if (body === undefined) continue;
        const response = await post('/v1/queries/order.get', body);
        // As a body it may be malformed in another way than as a frame; never accepted, never a fault of ours.
        expect([400, 413], name).toContain(response.status);
        expect(['malformed', 'too-large'], name).toContain(((await response.json()) as Frame).code);
        expect(code).toBeDefined();
      }
    });

    test('[H8] health says whether commits end in time, readiness whether commands are taken', async () => {
      const status = async (path: string) => {
        const response = await fetch(`${serving.http}${path}`);
        return [response.status, await response.text()];
      };
      expect(await status('/healthz')).toEqual([200, 'ok\n']);
      expect(await status('/readyz')).toEqual([200, 'serving\n']);
      for (const mode of ['full', 'stopping', 'lost'] as const) {
        serving.engine.mode = mode;
        expect(await status('/readyz')).toEqual([503, `${mode}\n`]);
      }
      serving.engine.mode = 'serving';
      let finish: (outcome: Outcome) => void = () => undefined;
      serving.engine.onSubmit = (_, reply) => void (finish = reply);
      const owed = place('c1');
      await expect.poll(() => status('/healthz')).toEqual([503, 'overdue\n']);
      finish({ ok: {}, position: 1 });
      await owed;
      expect(await status('/healthz')).toEqual([200, 'ok\n']);
    });

    test('[H9] more commands than may wait are refused as too-many', async () => {
      const replies: ((outcome: Outcome) => void)[] = [];
      serving.engine.onSubmit = (_, reply) => void replies.push(reply);
      const owed = [place('c1'), place('c2')];
      await expect.poll(() => replies.length).toBe(2);
      expect((await place('c3')).status).toBe(429);
      for (const reply of replies) reply({ ok: {}, position: 1 });
      expect((await Promise.all(owed)).map(({ status }) => status)).toEqual([200, 200]);
    });

    test('[H10] metrics count what was done, by kind and outcome', async () => {
      await place('c1');
      const text = await (await fetch(`${serving.http}/metrics`)).text();
      expect(text).toContain('baton_commands_total{kind="order.place",outcome="ok"} 1');
      expect(text).toMatch(/baton_reply_seconds_count 1/);
      expect(text).toContain('baton_position 1');
      for (const line of text.trim().split('\n').filter((one) => one !== '')) expect(line).toMatch(/^(#|[a-z0-9_:]+(\{.*\})? [-0-9.e+NaInf]+$)/);
    });

    test('[H11] the schemas of all messages are plain JSON Schema', async () => {
      const document = (await (await fetch(`${serving.http}/v1/schemas`)).json()) as Frame;
      expect(document.commands['order.place'].properties.lines.items.properties.quantity).toMatchObject({ type: 'integer', minimum: 1 });
      expect(Object.keys(document.topics)).toContain('stock');
    });

    test('[H12] a backup is for operators, and says why there is none', async () => {
      const backup = (directory: unknown, key = 'op') => post('/v1/admin/backup', { directory }, { authorization: `Bearer ${key}` });
      expect((await backup('/somewhere', 'shop')).status).toBe(403);
      expect(await (await backup('/somewhere')).json()).toMatchObject({ ok: { directory: '/somewhere', records: 0, rows: 0 } });
      expect((await backup('')).status).toBe(400);
      const failed = await backup('/taken');
      expect([failed.status, ((await failed.json()) as Frame).detail]).toEqual([500, 'no backup was made: the directory exists']);
    });

    test('[H13] pages of the allowed origin may call, others may not', async () => {
      const preflight = (origin: string) => fetch(`${serving.http}/v1/commands/order.place`, { method: 'OPTIONS', headers: { origin } });
      expect((await preflight('https://shop.example')).headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    });
  });
}
