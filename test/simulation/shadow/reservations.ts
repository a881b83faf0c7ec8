/** Reservations in the shadow: what each must hold, where, until when, and how commands on them are answered. */
import type { CommandBody } from '../../../actors/commands.ts';
import { explode, isKnown, isLines, needsFor } from './kits.ts';
import { heldOptionsOf } from './held.ts';
import { count, refusal } from './quotas.ts';
import { forecast, type ShadowDecision } from './decided.ts';
import { promised } from './promised.ts';
import type { Doing } from './orders.ts';
import type { Candidate, ShadowPlan } from './seeking.ts';
import { isOffered, planUnits, pricesFor } from './sourcing.ts';
import { movePools } from './pool-commands.ts';
import { stockKey, tracked, type Shadow, type ShadowLine, type ShadowOrder, type ShadowReservation } from './state.ts';
import { no, type Verdict } from './verdict.ts';

const tenMinutesMs = 600_000;

const dayMs = 86_400_000;

export const isOver = ({ state }: ShadowReservation): boolean => state !== 'held' && state !== 'queued';

/** Who waits in line for a SKU, in order. */
export function lineOf(shadow: Shadow, sku: string): ShadowReservation[] {
  return [...shadow.reservations.values()]
    .filter(({ state, lines }) => state === 'queued' && lines[0]?.sku === sku)
    .sort((a, b) => (a.ticket ?? 0) - (b.ticket ?? 0));
}

/** The place in line of one that waits. */
export function positionOf(shadow: Shadow, reservation: ShadowReservation): number | undefined {
  if (reservation.state !== 'queued') return undefined;
  return 1 + lineOf(shadow, reservation.lines[0]?.sku ?? '').findIndex(({ id }) => id === reservation.id);
}

/** Units of a line that are held. */
export function heldOf({ parcels }: ShadowReservation, line: number): number {
  let sum = 0;
  for (const { units } of parcels) for (const unit of units) if (unit.line === line) sum += unit.quantity;
  return sum;
}

const held = (reservation: ShadowReservation): number =>
  reservation.lines.reduce((sum, _, line) => sum + heldOf(reservation, line), 0);
const wanted = ({ lines }: ShadowReservation): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** The answer to a command on this reservation. */
export function answerOf(shadow: Shadow, reservation: ShadowReservation): object {
  const { id, state, expiresAtMs, lines, parcels, ticket } = reservation;
  return {
    ...(state === 'queued' ? { ticket, position: positionOf(shadow, reservation) } : {}),
    reservationId: id,
    state,
    expiresAtMs,
    lines: lines.map((line, index) => ({ ...line, held: heldOf(reservation, index) })),
    fulfillments: parcels.map(({ from, units, untracked }) => ({
      ...from,
      untracked: untracked?.map((line) => lines[line]?.lineId),
      lines: units.map(({ line, quantity }) => ({ lineId: lines[line]?.lineId, quantity })),
    })),
  };
}

/** The reservation as reservation.get shows it. */
export function reservationViewOf(shadow: Shadow, reservation: ShadowReservation): object {
  const { channel, customer, segment, destination, service, locations, groups, isPartial, madeAtMs, changedAtMs, orderId } = reservation;
  const asked = { channel, customer, segment, destination, service, locations, groups, partial: isPartial };
  return { ...answerOf(shadow, reservation), ...asked, madeAtMs, changedAtMs, orderId };
}

export function put(doing: Doing, reservation: ShadowReservation): ShadowReservation {
  const changed = { ...reservation, changedAtMs: doing.atMs };
  const before = doing.shadow.reservations.get(reservation.id);
  const has = (one: ShadowReservation, line: number): number =>
    one.state === 'queued' ? (one.lines[line]?.quantity ?? 0) : heldOf(one, line);
  for (const [line, { sku }] of reservation.lines.entries()) {
    count(doing, sku, reservation.customer, reservation.madeAtMs, has(changed, line) - (before === undefined ? 0 : has(before, line)));
  }
  doing.shadow.set(doing.shadow.reservations, reservation.id, changed);
  return changed;
}

