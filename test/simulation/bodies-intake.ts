/** What orders say beside what is decided by, and the policies they are taken in by, drawn for the world as it is. */
import type { Draw, Names } from './bodies.ts';
import { kitNames } from './bodies-items.ts';
import { drawReach, drawSku } from './draw-sku.ts';
import { serviceNames } from './network-names.ts';
import type { Rng } from './rng.ts';
import { policyOf } from './shadow/intake.ts';
import { isClosed, stateOf } from './shadow/order-facts.ts';
import type { Shadow } from './shadow/state.ts';

type IntakeKind = 'intake-policy.put' | 'mapping.put' | 'order.amend' | 'order.edit';

export const intakeDraws: Record<IntakeKind, Draw> = {
  'intake-policy.put': (rng, { settings }) => ({
    policy: {
      ...(rng.chance(0.5) ? { channel: rng.chance(settings.nonsenseShare / 8) ? 'no-such' : rng.pick(settings.channels) } : {}),
      ...(rng.chance(0.7) ? { graceMs: rng.pick([0, 0, 1, 500, 60_000]) } : {}),
      ...(rng.chance(0.6) ? { address: rng.pick(['accept', 'hold', 'hold', 'refuse']) } : {}),
      ...(rng.chance(0.4) ? { bigOrder: drawBig(rng, settings.unitsMax) } : {}),
      ...(rng.chance(0.5) ? { bulkBuy: { units: rng.between(1, 6 * settings.unitsMax), windowMs: drawWindow(rng) } } : {}),
      ...(rng.chance(0.5) ? { payment: drawPayment(rng) } : {}),
      ...(rng.chance(0.5) ? { fees: { ...(rng.chance(0.7) ? { edit: drawFees(rng) } : {}), ...(rng.chance(0.7) ? { cancel: drawFees(rng) } : {}) } } : {}),
      ...(rng.chance(0.6) ? { routed: rng.pick(['refuse', 'hold', 'anew', 'anew']) } : {}),
      ...(rng.chance(0.3) ? { riskPercent: rng.pick([1, 30, 100]) } : {}),
      ...(rng.chance(0.4) ? { mapping: rng.pick(['first', 'only', 'park', 'park']), ...(rng.chance(0.5) ? { parked: rng.pick(['wait', 'go']) } : {}) } : {}),
      ...(rng.chance(0.5) ? { repeat: { windowMs: drawWindow(rng) } } : {}),
    },
  }),
  'mapping.put': (rng, { settings }) => ({
    channel: rng.chance(settings.nonsenseShare / 8) ? 'no-such' : rng.pick(settings.channels),
    mappings: Array.from({ length: rng.between(1, 3) }, (_, index) => ({
      channelSku: rng.chance(settings.nonsenseShare / 8) ? 'ch/0' : `ch/${(index + rng.below(2) * 3) % 5}`,
      ...(rng.chance(0.85) ? { sku: drawSku(rng, settings) } : {}),
      ...(rng.chance(0.4) ? { quantity: rng.pick([1, 2, 3, 100_000]) } : {}),
    })),
  }),
  'order.edit': (rng, names, shadow) => ({ ...drawEdit(rng, names, shadow), reason: 'changed their mind' }),
  'order.amend': (rng, { orders, settings }, shadow) => {
    const held = [...shadow.orders.values()].slice(-60).filter(({ holds }) => holds?.some(({ holdId }) => holdId === 'address'));
    const id = orders.length === 0 || rng.chance(settings.nonsenseShare / 8) ? 'nobody' : held.length > 0 && rng.chance(0.5) ? rng.pick(held).id : rng.pick(orders.slice(-30));
    const { totals: _totals, mandates: _mandates, ...details } = drawDetails(rng, settings.nonsenseShare, []) as Record<string, unknown>;
    const clear = ['note', 'terms', 'address', 'gift'].filter((field) => rng.chance(0.2) && (!(field in details) || rng.chance(0.02)));
    return { orderId: id, ...(rng.chance(0.9) ? { details } : {}), ...(clear.length > 0 ? { clear } : {}) };
  },
};

