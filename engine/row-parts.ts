/** Parts that rows of several kinds have in common. */
import type { Destination } from '../actors/order-commands.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

export function writeDestination(writer: ByteWriter, { country, postalCode, latitude, longitude }: Destination): void {
  writer.text(country);
  writer.maybe(postalCode);
  writer.uint(latitude === undefined ? 0 : 1);
  if (latitude !== undefined) writer.float(latitude);
  writer.uint(longitude === undefined ? 0 : 1);
  if (longitude !== undefined) writer.float(longitude);
}

export function readDestination(reader: ByteReader): Destination {
  const destination: Destination = { country: reader.text() };
  const postalCode = reader.maybe();
  if (postalCode !== undefined) destination.postalCode = postalCode;
  if (reader.uint() === 1) destination.latitude = reader.float();
  if (reader.uint() === 1) destination.longitude = reader.float();
  return destination;
}
