/** The bodies of commands on returns, drawn for the world as the shadow has it. */
import type { CommandKind } from '../../actors/commands.ts';
import { returnReasons } from '../../actors/return-words.ts';
import type { Draw, Names } from './bodies.ts';
import { drawAmount, drawLots } from './bodies-lots.ts';
import { customerNames, drawSku } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import { trackingOf } from './shadow/lots.ts';
import { unitsIn } from './shadow/order-facts.ts';
import { comingOf, hasReturnEnded, lotsOut, moneyOf, returnStateOf, unitsBackOf, unseenAt, type ShadowReturn } from './shadow/return-facts.ts';
import type { Shadow, ShadowOrder } from './shadow/state.ts';

type ReturnKind = Extract<CommandKind, `return.${string}` | `return-policy.${string}`>;

export const returnDraws: Record<ReturnKind, Draw> = {
  'return-policy.put': (rng, names) => ({ policy: drawPolicy(rng, names) }),
  'return.request': drawRequest,
  'return.approve': (rng, names, shadow) => ({ ...ref(drawReturn(rng, names, shadow, ['requested'])), ...(rng.chance(0.2) ? { to: drawPlace(rng, names) } : {}) }),
  'return.reject': (rng, names, shadow) => ({ ...ref(drawReturn(rng, names, shadow, ['requested'])), reason: 'worn' }),
  'return.label': (rng, names, shadow) => ({ ...ref(drawReturn(rng, names, shadow, ['approved'])), ...drawParcel(rng, names) }),
  'return.ship': (rng, names, shadow) => ({ ...ref(drawReturn(rng, names, shadow, ['approved'])), ...drawParcel(rng, names) }),
  'return.receive': drawReceipt,
  'return.inspect': drawInspection,
  'return.refund': (rng, names, shadow) => {
    const one = drawReturn(rng, names, shadow, ['approved', 'in-transit', 'partially-received', 'received']);
    const { due, paid } = one === undefined ? { due: 0, paid: 1 } : moneyOf(one);
    return { ...ref(one), amountMinor: Math.max(1, rng.chance(0.7) ? rng.between(0, Math.max(0, paid - due)) : paid + 1), reason: 'goodwill' };
  },
  'return.cancel': (rng, names, shadow) => ({ ...ref(drawReturn(rng, names, shadow, ['requested', 'approved', 'in-transit', 'partially-received'])), reason: 'kept it after all' }),
};

const ref = (one: ShadowReturn | undefined): { returnId: string } => ({ returnId: one?.id ?? 'nothing' });
const drawPlace = (rng: Rng, { settings }: Names): string => (rng.chance(settings.nonsenseShare / 8) ? 'nowhere' : rng.pick(settings.locations));
const drawParcel = (rng: Rng, { settings }: Names): object => ({
  ...(rng.chance(0.5) ? { carrier: rng.chance(settings.nonsenseShare / 8) || settings.carriers.length === 0 ? 'no-such' : rng.pick(settings.carriers) } : {}),
  ...(rng.chance(0.5) ? { tracking: `R${rng.below(1_000)}` } : {}),
});

function drawPolicy(rng: Rng, names: Names): object {
  const { settings } = names;
  const some = (share: number, field: object): object => (rng.chance(share) ? field : {});
  const rule = (): object => ({
    ...some(0.3, { reasons: [rng.pick(returnReasons), 'unwanted'].filter((one, index, all) => all.indexOf(one) === index) }),
    ...some(0.2, { methods: [rng.pick(['parcel', 'store'])] }),
    ...some(0.2, { countries: [rng.pick(['NL', 'DE', 'US'])] }),
    ...some(0.2, { skus: [drawSku(rng, settings)] }),
    ...some(0.4, { belowMinor: rng.pick([0, 1, 5_000, 20_000]) }),
    to: rng.pick(['origin', 'nearest', 'keep', { location: drawPlace(rng, names) }]),
  });
  return {
    ...some(0.4, { channel: rng.chance(settings.nonsenseShare / 8) ? 'no-such' : rng.pick(settings.channels) }),
    ...some(0.3, { windowDays: rng.pick([0, 1, 30]) }),
    ...some(0.5, { approval: rng.pick(['auto', 'manual']) }),
    ...some(0.2, { methods: rng.pick([['parcel'], ['store', 'parcel']]) }),
    ...some(0.2, { excluded: { ...some(0.5, { skus: [drawSku(rng, settings)] }), ...some(0.5, { tags: ['gift'] }), ...some(0.5, { attributes: [{ name: 'kind', value: rng.pick(['book', 1]) }] }) } }),
    ...some(0.7, { refundOn: rng.pick(['request', 'first-scan', 'receipt', 'inspection']) }),
    ...some(0.5, { feePercent: rng.pick([0, 1, 15, 100]) }),
    ...some(0.4, { feeMinor: rng.pick([0, 1, 500, 100_000]) }),
    ...some(0.3, { feeFree: rng.pick([[], ['size'], ['unwanted', 'late']]) }),
    ...some(0.4, { inspect: rng.chance(0.4) }),
    ...some(0.3, { grades: { ...some(0.5, { A: 'scrap' }), ...some(0.5, { D: 'vendor' }) } }),
    ...some(0.5, { exchangeOn: rng.pick(['request', 'first-scan', 'receipt', 'inspection']) }),
    ...some(0.8, { overdueAfterMs: rng.pick([1_000, 1_000, 5_000, 60_000]) }),
    ...some(0.6, { expireAfterMs: rng.pick([1_000, 60_000, 3_600_000, 31_536_000_000]) }),
    ...some(0.6, { destinations: Array.from({ length: rng.between(1, 3) }, rule) }),
  };
}

