/** A parcel and its scans: what stands does not depend on the order in which they are told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carrierId, channelId, fulfillmentId, locationId, orderId } from '../../actors/ids.ts';
import { parcelStatuses, type ParcelStatus } from '../../actors/tracking-commands.ts';
import { begun, hasEnded, isOver, scanned, trackingKey, type Parcel, type Scan } from '../../actors/tracking.ts';

const left = {
  carrier: carrierId('ups'), tracking: '1Z', orderId: orderId('o'), fulfillmentId: fulfillmentId('1'),
  channel: channelId('web'), location: locationId('A'), shippedAtMs: 100,
};
const fresh = begun(left, {});
type Told = Omit<Scan, 'toldAtMs'>;
const scan = (status: ParcelStatus, atMs: number, scanId = `${status} ${atMs}`): Told => ({ scanId, status, atMs });
const after = (scans: readonly Told[], from: Parcel = fresh): Parcel => scans.reduce((parcel, one) => scanned(parcel, one, 1_000).parcel, from);

describe('a parcel', () => {
  it('[TK5] is where its latest scan says, whatever the order in which they are told', () => {
    const moving = parcelStatuses.filter((status) => status !== 'delivered' && status !== 'returned');
    const scans = fc.uniqueArray(fc.tuple(fc.constantFrom(...moving), fc.integer({ min: 0, max: 9 })), { selector: String, maxLength: 9 });
    fc.assert(
      fc.property(scans, fc.infiniteStream(fc.nat()), fc.boolean(), (drawn, keys, isDelivered) => {
        const told = drawn.map(([status, atMs]) => scan(status, atMs));
        if (isDelivered) told.push(scan('delivered', 3));
        const other = told.map((one) => ({ one, key: keys.next().value })).sort((a, b) => a.key - b.key).map(({ one }) => one);
        const [a, b] = [after(told), after(other)];
        expect([a.status, a.statusAtMs, a.lastScanAtMs]).toEqual([b.status, b.statusAtMs, b.lastScanAtMs]);
        if (isDelivered) expect(a.status).toBe('delivered');
        expect(a.scans.map(({ atMs }) => atMs)).toEqual(b.scans.map(({ atMs }) => atMs));
      }),
    );
  });

  it('[TK5] does not go back to before the carrier had it', () => {
    const parcel = after([scan('in-transit', 200)]);
    expect(scanned(parcel, scan('handed-over', 300), 1_000)).toMatchObject({ result: 'late', parcel: { status: 'in-transit', statusAtMs: 200 } });
    expect(scanned(parcel, scan('labelled', 300), 1_000)).toMatchObject({ result: 'late', parcel: { lastScanAtMs: 200 } });
  });

  it('[TK6] is noted where it is again, and moved by another reason', () => {
    const parcel = after([scan('exception', 200)]);
    expect(scanned(parcel, scan('exception', 300), 1_000)).toMatchObject({ result: 'noted', parcel: { statusAtMs: 300 } });
    expect(scanned(parcel, { ...scan('exception', 300), code: 'customs' }, 1_000)).toMatchObject({ result: 'moved', parcel: { code: 'customs' } });
  });

  it('[TK4] knows a scan by its id', () => {
    const parcel = after([scan('in-transit', 200, 'x')]);
    expect(scanned(parcel, scan('delivered', 300, 'x'), 1_000)).toEqual({ parcel, result: 'duplicate' });
  });

  it('[TK4] is not scanned after now', () => {
    expect(after([scan('in-transit', 5_000)])).toMatchObject({ statusAtMs: 1_000, scans: [{ atMs: 1_000, toldAtMs: 1_000 }] });
  });

  it('[TK8] may be found again, but is over once delivered or returned', () => {
    const lost = after([scan('in-transit', 200), scan('lost', 300)]);
    expect([hasEnded(lost), isOver(lost)]).toEqual([true, false]);
    expect(after([scan('in-transit', 250)], lost).status).toBe('lost');
    expect(after([scan('in-transit', 400)], lost)).toMatchObject({ status: 'in-transit', again: true });
    expect(after([scan('returned', 250), scan('delivered', 900)], lost).status).toBe('returned');
  });

  it('[TK1] has one number, however it is written', () => {
    expect(trackingKey(carrierId('ups'), ' 1z-99.9 a')).toBe(trackingKey(carrierId('ups'), '1Z999A'));
  });
});
