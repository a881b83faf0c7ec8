/** What the world needs on the server: whether it is there, whether others live there, and putting it. */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import { valueOf, type Plain } from '../client/answers.ts';
import type { Baton } from '../client/baton.ts';
import { sampleCards } from '../rates/sample-cards.ts';
import { carriers, channel as sampleChannel, locations } from '../replay/network.ts';
import { articles } from './goods.ts';
import { channelNames, type Names } from './names.ts';
import type { Pace } from './pace.ts';
import { firstStock } from './suppliers.ts';

export interface Found {
  /** What of the world is missing, in words; absent: nothing. */
  readonly missing?: string | undefined;
  /** Things that are not the world's: of each kind the first. */
  readonly foreign: readonly string[];
}

/** Minutes of the world: time to change one's mind, and how long carriers may scan nothing. */
const graceMinutes = 10;
const scanMinutes = { first: 8 * 60, silent: 30 * 60 } as const;
/** When a carrier's failures take it out, and for how long, in minutes of the world. */
const breaker = { failures: 2, percent: 50, coolDownMinutes: 60 } as const;
/** When what a short pick casts doubt on is trusted again though nobody counted it; the least the server takes. */
const suspectMinutes = 12 * 60;
const suspectMsMin = 1_000;
const inFlight = 64;

/** Look at what the server has. Rejects when it does not answer. */
export async function lookAround(client: Baton, names: Names): Promise<Found> {
  const [places, channels, haulers] = await Promise.all([
    client.query('location.list', {}),
    client.query('channel.list', {}),
    client.query('carrier.list', {}),
  ]);
  const ours = new Map(locations.map(({ id, name }) => [names.location(id), name]));
  // Somebody else's of the same id has another name.
  const isOurs = ({ id, name }: { readonly id: string; readonly name: string }): boolean => ours.get(id) === name;
  const ourChannels = [...channelNames.map((id) => names.channel(id)), sampleChannel.id];
  const ourCarriers = carriers.map(({ id }) => names.carrier(id));
  const foreign = [
    ...firstOf('location', places.filter((one) => !isOurs(one))),
    ...firstOf('channel', channels.filter(({ id }) => !ourChannels.includes(id))),
    ...firstOf('carrier', haulers.filter(({ id }) => !ourCarriers.includes(id))),
  ];
  const isThere = places.filter(isOurs).length === ours.size;
  const hasChannels = channelNames.every((id) => channels.some((one) => one.id === names.channel(id)));
  const missing = isThere && hasChannels ? undefined : `${ours.size} locations and ${channelNames.length} channels`;
  return { missing, foreign };
}

const firstOf = (what: string, [first, ...more]: readonly { readonly id: string }[]): string[] =>
  first === undefined ? [] : [`${what} ${first.id}${more.length > 0 ? ` and ${more.length} more` : ''}`];

/** Put everything. Rejects on the first refusal. */
export async function setUp(client: Baton, names: Names, pace: Pace): Promise<void> {
  const put = async <K extends CommandKind>(kind: K, bodies: Iterable<Plain<CommandBody<K>>>): Promise<void> => {
    let waiting: Promise<unknown>[] = [];
    for (const body of bodies) {
      waiting.push(client.tryCommand(kind, body).then(valueOf));
      if (waiting.length < inFlight) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
  };
  const suspectForMs = Math.max(suspectMsMin, Math.round(pace.ms(suspectMinutes)));
  const shortPick = { reach: 'orders', suspectForMs } as const;
  const cards = locations.map((one) => ({ ...one, id: names.location(one.id), shortPick }));
  await put('location.put', cards.map((location) => ({ location })));
  await put('carrier.put', carrierCards(names, pace));
  await put('rates.put', sampleCards.map((card) => ({ card: { ...card, carrier: names.carrier(card.carrier) } })));
  const channels = channelNames.map((id) => ({ id: names.channel(id), name: `The ${id} of the world` }));
  await put('channel.put', channels.map((channel) => ({ channel })));
  await put('item.put', articles.map(({ sku, grams }) => ({ item: { sku: names.sku(sku), grams } })));
  await put('intake-policy.put', [intakePolicy(names, pace)]);
  const channel = names.channel('shop');
  await put('return-policy.put', [{ policy: { channel, windowDays: 30, feePercent: 10, refundOn: 'inspection' } }]);
  await put('stock.receive', firstStock({ names }));
}

/** The network's carriers, with how they may fail and how long they may be silent. */
function carrierCards(names: Names, pace: Pace) {
  // Where nothing takes time nothing is late either: there the hours are ours.
  const ms = (minutes: number): number => Math.max(1, Math.round(pace.ms(minutes) || minutes * 60_000));
  const { failures, percent, coolDownMinutes } = breaker;
  const withinMs = Math.max(1_000, ms(120));
  return carriers.map((card) => ({
    carrier: {
      ...card,
      id: names.carrier(card.id),
      breaker: { failures, percent, withinMs, coolDownMs: ms(coolDownMinutes) },
      tracking: { firstScanMs: ms(scanMinutes.first), silenceMs: ms(scanMinutes.silent) },
    },
  }));
}

const intakePolicy = (names: Names, pace: Pace): Plain<CommandBody<'intake-policy.put'>> => ({
  policy: {
    channel: names.channel('shop'),
    graceMs: Math.round(pace.ms(graceMinutes)),
    payment: { hold: true, captureOnShip: true },
  },
});
