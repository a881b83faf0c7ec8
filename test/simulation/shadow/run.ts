/** One command, wake or timer in the shadow: all of it or, when refused, nothing. */
import type { Command } from '../../../actors/commands.ts';
import type { Stranded } from '../../../engine/carriers/rerates.ts';
import type { Doubt } from '../../../engine/suspects/doubts.ts';
import type { TimerOwner } from '../../../engine/timers.ts';
import * as floor from './floor.ts';
import * as batches from './batches.ts';
import * as cancels from './cancels.ts';
import * as cases from './cases.ts';
import * as holds from './holds.ts';
import { moveOrder } from './move.ts';
import * as payments from './payments.ts';
import * as intake from './intake.ts';
import { edit } from './edits.ts';
import { improve } from './improve.ts';
import * as items from './items.ts';
import { maySource } from './kits.ts';
import * as network from './network-commands.ts';
import { putForecast } from './forecasts.ts';
import * as buffers from './buffer-commands.ts';
import * as plans from './plan-commands.ts';
import * as pools from './pool-commands.ts';
import * as orderCommands from './order-commands.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import { startByOf, stateOf } from './order-facts.ts';
import * as parked from './parked.ts';
import * as recalls from './recalls.ts';
import * as reservations from './reservations.ts';
import * as health from './carrier-health.ts';
import { rerate } from './rerates.ts';
import { reship } from './reship.ts';
import * as parcels from './parcels.ts';
import { dueOf } from './parts.ts';
import { changePart, isOfPart } from './part-commands.ts';
import * as returns from './returns.ts';
import * as schedule from './schedule.ts';
import { putRates, removeRates } from './rates.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { closeFeed } from './drift.ts';
import { moveStock } from './stock-commands.ts';
import * as supply from './supply-commands.ts';
import * as offers from './offers.ts';
import * as suspects from './suspects.ts';
import * as tasks from './tasks.ts';
import { mended } from './rule-errors.ts';
import { settleStalled } from './stalled.ts';
import * as trials from './trials.ts';
import type { ShadowDecision } from './decided.ts';
import { isRefused, type Verdict } from './verdict.ts';
import { notStarted, reject } from './withdraw.ts';

/** Do one thing and keep it, or undo it when it is refused. Events of a refused one are dropped. */
function whole(
  shadow: Shadow,
  atMs: number,
  events: unknown[],
  go: (doing: Doing) => Verdict | undefined,
  isKept: (verdict: Verdict) => boolean = () => true,
): Verdict | undefined {
  const told: unknown[] = [];
  shadow.atMs = atMs;
  const decided: ShadowDecision[] = [];
  const doing = { shadow, atMs, events: told, decided };
  const verdict = go(doing);
  const isDone = !isRefused(verdict) && isKept(verdict ?? { ok: undefined });
  if (isDone) cases.settle(doing);
  if (!isRefused(verdict)) floor.follow(doing);
  if (isDone) settleStalled(doing);
  if (!isDone) shadow.undo();
  else {
    shadow.keep();
    events.push(...told);
  }
  // A placement that was refused for want of units was decided about all the same.
  const isShort = isRefused(verdict) && verdict.code === 'out-of-stock' && isKept(verdict);
  const stands = decided.filter(({ fact }) => isDone || (isShort && fact.isRefused));
  trials.settle({ shadow, atMs, events, decided: [] }, stands);
  mended({ shadow, atMs, events, decided: [] });
  shadow.keep();
  shadow.foretold.push(...stands.flatMap(({ forecasts }) => forecasts));
  return verdict;
}

/** @param isKept whether a verdict stands: false undoes what was done. */
export function carryOut(
  shadow: Shadow,
  command: Command,
  atMs: number,
  events: unknown[],
  isKept: (verdict: Verdict) => boolean,
): Verdict {
  const verdict = whole(shadow, atMs, events, (doing) => dispatch(doing, command), isKept);
  if (command.kind === 'order.place' && intake.isOther(verdict)) whole(shadow, atMs, events, (doing) => void intake.duplicate(doing, command.body));
  return verdict ?? { ok: undefined };
}

