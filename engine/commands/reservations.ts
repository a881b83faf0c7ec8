/** Commands on reservations, and how an order takes one. */
import type { CommandBody, CommandKind, CommandOf } from '../../actors/commands.ts';
import type { ReservationId, Sku } from '../../actors/ids.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { OrderInput, Plan, PlannedFulfillment, StockUnits } from '../../actors/order-context.ts';
import { dropQueueMax, promiseLinesMax } from '../../actors/limits.ts';
import { reservationInput, takingOf } from '../../actors/reservation-checks.ts';
import type { ReservationContext, ReservationMessage } from '../../actors/reservation-context.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { ReservationAnswer } from '../../actors/vocabulary.ts';
import { must, unreachable } from '../assert.ts';
import { reservationCell, reservationSteps, type ReservationCell, type SkuCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { heldOptions } from '../promise/held.ts';
import { quotaRefusal } from '../quotas.ts';
import { tellReservation } from '../reservation-effects.ts';
import { reservationAnswer } from '../reservation-views.ts';
import { isOpen } from '../reservations.ts';
import { valueBytes } from '../sizes.ts';
import type { World } from '../world.ts';
import { Load, noShape } from '../../actors/item-shape.ts';
import { pricer } from '../routing/request.ts';
import { isOffered } from '../routing/services.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

type ReservationKind = Extract<CommandKind, `reservation.${string}`>;
type ReservationCommand = { [K in ReservationKind]: CommandOf<K> }[ReservationKind];

export function commandReservation(core: Core, command: ReservationCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'reservation.make':
      return makeReservation(core, command.body, atMs);
    case 'reservation.extend':
      return extendReservation(core, command.body, atMs);
    case 'reservation.release':
      return releaseReservation(core, command.body, atMs);
    default:
      return unreachable(command);
  }
}