const isGone = ({ state }: { readonly state: string }): boolean => state === 'shipped' || state === 'delivered';

function drawRequest(rng: Rng, names: Names, shadow: Shadow): object {
  const { returns, settings } = names;
  const isNonsense = (): boolean => rng.chance(settings.nonsenseShare / 4);
  const order = drawLeft(rng, names, shadow);
  const reasons = rng.chance(0.1) ? (['lost'] as const) : isNonsense() ? returnReasons : returnReasons.filter((reason) => reason !== 'lost');
  const lines = (order?.lines ?? []).flatMap(({ lineId }, line) => {
    const left = leftOf(shadow, order as ShadowOrder, lineId, line);
    if (left <= 0 ? !isNonsense() : rng.chance(0.3)) return [];
    return [{ orderLineId: lineId, quantity: rng.between(1, Math.max(1, left + (isNonsense() ? 1 : 0))), reason: rng.pick(reasons), ...(rng.chance(0.2) ? { note: 'Zoë’s' } : {}) }];
  });
  const some = lines.slice(0, 5);
  return {
    returnId: returns.length > 0 && isNonsense() ? rng.pick(returns) : `r${returns.length + 1}`,
    orderId: order?.id ?? 'nobody',
    ...(order?.customer !== undefined && rng.chance(0.4) ? { customer: isNonsense() ? rng.pick(customerNames) : order.customer } : {}),
    ...(rng.chance(0.3) ? { method: rng.pick(['parcel', 'collect', 'store']) } : {}),
    ...(rng.chance(0.3) ? { exchange: drawExchange(rng, names) } : {}),
    lines: some.length === 0 || isNonsense() ? [...some, { orderLineId: order?.lines[0]?.lineId ?? 'none', quantity: 1, reason: 'other' }] : some,
  };
}

/** What is wanted instead. */
function drawExchange(rng: Rng, { orders, settings }: Names): object {
  return {
    orderId: orders.length > 0 && rng.chance(settings.nonsenseShare / 4) ? rng.pick(orders) : `o${orders.length + 1}`,
    lines: Array.from({ length: rng.between(1, 2) }, () => ({
      sku: drawSku(rng, settings), quantity: rng.between(1, settings.unitsMax), ...(rng.chance(0.5) ? { unitPriceMinor: rng.below(10_000) } : {}),
    })),
    ...(rng.chance(0.3) ? { destination: { country: 'DE' } } : {}),
    ...(rng.chance(0.6) ? { shortage: 'backorder' } : {}),
  };
}

/** An order of which something has left and is not on its way back, mostly a recent one. */
function drawLeft(rng: Rng, { orders, settings }: Names, shadow: Shadow): ShadowOrder | undefined {
  if (orders.length === 0 || rng.chance(settings.nonsenseShare / 4)) return undefined;
  const all = [...shadow.orders.values()].slice(-300);
  if (all.length === 0) return undefined;
  if (rng.chance(settings.nonsenseShare / 4)) return rng.pick(all);
  const left = all.filter((order) => order.parts.some(isGone) && (rng.chance(0.1) || order.lines.some(({ lineId }, line) => leftOf(shadow, order, lineId, line) > 0)));
  return rng.pick(left.length > 0 ? left.slice(-30) : all);
}

/** Units of a line that may be asked for. */
function leftOf(shadow: Shadow, order: ShadowOrder, lineId: string, line: number): number {
  const { coming, back } = unitsBackOf(shadow, order.id, lineId);
  return unitsIn(order, line, isGone) - coming - back;
}

/** A return, mostly a recent one in one of these states. */
function drawReturn(rng: Rng, { settings }: Names, shadow: Shadow, states: readonly string[]): ShadowReturn | undefined {
  const all = [...shadow.returns.values()];
  if (all.length === 0 || rng.chance(settings.nonsenseShare / 4)) return undefined;
  const recent = all.slice(-Math.min(all.length, rng.chance(0.8) ? 30 : all.length));
  const fitting = rng.chance(0.95) ? recent.filter((one) => states.includes(returnStateOf(one))) : recent.filter((one) => !hasReturnEnded(one));
  return rng.pick(fitting.length > 0 ? fitting : recent);
}

