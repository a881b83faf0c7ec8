/** Commands on the network: channels and carriers. Locations: locations.ts. */
import { carrierRefusal } from '../../actors/calendar-checks.ts';
import type { CommandBody, CommandKind, CommandOf } from '../../actors/commands.ts';
import { unreachable } from '../assert.ts';
import type { CarrierHealthCommand } from '../carriers/health.ts';
import { carrierSteps } from '../cells.ts';
import type { Core } from '../core.ts';
import { changeCarrier } from '../effects.ts';
import { putForecast } from './forecasts.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { pauseLocation, putLocation, resumeLocation } from './locations.ts';
import { putRates, removeRates } from './rates.ts';
import { putTransit } from './transit.ts';

/** A channel is a plain value: its one state. */
const value = 'put';

type NetworkSubject = 'location' | 'channel' | 'carrier' | 'transit' | 'forecast' | 'rates';
type NetworkKind = Exclude<Extract<CommandKind, `${NetworkSubject}.${string}`>, CarrierHealthCommand['kind']>;
export type NetworkCommand = { [K in NetworkKind]: CommandOf<K> }[NetworkKind];

/** Carry out a command on the network. */
export function changeNetwork(core: Core, command: NetworkCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'location.put':
      return putLocation(core, command.body);
    case 'location.pause':
      return pauseLocation(core, command.body, atMs);
    case 'location.resume':
      return resumeLocation(core, command.body);
    case 'forecast.put':
      return putForecast(core, command.body, atMs);
    case 'transit.put':
      return putTransit(core, command.body);
    case 'rates.put':
      return putRates(core, command.body, atMs);
    case 'rates.remove':
      return removeRates(core, command.body);
    case 'channel.put':
      return putChannel(core, command.body);
    case 'carrier.put':
      return putCarrier(core, command.body);
    case 'carrier.suspend':
      return suspendCarrier(core, command.body);
    case 'carrier.resume':
      return resumeCarrier(core, command.body);
    default:
      return unreachable(command);
  }
}

function putChannel(core: Core, { channel }: CommandBody<'channel.put'>): Handled {
  for (const [index, id] of (channel.locations ?? []).entries()) {
    if (core.world.locations.get(id)?.snapshot === undefined) {
      return refuse('unknown-location', `no location ${id}`, `body.channel.locations[${index}]`);
    }
  }
  core.changes.set(core.world.channel(channel.id), { value, context: channel });
  return done({ id: channel.id });
}

function putCarrier(core: Core, { carrier: card }: CommandBody<'carrier.put'>): Handled {
  const rejection = carrierRefusal(card);
  if (rejection !== undefined) return refused(rejection);
  const carrier = core.world.carrier(card.id);
  if (carrier.snapshot === undefined) core.changes.set(carrier, carrierSteps.begin(card, []));
  else changeCarrier(core, carrier, { type: 'carrier.update', card });
  return done({ id: card.id });
}

function suspendCarrier(core: Core, body: CommandBody<'carrier.suspend'>): Handled {
  const carrier = core.world.carriers.get(body.carrierId);
  if (carrier?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${body.carrierId}`, 'body.carrierId');
  }
  return changeCarrier(core, carrier, { type: 'carrier.suspend', reason: body.reason })
    ? done({ id: body.carrierId })
    : refuse('wrong-state', `carrier ${body.carrierId} is suspended already`);
}

function resumeCarrier(core: Core, body: CommandBody<'carrier.resume'>): Handled {
  const carrier = core.world.carriers.get(body.carrierId);
  if (carrier?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${body.carrierId}`, 'body.carrierId');
  }
  return changeCarrier(core, carrier, { type: 'carrier.resume' })
    ? done({ id: body.carrierId })
    : refuse('wrong-state', `carrier ${body.carrierId} is open already`);
}
