/**
 * A parcel on its way: what its carrier told of it, and where that leaves it. Scans come late, twice and in any order:
 * what stands is decided by what kind of status it is, then by when it was scanned, never by when it was told.
 */
import type { CarrierId, ChannelId, FulfillmentId, LocationId, OrderId, ServiceId } from './ids.ts';
import { parcelStatuses, type ParcelStatus, type TrackingPolicy } from './tracking-commands.ts';

/** Scans kept of one parcel. One more is refused, unless it ends the parcel. */
export const parcelScansMax = 50;
/** How far ahead of us a carrier’s clock may be, and how old news may be. */
export const scanAheadMsMax = 24 * 3_600_000;
export const scanAgeMsMax = 365 * 24 * 3_600_000;

/** One thing a carrier told. */
export interface Scan {
  readonly scanId: string;
  readonly status: ParcelStatus;
  /** When it was scanned, not after it was told. */
  readonly atMs: number;
  readonly toldAtMs: number;
  readonly code?: string | undefined;
  readonly place?: string | undefined;
}

/** Nothing was scanned in the time there is for it. */
export interface ParcelAlarm {
  readonly kind: 'no-first-scan' | 'silent';
  readonly sinceMs: number;
}

export interface Replacement {
  readonly orderId: OrderId;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface Parcel {
  readonly carrier: CarrierId;
  readonly service?: ServiceId | undefined;
  /** As it was written when it left. */
  readonly tracking: string;
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly channel: ChannelId;
  readonly location: LocationId;
  readonly shippedAtMs: number;
  /** When it was to be there, as promised when it was sourced. */
  readonly deliverByMs?: number | undefined;
  /** From region to region (actors/lanes.ts). */
  readonly lane?: string | undefined;
  readonly status: ParcelStatus;
  /** When it came to be so: the instant of the scan, of leaving, or of the delivery that somebody told. */
  readonly statusAtMs: number;
  readonly code?: string | undefined;
  /** The latest instant of a scan by a carrier that had it. */
  readonly lastScanAtMs?: number | undefined;
  /** By instant, then as they were told. */
  readonly scans: readonly Scan[];
  /** What it left under. */
  readonly firstScanMs?: number | undefined;
  readonly silenceMs?: number | undefined;
  /** When an alarm is raised, if nothing is scanned until then. */
  readonly dueAtMs?: number | undefined;
  readonly alarm?: ParcelAlarm | undefined;
  /** The order that was sent in its stead. */
  readonly replaced?: Replacement | undefined;
  /** There may be a row of an ended parcel with its number: another parcel’s, or its own from when it was lost. */
  readonly again?: true | undefined;
}

/** `moved`: another status or code; `noted`: the same again; `late`: it says nothing new; `duplicate`: known. */
export type ScanResult = 'moved' | 'noted' | 'late' | 'duplicate';

/** Which parcel news is of. */
interface ParcelHead {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  readonly carrier: CarrierId;
  readonly tracking: string;
}

interface ParcelChanged extends ParcelHead {
  readonly kind: 'parcel.changed';
  readonly status: ParcelStatus;
  readonly code?: string | undefined;
  /** When it was scanned. */
  readonly atMs: number;
}

interface ParcelAlarmed extends ParcelHead {
  readonly kind: 'parcel.alarmed';
  readonly alarm: ParcelAlarm['kind'];
  readonly state: 'raised' | 'cleared';
  readonly sinceMs: number;
}

/** Its units are sent again by another order. */
interface ParcelReplaced extends ParcelHead {
  readonly kind: 'parcel.replaced';
  readonly replacementId: OrderId;
  readonly by: string;
  readonly reason: string;
}

export type ParcelEvent = ParcelChanged | ParcelAlarmed | ParcelReplaced;

/** A number as it is looked for: carriers, labels and people write it in many ways. */
export const trackingKey = (carrier: CarrierId, tracking: string): string =>
  `${carrier}/${tracking.replace(/[\s.-]/g, '').toUpperCase()}`;

/** Before the carrier has it, with the carrier, over. A higher rank always counts, a lower one never. */
function rankOf(status: ParcelStatus): number {
  if (status === 'labelled') return 0;
  if (status === 'handed-over') return 1;
  return status === 'delivered' || status === 'returned' ? 3 : 2;
}

/** It is over for good: nothing that is told later moves it. */
export const isOver = ({ status }: Pick<Parcel, 'status'>): boolean => rankOf(status) === 3;
/** Nobody waits for a scan of it. One that was lost may be found. */
export const hasEnded = (parcel: Pick<Parcel, 'status'>): boolean => isOver(parcel) || parcel.status === 'lost';

const order = new Map<string, number>(parcelStatuses.map((status, index) => [status, index]));
const orderOf = (status: ParcelStatus): number => order.get(status) ?? 0;

/** Whether a scan says where the parcel is now. */
function counts(parcel: Parcel, status: ParcelStatus, atMs: number): boolean {
  const [was, is] = [rankOf(parcel.status), rankOf(status)];
  if (is !== was || was === 3) return is > was;
  if (atMs !== parcel.statusAtMs) return atMs > parcel.statusAtMs;
  return orderOf(status) >= orderOf(parcel.status);
}

/** When an alarm is due; undefined: nobody waits. */
function dueOf(parcel: Parcel): number | undefined {
  const { shippedAtMs, lastScanAtMs, firstScanMs, silenceMs } = parcel;
  if (hasEnded(parcel)) return undefined;
  if (lastScanAtMs === undefined) return firstScanMs === undefined ? undefined : shippedAtMs + firstScanMs;
  return silenceMs === undefined ? undefined : lastScanAtMs + silenceMs;
}

/** The parcel with what is waited for now. What is scanned ends an alarm, unless it is too old itself. */
function watched(parcel: Parcel, nowMs: number): Parcel {
  const dueAtMs = dueOf(parcel);
  const { alarm } = parcel;
  const isFirst = alarm?.kind === 'no-first-scan' && parcel.lastScanAtMs === undefined;
  const isSilent = alarm?.kind === 'silent' && isBy(dueAtMs, nowMs);
  const stands = (isFirst || isSilent) && !hasEnded(parcel);
  return stands ? { ...parcel, dueAtMs: undefined } : { ...parcel, dueAtMs, alarm: undefined };
}

const isBy = (dueAtMs: number | undefined, nowMs: number): boolean => dueAtMs !== undefined && dueAtMs <= nowMs;

/** A parcel that has just left. @param again whether another one had its number. */
export function begun(
  left: Omit<Parcel, 'status' | 'statusAtMs' | 'scans'>,
  { firstScanMs, silenceMs }: TrackingPolicy,
): Parcel {
  const { shippedAtMs } = left;
  const parcel: Parcel = {
    ...left, status: 'handed-over', statusAtMs: shippedAtMs, scans: [], firstScanMs, silenceMs,
  };
  return watched(parcel, shippedAtMs);
}

/** What a scan makes of a parcel. @param scan with the instant the carrier says. */
export function scanned(
  parcel: Parcel,
  scan: Omit<Scan, 'toldAtMs'>,
  toldAtMs: number,
): { readonly parcel: Parcel; readonly result: ScanResult } {
  if (parcel.scans.some(({ scanId }) => scanId === scan.scanId)) return { parcel, result: 'duplicate' };
  const { status, code } = scan;
  const atMs = Math.min(scan.atMs, toldAtMs);
  const place = parcel.scans.findLastIndex((other) => other.atMs <= atMs) + 1;
  const scans = parcel.scans.toSpliced(place, 0, { ...scan, atMs, toldAtMs });
  const last = parcel.lastScanAtMs ?? 0;
  const lastScanAtMs = status === 'labelled' ? parcel.lastScanAtMs : Math.max(last, atMs);
  const noted = { ...parcel, scans, lastScanAtMs };
  if (!counts(parcel, status, atMs)) return { parcel: watched(noted, toldAtMs), result: 'late' };
  const result = status === parcel.status && code === parcel.code ? 'noted' : 'moved';
  const again = parcel.status === 'lost' ? true : parcel.again;
  return { parcel: watched({ ...noted, status, code, statusAtMs: atMs, again }, toldAtMs), result };
}

/** Somebody told that it was delivered. */
export const deliveredAt = (parcel: Parcel, atMs: number): Parcel =>
  watched({ ...parcel, status: 'delivered', statusAtMs: atMs, code: undefined }, atMs);

/** Its time is over without a scan. */
export function alarmed(parcel: Parcel, atMs: number): Parcel {
  const kind = parcel.lastScanAtMs === undefined ? 'no-first-scan' : 'silent';
  return { ...parcel, dueAtMs: undefined, alarm: { kind, sinceMs: atMs } };
}

/** What two moments of a parcel differ in, as news. */
export function parcelNews(before: Parcel | undefined, after: Parcel): ParcelEvent[] {
  const { orderId, channel, fulfillmentId, location, carrier, tracking, status, code, statusAtMs: atMs } = after;
  const of = { orderId, channel, fulfillmentId, location, carrier, tracking };
  const events: ParcelEvent[] = [];
  const isOther = before !== undefined && (before.status !== status || before.code !== code);
  if (isOther) events.push({ kind: 'parcel.changed', ...of, status, code, atMs });
  const { replaced } = after;
  if (replaced !== undefined && replaced !== before?.replaced) {
    const { orderId: replacementId, by, reason } = replaced;
    events.push({ kind: 'parcel.replaced', ...of, replacementId, by, reason });
  }
  const [had, has] = [before?.alarm, after.alarm];
  if (had === has) return events;
  const kind = 'parcel.alarmed';
  if (had !== undefined) events.push({ kind, ...of, alarm: had.kind, state: 'cleared', sinceMs: had.sinceMs });
  if (has !== undefined) events.push({ kind, ...of, alarm: has.kind, state: 'raised', sinceMs: has.sinceMs });
  return events;
}
