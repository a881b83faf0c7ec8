/**
 * What must hold of the engine's inside at any time between two turns, whatever it was told: read from
 * its own memory, with no help from the shadow. Ids as in docs/SPEC.md.
 */
import type { OrderId } from '../../actors/ids.ts';
import type { LocationCell } from '../../engine/cells.ts';
import { decide } from '../../engine/routing/decide.ts';
import { placeOf } from '../../engine/promise/places.ts';
import type { Engine } from '../../engine/engine.ts';
import { orderFromRow, prefixes } from '../../engine/rows.ts';
import { orderDueAtMs } from '../../actors/order-checks.ts';
import { namesAwaited } from '../../actors/order-parked.ts';
import { startByMs } from '../../actors/order-trouble.ts';
import { maySource } from '../../actors/kits.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { StockLevels } from '../../actors/vocabulary.ts';
import type { Claim } from '../../storage/journal.ts';
import { expect } from './actions.ts';
import { mappedNow } from '../../engine/intake/mapping.ts';
import { askedFor, offerEndsMs } from '../../actors/offer.ts';
import { difference } from './same.ts';
import { checkFloor } from './invariants-floor.ts';
import { checkLots } from './invariants-lots.ts';
import { checkCases, checkPromises } from './invariants-cases.ts';
import { checkReservations } from './invariants-reservation.ts';
import { checkGrowth } from './invariants-selling.ts';
import { checkReturns } from './invariants-returns.ts';
import { checkSupplies } from './invariants-supply.ts';

interface OpenOrder {
  readonly id: OrderId;
  readonly state: string;
  readonly context: OrderContext;
}

const isHeld = (state: string): boolean => state === 'open' || state === 'released' || state === 'picking';
const isGone = (state: string): boolean => state === 'shipped' || state === 'delivered';

/** Never oversell: nothing negative, nothing promised that is not there. */
export function checkLevels(name: string, levels: StockLevels): void {
  const { onHand, damaged, quality, held, reserved, allocated, buffer } = levels;
  const isSound = [onHand, damaged, quality, held, reserved, allocated, buffer].every((units) => units >= 0 && Number.isSafeInteger(units)) &&
    damaged + quality + held + reserved + allocated <= onHand;
  expect(isSound, () => `${name} is oversold: ${JSON.stringify(levels)}`);
}

/** Units to promise, by the formula of rule S1. */
export function promiseOf({ onHand, damaged, quality, held, reserved, allocated, buffer, suspect }: StockLevels): number {
  return suspect === true ? 0 : Math.max(0, onHand - damaged - quality - held - reserved - allocated - buffer);
}

/** Everything, over every open order and every stock: views against a fresh build of them. */
export function checkAll(engine: Engine, claim: Claim): void {
  const orders = openOrders(engine, claim);
  const allocated = new Map<string, number>();
  for (const order of orders) {
    checkUnits(order);
    for (const [key, units] of heldUnits(order.context)) allocated.set(key, (allocated.get(key) ?? 0) + units);
  }
  checkStocks(engine, allocated, checkReservations(engine));
  checkViews(engine, orders);
  checkOwners(engine, orders);
  checkSupplies(engine);
  checkReturns(engine);
  checkFloor(engine);
  checkCases(engine, orders);
  checkItems(engine);
  checkLots(engine, orders);
  checkGrowth(engine);
  checkOffers(engine, orders);
}

/** Whom offers are open to is as a fresh build of it; nothing of what is offered is with a terminal. */
function checkOffers(engine: Engine, orders: readonly OpenOrder[]): void {
  const { offers, floor } = engine.inspect().core.world;
  const fresh = new Map<string, string[]>();
  let count = 0;
  for (const { id, context } of orders) {
    for (const part of context.fulfillments) {
      const asked = askedFor(part);
      count += Number(asked.length > 0);
      for (const location of asked) fresh.set(location, [...(fresh.get(location) ?? []), `${part.fulfillmentId}/${id}`].sort());
      expect(asked.length === 0 || !floor.isWanted(context, part), `part ${part.fulfillmentId} of ${id} is only offered and waits for a terminal`);
      expect(new Set(asked).size === asked.length, `part ${part.fulfillmentId} of ${id} is offered to one twice`);
    }
  }
  const kept = new Map([...offers.all].map(([location, parts]) => [location as string, [...parts.keys()].sort()]));
  const wrong = difference(Object.fromEntries(fresh), Object.fromEntries(kept), 'offers');
  expect(wrong === undefined && count === offers.openCount, () => `who is offered what differs from a fresh build: ${wrong}`);
}

