/** Who may do what, by kind × role × scope. The table is written by hand and says what is meant; a kind needs a row. */
import { describe, expect, test } from 'vitest';
import { commandKinds, type CommandKind } from '../../actors/commands.ts';
import { channelId, locationId, type ChannelId, type LocationId } from '../../actors/ids.ts';
import { queryKinds, type QueryKind } from '../../actors/queries.ts';
import { rejectionCodes } from '../../actors/rejection.ts';
import { roles } from '../../gateway/auth/credential.ts';
import { allows } from '../../gateway/auth/permissions.ts';
import { engineLookups, type Lookups } from '../../gateway/auth/scope.ts';
import { topicSchemas, type TopicName } from '../../gateway/protocol.ts';

type Row = CommandKind | QueryKind | `topic ${TopicName}`;

/** Orders mine and theirs: of the channel web from NYC, of the channel other from LA. */
const web = channelId('web');
const nyc = locationId('NYC');
const places: Record<string, [ChannelId, LocationId]> = {
  mine: [web, nyc],
  theirs: [channelId('other'), locationId('LA')],
};
const lookups: Lookups = {
  channelOf: (orderId) => places[orderId]?.[0],
  fulfillmentsOf: (orderId) =>
    places[orderId] && [{ fulfillmentId: '1', location: places[orderId]![1] }],
  reservationChannelOf: (reservationId) => places[reservationId]?.[0],
  supplyOf: (supplyId) => places[supplyId] && { to: places[supplyId]![1] },
  returnOf: (returnId) => places[returnId] && { channel: places[returnId]![0], to: places[returnId]![1] },
  terminalOf: (terminalId) => places[terminalId]?.[1],
  bufferOf: (bufferId) => places[bufferId] && { channel: places[bufferId]![0], location: places[bufferId]![1] },
};
/** A transfer between a place of ours and one of theirs. */
const between = (to: string, from: string): Lookups => ({
  ...lookups,
  supplyOf: () => ({ to: locationId(to), from: locationId(from) }),
});

type Body = (channel: string, location: string, orderId: string) => object;
const entries: Body = (_channel, location) => ({
  entries: [
    { sku: 'A', location: 'NYC', quantity: 1 },
    { sku: 'B', location, quantity: 1 },
  ],
});
const order: Body = (_channel, _location, orderId) => ({
  orderId,
  fulfillmentId: '1',
  reason: 'x',
});
const supply: Body = (_channel, _location, supplyId) => ({ supplyId });
const comesBack: Body = (_channel, _location, returnId) => ({ returnId });
const terminal: Body = (_channel, _location, terminalId) => ({ terminalId });
const at: Body = (_channel, location) => ({ location });
const none: Body = () => ({});

/**
 * storefront, terminal, operator, connector, agent; for each what a credential of web and NYC gets
 * for its own and for what is not its own: y yes, f forbidden, u as if it did not exist, -
 * forbidden to the role.
 */
