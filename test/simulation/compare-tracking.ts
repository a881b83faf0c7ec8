/** Parcels on their way: the engine's rows and answers against the shadow's. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Parcel } from '../../actors/tracking.ts';
import type { Answers } from '../../engine/outcome.ts';
import { prefixes, valueFromRow } from '../../engine/rows.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import { dueMs, isEnded, keyOf, lastScanMs, scansOf, standing, type ShadowParcel } from './shadow/parcels-left.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Parcels looked at in one comparison. */
const sampleMax = 100;

function viewOf(parcel: ShadowParcel): object {
  const { carrier, service, tracking, orderId, part, channel, location, deliverByMs, policy, alarm } = parcel;
  const now = standing(parcel.told);
  const scans = scansOf(parcel).toSorted((a, b) => a.atMs - b.atMs);
  return {
    carrier, service, tracking, orderId, fulfillmentId: String(part + 1), channel, location, deliverByMs, alarm,
    firstScanMs: policy.firstScanMs,
    silenceMs: policy.silenceMs,
    shippedAtMs: parcel.told[0]?.atMs,
    status: now.status,
    statusAtMs: now.atMs,
    code: now.code,
    lastScanAtMs: lastScanMs(parcel),
    dueAtMs: dueMs(parcel),
    scans,
  };
}

/** Whether it ever came back from being over: then an old row of its number goes. */
function isAgain(parcel: ShadowParcel): boolean {
  let wasLost = false;
  for (let count = 1; count <= parcel.told.length; count += 1) {
    const { status, scanId } = standing(parcel.told.slice(0, count));
    // A word of delivery is no scan: its row stays where it was.
    if (wasLost && parcel.told[count - 1]?.scanId !== undefined && parcel.told[count - 1]?.scanId === scanId) return true;
    wasLost = status === 'lost';
  }
  return parcel.isSecond;
}

export function checkParcel(_: Shadow, key: string, parcel: ShadowParcel, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.parcel + key);
  const ended = take(prefixes.parcelEnded + key);
  const again = isAgain(parcel);
  const [row, other] = isEnded(parcel) ? [ended, open] : [open, ended];
  if (row === undefined || row === null) return 'the parcel was not written';
  if (other !== (isEnded(parcel) || again ? null : undefined)) return 'the rows do not say whether the parcel has ended';
  return difference({ ...viewOf(parcel), again: again ? true : undefined }, valueFromRow<Parcel>(row).context);
}

/** @param turnOf which parcels to look at this time: any whole number. */
export function compareTracking(shadow: Shadow, agree: Agree, ask: Ask, turnOf: number): void {
  const all = [...shadow.parcels.values()];
  const step = Math.max(1, Math.ceil(all.length / sampleMax));
  for (const parcel of all.filter((_, index) => index % step === turnOf % step)) {
    const { carrier, tracking, orderId } = parcel;
    agree(`parcel ${carrier} ${tracking}`, viewOf(parcel), ask('tracking.find', { carrier, tracking: ` ${tracking.toUpperCase()}-` }));
    const parts = shadow.orders.get(orderId)?.parts ?? [];
    const ofOrder = parts.flatMap(({ carrier: by = '', tracking: number = '' }, part) => {
      const one = shadow.parcels.get(keyOf(by, number));
      return one?.orderId === orderId && one.part === part ? [viewOf(one)] : [];
    });
    agree(`parcels of ${orderId}`, { parcels: ofOrder }, ask('tracking.get', { orderId }));
  }
  expect(ask('tracking.find', { carrier: 'nobody', tracking: 't' }) === null, 'a parcel that never left was found');
  expect(ask('tracking.get', { orderId: 'nobody' }) === null, 'parcels of no order were found');
}
