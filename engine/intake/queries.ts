/** Answers about what was taken in with orders. */
import type { Query } from '../../actors/queries.ts';
import { unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import type { Answers } from '../outcome.ts';
import type { World } from '../world.ts';
import { mappingsOf } from './mapping.ts';
import { previewEdit } from './preview.ts';
import { externalKey } from './take-in.ts';

type IntakeKind = 'order.details' | 'order.preview' | 'mapping.get' | 'intake-policy.get';
export type IntakeQuery = Extract<Query, { kind: IntakeKind }>;

export function answerIntake(core: Core, { kind, body }: IntakeQuery, nowMs: number): Answers[IntakeQuery['kind']] {
  const { intakes } = core.world;
  switch (kind) {
    case 'order.details':
      return intakes.details.get(body.orderId) ?? null;
    case 'order.preview':
      return previewEdit(core, body, nowMs);
    case 'mapping.get':
      return mappingsOf(core, body.channel, body.skus);
    case 'intake-policy.get':
      return intakes.policyFor(body.channel);
    default:
      return unreachable(kind);
  }
}

/** The order that a channel calls so. */
export const orderIdOf = ({ intakes }: World, channel: string, externalId: string) =>
  intakes.externals.get(externalKey(channel, externalId))?.orderId;
