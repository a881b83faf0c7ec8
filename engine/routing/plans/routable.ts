/**
 * Whether a plan leaves a place to anything: orders made of the network as it is, one to each location's own
 * address through each channel it would decide for, tried against its hard rules.
 */
import type { ChannelId, LineId, PlanId, Sku } from '../../../actors/ids.ts';
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import type { World } from '../../world.ts';
import { compilePlan } from './compile-plan.ts';
import { orderFacts } from './facts-of.ts';
import { requestUnder } from './ruled-request.ts';
import type { Asked } from '../request.ts';

const triedMax = { channels: 10, destinations: 20, skus: 20 };

/** Orders that the network as it is could get, one line each. */
export function* sampleOrders(world: World, channel: ChannelId | undefined, atMs: number): Iterable<Asked> {
  const known = [...world.channels.values()].flatMap(({ id, snapshot }) => (snapshot === undefined ? [] : [id]));
  const channels = channel === undefined ? firstOf(known, triedMax.channels) : [channel];
  const there = world.locationList.flatMap(({ id, snapshot }) => (snapshot === undefined ? [] : [id]));
  const skus = firstOf(skusThere(world), triedMax.skus);
  for (const each of channels) {
    for (const [index, id] of firstOf(there, triedMax.destinations).entries()) {
      const sku = skus[index % Math.max(1, skus.length)];
      const card = world.locations.get(id)?.snapshot?.context;
      if (sku === undefined || card === undefined) return;
      const { country, postalCode, latitude, longitude } = card;
      const line = {
        lineId: '1' as LineId,
        sku,
        quantity: 1,
        unitPriceMinor: 1_000,
        allocated: 0,
        shipped: 0,
        cancelled: 0,
      };
      const destination = { country, latitude, longitude, ...(postalCode === undefined ? {} : { postalCode }) };
      yield { channel: each, destination, service: undefined, lines: [{ ...line, backordered: 1 }], placedAtMs: atMs };
    }
  }
}

function* skusThere(world: World): Iterable<Sku> {
  for (const { sku, stocks } of world.skus.values()) if (stocks.some(({ atp }) => atp > 0)) yield sku;
}

/** The first names in the order of the alphabet, whatever order they come in. */
function firstOf<T extends string>(names: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const name of names) {
    const last = first[count - 1];
    if (last !== undefined && name > last) continue;
    first.splice(first.findLastIndex((one) => one < name) + 1, 0, name);
    if (first.length > count) first.pop();
  }
  return first;
}

/** Whether any order that was tried keeps a candidate; with nothing to try, a plan is believed. */
export function routesSomething(
  world: World,
  document: PlanDocument,
  channel: ChannelId | undefined,
  atMs: number,
): boolean {
  const { plan } = compilePlan(document);
  if (plan === undefined) return false;
  const inForce = { id: document.id as PlanId, version: 0, plan };
  let isTried = false;
  for (const order of sampleOrders(world, channel, atMs)) {
    const needs = order.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
    const request = requestUnder(world, inForce, order, orderFacts(world, order, needs, atMs), needs, atMs);
    const wasThere = request.candidates.length > 0 || request.removed?.some(({ reason }) => reason === 'rule') === true;
    if (!wasThere) continue;
    isTried = true;
    const isBarred = (location: string): boolean =>
      request.removed?.some((one) => one.location === location && one.lines !== undefined) === true;
    if (request.candidates.some(({ location }) => !isBarred(location))) return true;
  }
  return !isTried;
}
