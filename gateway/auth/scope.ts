/**
 * What of a message must be within the reach of whoever sends it: a channel, a location, or what an
 * order belongs to. Bodies have passed their schema when they come here.
 */
import type { BufferId, ChannelId, LocationId, OrderId, ReservationId, ReturnId } from '../../actors/ids.ts';
import type { SupplyId, TerminalId } from '../../actors/ids.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { unreachable } from '../../engine/assert.ts';
import type { EngineApi } from '../../engine/api.ts';
import { inScope } from './credential.ts';

/** The channels and locations a caller may touch. */
export interface Reach {
  readonly channels: '*' | readonly string[];
  readonly locations: '*' | readonly string[];
}

export type Rule =
  | 'none'
  /** Reach over all channels and all locations. */
  | 'everything'
  | 'all-channels'
  | 'all-locations'
  /** `body.channel`; without one, all channels. */
  | 'channel'
  /** `body.channel` when there is one; what is sent without one is filtered by channel. */
  | 'channel-if-named'
  /** `body.channel`; without one the answer shows every location. */
  | 'channel-or-all-locations'
  /** `body.channel`, or all; the answer shows every location. */
  | 'channel-and-all-locations'
  /** `body.location`; without one, all locations. */
  | 'location'
  | 'put-channel'
  | 'put-location'
  /** `body.locationId`. */
  | 'location-id'
  /** The channel and location of `body.rule`, and of the rule it replaces; all of them where none is named. */
  | 'put-buffer'
  /** The channel and location of the rule `body.bufferId`. */
  | 'buffer'
  /** The location of every entry of a stock command. */
  | 'entry-locations'
  /** The locations of `body.supply`, and of the document it changes. */
  | 'put-supply'
  /** The location that `body.supplyId` arrives at, and of a transfer also the one it leaves. */
  | 'supply-places'
  | 'supply-to'
  /** The location a transfer leaves; where a purchase arrives. */
  | 'supply-from'
  /** Either location of `body.supplyId`. */
  | 'supply-any'
  /** Every location of `body.locations` and `body.found`, by its id. */
  | 'covered-locations'
  /** Every location of `body.locations`. */
  | 'listed-locations'
  /** The channel that `body.orderId` was placed through. */
  | 'order-channel'
  /** The channel that `body.reservationId` was made through. */
  | 'reservation-channel'
  /** A location that ships a part of `body.orderId`. */
  | 'order-location'
  /** The location of `body.fulfillmentId`. */
  | 'fulfillment-location'
  /** The location of `body.terminalId`. */
  | 'terminal-place';

/**
 * What must be looked up of an order to judge a message about it. Undefined for an unknown order.
 */
export interface Lookups {
  channelOf(orderId: OrderId): ChannelId | undefined;
  reservationChannelOf(reservationId: ReservationId): ChannelId | undefined;
  fulfillmentsOf(orderId: OrderId): readonly FulfillmentPlace[] | undefined;
  supplyOf(supplyId: SupplyId): SupplyPlaces | undefined;
  returnOf(returnId: ReturnId): ReturnPlace | undefined;
  bufferOf(bufferId: BufferId): BufferScope | undefined;
  terminalOf(terminalId: TerminalId): LocationId | undefined;
}

interface SupplyPlaces {
  readonly to: LocationId;
  readonly from?: LocationId | undefined;
}

export interface ReturnPlace {
  readonly channel: ChannelId;
  readonly to?: LocationId | undefined;
}

/** What a buffer rule is limited to. */
interface BufferScope {
  readonly channel?: ChannelId | undefined;
  readonly location?: LocationId | undefined;
}

interface FulfillmentPlace {
  readonly fulfillmentId: string;
  readonly location: LocationId;
}

