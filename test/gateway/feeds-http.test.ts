import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeedShop, location } from './feed-serving.ts';
import { Raw, sleep, until } from './server-helpers.ts';

for (const kind of ['uws', 'node'] as const) {
  describe(`feeds over HTTP on ${kind}`, () => {
    let shop: FeedShop;
    beforeEach(async () => {
      shop = await FeedShop.open(kind, { feedsMax: 1 });
    });
    afterEach(async () => {
      await shop.close();
      expect(shop.incidents).toEqual([]);
    });

    it('[F1] counts come in as CSV and as NDJSON, and only what differs is sent on', async () => {
      const csv = 'sku,location,onHand\nS1,A,5\nS2,A,7\n"S,3",B,0\n';
      const first = await shop.feed('stock', csv);
      expect(first.summary).toMatchObject({ kind: 'stock', rows: 3, changed: 3, unchanged: 0, refused: 0 });
      expect(shop.onHand('A/S1', 'A/S2', 'B/S,3')).toEqual([5, 7, 0]);
      const before = shop.engine.position;
      const again = await shop.feed('stock', '{"sku":"S1","location":"A","onHand":5}\n{"sku":"S2","location":"A","onHand":8}');
      expect(again.summary).toMatchObject({ rows: 2, changed: 1, unchanged: 1 });
      expect(shop.onHand('A/S2')).toEqual([8]);
      // Its two ends and one count: nothing was written for what was known.
      expect(shop.engine.position - before).toBe(3);
    });

    it('[F25] counts and deltas of tracked SKUs name their lots, as CSV and as NDJSON', async () => {
      await shop.ok('item.put', { item: { sku: 'HONEY', tracking: { by: 'lot' } } });
      await shop.ok('item.put', { item: { sku: 'PHONE', tracking: { by: 'serial' } } });
      const lots = (): unknown[] =>
        shop.engine.query({ kind: 'lot.list', body: { sku: 'HONEY', limit: 10 } as never }).ok.lots
          .map(({ lot, onHand, expiresAtMs }) => [lot, onHand, expiresAtMs]);
      const csv = 'sku,location,onHand,lots,serials\nHONEY,A,8,H-24:5@2000000000000; H-23:3,\nPHONE,A,2,,N1;N2\nS1,A,4,,\n';
      const first = await shop.feed('stock', csv, { feed: 'by-lot' });
      expect(first.summary).toMatchObject({ rows: 3, changed: 3, refused: 0 });
      expect(shop.onHand('A/HONEY', 'A/PHONE', 'A/S1')).toEqual([8, 2, 4]);
      expect(lots()).toEqual([['H-24', 5, 2000000000000], ['H-23', 3, undefined]]);
      const delta = { sku: 'HONEY', location: 'A', delta: -2, reason: 'broken', lots: [{ lot: 'H-24', quantity: 2 }] };
      const found = { sku: 'PHONE', location: 'A', delta: 1, serials: ['N3'] };
      const second = await shop.feed('stock', [delta, found].map((row) => JSON.stringify(row)).join('\n'), { feed: 'd' });
      expect(second.summary).toMatchObject({ rows: 2, changed: 2, refused: 0 });
      expect(shop.onHand('A/HONEY', 'A/PHONE')).toEqual([6, 3]);
      // Sent again, the first feed is answered from its receipts: it does not bring back what was lost since.
      const again = await shop.feed('stock', csv, { feed: 'by-lot' });
      expect(again.summary).toMatchObject({ rows: 3, changed: 0, unchanged: 3, refused: 0 });
      expect(lots()).toEqual([['H-24', 3, 2000000000000], ['H-23', 3, undefined]]);
      const none = await shop.feed('stock', JSON.stringify({ sku: 'HONEY', location: 'A', onHand: 0, lots: [] }), { feed: 'n' });
      expect([none.summary?.changed, shop.onHand('A/HONEY')]).toEqual([1, [0]]);
    });

    it('[F25] a bad lot refuses its row alone, by its column', async () => {
      await shop.ok('item.put', { item: { sku: 'HONEY', tracking: { by: 'lot' } } });
      const rows = ['sku,location,onHand,lots', 'HONEY,A,5,H-24', 'HONEY,A,5,H-24:4', 'HONEY,B,5,H-24:5', 'S1,A,1,X:1', 'S2,A,1,'];
      const { refused, summary } = await shop.feed('stock', rows.join('\n'), { feed: 'bad' });
      expect(summary).toMatchObject({ rows: 5, changed: 2, refused: 3 });
      expect(refused.map(({ row, code, field }) => [row, code, field]).toSorted()).toEqual([
        [2, 'malformed', 'lots'], [3, 'contradiction', 'lots'], [5, 'not-tracked', 'lots'],
      ]);
    });

    it('[F25] lots fill a command no fuller than it may be', async () => {
      await shop.ok('item.put', { item: { sku: 'BOLT', tracking: { by: 'lot' } } });
      await shop.ok('item.put', { item: { sku: 'NUT', tracking: { by: 'lot' } } });
      const row = (sku: string, at: string): string => {
        const lots = Array.from({ length: 500 }, (_, lot) => ({ lot: `${lot}`, quantity: 1 }));
        return JSON.stringify({ sku, location: at, onHand: 500, lots });
      };
      const rows = [row('BOLT', 'A'), row('BOLT', 'B'), row('NUT', 'A'), row('NUT', 'B')];
      const { summary } = await shop.feed('stock', rows.join('\n'), { feed: 'many' });
      expect(summary).toMatchObject({ rows: 4, changed: 4, refused: 0 });
    });

    it('[Q21] a feed of counts says which locations it covered, as of its first opening', async () => {
      for (const id of ['A', 'B']) {
        await shop.ok('buffer.put', { rule: { id, location: id, quantity: 0, grows: { everyMs: 60_000, quantity: 1, maxQuantity: 9 } } });
      }
      const since = (id: string): number => shop.engine.query({ kind: 'buffer.get', body: { bufferId: id as never } }).ok?.growth?.sinceMs ?? Number.NaN;
      const [a, b] = [since('A'), since('B')];
      await new Promise((resolve) => setTimeout(resolve, 3));
      await shop.feed('stock', 'sku,location,onHand\nS1,A,5\nS2,B,-1\nS3,NOWHERE,1\n', { feed: 'wms-1' });
      expect([since('A') > a, since('B')]).toEqual([true, b]);
      const fed = since('A');
      await new Promise((resolve) => setTimeout(resolve, 3));
      // Sent again it is of the same instant; one that finds all as it was says as much as any other.
      await shop.feed('stock', 'sku,location,onHand\nS1,A,5\n', { feed: 'wms-1' });
      expect(since('A')).toBe(fed);
      await shop.feed('stock', 'sku,location,onHand\nS1,A,5\n', { feed: 'wms-2' });
      expect(since('A')).toBeGreaterThan(fed);
    });

    it('[F20] [F23] at its end a feed tells its locations, and metrics its rows and their age', async () => {
      await shop.feed('stock', 'sku,location,onHand\nS1,A,5\nS2,B,7\n', { feed: 'f1' });
      await shop.feed('stock', 'sku,location,onHand\nS1,A,4\nS2,B,7\nS3,B,x\nS4,NOWHERE,1\n', { feed: 'f2' });
      const { rows } = shop.engine.query({ kind: 'drift.report', body: { by: 'location', feed: 'f2' } as never }).ok;
      expect(rows).toEqual([
        { location: 'A', sums: { unexplained: { rows: 1, found: 0, lost: 1 } } },
        { location: 'B', sums: { confirmed: { rows: 1, found: 0, lost: 0 } } },
      ]);
      const text = await (await fetch(`${shop.http}/metrics`)).text();
      expect(text).toContain('baton_feeds_total 2');
      const counted = ['unchanged', 'changed', 'outdated', 'refused'].map((outcome) =>
        Number(text.match(`baton_feed_rows_total\\{outcome="${outcome}"\\} (\\d+)`)?.[1]));
      expect(counted).toEqual([1, 3, 0, 2]);
      for (const place of ['A', 'B']) {
        expect(Number(text.match(`baton_feed_age_seconds\\{location="${place}"\\} ([\\d.e-]+)`)?.[1])).toBeLessThan(60);
      }
    });

    it('[F2] a bad row is told by its number and field, and the rest goes on', async () => {
      const rows = [
        'sku,location,onHand', 'S1,A,5', 'S2,A,-1', 'S3,A,2.5', 'S4,NOWHERE,1', 'S5,A,12 kg', ',A,1', 'S6,A', '', 'S7,B,7',
      ];
      const told = await shop.feed('stock', rows.join('\r\n'));
      expect(told.refused).toEqual([
        { row: 3, code: 'malformed', detail: 'must be >= 0', field: 'onHand' },
        { row: 4, code: 'malformed', detail: 'must be integer', field: 'onHand' },
        { row: 6, code: 'malformed', detail: 'must be integer', field: 'onHand' },
        { row: 7, code: 'malformed', detail: 'is required', field: 'sku' },
        { row: 8, code: 'malformed', detail: 'has 2 cells instead of 3' },
        { row: 5, code: 'unknown-location', detail: 'no location NOWHERE', field: 'location' },
      ]);
      expect(told.summary).toMatchObject({ rows: 8, changed: 2, refused: 6, refusedByCode: { malformed: 5, 'unknown-location': 1 } });
      expect(shop.onHand('A/S1', 'B/S7')).toEqual([5, 7]);
    });

    it('[F3] with onError=stop the rows before a bad one are taken and those after it are not', async () => {
      const told = await shop.feed('stock', 'sku,location,onHand\nS1,A,5\nS2,A,x\nS3,A,3\n', { query: 'onError=stop' });
      expect(told.summary).toMatchObject({ rows: 2, changed: 1, refused: 1, stopped: { row: 3, field: 'onHand' } });
      expect(shop.onHand('A/S1', 'A/S3')).toEqual([5, Number.NaN]);
    });

    it('[F4] deltas are movements with a reason, and sent again under the same feed id they change nothing', async () => {
      await shop.feed('stock', 'sku,location,onHand\nS1,A,50\nS2,A,50\n');
      const deltas = 'sku,location,delta,reason\nS1,A,-3,sold\nS2,A,4,\nS1,A,-2,sold\nNEW,A,1,\n';
      const first = await shop.feed('stock', deltas, { feed: 'till-1', query: 'reason=found' });
      expect(first.headers.get('idempotency-key')).toBe('till-1');
      expect(first.summary).toMatchObject({ rows: 4, changed: 3, refused: 1, refusedByCode: { 'unknown-sku': 1 } });
      expect(shop.onHand('A/S1', 'A/S2')).toEqual([45, 54]);
      const again = await shop.feed('stock', deltas, { feed: 'till-1', query: 'reason=found' });
      expect(again.summary).toMatchObject({ rows: 4, unchanged: 3, changed: 0, refused: 1 });
      expect(shop.onHand('A/S1', 'A/S2')).toEqual([45, 54]);
      const { movements } = shop.engine.query({ kind: 'stock.history', body: { sku: 'S1', location: 'A' } as never }).ok;
      expect(movements.map(({ kind: what, units, reason }) => [what, units, reason])).toEqual([
        ['adjusted', -2, 'sold'], ['adjusted', -3, 'sold'], ['counted', 50, undefined],
      ]);
    });

    it('[F4] other rows under a used feed id are refused, and nothing of them is done', async () => {
      await shop.feed('stock', 'sku,location,onHand\nS1,A,50\n');
      await shop.feed('stock', 'sku,location,delta\nS1,A,-3\n', { feed: 'f1' });
      const other = await shop.feed('stock', 'sku,location,delta\nS1,A,-4\n', { feed: 'f1' });
      expect(other.refused).toMatchObject([{ row: 2, code: 'command-id-reused' }]);
      const otherKind = await shop.feed('locations', JSON.stringify(location('C')), { feed: 'f1' });
      expect(otherKind).toMatchObject({ status: 422, problem: { code: 'command-id-reused' } });
      expect(shop.onHand('A/S1')).toEqual([47]);
    });

    it('[F5] items and locations come in, what is as it was is dropped', async () => {
      const items = '{"sku":"S1","name":"lamp"}\n{"sku":"S2"}\n{"sku":"S3","colour":"red"}\n{"sku":"S1"}\n';
      const first = await shop.feed('items', items);
      expect(first.summary).toMatchObject({ rows: 4, changed: 2, refused: 2, refusedByCode: { malformed: 1, duplicate: 1 } });
      expect(first.refused).toContainEqual({ row: 3, code: 'malformed', detail: 'no such field', field: 'colour' });
      expect((await shop.feed('items', 'sku,name\nS1,lamp\nS2,chair\n')).summary).toMatchObject({ changed: 1, unchanged: 1 });
      const csv = 'id,name,type,country,latitude,longitude,state\nA,at A,warehouse,GB,52,0,open\nC,Leeds,store,GB,53.8,-1.55,open\n';
      expect((await shop.feed('locations', csv)).summary).toMatchObject({ changed: 1, unchanged: 1 });
      expect(shop.engine.query({ kind: 'location.list', body: {} }).ok.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
    });

    it('[F6] a count that comes twice in a feed is refused the second time', async () => {
      const told = await shop.feed('stock', 'sku,location,onHand\nS1,A,5\nS1,B,5\nS1,A,6\n');
      expect(told.refused).toMatchObject([{ row: 4, code: 'duplicate', field: 'sku' }]);
      expect(shop.onHand('A/S1', 'B/S1')).toEqual([5, 5]);
    });

    it('[F7] what is no feed is refused before anything is read of it', async () => {
      const csv = 'sku,location,onHand\nS1,A,5\n';
      expect(await shop.feed('prices', csv)).toMatchObject({ status: 404 });
      expect(await shop.feed('stock', csv, { type: 'application/json' })).toMatchObject({ status: 415 });
      expect(await shop.feed('stock', csv, { type: 'text/csv; charset=latin1' })).toMatchObject({ status: 415 });
      expect(await shop.feed('stock', csv, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({ status: 415 });
      expect(await shop.feed('stock', csv, { feed: 'no spaces' })).toMatchObject({ status: 400, problem: { field: 'Idempotency-Key' } });
      expect(await shop.feed('stock', csv, { query: 'onErorr=stop' })).toMatchObject({ status: 400, problem: { field: 'query.onErorr' } });
      expect(await shop.feed('stock', csv, { query: 'onError=maybe' })).toMatchObject({ status: 400, problem: { field: 'query.onError' } });
      expect(await shop.feed('stock', csv, { query: 'refusals=1001' })).toMatchObject({ status: 400, problem: { field: 'query.refusals' } });
      expect((await fetch(`${shop.http}/v1/feeds/stock`)).status).toBe(405);
      expect(shop.onHand('A/S1')).toEqual([Number.NaN]);
    });

    it('[F7] a header that does not fit is refused by its column', async () => {
      expect(await shop.feed('stock', 'sku,location,onHand,unit\nS1,A,5,kg\n')).toMatchObject({
        status: 400, problem: { code: 'malformed', field: 'unit', detail: expect.stringContaining('one of sku, location, onHand') },
      });
      expect(await shop.feed('stock', 'sku,sku,onHand\n')).toMatchObject({ status: 400, problem: { field: 'sku' } });
      expect(await shop.feed('stock', '')).toMatchObject({ status: 400, problem: { detail: expect.stringContaining('header') } });
      expect(await shop.feed('stock', '', { type: 'application/x-ndjson' })).toMatchObject({ status: 200, summary: { rows: 0 } });
    });

    it('[F8] a feed is for those who may move stock, and moves it where they may', async () => {
      const csv = 'sku,location,onHand\nS1,A,5\nS1,B,6\n';
      expect(await shop.feed('stock', csv, { key: 'nobody' })).toMatchObject({ status: 401 });
      expect(await shop.feed('stock', csv, { key: 'shop' })).toMatchObject({ status: 403 });
      const told = await shop.feed('stock', csv, { key: 'nyc' });
      expect(told.refused).toMatchObject([{ row: 3, code: 'forbidden', field: 'location' }]);
      expect(shop.onHand('A/S1', 'B/S1')).toEqual([5, Number.NaN]);
      const places = `${JSON.stringify(location('A', 'mine'))}\n${JSON.stringify(location('B', 'not mine'))}`;
      expect((await shop.feed('locations', places, { key: 'nyc' })).refused).toMatchObject([{ row: 2, code: 'forbidden', field: 'id' }]);
    });

    it('[F9] progress is told while rows still come, and only so many feeds run at a time', async () => {
      let send: ReadableStreamDefaultController<Uint8Array> | undefined;
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
      const rows = (text: string): void => send?.enqueue(new TextEncoder().encode(text));
      const running = shop.feed('stock', body, { type: 'text/csv' });
      rows('sku,location,onHand\nS1,A,1\nS2,A,');
      await sleep(100);
      expect(await shop.feed('stock', 'sku,location,onHand\n')).toMatchObject({ status: 429, problem: { code: 'too-many' } });
      rows('2\n');
      await sleep(1_100);
      rows('S3,A,3\n');
      await sleep(100);
      send?.close();
      const told = await running;
      expect(told.progress.map((tally) => tally.rows)).toEqual([1, 3]);
      expect(told.summary).toMatchObject({ rows: 3, changed: 3 });
      expect(shop.onHand('A/S1', 'A/S2', 'A/S3')).toEqual([1, 2, 3]);
    });

    it('[F10] rows that are lost in transit are refused one by one: not UTF-8, not JSON, too long', async () => {
      const bytes = Buffer.concat([
        Buffer.from('\uFEFF{"sku":"S1","location":"A","onHand":1}\r\n'),
        Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]),
        Buffer.from('{"sku":"S2","location":"A"\n[1]\nnull\n\n'),
        Buffer.from(`{"sku":"${'x'.repeat(1_000_000)}"}\n`),
        Buffer.from('{"sku":"S3","location":"A","onHand":3}'),
      ]);
      const told = await shop.feed('stock', bytes, { type: 'application/x-ndjson' });
      expect(told.refused.map(({ row, code }) => [row, code])).toEqual([
        [2, 'malformed'], [3, 'malformed'], [4, 'malformed'], [5, 'malformed'], [7, 'too-large'],
      ]);
      expect(shop.onHand('A/S1', 'A/S3')).toEqual([1, 3]);
    });

    it('[F10] CSV that breaks off says where; what stood before it is done', async () => {
      const told = await shop.feed('stock', 'sku,location,onHand\nS1,A,1\nS2,A,"2\n'.padEnd(60_000, 'x'));
      expect(told.summary).toMatchObject({ changed: 1, stopped: { row: 3, code: 'malformed' } });
      expect(shop.onHand('A/S1')).toEqual([1]);
    });

    it('[F11] units that orders hold are given up, and the summary names the orders', async () => {
      await shop.ok('channel.put', { channel: { id: 'web', name: 'web' } });
      await shop.feed('stock', 'sku,location,onHand\nS1,A,5\n');
      const lines = [{ sku: 'S1', quantity: 4 }];
      await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines });
      const told = await shop.feed('stock', 'sku,location,onHand\nS1,A,2\n');
      expect(told.summary).toMatchObject({ changed: 1, displaced: 1, displacedOrders: ['o1'] });
    });

    it('[F12] a client that goes away leaves what it sent, whole rows only', async () => {
      const raw = await Raw.open(shop.gateway.port);
      raw.send('POST /v1/feeds/stock HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100\r\n\r\n');
      raw.send('sku,location,onHand\nS1,A,1\nS2,A,22');
      await sleep(50);
      raw.tcp.resetAndDestroy();
      await until('what was whole is done', () => shop.onHand('A/S1')[0] === 1);
      expect(shop.onHand('A/S1', 'A/S2')).toEqual([1, Number.NaN]);
      expect((await shop.feed('stock', 'sku,location,onHand\nS2,A,2\n')).summary).toMatchObject({ changed: 1 });
    });
  });
}
