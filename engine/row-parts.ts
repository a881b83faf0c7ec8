/** Parts that rows of several kinds have in common. */
import type { Destination } from '../actors/order-commands.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Beside whether there is a latitude, in one number. */
const homeBits = { is: 2, isNot: 4 };

export function writeDestination(writer: ByteWriter, destination: Destination): void {
  const { country, postalCode, latitude, longitude, residential } = destination;
  const home = residential === undefined ? 0 : residential ? homeBits.is : homeBits.isNot;
  writer.text(country);
  writer.maybe(postalCode);
  writer.uint((latitude === undefined ? 0 : 1) + home);
  if (latitude !== undefined) writer.float(latitude);
  writer.uint(longitude === undefined ? 0 : 1);
  if (longitude !== undefined) writer.float(longitude);
}

export function readDestination(reader: ByteReader): Destination {
  const destination: Destination = { country: reader.text() };
  const postalCode = reader.maybe();
  if (postalCode !== undefined) destination.postalCode = postalCode;
  const bits = reader.uint();
  if ((bits & 1) !== 0) destination.latitude = reader.float();
  if (reader.uint() === 1) destination.longitude = reader.float();
  if (bits > 1) destination.residential = (bits & homeBits.is) !== 0;
  return destination;
}