/** The lookups of an engine. */
export function engineLookups(engine: Pick<EngineApi, 'channelOf' | 'reservationChannelOf' | 'query'>): Lookups {
  return {
    channelOf: (orderId) => engine.channelOf(orderId),
    reservationChannelOf: (reservationId) => engine.reservationChannelOf(reservationId),
    fulfillmentsOf: (orderId) =>
      engine.query({ kind: 'order.get', body: { orderId } }).ok?.fulfillments,
    supplyOf: (supplyId) => engine.query({ kind: 'supply.get', body: { supplyId } }).ok ?? undefined,
    returnOf: (returnId) => engine.query({ kind: 'return.get', body: { returnId } }).ok ?? undefined,
    terminalOf: (terminalId) => engine.query({ kind: 'terminal.get', body: { terminalId } }).ok?.location,
    bufferOf: (bufferId) => engine.query({ kind: 'buffer.get', body: { bufferId } }).ok ?? undefined,
  };
}

export interface Body {
  readonly channel?: ChannelId | { readonly id: string };
  readonly location?: LocationId | { readonly id: string };
  readonly entries?: readonly { readonly location: LocationId }[];
  readonly supply?: SupplyPlaces & { readonly id: SupplyId };
  readonly supplyId?: SupplyId;
  readonly returnId?: ReturnId;
  readonly policy?: { readonly channel?: ChannelId };
  readonly locationId?: LocationId;
  readonly locations?: readonly { readonly id: string }[];
  readonly rule?: BufferScope & { readonly id: BufferId };
  readonly bufferId?: BufferId;
  readonly orderId?: OrderId;
  readonly reservationId?: ReservationId;
  readonly terminalId?: TerminalId;
  readonly fulfillmentId?: string;
}

/**
 * Undefined when the message stays within the caller's reach; else the refusal, naming the field.
 */
export function checkScope(
  rule: Rule,
  reach: Reach,
  body: unknown,
  lookups: Lookups,
): Rejection | undefined {
  const message = body as Body;
  switch (rule) {
    case 'none':
      return undefined;
    case 'everything':
      return all(reach, 'channels') ?? all(reach, 'locations');
    case 'all-channels':
      return all(reach, 'channels');
    case 'all-locations':
      return all(reach, 'locations');
    case 'channel':
      return channelOrAll(reach, message);
    case 'channel-if-named':
    case 'put-channel':
      return named(reach, 'channels', message.channel);
    case 'channel-or-all-locations':
      return message.channel === undefined ? all(reach, 'locations') : named(reach, 'channels', message.channel);
    case 'channel-and-all-locations':
      return channelOrAll(reach, message) ?? all(reach, 'locations');
    case 'location':
      return message.location === undefined ? all(reach, 'locations') : named(reach, 'locations', message.location);
    case 'put-location':
      return named(reach, 'locations', message.location);
    case 'location-id':
      return locationNamed(reach, message);
    case 'put-buffer':
      return putBuffer(reach, message, lookups);
    case 'buffer':
      return removeBuffer(reach, message, lookups);
    case 'entry-locations':
      return entryLocations(reach, message);
    case 'put-supply':
      return putSupply(reach, message, lookups);
    case 'supply-places':
      return supplyPlaces(reach, message, lookups, ({ to, from }) => (from === undefined ? [to] : [to, from]));
    case 'supply-to':
      return supplyPlaces(reach, message, lookups, ({ to }) => [to]);
    case 'supply-from':
      return supplyPlaces(reach, message, lookups, ({ to, from }) => [from ?? to]);
    case 'supply-any':
      return supplyAny(reach, message, lookups);
    case 'covered-locations':
      return coveredLocations(reach, body as Covered);
    case 'listed-locations':
      return listedLocations(reach, message);
    case 'order-channel':
      return orderChannel(reach, message, lookups);
    case 'reservation-channel':
      return reservationChannel(reach, message, lookups);
    case 'order-location':
      return orderLocation(reach, message, lookups);
    case 'fulfillment-location':
      return fulfillmentLocation(reach, message, lookups);
    case 'terminal-place':
      return terminalPlace(reach, message, lookups);
    default:
      return unreachable(rule);
  }
}

/** Nothing named means everything, which only a caller of everything may ask for. */
export function channelOrAll(reach: Reach, { channel }: Body): Rejection | undefined {
  return channel === undefined ? all(reach, 'channels') : named(reach, 'channels', channel);
}

type Kind = 'channels' | 'locations';
type Named = string | { readonly id: string } | undefined;

