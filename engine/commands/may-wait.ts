/** Whether units of an order that have no place may wait for one: not of items that are not backordered, or full. */
import type { CommandBody } from '../../actors/commands.ts';
import type { LineId, Sku } from '../../actors/ids.ts';
import { waitRefusal, type ItemState } from '../../actors/item-policy.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Core } from '../core.ts';

/** Units of a SKU that did not wait before, and a line they are of, as it was asked for. */
interface More {
  readonly asked: LineId;
  units: number;
}

/** Why units of a placement may not wait; undefined: they may. */
export function mayNotWait(
  core: Core, body: CommandBody<'order.place'>, order: OrderContext, atMs: number,
): Rejection | undefined {
  const found = refusalOf(core, order, moreOf(order.lines, () => 0), atMs);
  if (found === undefined) return undefined;
  const index = body.lines.findIndex((line, place) => (line.lineId ?? String(place + 1)) === found.asked);
  return { ...found.rejection, field: `body.lines[${index}].quantity` };
}

/** The same for an order that waits for more than before: it is counted already with what waited then. */
export function mayNotWaitMore(
  core: Core, before: OrderContext, after: OrderContext, atMs: number,
): Rejection | undefined {
  const waited = new Map(before.lines.map(({ lineId, backordered }) => [lineId, backordered]));
  const more = moreOf(after.lines, (lineId) => waited.get(lineId) ?? 0);
  const found = refusalOf(core, after, more, atMs);
  return found === undefined ? undefined : { ...found.rejection, field: 'body' };
}

function moreOf(lines: OrderContext['lines'], before: (lineId: LineId) => number): ReadonlyMap<Sku, More> {
  const units = new Map<Sku, More>();
  for (const { lineId, sku, backordered, kit } of lines) {
    const more = backordered - before(lineId);
    const known = units.get(sku);
    if (known !== undefined) known.units += more;
    else if (more !== 0) units.set(sku, { asked: kit?.lineId ?? lineId, units: more });
  }
  return units;
}

function refusalOf(
  { world }: Core, { channel }: OrderContext, units: ReadonlyMap<Sku, More>, atMs: number,
): { readonly rejection: Rejection; readonly asked: LineId } | undefined {
  for (const [sku, { asked, units: more }] of units) {
    const { item, waiting } = world.sku(sku);
    if (item?.snapshot === undefined || more <= 0) continue;
    const { context, value } = item.snapshot;
    const already = { all: waiting?.units ?? 0, channel: waiting?.unitsOf(channel) ?? 0 };
    const rejection = waitRefusal(context, value as ItemState, channel, already, more, atMs);
    if (rejection !== undefined) return { rejection, asked };
  }
  return undefined;
}
