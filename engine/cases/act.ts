/** What steps of playbooks and people do to the orders of a case: by the same commands, in the name of who does it. */
import type { CaseContext } from '../../actors/case-context.ts';
import { caseKinds } from '../../actors/case-kinds.ts';
import { forDefaultMs } from '../../actors/case-life.ts';
import type { LocationId, OrderId } from '../../actors/ids.ts';
import { isLeftAsItIs } from '../../actors/order-checks.ts';
import type { OrderContext, Plan } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import { isUntouched } from '../../actors/order-takings.ts';
import { withDeclined } from '../../actors/order-trouble.ts';
import type { OrderAction } from '../../actors/playbook-schemas.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must, unreachable } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import { pauseLocation } from '../commands/locations.ts';
import * as orders from '../commands/orders.ts';
import { done, refuse, refused, type Handled } from '../commands/handled.ts';
import { partsToReship, replacementIdFor, reship } from '../commands/reship.ts';
import type { Core } from '../core.ts';
import { asWaiting, isWhole } from '../commands/withdraw.ts';
import { planned } from '../decided.ts';
import { tellOrder } from '../effects.ts';
import { caseHold, playedBy } from './holds.ts';
import { codesOf, isHoldOf } from './troubles.ts';

export interface Acting {
  readonly action: OrderAction;
  readonly reason: string;
  readonly by: string;
  readonly forMs?: number | undefined;
}

/** Do something to an order of a case. Undefined: nothing would come of it, and nothing was done. */
export function actOnOrder(
  core: Core, context: CaseContext, orderId: OrderId, acting: Acting, atMs: number,
): Handled | undefined {
  const { action, reason, by, forMs = forDefaultMs } = acting;
  switch (action) {
    case 'retry':
      return retry(core, orderId, atMs);
    case 'reroute':
      return reroute(core, context, orderId, acting, atMs);
    case 'reship':
      return reshipLost(core, context, orderId, acting, atMs);
    case 'hold': {
      const holds = core.world.order(orderId)?.snapshot?.context.holds;
      if (by === playedBy && holds?.some((one) => isHoldOf(context.code, one)) === true) return undefined;
      const body = { orderId, holdId: caseHold, reason, untilMs: atMs + forMs };
      return orders.goOn(core, { kind: 'order.hold', commandId: '' as never, by, body }, atMs);
    }
    case 'unhold':
      return orders.unholdOrder(core, { orderId, holdId: caseHold }, atMs);
    case 'cancel':
      return orders.cancelOrder(core, { orderId, reason }, atMs);
    default:
      return unreachable(action);
  }
}

/** Source the waiting units of an order again. Undefined: it would be left as it is. */
function retry(core: Core, orderId: OrderId, atMs: number): Handled | undefined {
  const cell = core.world.order(orderId);
  const context = cell?.snapshot?.context;
  if (cell === undefined || context === undefined || waitingUnits(context) === 0) {
    return refuse('wrong-state', `nothing of order ${orderId} waits`);
  }
  const plan = planned(core, context, atMs);
  if (isLeftAsItIs(context, plan, atMs)) return undefined;
  const rejection = tellOrder(core, cell, { type: 'order.source', atMs }, { plan });
  return rejection === undefined ? done(undefined) : refused(rejection);
}

/** Send again what an order lost of the kind a case is about: all of it, or nothing. */
function reshipLost(core: Core, { code }: CaseContext, orderId: OrderId, acting: Acting, atMs: number): Handled {
  const order = core.world.look(orderId)?.context;
  if (order === undefined) return refuse('unknown-order', `no order ${orderId}`);
  const parts = partsToReship(core, order, (parcel) => codesOf(parcel).includes(code));
  if (parts.length === 0) return refuse('wrong-state', `nothing of order ${orderId} is to be sent again`);
  const { by, reason } = acting;
  for (const { fulfillmentId } of parts) {
    const replacementId = replacementIdFor(core, orderId, fulfillmentId);
    if (replacementId === undefined) return refuse('over-limit', `${orderId} is too long an id to make others of`);
    const body = { orderId, fulfillmentId, replacementId, reason };
    const handled = reship(core, { kind: 'order.reship', commandId: '' as never, by, body }, atMs);
    if ('refused' in handled) return handled;
  }
  return done(undefined);
}