function openOrders(engine: Engine, claim: Claim): OpenOrder[] {
  const { world, views } = engine.inspect().core;
  const orders: OpenOrder[] = [];
  for (const [state, ids] of views.byState) {
    for (const id of ids) {
      const row = world.orders.get(id)?.snapshot === undefined ? claim.row(prefixes.open + id) : undefined;
      const snapshot = world.orders.get(id)?.snapshot ?? (row === undefined ? undefined : orderFromRow(id, row));
      expect(snapshot !== undefined, `order ${id} is ${state}, but it is neither in memory nor saved`);
      expect(snapshot.value === state, `order ${id} is ${snapshot.value}, not ${state} as the view says`);
      orders.push({ id, state, context: snapshot.context });
    }
  }
  expect(views.openCount === orders.length, `${orders.length} orders are open, counted are ${views.openCount}`);
  for (const [id, { snapshot }] of world.orders) {
    const isOpen = snapshot !== undefined && snapshot.value !== 'delivered' && snapshot.value !== 'cancelled';
    expect(!isOpen || views.byState.get(snapshot.value as 'picking')?.has(id) === true, `order ${id} is in no view`);
  }
  return orders;
}

/** Every unit of every line is in exactly one place. */
function checkUnits({ id, context }: OpenOrder): void {
  for (const line of context.lines) {
    const sum = (which: (state: string) => boolean): number => {
      let units = 0;
      for (const part of context.fulfillments) {
        if (which(part.state)) for (const { lineId, quantity } of part.lines) if (lineId === line.lineId) units += quantity;
      }
      return units;
    };
    const { quantity, allocated, backordered, shipped, cancelled, parked = 0 } = line;
    const isWhole = quantity === allocated + backordered + shipped + cancelled + parked;
    const isSigned = Math.min(allocated, backordered, shipped, cancelled, parked) >= 0 && (parked > 0 || line.parked === undefined);
    expect(isWhole && isSigned, `order ${id}, line ${line.lineId}: ${JSON.stringify(line)}`);
    expect(allocated === sum(isHeld), `order ${id}, line ${line.lineId}: ${allocated} allocated, parts hold ${sum(isHeld)}`);
    expect(shipped === sum(isGone), `order ${id}, line ${line.lineId}: ${shipped} shipped, parts shipped ${sum(isGone)}`);
  }
  checkStandIns({ id, context });
}

/** A line that stands for another comes after it and costs no more; what it has taken the place of has ended. */
function checkStandIns({ id, context }: Pick<OpenOrder, 'id' | 'context'>): void {
  for (const { lineId, of } of context.intake?.standIns ?? []) {
    const [first, line] = [of, lineId].map((name) => context.lines.find((one) => one.lineId === name));
    const isSound = first !== undefined && line !== undefined && line.unitPriceMinor <= first.unitPriceMinor && first.cancelled > 0;
    expect(isSound, `order ${id}: line ${lineId} stands for line ${of}`);
  }
}

function heldUnits(context: OrderContext): Map<string, number> {
  const units = new Map<string, number>();
  for (const part of context.fulfillments) {
    if (!isHeld(part.state)) continue;
    for (const { lineId, quantity } of part.lines) {
      if (part.untracked?.includes(lineId) === true) continue;
      const sku = context.lines.find((line) => line.lineId === lineId)?.sku;
      const key = `${part.location}/${sku}`;
      units.set(key, (units.get(key) ?? 0) + quantity);
    }
  }
  return units;
}

function checkStocks(
  engine: Engine,
  allocated: ReadonlyMap<string, number>,
  reserved: ReadonlyMap<string, number>,
): void {
  for (const { sku, stocks } of engine.inspect().core.world.skus.values()) {
    for (const { location, snapshot, atp } of stocks) {
      if (snapshot === undefined) continue;
      const key = `${location.id}/${sku}`;
      const levels = snapshot.context;
      checkLevels(key, levels);
      const promise = promiseOf(levels);
      expect(atp === promise, `${key} promises ${atp}, has ${promise}`);
      const held = allocated.get(key) ?? 0;
      expect(levels.allocated === held, `${key} has ${levels.allocated} allocated, orders hold ${held}`);
      const isSuspect = engine.inspect().core.world.suspects.get(key)?.snapshot?.value === 'put';
      expect(isSuspect === (levels.suspect === true), `${key} is suspect for no reason, or not for one`);
      const carts = reserved.get(key) ?? 0;
      expect(levels.reserved === carts, `${key} has ${levels.reserved} reserved, reservations hold ${carts}`);
    }
  }
}

