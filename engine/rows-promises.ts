/**
 * What an order promises, at the end of its row: nothing for an order that promises nothing, so that it
 * takes no room. A count of parts comes first, then each with its place in the order.
 */
import type { ServiceId } from '../actors/ids.ts';
import type { Destination } from '../actors/order-commands.ts';
import type { OrderContext } from '../actors/order-context.ts';
import type { Fulfillment } from '../actors/vocabulary.ts';
import { must } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

const says = ({ service, shipByMs, workAtMs }: Fulfillment): boolean =>
  service !== undefined || shipByMs !== undefined || workAtMs !== undefined;

/**
 * Times are written as one more than their distance from placement; 0 is none.
 * @param isFollowed something comes after it in the row, so it must be there.
 */
export function writePromises(writer: ByteWriter, order: OrderContext, isFollowed: boolean): void {
  const { service, destination, fulfillments, placedAtMs } = order;
  let count = 0;
  for (const part of fulfillments) if (says(part)) count += 1;
  if (!isFollowed && count === 0 && service === undefined && destination.timeZone === undefined) return;
  writer.maybe(service);
  writer.maybe(destination.timeZone);
  writer.uint(count);
  for (const [index, part] of fulfillments.entries()) {
    if (!says(part)) continue;
    writer.uint(index);
    writer.maybe(part.service);
    writer.uint(part.shipByMs === undefined ? 0 : 1 + part.shipByMs - placedAtMs);
    writer.uint(part.deliverByMs === undefined ? 0 : 1 + part.deliverByMs - placedAtMs);
    // An hour may have begun before the order was placed.
    writer.uint(part.workAtMs ?? 0);
  }
}

/** Put what the row says into the destination and parts read before, and return the service asked for. */
export function readPromises(
  reader: ByteReader,
  placedAtMs: number,
  destination: Destination,
  fulfillments: Fulfillment[],
): ServiceId | undefined {
  if (reader.isAtEnd) return undefined;
  const service = reader.maybe() as ServiceId | undefined;
  const timeZone = reader.maybe();
  if (timeZone !== undefined) destination.timeZone = timeZone;
  const time = (): number | undefined => {
    const distance = reader.uint();
    return distance === 0 ? undefined : placedAtMs + distance - 1;
  };
  for (let left = reader.uint(); left > 0; left -= 1) {
    const index = reader.uint();
    const part = must(fulfillments[index], 'a fulfillment number');
    const own = reader.maybe() as ServiceId | undefined;
    const [shipByMs, deliverByMs] = [time(), time()];
    const workAtMs = reader.uint() || undefined;
    fulfillments[index] = { ...part, service: own, shipByMs, deliverByMs, workAtMs };
  }
  return service;
}
