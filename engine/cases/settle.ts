/**
 * Causes the engine sees by itself: orders in exception, stock that is suspect, locations that are paused, and what it
 * knows to be wrong with orders and carriers (troubles.ts). Each command that changed any of these ends with its cases
 * brought up to date, within itself. A command that changed none costs a look at what it touched.
 */
import { caseKinds, seen, type CaseCode } from '../../actors/case-kinds.ts';
import { hasEnded } from '../../actors/case-life.ts';
import type { CarrierId, CaseId, LocationId, OrderId, ReturnId, Sku } from '../../actors/ids.ts';
import { isLateLane } from '../../actors/lanes.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { namesAwaited } from '../../actors/order-parked.ts';
import { isHeld } from '../../actors/order-takings.ts';
import { must } from '../assert.ts';
import { lookAtParcel, lookAtPromise } from '../jeopardy/look.ts';
import { orderSteps, type CarrierCell, type Cell, type LocationCell, type OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import type { PaymentCell } from '../payments/cell.ts';
import type { ReturnCell } from '../return-cells.ts';
import { isFinal, type Snapshot } from '../step.ts';
import { isDoubted } from '../suspects/rescore.ts';
import type { SuspectCell } from '../suspects/suspect-cell.ts';
import { isSuspect } from '../suspects/suspects.ts';
import { isOfLocation } from '../tracking/lanes.ts';
import type { LaneCell, ParcelCell } from '../tracking/parcel-cell.ts';
import type { World } from '../world.ts';
import { isStalledAt } from './stalled.ts';
import { clearRuleErrors, isOfRules, raiseRuleErrors } from './rules.ts';
import { carrierStands, settleTroubles } from './compare.ts';
import { carrierOfLane, isDoubtful, isTroubled, returnTroubles } from './troubles.ts';
import { about, clearCase, joinCase, leaveCase, raiseCase, tellCase, type About } from './tell.ts';

type Order = Snapshot<OrderContext>;

/** What is said of orders that join a case. */
const causes = {
  stockout: 'units that orders were given are not there',
  'short-pick': 'units that were to be picked were not found',
  unroutable: 'the routing plan leaves no place to units of orders',
  rejected: 'a location declined units, and nobody else has them',
  'not-started': 'it does not begin its work in time, and nobody else has the units',
} as const;

const unmapped = 'a channel calls a SKU so, and nobody has said what it is';

/** What the command under way makes of a case. */
export interface Moves {
  of: About | undefined;
  cause: string;
  readonly joined: OrderId[];
  readonly left: OrderId[];
  /** Its cause has come, or come again; or is gone. */
  subject?: 'down' | 'up';
  /** The order it is about. */
  about?: OrderId | undefined;
  /** Stock of its SKU is suspect no more. */
  isTrusted?: true;
}

export class Settling {
  readonly moves = new Map<CaseId, Moves>();
  /** Orders and carriers that may be in other trouble than before. */
  readonly orders = new Set<OrderId>();
  readonly carriers = new Set<CarrierId>();
  /** Returns of which units are to be inspected, or were before. */
  readonly returns: ReturnCell[] = [];
  /** Plans are asked that were not, or others are not any more. */
  hasOtherPlans = false;

  of(caseId: CaseId, of: About | undefined): Moves {
    let moves = this.moves.get(caseId);
    if (moves === undefined) this.moves.set(caseId, (moves = { of, cause: '', joined: [], left: [] }));
    return moves;
  }
}

export function settleCauses(core: Core, atMs: number): void {
  const { touched } = core.changes;
  let settling: Settling | undefined;
  // Every command comes by here: an index, and nothing is made for those that have no part in it.
  for (let index = 0; index < touched.length; index += 1) {
    const cell = touched[index];
    if (cell?.kind === 'order' && cell.snapshot?.context.promisedByMs !== undefined) lookAtPromise(core, cell, atMs);
    else if (cell?.kind === 'parcel') lookAtParcel(core, cell, atMs);
    if (cell !== undefined && concernsCases(core, cell, index)) look(core, cell, index, (settling ??= new Settling()));
  }
  if (settling !== undefined) carryOutAll(core, settling, atMs);
  if (settling?.hasOtherPlans === true) clearRuleErrors(core, atMs);
  if (core.changes.hasFailedRules) raiseRuleErrors(core, atMs);
}

function carryOutAll(core: Core, settling: Settling, atMs: number): void {
  settleTroubles(core, settling);
  for (const [caseId, moves] of settling.moves) if (moves.isTrusted === true) trustedMoves(core, caseId, moves);
  const sorted = [...settling.moves].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [caseId, moves] of sorted) carryOut(core, caseId, moves, atMs);
}

