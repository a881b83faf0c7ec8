/** The hold that cases put on orders: one for all of them, until the last case that holds an order has let it go. */
import type { CaseId, HoldId, OrderId } from '../../actors/ids.ts';
import { hasEnded } from '../../actors/case-life.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';

export const caseHold = 'case' as HoldId;

/** In whose name playbooks act. */
export const playedBy = 'playbook';

/** A case lets an order go: it may be picked again, unless another one wants it held. What people hold stays. */
export function liftHold(core: Core, orderId: OrderId, atMs: number): void {
  const order = core.world.order(orderId);
  const hold = order?.snapshot?.context.holds?.find(({ holdId }) => holdId === caseHold);
  if (order === undefined || hold?.by !== playedBy) return;
  for (const id of casesNow(core, orderId)) if (mayHold(core, id)) return;
  const rejection = tellOrder(core, order, { type: 'order.unhold', holdIds: [caseHold], ended: false, atMs });
  if (rejection !== undefined) throw new Error(rejection.detail);
}

/** Cases that concern an order as far as the present command has come. */
function* casesNow({ world, changes }: Core, orderId: OrderId): Iterable<CaseId> {
  for (const id of world.cases.ofOrder(orderId)) if (world.cases.concerns(id, orderId)) yield id;
  for (const cell of changes.touched) {
    if (cell.kind === 'case-order' && cell.orderId === orderId && cell.snapshot?.value === 'put') yield cell.caseId;
  }
}

function mayHold({ world }: Core, id: CaseId): boolean {
  const context = world.cases.look(id)?.context;
  return context !== undefined && !hasEnded(context) && context.playbook.steps.some((step) => step.do === 'hold');
}
