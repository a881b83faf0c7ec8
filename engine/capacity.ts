/**
 * The work locations with a capacity are given: counted with the orders that give it, in the same command,
 * and given back with what is cancelled. Who waits for room is woken on the day that has it.
 */
import type { LocationId } from '../actors/ids.ts';
import { isUntouched } from '../actors/order-takings.ts';
import type { Fulfillment } from '../actors/vocabulary.ts';
import type { LocationCell, SkuCell } from './cells.ts';
import type { Core } from './core.ts';
import { nextDayMs, slotFor, withWork, type Slot, type WorkHour } from './promise/capacity.ts';
import { placeOf } from './promise/places.ts';
import type { Timers } from './timers.ts';
import type { World } from './world.ts';

const unitsOf = ({ lines }: Fulfillment): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** Count what an order's parts give their locations more, or less, than before. */
export function countWork(
  core: Core,
  before: readonly Fulfillment[],
  after: readonly Fulfillment[],
  atMs: number,
): void {
  for (let index = 0; index < after.length; index += 1) {
    const [was, now] = [before[index], after[index]];
    if (now === undefined || now === was) continue;
    if (was !== undefined && was.workAtMs !== now.workAtMs) {
      moveWork(core, was, now, atMs);
      continue;
    }
    if (now.workAtMs === undefined) continue;
    // What is picked is work that was done, whatever becomes of the units.
    if (was !== undefined && !isUntouched(was)) continue;
    const units = unitsOf(now) - (was === undefined ? 0 : unitsOf(was));
    const parcels = Number(now.lines.length > 0) - Number(was !== undefined);
    if (units === 0 && parcels === 0) continue;
    giveWork(core, now.location, { hourMs: now.workAtMs, units, parcels }, atMs);
  }
}

function giveWork(core: Core, location: LocationId, change: WorkHour, atMs: number): void {
  const cell = core.world.work(location);
  core.changes.set(cell, { value: 'put', context: withWork(cell.snapshot?.context, change, atMs) });
}

/** The work of a part is for another hour now. */
function moveWork(core: Core, was: Fulfillment, { workAtMs }: Fulfillment, atMs: number): void {
  const units = unitsOf(was);
  const { location, workAtMs: hourMs } = was;
  if (hourMs !== undefined) giveWork(core, location, { hourMs, units: -units, parcels: -1 }, atMs);
  if (workAtMs !== undefined) giveWork(core, location, { hourMs: workAtMs, units, parcels: 1 }, atMs);
}

/**
 * Where work of so many units for a location with a capacity is put; undefined when it has no room.
 * @param cell of a location with a capacity.
 */
export function roomAt(world: World, { id, snapshot }: LocationCell, units: number, atMs: number): Slot | undefined {
  const place = snapshot === undefined ? undefined : placeOf(snapshot.context);
  return place === undefined ? undefined : slotFor(place, world.works.get(id)?.snapshot?.context, atMs, units);
}

/** Whether a location can be given work of so many units now: always, where it has no capacity. */
export function hasRoom(world: World, cell: LocationCell, units: number, atMs: number): boolean {
  return cell.snapshot?.context.capacity === undefined || roomAt(world, cell, units, atMs) !== undefined;
}

/**
 * The locations with a capacity, and when each is to wake whoever waits for a SKU it has. Nothing is set
 * while nobody waits. Derived: recovery sets it again.
 */
export class Rooms {
  readonly #limited = new Set<LocationCell>();
  readonly #wakeAtMs = new Map<LocationId, number>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether there is any location with a capacity. */
  get isEmpty(): boolean {
    return this.#limited.size === 0;
  }

  /** Whether any location has, or has had since the start, a limit by when it must begin. */
  isTimed = false;

  /** Whether work is offered anywhere, or has been since the start. */
  isOffering = false;

  /** A location was put: its calendar may be another one. */
  locationChanged(cell: LocationCell): void {
    this.#wakeAtMs.delete(cell.id);
    if (cell.snapshot?.context.startWithinMs !== undefined) this.isTimed = true;
    if (cell.snapshot?.context.offer !== undefined) this.isOffering = true;
    if (cell.snapshot?.context.capacity === undefined) this.#limited.delete(cell);
    else this.#limited.add(cell);
  }

  /** Somebody waits: see to it that each location with a capacity wakes them when its next day begins. */
  expect(atMs: number): void {
    for (const { id, snapshot } of this.#limited) {
      if ((this.#wakeAtMs.get(id) ?? 0) > atMs) continue;
      const place = snapshot === undefined ? undefined : placeOf(snapshot.context);
      const nextMs = place === undefined ? undefined : nextDayMs(place, atMs);
      if (nextMs === undefined) continue;
      this.#wakeAtMs.set(id, nextMs);
      this.#timers.set(nextMs, { kind: 'capacity', id });
    }
  }

  /** When a location is to wake who waits, while somebody does. */
  wakesAtMs(id: LocationId): number | undefined {
    return this.#wakeAtMs.get(id);
  }
}

/** A location has room, or may have: wake who waits for a SKU it has. */
export function wakeForRoom({ world, views, wakes }: Core, id: LocationId): void {
  const { untracked } = world.selling;
  const isThere = (sku: SkuCell): boolean =>
    untracked.has(sku) || sku.stocks.some(({ location, atp }) => location.id === id && atp > 0);
  for (const sku of views.waitedFor) if (isThere(sku)) wakes.add(sku);
  for (const sku of world.reservations.lined) if (isThere(sku)) wakes.lines.add(sku);
}

/** Who waits may wait for room at a location with a capacity: it is to wake them on its next day. */
export function expectRoom({ world, views }: Core, atMs: number): void {
  const hasWaiting = views.waitedFor.size > 0 || world.reservations.lined.size > 0;
  if (hasWaiting && !views.rooms.isEmpty) views.rooms.expect(atMs);
}
