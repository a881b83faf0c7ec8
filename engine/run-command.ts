/**
 * One command to quiescence, all or nothing. Each kind has one handler; whatever a refused command
 * did is undone by the snapshots it replaced, and a bug undoes and refuses only its own command.
 */
import { isLeftAsItIs } from '../actors/order-checks.ts';
import type { Command, CommandOf } from '../actors/commands.ts';
import type { LocationId, OrderId } from '../actors/ids.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { startsAtMs } from '../actors/order-schedule.ts';
import { maySource } from '../actors/kits.ts';
import { waitingUnits } from '../actors/order-lines.ts';
import { reject } from '../actors/rejection.ts';
import { mustWait } from '../actors/reservation-lines.ts';
import { assert } from './assert.ts';
import { expectRoom, hasRoom } from './capacity.ts';
import type { Cell, LocationCell, SkuCell } from './cells.ts';
import { isPaymentCommand, tellPayment, type PaymentCommand } from './payments/commands.ts';
import { raiseDuplicate } from './intake/duplicates.ts';
import { isIntakeCommand, takeInCommand, type IntakeCommand } from './intake/commands.ts';
import { mappedNow, unpark } from './intake/mapping.ts';
import { changeHealth, isHealthCommand, type CarrierHealthCommand } from './carriers/health.ts';
import { rerate } from './carriers/rerate.ts';
import type { Stranded } from './carriers/rerates.ts';
import { changePart, isPartCommand } from './commands/parts.ts';
import { answerOffer, isOfferCommand, type OfferCommand } from './commands/offers.ts';
import { changeItem } from './commands/items.ts';
import { closeFeed, openFeed } from './commands/feeds.ts';
import { moveOrder } from './commands/move.ts';
import * as network from './commands/network.ts';
import * as orders from './commands/orders.ts';
import { changePlans, isPlanCommand, type PlanCommand } from './commands/plans.ts';
import { changeSelling } from './commands/selling.ts';
import { commandReservation } from './commands/reservations.ts';
import { refused, type Handled } from './commands/handled.ts';
import { changeReturns, isReturnCommand } from './commands/returns.ts';
import { settleCauses } from './cases/settle.ts';
import { settleStalled } from './cases/stalled.ts';
import { changeCases, isCaseCommand, type CaseCommand } from './commands/cases.ts';
import { moveStock } from './commands/stock.ts';
import { commandSupply } from './commands/supply.ts';
import { reship } from './commands/reship.ts';
import { isTrackingCommand, scanParcel, type TrackingCommand } from './commands/tracking.ts';
import { rejectFulfillment } from './commands/withdraw.ts';
import type { Core } from './core.ts';
import { changeFloor, dealAt, isFloorCommand, type FloorCommand } from './floor/commands.ts';
import { followOrders } from './floor/follow.ts';
import { planFor, planned } from './decided.ts';
import { tellOrder } from './effects.ts';
import { expectChange, kept } from './kept.ts';
import { measuredAboveBytes } from './limits.ts';
import { tellReservation } from './reservation-effects.ts';
import type { Doubt } from './suspects/doubts.ts';
import { changeSuspects, isSuspectCommand, type SuspectCommand } from './suspects/raise.ts';
import { rescore } from './suspects/rescore.ts';
import { isReplaced } from './replaced.ts';
import { bodyBytes, measuredRows, valueBytes } from './sizes.ts';

type OnBug = (bug: unknown) => void;

/**
 * Carry out a command at the turn's time, `index` commands having gone before it in the turn. Nothing of a
 * refused one remains. Undefined when it does not fit into what the turn already holds: nothing was done,
 * and it is for the next turn.
 */
export function runCommand(
  core: Core,
  command: Command,
  atMs: number,
  onBug: OnBug,
  index: number,
): Handled | undefined {
  const handled = atomically(core, atMs, () => dispatch(core, command, atMs), onBug, { command, index });
  if (handled !== undefined) core.changes.countBody(bodyBytes(command));
  const isOther = handled !== undefined && 'refused' in handled && handled.refused.code === 'external-id-reused';
  if (isOther) noteDuplicate(core, command as CommandOf<'order.place'>, atMs, onBug);
  return handled;
}

/** An order came again with another body: it is refused, and a case of the first one, as a change of its own. */
function noteDuplicate(core: Core, { body }: CommandOf<'order.place'>, atMs: number, onBug: OnBug): void {
  tellQuietly(core, atMs, () => raiseDuplicate(core, body, atMs), onBug);
}

/** A command under way, with its place among those of its turn. */
interface Cause {
  readonly command: Command;
  readonly index: number;
}

