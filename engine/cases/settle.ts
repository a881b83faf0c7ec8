/**
 * Causes the engine sees by itself: orders in exception, locations that are paused, carriers that are suspended. Each
 * command that changed any of these ends with its cases brought up to date, within itself. A command that changed
 * none costs a look at what it touched.
 */
import { caseKinds, seen, type CaseCode } from '../../actors/case-kinds.ts';
import { hasEnded } from '../../actors/case-life.ts';
import type { CaseId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { isHeld } from '../../actors/order-takings.ts';
import { must } from '../assert.ts';
import { orderSteps, type CarrierCell, type LocationCell, type OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { isFinal, type Snapshot } from '../step.ts';
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

/** What the command under way makes of a case. */
interface Moves {
  readonly of: About | undefined;
  cause: string;
  readonly joined: OrderId[];
  readonly left: OrderId[];
  /** Its location or carrier. */
  subject?: 'down' | 'up';
}

class Settling {
  readonly moves = new Map<CaseId, Moves>();

  of(caseId: CaseId, of: About | undefined): Moves {
    let moves = this.moves.get(caseId);
    if (moves === undefined) this.moves.set(caseId, (moves = { of, cause: '', joined: [], left: [] }));
    return moves;
  }
}

export function settleCauses(core: Core, atMs: number): void {
  const { changes, world } = core;
  const { touched } = changes;
  let settling: Settling | undefined;
  // Every command comes by here: an index, and nothing is made for those that have no part in it.
  for (let index = 0; index < touched.length; index += 1) {
    const cell = touched[index];
    if (cell?.kind === 'order') {
      const isTroubled = cell.snapshot?.context.exception !== undefined;
      if (!isTroubled && !world.cases.byOrder.has(cell.id)) continue;
      const before = changes.beforeOf(index) as OrderCell['snapshot'];
      orderMoves(core, cell, before, (settling ??= new Settling()));
    } else if (cell?.kind === 'location') {
      locationMoves(cell, changes.beforeOf(index) as LocationCell['snapshot'], (settling ??= new Settling()));
    } else if (cell?.kind === 'carrier') {
      const before = changes.beforeOf(index) as CarrierCell['snapshot'];
      if (before !== undefined && before.value !== cell.snapshot?.value) {
        carrierMoves(cell, (settling ??= new Settling()));
      }
    }
  }
  if (settling === undefined || settling.moves.size === 0) return;
  const sorted = [...settling.moves].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [caseId, moves] of sorted) carryOut(core, caseId, moves, atMs);
}

/** The cases of causes the engine sees that concern an order as it stands. */
export function casesOf({ channel, exception, lines, fulfillments }: OrderContext): readonly About[] {
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
    moves.cause = causes[must(order.context.exception, 'an exception').code];
    moves.joined.push(id);
  }
  for (const caseId of world.cases.ofOrder(id)) {
    const { code, subject } = must(world.cases.look(caseId), 'a case of an order').context;
    const stands =
      caseKinds[code].watch === 'order'
        ? wanted.some((of) => of.caseId === caseId)
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

function carrierMoves({ id, snapshot }: CarrierCell, settling: Settling): void {
  const of = about('CARRIER_OUTAGE', id);
  const moves = settling.of(of.caseId, of);
  moves.subject = snapshot?.value === 'suspended' ? 'down' : 'up';
  moves.cause = snapshot?.context.reason || 'it was suspended';
}

function carryOut(core: Core, caseId: CaseId, { of, cause, joined, left, subject }: Moves, atMs: number): void {
  const { cases } = core.world;
  if (of !== undefined && subject === 'up') return clearCase(core, of, atMs);
  if (of !== undefined && subject === 'down') raiseCase(core, { of, cause, orders: [], by: 'engine' }, atMs);
  if (joined.length + left.length === 0) return;
  const cell = cases.cell(caseId);
  const context = cell.snapshot?.context;
  const place = context === undefined || hasEnded(context) ? 0 : context.nextPlace;
  const playbook = cases.stepsFor(of?.code ?? must(context, 'a case').code);
  const [came, went] = [joined.toSorted(), left.toSorted()];
  for (const id of went) leaveCase(core, caseId, id);
  const message = { type: 'case.orders', joined: came.length, left: went.length, cause, playbook, atMs } as const;
  const rejection = tellCase(core, cell, message, of);
  if (rejection !== undefined) throw new Error(rejection.detail);
  joinCase(core, caseId, came, place, atMs);
}