function checkViews(engine: Engine, orders: readonly OpenOrder[]): void {
  const { views, world } = engine.inspect().core;
  const places = new Map<string, Set<string>>();
  const waiting = new Map<string, Set<string>>();
  const parked = new Map<string, Set<string>>();
  for (const { id, context } of orders) {
    for (const part of context.fulfillments) if (isHeld(part.state)) addTo(places, part.location, id);
    for (const line of context.lines) if (line.backordered > 0) addTo(waiting, line.sku, id);
    for (const key of heldUnits(context).keys()) checkHolds(engine, key, id);
    for (const name of namesAwaited({ ...context, orderId: id })) addTo(parked, name, id);
  }
  for (const [name, ids] of views.parked) expectSame(`waiting for a mapping of ${name}`, ids, parked.get(name));
  const awaiting = new Set([...parked.values()].flatMap((ids) => [...ids])).size;
  expect(views.parkedCount === awaiting, `${awaiting} orders wait for mappings, counted are ${views.parkedCount}`);
  for (const name of parked.keys()) expect(views.parked.has(name), `no view of who waits for ${name}`);
  const held = new Set<string>(orders.filter(({ context }) => context.holds !== undefined).map(({ id }) => id));
  expectSame('orders held', views.held, held);
  for (const [location, ids] of views.byLocation) expectSame(`work at ${location}`, ids, places.get(location));
  for (const location of places.keys()) expect(views.byLocation.has(location as never), `no view of ${location}`);
  for (const item of world.skus.values()) {
    expectSame(`waiting for ${item.sku}`, new Set([...(item.waiting ?? [])].map(({ id }) => id)), waiting.get(item.sku));
    expect(views.waitedFor.has(item) === waiting.has(item.sku), `${item.sku} is waited for, or not, against the view`);
  }
}

function checkHolds(engine: Engine, key: string, id: OrderId): void {
  const slash = key.indexOf('/');
  const stock = engine.inspect().core.world.findStock(key.slice(slash + 1) as never, key.slice(0, slash) as never);
  expect(stock?.holders.newestFirst().includes(id) === true, `order ${id} holds ${key} and is not among its holders`);
}

function addTo(map: Map<string, Set<string>>, key: string, id: string): void {
  let ids = map.get(key);
  if (ids === undefined) map.set(key, (ids = new Set()));
  ids.add(id);
}

function expectSame(what: string, view: ReadonlySet<string>, fresh: ReadonlySet<string> = new Set()): void {
  const isSame = view.size === fresh.size && [...view].every((id) => fresh.has(id));
  expect(isSame, () => `${what}: the view says ${[...view].join(' ')}, a fresh build ${[...fresh].join(' ')}`);
}

/** Somebody has to lift a hold of it: no time ends it. */
const isHeldForGood = ({ holds }: OrderContext): boolean =>
  holds !== undefined && holds.every(({ untilMs }) => untilMs === undefined);

/** Every open order ends or is owned by stock, a timer or a location that has work. */
function checkOwners(engine: Engine, orders: readonly OpenOrder[]): void {
  const timers = new Set<string>();
  for (const { atMs, owner } of engine.inspect().timers.all) timers.add(`${owner.kind} ${owner.id} ${atMs}`);
  for (const { id, snapshot } of engine.inspect().core.world.locationList) {
    const untilMs = snapshot?.context.pause?.untilMs;
    expect(untilMs === undefined || timers.has(`location ${id} ${untilMs}`), `the pause of ${id} will not end`);
  }
  const waiting = orders.some(({ context }) => context.lines.some(({ backordered }) => backordered > 0));
  for (const { id, snapshot } of engine.inspect().core.world.locationList) {
    const isLimited = waiting && snapshot?.context.capacity !== undefined && placeOf(snapshot.context)?.readyMs(0) !== undefined;
    const wakesAtMs = engine.inspect().core.views.rooms.wakesAtMs(id);
    expect(!isLimited || timers.has(`capacity ${id} ${wakesAtMs}`), `orders wait, and ${id} will not wake them`);
  }
  for (const { id, state, context } of orders) {
    const waits = context.lines.some(({ backordered }) => backordered > 0);
    const isOwned =
      state === 'allocated'
        ? timers.has(`order ${id} ${orderDueAtMs(state, context)}`) || isHeldForGood(context)
        : state === 'backordered' || (state === 'exception' && context.exception?.code !== 'not-started')
          ? waits || (state === 'backordered' && context.intake?.parked !== undefined)
          : context.fulfillments.some((part) => part.state === 'released' || part.state === 'picking' || part.state === 'shipped');
    const nextMs = orderDueAtMs(state, context);
    expect(nextMs === undefined || timers.has(`order ${id} ${nextMs}`), `order ${id} is due at ${nextMs}, and nothing will wake it`);
    expect(isOwned, `order ${id} is ${state} and nothing will move it: a dead end`);
  }
}

