/** Sending again what is lost, in the shadow. */
import type { CommandOf } from '../../../actors/commands.ts';
import type { CaseCode } from '../../../actors/case-kinds.ts';
import * as orderCommands from './order-commands.ts';
import type { Doing } from './orders.ts';
import { isSentAgain, keyOf, named, standing, type ShadowParcel } from './parcels-left.ts';
import { isOffered } from './sourcing.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

const bad = ['attempt-failed', 'exception', 'damaged', 'returning', 'returned', 'lost'];

const parcelOf = (shadow: Shadow, order: ShadowOrder, index: number): ShadowParcel | undefined => {
  const { carrier = '', tracking = '' } = order.parts[index] ?? {};
  const parcel = shadow.parcels.get(keyOf(carrier, tracking));
  return parcel?.orderId === order.id && parcel.part === index ? parcel : undefined;
};

export function reship(doing: Doing, command: Pick<CommandOf<'order.reship'>, 'by' | 'body'>): Verdict {
  const { shadow, atMs } = doing;
  const { orderId, fulfillmentId, replacementId, reason } = command.body;
  const order = shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, place) => String(place + 1) === fulfillmentId);
  if (index < 0) return no('unknown-fulfillment', 'body.fulfillmentId');
  const part = order.parts[index] as Part;
  const parcel = parcelOf(shadow, order, index);
  const isBad = parcel !== undefined && (parcel.alarm !== undefined || bad.includes(standing(parcel.told).status));
  if (part.state !== 'shipped' || !isBad || isSentAgain(shadow, parcel)) return no('wrong-state');
  const { channel, destination, currency, customer, service, priority } = order;
  const lines = part.units.map(({ line, quantity }) => {
    const { lineId = '', sku = '' } = order.lines[line] ?? {};
    return { lineId, sku, quantity, unitPriceMinor: 0 };
  });
  const goes = service !== undefined && isOffered(shadow, service as never) ? service : undefined;
  const body = { orderId: replacementId, channel, destination, lines, tags: ['replacement'], currency, customer, service: goes, priority };
  const placed = orderCommands.placeNew(doing, { kind: 'order.place', commandId: '' as never, by: command.by, body: body as never }, false, undefined, { orderId, part: index });
  if (isRefused(placed)) {
    const { field, ...verdict } = placed as Verdict & { field?: string };
    const is = field === 'body.orderId' ? 'body.replacementId' : field?.startsWith('body.lines') === true ? undefined : field;
    return (is === undefined ? verdict : { ...verdict, field: is }) as Verdict;
  }
  const now = shadow.parcels.get(keyOf(parcel.carrier, parcel.tracking)) as ShadowParcel;
  shadow.set(shadow.parcels, keyOf(parcel.carrier, parcel.tracking), { ...now, replaced: { orderId: replacementId, by: command.by, reason, atMs } });
  doing.events.push({ kind: 'parcel.replaced', ...named(parcel), replacementId, by: command.by, reason });
  return placed;
}

const codesOf = (parcel: ShadowParcel): string[] => {
  const { status } = standing(parcel.told);
  const alarm = parcel.alarm === undefined ? [] : [parcel.alarm.kind === 'silent' ? 'TRANSIT_STALLED' : 'NO_FIRST_SCAN'];
  const of = status === 'lost' ? 'LOST' : status === 'attempt-failed' ? 'ATTEMPT_FAILED' : 'DELIVERY_EXCEPTION';
  return bad.includes(status) ? [...alarm, of] : alarm;
};

/** What a case does: all of an order that is in its trouble, under ids made of its own. */
export function reshipLost(doing: Doing, code: CaseCode, id: string, by: string, reason: string): Verdict {
  const { shadow } = doing;
  const order = shadow.orders.get(id);
  if (order === undefined) return no('unknown-order');
  const lost = order.parts.flatMap(({ state }, index) => {
    const parcel = state === 'shipped' ? parcelOf(shadow, order, index) : undefined;
    return parcel !== undefined && codesOf(parcel).includes(code) && !isSentAgain(shadow, parcel) ? [index] : [];
  });
  if (lost.length === 0) return no('wrong-state');
  for (const index of lost) {
    let replacementId = `${id}-R${index + 1}`;
    for (let count = 2; shadow.orders.has(replacementId); count += 1) replacementId = `${id}-R${index + 1}.${count}`;
    if (replacementId.length > 64) return no('over-limit');
    const verdict = reship(doing, { by, body: { orderId: id, fulfillmentId: String(index + 1), replacementId, reason } as never });
    if (isRefused(verdict)) return verdict;
  }
  return { ok: undefined };
}
