/** Answers about what was taken in with orders. */
import type { Query } from '../../actors/queries.ts';
import { unreachable } from '../assert.ts';
import type { Answers } from '../outcome.ts';
import type { World } from '../world.ts';
import { externalKey } from './take-in.ts';

export type IntakeQuery = Extract<Query, { kind: 'order.details' | 'intake-policy.get' }>;

export function answerIntake({ intakes }: World, { kind, body }: IntakeQuery): Answers[IntakeQuery['kind']] {
  switch (kind) {
    case 'order.details':
      return intakes.details.get(body.orderId) ?? null;
    case 'intake-policy.get':
      return intakes.policyFor(body.channel);
    default:
      return unreachable(kind);
  }
}

/** The order that a channel calls so. */
export const orderIdOf = ({ intakes }: World, channel: string, externalId: string) =>
  intakes.externals.get(externalKey(channel, externalId))?.orderId;
