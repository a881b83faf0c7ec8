/** What carriers tell of parcels, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import { deliverPart } from './order-commands.ts';
import type { Doing } from './orders.ts';
import { dueMs, isEnded, keyOf, lastScanMs, named, scansOf, standing, tell, type ShadowParcel } from './parcels-left.ts';
import { no, type Verdict } from './verdict.ts';

const dayMs = 86_400_000;

export function scan(doing: Doing, body: CommandBody<'tracking.scan'>): Verdict {
  const { shadow, atMs: nowMs } = doing;
  if (!shadow.carriers.has(body.carrier)) return no('unknown-carrier', 'body.carrier');
  const before = shadow.parcels.get(keyOf(body.carrier, body.tracking));
  if (before === undefined) return no('unknown-parcel', 'body.tracking');
  if (body.atMs - nowMs > dayMs || nowMs - body.atMs > 365 * dayMs) return no('over-limit', 'body.atMs');
  const known = scansOf(before);
  if (known.some(({ scanId }) => scanId === body.scanId)) return answer(before, 'duplicate');
  const { scanId, status, code, place } = body;
  const one = { scanId, status, code, place, atMs: Math.min(nowMs, body.atMs), toldAtMs: nowMs };
  const ends = isEnded({ ...before, told: [...before.told, one] }) && !isEnded(before);
  if (known.length >= 50 && !ends) return no('over-limit', 'body.scanId');
  const after = tell(doing, before, one);
  const isStanding = standing(after.told) === one;
  const was = standing(before.told);
  if (status === 'delivered' && isStanding) {
    const part = shadow.orders.get(after.orderId)?.parts[after.part];
    if (part?.state === 'shipped') deliverPart(doing, { orderId: after.orderId, fulfillmentId: String(after.part + 1) } as never);
  }
  return answer(after, !isStanding ? 'late' : was.status === status && was.code === code ? 'noted' : 'moved');
}

function answer(parcel: ShadowParcel, result: string): Verdict {
  const { status, atMs } = standing(parcel.told);
  return { ok: { orderId: parcel.orderId, fulfillmentId: String(parcel.part + 1), status, statusAtMs: atMs, result } };
}

/** The time for a scan is over, if none came. */
export function due({ shadow, atMs, events }: Doing, key: string): void {
  const parcel = shadow.parcels.get(key);
  const dueAtMs = parcel === undefined ? undefined : dueMs(parcel);
  if (parcel === undefined || dueAtMs === undefined || dueAtMs > atMs) return;
  const kind = lastScanMs(parcel) === undefined ? 'no-first-scan' : 'silent';
  shadow.set(shadow.parcels, key, { ...parcel, alarm: { kind, sinceMs: atMs } });
  events.push({ kind: 'parcel.alarmed', ...named(parcel), alarm: kind, state: 'raised', sinceMs: atMs });
}
