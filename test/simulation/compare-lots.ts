/** The engine's answers about lots against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers, LotTrace, LotView } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { awayUnits, hasEnded, inOrder, placeAt, placesOf, sellableAt, stateOfLot, toldAt, unitsAt, type ShadowLot } from './shadow/lots.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Ended lots looked at in one comparison. */
const endedSampleMax = 50;

/** Where a lot is, and how it is there. */
export function placesIn(shadow: Shadow, lot: ShadowLot): object[] {
  return placesOf(shadow, lot).map((location) => {
    const place = placeAt(lot, location);
    const { damaged, quality, held, kept } = place;
    return { location, onHand: unitsAt(place), damaged, quality, held, blocked: kept, picked: toldAt(shadow, lot, location) };
  });
}

const transitOf = ({ away }: ShadowLot): object[] =>
  Object.entries(away).map(([supplyId, units]) => ({ supplyId, units })).sort((a, b) => (a.supplyId < b.supplyId ? -1 : 1));

/** A lot as its row has it, lists in the order of their names. */
export function lotRowOf(shadow: Shadow, lot: ShadowLot): object {
  const { places: _places, away: _away, isOver, ...rest } = lot;
  return { ...rest, hasLeft: isOver, places: placesIn(shadow, lot), transit: transitOf(lot) };
}

export function sortedLot<T extends { readonly places?: readonly { location: string }[]; readonly transit: readonly { supplyId: string }[] }>(lot: T): T {
  const places = lot.places?.toSorted((a, b) => (a.location < b.location ? -1 : 1));
  return { ...lot, ...(places === undefined ? {} : { places }), transit: lot.transit.toSorted((a, b) => (a.supplyId < b.supplyId ? -1 : 1)) };
}

/** Of one comparison, in which nothing changes: each lot is looked at once. */
class Looked {
  readonly #shadow: Shadow;
  readonly #views = new Map<ShadowLot, object>();
  readonly #places = new Map<ShadowLot, readonly string[]>();

  constructor(shadow: Shadow) {
    this.#shadow = shadow;
  }

  view(lot: ShadowLot): object {
    let view = this.#views.get(lot);
    if (view === undefined) this.#views.set(lot, (view = viewOf(this.#shadow, lot)));
    return view;
  }

  places(lot: ShadowLot): readonly string[] {
    let places = this.#places.get(lot);
    if (places === undefined) this.#places.set(lot, (places = placesOf(this.#shadow, lot)));
    return places;
  }
}

function viewOf(shadow: Shadow, lot: ShadowLot): object {
  const { places: _places, away: _away, isOver: _isOver, ...rest } = lot;
  const locations = placesIn(shadow, lot).map((place) => ({ ...place, forSale: sellableAt(placeAt(lot, (place as { location: string }).location)) }));
  const onHand = lot.places.reduce((sum, place) => sum + unitsAt(place), 0);
  return { ...rest, state: stateOfLot(shadow, lot), onHand, locations, transit: transitOf(lot) };
}

export function compareLots(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const all = [...shadow.lots.values()];
  const ended = all.filter((lot) => hasEnded(shadow, lot));
  const open = new Set(all.filter((lot) => !hasEnded(shadow, lot)));
  const looked = new Looked(shadow);
  const step = Math.max(1, Math.ceil(ended.length / endedSampleMax));
  for (const lot of [...open, ...ended.filter((_, index) => index % step === turnOf % step)]) {
    const { sku, lot: id, shipments } = lot;
    const went = Array.from({ length: shipments }, (_, index) => shadow.lotShipments.get(`${id}/${index + 1}/${sku}`));
    const read: unknown[] = [];
    let from: number | undefined = 1;
    for (let pages = 0; from !== undefined && pages < 10_000; pages += 1) {
      const page = ask('lot.get', { sku, lot: id, from, limit: 3 }) as Answers['lot.get'];
      expect(page !== null, `lot ${id} of ${sku} is not known`);
      const { went: some, next, ...view }: LotTrace = page;
      agree(`lot ${id} of ${sku}`, looked.view(lot), sortedLot(view));
      read.push(...some);
      from = next;
    }
    agree(`what lot ${id} of ${sku} went with`, went, read);
  }
  expect(ask('lot.get', { sku: 'NO-SUCH', lot: 'nothing' }) === null, 'a lot that does not exist was found');
  for (const sku of shadow.items.keys()) compareList(shadow, sku, inOrder(shadow, sku).filter((lot) => open.has(lot)), looked, agree, ask);
}

/** Lots are listed once each, page by page, the first to leave first. */
function compareList(shadow: Shadow, sku: string, list: readonly ShadowLot[], looked: Looked, agree: Agree, ask: Ask): void {
  const read = (body: object): LotView[] => {
    const found: LotView[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 10_000; pages += 1) {
      const page: Answers['lot.list'] = ask('lot.list', { sku, ...body, limit: 4, ...(after === undefined ? {} : { after }) });
      found.push(...page.lots);
      after = page.next;
      if (after === undefined) break;
    }
    return found;
  };
  const said = read({});
  agree(`lots of ${sku}`, list.map((lot) => looked.view(lot)), said.map(sortedLot));
  const recalled = list.filter(({ recall }) => recall !== undefined).map(({ lot }) => lot);
  agree(`recalled lots of ${sku}`, recalled, read({ state: 'recalled' }).map(({ lot }) => lot));
  for (const location of shadow.locations.keys()) {
    const here = list.filter((lot) => looked.places(lot).includes(location));
    const there = read({ location });
    agree(`lots of ${sku} at ${location}`, here.map(({ lot }) => [lot, unitsAt(placeAt(here.find((one) => one.lot === lot) as ShadowLot, location))]), there.map(({ lot, onHand }) => [lot, onHand]));
    expect(there.every(({ locations, transit }) => locations.length === 1 && transit.length === 0), `lots at ${location} tell of other places`);
  }
  const away = list.reduce((sum, lot) => sum + awayUnits(lot), 0);
  agree(`units of ${sku} on their way`, away, said.reduce((sum, { transit }) => sum + transit.reduce((all, { units }) => all + units, 0), 0));
}
