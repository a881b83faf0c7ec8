/** The body of one command of each kind, drawn for the world as the shadow has it. */
import type { CommandKind } from '../../actors/commands.ts';
import { partDraws } from './bodies-fulfillments.ts';
import { floorDraws } from './bodies-floor.ts';
import { drawItem, drawKit, drawStanding, kitNames } from './bodies-items.ts';
import { drawAmount, drawCounted, drawLots, drawShipped, lotDraws } from './bodies-lots.ts';
import { drawCarrier, networkDraws } from './bodies-network.ts';
import { serviceNames } from './network-names.ts';
import { caseDraws } from './bodies-cases.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';
import { drawTaken, reservationDraws } from './bodies-reservation.ts';
import { intakeDraws, withDetails, withPlaces } from './bodies-intake.ts';
import { paymentDraws } from './bodies-payments.ts';
import { planDraws } from './bodies-plans.ts';
import { returnDraws } from './bodies-returns.ts';
import { sellingDraws } from './bodies-selling.ts';
import { drawExisting, drawHold, lineUnits, drawSubstitution } from './draw-order.ts';
import { drawNumber, trackingDraws } from './bodies-tracking.ts';
import { supplyDraws } from './bodies-supply.ts';
import { offerDraws } from './bodies-offers.ts';
import { suspectDraws } from './bodies-suspects.ts';
import { customerNames, drawReach, drawSku, segmentNames } from './draw-sku.ts';
import { trackingOf } from './shadow/lots.ts';
import { waitingOf } from './shadow/order-facts.ts';
import { onHand, stockKey, type PartState, type Shadow, type ShadowOrder } from './shadow/state.ts';

export interface Names {
  /** Every order id ever used, in order. */
  readonly orders: string[];
  /** Every reservation id ever used, in order. */
  readonly reservations: string[];
  /** Every supply id ever used, in order. */
  readonly supplies: string[];
  /** Every return id ever used, in order. */
  readonly returns: string[];
  /** The time when a command is sent. */
  readonly now: () => number;
  readonly settings: Settings;
}

export type Draw = (rng: Rng, names: Names, shadow: Shadow, index: number | undefined) => unknown;

/** @param index which of its names a put is about; undefined: any. */
export function drawBody(rng: Rng, kind: CommandKind, names: Names, shadow: Shadow, index: number | undefined): unknown {
  return draws[kind](rng, names, shadow, index);
}

