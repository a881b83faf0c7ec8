/**
 * How an order's effects are carried out, until nothing is left to do. Everything happens within the
 * present command: what is changed here is undone with it.
 */
import { paceAfter } from '../actors/buffer-growth.ts';
import type { CarrierId, LocationId } from '../actors/ids.ts';
import type { CarrierEffect, CarrierMessage } from '../actors/carrier.ts';
import type { LotUnits } from '../actors/lots.ts';
import type { Cause, OrderContext, OrderEffect, OrderMessage, Plan, StockUnits } from '../actors/order-context.ts';
import type { Routed } from '../actors/order-routed.ts';
import type { Buyer } from '../actors/pool-commands.ts';
import { isOfParts } from '../actors/order-lines.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import { refusal, type StockMessage } from '../actors/stock-ledger.ts';
import { moveFor } from '../actors/stock-movements.ts';
import { assert, must, unreachable } from './assert.ts';
import { countWork } from './capacity.ts';
import { carrierSteps, orderSteps, paceCell, stockSteps } from './cells.ts';
import type { CarrierCell, OrderCell, StockCell } from './cells.ts';
import type { Core } from './core.ts';
import { movePools, type PoolMove } from './pools.ts';
import { decidedOrder, planOrder, type Cart } from './decided.ts';
import { offersFor } from './offers/open.ts';
import { countOrder } from './quotas.ts';
import { withCards } from './routing/cards-used.ts';
import { wantedSkus } from './routing/request.ts';
import { startTimes } from './start-times.ts';
import { step } from './step.ts';

/** Messages one command may put through one order: a placement takes three. More is a loop, a bug. */
const hopsMax = 8;

/** What is not asked of sourcing. */
export interface Given {
  /** The plan that counts, or what gives it once the units are free: undefined, do nothing. Absent: sourcing says. */
  readonly plan?: Plan | ((order: OrderContext) => Plan | undefined) | undefined;
  /** Why units that had a place are sourced again. */
  readonly cause?: Cause | undefined;
  /** It came with its places, and is sourced as any other. */
  readonly routed?: Routed | undefined;
  /** The cart that holds its units for the order already: they become its own. */
  readonly cart?: Cart | undefined;
  /** The location that has claimed what it was offered. */
  readonly claimedBy?: LocationId | undefined;
}

/**
 * Tell an order something and carry out all that follows. Returns why not, when it is refused.
 * @param given the plan that counts: nothing is sourced.
 */
export function tellOrder(
  core: Core,
  order: OrderCell,
  first: OrderMessage,
  given?: Given,
): Rejection | undefined {
  const before = must(order.snapshot, 'an order that exists').context;
  const rejection = carryThrough(core, order, first, given);
  const { holds } = must(order.snapshot, 'an order that exists').context;
  const { isTimed, isOffering } = core.views.rooms;
  if (rejection !== undefined) return rejection;
  const isHeld = holds !== undefined || first.type === 'fulfillment.hold';
  const { claimedBy } = given ?? {};
  if (isOffering || isHeld || claimedBy !== undefined) offerParts(core, order, before, claimedBy, first.atMs);
  if (isTimed || isHeld) timeParts(core, order, before, first.atMs);
  return rejection;
}