/** Whether a change may raise or end a case. Of what gives no trouble and had none, a look at it says no. */
function concernsCases({ world, changes }: Core, cell: Cell, index: number): boolean {
  switch (cell.kind) {
    case 'order': {
      const before = changes.beforeOf(index) as OrderCell['snapshot'];
      const context = cell.snapshot?.context;
      return (
        context?.exception !== undefined ||
        context?.holds !== before?.context.holds ||
        context?.replaces !== undefined ||
        context?.intake?.parked !== undefined ||
        // An edit or a fee makes more due.
        context?.intake !== before?.context.intake ||
        world.cases.byOrder.has(cell.id)
      );
    }
    case 'parcel': {
      const before = changes.beforeOf(index) as ParcelCell['snapshot'];
      return isTroubledAt(cell.snapshot) || isTroubledAt(before);
    }
    case 'payment':
      return isDoubtfulAt(cell.snapshot) || isDoubtfulAt(changes.beforeOf(index) as PaymentCell['snapshot']);
    case 'return':
      return hasTrouble(cell.snapshot) || hasTrouble(changes.beforeOf(index) as ReturnCell['snapshot']);
    case 'carrier': {
      const before = changes.beforeOf(index) as CarrierCell['snapshot'];
      const after = cell.snapshot;
      return before?.value !== after?.value || before?.context.health !== after?.context.health;
    }
    case 'lane':
      if (isOfLocation(cell.id)) return false;
      return lateAt(cell.snapshot) !== lateAt(changes.beforeOf(index) as LaneCell['snapshot']);
    default:
      if (cell.kind === 'seat' || cell.kind === 'plan') return true;
      return cell.kind === 'location' || cell.kind === 'suspect' || cell.kind === 'promise';
  }
}

const hasTrouble = (one: ReturnCell['snapshot']): boolean => returnTroubles(one?.context).length > 0;
const isTroubledAt = (parcel: ParcelCell['snapshot']): boolean => parcel !== undefined && isTroubled(parcel.context);
const isDoubtfulAt = (doc: PaymentCell['snapshot']): boolean => doc !== undefined && isDoubtful(doc.context);
const lateAt = (lane: LaneCell['snapshot']): boolean => isLateLane(lane?.context);

function look(core: Core, cell: Cell, index: number, settling: Settling): void {
  const before = core.changes.beforeOf(index);
  if (cell.kind === 'order') {
    settling.orders.add(cell.id);
    // What becomes of it decides whether the parcel it stands for is lost.
    const replaces = cell.snapshot?.context.replaces;
    if (replaces !== undefined) settling.orders.add(replaces.orderId);
    const { exception, intake } = must(cell.snapshot, 'an order that changed').context;
    const isTroubled = exception !== undefined || intake?.parked !== undefined;
    if (isTroubled || core.world.cases.byOrder.has(cell.id)) orderMoves(core, cell, before as never, settling);
  } else if (cell.kind === 'location') locationMoves(cell, before as LocationCell['snapshot'], settling);
  else if (cell.kind === 'suspect') suspectMoves(cell, before as SuspectCell['snapshot'], settling);
  else if (cell.kind === 'parcel') settling.orders.add(must(cell.snapshot, 'a parcel that changed').context.orderId);
  else if (cell.kind === 'payment' || cell.kind === 'promise') settling.orders.add(cell.id);
  else if (cell.kind === 'carrier') settling.carriers.add(cell.id);
  else if (cell.kind === 'seat' || cell.kind === 'plan') settling.hasOtherPlans = true;
  else if (cell.kind === 'return') settling.returns.push(cell);
  else if (cell.kind === 'lane') settling.carriers.add(carrierOfLane(cell.id) as CarrierId);
}

