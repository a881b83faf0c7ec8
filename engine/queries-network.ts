/** Answers about the network: locations, channels, carriers, and what they let be promised. */
import type { Location } from '../actors/network-commands.ts';
import type { Query, QueryBody, QueryKind } from '../actors/queries.ts';
import type { Transit } from '../actors/transit-commands.ts';
import { unreachable } from './assert.ts';
import type { CarrierCell } from './cells.ts';
import type { Core } from './core.ts';
import type { Sku } from '../actors/ids.ts';
import type { Answers, CarrierView } from './outcome.ts';
import type { ForecastView, RoomPrice } from './outcome-prices.ts';
import { quickPromises } from './promise/bulk.ts';
import { promiseOptions } from './promise/options.ts';
import { originName, transitKey } from './promise/transit.ts';
import { ratesView, rateQuotes } from './queries-rates.ts';
import type { Snapshot } from './step.ts';

type NetworkKind =
  | 'location.list'
  | Extract<QueryKind, `${'channel' | 'carrier' | 'transit' | 'capacity' | 'promise'}.${string}`>
  | Extract<QueryKind, `${'price' | 'forecast' | 'rates'}.${string}`>;
export type NetworkQuery = Extract<Query, { readonly kind: NetworkKind }>;

/** @param nowMs the time, for what is promised from now on. */
export function answerNetwork(core: Core, { kind, body }: NetworkQuery, nowMs: () => number): Answers[NetworkKind] {
  const { world } = core;
  switch (kind) {
    case 'location.list':
      return byId(world.locationList.flatMap<Location>(valueOf));
    case 'channel.list':
      return byId([...world.channels.values()].flatMap(valueOf));
    case 'carrier.list':
      return byId([...world.carriers.values()].flatMap(carrierView));
    case 'carrier.get':
      return carrierView(world.carriers.get(body.carrierId))[0] ?? null;
    case 'transit.get':
      return transitOf(core, body);
    case 'rates.get':
      return ratesView(world, body, nowMs());
    case 'rates.quote':
      return rateQuotes(world, body, body.atMs ?? nowMs());
    case 'price.get':
      return core.keeper?.prices(body.sku) ?? null;
    case 'price.rooms':
      return roomPrices(core);
    case 'forecast.get':
      return forecastOf(core, body.sku, nowMs());
    case 'capacity.get':
      return world.works.get(body.location)?.snapshot?.context.hours ?? [];
    case 'promise.get': {
      const atMs = nowMs();
      return { atMs, options: promiseOptions(core, body, atMs) };
    }
    case 'promise.bulk': {
      const atMs = nowMs();
      return { atMs, promises: quickPromises(world, body, atMs) };
    }
    default:
      return unreachable(kind);
  }
}

function roomPrices({ prices }: Core): readonly RoomPrice[] {
  const rooms = [...(prices?.rooms ?? [])].map(([location, priceMinor]) => ({ location, priceMinor }));
  return rooms.sort((a, b) => (a.location < b.location ? -1 : 1));
}

function forecastOf({ world, keeper }: Core, sku: Sku, nowMs: number): ForecastView | null {
  const loaded = world.forecasts.get(sku)?.snapshot?.context;
  const learnt = keeper?.forecast(sku, nowMs);
  return loaded === undefined && learnt === undefined ? null : { loaded, learnt };
}

function valueOf<T>({ snapshot }: { readonly snapshot: Snapshot<T> | undefined }): T[] {
  return snapshot === undefined ? [] : [snapshot.context];
}

/** Lists stand in the order of their names, today and after a restart. */
function byId<T extends { readonly id: string }>(list: T[]): T[] {
  return list.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function carrierView(cell: CarrierCell | undefined): CarrierView[] {
  if (cell?.snapshot === undefined) return [];
  const { value, context } = cell.snapshot;
  const state = value === 'open' ? 'open' : 'suspended';
  const reason = state === 'open' ? undefined : context.reason;
  return [{ ...context.card, state, reason, inTransit: context.inTransit, health: context.health }];
}

function transitOf({ world }: Core, { table, origin }: QueryBody<'transit.get'>): Transit | null {
  const transit = world.transits.get(transitKey(table, originName(origin)))?.snapshot?.context;
  return transit === undefined || transit.lanes.length === 0 ? null : transit;
}
