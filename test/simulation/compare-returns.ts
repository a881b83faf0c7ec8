/** The engine's answers about returns against the shadow; and what must hold of returns over a whole order. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { unitsIn } from './shadow/order-facts.ts';
import { hasReturnEnded, returnsOf, returnStateOf, returnViewOf, unitsBackOf, type ShadowReturn } from './shadow/return-facts.ts';
import { policyOf } from './shadow/returns.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Ended returns looked at in one comparison. */
const endedSampleMax = 50;

export function compareReturns(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const all = [...shadow.returns.values()];
  const ended = all.filter(hasReturnEnded);
  const open = all.filter((one) => !hasReturnEnded(one));
  const step = Math.max(1, Math.ceil(ended.length / endedSampleMax));
  for (const one of [...open, ...ended.filter((_, index) => index % step === turnOf % step)]) {
    agree(`return ${one.id}`, returnViewOf(one), ask('return.get', { returnId: one.id }));
  }
  expect(ask('return.get', { returnId: 'nothing' }) === null, 'a return that does not exist was found');
  for (const channel of [undefined, ...shadow.channels.keys()]) {
    agree(`policy of ${channel}`, policyOf(shadow, channel), ask('return-policy.get', channel === undefined ? {} : { channel }));
  }
  compareLists(shadow, open, agree, ask);
  for (const orderId of new Set(all.map((one) => one.orderId))) {
    const ids = returnsOf(shadow, orderId).map(({ id }) => id);
    agree(`returns of ${orderId}`, ids, ask('return.list', { orderId, limit: 200 }).returns.map(({ returnId }) => returnId));
    checkOrder(shadow, orderId);
  }
}

/** No more units come back of a line than left, and no more money than was paid for what left. */
function checkOrder(shadow: Shadow, orderId: string): void {
  const order = shadow.orders.get(orderId);
  if (order === undefined) return;
  for (const [line, { lineId }] of order.lines.entries()) {
    const { coming, back } = unitsBackOf(shadow, orderId, lineId);
    const left = unitsIn(order, line, ({ state }) => state === 'shipped' || state === 'delivered');
    expect(coming + back <= left, () => `${order.id}, line ${lineId}: ${left} left, ${back} are back and ${coming} are coming`);
  }
  const kits = new Map(order.lines.flatMap(({ kit }) => (kit === undefined ? [] : [[kit.lineId, kit.quantity * kit.unitPriceMinor] as const])));
  const paid = order.lines.reduce((sum, one) => sum + one.quantity * one.unitPriceMinor, 0) + [...kits.values()].reduce((a, b) => a + b, 0);
  const refunded = returnsOf(shadow, orderId).reduce((sum, { memos }) => sum + memos.reduce((a, b) => a + b, 0), 0);
  expect(refunded >= 0 && refunded <= paid, () => `${refunded} of ${paid} paid for ${orderId} were refunded`);
}

/** Every open return is listed once, page by page. */
function compareLists(shadow: Shadow, open: readonly ShadowReturn[], agree: Agree, ask: Ask): void {
  const read = (body: object): string[] => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = ask('return.list', { ...body, limit: 3, ...(after === undefined ? {} : { after }) });
      ids.push(...page.returns.map(({ returnId }) => returnId));
      after = page.next;
    } while (after !== undefined && ids.length < 100_000);
    return ids.sort();
  };
  const names = (returns: readonly ShadowReturn[]): string[] => returns.map(({ id }) => id).sort();
  agree('open returns', names(open), read({}));
  for (const state of ['requested', 'approved', 'in-transit', 'partially-received', 'received', 'closed']) {
    agree(`returns ${state}`, names(open.filter((one) => returnStateOf(one) === state)), read({ state }));
  }
  for (const location of shadow.locations.keys()) {
    const here = open.filter(({ to }) => to === location);
    agree(`returns to ${location}`, names(here), read({ location }));
    agree(`received at ${location}`, names(here.filter((one) => returnStateOf(one) === 'received')), read({ location, state: 'received' }));
  }
  for (const channel of shadow.channels.keys()) agree(`returns of ${channel}`, names(open.filter((one) => one.channel === channel)), read({ channel }));
}

/** An order as order.get shows it, with what came back of it. */
export function viewWithReturns(shadow: Shadow, orderId: string, view: unknown): unknown {
  const ids = returnsOf(shadow, orderId).map(({ id }) => id);
  if (ids.length === 0) return view;
  const order = view as { readonly lines: readonly { readonly lineId: string }[] };
  const lines = order.lines.map((line) => {
    const { back } = unitsBackOf(shadow, orderId, line.lineId);
    return back === 0 ? line : { ...line, returned: back };
  });
  return { ...order, lines, returns: ids };
}