/** Pause the location a case is about. One that is paused stays as it is. */
export function actOnLocation(
  core: Core, { subject }: CaseContext, reason: string, forMs: number, atMs: number,
): Handled {
  const locationId = subject.id as LocationId;
  const isPaused = core.world.locations.get(locationId)?.snapshot?.context.state === 'paused';
  if (isPaused) return refuse('wrong-state', `location ${locationId} is paused already`);
  return pauseLocation(core, { locationId, reason, untilMs: atMs + forMs }, atMs);
}

/**
 * What a playbook does where no location is in trouble: the first part that has a better place is given it, its own
 * units counted as free. Nothing was done before it in the command. Undefined: none has.
 */
function rerouteOne(
  core: Core, cell: OrderCell, parts: readonly Fulfillment[], reason: string, atMs: number,
): Handled | undefined {
  for (const part of parts) {
    const { fulfillmentId, lines: units } = part;
    const plan = (free: OrderContext): Plan | undefined => {
      const found = planned(core, asWaiting(free, units), atMs);
      return isWhole(found) && !isSamePlace(found, part) ? found : undefined;
    };
    const cause = { kind: 'rerouted', from: [fulfillmentId], by: playedBy, reason } as const;
    const takings = [{ fulfillmentId, units }];
    const message = { type: 'order.withdraw', takings, isRejected: false, atMs } as const;
    const rejection = tellOrder(core, cell, message, { plan, cause });
    if (rejection === undefined) return done(undefined);
    core.changes.undo();
    core.changes.begin(undefined);
    core.trials.begin(core);
  }
  return undefined;
}

function isSamePlace({ fulfillments: [first, ...others] }: Plan, { location, carrier, service }: Fulfillment): boolean {
  const isThere = first?.location === location && first.carrier === carrier && first.service === service;
  return isThere && others.length === 0;
}

/** For how long a location in trouble is not asked for the units of an order that it had. */
const declinedMs = 24 * 3_600_000;

/**
 * Have parts that nobody picks yet sent from elsewhere, each whole or not at all: of a case about a location or a
 * carrier, what is there or goes with it, and the location is not asked again for a day. Undefined: nobody else can.
 */
function reroute(
  core: Core, { code, subject }: CaseContext, orderId: OrderId, { by, reason }: Acting, atMs: number,
): Handled | undefined {
  const cell = core.world.order(orderId);
  if (cell?.snapshot === undefined) return refuse('unknown-order', `no order ${orderId}`);
  const { subject: type } = caseKinds[code];
  const parts = cell.snapshot.context.fulfillments.filter((part) => {
    if (!isUntouched(part)) return false;
    if (type === 'location') return part.location === subject.id;
    return type !== 'carrier' || part.carrier === subject.id;
  });
  if (parts.length === 0) return refuse('wrong-state', `nothing of order ${orderId} can be moved`);
  if (type !== 'location' && by === playedBy) return rerouteOne(core, cell, parts, reason, atMs);
  let isMoved = false;
  for (const part of parts) {
    const { fulfillmentId, location, lines: units } = part;
    const order = must(cell.snapshot, 'an order').context;
    const declined = type === 'location' ? { location, untilMs: atMs + declinedMs } : undefined;
    const asked = declined === undefined ? order : { ...order, declined: withDeclined(order, declined, atMs) };
    const plan = planned(core, asWaiting(asked, units), atMs);
    if (!isWhole(plan) || isSamePlace(plan, part)) continue;
    const takings = [{ fulfillmentId, units }];
    const cause = { kind: 'rerouted', from: [fulfillmentId], by, reason } as const;
    const message = { type: 'order.withdraw', takings, declined, isRejected: false, atMs } as const;
    const rejection = tellOrder(core, cell, message, { plan, cause });
    if (rejection !== undefined) return refused(rejection);
    isMoved = true;
  }
  return isMoved ? done(undefined) : undefined;
}