/** Whoever waits is sourced again when something it waits for can be had; nothing is told when nothing comes of it. */
export function wake(shadow: Shadow, id: string, atMs: number, events: unknown[]): void {
  const order = shadow.orders.get(id);
  if (order === undefined) return;
  const found = parked.mappedNow(shadow, order);
  if (found.length > 0) return void whole(shadow, atMs, events, (doing) => void parked.unpark(doing, order, found));
  if (maySource(shadow, order, atMs) && !orders.isLeftAsItIs(shadow, order, atMs)) whole(shadow, atMs, events, (doing) => orders.source(doing, id));
}

/** An order that has a place is looked at for a better one. */
export function better(shadow: Shadow, id: string, atMs: number, events: unknown[]): void {
  if (shadow.orders.has(id)) whole(shadow, atMs, events, (doing) => improve(doing, id));
}

/** A parcel whose carrier takes it no more is planned anew, where that is better. */
export function rerateParcel(shadow: Shadow, { orderId, fulfillmentId }: Stranded, atMs: number, events: unknown[]): void {
  whole(shadow, atMs, events, (doing) => rerate(doing, orderId, Number(fulfillmentId) - 1));
}

/** An order that is to be sent suspect stock is scored again. */
export function rescore(shadow: Shadow, { stock, orderId }: Doubt, atMs: number, events: unknown[]): void {
  const { sku } = stock.sku;
  whole(shadow, atMs, events, (doing) => {
    if (suspects.rescore(doing, sku, stock.location.id, orderId)) cases.doubted(doing, sku, orderId);
    return undefined;
  });
}

/** The first in line for a SKU gets its units, if they are there. */
export function serveLine(shadow: Shadow, sku: string, atMs: number, events: unknown[]): void {
  whole(shadow, atMs, events, (doing) => {
    reservations.serve(doing, sku);
    return undefined;
  });
}

/** A terminal of a location is given what is next for it. */
export function deal(shadow: Shadow, location: string, atMs: number, events: unknown[]): void {
  whole(shadow, atMs, events, (doing) => {
    floor.deal(doing, location);
    return undefined;
  });
}

/** A time has come for its owner. */
export function timer(shadow: Shadow, owner: TimerOwner, atMs: number, events: unknown[]): void {
  if (owner.kind === 'order') return orderDue(shadow, owner.id, atMs, events);
  if (owner.kind === 'reservation') return expiryDue(shadow, owner.id, atMs, events);
  if (owner.kind === 'capacity' || owner.kind === 'plan' || owner.kind === 'moment' || owner.kind === 'rates') return;
  if (owner.kind === 'promise') return void whole(shadow, atMs, events, () => undefined);
  whole(shadow, atMs, events, (doing) => {
    if (owner.kind === 'item') items.due(doing, owner.id);
    else if (owner.kind === 'lot') recalls.due(doing, owner.id);
    else if (owner.kind === 'return') returns.due(doing, owner.id);
    else if (owner.kind === 'payment') payments.due(doing, owner.id);
    else if (owner.kind === 'carrier') health.due(doing, owner.id);
    else if (owner.kind === 'parcel') parcels.due(doing, owner.id);
    else if (owner.kind === 'terminal') floor.due(doing, owner.id);
    else if (owner.kind === 'suspect') suspects.due(doing, owner.id);
    else if (owner.kind === 'case') cases.due(doing, owner.id);
    else if (owner.kind === 'buffer') buffers.grow(doing, owner.id);
    else network.endPause(doing, owner.id);
    return undefined;
  });
}

/** Holds have ended, or a release delay has, if it still runs. */
function orderDue(shadow: Shadow, id: string, atMs: number, events: unknown[]): void {
  const order = shadow.orders.get(id);
  if (order === undefined) return;
  if (order.batch !== undefined && stateOf(order) !== 'cancelled' && order.batch.untilMs <= atMs) return windowDue(shadow, order, atMs, events);
  const isOver = holds.ended(order, atMs).length > 0;
  const isDue = order.holds === undefined && stateOf(order) === 'allocated' && dueOf(order) <= atMs;
  const firstMs = Math.min(...order.parts.map(startByOf));
  const late = order.holds === undefined && firstMs <= atMs ? order.parts.findIndex((part) => startByOf(part) === firstMs) : -1;
  const [asked, free, offer] = [cancels.lateOf(order, atMs), holds.endedPart(order, atMs), offers.overOf(order, atMs)];
  if (!isOver && !isDue && late < 0 && asked < 0 && free < 0 && offer < 0) return;
  whole(shadow, atMs, events, (doing) => {
    if (isOver) holds.end(doing, order);
    else if (free >= 0) holds.endPart(doing, order, free);
    else if (asked >= 0) cancels.unanswered(doing, order, asked);
    else if (isDue) orderCommands.releaseNow(doing, order);
    else if (offer >= 0) offers.over(doing, order, offer);
    else notStarted(doing, order, late);
    return undefined;
  });
}

