/** How a reservation is written into its row and read back; its id is the row's key, its version rows.ts's. */
import type { CarrierId, ChannelId, LineId, LocationId } from '../actors/ids.ts';
import type { OrderId, ReservationId, ServiceId, Sku } from '../actors/ids.ts';
import type { Destination } from '../actors/order-commands.ts';
import type { PlannedFulfillment } from '../actors/order-context.ts';
import { reservationStates, type ReservationContext, type ReservationLine } from '../actors/reservation-context.ts';
import { must } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readDestination, writeDestination } from './row-parts.ts';
import { readKits, readUntracked, writeKits, writeUntracked } from './rows-rare.ts';
import type { Snapshot } from './step.ts';

const stateIndex = new Map<string, number>(reservationStates.map((state, index) => [state, index]));

/** Optional fields that stand in the row, one bit each. */
const has = {
  destination: 1, locations: 2, partial: 4, runnerUp: 8, ticket: 16, kits: 32, groups: 64, untracked: 128, segment: 256,
} as const;

export function writeReservation(writer: ByteWriter, { value, context }: Snapshot<ReservationContext>): void {
  const { destination, locations, groups, isPartial, runnerUpMinor, madeAtMs, lines, parcels } = context;
  const hasKits = lines.some(({ kit }) => kit !== undefined);
  const hasUntracked = parcels.some(({ untracked }) => untracked !== undefined);
  writer.uint(must(stateIndex.get(value), 'a reservation state without a number'));
  writer.text(context.channel);
  writer.uint(madeAtMs);
  writer.uint(context.changedAtMs - madeAtMs);
  writer.uint(context.expiresAtMs - madeAtMs);
  writer.uint(context.ttlMs);
  writer.uint(context.attempt);
  writer.uint(context.candidates);
  writer.maybe(context.customer);
  writer.maybe(context.orderId);
  writer.maybe(context.service);
  writer.uint(
    (destination === undefined ? 0 : has.destination) |
      (locations === undefined ? 0 : has.locations) |
      (isPartial ? has.partial : 0) |
      (runnerUpMinor === undefined ? 0 : has.runnerUp) |
      (context.ticket === undefined ? 0 : has.ticket) |
      (hasKits ? has.kits : 0) |
      (groups === undefined ? 0 : has.groups) |
      (hasUntracked ? has.untracked : 0) |
      (context.segment === undefined ? 0 : has.segment),
  );
  if (destination !== undefined) {
    writeDestination(writer, destination);
    writer.maybe(destination.timeZone);
  }
  if (locations !== undefined) {
    writer.uint(locations.length);
    for (const location of locations) writer.text(location);
  }
  if (runnerUpMinor !== undefined) writer.uint(runnerUpMinor);
  if (context.ticket !== undefined) writer.uint(context.ticket);
  writer.uint(lines.length);
  for (let index = 0; index < lines.length; index += 1) writeLine(writer, lines[index] as ReservationLine, index);
  writer.uint(parcels.length);
  for (const parcel of parcels) writeParcel(writer, parcel, context);
  if (hasKits) writeKits(writer, lines);
  if (groups !== undefined) {
    writer.uint(groups.length);
    for (const group of groups) writer.text(group);
  }
  if (hasUntracked) writeUntracked(writer, parcels, lines);
  if (context.segment !== undefined) writer.text(context.segment);
}

/** A line that is called by its number, as most are, is written without its name. */
function writeLine(writer: ByteWriter, { lineId, sku, quantity, held }: ReservationLine, index: number): void {
  writer.text(lineId === String(index + 1) ? '' : lineId);
  writer.text(sku);
  writer.uint(quantity);
  writer.uint(held);
}