function atomically(
  core: Core,
  atMs: number,
  work: () => Handled | undefined,
  onBug: OnBug,
  cause?: Cause,
): Handled | undefined {
  core.trials.begin(core);
  core.changes.begin(cause?.index);
  let handled: Handled | undefined;
  try {
    handled = work();
    const isKept = handled !== undefined && !('refused' in handled);
    // Cases first: an order that one lets go may be picked again.
    if (isKept) settleCauses(core, atMs);
    if (isKept && core.world.floor.isBusy) {
      followOrders(core, atMs);
      settleStalled(core, atMs);
    }
  } catch (bug) {
    onBug(bug);
    handled = refused(reject('internal', 'a bug of ours: nothing was done, the incident was logged'));
  }
  if (handled === undefined) {
    // It needs this turn on record: the next one begins with it.
    assert(core.changes.bytes > 0, 'a command waits for what this turn holds');
    core.changes.undo();
    return undefined;
  }
  if (!('refused' in handled) && !fits(core, handled, cause?.command)) {
    core.changes.undo();
    if (core.changes.bytes > 0) return undefined;
    return refused(reject('too-large', 'this is more than one journal record holds: ask for less at once', 'body'));
  }
  if ('refused' in handled) core.changes.undo();
  else {
    core.changes.keep((cell, before) => keptChange(core, cell, before, atMs));
    expectRoom(core, atMs);
  }
  settleTrials(core, handled, atMs, onBug, cause?.index);
  return handled;
}

/** A change is kept: of a setting, with what it was before. */
function keptChange(core: Core, cell: Cell, before: Cell['snapshot'], atMs: number): void {
  if (cell.kind !== 'order' && isReplaced(cell, before)) core.changes.replaced(cell, before);
  kept(core, cell, before, atMs);
}

/** What was decided counts on canaries, whatever became of the command: as a change of its own, in the same turn. */
function settleTrials(core: Core, handled: Handled, atMs: number, onBug: OnBug, index: number | undefined): void {
  const { plans } = core.world;
  if (!plans.hasCanary && !plans.hasShadow) return;
  core.changes.begin(index);
  try {
    const refusedAs = 'refused' in handled ? handled.refused.code : undefined;
    core.trials.settle(core, refusedAs, atMs, (cell, before) => keptChange(core, cell, before, atMs));
  } catch (bug) {
    onBug(bug);
    core.changes.undo();
  }
}

/** Whether what was done fits into the turn's record. Estimated; measured when it is much. */
function fits({ changes, limits }: Core, handled: Handled, command: Command | undefined): boolean {
  const estimate = changes.commandBytes + (command === undefined ? 0 : bodyBytes(command));
  if (estimate <= measuredAboveBytes) return true;
  const told = valueBytes([changes.news(), handled, command?.body]);
  const measured = changes.replacedBytes + measuredRows(changes.touched) + told;
  const left = limits.recordBytesMax - (changes.bytes + changes.moveBytes + measured);
  if (left < 0 || changes.priceBytes <= left) return left >= 0;
  // Prices never refuse: what no record has room for is not kept, and its decision cannot be made again.
  if (changes.bytes === 0) changes.leaveOutPrices();
  return changes.bytes === 0;
}

function dispatch(core: Core, command: Command, atMs: number): Handled | undefined {
  switch (command.kind) {
    case 'reservation.make':
    case 'reservation.extend':
    case 'reservation.release':
      return commandReservation(core, command, atMs);
    case 'order.place':
      return orders.placeOrder(core, command, atMs);
    case 'order.cancel':
      return orders.cancelByCommand(core, command.body, atMs);
    case 'order.hold':
    case 'order.unhold':
    case 'order.schedule':
    case 'order.release':
    case 'order.retry':
      return orders.goOn(core, command, atMs);
    case 'order.move':
    case 'order.reship':
    case 'fulfillment.reject':
      return giveElsewhere(core, command, atMs);
    case 'stock.receive':
    case 'stock.adjust':
    case 'stock.count':
    case 'stock.return':
    case 'stock.set-aside':
    case 'stock.put-back':
    case 'stock.dispose':
    case 'stock.buffer':
      return moveStock(core, command.kind, command.body, atMs);
    case 'buffer.put':
    case 'buffer.remove':
    case 'pool.put':
    case 'pool.remove':
      return changeSelling(core, command, atMs);
    case 'item.put':
    case 'lot.recall':
    case 'lot.lift':
      return changeItem(core, command, atMs);
    case 'supply.put':
    case 'supply.order':
    case 'supply.ship':
    case 'supply.receive':
    case 'supply.close':
    case 'supply.cancel':
      return commandSupply(core, command, atMs);
    case 'feed.open':
    case 'feed.close':
      return command.kind === 'feed.open' ? openFeed(command.body, atMs) : closeFeed(core, command.body, atMs);
    default:
      if (isPartCommand(command)) return changePart(core, command, atMs);
      return isReturnCommand(command) ? changeReturns(core, command, atMs) : changeRest(core, command, atMs);
  }
}

type Elsewhere = CommandOf<'order.move'> | CommandOf<'order.reship'> | CommandOf<'fulfillment.reject'>;

function giveElsewhere(core: Core, command: Elsewhere, atMs: number): Handled {
  if (command.kind === 'order.reship') return reship(core, command, atMs);
  return command.kind === 'order.move' ? moveOrder(core, command, atMs) : rejectFulfillment(core, command, atMs);
}

