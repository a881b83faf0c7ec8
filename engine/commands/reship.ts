/**
 * Sending again what was lost on its way: an order of its own at no price, for the very units of the parcel and to the
 * same place. It ends the case of the parcel; delivered, it delivers what it stands for.
 */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import type { FulfillmentId, OrderId } from '../../actors/ids.ts';
import type { OrderContext, Replaces } from '../../actors/order-context.ts';
import type { Parcel } from '../../actors/tracking.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { isReplaced, isTroubled } from '../cases/troubles.ts';
import type { Core } from '../core.ts';
import { isOffered } from '../routing/services.ts';
import type { ParcelCell } from '../tracking/parcel-cell.ts';
import { putParcel } from '../tracking/register.ts';
import { refuse, type Handled } from './handled.ts';
import { place } from './orders.ts';
import { withPart } from './with-order.ts';

/** What the orders say that stand for a lost parcel, for plans and searches. */
const replacementTag = 'replacement';

export const reship = (core: Core, command: CommandOf<'order.reship'>, atMs: number): Handled =>
  withPart(core, command.body, (_, order, part) => {
    const { by, body: { fulfillmentId, replacementId, reason } } = command;
    const cell = parcelOf(core, order, part);
    const parcel = cell?.snapshot?.context;
    if (part.state !== 'shipped' || cell === undefined || parcel === undefined || !isTroubled(parcel)) {
      const is = parcel === undefined ? part.state : parcel.status;
      return refuse('wrong-state', `fulfillment ${fulfillmentId} is ${is}: it is not known to be lost`);
    }
    if (isReplaced(parcel, (id) => core.world.look(id)?.context)) {
      const { orderId } = must(parcel.replaced, 'what replaces it');
      return refuse('wrong-state', `order ${orderId} stands for it already`);
    }
    const placed = placeAgain(core, command, order, part, atMs);
    if ('refused' in placed) return placed;
    putParcel(core, cell, parcel, { ...parcel, replaced: { orderId: replacementId, by, reason, atMs } });
    return placed;
  });

/** The parcel of a part, as far as its number is still its own. */
function parcelOf(core: Core, { orderId }: OrderContext, part: Fulfillment): ParcelCell | undefined {
  const { carrier, tracking, fulfillmentId } = part;
  const cell = carrier === undefined || tracking === undefined ? undefined : core.world.parcels.find(carrier, tracking);
  const parcel = cell?.snapshot?.context;
  return parcel?.orderId === orderId && parcel.fulfillmentId === fulfillmentId ? cell : undefined;
}

function placeAgain(
  core: Core,
  command: CommandOf<'order.reship'>,
  order: OrderContext,
  part: Fulfillment,
  atMs: number,
): Handled {
  const { channel, destination, currency, customer, service, priority } = order;
  const lines = part.lines.map(({ lineId, quantity }) => {
    const { sku } = must(order.lines.find((line) => line.lineId === lineId), 'a line of a parcel');
    return { lineId, sku, quantity, unitPriceMinor: 0 };
  });
  const body: CommandBody<'order.place'> = {
    orderId: command.body.replacementId, channel, destination, lines, tags: [replacementTag],
    ...(currency !== undefined && { currency }), ...(customer !== undefined && { customer }),
    ...(service !== undefined && isOffered(core.world, service) && { service }),
    ...(priority !== undefined && { priority }),
  };
  const replaces: Replaces = { orderId: order.orderId, fulfillmentId: part.fulfillmentId };
  // It is no new purchase: no policy is asked.
  const placed = place(core, { ...command, kind: 'order.place', body }, atMs, { isTakenIn: false, replaces });
  if (!('refused' in placed)) return placed;
  const { field } = placed.refused;
  const named = field === 'body.orderId' ? 'body.replacementId' : field?.startsWith('body.lines') ? undefined : field;
  return { refused: { ...placed.refused, field: named } };
}

/** An id for what is sent again for a part, that no order has; undefined where it would be too long. */
export function replacementIdFor(core: Core, orderId: OrderId, part: FulfillmentId): OrderId | undefined {
  for (let count = 1; ; count += 1) {
    const id = `${orderId}-R${part}${count === 1 ? '' : `.${count}`}` as OrderId;
    if (id.length > idLengthMax) return undefined;
    if (core.world.look(id) === undefined) return id;
  }
}

const idLengthMax = 64;

/** Parts of an order whose parcels nobody has sent again, and that give a kind of trouble. */
export function partsToReship(core: Core, order: OrderContext, isIts: (parcel: Parcel) => boolean): Fulfillment[] {
  return order.fulfillments.filter((part) => {
    const parcel = part.state === 'shipped' ? parcelOf(core, order, part)?.snapshot?.context : undefined;
    return parcel !== undefined && isIts(parcel) && !isReplaced(parcel, (id) => core.world.look(id)?.context);
  });
}
