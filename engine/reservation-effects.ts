/** How a reservation's effects are carried out, until nothing is left to do, within the present command. */
import type { Buyer } from '../actors/pool-commands.ts';
import type { ReservationEffect, ReservationMessage } from '../actors/reservation-context.ts';
import { missingUnits } from '../actors/reservation-lines.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import { assert, must, unreachable } from './assert.ts';
import { reservationSteps, type ReservationCell } from './cells.ts';
import type { Core } from './core.ts';
import { decidedCart, planFor } from './decided.ts';
import { assertMoved, moveUnits } from './effects.ts';
import { countReservation } from './quotas.ts';
import { step } from './step.ts';

/** Messages one command may put through one reservation: a new one takes two. More is a loop, a bug. */
const hopsMax = 4;

/** Tell a reservation something and carry out all that follows. Returns why not, when it is refused. */
export function tellReservation(core: Core, cell: ReservationCell, first: ReservationMessage): Rejection | undefined {
  const messages = [first];
  for (let hop = 0; hop < messages.length; hop += 1) {
    assert(hop < hopsMax, `reservation ${cell.id}: more than ${hopsMax} messages in one command`);
    const message = must(messages[hop], 'a message');
    const effects: ReservationEffect[] = [];
    const before = must(cell.snapshot, 'a reservation that exists');
    const after = step(reservationSteps, before, message, effects);
    if (after === undefined) {
      return reject('wrong-state', `reservation ${cell.id} is ${before.value}: ${message.type} does not apply`);
    }
    core.changes.set(cell, after);
    countReservation(core, before, after, message.atMs);
    for (const effect of effects) {
      const refused = carryOut(core, cell, effect, message.atMs, messages);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

const buyerOf = ({ snapshot }: ReservationCell): Buyer => must(snapshot, 'a reservation that exists').context;

function carryOut(
  core: Core,
  cell: ReservationCell,
  effect: ReservationEffect,
  atMs: number,
  messages: ReservationMessage[],
): Rejection | undefined {
  switch (effect.kind) {
    case 'publish':
      core.changes.publish(effect.events);
      return undefined;
    case 'source': {
      const { context } = must(cell.snapshot, 'a reservation that exists');
      const plan = planFor(core, context, atMs);
      if (core.world.plans.hasShadow) core.trials.note(decidedCart(core, context, plan, atMs));
      messages.push({ type: 'reservation.sourced', plan, atMs });
      return undefined;
    }
    case 'reserve':
      return moveUnits(core, 'stock.reserve', effect.units, buyerOf(cell), atMs);
    case 'unreserve':
      return assertMoved(moveUnits(core, 'stock.unreserve', effect.units, buyerOf(cell), atMs));
    case 'refuse':
      return effect.rejection;
    default:
      return unreachable(effect);
  }
}

/** Whether sourcing it again could be of use. */
export function isShort({ snapshot }: ReservationCell): boolean {
  return snapshot?.value === 'held' && missingUnits(snapshot.context) > 0;
}