export function all(reach: Reach, kind: Kind): Rejection | undefined {
  if (reach[kind] === '*') return undefined;
  return reject('forbidden', `this needs a credential for all ${kind}`);
}

/** The one thing that the body names, when it names one. */
export function named(reach: Reach, kind: Kind, thing: Named): Rejection | undefined {
  if (thing === undefined) return undefined;
  const id = typeof thing === 'string' ? thing : thing.id;
  if (inScope(reach[kind], id)) return undefined;
  const field = kind === 'channels' ? 'body.channel' : 'body.location';
  return outside(kind, id, typeof thing === 'string' ? field : `${field}.id`);
}

export function outside(kind: Kind, id: string, field: string): Rejection {
  return reject('forbidden', `the credential does not cover ${kind.slice(0, -1)} ${id}`, field);
}

function locationNamed(reach: Reach, { locationId }: Body): Rejection | undefined {
  if (locationId === undefined || inScope(reach.locations, locationId)) return undefined;
  return outside('locations', locationId, 'body.locationId');
}

function entryLocations(reach: Reach, { entries = [] }: Body): Rejection | undefined {
  if (reach.locations === '*') return undefined;
  const at = entries.findIndex(({ location }) => !inScope(reach.locations, location));
  const entry = entries[at];
  return entry && outside('locations', entry.location, `body.entries[${at}].location`);
}

function listedLocations(reach: Reach, { locations = [] }: Body): Rejection | undefined {
  if (reach.locations === '*') return undefined;
  const at = locations.findIndex(({ id }) => !inScope(reach.locations, id));
  const one = locations[at];
  return one && outside('locations', one.id, `body.locations[${at}].id`);
}

interface Covered {
  readonly locations?: readonly LocationId[];
  readonly found?: readonly { readonly location: LocationId }[];
}

function coveredLocations(reach: Reach, { locations = [], found = [] }: Covered): Rejection | undefined {
  const at = locations.findIndex((id) => !inScope(reach.locations, id));
  const id = locations[at];
  if (id !== undefined) return outside('locations', id, `body.locations[${at}]`);
  const place = found.findIndex(({ location }) => !inScope(reach.locations, location));
  const one = found[place];
  return one && outside('locations', one.location, `body.found[${place}].location`);
}

/**
 * An order that does not exist goes on to the engine: it may be placed by a command ahead in the
 * queue. The engine refuses it in the very words used here for one that must not be seen.
 */
export function orderChannel(reach: Reach, { orderId }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.channels === '*' || orderId === undefined) return undefined;
  const channel = lookups.channelOf(orderId);
  if (channel === undefined || inScope(reach.channels, channel)) return undefined;
  return unknownOrder(orderId);
}

/** As with orders: one that must not be seen looks like one that does not exist. */
function reservationChannel(reach: Reach, { reservationId }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.channels === '*' || reservationId === undefined) return undefined;
  const channel = lookups.reservationChannelOf(reservationId);
  if (channel === undefined || inScope(reach.channels, channel)) return undefined;
  return reject('unknown-reservation', `no reservation ${reservationId}`, 'body.reservationId');
}

function orderLocation(reach: Reach, { orderId }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.locations === '*' || orderId === undefined) return undefined;
  const fulfillments = lookups.fulfillmentsOf(orderId);
  if (fulfillments === undefined) return undefined;
  if (fulfillments.some(({ location }) => inScope(reach.locations, location))) return undefined;
  return unknownOrder(orderId);
}

function fulfillmentLocation(reach: Reach, body: Body, lookups: Lookups): Rejection | undefined {
  const { orderId, fulfillmentId } = body;
  if (reach.locations === '*' || orderId === undefined) return undefined;
  const fulfillments = lookups.fulfillmentsOf(orderId);
  if (fulfillments === undefined) return undefined;
  const one = fulfillments.find((each) => each.fulfillmentId === fulfillmentId);
  if (one !== undefined && inScope(reach.locations, one.location)) return undefined;
  // Of an order in which it has no part, a location learns nothing, not even that it exists.
  if (!fulfillments.some(({ location }) => inScope(reach.locations, location)))
    return unknownOrder(orderId);
  const detail = `order ${orderId} has no fulfillment ${fulfillmentId}`;
  return reject('unknown-fulfillment', detail, 'body.fulfillmentId');
}

