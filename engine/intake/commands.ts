/** Commands on how orders are taken in. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { unreachable } from '../assert.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { amendOrder } from './amend.ts';
import { editOrder } from './edit.ts';
import { putMappings } from './mapping.ts';

type IntakeKind = 'intake-policy.put' | 'mapping.put' | 'order.amend' | 'order.edit';
const listed: readonly IntakeKind[] = ['intake-policy.put', 'mapping.put', 'order.amend', 'order.edit'];
const kinds: ReadonlySet<string> = new Set(listed);
export type IntakeCommand = Extract<Command, { readonly kind: IntakeKind }>;

export const isIntakeCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, IntakeCommand> => kinds.has(command.kind);

export function takeInCommand(core: Core, command: IntakeCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'intake-policy.put':
      return putPolicy(core, command.body);
    case 'mapping.put':
      return putMappings(core, command.body);
    case 'order.amend':
      return amendOrder(core, command.body, atMs);
    case 'order.edit':
      return editOrder(core, command, atMs);
    default:
      return unreachable(command);
  }
}

function putPolicy({ world, changes }: Core, { policy }: CommandBody<'intake-policy.put'>): Handled {
  const { channel } = policy;
  if (channel !== undefined && world.channels.get(channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${channel}`, 'body.policy.channel');
  }
  const id = channel ?? '*';
  changes.set(world.intakes.policyCell(id), { value: 'put', context: policy });
  return done({ id });
}
