/**
 * Editing an order that stands: all of it or nothing, in one command. What ends goes back, what is new or has to come
 * from elsewhere is sourced at once, what that costs is on the order; its channel's policy is asked as at placement.
 */
import { cardNumberIn } from '../../actors/card-number.ts';
import type { CommandOf } from '../../actors/commands.ts';
import { editOf, feeFor, inAdd, standRefusal, type Checked } from '../../actors/edit-checks.ts';
import type { AskedEdit } from '../../actors/edit-commands.ts';
import type { HoldId, Sku } from '../../actors/ids.ts';
import { addressFault, lineCard, sizeDoubt } from '../../actors/intake-checks.ts';
import type { OrderDetails } from '../../actors/intake.ts';
import { perKit } from '../../actors/kits.ts';
import { holdRefusal } from '../../actors/order-checks.ts';
import type { Cause, OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { givenUp } from '../../actors/order-edit.ts';
import { reduce } from '../../actors/order-lines.ts';
import { isParked } from '../../actors/order-parked.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import { done, refuse, refused, type Handled } from '../commands/handled.ts';
import { orderAnswer } from '../commands/order-answer.ts';
import { mayNotWaitMore } from '../commands/may-wait.ts';
import { heldForLine } from '../commands/reservations.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { followPayments } from '../payments/follow.ts';
import { isOffered } from '../routing/services.ts';
import { followAddress } from './amend.ts';
import { mapped } from './mapping.ts';
import { holder } from './take-in.ts';

type Command = Pick<CommandOf<'order.edit'>, 'body' | 'by'>;
type EditMessage = Extract<OrderMessage, { type: 'order.edit' }>;

export function editOrder(core: Core, { body, by }: Command, atMs: number): Handled {
  const { orderId, reason } = body;
  const order = core.world.order(orderId);
  if (order?.snapshot === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const { value, context } = order.snapshot;
  const checked = check(core, context, body);
  if ('code' in checked) return refused(checked);
  const { edit, changes } = checked;
  const policy = core.world.intakes.policyFor(context.channel);
  const fault = addressFaultOf(core, context, checked, body);
  if (fault !== undefined && policy.address === 'refuse') return refused(fault);
  const fee = feeFor(policy.fees?.edit, context, 'edit');
  const closed = standRefusal(value, context, edit) ?? ('code' in fee ? fee : undefined);
  if (closed !== undefined || 'code' in fee) return refused(must(closed, 'a refusal'));
  const message: EditMessage = { type: 'order.edit', edit, changes, by, reason, ...fee, atMs };
  const rejection =
    limitRefusal(core, context, message) ??
    holdLarge(core, order, message) ??
    carryOut(core, order, message, body) ??
    (edit.destination === undefined || policy.address === 'accept'
      ? undefined
      : followAddress(core, order, contextOf(order), fault, atMs)) ??
    followPayments(core, orderId, atMs);
  if (rejection !== undefined) return refused(rejection);
  return done({ ...orderAnswer(must(order.snapshot, 'an order')), ...fee });
}

const contextOf = ({ snapshot }: OrderCell): OrderContext => must(snapshot, 'an order that exists').context;

/** What is asked, judged as at placement: SKUs of the channel, services, card numbers. */
function check(core: Core, order: OrderContext, body: AskedEdit): Checked | Rejection {
  const { world } = core;
  const { orderId, changedAtMs, channel } = order;
  if (body.ifChangedAtMs !== undefined && body.ifChangedAtMs !== changedAtMs) {
    return reject('changed-since', `order ${orderId} changed at ${changedAtMs}`, 'body.ifChangedAtMs');
  }
  const ours = mapped(core, { channel, lines: body.add ?? [] });
  if ('code' in ours) return inAdd(ours);
  if (body.service !== undefined && !isOffered(world, body.service)) {
    return reject('unknown-service', `no carrier offers ${body.service}`, 'body.service');
  }
  for (const [index, { sku, isUnmapped }] of ours.entries()) {
    const unknown = isUnmapped === true ? undefined : world.unknownOf(sku);
    if (unknown === undefined) continue;
    return reject('unknown-sku', `no stock of ${unknown} anywhere`, `body.add[${index}].sku`);
  }
  const checked = editOf(order, body, ours, world.kitsAmong(ours) ?? (() => undefined));
  if ('code' in checked) return checked;
  const card = cardNumberIn(body.address, 'body.address');
  if (card !== undefined) return reject('card-data', 'this is the number of a payment card: it is not kept', card);
  const inLine = lineCard(body.add ?? []);
  if (inLine === undefined) return withParks(core, order, checked);
  return inAdd(reject('card-data', 'this is the number of a payment card: it is not kept', inLine));
}

/** New lines that wait for a mapping: what the rest does is as the policy says now, if it was not said before. */
function withParks({ world }: Core, { channel }: OrderContext, { edit, changes }: Checked): Checked {
  if (!edit.added.some(isParked)) return { edit, changes };
  return { edit: { ...edit, parks: world.intakes.policyFor(channel).parked ?? 'wait' }, changes };
}

/** What of the new place cannot be right, with the address it comes with or had. */
function addressFaultOf({ world }: Core, { orderId }: OrderContext, { edit }: Checked, body: AskedEdit) {
  if (edit.destination === undefined) return undefined;
  const fault = addressFault(edit.destination, body.address ?? world.intakes.details.get(orderId)?.address);
  return fault === undefined ? undefined : { ...fault, field: fault.field?.replace('body.details.', 'body.') };
}

/** Units that a customer may have so many of, or that others stand in line for, are ordered anew. */
function limitRefusal({ world }: Core, order: OrderContext, { edit }: EditMessage): Rejection | undefined {
  const raised = new Set(edit.more.map(({ lineId }) => lineId));
  const all = [...order.lines.filter(({ lineId }) => raised.has(lineId)), ...edit.added];
  const lines = all.filter((line) => !isParked(line));
  const maxOf = (sku: Sku) => world.skus.get(sku)?.item?.snapshot?.context.drop?.perCustomerMax;
  const limited = lines.find(({ sku }) => maxOf(sku) !== undefined);
  if (limited !== undefined) {
    return reject('customer-limit', `of ${limited.sku} a customer may have so many: it is ordered anew`, 'body');
  }
  const inLine = heldForLine(world, lines);
  return inLine === undefined ? undefined : { ...inLine, field: 'body' };
}

const bigOrder = 'big-order' as HoldId;

/** An order that has become a large one is looked at again before it goes on. */
function holdLarge(core: Core, order: OrderCell, message: EditMessage): Rejection | undefined {
  const { edit, atMs } = message;
  const before = contextOf(order);
  if (edit.more.length + edit.added.length === 0) return undefined;
  if (before.holds?.some(({ holdId }) => holdId === bigOrder) === true) return undefined;
  const after = reduce(before, message);
  const units = after.lines.reduce((sum, { quantity, cancelled }) => sum + quantity - cancelled, 0);
  const doubt = sizeDoubt(core.world.intakes.policyFor(before.channel), { lines: asOrdered(after.lines) }, units);
  if (doubt === undefined) return undefined;
  const hold = { holdId: bigOrder, reason: doubt.reason, by: holder, sinceMs: atMs };
  if (holdRefusal(before, hold, atMs) !== undefined) return undefined;
  return tellOrder(core, order, { type: 'order.hold', hold, atMs });
}

/** What is left of each line; kits are paid for as kits. */
function asOrdered(lines: OrderContext['lines']): { readonly quantity: number; readonly unitPriceMinor: number }[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    const { kit } = line;
    if (kit !== undefined && seen.has(kit.lineId)) return [];
    if (kit !== undefined) seen.add(kit.lineId);
    const quantity = (line.quantity - line.cancelled) / perKit(line);
    return [{ quantity, unitPriceMinor: kit?.unitPriceMinor ?? line.unitPriceMinor }];
  });
}

