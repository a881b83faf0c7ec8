/** What orders say beside what is decided by, and the policies they are taken in by, drawn for the world as it is. */
import type { Draw, Names } from './bodies.ts';
import { drawSku } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import { policyOf } from './shadow/intake.ts';
import type { Shadow } from './shadow/state.ts';

type IntakeKind = 'intake-policy.put' | 'mapping.put' | 'order.amend';

export const intakeDraws: Record<IntakeKind, Draw> = {
  'intake-policy.put': (rng, { settings }) => ({
    policy: {
      ...(rng.chance(0.5) ? { channel: rng.chance(settings.nonsenseShare / 8) ? 'no-such' : rng.pick(settings.channels) } : {}),
      ...(rng.chance(0.7) ? { graceMs: rng.pick([0, 0, 1, 500, 60_000]) } : {}),
      ...(rng.chance(0.6) ? { address: rng.pick(['accept', 'hold', 'hold', 'refuse']) } : {}),
      ...(rng.chance(0.4) ? { bigOrder: drawBig(rng, settings.unitsMax) } : {}),
      ...(rng.chance(0.5) ? { bulkBuy: { units: rng.between(1, 6 * settings.unitsMax), windowMs: drawWindow(rng) } } : {}),
      ...(rng.chance(0.5) ? { payment: drawPayment(rng) } : {}),
      ...(rng.chance(0.4) ? { mapping: rng.pick(['first', 'first', 'only']) } : {}),
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
  'order.amend': (rng, { orders, settings }, shadow) => {
    const held = [...shadow.orders.values()].slice(-60).filter(({ holds }) => holds?.some(({ holdId }) => holdId === 'address'));
    const id = orders.length === 0 || rng.chance(settings.nonsenseShare / 8) ? 'nobody' : held.length > 0 && rng.chance(0.5) ? rng.pick(held).id : rng.pick(orders.slice(-30));
    const { totals: _totals, mandates: _mandates, ...details } = drawDetails(rng, settings.nonsenseShare, []) as Record<string, unknown>;
    const clear = ['note', 'terms', 'address', 'gift'].filter((field) => rng.chance(0.2) && (!(field in details) || rng.chance(0.02)));
    return { orderId: id, ...(rng.chance(0.9) ? { details } : {}), ...(clear.length > 0 ? { clear } : {}) };
  },
};

const drawBig = (rng: Rng, unitsMax: number): object => ({
  ...(rng.chance(0.7) ? { valueMinor: rng.pick([0, 5_000, 1_000_000]) } : {}),
  ...(rng.chance(0.7) ? { units: rng.between(1, 3 * unitsMax) } : {}),
});

const drawPayment = (rng: Rng): object => ({
  ...(rng.chance(0.7) ? { hold: rng.chance(0.8) } : {}),
  ...(rng.chance(0.7) ? { captureOnShip: true } : {}),
  ...(rng.chance(0.8) ? { warnMs: rng.pick([0, 500, 60_000]) } : {}),
});

const drawWindow = (rng: Rng): number => rng.pick([1_000, 60_000, 2_592_000_000]);

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