type RestCommand =
  | CaseCommand | IntakeCommand | PaymentCommand
  | PlanCommand | TrackingCommand | CarrierHealthCommand
  | FloorCommand | OfferCommand | SuspectCommand
  | network.NetworkCommand;

function changeRest(core: Core, command: RestCommand, atMs: number): Handled {
  if (isOfferCommand(command)) return answerOffer(core, command, atMs);
  if (isSuspectCommand(command)) return changeSuspects(core, command, atMs);
  if (isHealthCommand(command)) return changeHealth(core, command, atMs);
  if (isCaseCommand(command)) return changeCases(core, command, atMs);
  if (isTrackingCommand(command)) return scanParcel(core, command.body, atMs);
  if (isPaymentCommand(command)) return tellPayment(core, command, atMs);
  if (isIntakeCommand(command)) return takeInCommand(core, command, atMs);
  if (isFloorCommand(command)) return changeFloor(core, command, atMs);
  return isPlanCommand(command) ? changePlans(core, command, atMs) : network.changeNetwork(core, command, atMs);
}

/**
 * Source a waiting order again because something it waits for has come. One that finds no place, and is left as it
 * is, leaves no trace. False when it does not fit into the turn: ask again in the next one.
 */
export function wakeOrder(core: Core, id: OrderId, atMs: number, onBug: OnBug): boolean {
  const order = core.world.order(id);
  const context = order?.snapshot?.context;
  core.wakes.woken += 1;
  core.wakes.inVain += 1;
  const mapped = context === undefined ? undefined : mappedNow(core, context);
  if (mapped !== undefined) {
    core.wakes.inVain -= 1;
    return tellQuietly(core, atMs, () => unpark(core, id, mapped, atMs), onBug);
  }
  if (order === undefined || context === undefined || !isUseful(core, context, atMs)) return true;
  const again = (): ReturnType<typeof tellOrder> => {
    const plan = planned(core, context, atMs);
    if (!isLeftAsItIs(context, plan, atMs)) {
      core.wakes.inVain -= 1;
      return tellOrder(core, order, { type: 'order.source', atMs }, { plan });
    }
    expectChange(core, context, atMs);
    return undefined;
  };
  return tellQuietly(core, atMs, again, onBug);
}

/** Look for another place for units of suspect stock. False when that does not fit into the turn. */
export const rescoreOrder = (core: Core, doubt: Doubt, atMs: number, onBug: OnBug): boolean =>
  tellQuietly(core, atMs, () => rescore(core, doubt, atMs), onBug);

/** Plan a parcel anew whose carrier takes it no more. False when it does not fit into the turn. */
export const rerateParcel = (core: Core, parcel: Stranded, atMs: number, onBug: OnBug): boolean =>
  tellQuietly(core, atMs, () => rerate(core, parcel, atMs), onBug);

/** Whether there is anything, where there is room for it, of what an order waits for. */
function isUseful({ world, views }: Core, order: OrderContext, atMs: number): boolean {
  if (views.rooms.isEmpty) return maySource(order.lines, (sku) => world.atp(sku, order));
  // A location with a capacity takes all that the order still wants, or is no candidate.
  const [units, startMs] = [waitingUnits(order), startsAtMs(order, atMs)];
  const hasRoomNow = (location: LocationCell): boolean => hasRoom(world, location, units, startMs);
  return maySource(order.lines, (sku) => world.unitsWhere(sku, order, hasRoomNow));
}

/**
 * Serve the first ticket in line for a SKU when there is enough for it: its units are held from now on, and
 * the next one is looked at. False when it does not fit into the turn: ask again in the next one.
 */
export function serveLine(core: Core, sku: SkuCell, atMs: number, onBug: OnBug): boolean {
  const head = sku.line?.head;
  const cell = head === undefined ? undefined : core.world.reservations.cells.get(head);
  const context = cell?.snapshot?.context;
  if (cell === undefined || context === undefined || context.expiresAtMs <= atMs) return true;
  const plan = planFor(core, context, atMs);
  if (mustWait(context, plan)) return true;
  return tellQuietly(core, atMs, () => tellReservation(core, cell, { type: 'reservation.sourced', plan, atMs }), onBug);
}

/** Give one terminal of a location what is next for it. False when that does not fit into the turn. */
export function dealTasks(core: Core, location: LocationId, atMs: number, onBug: OnBug): boolean {
  const deal = dealAt(core, location, atMs);
  return deal === undefined || tellQuietly(core, atMs, deal, onBug);
}

/** What no command asks for, all or nothing. False when it does not fit into the turn. */
export function tellQuietly(core: Core, atMs: number, tell: () => ReturnType<typeof tellOrder>, onBug: OnBug): boolean {
  const work = (): Handled => {
    const rejection = tell();
    return rejection === undefined ? { ok: undefined } : refused(rejection);
  };
  return atomically(core, atMs, work, onBug) !== undefined;
}