function tell({ events }: Doing, reservation: ShadowReservation, kind: string, more: object = {}): void {
  const { id, channel, state, expiresAtMs, ticket } = reservation;
  const units = held(reservation);
  const missing = wanted(reservation) - units;
  events.push({ kind, reservationId: id, channel, state, expiresAtMs, units, missing, ...(state === 'queued' ? { ticket } : {}), ...more });
}

/** Units of parcels are set apart (+1) or put back (−1). */
function move(shadow: Shadow, reservation: ShadowReservation, parcels: ShadowReservation['parcels'], sign: 1 | -1): void {
  setApart(shadow, reservation, parcels, sign);
  for (const [key, units] of unitsByStock(reservation, parcels)) poolsFollow(shadow, key, reservation, sign, units);
}

function poolsFollow(shadow: Shadow, key: string, whose: ShadowReservation, sign: 1 | -1, units: number): void {
  const slash = key.indexOf('/');
  movePools(shadow, key.slice(slash + 1), key.slice(0, slash), whose, sign > 0 ? 'take' : 'give', units);
}

/** Units at each stock. */
function unitsByStock(
  { lines }: { readonly lines: readonly { readonly sku: string }[] },
  parcels: readonly (Omit<ShadowPlan['parcels'][number], 'from'> & { readonly from: { readonly location: string } })[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { from, ...parcel } of parcels) {
    for (const { line, quantity } of tracked(parcel)) {
      const key = stockKey(lines[line]?.sku ?? '', from.location);
      sums.set(key, (sums.get(key) ?? 0) + quantity);
    }
  }
  return sums;
}

function setApart(shadow: Shadow, { lines }: ShadowReservation, parcels: ShadowReservation['parcels'], sign: 1 | -1): void {
  for (const { from, ...parcel } of parcels) {
    for (const { line, quantity } of tracked(parcel)) addReserved(shadow, lines[line]?.sku ?? '', from.location, sign * quantity);
  }
}

export function addReserved(shadow: Shadow, sku: string, location: string, units: number): void {
  const key = stockKey(sku, location);
  const stock = shadow.stocks.get(key);
  if (stock === undefined) throw new Error(`the shadow has no stock ${key}`);
  shadow.set(shadow.stocks, key, { ...stock, reserved: stock.reserved + units });
}

export function make(doing: Doing, body: CommandBody<'reservation.make'>): Verdict {
  const { shadow, atMs } = doing;
  if (body.promise === true && body.destination === undefined) return no('malformed', 'body.promise');
  if (body.promise === true && body.lines.length > 200) return no('over-limit', 'body.promise');
  const open = [...shadow.reservations.values()].filter((one) => !isOver(one));
  if (open.length >= shadow.reservationsOpenMax) return no('too-many');
  if (!shadow.channels.has(body.channel)) return no('unknown-channel', 'body.channel');
  if (body.service !== undefined && !isOffered(shadow, body.service)) return no('unknown-service', 'body.service');
  const nowhere = (body.locations ?? []).findIndex((id) => !shadow.locations.has(id));
  if (nowhere >= 0) return no('unknown-location', `body.locations[${nowhere}]`);
  const unknown = body.lines.findIndex(({ sku }) => !isKnown(shadow, sku));
  if (unknown >= 0) return no('unknown-sku', `body.lines[${unknown}].sku`);
  if (shadow.reservations.has(body.reservationId)) return no('reservation-exists', 'body.reservationId');
  const exploded = explode(shadow, body.lines);
  if (!isLines(exploded)) return exploded;
  const lines = exploded.map(({ lineId, sku, quantity, kit }) => ({ lineId, sku, quantity, ...(kit === undefined ? {} : { kit }) }));
  const ttlMs = body.ttlMs ?? tenMinutesMs;
  const asked: ShadowReservation = {
    id: body.reservationId,
    channel: body.channel,
    customer: body.customer,
    segment: body.segment,
    destination: body.destination,
    service: body.service,
    locations: body.locations,
    groups: body.groups,
    isPartial: body.partial ?? false,
    ttlMs,
    madeAtMs: atMs,
    changedAtMs: atMs,
    expiresAtMs: atMs + ttlMs,
    state: 'held',
    ticket: undefined,
    lines,
    parcels: [],
    candidates: 0,
    runnerUpMinor: undefined,
    orderId: undefined,
  };
  const made = makeIt(doing, asked);
  if ('code' in made) return made;
  return refusal(doing, body.customer, asked.lines) ?? withOptions(doing, body, made);
}