const drawFees = (rng: Rng): object =>
  Object.fromEntries(['grace', 'released', 'picked'].filter(() => rng.chance(0.6)).map((stage) => [stage, rng.chance(0.2) ? 'refuse' : rng.pick([0, 150, 999])]));

/** An edit of some order, mostly one that may be edited. */
export function drawEdit(rng: Rng, { settings, now }: Names, shadow: Shadow): Record<string, unknown> {
  const there = [...shadow.orders.values()].slice(-40);
  const open = there.filter((one) => !isClosed(one) && stateOf(one) !== 'shipped');
  const order = there.length === 0 || rng.chance(settings.nonsenseShare / 8) ? undefined : rng.pick(open.length > 0 && rng.chance(0.95) ? open : there);
  const id = order?.id ?? 'nobody';
  const names = [...new Set((order?.lines ?? []).map(({ lineId, kit }) => kit?.lineId ?? lineId))];
  const lines = names.filter(() => rng.chance(0.5)).slice(0, 3).map((lineId) => ({ lineId: rng.chance(settings.nonsenseShare / 8) ? 'no-such' : lineId, quantity: rng.below(2 * settings.unitsMax) }));
  const add = Array.from({ length: rng.between(1, 2) }, () => ({
    ...(rng.chance(0.1) ? { lineId: rng.pick(['1', '2', 'extra', '1.1']) } : {}),
    sku: rng.chance(settings.kitShare) ? rng.pick(kitNames) : drawSku(rng, settings),
    quantity: rng.between(1, settings.unitsMax),
    ...(rng.chance(0.5) ? { unitPriceMinor: rng.below(10_000) } : {}),
    ...(rng.chance(0.2) ? { details: drawLineDetails(rng, settings.nonsenseShare) } : {}),
  }));
  const isElsewhere = rng.chance(0.25);
  const clear = (['service', 'promisedByMs'] as const).filter(() => rng.chance(0.06));
  return {
    orderId: id,
    ...(rng.chance(0.3) ? { ifChangedAtMs: rng.chance(0.9) ? (order?.changedAtMs ?? 0) : now() - 1 } : {}),
    ...(lines.length > 0 && rng.chance(0.7) ? { lines } : {}),
    ...(rng.chance(lines.length > 0 ? 0.3 : 0.8) ? { add } : {}),
    ...(isElsewhere ? { destination: { country: rng.pick(['NL', 'DE', 'US']), ...(rng.chance(0.5) ? { latitude: 52.1, longitude: 4.3 } : {}), ...drawReach(rng, settings) } } : {}),
    ...(rng.chance(isElsewhere ? 0.5 : 0.01) ? { address: { lines: [rng.chance(settings.nonsenseShare / 8) ? 'card 4111 1111 1111 1111' : '2 Side Street'], city: 'Delft' } } : {}),
    ...(rng.chance(settings.calendarShare / 4) ? { service: rng.pick([...serviceNames, 'no-such']) } : {}),
    ...(rng.chance(0.1) ? { promisedByMs: now() + rng.pick([0, 86_400_000, 864_000_000]) } : {}),
    ...(clear.length > 0 ? { clear } : {}),
  };
}

const drawBig = (rng: Rng, unitsMax: number): object => ({
  ...(rng.chance(0.7) ? { valueMinor: rng.pick([0, 5_000, 1_000_000]) } : {}),
  ...(rng.chance(0.7) ? { units: rng.between(1, 3 * unitsMax) } : {}),
});

const drawPayment = (rng: Rng): object => ({
  ...(rng.chance(0.6) ? { patienceMs: rng.pick([1, 500, 60_000, 3_600_000]) } : {}),
  ...(rng.chance(0.7) ? { hold: rng.chance(0.8) } : {}),
  ...(rng.chance(0.7) ? { captureOnShip: true } : {}),
  ...(rng.chance(0.8) ? { warnMs: rng.pick([0, 500, 60_000]) } : {}),
});

const drawWindow = (rng: Rng): number => rng.pick([1_000, 60_000, 2_592_000_000]);

