/** What a record says of the prices its decisions went by must be what was heard of them when they were made. */
import type { Event } from '../../actors/vocabulary.ts';
import { bookThen, pricesKey } from '../../engine/routing/prices/recorded.ts';
import type { TurnRecord } from '../../storage/journal.ts';
import { expect } from './actions.ts';
import type { Told } from './shadow/told.ts';

/** @param heard every answer of sourcing since the last record. */
export function comparePrices({ rows, events }: TurnRecord, heard: readonly Told[], position: number): void {
  const priced = (events as readonly Event[]).flatMap((event, index) =>
    event.kind === 'order.sourced' && event.prices !== undefined ? [{ index, version: event.prices, places: event.choices.map(({ location }) => location) }] : []);
  expect(priced.length > 0 === rows.some(([key]) => key === pricesKey), `turn ${position} says wrongly whether it has prices`);
  for (const { index, version, places } of priced) {
    const what = `the decision at ${index} of turn ${position}`;
    // A plan that holds what it cannot place whole gives nothing out.
    const isOf = ({ parcels }: Told): boolean => places.length === 0 || parcels.map(({ location }) => location).join() === places.join();
    const answers = heard.filter((one) => one.prices === version && isOf(one));
    expect(answers.length > 0, () => `${what} went by prices of version ${version}, which nobody heard of`);
    // Of several that went by one version to the same places, some are about other SKUs, of which it need not say.
    const isTold = answers.some(({ needs, locations, price, room }) => {
      const skus = new Set(needs.map(({ sku }) => sku as never));
      const book = bookThen(rows, index, skus, version);
      if (book === undefined) return false;
      const stock = [...skus].every((sku) => locations.every((at) => (book.of(sku)?.byLocation.get(at as never) ?? 0) === price(sku, at)));
      return stock && locations.every((at) => (book.roomAt(at as never) ?? 0) === room(at));
    });
    expect(isTold, () => `${what} has other prices on record than it went by`);
  }
}