const draws: Record<CommandKind, Draw> = {
  ...networkDraws,
  'item.put': (rng, names, _, index) =>
    index !== undefined || rng.chance(0.3) ? drawKit(rng, names, index) : drawItem(rng, names, drawSku(rng, names.settings)),
  ...caseDraws,
  ...suspectDraws,
  ...offerDraws,
  ...lotDraws,
  'forecast.put': (rng, { settings, now }) => ({ sku: drawSku(rng, settings), rows: rng.chance(0.2) ? [] : Array.from({ length: rng.between(1, 4) }, () => drawForecast(rng, settings, now())) }),
  'stock.receive': (rng, names, shadow) => {
    const huge = rng.chance(0.002) ? 999_999_999 : 0;
    return { entries: entries(rng, names, shadow, quantityOf(rng, 4 * names.settings.unitsMax, huge), 'in') };
  },
  'stock.adjust': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, () => ({ delta: rng.between(-3 * names.settings.unitsMax, names.settings.unitsMax) }), 'in'),
    reason: 'found otherwise',
    ...(rng.chance(0.2) ? { feed: `f${rng.below(5)}` } : {}),
  }),
  'stock.count': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, (there, sku, location) => ({
      onHand: rng.chance(0.5) ? rng.below(there + 1) : there,
      ...drawCounted(rng, names, shadow, sku, location),
      ...(rng.chance(trackingOf(shadow, sku) === undefined ? 0.5 : 0.05) ? { countedAtMs: names.now() - rng.pick([0, 0, 1, 5, 400, 5_000, 60_000, -1_000]) } : {}),
    })),
    ...(rng.chance(0.3) ? { feed: `f${rng.below(5)}` } : {}),
  }),
  'stock.return': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, quantityOf(rng, names.settings.unitsMax), 'in'),
    ...drawBucket(rng),
  }),
  'stock.set-aside': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, quantityOf(rng, names.settings.unitsMax), 'out'),
    ...drawBucket(rng),
    reason: 'fell off the rack',
  }),
  'stock.put-back': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, quantityOf(rng, names.settings.unitsMax), 'out'),
    ...drawBucket(rng),
    reason: 'repaired',
  }),
  'stock.dispose': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, quantityOf(rng, names.settings.unitsMax), 'out'),
    ...drawBucket(rng),
    reason: 'beyond repair',
  }),
  'stock.buffer': (rng, names, shadow) => ({
    entries: entries(rng, names, shadow, () => ({ buffer: rng.below(names.settings.unitsMax + 1) })),
  }),
  ...supplyDraws,
  ...returnDraws,
  ...trackingDraws,
  ...floorDraws,
  ...reservationDraws,
  'feed.open': (rng) => ({ feed: `f${rng.below(5)}`, kind: 'stock' }),
  'feed.close': (rng, { settings, now }, shadow) => ({
    feed: `f${rng.below(5)}`,
    rows: rng.below(9),
    unchanged: 1,
    changed: 0,
    outdated: 0,
    refused: 0,
    ...(rng.chance(0.8) ? { locations: settings.locations.filter(() => rng.chance(0.5)) } : {}),
    ...(rng.chance(0.6) ? { asOfMs: now() - rng.pick([0, 1, 60_000, 7_200_000, -1_000]) } : {}),
    ...(rng.chance(0.8) ? { found: [...shadow.locations.keys(), ...(rng.chance(0.1) ? ['nowhere'] : [])].map((location) => ({ location, confirmed: rng.below(3), refused: rng.below(3) })) } : {}),
  }),
  ...sellingDraws,
  ...planDraws,
  ...intakeDraws,
  ...paymentDraws,
  'order.place': (rng, names, shadow) => withDetails(rng, names, shadow, withPlaces(rng, names, drawOrder(rng, names, shadow))),
  'order.cancel': (rng, names, shadow) => {
    const order = drawExisting(rng, names, shadow);
    const all = { orderId: order?.id ?? 'nobody', reason: 'changed their mind' };
    return rng.chance(0.5) ? all : { ...all, lines: lineUnits(rng, order) };
  },
  'order.hold': (rng, names, shadow) => ({
    orderId: drawExisting(rng, names, shadow)?.id ?? 'nobody',
    ...drawHold(rng, names.now()),
  }),
  'order.unhold': (rng, names, shadow) => {
    const order = drawExisting(rng, names, shadow, ({ holds }) => holds !== undefined);
    const held = order?.holds?.[0]?.holdId ?? 'h0';
    return { orderId: order?.id ?? 'nobody', holdId: rng.chance(0.9) ? held : `h${rng.below(20)}` };
  },
  'order.schedule': (rng, names, shadow) => ({ orderId: drawExisting(rng, names, shadow, ({ startedAtMs }) => startedAtMs === undefined)?.id ?? 'nobody', ...drawInstants(rng, names.now()) }),
  'order.release': (rng, names, shadow) => ({ orderId: drawExisting(rng, names, shadow)?.id ?? 'nobody' }),
  'order.retry': (rng, names, shadow) => ({
    orderId: drawExisting(rng, names, shadow, (order) => order.lines.some((_, line) => waitingOf(order, line) > 0))?.id ?? 'nobody',
  }),
  'order.move': drawMove,
  'fulfillment.pick': (rng, names, shadow) => drawPart(rng, names, shadow, 'released'),
  'fulfillment.short': (rng, names, shadow) => {
    const part = drawPart(rng, names, shadow, 'picking');
    const order = shadow.orders.get(part.orderId);
    const units = order?.parts[Number(part.fulfillmentId) - 1]?.units ?? [];
    const there = units
      .filter(() => rng.chance(0.7))
      .map(({ line, quantity }) => {
        const units = rng.between(1, quantity + (rng.chance(0.05) ? 1 : 0));
        const { sku = '', lineId } = order?.lines[line] ?? {};
        const location = order?.parts[Number(part.fulfillmentId) - 1]?.location ?? '';
        return { lineId, quantity: units, ...(rng.chance(0.5) ? drawLots(rng, names, shadow, sku, location, units, 'out') : {}) };
      });
    return { ...part, lines: there.length === 0 || rng.chance(0.05) ? lineUnits(rng, order) : there, reason: 'not on the shelf' };
  },
  'fulfillment.reject': (rng, names, shadow) => {
    const part = drawPart(rng, names, shadow, 'released');
    const order = shadow.orders.get(part.orderId);
    const some = rng.chance(0.3) ? { lines: lineUnits(rng, order) } : {};
    return { ...part, ...some, reason: 'no hands', ...(rng.chance(0.6) ? { forMs: rng.pick([1, 500, 60_000, 3_600_000]) } : {}) };
  },
  'fulfillment.ship': (rng, names, shadow) => {
    const part = drawPart(rng, names, shadow, 'picking');
    const carrier = rng.chance(0.2) ? { carrier: drawCarrier(rng, names.settings) } : {};
    const order = shadow.orders.get(part.orderId);
    const lines = drawShipped(rng, names, shadow, order, order?.parts[Number(part.fulfillmentId) - 1]);
    return { ...part, ...carrier, ...lines, ...(rng.chance(0.5) ? { tracking: drawNumber(rng) } : {}) };
  },
  ...partDraws,
  'fulfillment.deliver': (rng, names, shadow) => drawPart(rng, names, shadow, 'shipped'),
};

