/** The topic of a reservation, over a real engine: its events, and its place in line as it moves. */
import { describe, expect, test, vi } from 'vitest';
import { reservationId } from '../../actors/ids.ts';
import type { ReservationView } from '../../actors/vocabulary.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import type { PushFrame } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { Shop } from '../engine/shop.ts';
import { Reader } from './streams-kit.ts';

const other: Caller = { name: 'them', role: 'storefront', channels: ['other'], locations: [] };

async function line(...ids: readonly string[]): Promise<{ shop: Shop; streams: Streams }> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.ok('item.put', { item: { sku: 'S1', drop: {} } });
  for (const id of ids) await shop.reserve(id, { S1: 1 }, { ttlMs: 60_000 });
  const onIncident = (error: unknown): void => {
    throw error;
  };
  return { shop, streams: new Streams({ engine: shop.engine, limits: defaultLimits, onIncident }) };
}

const follow = (streams: Streams, id: string, caller?: Caller): Reader =>
  new Reader(streams).subscribe({ topic: 'reservation', reservationId: reservationId(id) }, caller);

const said = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) => {
    if ('events' in frame) return frame.events.map(({ kind }) => kind);
    if (!('snapshot' in frame)) return ['gap'];
    const view = frame.snapshot as ReservationView | null;
    return view === null ? ['none'] : [view.position === undefined ? view.state : `${view.state} ${view.position}`];
  });

/** Long enough for a place to be told. */
async function aMoment(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}

describe('a reservation', () => {
  test('[V16] is followed from its snapshot through its events; of another channel it is like none', async () => {
    const { shop, streams } = await line('v1');
    const mine = follow(streams, 'v1');
    const theirs = follow(streams, 'v1', other);
    const early = follow(streams, 'v2');
    await shop.ok('reservation.extend', { reservationId: 'v1', ttlMs: 5_000 });
    await shop.pass(5_000);
    await shop.reserve('v2', { S1: 1 });
    for (const reader of [mine, theirs, early]) reader.flush();
    expect(said(mine.got)).toEqual(['held', 'reservation.changed', 'reservation.expired']);
    expect(said(theirs.got)).toEqual(['none']);
    expect(said(early.got)).toEqual(['none', 'reservation.held']);
    streams.close();
  });

  test('[V16] in line is told its place whenever it has changed, merged, until it is served', async () => {
    const { shop, streams } = await line('v1', 'v2', 'v3', 'v4', 'v5');
    const third = follow(streams, 'v4');
    const unmoved = follow(streams, 'v2');
    const late = follow(streams, 'v6');
    // Two leave at once: one push says so.
    await Promise.all(['v2', 'v3'].map((id) => shop.ok('reservation.release', { reservationId: id })));
    await shop.reserve('v6', { S1: 1 });
    await aMoment();
    for (const reader of [third, unmoved, late]) reader.flush();
    expect(said(third.got)).toEqual(['queued 3', 'queued 1']);
    expect(said(unmoved.got)).toEqual(['queued 1', 'reservation.changed']);
    expect(said(late.got)).toEqual(['none', 'reservation.queued', 'queued 3']);
    await shop.ok('reservation.release', { reservationId: 'v1' });
    await aMoment();
    for (const reader of [third, late]) reader.flush();
    expect(said(third.got).slice(2)).toEqual(['reservation.held']);
    expect(said(late.got).slice(3)).toEqual(['queued 2']);
    streams.close();
  });

  test('[V16] asks for the places of those who are followed, and of nobody else', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `v${index}`);
    const { shop, streams } = await line(...ids);
    const reader = follow(streams, 'v40');
    const query = vi.spyOn(shop.engine, 'query');
    for (const id of ids.slice(1, 20)) await shop.ok('reservation.release', { reservationId: id });
    await aMoment();
    reader.flush();
    expect(said(reader.got)).toEqual(['queued 40', 'queued 21']);
    // One look, and one snapshot.
    expect(query.mock.calls.length).toBeLessThanOrEqual(4);
    streams.close();
  });

  test('[V16] that is resumed is told its place as it is now', async () => {
    const { shop, streams } = await line('v1', 'v2', 'v3');
    const since = shop.engine.position;
    await shop.ok('reservation.release', { reservationId: 'v2' });
    const reader = new Reader(streams).subscribe({ topic: 'reservation', reservationId: reservationId('v3'), since });
    await aMoment();
    reader.flush();
    expect(said(reader.got)).toEqual(['queued 1']);
    streams.close();
  });
});
