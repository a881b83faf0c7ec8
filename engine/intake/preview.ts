/** What an edit would change: it is carried out by the code that does it, between two commands, and undone. */
import { stageOf } from '../../actors/edit-checks.ts';
import type { AskedEdit } from '../../actors/edit-commands.ts';
import { dueNowMinor } from '../../actors/payment-due.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { assert, must } from '../assert.ts';
import type { Core } from '../core.ts';
import type { EditPreview, EditSide } from '../outcome-intake.ts';
import { placedMinor } from '../payments/follow.ts';
import { editOrder } from './edit.ts';

/** Null: there is no such order. */
export function previewEdit(core: Core, body: AskedEdit, nowMs: number): EditPreview | null {
  const before = core.world.look(body.orderId)?.context;
  if (before === undefined) return null;
  const { orderId, changedAtMs } = before;
  const head = { orderId, changedAtMs, stage: stageOf(before), now: sideOf(core, before) };
  const wasInMemory = core.world.orders.has(orderId);
  assert(core.changes.isEmpty, 'a question is asked between two commands');
  core.changes.begin(undefined);
  core.trials.begin(core);
  try {
    const handled = editOrder(core, { body: { ...body, reason: 'preview' }, by: 'preview' }, nowMs);
    if ('refused' in handled) return { ...head, refused: handled.refused };
    const then = sideOf(core, must(core.world.look(orderId), 'the order that was edited').context);
    const { feeMinor } = handled.ok as OrderAnswer;
    const fee = feeMinor === undefined ? {} : { feeMinor };
    return { ...head, ...fee, then, costMoreMinor: then.costMinor - head.now.costMinor };
  } finally {
    core.changes.undo();
    core.trials.begin(core);
    if (!wasInMemory) core.world.letGo(orderId);
  }
}

/** An order as far as an edit may change it. */
function sideOf(core: Core, order: OrderContext): EditSide {
  const parts = order.fulfillments.flatMap((part) => {
    const { fulfillmentId, location, state, carrier, service, costMinor, shipByMs, deliverByMs, lines } = part;
    return lines.length === 0
      ? []
      : [{ fulfillmentId, location, state, carrier, service, costMinor, shipByMs, deliverByMs, lines }];
  });
  const lastMs = Math.max(...parts.map(({ deliverByMs = Infinity }) => deliverByMs));
  const backordered = waitingUnits(order);
  const parked = order.lines.reduce((sum, line) => sum + (line.parked ?? 0), 0);
  return {
    units: order.lines.reduce((sum, { quantity, cancelled }) => sum + quantity - cancelled, 0),
    backordered,
    parked: parked || undefined,
    parts,
    costMinor: parts.reduce((sum, { costMinor }) => sum + costMinor, 0),
    deliverByMs: backordered + parked === 0 && Number.isFinite(lastMs) ? lastMs : undefined,
    promisedByMs: order.promisedByMs,
    dueMinor: dueNowMinor(placedMinor(core, order), order),
    held: order.holds?.map(({ holdId }) => holdId),
  };
}
