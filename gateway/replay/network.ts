/**
 * The network the replay sells from: twelve locations of a British gift retailer, three carriers, one
 * channel. Invented, at real coordinates; what each holds is in supply.ts.
 */
import type { CarrierCard, Channel, Location } from '../../actors/network-commands.ts';
import type { Plain } from '../client/answers.ts';
import { must } from './must.ts';

type Place = readonly [latitude: number, longitude: number];

const location = (
  id: string,
  name: string,
  type: Location['type'],
  country: string,
  postalCode: string,
  [latitude, longitude]: Place,
): Plain<Location> => ({ id, name, type, country, postalCode, latitude, longitude, state: 'open' });

export const locations: readonly Plain<Location>[] = [
  location('DAVENTRY', 'Daventry distribution centre', 'warehouse', 'GB', 'NN11', [52.26, -1.16]),
  location('WARRINGTON', 'Warrington distribution centre', 'warehouse', 'GB', 'WA1', [53.39, -2.6]),
  location('THURROCK', 'Thurrock partner warehouse', '3pl', 'GB', 'RM20', [51.48, 0.28]),
  location('VENLO', 'Venlo distribution centre', 'warehouse', 'NL', '5928', [51.37, 6.17]),
  location('DUBLIN', 'Dublin partner warehouse', '3pl', 'IE', 'D12', [53.32, -6.33]),
  location('LONDON', 'London store', 'store', 'GB', 'W1B', [51.51, -0.14]),
  location('BRISTOL', 'Bristol store', 'store', 'GB', 'BS1', [51.45, -2.59]),
  location('LEEDS', 'Leeds store', 'store', 'GB', 'LS1', [53.8, -1.55]),
  location('GLASGOW', 'Glasgow store', 'store', 'GB', 'G1', [55.86, -4.25]),
  location('CARDIFF', 'Cardiff store', 'store', 'GB', 'CF10', [51.48, -3.18]),
  location('NEWCASTLE', 'Newcastle store', 'store', 'GB', 'NE1', [54.97, -1.61]),
  location('BELFAST', 'Belfast store', 'store', 'GB', 'BT1', [54.6, -5.93]),
];

/** Prices in pence: the post is cheap nearby, the parcel service far, the airline very far. */
export const carriers: readonly Plain<CarrierCard>[] = [
  { id: 'post', name: 'Post', baseMinor: 310, perKmMinor: 0.35 },
  { id: 'parcel', name: 'Parcel service', baseMinor: 540, perKmMinor: 0.12 },
  { id: 'air', name: 'Air freight', baseMinor: 1_150, perKmMinor: 0.02 },
];

export const channel: Plain<Channel> = { id: 'web', name: 'Web shop' };

/** The id of the location the replay ranges most articles at. */
export const mainLocation = must(locations[0]).id;
