/** What must hold of every reservation at any time between two turns. */
import type { SkuCell } from '../../engine/cells.ts';
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';
import { servable } from './shadow/reservations.ts';
import type { Shadow } from './shadow/state.ts';

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
  let queued = 0;
  for (const [id, { snapshot }] of reservations.cells) {
    expect(snapshot !== undefined, `reservation ${id} is in memory and does not exist`);
    const { value, context } = snapshot;
    const isOpen = value === 'held' || value === 'queued';
    expect(isOpen || ['converted', 'released', 'expired'].includes(value), `reservation ${id} rests as ${value}`);
    open += Number(isOpen);
    queued += Number(value === 'queued');
    const inParcels = new Map<string, number>();
    for (const { location, lines, untracked } of context.parcels) {
      for (const { lineId, quantity } of lines) {
        const sku = context.lines.find((line) => line.lineId === lineId)?.sku;
        const key = `${location}/${sku}`;
        inParcels.set(lineId, (inParcels.get(lineId) ?? 0) + quantity);
        if (untracked?.includes(lineId) === true) continue;
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
  expect(reservations.queuedCount === queued, `${queued} reservations wait in line, counted are ${reservations.queuedCount}`);
  for (const item of skus.values()) checkLine(engine, item);
  for (const { sku, stocks } of skus.values()) {
    for (const { location, reservers } of stocks) {
      const is = [...(holders.get(`${location.id}/${sku}`) ?? [])].sort().join(' ');
      const said = [...(reservers ?? [])].sort().join(' ');
      expect(is === said, `${location.id}/${sku} is reserved by ${is}, the view says ${said}`);
    }
  }
  return held;
}

/** With nothing left to do, nobody is first in line for units that are there. */
export function checkLines(shadow: Shadow, nowMs: number): void {
  const skus = new Set([...shadow.reservations.values()].filter(({ state }) => state === 'queued').map(({ lines }) => lines[0]?.sku ?? ''));
  for (const sku of skus) {
    const found = servable({ shadow, atMs: nowMs, events: [], decided: [] }, sku);
    expect(found === undefined, () => `${found?.first.id} is first in line for ${sku}, and its units are there`);
  }
}

/** A line holds exactly those that wait in it, by ticket, and knows each one's place. */
function checkLine(engine: Engine, item: SkuCell): void {
  const { reservations } = engine.inspect().core.world;
  const waiting = [...reservations.cells.values()]
    .flatMap(({ snapshot }) => (snapshot?.value === 'queued' && snapshot.context.lines[0]?.sku === item.sku ? [snapshot] : []))
    .sort((a, b) => (a.context.ticket ?? 0) - (b.context.ticket ?? 0));
  const is = waiting.map(({ context }) => context.reservationId as string);
  expect(is.join(' ') === [...(item.line ?? [])].join(' '), () => `in line for ${item.sku} are ${is.join(' ')}, not ${[...(item.line ?? [])].join(' ')}`);
  expect((item.line?.length ?? 0) === is.length && (item.line?.head ?? '') === (is[0] ?? ''), `the line for ${item.sku} is miscounted`);
  expect(reservations.lined.has(item) === is.length > 0, `${item.sku} has a line, or not, against the view`);
  for (const [index, snapshot] of waiting.entries()) {
    const place = reservations.position(snapshot);
    expect(place === index + 1, `${is[index]} is number ${index + 1} in line for ${item.sku}, not ${place}`);
  }
}