/** Edit the order and see to it that nothing waits that may not. */
function carryOut(core: Core, order: OrderCell, message: EditMessage, body: AskedEdit): Rejection | undefined {
  const before = contextOf(order);
  const { by, reason } = message;
  const from = givenUp(before, reduce(before, message)).map(({ fulfillment }) => fulfillment.fulfillmentId);
  const cause: Cause = { kind: 'edited', from, by, reason };
  const rejection = tellOrder(core, order, message, { cause });
  if (rejection !== undefined) return rejection;
  keepSaid(core, message, body);
  const after = contextOf(order);
  if (after.shortage === 'refuse') return shortOf(before, after, message, body);
  return mayNotWaitMore(core, before, after, message.atMs);
}

/** Of an order that is taken whole or not at all, units that have no place now and had one, or are new. */
function shortOf(
  before: OrderContext, after: OrderContext, { edit, changes }: EditMessage, body: AskedEdit,
): Rejection | undefined {
  const less = new Map(edit.less.map(({ lineId, quantity }) => [lineId, quantity]));
  for (const [index, line] of after.lines.entries()) {
    const was = before.lines[index] ?? { backordered: 0, cancelled: 0 };
    const ended = line.cancelled - was.cancelled - (less.get(line.lineId) ?? 0);
    if (line.backordered <= was.backordered && ended === 0) continue;
    const id = line.kit?.lineId ?? line.lineId;
    const isRaised = changes.some(({ lineId, from, to }) => lineId === id && to > from);
    const raisedIn = body.lines?.some(({ lineId }) => lineId === id) === true ? 'body.lines' : 'body.add';
    const field = isRaised ? raisedIn : edit.destination !== undefined ? 'body.destination' : 'body.service';
    return reject('out-of-stock', `units of line ${line.lineId} would have no place`, field);
  }
  return undefined;
}

/** The new address, and what is said of new lines, are kept with the order's details. */
function keepSaid({ world, changes }: Core, { changes: told, edit }: EditMessage, body: AskedEdit): void {
  const { details } = world.intakes;
  const { orderId, add = [] } = body;
  const address = edit.destination === undefined ? undefined : body.address;
  const firstNew = told.length - add.length;
  const said = add.flatMap(({ details: own }, index) =>
    own === undefined ? [] : [{ lineId: must(told[firstNew + index], 'a new line').lineId, ...own }],
  );
  if (address === undefined && said.length === 0) return;
  const known: OrderDetails = details.get(orderId) ?? { orderId };
  const lines = said.length === 0 ? {} : { lines: [...(known.lines ?? []), ...said] };
  const context = { ...known, ...(address === undefined ? {} : { address }), ...lines };
  changes.set(details.cell(orderId), { value: 'put', context });
}