/** The answer with the ways in which what is held could go, when it was asked for them. */
function withOptions({ shadow, atMs }: Doing, { reservationId, promise }: { readonly reservationId: string; readonly promise?: boolean | undefined }, made: Verdict): Verdict {
  const reservation = shadow.reservations.get(reservationId);
  if (promise !== true || 'code' in made || reservation?.destination === undefined) return made;
  return { ok: { ...(made.ok as object), options: heldOptionsOf(shadow, reservation, reservation.destination, atMs) } };
}

function makeIt(doing: Doing, asked: ShadowReservation): Verdict {
  const { shadow } = doing;
  const { lines } = asked;
  const [first] = lines;
  const drop = shadow.items.get(first?.sku ?? '')?.item.drop;
  const line = lineOf(shadow, first?.sku ?? '');
  const mayWait = drop !== undefined && asked.lines.every(({ sku, kit }) => kit === undefined && sku === first?.sku);
  if (mayWait && line.length > 0) {
    if (line.length >= (drop.queueMax ?? 1_000_000)) return no('line-full', 'body.lines');
    return enqueue(doing, asked, line);
  }
  const others = heldForLine(doing, lines);
  if (others !== undefined) return lines.some(({ kit }) => kit !== undefined) ? no('out-of-stock', 'body.lines') : others;
  const plan = planFor(doing, asked);
  doing.decided.push(decidedCart(doing, asked, plan));
  if (isTooLittle(asked, plan)) return mayWait ? enqueue(doing, asked, line) : no('out-of-stock', 'body.lines');
  const made = put(doing, withPlan(asked, plan));
  tell(doing, made, 'reservation.held');
  move(shadow, made, plan.parcels, 1);
  return { ok: answerOf(shadow, made) };
}

const isTooLittle = ({ isPartial }: ShadowReservation, { short, parcels }: ShadowPlan): boolean =>
  short > 0 && (!isPartial || parcels.length === 0);

function enqueue(doing: Doing, asked: ShadowReservation, line: readonly ShadowReservation[]): Verdict {
  const ticket = (line.at(-1)?.ticket ?? 0) + 1;
  const waiting = put(doing, { ...asked, state: 'queued', ticket, expiresAtMs: doing.atMs + dayMs });
  tell(doing, waiting, 'reservation.queued');
  return { ok: answerOf(doing.shadow, waiting) };
}

/** Orders and mixed carts get nothing of what others wait for in line. */
export function heldForLine({ shadow }: Doing, lines: readonly { readonly sku: string; readonly isParked?: true | undefined }[]): Verdict | undefined {
  const index = lines.findIndex(({ sku, isParked }) => isParked !== true && lineOf(shadow, sku).length > 0);
  return index < 0 ? undefined : no('out-of-stock', `body.lines[${index}].sku`);
}

/** The first in line for a SKU, if there is enough for it; undefined when it must wait. */
export function servable(doing: Doing, sku: string): { readonly first: ShadowReservation; readonly plan: ShadowPlan } | undefined {
  const [first] = lineOf(doing.shadow, sku);
  if (first === undefined || first.expiresAtMs <= doing.atMs) return undefined;
  const plan = planFor(doing, first);
  return isTooLittle(first, plan) ? undefined : { first, plan };
}

export function serve(doing: Doing, sku: string): void {
  const found = servable(doing, sku);
  if (found === undefined) return;
  const { first, plan } = found;
  const served = put(doing, { ...withPlan(first, plan), state: 'held', expiresAtMs: doing.atMs + first.ttlMs });
  tell(doing, served, 'reservation.held');
  move(doing.shadow, served, plan.parcels, 1);
}

const needsNow = (reservation: ShadowReservation): ReturnType<typeof needsFor> =>
  needsFor(reservation, (line) => (reservation.lines[line]?.quantity ?? 0) - heldOf(reservation, line));