/** Every item on preorder has a timer that ends it. */
function checkItems(engine: Engine): void {
  const { core, timers } = engine.inspect();
  const set = new Set([...timers.all].map(({ atMs, owner }) => `${owner.kind} ${owner.id} ${atMs}`));
  for (const { sku, item } of core.world.skus.values()) {
    const atMs = item?.snapshot?.value === 'preorder' ? item.snapshot.context.preorder?.availableAtMs : undefined;
    const isOwned = atMs === undefined ? item?.snapshot?.value !== 'preorder' : set.has(`item ${sku} ${atMs}`);
    expect(isOwned, `${sku} is on preorder and nothing will end it`);
  }
}

/** With nothing left to do, nobody waits for what could be had, and no timer is overdue. */
export function checkRest(engine: Engine, claim: Claim, nowMs: number): void {
  const { core } = engine.inspect();
  const { world } = core;
  // What was decided last was decided at the time of its turn, which may be a millisecond ahead.
  const decidedAtMs = Math.max(nowMs, claim.record(claim.tail)?.atMs ?? 0);
  for (const { sku, item } of world.skus.values()) {
    const atMs = item?.snapshot?.context.preorder?.availableAtMs ?? Infinity;
    expect(item?.snapshot?.value !== 'preorder' || atMs > nowMs, `${sku} was to be available at ${atMs}, it is ${nowMs}`);
  }
  for (const { id, snapshot } of world.lots.cells.values()) {
    const { hasLeft, leavesAtMs = Infinity, places = [] } = snapshot?.context ?? { hasLeft: true };
    expect(hasLeft || places.length === 0 || leavesAtMs > nowMs, `lot ${id} was to leave sale at ${leavesAtMs}, it is ${nowMs}`);
  }
  checkPromises(engine, openOrders(engine, claim), nowMs, decidedAtMs);
  for (const { id, state, context } of openOrders(engine, claim)) {
    const hasRooms = !core.views.rooms.isEmpty;
    if ((!world.plans.isIdle || !world.rates.isIdle || hasRooms) && context.lines.some(({ backordered }) => backordered > 0)) {
      const { request, plan: { fulfillments, ruled } } = decide(core, context, decidedAtMs);
      const isOther = ruled !== undefined || request.isWeighed === true || hasRooms;
      expect(fulfillments.length === 0 || !isOther, `order ${id} waits for what would be placed`);
      expect(mappedNow(core, context) === undefined, `order ${id} waits for a mapping that is there`);
      if (isOther) continue;
    }
    expect(mappedNow(core, context) === undefined, `order ${id} waits for a mapping that is there`);
    // Where a capacity is, the day may be full.
    const isUnlimited = ({ id: at, snapshot }: LocationCell): boolean =>
      snapshot?.context.capacity === undefined && context.declined?.some(({ location }) => location === at) !== true;
    for (const { sku, backordered, kit } of context.lines) {
      // What a kit waits for may be another of its components.
      const units = backordered > 0 && kit === undefined ? world.unitsWhere(sku, context, isUnlimited) : 0;
      expect(units === 0, `order ${id} waits for ${sku}, of which ${units} can be had`);
    }
    const isOwed = !context.lines.some(({ kit }) => kit?.together === true) && maySource(context.lines, (sku) => world.unitsWhere(sku, context, isUnlimited));
    expect(!isOwed, `order ${id} waits for kits that can be had`);
    // A window keeps its orders until it ends, and is to end at its instant.
    const dueMs = Math.max(context.placedAtMs + context.releaseAfterMs, context.fulfillAtMs ?? 0, context.batch?.untilMs ?? 0);
    for (const { holdId, untilMs = Infinity } of context.holds ?? []) {
      expect(untilMs > nowMs, `order ${id} was to be held by ${holdId} until ${untilMs}, it is ${nowMs}`);
    }
    for (const { fulfillmentId, cancelling, holds = [] } of context.fulfillments) {
      expect(holds.every(({ untilMs = Infinity }) => untilMs > nowMs), `part ${fulfillmentId} of ${id} was to be free, it is ${nowMs}`);
      expect(cancelling === undefined || cancelling.answerByMs > nowMs, `a location was to answer of part ${fulfillmentId} of ${id}, it is ${nowMs}`);
    }
    const offerMs = context.holds === undefined ? offerEndsMs(context) : undefined;
    expect(offerMs === undefined || offerMs > nowMs, `an offer of order ${id} was over at ${offerMs}, it is ${nowMs}`);
    const startMs = context.holds === undefined ? startByMs(context) : undefined;
    expect(startMs === undefined || startMs > nowMs, `a part of order ${id} was to be begun by ${startMs}, it is ${nowMs}`);
    expect(state !== 'allocated' || context.holds !== undefined || dueMs > nowMs, `order ${id} was to be released at ${dueMs}, it is ${nowMs}`);
  }
}