const table: Record<Row, readonly [cells: string, body: Body]> = {
  'location.put': ['-- -- yf yf --', (_c, id) => ({ location: { id } })],
  'location.pause': ['-- yf yf yf --', (_c, id) => ({ locationId: id, reason: 'x' })],
  'location.resume': ['-- yf yf yf --', (_c, id) => ({ locationId: id })],
  'forecast.put': ['-- -- ff ff --', none],
  'transit.put': ['-- -- yy yy --', none],
  'rates.put': ['-- -- yy yy --', none],
  'rates.remove': ['-- -- yy yy --', none],
  'channel.put': ['-- -- yf yf --', (id) => ({ channel: { id } })],
  'carrier.put': ['-- -- yy yy --', () => ({ carrier: { id: 'ups' } })],
  'carrier.suspend': ['-- -- yy yy --', () => ({ carrierId: 'ups' })],
  'carrier.report': ['-- -- yy yy --', () => ({ carrierId: 'ups' })],
  'carrier.embargo': ['-- -- yy yy --', () => ({ carrierId: 'ups' })],
  'carrier.lift': ['-- -- yy yy --', () => ({ carrierId: 'ups' })],
  'carrier.resume': ['-- -- yy yy --', () => ({ carrierId: 'ups' })],
  'plan.put': ['-- -- ff -- --', none], 'plan.validate': ['-- -- ff -- --', none],
  'plan.publish': ['-- -- ff -- --', none], 'plan.withdraw': ['-- -- ff -- --', none],
  'plan.rollback': ['-- -- ff -- --', none], 'plan.archive': ['-- -- ff -- --', none],
  'plan.canary': ['-- -- ff -- --', none], 'plan.promote': ['-- -- ff -- --', none],
  'plan.abort': ['-- -- ff -- --', none], 'plan.shadow': ['-- -- ff -- --', none],
  'plan.unshadow': ['-- -- ff -- --', none],
  'case.raise': ['-- -- ff ff --', none], 'case.retry': ['-- -- ff ff --', none], 'case.reassign': ['-- -- ff ff --', none], 'case.override': ['-- -- ff -- --', none],
  'case.dismiss': ['-- -- ff ff --', none], 'case.comment': ['-- -- ff ff --', none], 'case.resolve': ['-- -- ff ff --', none], 'playbook.put': ['-- -- ff -- --', none],
  'playbook.remove': ['-- -- ff -- --', none], 'case.get': ['-- -- ff ff --', none], 'case.list': ['-- -- ff ff --', none], 'case.counts': ['-- -- ff ff --', none],
  'playbook.get': ['-- -- ff ff --', none], 'playbook.list': ['-- -- ff ff --', none],
  'pool.put': ['-- -- ff ff --', none],
  'pool.remove': ['-- -- ff ff --', none],
  'buffer.put': ['-- -- yf yf --', (channel, location) => ({ rule: { id: 'new', channel, location, quantity: 1 } })],
  'buffer.remove': ['-- -- yu yu --', (_c, _l, bufferId) => ({ bufferId })],
  'item.put': ['-- -- yy yy --', () => ({ item: { sku: 'A' } })],
  'lot.recall': ['-- -- ff ff --', () => ({ sku: 'A', lot: 'l' })],
  'lot.lift': ['-- -- ff ff --', () => ({ sku: 'A', lot: 'l' })],
  'lot.get': ['-- -- ff ff --', () => ({ sku: 'A', lot: 'l' })],
  'lot.list': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location })],
  'stock.receive': ['-- yf yf yf --', entries],
  'stock.adjust': ['-- yf yf yf --', entries],
  'stock.count': ['-- yf yf yf --', entries],
  'stock.return': ['-- yf yf yf --', entries],
  'stock.set-aside': ['-- yf yf yf --', entries],
  'stock.put-back': ['-- yf yf yf --', entries],
  'stock.dispose': ['-- yf yf yf --', entries],
  'stock.buffer': ['-- yf yf yf --', entries],
  'supply.put': ['-- -- yf yf --', (_c, to) => ({ supply: { id: 'new', to } })],
  'supply.order': ['-- -- yu yu --', supply],
  'supply.ship': ['-- yu yu yu --', supply],
  'supply.receive': ['-- yu yu yu --', supply],
  'supply.close': ['-- -- yu yu --', supply],
  'supply.cancel': ['-- -- yu yu --', supply],
  'payment.authorise': ['-- -- yu yu --', order],
  'payment.capture': ['-- -- yu yu --', order],
  'payment.fail': ['-- -- yu yu --', order],
  'payment.void': ['-- -- yu yu --', order],
  'payment.refund': ['-- -- yu yu --', order],
  'mapping.put': ['-- -- yf yf --', (channel) => ({ channel })],
  'order.amend': ['yu -- yu yu yu', order],
  'order.edit': ['yu -- yu yu yu', order],
  'intake-policy.put': ['-- -- yf yf --', (channel) => ({ policy: { channel } })],
  'return-policy.put': ['-- -- yf yf --', (channel) => ({ policy: { channel } })],
  'return.request': ['yu -- yu yu yu', order],
  'return.approve': ['-- -- yu yu --', comesBack],
  'return.reject': ['-- -- yu yu --', comesBack],
  'return.label': ['-- -- yu yu --', comesBack],
  'return.ship': ['-- -- yu yu --', comesBack],
  'return.receive': ['-- yu yu yu --', comesBack],
  'return.inspect': ['-- yf yf yf --', (_c, location, returnId) => ({ returnId, location })],
  'return.refund': ['-- -- yu yu --', comesBack],
  'return.cancel': ['yu -- yu yu yu', comesBack],
  'reservation.make': ['yf -- yf yf yf', (channel) => ({ channel, reservationId: 'new' })],
  'reservation.extend': ['yu -- yu yu yu', (_c, _l, reservationId) => ({ reservationId })],
  'reservation.release': ['yu -- yu yu yu', (_c, _l, reservationId) => ({ reservationId })],
  'line.get': ['yy yy yy yy yy', none],
  'reservation.get': ['yu -- yu yu yu', (_c, _l, reservationId) => ({ reservationId })],
  'order.search': ['yf -- yf yf yf', (channel) => ({ channel })],
  'reservation.list': ['yf -- yf yf yf', (channel) => ({ channel })],
  'feed.open': ['-- yy yy yy --', none],
  'feed.close': ['-- yf yf yf --', (_c, location) => (location === undefined ? {} : { locations: [location], found: [{ location }] })],
  'stock.compare': ['-- yf yf yf --', entries],
  'item.compare': ['-- -- yy yy --', none],
  'location.compare': ['-- -- yf yf --', (_c, id) => ({ locations: [{ id }] })],
  'order.place': ['yf -- yf yf yf', (channel, _l, orderId) => ({ channel, orderId })],
  'order.cancel': ['yu -- yu yu yu', order],
  'order.hold': ['yu -- yu yu yu', order],
  'order.unhold': ['-- -- yu yu --', order],
  'order.schedule': ['yu -- yu yu yu', order], 'order.release': ['-- -- yu yu --', order],
  'order.retry': ['-- -- yu yu --', order],
  'order.move': ['-- -- yu yu --', order],
  'order.reship': ['-- -- yu yu --', order],
  'order.options': ['-- -- yu yu --', order],
  'terminal.open': ['-- yf yf yf --', at], 'terminal.beat': ['-- yu yu yu --', terminal], 'terminal.lose': ['-- yu yu yu --', terminal], 'terminal.close': ['-- yu yu yu --', terminal],
  'terminal.get': ['-- yu yu yu --', terminal], 'terminal.list': ['-- yf yf yf --', at], 'task.queue': ['-- yf yf yf --', at],
  'topic terminal': ['-- yu yu yu --', (_c, _l, terminalId) => ({ topic: 'terminal', terminalId })], 'task.substitute': ['-- yu yu yu --', order],
  'task.get': ['-- yu yu yu --', order], 'task.ack': ['-- yu yu yu --', order], 'task.scan': ['-- yu yu yu --', order], 'task.short': ['-- yu yu yu --', order], 'task.pack': ['-- yu yu yu --', order],
  'task.label': ['-- yu yu yu --', order], 'task.manifest': ['-- yu yu yu --', order], 'task.handOver': ['-- yu yu yu --', order], 'task.release': ['-- yu yu yu --', order],
  'fulfillment.pick': ['-- yu yu yu --', order], 'fulfillment.requestCancel': ['yu -- yu yu yu', order],
  'fulfillment.short': ['-- yu yu yu --', order], 'fulfillment.substitute': ['-- yu yu yu --', order], 'fulfillment.reject': ['-- yu yu yu --', order],
  'fulfillment.ship': ['-- yu yu yu --', order], 'fulfillment.deliver': ['-- yu yu yu --', order],
  'fulfillment.hold': ['yu yu yu yu yu', order], 'fulfillment.unhold': ['-- -- yu yu --', order], 'fulfillment.merge': ['-- -- yu yu --', order],
  'fulfillment.split': ['-- yu yu yu --', order], 'fulfillment.acceptCancel': ['-- yu yu yu --', order], 'fulfillment.rejectCancel': ['-- yu yu yu --', order],
  'order.get': ['yu yu yu yu yu', order],
  'order.list': ['-- yf ff ff --', (_c, location) => ({ location })],
  'order.counts': ['-- -- ff ff --', none],
  'item.waiting': ['-- -- ff ff --', () => ({ sku: 'A' })],
  'stock.get': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location })],
  'item.get': ['yy yy yy yy yy', () => ({ sku: 'A' })],
  'offer.list': ['-- yf yf yf --', at], 'offer.accept': ['-- yf yf yf --', at], 'offer.decline': ['-- yf yf yf --', at],
  'suspect.list': ['-- yf yf yf --', at], 'suspect.raise': ['-- yf yf yf --', at], 'suspect.clear': ['-- yf yf yf --', at],
  'short.preview': ['-- -- ff ff --', order], 'stock.history': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location })],
  'stock.drift': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location })],
  'drift.report': ['-- yf yf yf --', (_c, location) => ({ by: 'feed', location })],
  'feed.ages': ['-- ff ff ff --', none],
  'stock.at': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location, atMs: 0 })], 'stock.incoming': ['-- yf yf yf --', (_c, location) => ({ sku: 'A', location })],
  'supply.get': ['-- yu yu yu --', supply],
  'tracking.get': ['yu yu yu yu yu', order],
  'tracking.lanes': ['-- -- yy yy --', none], 'tracking.find': ['-- -- ff ff --', () => ({ carrier: 'ups', tracking: 't1' })],
  'tracking.scan': ['-- -- ff ff --', () => ({ carrier: 'ups', tracking: 't1' })],
  'return.get': ['yu yu yu yu yu', comesBack],
  'return.list': ['yf yf yf yf yf', (channel, location) => ({ channel, location })],
  'mapping.get': ['yf -- yf yf yf', (channel) => ({ channel })],
  'payment.get': ['yu -- yu yu yu', order],
  'intake-policy.get': ['yf -- yf yf yf', (channel) => ({ channel })],
  'order.find': ['yf -- yf yf yf', (channel) => ({ channel })],
  'order.preview': ['yu -- yu yu yu', order],
  'order.details': ['yu yu yu yu yu', order],
  'return-policy.get': ['yf -- yf yf yf', (channel) => ({ channel })],
  'supply.list': ['-- yf yf yf --', (_c, location) => ({ location })],
  'atp.get': ['yf yf yf yf yf', (channel) => ({ skus: ['A'], channel })],
  'atp.by-location': ['yf yf yf yf yf', (channel) => ({ skus: ['A'], channel })],
  'atp.explain': ['-- -- ff ff --', (channel) => ({ sku: 'A', channel })],
  'decision.explain': ['-- -- ff ff --', none],
  'plan.get': ['-- -- ff ff --', none],
  'plan.list': ['-- -- ff ff --', none],
  'plan.versions': ['-- -- ff ff --', none],
  'plan.diff': ['-- -- ff ff --', none],
  'plan.lint': ['-- -- ff ff --', none],
  'plan.divergence': ['-- -- ff ff --', none],
  'rehearsal.start': ['-- -- ff -- --', none],
  'rehearsal.get': ['-- -- ff ff --', none],
  'rehearsal.cancel': ['-- -- ff -- --', none],
  'whatif.run': ['-- -- ff ff --', none],
  'pool.list': ['-- -- ff ff --', none],
  'buffer.get': ['-- -- ff ff --', (_c, _l, bufferId) => ({ bufferId })],
  'buffer.list': ['-- -- ff ff --', none],
  'location.list': ['-- ff ff ff --', none],
  'channel.list': ['-- -- ff ff --', none],
  'carrier.list': ['-- yy yy yy --', none],
  'carrier.get': ['-- yy yy yy --', () => ({ carrierId: 'ups' })],
  'forecast.get': ['-- -- ff ff --', none],
  'price.rooms': ['-- -- ff ff --', none],
  'transit.get': ['-- yy yy yy --', none],
  'rates.get': ['-- -- yy yy --', none],
  'rates.quote': ['-- yf yf yf --', (_c, location) => ({ location })],
  'price.get': ['-- -- ff ff --', () => ({ sku: 'A' })],
  'capacity.get': ['-- yf yf yf --', (_c, location) => ({ location })],
  'promise.get': ['yf -- yf yf yf', (channel) => ({ channel })],
  'promise.bulk': ['yf -- yf yf yf', (channel) => ({ channel })],
  'engine.status': ['-- -- yy yy --', none],
  // What another channel's order tells its follower is nothing: the streams see to it.
  'topic order': ['yy -- yy yy yy', (_c, _l, orderId) => ({ topic: 'order', orderId })],
  'topic reservation': ['yy -- yy yy yy', (_c, _l, reservationId) => ({ topic: 'reservation', reservationId })],
  'topic stock': ['yf yf yf yf yf', (channel) => ({ topic: 'stock', skus: ['A'], channel })],
  'topic location': ['-- yf yf yf --', (_c, location) => ({ topic: 'location', location })],
  'topic supply': ['-- yf yf yf --', (_c, location) => ({ topic: 'supply', location })],
  'topic returns': ['yf yf yf yf yf', (channel, location) => ({ topic: 'returns', channel, location })],
  'topic decisions': ['-- -- yf -- --', (channel) => ({ topic: 'decisions', channel })],
  'topic exceptions': ['yf -- yf yf yf', (channel) => ({ topic: 'exceptions', channel })],
  'topic carriers': ['-- -- ff ff --', () => ({ topic: 'carriers' })], 'topic cases': ['-- -- ff ff --', () => ({ topic: 'cases' })], 'topic plans': ['-- -- ff ff --', () => ({ topic: 'plans' })],
  'topic shadow': ['-- -- ff -- --', () => ({ topic: 'shadow', planId: 'p1' })],
};
const rows = Object.keys(table) as Row[];