function drawMove(rng: Rng, names: Names, shadow: Shadow): unknown {
  const isUntouched = ({ state }: { readonly state: PartState }): boolean => state === 'open' || state === 'released';
  const waits = (order: ShadowOrder): boolean => order.lines.some((_, line) => waitingOf(order, line) > 0);
  const order = drawExisting(rng, names, shadow, (one) => one.parts.some(isUntouched) || waits(one));
  const fitting = (order?.parts ?? []).flatMap((part, index) => (isUntouched(part) ? [index + 1] : []));
  const isWaiting = fitting.length === 0 ? !rng.chance(0.2) : order !== undefined && waits(order) && rng.chance(0.5);
  const part = fitting.length === 0 ? rng.between(1, 4) : rng.pick(fitting);
  const to = rng.chance(names.settings.nonsenseShare / 2) ? 'nowhere' : rng.pick(names.settings.locations);
  return {
    orderId: order?.id ?? 'nobody', ...(isWaiting ? {} : { fulfillmentId: String(part) }), to, reason: 'the van is full',
    ...(rng.chance(0.4) ? { lines: lineUnits(rng, order) } : {}), ...(rng.chance(0.4) ? { override: rng.chance(0.8) } : {}),
  };
}

function drawBucket(rng: Rng): object {
  return rng.chance(0.4) ? {} : { bucket: rng.pick(['damaged', 'quality', 'held']) };
}

const quantityOf = (rng: Rng, most: number, more = 0) => (): object => ({ quantity: more + rng.between(1, most) });

/** @param way whether units come or are there: which lots are named. */
function entries(
  rng: Rng,
  names: Names,
  shadow: Shadow,
  amount: (there: number, sku: string, location: string) => object,
  way?: 'in' | 'out',
): object[] {
  const { settings } = names;
  const count = rng.chance(0.7) ? 1 : rng.between(1, 4);
  return Array.from({ length: count }, () => {
    const sku = drawSku(rng, settings);
    const location = rng.chance(settings.nonsenseShare / 4) ? 'nowhere' : rng.pick(settings.locations);
    const stock = shadow.stocks.get(stockKey(sku, location));
    const drawn = { sku, location, ...amount(stock === undefined ? 0 : onHand(stock), sku, location) };
    return way === undefined ? drawn : named(rng, names, shadow, drawn, way);
  });
}

/** The entry with its lots; of serials only few units. */
function named(
  rng: Rng,
  names: Names,
  shadow: Shadow,
  entry: { readonly sku: string; readonly location: string; readonly quantity?: number; readonly delta?: number },
  way: 'in' | 'out',
): object {
  const { sku, location, quantity, delta = 0 } = entry;
  const units = drawAmount(shadow, sku, quantity ?? Math.abs(delta));
  const size = quantity === undefined ? { delta: delta < 0 ? -units : units } : { quantity: units };
  return { ...entry, ...size, ...drawLots(rng, names, shadow, sku, location, units, delta < 0 ? 'out' : way) };
}