/** The cases of causes the engine sees that concern an order as it stands. */
export function casesOf(order: OrderContext): readonly About[] {
  const parked = namesAwaited(order).map((name) => about('SKU_UNMAPPED', name));
  return [...parked, ...exceptionCases(order)];
}

function exceptionCases({ channel, exception, lines, fulfillments }: OrderContext): readonly About[] {
  if (exception === undefined) return [];
  const code = seen[exception.code];
  if (code === 'RULE_GAP') return [about(code, channel)];
  if (code === 'NODE_NOT_ACKNOWLEDGED') {
    const late = fulfillments.filter(({ state, overdue }) => state === 'released' && overdue === true);
    return [...new Set(late.map(({ location }) => location))].map((location) => about(code, location));
  }
  const skus = new Set(lines.flatMap(({ sku, backordered }) => (backordered > 0 ? [sku] : [])));
  return [...skus].map((sku) => about(code, sku));
}

/**
 * Whether a case about a location or carrier concerns an order: it has work there that has not left, or a parcel with
 * it that has not arrived. Undefined: the case is about something else.
 */
export function isAtSubject(code: CaseCode, subject: string, { fulfillments }: OrderContext): boolean | undefined {
  const { subject: type } = caseKinds[code];
  if (type === 'location') return fulfillments.some((part) => part.location === subject && isHeld(part));
  if (type !== 'carrier') return undefined;
  return fulfillments.some((part) => part.carrier === subject && (isHeld(part) || part.state === 'shipped'));
}

/** An order that has ended with the present command leaves what it was reported of. */
const hasJustEnded = ({ value }: Order, before: OrderCell['snapshot']): boolean =>
  isFinal(orderSteps, value) && (before === undefined || !isFinal(orderSteps, before.value));

function orderMoves(
  { world }: Core, { id, snapshot }: OrderCell, before: OrderCell['snapshot'], settling: Settling,
): void {
  const order = must(snapshot, 'an order that changed');
  const wanted = casesOf(order.context);
  for (const of of wanted) {
    if (world.cases.concerns(of.caseId, id)) continue;
    const moves = settling.of(of.caseId, of);
    const { exception } = order.context;
    // Stock that is suspect says more.
    if (of.code === 'SKU_UNMAPPED') moves.cause = unmapped;
    else if (moves.subject === undefined) moves.cause = causes[must(exception, 'an exception').code];
    moves.joined.push(id);
  }
  for (const caseId of world.cases.ofOrder(id)) {
    const { code, subject } = must(world.cases.look(caseId), 'a case of an order').context;
    const stands =
      caseKinds[code].watch === 'order'
        ? wanted.some((of) => of.caseId === caseId) || isOfSuspect(world, code, subject.id, order.context)
        : (isAtSubject(code, subject.id, order.context) ?? !hasJustEnded(order, before));
    if (!stands && world.cases.concerns(caseId, id)) settling.of(caseId, undefined).left.push(id);
  }
}

function locationMoves({ id, snapshot }: LocationCell, before: LocationCell['snapshot'], settling: Settling): void {
  if (before === undefined || snapshot === undefined || before.context.state === snapshot.context.state) return;
  const of = about('NODE_DOWN', id);
  const isDown = snapshot.context.state === 'paused';
  const moves = settling.of(of.caseId, of);
  moves.subject = isDown ? 'down' : 'up';
  moves.cause = snapshot.context.pause?.reason || 'it was paused';
}

