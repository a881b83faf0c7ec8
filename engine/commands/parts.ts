/** Commands on one part of an order: each to its own file. */
import type { Command, CommandOf } from '../../actors/commands.ts';
import { unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import { changeCancel, type CancelCommand } from './cancels.ts';
import type { Handled } from './handled.ts';
import * as orders from './orders.ts';
import { holdPart, type PartHoldCommand } from './part-holds.ts';
import { regroup, type RegroupCommand } from './regroup.ts';
import { substitute } from './substitute.ts';

type StepKind = `fulfillment.${'pick' | 'short' | 'substitute' | 'ship' | 'deliver'}`;
type StepCommand = { [K in StepKind]: CommandOf<K> }[StepKind];
export type PartCommand = StepCommand | CancelCommand | PartHoldCommand | RegroupCommand;

export const isPartCommand = <C extends Pick<Command, 'kind'>>(command: C): command is Extract<C, PartCommand> =>
  command.kind.startsWith('fulfillment.');

export function changePart(core: Core, command: PartCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'fulfillment.pick':
      return orders.pickFulfillment(core, command.body, atMs);
    case 'fulfillment.short':
      return orders.shortFulfillment(core, command.body, atMs, command.by);
    case 'fulfillment.substitute':
      return substitute(core, command.body, atMs, command.by);
    case 'fulfillment.ship':
      return orders.shipFulfillment(core, command.body, atMs);
    case 'fulfillment.deliver':
      return orders.deliverFulfillment(core, command.body, atMs);
    case 'fulfillment.split':
    case 'fulfillment.merge':
      return regroup(core, command, atMs);
    case 'fulfillment.hold':
    case 'fulfillment.unhold':
      return holdPart(core, command, atMs);
    case 'fulfillment.requestCancel':
    case 'fulfillment.acceptCancel':
    case 'fulfillment.rejectCancel':
      return changeCancel(core, command, atMs);
    default:
      return unreachable(command);
  }
}
