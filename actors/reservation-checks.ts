/**
 * What is asked of a reservation, judged before the machine is told: the reservation as it would be made,
 * and what of it an order takes. Pure.
 */
import type { CommandBody } from './commands.ts';
import type { LineId, Sku } from './ids.ts';
import type { Kit } from './item-commands.ts';
import { explode } from './kits.ts';
import { reservationMs } from './limits.ts';
import type { PlannedFulfillment, StockUnits } from './order-context.ts';
import { reject, type Rejection } from './rejection.ts';
import type { ReservationContext, ReservationInput, ReservationLine } from './reservation-context.ts';
import type { LineUnits, OrderLine } from './vocabulary.ts';

/**
 * The reservation as asked for: lines numbered, defaults filled in, nothing held yet.
 * @param ticket its place in line when there are no units; undefined: there is no line for it.
 * @param kitOf what a SKU consists of; absent: the cart holds no kits.
 */
export function reservationInput(
  body: CommandBody<'reservation.make'>,
  ticket: number | undefined,
  atMs: number,
  kitOf: ((sku: Sku) => Kit | undefined) | undefined = undefined,
): ReservationInput | Rejection {
  const lines = kitOf === undefined ? plainLines(body) : kitLines(body, kitOf);
  if ('code' in lines) return lines;
  const { reservationId, channel, destination, customer, segment, service, locations, groups, partial, ttlMs } = body;
  return {
    reservationId,
    channel,
    destination,
    customer,
    segment,
    service,
    locations,
    groups,
    isPartial: partial === true,
    ttlMs: ttlMs ?? reservationMs.default,
    ticket,
    lines,
    atMs,
  };
}

function plainLines(body: CommandBody<'reservation.make'>): ReservationLine[] | Rejection {
  const lines: ReservationLine[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < body.lines.length; index += 1) {
    const { lineId = String(index + 1) as LineId, sku, quantity } = body.lines[index] as (typeof body.lines)[number];
    if (seen.has(lineId)) return reject('duplicate', `line id ${lineId} twice`, `body.lines[${index}].lineId`);
    seen.add(lineId);
    lines.push({ lineId, sku, quantity, held: 0 });
  }
  return lines;
}

/** Kits of a cart become their components, as those of an order do. */
function kitLines(
  body: CommandBody<'reservation.make'>,
  kitOf: (sku: Sku) => Kit | undefined,
): ReservationLine[] | Rejection {
  const exploded = explode(body.lines, kitOf);
  if ('code' in exploded) return exploded;
  return exploded.map(({ lineId, sku, quantity, kit }) => {
    return kit === undefined ? { lineId, sku, quantity, held: 0 } : { lineId, sku, quantity, held: 0, kit };
  });
}

/** The lines that are of SKUs which take no stock; undefined when none is. */
function untrackedOf(
  lines: readonly Pick<OrderLine, 'lineId' | 'sku'>[],
  taken: readonly LineUnits[],
  free: ReadonlySet<Sku | undefined> | undefined,
): readonly LineId[] | undefined {
  if (free === undefined) return undefined;
  const ids = new Set(lines.flatMap(({ lineId, sku }) => (free.has(sku) ? [lineId] : [])));
  const untracked = taken.flatMap(({ lineId }) => (ids.has(lineId) ? [lineId] : []));
  return untracked.length === 0 ? undefined : untracked;
}

/** What an order takes of a reservation, and what it leaves. */
export interface Taking {
  /** The parcels of the order, its lines in its own order. */
  readonly parcels: readonly PlannedFulfillment[];
  readonly rest: readonly StockUnits[];
}

/**
 * Match an order's lines with what is held, SKU by SKU, the reservation's first parcel first. An order may
 * take fewer units than are held, and not more.
 */
export function takingOf(
  reservation: ReservationContext,
  lines: readonly Pick<OrderLine, 'lineId' | 'sku' | 'quantity'>[],
): Taking | Rejection {
  const skus = new Map<string, ReservationLine['sku']>(reservation.lines.map(({ lineId, sku }) => [lineId, sku]));
  const left = lines.map(({ quantity }) => quantity);
  const parcels: PlannedFulfillment[] = [];
  const rest: StockUnits[] = [];
  for (const parcel of reservation.parcels) {
    const held = new Map<ReservationLine['sku'], number>();
    for (const { lineId, quantity } of parcel.lines) {
      const sku = skus.get(lineId);
      if (sku !== undefined) held.set(sku, (held.get(sku) ?? 0) + quantity);
    }
    const taken: LineUnits[] = [];
    for (const [index, { lineId, sku }] of lines.entries()) {
      const quantity = Math.min(left[index] ?? 0, held.get(sku) ?? 0);
      if (quantity === 0) continue;
      taken.push({ lineId, quantity });
      left[index] = (left[index] ?? 0) - quantity;
      held.set(sku, (held.get(sku) ?? 0) - quantity);
    }
    const { untracked } = parcel;
    const free = untracked === undefined ? undefined : new Set(untracked.map((lineId) => skus.get(lineId)));
    for (const [sku, quantity] of held) {
      if (quantity > 0 && free?.has(sku) !== true) rest.push({ sku, location: parcel.location, quantity });
    }
    if (taken.length > 0) parcels.push({ ...parcel, lines: taken, untracked: untrackedOf(lines, taken, free) });
  }
  const over = left.findIndex((quantity) => quantity > 0);
  if (over < 0) return { parcels, rest };
  const units = `${left[over] ?? 0} units of ${lines[over]?.sku}`;
  const detail = `reservation ${reservation.reservationId} holds ${units} too few`;
  return reject('not-enough', detail, `body.lines[${over}].quantity`);
}