/** A cart is decided about: canaries do not count it, shadows look at it. */
function decidedCart(doing: Doing, cart: ShadowReservation, plan: ShadowPlan): ShadowDecision {
  const { id: who, channel, madeAtMs: beganAtMs } = cart;
  const forecasts = forecast(doing, cart, needsNow(cart), plan, 1, { promisedByMs: undefined, mayNotWait: false });
  const fact = { isFirst: true, minor: 0, parcels: 0, isShort: false, isRefused: false, isLate: false, isFailed: false };
  return { who, channel, beganAtMs, isCounted: false, fact, forecasts };
}

function planFor({ shadow, atMs }: Doing, reservation: ShadowReservation): ShadowPlan {
  const needs = needsNow(reservation);
  const plan = planUnits(shadow, reservation, needs, atMs);
  const { destination } = reservation;
  if (destination === undefined) return plan;
  const dated = ({ from, ...rest }: ShadowPlan['parcels'][number]): ShadowPlan['parcels'][number] => {
    const { shipByMs, deliverByMs } = promised(shadow, from, rest.units, destination, atMs);
    return { from: { ...from, shipByMs, deliverByMs } as typeof from, ...rest };
  };
  return { ...plan, parcels: plan.parcels.map(dated) };
}

function withPlan(reservation: ShadowReservation, plan: ShadowPlan): ShadowReservation {
  const parcels = [...reservation.parcels, ...plan.parcels];
  return { ...reservation, parcels, candidates: plan.candidates, runnerUpMinor: plan.runnerUpMinor };
}

/** Go on with a reservation that still holds; in its last millisecond it is over. */
function withHeld(
  { shadow, atMs }: Doing,
  id: string,
  go: (reservation: ShadowReservation) => Verdict,
  mayTake: (reservation: ShadowReservation) => boolean = () => true,
): Verdict {
  const reservation = shadow.reservations.get(id);
  if (reservation === undefined || !mayTake(reservation)) return no('unknown-reservation', 'body.reservationId');
  const { state, expiresAtMs } = reservation;
  if (state === 'expired' || (!isOver(reservation) && expiresAtMs <= atMs)) return no('reservation-expired', 'body.reservationId');
  return isOver(reservation) ? no('wrong-state', 'body.reservationId') : go(reservation);
}

export function extend(doing: Doing, body: CommandBody<'reservation.extend'>): Verdict {
  const { reservationId, ttlMs, promise } = body;
  return withHeld(doing, reservationId, (reservation) => {
    if (promise === true && reservation.destination === undefined) return no('malformed', 'body.promise');
    if (reservation.state === 'queued') return no('wrong-state');
    const after = put(doing, { ...reservation, expiresAtMs: doing.atMs + ttlMs });
    tell(doing, after, 'reservation.changed');
    return withOptions(doing, body, { ok: answerOf(doing.shadow, after) });
  });
}

function close(doing: Doing, before: ShadowReservation, change: Partial<ShadowReservation>, kind: string): ShadowReservation {
  const after = put(doing, { ...before, ...change, parcels: [] });
  tell(doing, after, kind, after.orderId === undefined ? {} : { orderId: after.orderId });
  return after;
}

export function release(doing: Doing, { reservationId }: CommandBody<'reservation.release'>): Verdict {
  return withHeld(doing, reservationId, (reservation) => {
    move(doing.shadow, reservation, reservation.parcels, -1);
    return { ok: answerOf(doing.shadow, close(doing, reservation, { state: 'released' }, 'reservation.changed')) };
  });
}

export function expire(doing: Doing, reservation: ShadowReservation): void {
  move(doing.shadow, reservation, reservation.parcels, -1);
  close(doing, reservation, { state: 'expired' }, 'reservation.expired');
}

/** What an order that names a reservation gets of it. */
export interface Share {
  readonly reservation: ShadowReservation;
  readonly plan: ShadowPlan;
}

