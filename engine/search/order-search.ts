/**
 * Searching orders, open or closed. What is saved is found through the lists of its terms, which are met with each
 * other; what is not saved yet is little, and in memory. Then each order found is asked whether it is still what is
 * sought. A page takes bounded work: when it has looked at so many, it ends and says where to go on.
 */
import type { LocationId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { QueryBody } from '../../actors/queries.ts';
import type { Claim } from '../../storage/journal.ts';
import { orderSteps, type OrderCell } from '../cells.ts';
import { isFinal, type Snapshot } from '../step.ts';
import type { Views } from '../views.ts';
import type { World } from '../world.ts';
import {
  comparePlaces, cursorAfter, cursorFrom, firstPlace, placeAfter, placeOf, placeOfCursor, type Place,
} from './place.ts';
import { Postings } from './postings.ts';
import { terms } from './terms.ts';

const limitDefault = 50;
/** Work of one page: places that lists are asked for, and orders that are looked at. A few milliseconds. */
const seeksMax = 4_000;
const looksMax = 400;
/** Of so few open orders each is looked at. */
const fewMax = 400;

type Asked = QueryBody<'order.search'>;
type Order = Snapshot<OrderContext>;

/** A page, and where the next one begins: absent when there are no more. */
export interface OrderPage {
  readonly found: readonly Order[];
  readonly next: string | undefined;
}

export interface Searched {
  readonly world: World;
  readonly views: Views;
  readonly saved: Pick<Claim, 'page'>;
  /** Orders that changed and are not saved yet. */
  readonly unsaved: () => Iterable<OrderCell>;
}

export function searchOrders(searched: Searched, asked: Asked): OrderPage {
  const limit = asked.limit ?? limitDefault;
  const sought = new Sought(searched, asked);
  const found: Order[] = [];
  let looks = 0;
  let last: Place = firstPlace;
  for (const place of sought.places()) {
    if (found.length === limit || looks === looksMax) return { found, next: cursorAfter(last) };
    last = place;
    if (!sought.mayBe(place.id)) continue;
    looks += 1;
    const order = searched.world.look(place.id);
    // One that was listed, lost before it was durable, and placed again later, stands elsewhere too.
    if (order?.context.placedAtMs === place.atMs && fits(order, asked)) found.push(order);
  }
  return { found, next: sought.stoppedAt };
}

/** What is sought, and the places where it may be. */
class Sought {
  readonly #searched: Searched;
  readonly #asked: Asked;
  readonly #start: Place;
  /** From where on the lists are asked. */
  #reached: Place;
  /** Where to go on, when the lists were asked often enough. */
  stoppedAt: string | undefined;

  constructor(searched: Searched, asked: Asked) {
    this.#searched = searched;
    this.#asked = asked;
    const { after, placedToMs } = asked;
    const bound = placedToMs === undefined ? firstPlace : placeOf(placedToMs - 1);
    const resumed = after === undefined ? firstPlace : placeOfCursor(after);
    this.#start = comparePlaces(bound, resumed) > 0 ? bound : resumed;
    this.#reached = this.#start;
  }

  /** Whether an order may be what is sought, as far as that is known without reading it. */
  mayBe(id: OrderId): boolean {
    const { state, held } = this.#asked;
    const { views } = this.#searched;
    if (held === true && !views.held.has(id)) return false;
    return state === undefined || isFinal(orderSteps, state) || views.inState(state).has(id);
  }

  /** Places from where the page begins, each once, in order. */
  *places(): Iterable<Place> {
    const few = this.#few();
    if (few !== undefined) return yield* few;
    const unsaved = this.#sorted(this.#unsavedOrders());
    let at = 0;
    for (const place of this.#met()) {
      for (let next = unsaved[at]; next !== undefined && comparePlaces(next, place) < 0; next = unsaved[at]) {
        yield next;
        at += 1;
      }
      if (unsaved[at]?.id === place.id) at += 1;
      yield place;
    }
    for (const next of unsaved.slice(at)) {
      if (this.stoppedAt === undefined || comparePlaces(next, this.#reached) < 0) yield next;
    }
  }

  /** Open orders of a state, held ones, or those at a location, if they are few. */
  #few(): readonly Place[] | undefined {
    const { state, held, location } = this.#asked;
    const { views, world } = this.#searched;
    const sets: ReadonlySet<OrderId>[] = [];
    if (held === true) sets.push(views.held);
    if (state !== undefined && !isFinal(orderSteps, state)) sets.push(views.inState(state));
    const ids = sets.toSorted((a, b) => a.size - b.size)[0];
    if (ids === undefined || ids.size > fewMax) return undefined;
    return this.#sorted([...ids].flatMap((id) => world.look(id) ?? []).filter((order) => isAt(order, location)));
  }

  *#unsavedOrders(): Iterable<Order> {
    for (const { snapshot } of this.#searched.unsaved()) {
      if (snapshot !== undefined && fits(snapshot, this.#asked)) yield snapshot;
    }
  }

  #sorted(orders: Iterable<Order>): readonly Place[] {
    const { placedFromMs = 0 } = this.#asked;
    const places: Place[] = [];
    for (const { context } of orders) {
      const place = { atMs: context.placedAtMs, id: context.orderId };
      if (place.atMs >= placedFromMs && comparePlaces(place, this.#start) >= 0) places.push(place);
    }
    places.sort(comparePlaces);
    // One that changed while it was saved is told of twice.
    return places.filter(({ id }, index) => id !== places[index - 1]?.id);
  }

  /** Places that are in the lists of all terms sought. */
  *#met(): Iterable<Place> {
    const { placedFromMs = 0 } = this.#asked;
    const lists = termsOf(this.#asked).map((term) => new Postings(this.#searched.saved, term));
    for (let seeks = 0; seeks < seeksMax; seeks += lists.length) {
      const reached = this.#reached;
      for (const list of lists) {
        const place = list.seek(this.#reached);
        if (place === undefined || place.atMs < placedFromMs) return;
        this.#reached = place;
      }
      // The first list may have gone past where it was for the others: all are asked again until none moves.
      if (lists.length > 1 && comparePlaces(reached, this.#reached) !== 0) continue;
      yield this.#reached;
      this.#reached = placeAfter(this.#reached);
    }
    this.stoppedAt = cursorFrom(this.#reached);
  }
}

function termsOf({ state, location, sku, channel, customer, tag }: Asked): readonly string[] {
  const found: string[] = [];
  if (customer !== undefined) found.push(terms.customer(customer));
  if (tag !== undefined) found.push(terms.tag(tag));
  if (sku !== undefined) found.push(terms.sku(sku));
  if (location !== undefined) found.push(terms.location(location));
  if (state !== undefined && isFinal(orderSteps, state)) found.push(terms.ended(state));
  if (channel !== undefined) found.push(terms.channel(channel));
  return found.length === 0 ? [terms.all] : found;
}

function fits({ value, context }: Order, asked: Asked): boolean {
  const { state, location, sku, channel, customer, tag, held, placedFromMs = 0, placedToMs = Infinity } = asked;
  if (state !== undefined && value !== state) return false;
  if (channel !== undefined && context.channel !== channel) return false;
  if (customer !== undefined && context.customer !== customer) return false;
  if (tag !== undefined && context.tags?.includes(tag) !== true) return false;
  if (held === true && context.holds === undefined) return false;
  if (context.placedAtMs < placedFromMs || context.placedAtMs >= placedToMs) return false;
  if (sku !== undefined && !context.lines.some((line) => line.sku === sku || line.kit?.sku === sku)) return false;
  return isAt({ context }, location);
}

/** Whether a location has a part of an order, or had it until it left. */
function isAt({ context }: Pick<Order, 'context'>, location: LocationId | undefined): boolean {
  return location === undefined
    || context.fulfillments.some((part) => part.location === location && part.state !== 'cancelled');
}