function carryThrough(
  core: Core,
  order: OrderCell,
  first: OrderMessage,
  given: Given | undefined,
): Rejection | undefined {
  const messages = [first];
  // A plan that is given was made before anything is moved for it.
  const decidedAfter = typeof given?.plan === 'object' ? core.changes.moveCount : undefined;
  for (let hop = 0; hop < messages.length; hop += 1) {
    assert(hop < hopsMax, `order ${order.id}: more than ${hopsMax} messages in one command`);
    const message = must(messages[hop], 'a message');
    const effects: OrderEffect[] = [];
    const before = must(order.snapshot, 'an order that exists');
    const after = step(orderSteps, before, message, effects);
    if (after === undefined) {
      return reject('wrong-state', `order ${order.id} is ${before.value}: ${message.type} does not apply`);
    }
    core.changes.set(order, after);
    const [had, has] = [before.context.fulfillments, after.context.fulfillments];
    if (had !== has) countWork(core, had, has, message.atMs);
    countOrder(core, before, after, message.atMs);
    for (const effect of effects) {
      if (effect.kind === 'publish') {
        core.changes.publish(effect.events, decidedAfter);
        continue;
      }
      const refused = carryOut(core, order, effect, message.atMs, messages, given);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

/** See to it that released parts are offered where that is the policy. */
function offerParts(
  core: Core, order: OrderCell, before: OrderContext, claimedBy: LocationId | undefined, atMs: number,
): void {
  const { context } = must(order.snapshot, 'an order that exists');
  const offers = offersFor(core, before, context, claimedBy, atMs);
  if (offers.length > 0) assertMoved(carryThrough(core, order, { type: 'order.offer', offers, atMs }, undefined));
}

/** See to it that the locations of released parts know until when they are to begin. */
function timeParts(core: Core, order: OrderCell, before: OrderContext, atMs: number): void {
  const { context } = must(order.snapshot, 'an order that exists');
  const startBy = startTimes(core.world, before, context, atMs);
  if (startBy.length > 0) assertMoved(carryThrough(core, order, { type: 'order.timed', startBy, atMs }, undefined));
}

const buyerOf = ({ snapshot }: OrderCell): Buyer => must(snapshot, 'an order that exists').context;

function carryOut(
  core: Core,
  order: OrderCell,
  effect: Exclude<OrderEffect, { kind: 'publish' }>,
  atMs: number,
  messages: OrderMessage[],
  given: Given | undefined,
): Rejection | undefined {
  switch (effect.kind) {
    case 'source': {
      const { context } = must(order.snapshot, 'an order that exists');
      const asked = typeof given?.plan === 'function' ? given.plan(context) : given?.plan;
      if (asked === undefined && given?.plan !== undefined) return reject('wrong-state', 'there is no better place');
      const found = withCards(core.world.rates, planOrder(core, context, atMs, asked), atMs);
      const made = withReason(found, given);
      const plan = made.windowMs === undefined ? made : { ...made, batch: core.views.windows.join(made, atMs) };
      if (plan.prices !== undefined && core.prices !== undefined) {
        core.changes.sawPrices(core.prices, wantedSkus(context));
      }
      if (core.world.plans.isTried && !isOfParts(plan)) {
        core.trials.note(decidedOrder(core, context, plan, atMs, given?.cart));
      }
      messages.push({ type: 'order.sourced', plan, atMs });
      return undefined;
    }
    case 'allocate': {
      const type = given?.cart !== undefined ? 'stock.commit' : 'stock.allocate';
      const rejection = moveUnits(core, type, effect.units, buyerOf(order), atMs);
      messages.push(
        rejection === undefined
          ? { type: 'order.allocated', atMs }
          : { type: 'order.unallocated', rejection, atMs },
      );
      return undefined;
    }
    case 'deallocate':
      return assertMoved(moveUnits(core, 'stock.deallocate', effect.units, buyerOf(order), atMs));
    case 'short':
      return assertMoved(moveUnits(core, 'stock.short', effect.units, buyerOf(order), atMs));
    case 'take':
      return moveUnits(core, 'stock.allocate', effect.units, buyerOf(order), atMs);
    case 'ship':
      return tellCarrier(core, effect.carrier, 'carrier.dispatch') ??
        assertMoved(moveUnits(core, 'stock.ship', effect.units, buyerOf(order), atMs));
    case 'deliver':
      return tellCarrier(core, effect.carrier, 'carrier.deliver');
    case 'refuse':
      return effect.rejection;
    default:
      return unreachable(effect);
  }
}

/** Why a plan was made, where that is more than that units waited. */
function withReason(plan: Plan, given: Given | undefined): Plan {
  const caused = given?.cause === undefined ? plan : { ...plan, cause: given.cause };
  return given?.routed === undefined ? caused : { ...caused, routed: given.routed };
}

type UnitsMoved =
  | 'stock.allocate'
  | 'stock.commit'
  | 'stock.deallocate'
  | 'stock.ship'
  | 'stock.short'
  | 'stock.reserve'
  | 'stock.unreserve';

/** What each movement is to the pools of the stock. Reserved units that become an order’s are taken already. */
const poolMoves: Readonly<Record<UnitsMoved, PoolMove | undefined>> = {
  'stock.allocate': 'take',
  'stock.reserve': 'take',
  'stock.commit': undefined,
  'stock.deallocate': 'give',
  'stock.unreserve': 'give',
  'stock.ship': 'leave',
  'stock.short': 'leave',
};

/** Move units of an order or reservation; the pools that are for its buyer move with them. */
export function moveUnits(
  core: Core,
  type: UnitsMoved,
  units: readonly StockUnits[],
  buyer: Buyer,
  atMs: number,
): Rejection | undefined {
  const inPools = poolMoves[type];
  for (const { sku, location, quantity, lots } of units) {
    const stock = must(core.world.findStock(sku, location), 'stock an order was given');
    const refused = tellStock(core, stock, { type, quantity }, lots);
    if (refused !== undefined) return refused;
    if (stock.sku.pools !== undefined && inPools !== undefined) {
      movePools(core.changes, stock, buyer, inPools, quantity);
    }
    if (core.world.selling.buffers.pacedCount > 0) countPace(core, stock, type, quantity, atMs);
  }
  return undefined;
}

/** Orders took units of a stock: noted where some buffer rule grows with that. */
function countPace(core: Core, stock: StockCell, type: UnitsMoved, quantity: number, atMs: number): void {
  if ((type !== 'stock.allocate' && type !== 'stock.commit') || !core.world.selling.buffers.isPaced(stock)) return;
  const cell = paceCell(stock);
  core.changes.set(cell, { value: 'put', context: paceAfter(cell.snapshot?.context, quantity, atMs) });
}

/** Units that are allocated or reserved can be given back, shipped and found missing: a refusal here is a bug. */
export function assertMoved(refused: Rejection | undefined): undefined {
  assert(refused === undefined, `units that are spoken for could not be moved: ${refused?.detail ?? ''}`);
  return undefined;
}

/**
 * Tell a stock something. Returns why not, when its balances do not allow it.
 * @param lots the units by lot, of a tracked SKU: for the ledger.
 */
export function tellStock(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  lots?: readonly LotUnits[],
): Rejection | undefined {
  if (stock.snapshot === undefined && stock.sku.kit !== undefined) {
    return reject('kit-stock', `${stock.sku.sku} is a kit: it has no stock of its own`);
  }
  const before =
    stock.snapshot ?? stockSteps.begin({ sku: stock.sku.sku, location: stock.location.id }, []);
  const after = step(stockSteps, before, message, []);
  if (after === undefined) return must(refusal(before.context, message), 'a reason for the refusal');
  core.changes.set(stock, after);
  const move = moveFor(before.context, message);
  core.changes.moved(stock, lots === undefined ? move : { ...move, lots });
  return undefined;
}

function tellCarrier(
  core: Core,
  id: CarrierId | undefined,
  type: 'carrier.dispatch' | 'carrier.deliver',
): Rejection | undefined {
  if (id === undefined) return undefined;
  const carrier = core.world.carriers.get(id);
  if (carrier?.snapshot === undefined) return reject('unknown-carrier', `no carrier ${id}`, 'body.carrier');
  return changeCarrier(core, carrier, { type })
    ? undefined
    : reject('carrier-suspended', `carrier ${id} is ${carrier.snapshot.value}`, 'body.carrier');
}

/** Tell a carrier something; false when it does not take it in its state. */
export function changeCarrier(core: Core, carrier: CarrierCell, message: CarrierMessage): boolean {
  const before = must(carrier.snapshot, 'a carrier that exists');
  const effects: CarrierEffect[] = [];
  const after = step(carrierSteps, before, message, effects);
  if (after === undefined) return false;
  core.changes.set(carrier, after);
  for (const { events } of effects) core.changes.publish(events);
  return true;
}
