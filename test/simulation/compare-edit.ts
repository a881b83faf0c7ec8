/**
 * What the engine says an edit would change: of some orders, another edit each time. What it says of the order as it
 * is must be so; of what it would be, no unit is given twice or lost, and the fee is that of the policy. That nothing
 * has happened, the rest of the comparison sees.
 */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { feeOf, stageOf } from './shadow/edits.ts';
import { policyOf } from './shadow/intake.ts';
import { isUntracked } from './shadow/items.ts';
import { ratio } from './shadow/kits.ts';
import { isClosed, waiting } from './shadow/order-facts.ts';
import { dueOf, worthOf } from './shadow/payments.ts';
import { stockKey, toPromise, type Shadow, type ShadowOrder } from './shadow/state.ts';

type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];
type Agree = (what: string, is: unknown, said: unknown) => void;
type Side = NonNullable<NonNullable<Answers['order.preview']>['then']>;

/** Orders looked at in one comparison. */
const looked = 4;

export function compareEdits(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const open = [...shadow.orders.values()].filter((order) => !isClosed(order));
  for (let at = 0; at < Math.min(looked, open.length); at += 1) {
    const order = open[(turnOf * 7 + at * 13) % open.length] as ShadowOrder;
    const [line] = order.lines;
    if (line === undefined) continue;
    const live = (line.quantity - line.cancelled) / ratio(line);
    const quantity = Math.max(0, live + ((turnOf + at) % 4) - 1);
    const elsewhere = (turnOf + at) % 3 === 0 ? { destination: { country: 'NL' } } : {};
    check(shadow, order, quantity - live, agree, ask('order.preview', { orderId: order.id, lines: [{ lineId: line.kit?.lineId ?? line.lineId, quantity }], ...elsewhere }));
  }
  expect(ask('order.preview', { orderId: 'nobody' }) === null, 'an edit of an order that does not exist is foretold');
}

const unitsOf = ({ parts }: Side): number => parts.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);

function check(shadow: Shadow, order: ShadowOrder, more: number, agree: Agree, said: Answers['order.preview']): void {
  const what = `the edit of ${order.id} foretold`;
  expect(said !== null, () => `${what}: there is no such order`);
  const { now, then, refused, feeMinor, stage, changedAtMs } = said;
  const units = order.lines.reduce((sum, { quantity, cancelled }) => sum + quantity - cancelled, 0);
  const totals = (shadow.intake.details.get(order.id) as { readonly totals?: { readonly totalMinor: number } } | undefined)?.totals;
  const placedMinor = shadow.intake.payments.get(order.id)?.placedMinor ?? totals?.totalMinor ?? worthOf(order) - (order.addedMinor ?? 0);
  const is = { stage: stageOf(order), changedAtMs: order.changedAtMs, units, backordered: waiting(order), dueMinor: dueOf(order, placedMinor), held: order.holds?.map(({ holdId }) => holdId) };
  agree(what, is, { stage, changedAtMs, units: now.units, backordered: now.backordered, dueMinor: now.dueMinor, held: now.held });
  expect((then === undefined) !== (refused === undefined), () => `${what}: neither refused nor told`);
  if (then === undefined) return;
  agree(`${what}: its fee`, feeOf(policyOf(shadow, order.channel) as never, 'edit', order), feeMinor);
  // A routing plan may cancel what it has no place for.
  const perLine = order.lines[0]?.kit === undefined ? 1 : order.lines.filter(({ kit }) => kit?.lineId === order.lines[0]?.kit?.lineId).reduce((sum, line) => sum + ratio(line), 0);
  expect(then.units <= units + more * perLine, () => `${what}: ${then.units} units of ${units} and ${more}`);
  expect(unitsOf(then) + then.backordered + (then.parked ?? 0) === then.units, () => `${what}: a unit is in no place`);
  checkStock(shadow, order, now, then, what);
}

/** More of a SKU is given at a place than before only as far as there was something to give. */
function checkStock(shadow: Shadow, order: ShadowOrder, now: Side, then: Side, what: string): void {
  const more = new Map<string, number>();
  for (const [side, sign] of [[now, -1], [then, 1]] as const) {
    for (const { location, lines } of side.parts) {
      for (const { lineId, quantity } of lines) {
        const sku = order.lines.find((line) => line.lineId === lineId)?.sku ?? '';
        if (sign > 0 && isUntracked(shadow, sku, order.channel)) continue;
        more.set(stockKey(sku, location), (more.get(stockKey(sku, location)) ?? 0) + sign * quantity);
      }
    }
  }
  for (const [key, units] of more) {
    const stock = shadow.stocks.get(key);
    const left = stock === undefined ? 0 : toPromise(stock);
    expect(units <= left, () => `${what}: ${units} more units of ${key} are given, and there are ${left}`);
  }
}