/** The share of an order, or why it gets none; undefined when it names no reservation. */
export function shareOf(
  doing: Doing,
  body: CommandBody<'order.place'>,
): { readonly reservation: ShadowReservation } | Verdict | undefined {
  if (body.reservationId === undefined) return undefined;
  let found: ShadowReservation | undefined;
  const verdict = withHeld(
    doing,
    body.reservationId,
    (reservation) => {
      if (reservation.state === 'queued') return no('wrong-state', 'body.reservationId');
      found = reservation;
      return { ok: undefined };
    },
    ({ channel, customer, segment }) =>
      channel === body.channel && (customer ?? body.customer) === body.customer && (body.segment ?? segment) === segment,
  );
  return found === undefined ? verdict : { reservation: found };
}

/** The plan of an order made of reserved units: each line in turn takes from each parcel in turn. */
export function planOf(
  { shadow }: Doing,
  reservation: ShadowReservation,
  body: Omit<CommandBody<'order.place'>, 'lines'> & { readonly lines: readonly ShadowLine[] },
): ShadowPlan | Verdict {
  const left = body.lines.map(({ quantity }) => quantity);
  const isSamePlace = JSON.stringify(sorted(reservation.destination)) === JSON.stringify(sorted(body.destination));
  const service = body.service ?? reservation.service;
  const sameAsAsked = isSamePlace && service === reservation.service;
  const prices = sameAsAsked ? undefined : pricesFor(shadow, body.destination, service, shadow.atMs);
  const parcels = reservation.parcels.flatMap(({ from, units, untracked = [] }) => {
    const here = new Map<string, number>();
    for (const { line, quantity } of units) {
      const sku = reservation.lines[line]?.sku ?? '';
      here.set(sku, (here.get(sku) ?? 0) + quantity);
    }
    const taken = body.lines.flatMap(({ sku }, line) => {
      const quantity = Math.min(left[line] ?? 0, here.get(sku) ?? 0);
      left[line] = (left[line] ?? 0) - quantity;
      here.set(sku, (here.get(sku) ?? 0) - quantity);
      return quantity > 0 ? [{ line, quantity }] : [];
    });
    const location = shadow.locations.get(from.location);
    const priced: Candidate = prices === undefined || location === undefined ? from : prices(location, taken.map(({ line, quantity }) => ({ sku: body.lines[line]?.sku ?? '', quantity })));
    // Dates are made anew, by the order.
    const free = new Set(untracked.map((line) => reservation.lines[line]?.sku));
    const freed = taken.flatMap(({ line }) => (free.has(body.lines[line]?.sku ?? '') ? [line] : []));
    const undated = { ...priced, shipByMs: undefined, deliverByMs: undefined };
    return taken.length === 0 ? [] : [{ from: undated, units: taken, untracked: freed.length === 0 ? undefined : freed }];
  });
  const over = left.findIndex((quantity) => quantity > 0);
  if (over >= 0) return no('not-enough', `body.lines[${over}].quantity`);
  const { candidates, runnerUpMinor } = reservation;
  return { parcels, short: 0, candidates, runnerUpMinor: sameAsAsked ? runnerUpMinor : undefined, removed: undefined };
}

const sorted = (value: object | undefined): unknown =>
  value === undefined ? undefined : Object.entries(value).map(([key, member]) => [key, member === 0 ? 0 : member]).sort();

/** An order took its share (its units are allocated already); what it left goes back to sale. */
export function convert(doing: Doing, reservation: ShadowReservation, orderId: string): void {
  const { shadow } = doing;
  setApart(shadow, reservation, reservation.parcels, -1);
  const order = shadow.orders.get(orderId) as ShadowOrder;
  const parts = order.parts.map(({ location, units, untracked }) => ({ from: { location }, units, untracked }));
  const used = unitsByStock(order, parts);
  for (const [key, units] of unitsByStock(reservation, reservation.parcels)) {
    poolsFollow(shadow, key, reservation, -1, units - (used.get(key) ?? 0));
  }
  close(doing, reservation, { state: 'converted', orderId }, 'reservation.changed');
}

/** Look for the units that were lost elsewhere. */
export function sourceAgain(doing: Doing, id: string): void {
  const before = doing.shadow.reservations.get(id) as ShadowReservation;
  const plan = planFor(doing, before);
  doing.decided.push(decidedCart(doing, before, plan));
  const after = put(doing, withPlan(before, plan));
  tell(doing, after, 'reservation.changed');
  move(doing.shadow, after, plan.parcels, 1);
}
