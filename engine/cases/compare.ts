/** What is wrong with orders and carriers now against what was before the command: cases begin and end by that. */
import type { CaseCode } from '../../actors/case-kinds.ts';
import { isLateLane } from '../../actors/lanes.ts';
import type { CarrierId, OrderId } from '../../actors/ids.ts';
import { must } from '../assert.ts';
import type { Cell } from '../cells.ts';
import type { Core } from '../core.ts';
import { promiseOf } from '../jeopardy/promise-cell.ts';
import type { LaneCell } from '../tracking/parcel-cell.ts';
import type { ReturnCell } from '../return-cells.ts';
import type { World } from '../world.ts';
import type { Settling } from './settle.ts';
import { about } from './tell.ts';
import { carrierOfLane, carrierTroubles, lateLane, returnTroubles, troublesOf } from './troubles.ts';
import type { Sight, Trouble } from './troubles.ts';

/** What the things that the command changed were before it. */
type Before = ReadonlyMap<Cell, Cell['snapshot']>;

export function settleTroubles(core: Core, settling: Settling): void {
  if (settling.orders.size + settling.carriers.size + settling.returns.length === 0) return;
  const before = new Map<Cell, Cell['snapshot']>();
  for (const [index, cell] of core.changes.touched.entries()) before.set(cell, core.changes.beforeOf(index));
  for (const id of settling.orders) {
    const [was, now] = [troublesOf(sightOf(core, id, before)), troublesOf(sightOf(core, id, undefined))];
    compare(settling, id, was, now, id);
    for (const { code } of now) stay(settling, code, id);
  }
  for (const id of settling.carriers) carrierMoves(core, settling, id, before);
  for (const cell of settling.returns) {
    const was = before.get(cell) as ReturnCell['snapshot'];
    compare(settling, cell.id, returnTroubles(was?.context), returnTroubles(cell.snapshot?.context), undefined);
  }
}

/** An order as it stands, or with `before` as it stood. */
function sightOf({ world }: Core, id: OrderId, before: Before | undefined): Sight {
  const order = world.order(id);
  const at = <C extends Cell>(cell: C): C['snapshot'] =>
    before?.has(cell) === true ? (before.get(cell) as C['snapshot']) : cell.snapshot;
  const payments = world.payments.isUsed ? world.payments.cell(id) : undefined;
  const promise = world.promises.find(id);
  return {
    order: order === undefined ? undefined : at(order)?.context,
    payments: payments === undefined ? undefined : at(payments)?.context,
    promise: promise === undefined ? undefined : promiseOf(at(promise)),
    parcel: (key) => {
      const parcel = world.parcels.get(key);
      return parcel === undefined ? undefined : at(parcel)?.context;
    },
    other: (other) => {
      const cell = world.order(other);
      return cell === undefined ? undefined : at(cell)?.context;
    },
  };
}

function carrierMoves({ world, changes }: Core, settling: Settling, id: CarrierId, before: Before): void {
  const carrier = must(world.carriers.get(id), 'a carrier');
  const isTouched = before.has(carrier);
  const was = [...carrierTroubles(isTouched ? (before.get(carrier) as typeof carrier.snapshot) : carrier.snapshot)];
  const now = [...carrierTroubles(carrier.snapshot)];
  for (const cell of changes.touched) {
    if (cell.kind !== 'lane' || carrierOfLane(cell.id) !== id) continue;
    const then = (before.get(cell) as LaneCell['snapshot'])?.context;
    if (isLateLane(then)) was.push(lateLane(cell.id, then));
    const stats = cell.snapshot?.context;
    if (isLateLane(stats)) now.push(lateLane(cell.id, stats));
  }
  compare(settling, id, was, now, undefined, (code) => carrierStands(world, id, code));
}

/** Whether anything is wrong with a carrier. Lanes are looked at only where all else says no: that is rare. */
export function carrierStands(world: World, id: CarrierId, code: CaseCode): boolean {
  if (carrierTroubles(world.carriers.get(id)?.snapshot).some((one) => one.code === code)) return true;
  if (code !== 'LANE_DELAY') return false;
  for (const lane of world.lanes.cells.values()) {
    if (carrierOfLane(lane.id) === id && isLateLane(lane.snapshot?.context)) return true;
  }
  return false;
}

function compare(
  settling: Settling,
  id: string,
  was: readonly Trouble[],
  now: readonly Trouble[],
  order: OrderId | undefined,
  stands: (code: CaseCode) => boolean = () => false,
): void {
  for (const { code, source, cause } of now) {
    if (was.some((one) => one.code === code && one.source === source)) continue;
    const of = about(code, id);
    const moves = settling.of(of.caseId, of);
    if (moves.subject === 'down') continue;
    Object.assign(moves, { of, cause, subject: 'down', about: order });
  }
  for (const code of new Set(was.map((one) => one.code))) {
    if (now.some((one) => one.code === code) || stands(code)) continue;
    const of = about(code, id);
    Object.assign(settling.of(of.caseId, of), { of, subject: 'up' });
  }
}

/** An order that ends leaves the cases it was reported of, not those whose cause the engine sees to stand. */
function stay(settling: Settling, code: Trouble['code'], id: OrderId): void {
  const left = settling.moves.get(about(code, id).caseId)?.left;
  const at = left?.indexOf(id) ?? -1;
  if (at >= 0) left?.splice(at, 1);
}
