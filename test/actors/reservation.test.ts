/** The reservation: its states, what it holds and loses, and what an order takes of it. */
import { getAdjacencyMap } from '@xstate/graph';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { lineId, locationId, orderId, sku } from '../../actors/ids.ts';
import { reservationMachine } from '../../actors/reservation.ts';
import { takingOf } from '../../actors/reservation-checks.ts';
import { reservationStates, type ReservationMessage } from '../../actors/reservation-context.ts';
import { breakPlan, heldUnits } from '../../actors/reservation-lines.ts';
import { reservationSteps } from '../../engine/cells.ts';
import { step } from '../../engine/step.ts';
import { at } from './lives.ts';
import { newReservation, planFor, type Reservation } from './reservation-lives.ts';

function told(reservation: Reservation, ...messages: readonly ReservationMessage[]): Reservation {
  return messages.reduce((now, message) => step(reservationSteps, now, message, []) ?? now, reservation);
}

/** A cart of 3 × S1 and 2 × S2, held at A (2 of each) and B (1 of S1). */
function held(): Reservation {
  const fresh = told(newReservation([3, 2], { partial: true }), { type: 'reservation.source', atMs: at });
  const first = told(fresh, { type: 'reservation.sourced', plan: planFor(fresh, { 1: 2, 2: 2 }), atMs: at });
  const again = told(first, { type: 'reservation.source', atMs: at });
  return told(again, { type: 'reservation.sourced', plan: planFor(again, { 1: 1 }, 'B'), atMs: at });
}

describe('the states of a reservation', () => {
  const messages = (now: Reservation): ReservationMessage[] => [
    { type: 'reservation.source', atMs: at },
    { type: 'reservation.queue', atMs: at },
    ...[{ 1: 3, 2: 2 }, { 1: 1 }, {}].map((units): ReservationMessage => ({ type: 'reservation.sourced', plan: planFor(now, units), atMs: at })),
    { type: 'reservation.extend', expiresAtMs: at + 1, atMs: at },
    { type: 'reservation.release', atMs: at },
    { type: 'reservation.expire', atMs: at },
    { type: 'reservation.convert', orderId: orderId('o'), rest: [], atMs: at },
    { type: 'reservation.break', units: { sku: sku('S1'), location: locationId('A'), quantity: 2 }, atMs: at },
  ];
  const moment = ({ value, context }: Reservation): string => JSON.stringify([value, context.lines, context.attempt > 0]);
  const { context } = newReservation([3, 2], { partial: true }, 1);
  const graph = Object.values(getAdjacencyMap(reservationMachine, {
    input: { ...context, atMs: at },
    events: (state: AnyMachineSnapshot) => messages(state as unknown as Reservation) as never,
    serializeState: (state: AnyMachineSnapshot) => moment(state as unknown as Reservation) as never,
  } as never)) as { state: Reservation; transitions: Record<string, { state: Reservation }> }[];

  it('[O22] are all reached, and from each there is a road to an end', () => {
    const reached = new Set(graph.map(({ state }) => state.value));
    expect(reservationStates.filter((state) => !reached.has(state))).toEqual([]);
    const ends = new Set(['converted', 'released', 'expired']);
    for (const { state, transitions } of graph) {
      if (ends.has(state.value)) expect(heldUnits(state.context)).toBe(0);
      else expect(Object.values(transitions).some(({ state: next }) => moment(next) !== moment(state))).toBe(true);
    }
    for (const { state, transitions } of graph.filter((one) => one.state.value === 'held' || one.state.value === 'queued')) {
      expect(Object.values(transitions).some(({ state: next }) => next.value === 'expired'), moment(state)).toBe(true);
    }
  });

  it('[V8] end for good and hold nothing then', () => {
    for (const last of ['reservation.release', 'reservation.expire'] as const) {
      const ended = told(held(), { type: last, atMs: at + 5 });
      expect([heldUnits(ended.context), ended.context.parcels, ended.context.changedAtMs]).toEqual([0, [], at + 5]);
      for (const message of messages(ended)) expect(step(reservationSteps, ended, message, [])).toBeUndefined();
    }
  });
});

describe('what an order takes', () => {
  const line = (name: string, quantity: number, id = name) => ({ lineId: lineId(id), sku: sku(name), quantity });

  it('[V6] is matched by SKU, the first parcel first, in the order’s own lines', () => {
    const taking = takingOf(held().context, [line('S2', 1, 'x'), line('S1', 2, 'y'), line('S1', 1, 'z')]);
    expect(taking).toMatchObject({
      parcels: [
        { location: 'A', lines: [{ lineId: 'x', quantity: 1 }, { lineId: 'y', quantity: 2 }] },
        { location: 'B', lines: [{ lineId: 'z', quantity: 1 }] },
      ],
      rest: [{ sku: 'S2', location: 'A', quantity: 1 }],
    });
  });

  it('[V6] leaves whole parcels it does not need, and can be no more than is held', () => {
    expect(takingOf(held().context, [line('S1', 1)])).toMatchObject({
      parcels: [{ location: 'A', lines: [{ lineId: 'S1', quantity: 1 }] }],
      rest: [{ sku: 'S1', location: 'A', quantity: 1 }, { sku: 'S2', location: 'A', quantity: 2 }, { sku: 'S1', location: 'B', quantity: 1 }],
    });
    expect(takingOf(held().context, [line('S2', 2), line('S1', 4)])).toMatchObject({ code: 'not-enough', field: 'body.lines[1].quantity' });
    expect(takingOf(held().context, [line('S9', 1)])).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
  });
});

describe('units that are lost', () => {
  it('[V8] leave the newest parcel of their place, and no more than were held there', () => {
    const { context } = held();
    const lost = breakPlan(context, { sku: sku('S1'), location: locationId('A'), quantity: 5 });
    expect(lost).toMatchObject({ units: 2, lost: [{ lineId: '1', quantity: 2 }], parcels: [{ lines: [{ lineId: '2', quantity: 2 }] }, { location: 'B' }] });
    expect(breakPlan(context, { sku: sku('S2'), location: locationId('B'), quantity: 1 }).units).toBe(0);
  });
});