const kindOf = (row: Row): CommandKind | QueryKind | 'subscribe' =>
  row.startsWith('topic ') ? 'subscribe' : (row as CommandKind);
const scoped = { channels: ['web'], locations: ['NYC'] };
const everything = { channels: '*', locations: '*' } as const;
const nothing = { channels: [], locations: [] };

describe('permissions', () => {
  test('[A30] every command, query and topic stands in the table', () => {
    const kinds = [
      ...commandKinds,
      ...queryKinds,
      ...Object.keys(topicSchemas).map((name) => `topic ${name}`),
    ];
    expect([...rows].sort()).toEqual(kinds.sort());
  });

  const cases = rows.flatMap((row) =>
    roles.map((role, at) => [row, role, table[row][0].split(' ')[at]!] as const),
  );

  test.each(cases)('[A30] %s by a %s of one channel and location: %s', (row, role, cell) => {
    const body = table[row][1];
    const results = [body('web', 'NYC', 'mine'), body('other', 'LA', 'theirs')].map((message) => {
      const refused = allows({ role, ...scoped }, kindOf(row), message, lookups);
      if (refused === undefined) return 'y';
      expect(refused.retryable).toBe(rejectionCodes[refused.code]);
      if (refused.code.startsWith('unknown-')) return 'u';
      expect(refused.code).toBe('forbidden');
      return refused.detail.startsWith('the role') ? '-' : 'f';
    });
    expect(results.join('')).toBe(cell);
  });

  test.each(cases)('[A31] %s by a %s of everything: whatever the role may', (row, role, cell) => {
    for (const message of [
      table[row][1]('web', 'NYC', 'mine'),
      table[row][1]('other', 'LA', 'theirs'),
    ]) {
      const refused = allows({ role, ...everything }, kindOf(row), message, lookups);
      expect(refused === undefined).toBe(cell !== '--');
    }
  });

  test('[I8] [A31] a credential of nothing touches no channel and no location', () => {
    for (const [row, role, cell] of cases) {
      if (cell === '--' || cell === 'yy') continue;
      const message = table[row][1]('web', 'NYC', 'mine');
      expect(
        allows({ role, ...nothing }, kindOf(row), message, lookups),
        `${row} ${role}`,
      ).toBeDefined();
    }
  });

  test('[A31] a role that does not exist may nothing', () => {
    for (const row of rows) {
      const refused = allows(
        { role: 'root', ...everything },
        kindOf(row),
        table[row][1]('web', 'NYC', 'mine'),
        lookups,
      );
      expect(refused).toMatchObject({ code: 'forbidden' });
    }
  });

  test('[A32] what names no channel or location asks for all of them', () => {
    const ask = (role: string, kind: QueryKind | 'subscribe', body: object) =>
      allows({ role, ...scoped }, kind, body, lookups)?.code;
    expect(ask('storefront', 'atp.get', { skus: ['A'] })).toBe('forbidden');
    expect(ask('terminal', 'order.list', {})).toBe('forbidden');
    expect(ask('terminal', 'stock.get', { sku: 'A' })).toBe('forbidden');
    expect(ask('storefront', 'subscribe', { topic: 'stock', skus: ['A'] })).toBe('forbidden');
    expect(ask('connector', 'subscribe', { topic: 'stock', skus: ['A'] })).toBe('forbidden');
    // Filtered by channel as they go out.
    expect(ask('storefront', 'subscribe', { topic: 'exceptions' })).toBeUndefined();
  });

  test('[A33] another channel’s order is refused in the engine’s words for one that does not exist', () => {
    const body = { orderId: 'theirs', reason: 'x' };
    expect(allows({ role: 'storefront', ...scoped }, 'order.cancel', body, lookups)).toEqual({
      code: 'unknown-order',
      retryable: false,
      detail: 'no order theirs',
      field: 'body.orderId',
    });
    // One that does not exist goes to the engine: it may be placed by a command ahead in the queue.
    expect(
      allows({ role: 'storefront', ...scoped }, 'order.cancel', { orderId: 'new' }, lookups),
    ).toBeUndefined();
  });

  test('[A33] of an order shared with another location, a location may touch its own part alone', () => {
    const shared: Lookups = {
      ...lookups,
      channelOf: () => web,
      fulfillmentsOf: () => [
        { fulfillmentId: '1', location: nyc },
        { fulfillmentId: '2', location: locationId('LA') },
      ],
    };
    const pick = (fulfillmentId: string) =>
      allows(
        { role: 'terminal', ...scoped },
        'fulfillment.pick',
        { orderId: 'both', fulfillmentId },
        shared,
      );
    expect(pick('1')).toBeUndefined();
    expect(pick('2')).toEqual({
      code: 'unknown-fulfillment',
      retryable: false,
      detail: 'order both has no fulfillment 2',
      field: 'body.fulfillmentId',
    });
    expect(pick('3')?.code).toBe('unknown-fulfillment');
  });

  test('[A34] a refusal names the field at fault', () => {
    const field = (kind: CommandKind, body: object) =>
      allows({ role: 'connector', ...scoped }, kind, body, lookups)?.field;
    expect(field('stock.receive', entries('web', 'LA', ''))).toBe('body.entries[1].location');
    expect(field('order.place', { channel: 'other' })).toBe('body.channel');
    expect(field('location.put', { location: { id: 'LA' } })).toBe('body.location.id');
    expect(field('channel.put', { channel: { id: 'other' } })).toBe('body.channel.id');
  });

  test('[A33] a transfer is sent by whose location it leaves, received by whose it reaches, seen by both', () => {
    const may = (kind: CommandKind | QueryKind, lookup: Lookups, role = 'terminal') =>
      allows({ role, ...scoped }, kind, { supplyId: 'both' }, lookup)?.code;
    const leaving = between('LA', 'NYC');
    const coming = between('NYC', 'LA');
    expect([may('supply.ship', leaving), may('supply.receive', leaving), may('supply.get', leaving)]).toEqual([undefined, 'forbidden', undefined]);
    expect([may('supply.ship', coming), may('supply.receive', coming), may('supply.get', coming)]).toEqual(['forbidden', undefined, undefined]);
    expect(may('supply.cancel', coming, 'connector')).toBe('forbidden');
    expect(may('supply.ship', between('LA', 'SF'))).toBe('unknown-supply');
  });

  test('[A31] a supply document is changed by whoever reaches all of its places, before and after', () => {
    const put = (body: object, lookup: Lookups) => allows({ role: 'connector', ...scoped }, 'supply.put', { supply: body }, lookup);
    expect(put({ id: 'new', to: 'NYC' }, lookups)).toBeUndefined();
    expect(put({ id: 'new', to: 'NYC', from: 'LA' }, lookups)?.field).toBe('body.supply.from');
    expect(put({ id: 'both', to: 'NYC' }, between('NYC', 'LA'))).toMatchObject({ code: 'forbidden', field: 'body.supply.id' });
  });

  test('[A31] a buffer rule concerns every channel and location it does not name', () => {
    const put = (rule: object, more: object = {}) =>
      allows({ role: 'connector', ...scoped, ...more }, 'buffer.put', { rule: { id: 'new', quantity: 1, ...rule } }, lookups);
    expect(put({ channel: 'web', location: 'NYC' })).toBeUndefined();
    expect(put({ channel: 'web' })?.code).toBe('forbidden');
    expect(put({ location: 'NYC' })?.code).toBe('forbidden');
    expect(put({ location: 'NYC' }, { channels: '*' })).toBeUndefined();
    expect(put({ id: 'theirs', channel: 'web', location: 'NYC' })?.field).toBe('body.rule.id');
    expect(put({ channel: 'web', location: 'LA' })?.field).toBe('body.rule.location');
  });

  test('[A33] an engine is looked up by its own queries', () => {
    const fulfillments = [{ fulfillmentId: '1', location: nyc }];
    const engine = {
      channelOf: () => web,
      query: ({ body }: { body: { orderId?: string } }) => ({
        position: 1,
        ok: body.orderId === 'mine' ? { fulfillments } : null,
      }),
    };
    const found = engineLookups(engine as never);
    expect(found.fulfillmentsOf('mine' as never)).toBe(fulfillments);
    expect(found.fulfillmentsOf('new' as never)).toBeUndefined();
    expect(found.channelOf('mine' as never)).toBe('web');
  });
});