/** Some orders come with their places, mostly all of it from one. */
export function withPlaces<B extends { readonly lines: readonly object[] }>(rng: Rng, { settings }: Names, body: B): B {
  if (!rng.chance(settings.detailsShare / 3)) return body;
  const place = (): object => ({
    location: rng.chance(settings.nonsenseShare / 8) ? 'nowhere' : rng.pick(settings.locations),
    ...(rng.chance(settings.calendarShare / 3) ? { service: rng.pick([...serviceNames, 'no-such']) } : {}),
  });
  const one = place();
  const lines = body.lines.map((line) => (rng.chance(settings.nonsenseShare / 8) ? line : { ...line, routed: rng.chance(0.8) ? one : place() }));
  return { ...body, lines };
}

/** What an order says more; sometimes all of it is what came before under the same external id. */
export function withDetails(rng: Rng, { settings }: Names, { intake }: Shadow, body: { readonly orderId: string; readonly channel: string; readonly lines: readonly object[] }): object {
  if (!rng.chance(settings.detailsShare)) return body;
  const known = [...intake.externals.values()].slice(-20);
  if (known.length > 0 && rng.chance(0.15)) {
    const before = rng.pick(known).body;
    return rng.chance(0.7) ? { ...before, orderId: body.orderId } : { ...before, ...rng.pick([{ orderId: body.orderId, priority: 9 }, { shortage: 'refuse' }, { details: { note: 'another' } }]) };
  }
  const isMapped = 'mapping' in policyOf({ intake } as Shadow, body.channel);
  const lines: readonly object[] = body.lines.map((line) => ({
    ...line,
    ...(isMapped && rng.chance(0.6) ? { sku: `ch/${rng.below(5)}` } : {}),
    ...(rng.chance(0.2) ? { details: drawLineDetails(rng, settings.nonsenseShare) } : {}),
  }));
  return {
    ...body,
    lines,
    ...(rng.chance(0.6) ? { externalId: rng.chance(0.95) ? `x/${body.orderId}` : 'x' } : {}),
    ...(rng.chance(0.6) ? { details: drawDetails(rng, settings.nonsenseShare, lines) } : {}),
  };
}

const drawNote = (rng: Rng, nonsense: number): string => (rng.chance(nonsense / 8) ? 'card 4111 1111 1111 1111' : 'Zoë’s ✓');

const drawLineDetails = (rng: Rng, nonsense: number): object => ({
  ...(rng.chance(0.5) ? { note: drawNote(rng, nonsense) } : {}),
  ...(rng.chance(0.5) ? { gift: { message: 'Alles Gute', wrap: true } } : {}),
});

function drawDetails(rng: Rng, nonsense: number, lines: readonly { readonly quantity?: number; readonly unitPriceMinor?: number }[]): object {
  const sum = lines.reduce((all, { quantity = 0, unitPriceMinor = 0 }) => all + quantity * unitPriceMinor, 0);
  const more = { ...(rng.chance(0.5) ? { shippingMinor: 500 } : {}), ...(rng.chance(0.5) ? { taxMinor: 99 } : {}) };
  const totalMinor = sum + (more.shippingMinor ?? 0) + (more.taxMinor ?? 0) + (rng.chance(nonsense / 4) ? 1 : 0);
  return {
    ...(rng.chance(0.4) ? { note: drawNote(rng, nonsense) } : {}),
    ...(rng.chance(0.5) ? { totals: { ...more, totalMinor } } : {}),
    ...(rng.chance(0.6) ? {
      address: { ...(rng.chance(0.8) ? { lines: ['1 Main Street', ''] } : {}), ...(rng.chance(0.8) ? { city: 'Delft' } : {}), ...(rng.chance(0.5) ? { region: 'NY' } : {}) } } : {}),
    ...(rng.chance(0.2) ? { emailHash: 'ab'.repeat(32), customFields: { 'shop.tier': 'gold', n: 1.5, isNew: true } } : {}),
    ...(rng.chance(0.2) ? { terms: { purchaseOrder: 'PO 17', netDays: 30 }, mandates: [{ type: 'ap2', content: 'eyJ.'.repeat(rng.between(1, 500)) }] } : {}),
  };
}
