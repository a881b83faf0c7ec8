/** The engine's answers about suspect stock, and what it says a short pick would do: nothing of that happened. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { checkGiven } from './compare-what-if.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareSuspects(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const all = [...shadow.suspects.values()].filter((one) => one !== undefined);
  const name = ({ location, sku }: { readonly location: string; readonly sku: string }): string => `${location} ${sku}`;
  const sorted = (list: typeof all): typeof all => list.toSorted((a, b) => (a.location === b.location ? (a.sku < b.sku ? -1 : 1) : a.location < b.location ? -1 : 1));
  const read = (body: object): unknown[] => {
    const found: unknown[] = [];
    let after: object | undefined;
    do {
      const page = ask('suspect.list', { ...body, limit: 2, ...(after === undefined ? {} : { after }) });
      found.push(...page.suspects);
      after = page.next;
    } while (after !== undefined && found.length < 100_000);
    return found;
  };
  agree('suspect stock', sorted(all), read({}));
  for (const location of shadow.locations.keys()) agree(`suspect stock at ${location}`, sorted(all.filter((one) => one.location === location)), read({ location }));
  for (const sku of new Set(all.map((one) => one.sku))) agree(`suspect stock of ${sku}`, sorted(all.filter((one) => one.sku === sku)), read({ sku }));
  expect(new Set(all.map(name)).size === all.length, 'a stock is suspect twice');
  comparePreview(shadow, turnOf, ask);
}

function comparePreview(shadow: Shadow, turnOf: number, ask: Ask): void {
  const parts = [...shadow.orders.open.values()].flatMap((order) =>
    order.parts.flatMap((part, index) => (part.state === 'picking' && part.units.length > 0 ? [{ order, part, index }] : [])));
  expect(ask('short.preview', { orderId: 'nobody', fulfillmentId: '1', lines: [{ lineId: '1', found: 0 }] }) === null, 'a part of no order was found');
  const one = parts[turnOf % Math.max(1, parts.length)];
  if (one === undefined) return;
  const { order, part, index } = one;
  const lines = part.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId ?? '', found: turnOf % (quantity + 1) }));
  const said = ask('short.preview', { orderId: order.id, fulfillmentId: String(index + 1), lines, limit: 1 + (turnOf % 40) });
  const what = `a short pick of ${order.id}/${index + 1}`;
  expect(said !== null, `${what} is of no part`);
  if (said.refused !== undefined) return;
  expect(said.reach === (shadow.locations.get(part.location)?.shortPick?.reach ?? 'units'), `${what} reaches ${said.reach}`);
  for (const { onHandBefore, onHandAfter, units } of said.corrections) expect(onHandBefore - onHandAfter === units, `${what} takes other units than it says`);
  const others = said.orders.filter(({ units, staying }) => units > 0 || staying > 0);
  expect(others.length === said.orders.length, `${what} tells of orders that it does not concern`);
  checkGiven(shadow, what, said.order === undefined ? said.orders : [said.order, ...said.orders]);
}