/** A parcel names its lines by number. Times are written as one more than their distance from the making; 0 is none. */
function writeParcel(
  writer: ByteWriter,
  parcel: PlannedFulfillment,
  { lines, madeAtMs }: Pick<ReservationContext, 'lines' | 'madeAtMs'>,
): void {
  writer.text(parcel.location);
  writer.maybe(parcel.carrier);
  writer.uint(parcel.distanceKm);
  writer.uint(parcel.costMinor);
  writer.maybe(parcel.service);
  writer.uint(parcel.shipByMs === undefined ? 0 : 1 + parcel.shipByMs - madeAtMs);
  writer.uint(parcel.deliverByMs === undefined ? 0 : 1 + parcel.deliverByMs - madeAtMs);
  writer.uint(parcel.lines.length);
  let number = 0;
  for (const { lineId, quantity } of parcel.lines) {
    // They mostly stand in the order of the lines: the search goes on from the last one.
    while (lines[number]?.lineId !== lineId) number = (number + 1) % lines.length;
    writer.uint(number);
    writer.uint(quantity);
  }
}

export function readReservation(reader: ByteReader, reservationId: ReservationId): Snapshot<ReservationContext> {
  const value = must(reservationStates[reader.uint()], 'a reservation state number');
  const channel = reader.text() as ChannelId;
  const madeAtMs = reader.uint();
  const [changedAtMs, expiresAtMs] = [madeAtMs + reader.uint(), madeAtMs + reader.uint()];
  const [ttlMs, attempt, candidates] = [reader.uint(), reader.uint(), reader.uint()];
  const customer = reader.maybe();
  const orderId = reader.maybe() as OrderId | undefined;
  const service = reader.maybe() as ServiceId | undefined;
  const mask = reader.uint();
  const destination = (mask & has.destination) === 0 ? undefined : readPlace(reader);
  const places = (mask & has.locations) === 0 ? 0 : reader.uint();
  const locations = places === 0 ? undefined : Array.from({ length: places }, () => reader.text() as LocationId);
  const runnerUpMinor = (mask & has.runnerUp) === 0 ? undefined : reader.uint();
  const ticket = (mask & has.ticket) === 0 ? undefined : reader.uint();
  const lines = Array.from({ length: reader.uint() }, (_, index) => readLine(reader, index));
  const parcels = Array.from({ length: reader.uint() }, () => readParcel(reader, lines, madeAtMs));
  if ((mask & has.kits) !== 0) readKits(reader, lines);
  const count = (mask & has.groups) === 0 ? 0 : reader.uint();
  const groups = count === 0 ? undefined : Array.from({ length: count }, () => reader.text());
  if ((mask & has.untracked) !== 0) readUntracked(reader, parcels, lines);
  const segment = (mask & has.segment) === 0 ? undefined : reader.text();
  const isPartial = (mask & has.partial) !== 0;
  // Written out, in the machine's order: put together of objects it is copied slowly ever after.
  const context = {
    reservationId, channel, destination, customer, segment, service, locations, groups, isPartial, ttlMs, ticket, lines,
    madeAtMs, changedAtMs, expiresAtMs, attempt, parcels, candidates, runnerUpMinor, orderId,
  };
  return { value, context };
}

function readPlace(reader: ByteReader): Destination {
  const destination = readDestination(reader);
  const timeZone = reader.maybe();
  return timeZone === undefined ? destination : { ...destination, timeZone };
}

function readLine(reader: ByteReader, index: number): ReservationLine {
  const lineId = (reader.maybe() ?? String(index + 1)) as LineId;
  const sku = reader.text() as Sku;
  return { lineId, sku, quantity: reader.uint(), held: reader.uint() };
}

function readParcel(reader: ByteReader, lines: readonly ReservationLine[], madeAtMs: number): PlannedFulfillment {
  const location = reader.text() as LocationId;
  const carrier = reader.maybe() as CarrierId | undefined;
  const [distanceKm, costMinor] = [reader.uint(), reader.uint()];
  const service = reader.maybe() as ServiceId | undefined;
  const time = (distance: number): number | undefined => (distance === 0 ? undefined : madeAtMs + distance - 1);
  const [shipByMs, deliverByMs] = [time(reader.uint()), time(reader.uint())];
  const units = Array.from({ length: reader.uint() }, () => {
    const { lineId } = must(lines[reader.uint()], 'a line number');
    return { lineId, quantity: reader.uint() };
  });
  return { location, carrier, service, distanceKm, costMinor, lines: units, shipByMs, deliverByMs };
}
