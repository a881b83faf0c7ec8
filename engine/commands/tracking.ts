/** What carriers tell of parcels, and what becomes of those of which they tell nothing. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import {
  alarmed,
  hasEnded,
  parcelScansMax,
  scanAgeMsMax,
  scanAheadMsMax,
  scanned,
  type Parcel,
} from '../../actors/tracking.ts';
import type { Core } from '../core.ts';
import type { ScanAnswer } from '../tracking/outcome.ts';
import { putParcel } from '../tracking/register.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { deliverPart } from './orders.ts';

export type TrackingCommand = Extract<Command, { kind: `tracking.${string}` }>;

type Kinded = { readonly kind: string };

export const isTrackingCommand = <C extends Kinded>(command: C): command is Extract<C, TrackingCommand> =>
  command.kind.startsWith('tracking.');

export function scanParcel(core: Core, body: CommandBody<'tracking.scan'>, toldAtMs: number): Handled {
  const { carrier, tracking, ...scan } = body;
  if (core.world.carriers.get(carrier)?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.carrier');
  }
  const cell = core.world.parcels.find(carrier, tracking);
  const before = cell?.snapshot?.context;
  if (cell === undefined || before === undefined) {
    return refuse('unknown-parcel', `no parcel left with ${carrier} ${tracking}`, 'body.tracking');
  }
  if (scan.atMs > toldAtMs + scanAheadMsMax || scan.atMs < toldAtMs - scanAgeMsMax) {
    return refuse('over-limit', 'a scan is at most a day ahead and a year old', 'body.atMs');
  }
  const { parcel, result } = scanned(before, scan, toldAtMs);
  if (result === 'duplicate') return done(answerOf(before, result));
  const isFull = before.scans.length >= parcelScansMax;
  if (isFull && (hasEnded(before) || !hasEnded(parcel))) {
    return refuse('over-limit', `${parcelScansMax} scans of one parcel are kept`, 'body.scanId');
  }
  putParcel(core, cell, before, parcel);
  const { orderId, fulfillmentId } = parcel;
  if (parcel.status === 'delivered' && before.status !== 'delivered') {
    const order = core.world.order(orderId)?.snapshot?.context;
    const isOnItsWay = order !== undefined && findFulfillment(order, fulfillmentId)?.state === 'shipped';
    const delivered = isOnItsWay ? deliverPart(core, { orderId, fulfillmentId }, toldAtMs) : undefined;
    if (delivered !== undefined && 'refused' in delivered) return refused(delivered.refused);
  }
  return done(answerOf(parcel, result));
}

function answerOf(parcel: Parcel, result: ScanAnswer['result']): ScanAnswer {
  const { orderId, fulfillmentId, status, statusAtMs } = parcel;
  return { orderId, fulfillmentId, status, statusAtMs, result };
}

/** Nothing was scanned in the time there was, unless that was overtaken. */
export function parcelDue(core: Core, id: string, atMs: number): undefined {
  const cell = core.world.parcels.get(id);
  const parcel = cell?.snapshot?.context;
  if (cell === undefined || parcel?.dueAtMs === undefined || parcel.dueAtMs > atMs) return undefined;
  putParcel(core, cell, parcel, alarmed(parcel, atMs));
}
