/** Orders that came again under their external id, with another body: the first one stands, and has a case. */
import type { CommandBody } from '../../actors/commands.ts';
import { about, raiseCase } from '../cases/tell.ts';
import type { Core } from '../core.ts';
import { externalKey } from './take-in.ts';

export function raiseDuplicate(
  core: Core, { channel, externalId = '' }: CommandBody<'order.place'>, atMs: number,
): undefined {
  const known = core.world.intakes.externals.get(externalKey(channel, externalId));
  if (known === undefined) return;
  const { orderId } = known;
  const cause = `${externalId} of ${channel} came again with another body`;
  raiseCase(core, { of: about('INTAKE_DUPLICATE', orderId), cause, orders: [orderId], by: 'engine' }, atMs);
}