function makeReservation(core: Core, body: CommandBody<'reservation.make'>, atMs: number): Handled {
  const { world, limits } = core;
  const { reservations } = world;
  if (body.promise === true && body.destination === undefined) {
    return refuse('malformed', 'a promise needs a destination', 'body.promise');
  }
  if (body.promise === true && body.lines.length > promiseLinesMax) {
    return refuse('over-limit', `a promise is of at most ${promiseLinesMax} lines`, 'body.promise');
  }
  if (reservations.openCount >= limits.reservationsOpenMax) {
    return refuse('too-many', `${limits.reservationsOpenMax} reservations are open, the limit; try again shortly`);
  }
  if (world.channels.get(body.channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${body.channel}`, 'body.channel');
  }
  if (body.service !== undefined && !isOffered(world, body.service)) {
    return refuse('unknown-service', `no carrier offers ${body.service}`, 'body.service');
  }
  for (const [index, id] of (body.locations ?? []).entries()) {
    if (world.locations.get(id)?.snapshot === undefined) {
      return refuse('unknown-location', `no location ${id}`, `body.locations[${index}]`);
    }
  }
  for (const [index, { sku }] of body.lines.entries()) {
    const missing = world.unknownOf(sku);
    if (missing === undefined) continue;
    return refuse('unknown-sku', `no stock of ${missing} anywhere`, `body.lines[${index}].sku`);
  }
  if (reservations.has(body.reservationId)) {
    return refuse('reservation-exists', `reservation ${body.reservationId} exists`, 'body.reservationId');
  }
  const dropped = dropOf(world, body);
  const ticket = dropped === undefined ? undefined : (dropped.line?.nextTicket ?? 1);
  const kitOf = world.kitsAmong(body.lines);
  const input = reservationInput(body, ticket, atMs, kitOf);
  if ('code' in input) return refused(input);
  const waits = dropped?.line !== undefined && dropped.line.length > 0;
  const rejection = waits ? fullLine(dropped) : heldForLine(world, input.lines);
  if (rejection !== undefined) return refused(kitOf === undefined ? rejection : { ...rejection, field: 'body.lines' });
  const cell = reservationCell(body.reservationId);
  core.changes.set(cell, reservationSteps.begin(input, []));
  const made = tell(core, cell, { type: waits ? 'reservation.queue' : 'reservation.source', atMs });
  const over = 'refused' in made ? undefined : quotaRefusal(core, body.customer, input.lines);
  if (over !== undefined) return refused(over);
  return body.promise === true ? withOptions(core, cell, made, atMs) : made;
}

/** The answer to a command on a reservation, with the ways in which what it holds could go. */
function withOptions({ world, changes }: Core, { snapshot }: ReservationCell, made: Handled, atMs: number): Handled {
  const { context } = must(snapshot, 'a reservation');
  if ('refused' in made || context.destination === undefined) return made;
  const options = heldOptions(world, context, context.destination, atMs);
  changes.countAnswer(valueBytes(options));
  return done({ ...(made.ok as ReservationAnswer), options });
}

/** The SKU of a cart that may wait in line: the only one in it, and in drop mode. */
function dropOf({ skus }: World, { lines }: CommandBody<'reservation.make'>): SkuCell | undefined {
  const [first] = lines;
  const sku = first === undefined ? undefined : skus.get(first.sku);
  if (sku?.item?.snapshot?.context.drop === undefined) return undefined;
  return lines.every((line) => line.sku === sku.sku) ? sku : undefined;
}

function fullLine({ sku, line, item }: SkuCell): Rejection | undefined {
  const max = item?.snapshot?.context.drop?.queueMax ?? dropQueueMax;
  if ((line?.length ?? 0) < max) return undefined;
  return reject('line-full', `${max} wait in line for ${sku}; try again when some were served`, 'body.lines');
}

/** What is there of a SKU with a line is for those in it: new carts and orders of it wait their turn. */
export function heldForLine(
  { skus, reservations }: World,
  lines: readonly { readonly sku: Sku; readonly parked?: number | undefined }[],
): Rejection | undefined {
  if (reservations.queuedCount === 0) return undefined;
  const index = lines.findIndex(({ sku, parked }) => parked === undefined && (skus.get(sku)?.line?.length ?? 0) > 0);
  if (index < 0) return undefined;
  const detail = `there is a line for ${lines[index]?.sku}: reserve it by itself to stand in it`;
  return reject('out-of-stock', detail, `body.lines[${index}].sku`);
}

function extendReservation(core: Core, body: CommandBody<'reservation.extend'>, atMs: number): Handled {
  const cell = openReservation(core, body.reservationId, atMs);
  if ('code' in cell) return refused(cell);
  if (body.promise === true && cell.snapshot?.context.destination === undefined) {
    return refuse('malformed', 'a promise needs a destination, and none was named when it was made', 'body.promise');
  }
  const extended = tell(core, cell, { type: 'reservation.extend', expiresAtMs: atMs + body.ttlMs, atMs });
  return body.promise === true ? withOptions(core, cell, extended, atMs) : extended;
}

function releaseReservation(core: Core, body: CommandBody<'reservation.release'>, atMs: number): Handled {
  const cell = openReservation(core, body.reservationId, atMs);
  return 'code' in cell ? refused(cell) : tell(core, cell, { type: 'reservation.release', atMs });
}

function tell(core: Core, cell: ReservationCell, message: ReservationMessage): Handled {
  const rejection = tellReservation(core, cell, message);
  if (rejection !== undefined) return refused(rejection);
  const snapshot = must(cell.snapshot, 'a reservation');
  // It takes its place behind those in line when the command is kept.
  const { sku } = must(snapshot.context.lines[0], 'a line of a cart');
  return done(reservationAnswer(snapshot, 1 + (core.world.skus.get(sku)?.line?.length ?? 0)));
}

const unknown = (id: ReservationId): Rejection =>
  reject('unknown-reservation', `no reservation ${id}`, 'body.reservationId');

/** The open reservation of a command. In the millisecond it expires it is over, whether it was told so yet or not. */
function openReservation(
  { world: { reservations } }: Core,
  id: ReservationId,
  atMs: number,
  mayTake: (context: ReservationContext) => boolean = () => true,
): ReservationCell | Rejection {
  const snapshot = reservations.look(id);
  if (snapshot === undefined || !mayTake(snapshot.context)) return unknown(id);
  const { value, context } = snapshot;
  if (value === 'expired' || (isOpen(snapshot) && context.expiresAtMs <= atMs)) {
    return reject('reservation-expired', `reservation ${id} expired at ${context.expiresAtMs}`, 'body.reservationId');
  }
  if (!isOpen(snapshot)) {
    const by = context.orderId === undefined ? '' : ` by order ${context.orderId}`;
    return reject('wrong-state', `reservation ${id} was ${value}${by}`, 'body.reservationId');
  }
  return must(reservations.cells.get(id), 'an open reservation');
}

/** What an order gets from a reservation. */
export interface Taken {
  readonly cell: ReservationCell;
  readonly plan: Plan;
  /** Units it leaves. */
  readonly rest: readonly StockUnits[];
}

/**
 * Find the reservation an order names. One of another channel, customer or segment is like one that does
 * not exist. Undefined when it names none.
 */
export function reservationFor(
  core: Core,
  { reservationId, channel, customer, segment }: CommandBody<'order.place'>,
  atMs: number,
): ReservationCell | Rejection | undefined {
  if (reservationId === undefined) return undefined;
  const mayTake = (held: ReservationContext): boolean =>
    held.channel === channel &&
    (held.customer === undefined || held.customer === customer) &&
    (segment === undefined || held.segment === segment);
  const cell = openReservation(core, reservationId, atMs, mayTake);
  if ('code' in cell || cell.snapshot?.value === 'held') return cell;
  return reject('wrong-state', `reservation ${reservationId} waits in line, it holds nothing`, 'body.reservationId');
}

/** The plan of an order that takes a reservation's units where they are held. */
export function takeReservation(core: Core, cell: ReservationCell, order: OrderInput): Taken | Rejection {
  const { context } = must(cell.snapshot, 'a reservation');
  const taking = takingOf(context, order.lines);
  if ('code' in taking) return taking;
  const { candidates, runnerUpMinor } = context;
  const isAsPriced = order.service === context.service && isSamePlace(context.destination, order.destination);
  const price = isAsPriced ? undefined : pricer(core.world, order.destination, order.service, order.atMs);
  const shapes = new Map(order.lines.map(({ lineId, sku }) => [lineId, core.world.skus.get(sku)?.shape]));
  const loadOf = ({ lines }: PlannedFulfillment): Load => {
    const load = new Load();
    for (const { lineId, quantity } of lines) load.add(shapes.get(lineId) ?? noShape, quantity);
    return load;
  };
  const fulfillments = taking.parcels.map((parcel) =>
    undated(
      price === undefined ? parcel : { ...parcel, ...price(core.world.location(parcel.location), loadOf(parcel)) },
    ),
  );
  // What another plan would have cost was reckoned for the other place.
  const plan = { fulfillments, short: 0, candidates, runnerUpMinor: isAsPriced ? runnerUpMinor : undefined };
  return { cell, plan, rest: taking.rest };
}

/** Dates are made anew when it is ordered: a cut-off may have passed. */
function undated(parcel: PlannedFulfillment): PlannedFulfillment {
  return parcel.shipByMs === undefined ? parcel : { ...parcel, shipByMs: undefined, deliverByMs: undefined };
}

function isSamePlace(a: Destination | undefined, b: Destination): boolean {
  return (
    a !== undefined &&
    a.country === b.country &&
    a.postalCode === b.postalCode &&
    a.timeZone === b.timeZone &&
    a.residential === b.residential &&
    a.latitude === b.latitude &&
    a.longitude === b.longitude
  );
}