/** A window ends, with what was heard of it; one that was given up lets its orders go on one by one. */
function windowDue(shadow: Shadow, order: ShadowOrder, atMs: number, events: unknown[]): void {
  const batch = order.batch as NonNullable<ShadowOrder['batch']>;
  const isGivenUp = shadow.givenUp.has(`${batch.planId}/${batch.version}/${batch.untilMs}`);
  whole(shadow, atMs, events, (doing) => {
    if (isGivenUp) batches.goOn(doing, order);
    else batches.end(doing, batch, shadow.moves.splice(0));
    return undefined;
  });
}

/** A reservation's time is over, if it was not extended. */
function expiryDue(shadow: Shadow, id: string, atMs: number, events: unknown[]): void {
  const reservation = shadow.reservations.get(id);
  if (reservation === undefined || reservations.isOver(reservation) || reservation.expiresAtMs > atMs) return;
  whole(shadow, atMs, events, (doing) => {
    reservations.expire(doing, reservation);
    return undefined;
  });
}

function dispatch(doing: Doing, command: Command): Verdict {
  switch (command.kind) {
    case 'order.place':
      return orderCommands.place(doing, command);
    case 'order.cancel':
      return orderCommands.cancel(doing, command.body, true);
    case 'order.hold':
      return holds.hold(doing, command);
    case 'order.unhold':
      return holds.unhold(doing, command.body);
    case 'order.schedule':
      return schedule.schedule(doing, command.body);
    case 'order.release':
      return orderCommands.release(doing, command.body);
    case 'order.retry':
      return orderCommands.retry(doing, command.body);
    case 'order.reship':
      return reship(doing, command);
    case 'order.move':
      return moveOrder(doing, command.by, command.body);
    case 'fulfillment.pick':
      return orderCommands.pick(doing, command.body);
    case 'fulfillment.short':
      return orderCommands.short(doing, command.body, command.by);
    case 'fulfillment.reject':
      return reject(doing, command);
    case 'fulfillment.ship':
      return orderCommands.ship(doing, command.body);
    case 'fulfillment.deliver':
      return orderCommands.deliver(doing, command.body);
    case 'reservation.make':
      return reservations.make(doing, command.body);
    case 'reservation.extend':
      return reservations.extend(doing, command.body);
    case 'reservation.release':
      return reservations.release(doing, command.body);
    case 'tracking.scan':
      return parcels.scan(doing, command.body);
    case 'supply.put': return supply.put(doing, command.body);
    case 'supply.order': return supply.order(doing, command.body);
    case 'supply.ship': return supply.ship(doing, command.body);
    case 'supply.receive': return supply.receive(doing, command.body);
    case 'supply.close': return supply.close(doing, command.body);
    case 'supply.cancel': return supply.cancel(doing, command.body);
    case 'return-policy.put':
      return returns.putPolicy(doing, command.body);
    case 'return.request':
      return returns.request(doing, command);
    case 'return.approve':
      return returns.approve(doing, command.body);
    case 'return.reject':
      return returns.callOff(doing, command.body, 'rejected');
    case 'return.label':
      return returns.parcel(doing, command.body, 'labelled');
    case 'return.ship':
      return returns.parcel(doing, command.body, 'shipped');
    case 'return.receive':
      return returns.receive(doing, command.body);
    case 'return.inspect':
      return returns.inspect(doing, command.body);
    case 'return.refund':
      return returns.refund(doing, command.body);
    case 'return.cancel':
      return returns.callOff(doing, command.body, 'cancelled');
    case 'offer.accept':
    case 'offer.decline':
      return offers.answer(doing, command);
    case 'suspect.raise':
    case 'suspect.clear':
      return suspects.command(doing, command);
    case 'case.raise':
      return cases.report(doing, command);
    case 'case.retry':
    case 'case.reassign':
    case 'case.override':
    case 'case.dismiss':
    case 'case.comment':
    case 'case.resolve':
      return cases.say(doing, command);
    case 'playbook.put':
    case 'playbook.remove':
      return cases.putPlaybook(doing, command);
    case 'location.put':
      return network.putLocation(doing, command.body);
    case 'location.pause':
      return network.pauseLocation(doing, command.body);
    case 'location.resume':
      return network.resumeLocation(doing, command.body);
    case 'buffer.put':
      return buffers.putBuffer(doing, command.body);
    case 'pool.put':
      return pools.putPool(doing, command.body);
    case 'pool.remove':
      return pools.removePool(doing, command.body);
    case 'buffer.remove':
      return buffers.removeBuffer(doing, command.body);
    case 'plan.put':
      return plans.put(doing, command.by, command.body);
    case 'plan.validate':
      return plans.validate(doing, command.body);
    case 'plan.publish':
      return plans.publish(doing, command, command.body);
    case 'plan.withdraw':
      return plans.withdraw(doing, command, command.body);
    case 'plan.rollback':
      return plans.rollback(doing, command, command.body);
    case 'plan.canary':
      return plans.canary(doing, command, command.body);
    case 'plan.promote':
      return plans.promote(doing, command, command.body);
    case 'plan.abort':
      return trials.abort(doing, command, command.body);
    case 'plan.shadow':
      return plans.shadowing(doing, command, command.body);
    case 'plan.unshadow':
      return trials.stop(doing, command.body);
    case 'plan.archive':
      return plans.archive(doing, command.body);
    case 'item.put':
      return items.put(doing, command.body);
    case 'lot.recall':
      return recalls.recall(doing, command.body);
    case 'lot.lift':
      return recalls.lift(doing, command.body);
    case 'payment.authorise':
    case 'payment.capture':
    case 'payment.fail':
    case 'payment.void':
    case 'payment.refund':
      return payments.tell(doing, command);
    case 'mapping.put':
      return intake.putMappings(doing, command.body);
    case 'order.edit':
      return edit(doing, command);
    case 'order.amend':
      return intake.amend(doing, command.body);
    case 'intake-policy.put':
      return intake.putPolicy(doing, command.body);
    case 'feed.open':
      return { ok: { id: command.body.feed, openedAtMs: doing.atMs } };
    case 'feed.close':
      return closeFeed(doing, command.body);
    case 'channel.put':
      return network.putChannel(doing, command.body);
    case 'carrier.put':
      return network.putCarrier(doing, command.body);
    case 'carrier.suspend':
      return network.openCarrier(doing, command.body.carrierId, false, command.body.reason);
    case 'carrier.resume':
      return network.openCarrier(doing, command.body.carrierId, true, '');
    case 'carrier.report':
      return cases.called(doing, command);
    case 'carrier.embargo':
    case 'carrier.lift':
      return health.change(doing, command);
    case 'forecast.put':
      return putForecast(doing, command.body);
    case 'transit.put':
      return network.putTransit(doing, command.body);
    case 'rates.put':
      return putRates(doing, command.body);
    case 'rates.remove':
      return removeRates(doing, command.body);
    case 'terminal.open':
      return floor.open(doing, command.body);
    case 'terminal.beat':
    case 'terminal.lose':
    case 'terminal.close':
      return floor.about(doing, command.kind, command.body);
    case 'task.ack':
      return tasks.ack(doing, command.body);
    case 'task.scan':
      return tasks.scan(doing, command.body);
    case 'task.short':
      return tasks.short(doing, command);
    case 'task.pack':
      return tasks.pack(doing, command.body);
    case 'task.label':
      return tasks.label(doing, command.body);
    case 'task.manifest':
      return tasks.manifest(doing, command.body);
    case 'task.handOver':
      return tasks.handOver(doing, command.body);
    case 'task.release':
      return tasks.release(doing, command.body);
    default:
      return isOfPart(command) ? changePart(doing, command) : moveStock(doing, command.kind, command.body);
  }
}
