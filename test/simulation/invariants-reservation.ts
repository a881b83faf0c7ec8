/** What must hold of every reservation at any time between two turns. */
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';

/**
 * Every reservation ends, or has a timer that comes no later than its time is over; what it holds of each
 * line is in its parcels; who holds a stock is known there. Returns the units held, by `location/sku`.
 */
export function checkReservations(engine: Engine): Map<string, number> {
  const { core, timers } = engine.inspect();
  const { reservations, skus } = core.world;
  const firstTimers = new Map<string, number>();
  for (const { atMs, owner } of timers.all) {
    if (owner.kind === 'reservation') firstTimers.set(owner.id, Math.min(atMs, firstTimers.get(owner.id) ?? atMs));
  }
  const held = new Map<string, number>();
  const holders = new Map<string, Set<string>>();
  let open = 0;
  for (const [id, { snapshot }] of reservations.cells) {
    expect(snapshot !== undefined, `reservation ${id} is in memory and does not exist`);
    const { value, context } = snapshot;
    const isOpen = value === 'held' || value === 'queued';
    expect(isOpen || ['converted', 'released', 'expired'].includes(value), `reservation ${id} rests as ${value}`);
    open += Number(isOpen);
    const inParcels = new Map<string, number>();
    for (const { location, lines } of context.parcels) {
      for (const { lineId, quantity } of lines) {
        const sku = context.lines.find((line) => line.lineId === lineId)?.sku;
        const key = `${location}/${sku}`;
        inParcels.set(lineId, (inParcels.get(lineId) ?? 0) + quantity);
        held.set(key, (held.get(key) ?? 0) + quantity);
        const ids = holders.get(key) ?? new Set();
        holders.set(key, ids.add(id));
      }
    }
    for (const { lineId, quantity, held: units } of context.lines) {
      const isSound = units === (inParcels.get(lineId) ?? 0) && units <= quantity;
      expect(isSound, `reservation ${id}, line ${lineId}: ${units} of ${quantity} held, in parcels ${inParcels.get(lineId)}`);
    }
    if (!isOpen) continue;
    const timerMs = firstTimers.get(id) ?? Number.POSITIVE_INFINITY;
    expect(timerMs <= context.expiresAtMs, `reservation ${id} expires at ${context.expiresAtMs}, its timer comes at ${timerMs}`);
  }
  expect(reservations.openCount === open, `${open} reservations are open, counted are ${reservations.openCount}`);
  for (const { sku, stocks } of skus.values()) {
    for (const { location, reservers } of stocks) {
      const is = [...(holders.get(`${location.id}/${sku}`) ?? [])].sort().join(' ');
      const said = [...(reservers ?? [])].sort().join(' ');
      expect(is === said, `${location.id}/${sku} is reserved by ${is}, the view says ${said}`);
    }
  }
  return held;
}
