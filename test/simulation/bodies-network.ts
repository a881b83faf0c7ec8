/** Bodies of the commands on the network: locations with calendars, carriers with services, transit times. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw } from './bodies.ts';
import { drawRates, drawRemoved } from './bodies-rates.ts';
import { carrierDraws, drawBreaker } from './bodies-carriers.ts';
import { drawOfferPolicy } from './bodies-offers.ts';
import { drawShortPick } from './bodies-suspects.ts';
import { drawPolicy } from './bodies-tracking.ts';
import { groups, serviceNames } from './network-names.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';

type NetworkKind = Extract<CommandKind, `location.${string}` | `channel.${string}` | `carrier.${string}` | `transit.${string}` | `rates.${string}`>;

const tables = ['ground', 'air'];
/** Clocks that change by an hour, by half an hour, and not at all. */
const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'];

export const networkDraws: Record<NetworkKind, Draw> = {
  'location.put': (rng, { settings }, _, index) => {
    const { locations } = settings;
    const id = index === undefined ? rng.pick(locations) : (locations[index] ?? 'L1');
    const country = rng.pick(['NL', 'DE']);
    const place = { latitude: rng.pick([52, 48.85, -0, 52]), longitude: rng.pick([4.9, 2.35, 13.4, 4.9]) };
    const state = index !== undefined || rng.chance(0.7) ? 'open' : 'paused';
    const calendar = rng.chance(settings.calendarShare) ? drawCalendar(rng, settings, index !== undefined) : {};
    const marks = rng.chance(0.3) ? { attributes: { tier: rng.pick(['gold', 'silver']) } } : {};
    const limit = rng.chance(settings.startLimitShare) ? { startWithinMs: rng.pick([1, 400, 60_000, 1_800_000]) } : {};
    const offered = rng.chance(settings.offerShare) ? drawOfferPolicy(rng) : {};
    const short = rng.chance(settings.shortPickShare) ? drawShortPick(rng) : {};
    return { location: { id, name: `at ${id}`, type: rng.pick(['warehouse', 'store', 'virtual']), country, ...place, state, ...calendar, ...marks, ...limit, ...short, ...offered } };
  },
  'location.pause': (rng, { settings, now }) => {
    const until = rng.chance(0.6) ? { untilMs: now() + rng.pick([-1, 0, 1, 1_500, 60_000, 3_600_000, 90_000_000, 40_000_000_000]) } : {};
    return { locationId: drawLocation(rng, settings), reason: rng.pick(['flood', 'stocktaking', '']), ...until };
  },
  'location.resume': (rng, { settings }) => ({ locationId: drawLocation(rng, settings) }),
  'channel.put': (rng, { settings: { channels, locations } }, shadow, index) => {
    const id = index === undefined ? rng.pick(channels) : (channels[index - locations.length] ?? rng.pick(channels));
    const named = rng.chance(0.05) ? ['nowhere'] : locations.filter((name) => shadow.locations.has(name) && rng.chance(0.6));
    const some = rng.chance(0.5) ? {} : { groups: [...groups, 'nobody'].filter(() => rng.chance(0.4)) };
    const what = rng.chance(0.3) ? some : { locations: named, ...some };
    return { channel: rng.chance(0.5) || index !== undefined ? { id, name: id } : { id, name: id, ...what } };
  },
  'carrier.put': (rng, { settings }, _, index) => {
    const { carriers, channels, locations } = settings;
    const at = index === undefined ? undefined : carriers[index - locations.length - channels.length];
    const id = at ?? (rng.chance(0.95) && carriers.length > 0 ? rng.pick(carriers) : 'late');
    const services = rng.chance(settings.calendarShare) ? { services: drawServices(rng, settings, index !== undefined) } : {};
    const holidays = rng.chance(settings.calendarShare / 2) ? { holidays: [{ date: drawDate(rng), countries: [rng.pick(['NL', 'DE', 'US'])] }] } : {};
    return { carrier: { id, name: id, ...drawPrice(rng), ...services, ...holidays, ...drawPolicy(rng), ...drawBreaker(rng) } };
  },
  'carrier.suspend': (rng, { settings }) => ({ carrierId: drawCarrier(rng, settings), reason: 'no drivers' }),
  'carrier.resume': (rng, { settings }) => ({ carrierId: drawCarrier(rng, settings) }),
  ...carrierDraws,
  'rates.put': drawRates,
  'rates.remove': drawRemoved,
  'transit.put': (rng, { settings: { nonsenseShare } }) => {
    const origin = rng.pick<unknown>([{ country: 'NL' }, { country: 'DE' }, { country: 'DE', postalPrefix: '10' }, { group: rng.pick(groups) }]);
    const destinations = [{ country: 'DE' }, { country: 'NL' }, { country: 'DE', postalPrefix: '1' }, { country: 'DE', postalPrefix: '101' }, {}];
    const lanes = destinations
      .filter(() => rng.chance(0.5))
      .map((to) => {
        const minDays = rng.between(0, 3);
        const typicalDays = minDays + rng.between(rng.chance(nonsenseShare / 4) ? -1 : 0, 2);
        const confidence = rng.chance(0.5) ? { confidence: rng.pick([0, 0.5, 0.95, 1]) } : {};
        return { ...to, minDays, typicalDays: Math.max(0, typicalDays), maxDays: Math.max(0, typicalDays + rng.between(0, 2)), ...confidence };
      });
    return { table: rng.pick(tables), origin, lanes: rng.chance(nonsenseShare / 4) ? [...lanes, ...lanes] : lanes };
  },
};