function drawOrder(rng: Rng, names: Names, shadow: Shadow) {
  const { orders, settings } = names;
  const orderId = orders.length > 0 && rng.chance(settings.nonsenseShare) ? rng.pick(orders) : `o${orders.length + 1}`;
  const lines = Array.from({ length: rng.between(1, settings.linesMax) }, (_, index) => ({
    ...(rng.chance(0.1) ? { lineId: rng.chance(0.9) ? `line ${index}` : rng.pick(['1', '__proto__']) } : {}),
    sku: rng.chance(settings.kitShare) ? rng.pick(kitNames) : drawSku(rng, settings),
    quantity: rng.between(1, settings.unitsMax),
    ...(rng.chance(0.5) ? { unitPriceMinor: rng.below(10_000) } : {}),
    ...(rng.chance(0.1) ? drawSubstitution(rng) : {}),
  }));
  const coordinates = { latitude: rng.pick([52.1, -33.9, -0, 40.7]), longitude: rng.pick([4.3, 151.2, -74, 0]) };
  const taken = rng.chance(settings.takeShare) ? drawTaken(rng, names, shadow) : undefined;
  return {
    orderId,
    channel: rng.chance(settings.nonsenseShare / 4) ? 'no-such' : rng.pick(settings.channels),
    destination: { country: rng.pick(['NL', 'DE', 'US']), ...(rng.chance(0.7) ? coordinates : {}), ...drawReach(rng, settings) },
    ...(rng.chance(settings.calendarShare / 4) ? { service: rng.pick([...serviceNames, 'no-such']) } : {}),
    lines,
    ...(rng.chance(0.2) ? { currency: 'EUR', customer: rng.pick(customerNames) } : {}),
    ...drawStanding(rng, names),
    ...(rng.chance(0.6) ? drawSubstitution(rng) : {}),
    ...(rng.chance(0.3) ? { segment: rng.pick([...segmentNames, 'nobody']) } : {}),
    ...(rng.chance(0.2) ? { tags: rng.pick([[], ['gift'], ['gift', 'vip']]) } : {}),
    ...(rng.chance(0.2) ? { attributes: rng.pick([{}, { zone: 'north' }, { zone: 'south', risk: 0.5 }]) } : {}),
    ...(rng.chance(settings.mayWaitShare) ? { shortage: 'backorder' } : {}),
    ...(rng.chance(0.1) ? { holds: Array.from({ length: rng.between(1, 3) }, () => drawHold(rng, names.now())) } : {}),
    ...(rng.chance(settings.delayShare) ? { releaseAfterMs: rng.pick([0, 1, 500, 60_000, 3_600_000, 31_536_000_000]) } : {}),
    ...(rng.chance(settings.delayShare / 3) ? drawInstants(rng, names.now()) : {}),
    ...taken,
  };
}

/** When an order is to be fulfilled: mostly soon, at times days ahead, at times over. */
function drawInstants(rng: Rng, nowMs: number): object {
  const ahead = (): number => nowMs + rng.pick([-1, 0, 1, 500, 60_000, 3_600_000, 86_400_000, 400_000_000, rng.chance(0.05) ? 90_000_000_000 : 60_000]);
  return { ...(rng.chance(0.8) ? { fulfillAtMs: ahead() } : {}), ...(rng.chance(0.5) ? { fulfillByMs: ahead() } : {}) };
}

function drawPart(rng: Rng, names: Names, shadow: Shadow, state: PartState): { orderId: string; fulfillmentId: string } {
  const order = drawExisting(rng, names, shadow, ({ parts }) => parts.some((part) => part.state === state));
  const fitting = (order?.parts ?? []).flatMap((part, index) => (part.state === state ? [index + 1] : []));
  const isNonsense = fitting.length === 0 || rng.chance(names.settings.nonsenseShare / 2);
  return { orderId: order?.id ?? 'nobody', fulfillmentId: String(isNonsense ? rng.between(1, 4) : rng.pick(fitting)) };
}

/** A day about now, for a country, a cell of it, or a location. */
function drawForecast(rng: Rng, settings: Settings, nowMs: number): object {
  const isNonsense = rng.chance(settings.nonsenseShare / 4);
  const day = isNonsense ? '2026-02-30' : new Date(nowMs + rng.between(-1, 9) * 86_400_000).toISOString().slice(0, 10);
  const row = { day, units: rng.pick([0, 0.5, 3, 40]) };
  if (rng.chance(0.3)) return { ...row, location: rng.chance(0.95) ? rng.pick(settings.locations) : 'nowhere' };
  const half = rng.chance(settings.nonsenseShare / 4) ? { latitude: 52 } : {};
  return { ...row, country: rng.pick(['NL', 'DE']), ...(rng.chance(0.5) ? { latitude: 52, longitude: 4.9 } : half) };
}
