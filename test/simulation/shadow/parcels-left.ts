/**
 * Parcels on their way, in the shadow: all that was told of each, in the order it was told. Where the engine moves a
 * parcel from status to status, the shadow looks for the one that stands among all.
 */
import { lateHours } from './lane-bins.ts';
import type { Doing } from './orders.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export interface ShadowScan {
  /** Undefined: that it left, or somebody's word that it was delivered. */
  readonly scanId: string | undefined;
  readonly status: string;
  readonly atMs: number;
  readonly toldAtMs: number;
  readonly code: string | undefined;
  readonly place: string | undefined;
}

export interface ShadowParcel {
  readonly carrier: string;
  readonly service: string | undefined;
  readonly tracking: string;
  readonly orderId: string;
  readonly part: number;
  readonly channel: string;
  readonly location: string;
  readonly deliverByMs: number | undefined;
  readonly lane: string;
  readonly policy: { readonly firstScanMs?: number | undefined; readonly silenceMs?: number | undefined };
  /** Another parcel had its number before. */
  readonly isSecond: boolean;
  readonly told: readonly ShadowScan[];
  readonly alarm: { readonly kind: string; readonly sinceMs: number } | undefined;
  /** The order that was sent in its stead. */
  readonly replaced?: { readonly orderId: string; readonly by: string; readonly reason: string; readonly atMs: number } | undefined;
}

/** Whether another order is sent for it, that was not called off. */
export function isSentAgain({ orders }: Shadow, { replaced }: ShadowParcel): boolean {
  const order = orders.get(replaced?.orderId ?? '');
  return order?.lines.some(({ quantity, cancelled }) => cancelled < quantity) === true;
}

export const keyOf = (carrier: string, tracking: string): string =>
  `${carrier}/${[...tracking].filter((letter) => !' \t-.'.includes(letter)).join('').toUpperCase()}`;

const stages = [['labelled'], ['handed-over'], ['in-transit', 'out-for-delivery', 'attempt-failed', 'exception', 'damaged', 'available', 'returning', 'lost'], ['delivered', 'returned']];
const stageOf = (status: string): number => stages.findIndex((all) => all.includes(status));

/** What stands: the first word that it is over; else the furthest stage, and in it the latest instant. */
export function standing(told: readonly ShadowScan[]): ShadowScan {
  const over = told.find(({ status }) => stageOf(status) === 3);
  if (over !== undefined) return over;
  const far = Math.max(...told.map(({ status }) => stageOf(status)));
  const here = told.filter(({ status }) => stageOf(status) === far);
  const latest = Math.max(...here.map(({ atMs }) => atMs));
  const now = here.filter(({ atMs }) => atMs === latest);
  const places = stages[far] ?? [];
  const last = Math.max(...now.map(({ status }) => places.indexOf(status)));
  return now.findLast(({ status }) => places.indexOf(status) === last) as ShadowScan;
}

export const isEnded = ({ told }: ShadowParcel): boolean => ['delivered', 'returned', 'lost'].includes(standing(told).status);
export const scansOf = ({ told }: ShadowParcel): readonly ShadowScan[] => told.filter(({ scanId }) => scanId !== undefined);

/** The latest scan by a carrier that had it. */
export function lastScanMs(parcel: ShadowParcel): number | undefined {
  const times = scansOf(parcel).filter(({ status }) => status !== 'labelled').map(({ atMs }) => atMs);
  return times.length === 0 ? undefined : Math.max(0, ...times);
}

/** When somebody is to be told that nothing was scanned; an alarm that stands is told of once. */
export function dueMs(parcel: ShadowParcel): number | undefined {
  if (parcel.alarm !== undefined || isEnded(parcel)) return undefined;
  return nextMs(parcel);
}

function nextMs(parcel: ShadowParcel): number | undefined {
  const { firstScanMs, silenceMs } = parcel.policy;
  const last = lastScanMs(parcel);
  const [from, ms] = last === undefined ? [parcel.told[0]?.atMs ?? 0, firstScanMs] : [last, silenceMs];
  return ms === undefined ? undefined : from + ms;
}

