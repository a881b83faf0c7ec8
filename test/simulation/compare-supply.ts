/** The engine's answers about supply against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import type { Shadow, ShadowSupply } from './shadow/state.ts';
import { hasEnded, incomingTo, openOf, supplyStateOf, supplyViewOf } from './shadow/supply-facts.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Ended documents looked at in one comparison. */
const endedSampleMax = 50;

export function compareSupplies(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const all = [...shadow.supplies.values()];
  const ended = all.filter(hasEnded);
  const open = all.filter((supply) => !hasEnded(supply));
  const step = Math.max(1, Math.ceil(ended.length / endedSampleMax));
  for (const supply of [...open, ...ended.filter((_, index) => index % step === turnOf % step)]) {
    agree(`supply ${supply.id}`, supplyViewOf(supply), ask('supply.get', { supplyId: supply.id }));
  }
  for (const supply of all) checkTransit(shadow, supply);
  expect(ask('supply.get', { supplyId: 'nothing' }) === null, 'a supply that does not exist was found');
  compareLists(shadow, open, agree, ask);
  const skus = new Set(open.flatMap(({ lines }) => lines.map(({ sku }) => sku)));
  for (const sku of skus) {
    const is = [...shadow.locations.keys()].sort().flatMap((location) => incomingTo(open, sku, location));
    agree(`incoming of ${sku}`, is, ask('stock.incoming', { sku }));
    for (const location of shadow.locations.keys()) {
      agree(`incoming of ${sku} to ${location}`, incomingTo(open, sku, location), ask('stock.incoming', { sku, location }));
    }
  }
  agree('incoming of nothing', [], ask('stock.incoming', { sku: 'NO-SUCH-SKU' }));
}

/** What left one stock and came to no other is what the document says is on its way. */
function checkTransit(shadow: Shadow, supply: ShadowSupply): void {
  const isAway = supply.type === 'transfer' && supply.shippedAtMs !== undefined;
  const units = shadow.transit.get(supply.id) ?? 0;
  const said = isAway ? openOf(supply) : 0;
  expect(units === said, () => `transfer ${supply.id}: ${units} units left and have not come, it says ${said}`);
}

/** Every open document is listed once, page by page. */
function compareLists(shadow: Shadow, open: readonly ShadowSupply[], agree: Agree, ask: Ask): void {
  const read = (body: object): string[] => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = ask('supply.list', { ...body, limit: 3, ...(after === undefined ? {} : { after }) });
      ids.push(...page.supplies.map(({ supplyId }) => supplyId));
      after = page.next;
    } while (after !== undefined && ids.length < 100_000);
    return ids.sort();
  };
  const names = (supplies: readonly ShadowSupply[]): string[] => supplies.map(({ id }) => id).sort();
  agree('open supply', names(open), read({}));
  for (const state of ['draft', 'ordered', 'in-transit', 'partially-received', 'received']) {
    agree(`supply ${state}`, names(open.filter((supply) => supplyStateOf(supply) === state)), read({ state }));
  }
  for (const location of shadow.locations.keys()) {
    const here = open.filter(({ to, from }) => to === location || from === location);
    agree(`supply at ${location}`, names(here), read({ location }));
    const drafts = here.filter((supply) => supplyStateOf(supply) === 'draft');
    agree(`drafts at ${location}`, names(drafts), read({ location, state: 'draft' }));
  }
  for (const sku of new Set(open.flatMap(({ lines }) => lines.map((line) => line.sku)))) {
    agree(`supply of ${sku}`, names(open.filter(({ lines }) => lines.some((line) => line.sku === sku))), read({ sku }));
  }
}