/** Whether what the engine knows of a carrier, a return or stock of a SKU keeps its case open without any order. */
function standsOf({ world }: Core, caseId: CaseId): boolean {
  const context = world.cases.look(caseId)?.context;
  if (context === undefined) return false;
  const { code, subject } = context;
  if (code === 'STOCKOUT_AT_PICK') return isSuspect(world.skus.get(subject.id as Sku));
  if (code === 'PICK_STALLED') return isStalledAt(world, subject.id as LocationId);
  if (code === 'RULE_ERROR') return isOfRules(world, context);
  if (subject.type === 'carrier') return carrierStands(world, subject.id as CarrierId, code);
  if (subject.type !== 'return') return false;
  return returnTroubles(world.returns.look(subject.id as ReturnId)?.context).some((one) => one.code === code);
}

/** Whether a case concerns an order because it is to be sent suspect stock. */
export const isOfSuspect = (world: World, code: CaseCode, sku: string, order: OrderContext): boolean =>
  code === 'STOCKOUT_AT_PICK' && !world.suspects.isEmpty && isDoubted(world, order, sku as Sku);

function suspectMoves({ stock, snapshot }: SuspectCell, before: SuspectCell['snapshot'], settling: Settling): void {
  const { value, context } = must(snapshot, 'a suspicion that changed');
  const of = about('STOCKOUT_AT_PICK', stock.sku.sku);
  const moves = settling.of(of.caseId, of);
  // An order may have left it before, which says of no case what it is about.
  moves.of = of;
  if (value === 'put') {
    moves.subject = 'down';
    moves.cause = `${context.sku} at ${context.location} is suspect: ${context.reason}`;
  } else if (before?.value === 'put') moves.isTrusted = true;
}

/** Those whom the case concerned because of stock that is trusted again leave it. */
function trustedMoves({ world }: Core, caseId: CaseId, { left, of }: Moves): void {
  const { code, subject } = must(of, 'a case of suspect stock');
  for (const id of world.cases.ordersOf(caseId).values()) {
    const order = world.look(id)?.context;
    if (order === undefined || left.includes(id)) continue;
    const isWanted = casesOf(order).some((one) => one.caseId === caseId);
    if (!isWanted && !isOfSuspect(world, code, subject.id, order)) left.push(id);
  }
}

function carryOut(core: Core, caseId: CaseId, moves: Moves, atMs: number): void {
  const { of, cause, joined, left, subject, about: order } = moves;
  const { cases } = core.world;
  if (of !== undefined && subject === 'up') return clearCase(core, of, atMs);
  if (of !== undefined && subject === 'down') {
    raiseCase(core, { of, cause, orders: order === undefined ? [] : [order], by: 'engine' }, atMs);
  }
  const cell = cases.cell(caseId);
  const context = cell.snapshot?.context;
  if (joined.length + left.length === 0) {
    const isOver = moves.isTrusted === true && context?.orders === 0 && !standsOf(core, caseId);
    if (of !== undefined && isOver) clearCase(core, of, atMs);
    return;
  }
  const place = context === undefined || hasEnded(context) ? 0 : context.nextPlace;
  const playbook = cases.stepsFor(of?.code ?? must(context, 'a case').code);
  const [came, went] = [joined.toSorted(), left.toSorted()];
  for (const id of went) leaveCase(core, caseId, id, atMs);
  const counts = { joined: came.length, left: went.length, stands: standsOf(core, caseId) };
  const message = { type: 'case.orders', ...counts, cause, playbook, atMs } as const;
  const rejection = tellCase(core, cell, message, of);
  if (rejection !== undefined) throw new Error(rejection.detail);
  joinCase(core, caseId, came, place, atMs);
}
