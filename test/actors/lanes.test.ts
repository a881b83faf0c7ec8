/** What deliveries teach of a lane. */
import { describe, expect, it } from 'vitest';
import { carrierId, channelId, fulfillmentId, locationId, orderId } from '../../actors/ids.ts';
import { binOf, delayHours, deliveriesOf, etaOf, taught, typicalHours, type LaneStats } from '../../actors/lanes.ts';
import { begun } from '../../actors/tracking.ts';

const hour = 3_600_000;
const leftAtMs = 1_000 * hour;
const parcel = begun(
  { carrier: carrierId('ups'), tracking: '1', orderId: orderId('o'), fulfillmentId: fulfillmentId('1'), channel: channelId('web'), location: locationId('A'), shippedAtMs: leftAtMs },
  {},
);
const learn = (bins: readonly number[]): LaneStats => bins.reduce<LaneStats | undefined>(taught, undefined) as LaneStats;

describe('a lane', () => {
  it('[TK13] counts by six hours, from three days early to two weeks late', () => {
    const promised = { ...parcel, deliverByMs: leftAtMs + 48 * hour };
    expect([binOf(promised, leftAtMs + 48 * hour), binOf(promised, leftAtMs + 47 * hour), binOf(parcel, leftAtMs + 13 * hour)]).toEqual([0, -1, 2]);
    expect([binOf(promised, 0), binOf(promised, leftAtMs + 9_999 * hour)]).toEqual([-12, 55]);
  });

  it('[TK13] halves what is old, and keeps the last apart', () => {
    const stats = learn([...Array.from({ length: 254 }, () => 1), 2, 3]);
    expect(stats.bins).toEqual([[1, 127]]);
    expect(stats.recent).toEqual([...Array.from({ length: 14 }, () => 1), 2, 3]);
    expect(deliveriesOf(stats)).toBe(127);
  });

  it('[TK15] says by how much the last are later than is usual', () => {
    const usual = learn(Array.from({ length: 100 }, () => 3));
    expect([typicalHours(usual), delayHours(usual)]).toEqual([24, 0]);
    const late = Array.from({ length: 9 }, () => 7).reduce<LaneStats>(taught, usual);
    expect([typicalHours(late), delayHours(late)]).toEqual([24, 24]);
  });

  it('[TK14] expects by half of all and half of the last, given that it is not there yet', () => {
    const even = learn(Array.from({ length: 10 }, (_, bin) => bin));
    const eta = etaOf(parcel, even, 'lane', leftAtMs + 30 * hour, leftAtMs);
    expect(eta).toMatchObject({ p10Ms: leftAtMs + 6 * hour, p50Ms: leftAtMs + 30 * hour, p90Ms: leftAtMs + 54 * hour, from: 'lane', deliveries: 10 });
    expect(eta?.inTime).toBeCloseTo(0.5);
    const later = etaOf(parcel, even, 'lane', leftAtMs + 30 * hour, leftAtMs + 24 * hour);
    expect(later?.p10Ms).toBe(leftAtMs + 30 * hour);
    expect(later?.inTime).toBeCloseTo(1 / 6);
    expect(etaOf(parcel, even, 'lane', leftAtMs + 30 * hour, leftAtMs + 30 * hour)?.inTime).toBe(0);
    expect(etaOf(parcel, even, 'lane', undefined, leftAtMs)?.inTime).toBeUndefined();
    expect(etaOf(parcel, even, 'lane', undefined, leftAtMs + 60 * hour)).toBeUndefined();
    const delayed = Array.from({ length: 16 }, () => 20).reduce<LaneStats>(taught, even);
    expect(etaOf(parcel, delayed, 'lane', undefined, leftAtMs)?.p90Ms).toBe(leftAtMs + 126 * hour);
  });
});