/** A terminal of others answers like one that is not open. */
function terminalPlace(reach: Reach, { terminalId }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.locations === '*' || terminalId === undefined) return undefined;
  const location = lookups.terminalOf(terminalId);
  if (location === undefined || inScope(reach.locations, location)) return undefined;
  return reject('unknown-terminal', `no terminal ${terminalId} is open`, 'body.terminalId');
}

function unknownOrder(orderId: OrderId): Rejection {
  return reject('unknown-order', `no order ${orderId}`, 'body.orderId');
}

/** The places it names, and those of the document it would change. */
function putSupply(reach: Reach, { supply }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.locations === '*' || supply === undefined) return undefined;
  for (const field of ['to', 'from'] as const) {
    const id = supply[field];
    if (id !== undefined && !inScope(reach.locations, id)) return outside('locations', id, `body.supply.${field}`);
  }
  const known = lookups.supplyOf(supply.id);
  for (const id of [known?.to, known?.from]) {
    if (id !== undefined && !inScope(reach.locations, id)) return outside('locations', id, 'body.supply.id');
  }
  return undefined;
}

/** Every place a command concerns. A document of others answers like one that does not exist. */
function supplyPlaces(
  reach: Reach,
  { supplyId }: Body,
  lookups: Lookups,
  places: (supply: SupplyPlaces) => readonly LocationId[],
): Rejection | undefined {
  if (reach.locations === '*' || supplyId === undefined) return undefined;
  const supply = lookups.supplyOf(supplyId);
  if (supply === undefined || places(supply).every((id) => inScope(reach.locations, id))) return undefined;
  const sees = supplyAny(reach, { supplyId }, lookups);
  if (sees !== undefined) return sees;
  const beyond = places(supply).find((id) => !inScope(reach.locations, id)) ?? supply.to;
  return outside('locations', beyond, 'body.supplyId');
}

function supplyAny(reach: Reach, { supplyId }: Body, lookups: Lookups): Rejection | undefined {
  if (reach.locations === '*' || supplyId === undefined) return undefined;
  const supply = lookups.supplyOf(supplyId);
  if (supply === undefined || inScope(reach.locations, supply.to)) return undefined;
  if (supply.from !== undefined && inScope(reach.locations, supply.from)) return undefined;
  return reject('unknown-supply', `no supply ${supplyId}`, 'body.supplyId');
}

/** Whether a rule stays within the reach: it concerns every channel or location it does not name. */
function reachesRule(reach: Reach, { channel, location }: BufferScope): Rejection | undefined {
  if (channel === undefined && reach.channels !== '*') return all(reach, 'channels');
  if (location === undefined && reach.locations !== '*') return all(reach, 'locations');
  if (channel !== undefined && !inScope(reach.channels, channel)) {
    return outside('channels', channel, 'body.rule.channel');
  }
  if (location === undefined || inScope(reach.locations, location)) return undefined;
  return outside('locations', location, 'body.rule.location');
}

function putBuffer(reach: Reach, { rule }: Body, lookups: Lookups): Rejection | undefined {
  if (rule === undefined || (reach.channels === '*' && reach.locations === '*')) return undefined;
  const known = lookups.bufferOf(rule.id);
  const replaced = known === undefined ? undefined : reachesRule(reach, known);
  return reachesRule(reach, rule) ?? (replaced === undefined ? undefined : { ...replaced, field: 'body.rule.id' });
}

/** A rule of others answers like one that does not exist. */
function removeBuffer(reach: Reach, { bufferId }: Body, lookups: Lookups): Rejection | undefined {
  if (bufferId === undefined || (reach.channels === '*' && reach.locations === '*')) return undefined;
  const rule = lookups.bufferOf(bufferId);
  if (rule === undefined || reachesRule(reach, rule) === undefined) return undefined;
  return reject('unknown-buffer', `no buffer rule ${bufferId}`, 'body.bufferId');
}