function drawReceipt(rng: Rng, names: Names, shadow: Shadow): object {
  const one = drawReturn(rng, names, shadow, ['approved', 'in-transit', 'partially-received']);
  const isNonsense = (): boolean => rng.chance(names.settings.nonsenseShare / 4);
  const lines = (one?.asked ?? []).flatMap(({ sku, orderLineId }, line) => {
    const coming = one === undefined ? 0 : comingOf(one, line);
    if (coming <= 0 ? !isNonsense() : rng.chance(0.25)) return [];
    const quantity = drawAmount(shadow, sku, rng.chance(0.5) ? Math.max(1, coming) : rng.between(1, Math.max(1, coming + (isNonsense() ? 1 : 0))));
    return [{ lineId: String(line + 1), quantity, ...drawDamaged(rng, quantity), ...drawBack(rng, names, shadow, one, sku, orderLineId, quantity) }];
  });
  const unexpected = Array.from({ length: rng.chance(0.15) ? rng.between(1, 2) : 0 }, () => {
    const sku = drawSku(rng, names.settings);
    const quantity = drawAmount(shadow, sku, rng.between(1, names.settings.unitsMax));
    return { sku, quantity, ...drawDamaged(rng, quantity), ...drawLots(rng, names, shadow, sku, '', quantity, 'in') };
  });
  const isEmpty = lines.length === 0 && unexpected.length === 0 && !isNonsense();
  return {
    ...ref(one),
    ...(rng.chance(0.2) ? { location: drawPlace(rng, names) } : {}),
    ...(lines.length === 0 && !isEmpty ? {} : { lines: isEmpty ? [{ lineId: isNonsense() ? 'none' : '1', quantity: 1 }] : lines }),
    ...(unexpected.length === 0 ? {} : { unexpected }),
  };
}

const drawDamaged = (rng: Rng, quantity: number): object => (rng.chance(0.3) ? { damaged: rng.below(quantity + (rng.chance(0.05) ? 2 : 1)) } : {});

/** The lots that left with the order, mostly. */
function drawBack(rng: Rng, names: Names, shadow: Shadow, one: ShadowReturn | undefined, sku: string, orderLineId: string | undefined, quantity: number): object {
  const order = shadow.orders.get(one?.orderId ?? '');
  const tracking = trackingOf(shadow, sku);
  const out = order === undefined || orderLineId === undefined ? undefined : lotsOut(shadow, order, orderLineId);
  if (tracking === undefined || out === undefined || rng.chance(0.1)) return drawLots(rng, names, shadow, sku, '', quantity, 'in');
  const there = [...out].filter(([, units]) => units > 0);
  if (tracking.by === 'serial') return { serials: Array.from({ length: quantity }, (_, index) => there[index]?.[0] ?? `none${index}`) };
  let left = quantity;
  const lots = there.flatMap(([lot, units]) => {
    const here = Math.min(left, units);
    left -= here;
    return here === 0 ? [] : [{ lot, quantity: here }];
  });
  return { lots: left === 0 ? lots : [...lots, { lot: 'none', quantity: left }] };
}

function drawInspection(rng: Rng, names: Names, shadow: Shadow): object {
  const one = drawReturn(rng, names, shadow, ['partially-received', 'received']);
  const places = new Set((one?.happened ?? []).flatMap((each) => (each.fate === 'came' ? [each.location] : [])));
  const location = places.size === 0 || rng.chance(0.05) ? drawPlace(rng, names) : rng.pick([...places]);
  const lines = (one?.asked ?? []).flatMap(({ sku }, line) =>
    [false, true].flatMap((isDamaged) => {
      const there = one === undefined ? 0 : unseenAt(one, line, location, isDamaged);
      if (there <= 0 || rng.chance(0.2)) return [];
      const quantity = drawAmount(shadow, sku, rng.chance(0.6) ? there : rng.between(1, there + (rng.chance(0.05) ? 1 : 0)));
      const fate = rng.pick(['restock', 'restock', 'scrap', 'refurbish', 'quarantine', 'vendor', 'handled']);
      const isNamed = fate === 'restock' || fate === 'scrap' || rng.chance(0.1);
      return [{
        lineId: String(line + 1), quantity, ...(isDamaged ? { damaged: true } : {}),
        ...(rng.chance(0.3) ? { grade: rng.pick(['A', 'B', 'C', 'D']) } : { disposition: fate }),
        ...(rng.chance(0.1) ? { grade: 'D', disposition: fate } : {}),
        ...(rng.chance(0.2) ? { refund: rng.chance(0.5) } : {}),
        ...(isNamed ? drawLots(rng, names, shadow, sku, location, quantity, 'out') : {}),
      }];
    }),
  );
  const isNonsense = lines.length === 0 || rng.chance(names.settings.nonsenseShare / 4);
  return {
    ...ref(one),
    ...(location === one?.to && rng.chance(0.7) ? {} : { location }),
    lines: isNonsense ? [...lines, { lineId: rng.pick(['1', 'none']), quantity: 1, ...(rng.chance(0.5) ? { grade: 'A' } : {}) }] : lines,
  };
}