/** One more thing is told of a parcel. */
export function tell({ shadow, events }: Doing, before: ShadowParcel, one: ShadowScan): ShadowParcel {
  const after = { ...before, told: [...before.told, one] };
  const { alarm } = before;
  const dueAt = nextMs(after);
  const isStill = alarm?.kind === 'no-first-scan' ? lastScanMs(after) === undefined : dueAt !== undefined && dueAt <= one.toldAtMs;
  const kept = alarm !== undefined && isStill && !isEnded(after) ? alarm : undefined;
  const now = { ...after, alarm: kept };
  shadow.set(shadow.parcels, keyOf(before.carrier, before.tracking), now);
  const [was, is] = [standing(before.told), standing(now.told)];
  if (was.status !== 'delivered' && is.status === 'delivered') learn(shadow, events, now, is.atMs);
  if (was.status !== is.status || was.code !== is.code) {
    events.push({ kind: 'parcel.changed', ...named(now), status: is.status, code: is.code, atMs: is.atMs });
  }
  if (alarm !== undefined && kept === undefined) events.push({ kind: 'parcel.alarmed', ...named(now), alarm: alarm.kind, state: 'cleared', sinceMs: alarm.sinceMs });
  return now;
}

/** A country, with the first two letters or digits of a postal code. */
export function regionOf(one: { readonly country: string; readonly postalCode?: string | undefined } | undefined): string {
  const code = [...(one?.postalCode ?? '').toUpperCase()].filter((letter) => /[A-Z0-9]/.test(letter));
  return `${one?.country}${code.slice(0, 2).join('')}`;
}

/** Six hours are a bin, from three days early to two weeks late. */
function learn(shadow: Shadow, events: unknown[], { carrier, service = 'standard', deliverByMs, lane, told }: ShadowParcel, atMs: number): void {
  const hours = (atMs - (deliverByMs ?? told[0]?.atMs ?? 0)) / 3_600_000;
  const bin = Math.max(-12, Math.min(55, Math.floor(hours / 6)));
  for (const name of ['*', lane]) {
    const key = `${carrier}/${service}${deliverByMs === undefined ? '~' : ''}/${name}`;
    const before = shadow.lanes.get(key) ?? [];
    const after = [...before, bin];
    shadow.set(shadow.lanes, key, after);
    const [was, is] = [lateHours(before), lateHours(after)];
    if (((was ?? 0) >= 24) === ((is ?? 0) >= 24)) continue;
    events.push({ kind: 'carrier.delayed', carrierId: carrier, lane: key.slice(carrier.length + 1), state: (is ?? 0) >= 24 ? 'begun' : 'ended', delayHours: is });
  }
}

export const named = ({ orderId, channel, part, location, carrier, tracking }: ShadowParcel): object =>
  ({ orderId, channel, fulfillmentId: String(part + 1), location, carrier, tracking });

/** A part has left: its parcel is known by its number. */
export function left({ shadow, atMs }: Doing, orderId: string, index: number): Verdict | undefined {
  const order = shadow.orders.get(orderId) as ShadowOrder;
  const { carrier, service, tracking, location, deliverByMs } = order.parts[index] as Part;
  const key = keyOf(carrier ?? '', tracking ?? '');
  if (carrier === undefined || key.endsWith('/')) return undefined;
  const other = shadow.parcels.get(key);
  if (other !== undefined && !isEnded(other)) return no('tracking-taken', 'body.tracking');
  const card = shadow.carriers.get(carrier)?.card;
  const policy = { ...card?.tracking, ...card?.services?.find(({ id }) => id === service)?.tracking };
  const told = [{ scanId: undefined, status: 'handed-over', atMs, toldAtMs: atMs, code: undefined, place: undefined }];
  const from = shadow.locations.get(location);
  const lane = `${regionOf(from)}>${regionOf(order.destination)}`;
  const part = order.parts[index] as Part;
  if (part.shipByMs !== undefined) {
    const bin = Math.max(-12, Math.min(55, Math.floor((atMs - part.shipByMs) / 21_600_000)));
    shadow.set(shadow.lanes, `@${location}/leaving`, [...(shadow.lanes.get(`@${location}/leaving`) ?? []), bin]);
  }
  const of = { lane, carrier, service, tracking: tracking ?? '', orderId, part: index, channel: order.channel, location, deliverByMs };
  shadow.set(shadow.parcels, key, { ...of, policy, isSecond: other !== undefined, told, alarm: undefined });
  return undefined;
}

/** Somebody says that a part was delivered. */
export function wordOf(doing: Doing, orderId: string, part: number): void {
  const { carrier, tracking } = doing.shadow.orders.get(orderId)?.parts[part] ?? {};
  const parcel = doing.shadow.parcels.get(keyOf(carrier ?? '', tracking ?? ''));
  if (parcel === undefined || parcel.orderId !== orderId || parcel.part !== part || stageOf(standing(parcel.told).status) === 3) return;
  tell(doing, parcel, { scanId: undefined, status: 'delivered', atMs: doing.atMs, toldAtMs: doing.atMs, code: undefined, place: undefined });
}
