/** Commands on one part of an order that are no step on its way, in the shadow. */
import type { Command } from '../../../actors/commands.ts';
import * as cancels from './cancels.ts';
import * as holds from './holds.ts';
import type { Doing } from './orders.ts';
import * as regroup from './regroup.ts';
import * as substitutes from './substitute.ts';
import type { Verdict } from './verdict.ts';

type OfPart = Extract<Command, { readonly kind: `fulfillment.${'substitute' | 'split' | 'merge' | 'hold' | 'unhold' | 'requestCancel' | 'acceptCancel' | 'rejectCancel'}` | 'task.substitute' }>;

export const isOfPart = <C extends { readonly kind: string }>(command: C): command is Extract<C, OfPart> => command.kind.startsWith('fulfillment.') || command.kind === 'task.substitute';

export function changePart(doing: Doing, command: OfPart): Verdict {
  switch (command.kind) {
    case 'fulfillment.substitute':
      return substitutes.substitute(doing, command.body, command.by);
    case 'task.substitute':
      return substitutes.ofTask(doing, command);
    case 'fulfillment.split':
      return regroup.split(doing, command.body);
    case 'fulfillment.merge':
      return regroup.merge(doing, command.body);
    case 'fulfillment.hold':
      return holds.holdPart(doing, command);
    case 'fulfillment.unhold':
      return holds.unholdPart(doing, command.body);
    case 'fulfillment.requestCancel':
      return cancels.request(doing, command);
    case 'fulfillment.acceptCancel':
    case 'fulfillment.rejectCancel':
      return cancels.answer(doing, command);
  }
}
