/** Commands on how orders are taken in. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';

export type IntakeCommand = Extract<Command, { readonly kind: 'intake-policy.put' }>;

export const isIntakeCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, IntakeCommand> => command.kind === 'intake-policy.put';

export const takeInCommand = (core: Core, { body }: IntakeCommand): Handled => putPolicy(core, body);

function putPolicy({ world, changes }: Core, { policy }: CommandBody<'intake-policy.put'>): Handled {
  const { channel } = policy;
  if (channel !== undefined && world.channels.get(channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${channel}`, 'body.policy.channel');
  }
  const id = channel ?? '*';
  changes.set(world.intakes.policyCell(id), { value: 'put', context: policy });
  return done({ id });
}
