/** Promises of the engine against the shadow's: for a few SKUs and destinations, another choice each time. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import * as promise from './shadow/promise.ts';
import type { Shadow } from './shadow/state.ts';

type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

const destinations = [
  { country: 'DE', postalCode: '1017 AB' },
  { country: 'NL', latitude: 52.1, longitude: 4.3 },
  { country: 'US', timeZone: 'America/Los_Angeles' },
  { country: 'DE', timeZone: 'Pacific/Kiritimati', postalCode: '99' },
];

/** @param turnOf which SKUs and destinations to look at this time: any whole number. */
export function comparePromises(ask: Ask, shadow: Shadow, turnOf: number): void {
  const skus = [...shadow.places.keys()];
  const channels = [...shadow.channels.keys()];
  const sku = skus[turnOf % Math.max(1, skus.length)];
  const channel = channels[turnOf % Math.max(1, channels.length)];
  const destination = destinations[turnOf % destinations.length];
  if (sku === undefined || channel === undefined || destination === undefined) return;
  const agree = (what: string, is: unknown, said: unknown): void => {
    const wrong = difference(is, said, `${what} of ${sku} through ${channel} to ${JSON.stringify(destination)}`);
    expect(wrong === undefined, () => `the engine promises otherwise: ${wrong}`);
  };
  const bulk = ask('promise.bulk', { channel, destination, skus: [sku, 'NEVER-HEARD-OF'] });
  const [quick] = bulk.promises;
  agree('an unknown SKU', { sku: 'NEVER-HEARD-OF' }, bulk.promises[1]);
  if (quick?.cheapest?.expectedAtMs === undefined) {
    const is = promise.quick(shadow, channel, destination, sku, bulk.atMs);
    agree('the quick promise', is, { earliestMs: quick?.earliest?.deliverByMs, cheapestMinor: quick?.cheapest?.costMinor });
  }
  const quantity = 1 + (turnOf % 7);
  const said = ask('promise.get', { channel, destination, lines: [{ sku, quantity }] });
  const is = promise.options(shadow, channel, destination, sku, quantity, said.atMs);
  const cheapest = said.options.find(({ kind }) => kind === 'cheapest');
  const parcels = (cheapest?.parcels ?? []).filter(({ expectedAtMs }) => expectedAtMs === undefined);
  const units = (cheapest?.parcels ?? []).reduce((sum, parcel) => sum + parcel.units, 0);
  expect(cheapest === undefined || units + cheapest.short === quantity, `a promise of ${units} units of ${quantity}`);
  agree('the cheapest option', is.parcels, parcels.map(({ location, carrier, service, costMinor, units: some, shipByMs, deliverByMs }) =>
    ({ location, carrier, service, costMinor, units: some, shipByMs, deliverByMs })));
  const fastest = said.options.find(({ kind }) => kind === 'fastest');
  // A plan decides for itself: nothing faster is offered beside it.
  if (is.isRuled) expect(fastest === undefined, 'something faster was promised than the plan in force says');
  else if (is.short === 0) {
    const byMs = Math.min(fastest?.deliverByMs ?? Infinity, cheapest?.deliverByMs ?? Infinity);
    agree('the fastest option', is.fastestMs ?? Infinity, byMs);
  }
  const pickups = said.options.filter(({ kind }) => kind === 'pickup').map(({ deliverByMs }) => deliverByMs);
  agree('the pickups', promise.collected(shadow, channel, sku, quantity, said.atMs), pickups);
}
