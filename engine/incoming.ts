/**
 * What is to come of each SKU at each location, sorted by date: kept as supply documents change, one line
 * at a time, and never gathered by a scan. What of it counts, actors/incoming.ts says.
 */
import type { LocationId, Sku } from '../actors/ids.ts';
import { incomingOf, sooner, type IncomingUnits } from '../actors/incoming.ts';
import type { SupplyContext } from '../actors/supply-context.ts';
import { must } from './assert.ts';

type List = IncomingUnits[];

const none: readonly IncomingUnits[] = [];

export class Incoming {
  readonly #lists = new Map<Sku, Map<LocationId, List>>();

  /** What is to come of a SKU at a location, soonest first. Not to be changed or kept. */
  at(sku: Sku, location: LocationId): readonly IncomingUnits[] {
    return this.#lists.get(sku)?.get(location) ?? none;
  }

  /** Where units of a SKU are to come, with what is. */
  of(sku: Sku): Iterable<readonly [location: LocationId, incoming: readonly IncomingUnits[]]> {
    return this.#lists.get(sku) ?? [];
  }

  /** SKU-locations to which something is to come. */
  get size(): number {
    let size = 0;
    for (const places of this.#lists.values()) size += places.size;
    return size;
  }

  /** A document went from one context to another (undefined: it did not exist). */
  changed(before: SupplyContext | undefined, after: SupplyContext): void {
    const had = before === undefined ? [] : broughtBy(before);
    const has = broughtBy(after);
    const longer = Math.max(had.length, has.length);
    for (let index = 0; index < longer; index += 1) {
      const [was, is] = [had[index], has[index]];
      if (isSame(was, is)) continue;
      if (was !== undefined) this.#drop(was);
    }
    for (let index = 0; index < longer; index += 1) {
      const [was, is] = [had[index], has[index]];
      if (is !== undefined && !isSame(was, is)) this.#add(is);
    }
  }

  #add({ sku, to, incoming }: Brought): void {
    let places = this.#lists.get(sku);
    if (places === undefined) this.#lists.set(sku, (places = new Map()));
    const list = places.get(to);
    if (list === undefined) places.set(to, [incoming]);
    else list.splice(placeOf(list, incoming), 0, incoming);
  }

  #drop({ sku, to, incoming }: Brought): void {
    const places = must(this.#lists.get(sku), 'a SKU that was to come');
    const list = must(places.get(to), 'a place where units were to come');
    const at = placeOf(list, incoming);
    must(list[at], 'units that were to come');
    list.splice(at, 1);
    if (list.length > 0) return;
    places.delete(to);
    if (places.size === 0) this.#lists.delete(sku);
  }
}

/** What a line of a document brings, and where. */
interface Brought {
  readonly sku: Sku;
  readonly to: LocationId;
  readonly incoming: IncomingUnits;
}

/** By the place of each line; undefined where nothing is to come. */
function broughtBy(supply: SupplyContext): (Brought | undefined)[] {
  const { to, lines } = supply;
  return incomingOf(supply).map((incoming, index) => {
    const sku = lines[index]?.sku;
    return incoming === undefined || sku === undefined ? undefined : { sku, to, incoming };
  });
}

function isSame(was: Brought | undefined, is: Brought | undefined): boolean {
  if (was === undefined || is === undefined) return was === is;
  const [a, b] = [was.incoming, is.incoming];
  const isThere = was.sku === is.sku && was.to === is.to && a.from === b.from && a.type === b.type;
  return isThere && sooner(a, b) === 0 && a.units === b.units && a.confidence === b.confidence;
}

/** Where units stand in a list, or would. */
function placeOf(list: readonly IncomingUnits[], units: IncomingUnits): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = list[middle];
    if (other !== undefined && sooner(other, units) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