export function drawCarrier(rng: Rng, { carriers, nonsenseShare }: Settings): string {
  return carriers.length === 0 || rng.chance(nonsenseShare) ? 'no-such' : rng.pick(carriers);
}

function drawLocation(rng: Rng, { locations, nonsenseShare }: Settings): string {
  return rng.chance(nonsenseShare / 2) ? 'nowhere' : rng.pick(locations);
}

const drawPrice = (rng: Rng): object => ({ baseMinor: rng.pick([0, 300, 300, 500]), perKmMinor: rng.pick([0, 0.5, 2.25]) });

/** A day within weeks of where simulated time begins, seldom one that does not exist. */
function drawDate(rng: Rng): string {
  return rng.pick(['2023-11-15', '2023-11-16', '2023-11-17', '2023-11-20', '2023-11-24', '2023-12-25', '2024-12-25']);
}

const day = (from: string, to: string): object => ({ from, to });
const weeks = [
  Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((name) => [name, [day('09:00', '17:30')]])),
  Object.fromEntries(['monday', 'wednesday', 'saturday', 'sunday'].map((name) => [name, [day('22:15', '24:00'), day('00:00', '02:30')]])),
  { tuesday: [day('00:00', '24:00')], wednesday: [day('00:00', '12:00'), day('12:00', '12:01')], thursday: [] },
];
const times = [
  { monday: ['16:00'], tuesday: ['12:00', '16:00'], wednesday: ['02:30'], thursday: ['16:00'], friday: ['15:00'] },
  { saturday: ['23:45', '00:00'], sunday: ['01:45'] },
];

/** @param isSound nothing that is refused. */
function drawCalendar(rng: Rng, { carriers, nonsenseShare }: Settings, isSound: boolean): object {
  const nonsense = !isSound && rng.chance(nonsenseShare) ? rng.between(1, 6) : 0;
  const hours: unknown = rng.pick([undefined, ...weeks]);
  const holiday = { date: drawDate(rng), ...(rng.chance(0.5) ? { hours: [day('10:00', '11:00')] } : {}) };
  const holidays: unknown[] = rng.chance(0.5) ? [holiday] : [];
  if (nonsense === 1) holidays.push({ date: '2023-02-30' });
  if (nonsense === 2) holidays.push({ date: '2024-01-01', until: '2023-01-01' });
  if (nonsense === 3) holidays.push({ date: '2023-01-01', until: '2030-01-01' }, { date: '2024-05-05' });
  const carrier = rng.pick([...carriers, 'late']);
  const cutOff = { carrier, service: rng.pick(serviceNames), times: rng.pick(times) };
  return {
    timeZone: nonsense === 4 ? 'Europe/Atlantis' : rng.pick(zones),
    ...(nonsense === 5 ? { timeZone: undefined } : {}),
    hours: nonsense === 6 ? { monday: [day('09:00', '12:00'), day('11:59', '13:00')] } : hours,
    holidays,
    groups: groups.filter(() => rng.chance(0.3)),
    ...(rng.chance(0.5) ? { postalCode: rng.pick(['10115', '101 15', '99']) } : {}),
    ...(rng.chance(0.5) ? { leadTimeMs: rng.pick([0, 1, 7_200_000, 200_000_000]) } : {}),
    ...(rng.chance(0.7) ? { processingMs: rng.pick([0, 1, 1_800_000, 30_000_000]) } : {}),
    ...(rng.chance(0.4) ? { capacity: drawCapacity(rng) } : {}),
    ...(rng.chance(0.5) ? { cutOffs: [cutOff, ...(nonsense > 0 && rng.chance(0.3) ? [cutOff] : [])] } : {}),
  };
}

function drawCapacity(rng: Rng): object {
  const work = (): object => ({
    ...(rng.chance(0.7) ? { perDay: rng.pick([0, 1, 4, 20, 200]) } : {}),
    ...(rng.chance(0.4) ? { perHour: rng.pick([0, 1, 3, 20]) } : {}),
  });
  const kinds = (): object => ({ ...(rng.chance(0.7) ? { pick: work() } : {}), ...(rng.chance(0.5) ? { pack: work() } : {}) });
  const override = { date: drawDate(rng), ...kinds() };
  return { ...kinds(), ...(rng.chance(0.4) ? { overrides: [override] } : {}) };
}

function drawServices(rng: Rng, { nonsenseShare }: Settings, isSound: boolean): object[] {
  const ids = serviceNames.slice(0, rng.between(1, serviceNames.length));
  if (!isSound && rng.chance(nonsenseShare / 2)) ids.push(ids[0] ?? 'standard');
  return ids.map((id) => ({
    id,
    name: id,
    ...drawPrice(rng),
    ...(rng.chance(0.8) ? { transit: rng.pick(tables) } : {}),
    ...(rng.chance(0.3) ? { pickupDays: ['monday', 'wednesday', 'saturday'] } : {}),
    ...(rng.chance(0.3) ? { deliveryDays: ['tuesday', 'sunday'] } : {}),
    ...(rng.chance(0.3) ? { deliversBy: rng.pick(['12:00', '02:30', '00:00']) } : {}),
    ...(rng.chance(0.4) ? { capacity: drawCapacity(rng) } : {}),
    ...(rng.chance(0.5) ? { cutOffs: rng.pick(times) } : {}),
    ...drawPolicy(rng),
    ...drawBreaker(rng),
  }));
}
