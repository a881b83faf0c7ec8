/** Parcels on their way: the engine's rows and answers against the shadow's. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Eta, LaneStats } from '../../actors/lanes.ts';
import type { Parcel } from '../../actors/tracking.ts';
import type { Answers } from '../../engine/outcome.ts';
import { prefixes, valueFromRow } from '../../engine/rows.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import { dueMs, isEnded, keyOf, lastScanMs, scansOf, standing, type ShadowParcel } from './shadow/parcels-left.ts';
import { binsOf } from './shadow/lane-bins.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Parcels looked at in one comparison. */
const sampleMax = 100;

function viewOf(parcel: ShadowParcel): object {
  const { carrier, service, tracking, orderId, part, channel, location, deliverByMs, lane, policy, alarm, replaced } = parcel;
  const now = standing(parcel.told);
  const scans = scansOf(parcel).toSorted((a, b) => a.atMs - b.atMs);
  return {
    carrier, service, tracking, orderId, fulfillmentId: String(part + 1), channel, location, deliverByMs, lane, alarm, replaced,
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

export function checkLane(deliveries: readonly number[], row: unknown): string | undefined {
  if (row === undefined || row === null) return 'the lane was not written';
  return difference({ bins: binsOf(deliveries), recent: deliveries.slice(-16) }, valueFromRow<LaneStats>(row).context);
}

/** An expected date is later than now and within what was learnt, and a chance is one. */
function checkEta({ lanes }: Shadow, parcel: ShadowParcel, eta: Eta | undefined): void {
  const key = (lane: string): string => `${parcel.carrier}/${parcel.service ?? 'standard'}${parcel.deliverByMs === undefined ? '~' : ''}/${lane}`;
  const count = (lane: string): number => binsOf(lanes.get(key(lane)) ?? []).reduce((sum, [, some]) => sum + some, 0);
  const from = count(parcel.lane) >= 8 ? 'lane' : 'service';
  const deliveries = count(from === 'lane' ? parcel.lane : '*');
  if (eta === undefined) return;
  expect(deliveries >= 8 && !isEnded(parcel), `a date is expected of ${parcel.tracking}, of which nothing was learnt`);
  expect(eta.from === from && eta.deliveries === deliveries, `a date is expected by ${eta.deliveries} deliveries of the ${eta.from}, not ${deliveries} of the ${from}`);
  const isRising = eta.p10Ms <= eta.p50Ms && eta.p50Ms <= eta.p90Ms;
  expect(isRising && (eta.inTime === undefined || (eta.inTime >= 0 && eta.inTime <= 1 + 1e-9)), () => `expected dates fall: ${JSON.stringify(eta)}`);
}

/** @param turnOf which parcels to look at this time: any whole number. */
export function compareTracking(shadow: Shadow, agree: Agree, ask: Ask, turnOf: number): void {
  const all = [...shadow.parcels.values()];
  const step = Math.max(1, Math.ceil(all.length / sampleMax));
  for (const parcel of all.filter((_, index) => index % step === turnOf % step)) {
    const { carrier, tracking, orderId } = parcel;
    const { eta, ...found } = ask('tracking.find', { carrier, tracking: ` ${tracking.toUpperCase()}-` }) ?? {};
    agree(`parcel ${carrier} ${tracking}`, viewOf(parcel), found);
    checkEta(shadow, parcel, eta);
    const parts = shadow.orders.get(orderId)?.parts ?? [];
    const ofOrder = parts.flatMap(({ carrier: by = '', tracking: number = '' }, part) => {
      const one = shadow.parcels.get(keyOf(by, number));
      return one?.orderId === orderId && one.part === part ? [viewOf(one)] : [];
    });
    const said = ask('tracking.get', { orderId })?.parcels.map(({ eta: _, ...one }) => one);
    agree(`parcels of ${orderId}`, ofOrder, said);
  }
  expect(ask('tracking.find', { carrier: 'nobody', tracking: 't' }) === null, 'a parcel that never left was found');
  expect(ask('tracking.get', { orderId: 'nobody' }) === null, 'parcels of no order were found');
}
