/** Taking orders in, in the shadow: external ids, details, policies with their guards. */
import type { CommandBody } from '../../../actors/commands.ts';
import { hasPostalCodes, isPostalCode } from '../../../actors/postal-codes.ts';
import { difference } from '../same.ts';
import { isKnown } from './kits.ts';
import type { ShadowHold } from './holds.ts';
import type { Bought } from './intake-state.ts';
import * as setHolds from './holds.ts';
import { answerOf, stateOf } from './order-facts.ts';
import type { Doing } from './orders.ts';
import { holdOf } from './payments.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { raise } from './case-raise.ts';
import { no, type Verdict } from './verdict.ts';

type Body = CommandBody<'order.place'>;

export function putPolicy({ shadow }: Doing, { policy }: CommandBody<'intake-policy.put'>): Verdict {
  if (policy.channel !== undefined && !shadow.channels.has(policy.channel)) return no('unknown-channel', 'body.policy.channel');
  shadow.set(shadow.intake.policies, policy.channel ?? '*', policy);
  return { ok: { id: policy.channel ?? '*' } };
}

/** The policy of a channel; without any, orders are taken as they come. */
export function policyOf({ intake: { policies } }: Shadow, channel: string | undefined) {
  const said = policies.get(channel ?? '*') ?? policies.get('*');
  if (said === undefined) return { graceMs: 0, address: 'accept' as const };
  return { ...said, graceMs: said.graceMs ?? 600_000, address: said.address ?? ('accept' as const) };
}

/** What an external id that came before must be answered with. */
export function known({ shadow }: Doing, body: Body): Verdict | undefined {
  const one = body.externalId === undefined ? undefined : shadow.intake.externals.get(`${body.channel}/${body.externalId}`);
  if (one === undefined) return undefined;
  const other = difference(one.body, { ...body, orderId: one.orderId }, 'body');
  if (other === undefined) return { ok: answerOf(shadow.orders.get(one.orderId) as ShadowOrder) };
  return no('external-id-reused', firstOther(one.body, { ...body, orderId: one.orderId }));
}

export const isOther = (verdict: Verdict | undefined): boolean => verdict !== undefined && 'code' in verdict && verdict.code === 'external-id-reused';

/** What comes again with another body is a case of the first one. */
export function duplicate(doing: Doing, { channel, externalId }: Body): void {
  const { orderId = '' } = doing.shadow.intake.externals.get(`${channel}/${externalId}`) ?? {};
  raise(doing, { code: 'INTAKE_DUPLICATE', subject: orderId, cause: `${externalId} of ${channel} came again with another body`, orders: [orderId], by: 'engine' });
}

/** The first field, in the order in which the first body has them, that is another one. */
function firstOther(a: unknown, b: unknown, path = 'body'): string {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return path;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const key = [...Object.keys(left), ...Object.keys(right)].find((one) => difference(left[one], right[one]) !== undefined) ?? '';
  return firstOther(left[key], right[key], Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`);
}

export interface TakenIn {
  readonly delayMs: number;
  readonly holds: readonly ShadowHold[] | undefined;
}

/** What a placement gets of its channel's policy, and what is kept of it. */
/** The order with our SKUs in its lines, where its channel has its own. */
export function mapped({ shadow }: Doing, body: Body): Body | Verdict {
  const { mapping } = policyOf(shadow, body.channel) as Partial<CommandBody<'intake-policy.put'>['policy']>;
  if (mapping === undefined || !shadow.channels.has(body.channel)) return body;
  const what = (sku: string) => shadow.intake.mappings.get(`${body.channel}/${sku}`);
  const parks = mapping === 'park' && body.reservationId === undefined;
  const isParked = (sku: string): boolean => parks && (what(sku) === undefined || !isKnown(shadow, what(sku)?.sku ?? ''));
  for (const [index, { sku, quantity }] of body.lines.entries()) {
    if (isParked(sku)) continue;
    if (what(sku) === undefined && mapping !== 'first') return no('unmapped-sku', `body.lines[${index}].sku`);
    if (quantity * (what(sku)?.quantity ?? 1) > 1_000_000_000) return no('over-limit', `body.lines[${index}].quantity`);
  }
  const lines = body.lines.map((line) => {
    if (isParked(line.sku)) return { ...line, isParked: true };
    const { sku = line.sku, quantity = 1 } = what(line.sku) ?? {};
    const { unitPriceMinor } = line;
    return { ...line, sku, quantity: line.quantity * quantity, ...(unitPriceMinor === undefined ? {} : { unitPriceMinor: Math.floor(unitPriceMinor / quantity) }) };
  });
  return { ...body, lines } as Body;
}

export function putMappings({ shadow }: Doing, { channel, mappings }: CommandBody<'mapping.put'>): Verdict {
  if (!shadow.channels.has(channel)) return no('unknown-channel', 'body.channel');
  const twice = mappings.findIndex(({ channelSku }, index) => mappings.findIndex((one) => one.channelSku === channelSku) < index);
  if (twice >= 0) return no('duplicate', `body.mappings[${twice}].channelSku`);
  for (const { channelSku, sku, quantity = 1 } of mappings) {
    const key = `${channel}/${channelSku}`;
    if (sku !== undefined || shadow.intake.mappings.get(key) !== undefined) shadow.set(shadow.intake.mappings, key, sku === undefined ? undefined : { sku, quantity });
  }
  return { ok: { mappings: mappings.length } };
}

/** Details given anew, and what that does to the hold of an address. */
export function amend(doing: Doing, { orderId, details = {}, clear = [] }: CommandBody<'order.amend'>): Verdict {
  const { shadow } = doing;
  const order = shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const named = Object.keys(details);
  if (named.length + clear.length === 0) return no('contradiction', 'body');
  const both = clear.findIndex((field) => named.includes(field));
  if (both >= 0) return no('contradiction', `body.clear[${both}]`);
  if (hasCard(details)) return no('card-data', 'body.details.note');
  const fields = [...named, ...clear].toSorted();
  const policy = policyOf(shadow, order.channel);
  const fault = fields.includes('address') ? faultOf({ destination: order.destination, details }) : undefined;
  if (fault !== undefined && policy.address === 'refuse') return no('invalid-address', fault.field);
  const isBegun = order.parts.some(({ state }) => state === 'picking' || state === 'shipped' || state === 'delivered');
  if (isBegun && (fields.includes('address') || fields.includes('gift'))) return no('wrong-state');
  const gone = Object.fromEntries(clear.map((field) => [field, undefined]));
  shadow.set(shadow.intake.details, orderId, { ...(shadow.intake.details.get(orderId) ?? { orderId }), ...details, ...gone });
  doing.events.push({ kind: 'order.amended', orderId, channel: order.channel, fields });
  if (fields.includes('address')) followAddress(doing, order, fault, policy.address);
  return { ok: { orderId, held: shadow.orders.get(orderId)?.holds !== undefined } };
}

/** An address that is right now sets its order free; one that cannot be holds it. */
export function followAddress(doing: Doing, order: ShadowOrder, fault: { readonly reason: string } | undefined, policy: 'accept' | 'hold' | 'refuse'): void {
  if (policy === 'accept') return;
  const held = order.holds?.find(({ holdId }) => holdId === 'address');
  if (fault === undefined && held?.by === 'intake') setHolds.without(doing, order, ['address'], false);
  const mayBeHeld = held === undefined && ['allocated', 'released', 'backordered', 'exception'].includes(stateOf(order)) && (order.holds?.length ?? 0) < 16;
  if (fault !== undefined && mayBeHeld) setHolds.set(doing, order, { holdId: 'address', reason: fault.reason, by: 'intake', sinceMs: doing.atMs });
}

/** @param said the order as it came, with the SKUs of its channel. */
export function takeIn(doing: Doing, ours: Body, said: Body, holds: readonly ShadowHold[] | undefined): TakenIn | Verdict {
  const { shadow, atMs } = doing;
  const policy = policyOf(shadow, said.channel);
  const wrong = wrongIn(said);
  if (wrong !== undefined) return wrong;
  const fault = policy.address === 'accept' ? undefined : faultOf(said);
  if (fault !== undefined && policy.address === 'refuse') return no('invalid-address', fault.field);
  const doubts: (readonly [string, string])[] = fault === undefined ? [] : [['address', fault.reason]];
  const value = Math.max(valueOf(said), said.details?.totals?.totalMinor ?? 0);
  const units = ours.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const { units: manyUnits = Infinity, valueMinor = Infinity } = policy.bigOrder ?? {};
  if (units >= manyUnits) doubts.push(['big-order', `${units} units`]);
  else if (value >= valueMinor) doubts.push(['big-order', `${value} minor units`]);
  doubts.push(...doubtsOf(doing, ours, policy));
  const added = doubts.filter(([holdId]) => holds?.some((one) => one.holdId === holdId) !== true).map(([holdId, reason]) => ({ holdId, reason, by: 'intake', sinceMs: atMs }));
  const all = [...(holds ?? []), ...added, ...awaits(doing, said, policy, holds)];
  if (all.length > 16) return no('over-limit', 'body.holds');
  keep(shadow, said);
  return { delayMs: said.releaseAfterMs ?? policy.graceMs, holds: all.length === 0 ? undefined : all };
}

/** What is asked of the payment, and the hold that waits for it. */
function awaits({ shadow, atMs }: Doing, body: Body, { payment }: Partial<CommandBody<'intake-policy.put'>['policy']>, holds: readonly ShadowHold[] | undefined): ShadowHold[] {
  if (payment === undefined) return [];
  const placedMinor = body.details?.totals?.totalMinor ?? valueOf(body);
  const terms = { awaited: payment.hold === true, captureOnShip: payment.captureOnShip === true, warnMs: payment.warnMs ?? 86_400_000 };
  const patientUntilMs = terms.awaited && placedMinor > 0 ? atMs + (payment.patienceMs ?? 3_600_000) : undefined;
  shadow.set(shadow.intake.payments, body.orderId, { channel: body.channel, currency: body.currency, terms, placedMinor, patientUntilMs, wanted: [], payments: [], returned: [] });
  return terms.awaited && placedMinor > 0 && holds?.some(({ holdId }) => holdId === 'payment') !== true ? [holdOf(placedMinor, atMs)] : [];
}

const valueOf = ({ lines }: Body): number => lines.reduce((sum, { quantity, unitPriceMinor = 0 }) => sum + quantity * unitPriceMinor, 0);

/** The one card number that the workload knows. */
export const hasCard = (value: unknown): boolean => JSON.stringify(value ?? '').includes('4111 1111 1111 1111');

function wrongIn(body: Body): Verdict | undefined {
  if (hasCard(body.details)) return no('card-data', 'body.details.note');
  const line = body.lines.findIndex(({ details }) => hasCard(details));
  if (line >= 0) return no('card-data', `body.lines[${line}].details.note`);
  const { totals } = body.details ?? {};
  if (totals === undefined) return undefined;
  const isRight = valueOf(body) + (totals.shippingMinor ?? 0) + (totals.taxMinor ?? 0) === totals.totalMinor + (totals.discountMinor ?? 0);
  return isRight ? undefined : no('sums-differ', 'body.details.totals.totalMinor');
}

/** Of the countries of these worlds, one needs the state. */
export function faultOf({ destination: { country, postalCode }, details }: Pick<Body, 'destination' | 'details'>): { readonly reason: string; readonly field: string } | undefined {
  const address = details?.address ?? {};
  const at = 'body.details.address';
  if (postalCode === undefined) return hasPostalCodes(country) ? { reason: 'no postal code', field: 'body.destination.postalCode' } : undefined;
  if (!isPostalCode(country, postalCode)) return { reason: `${postalCode} is no postal code of ${country}`, field: 'body.destination.postalCode' };
  if ((address.lines ?? []).join('').trim() === '') return { reason: 'no street', field: `${at}.lines` };
  if (address.city === undefined) return { reason: 'no city', field: `${at}.city` };
  return country === 'US' && address.region === undefined ? { reason: 'no state or province', field: `${at}.region` } : undefined;
}

/** What a customer bought of late gives to think; this order is remembered with it. */
function doubtsOf({ shadow, atMs }: Doing, body: Body, { bulkBuy, repeat }: Partial<CommandBody<'intake-policy.put'>['policy']>): (readonly [string, string])[] {
  const { orderId, channel, customer, lines } = body;
  if (customer === undefined || (bulkBuy === undefined && repeat === undefined)) return [];
  const key = `${channel}/${customer}`;
  const before = shadow.intake.bought.get(key)?.orders ?? [];
  const skus = [...new Set(lines.map(({ sku }) => sku as string))].sort();
  const unitsIn = (sku: string): number => lines.reduce((sum, line) => sum + ((line.sku as string) === sku ? line.quantity : 0), 0);
  const bought: Bought = { orderId, atMs, units: skus.map((sku) => [sku, unitsIn(sku)] as const) };
  const since = (windowMs: number): Bought[] => before.filter((one) => one.atMs > atMs - windowMs);
  if (skus.length <= 50) {
    const orders = [...since(Math.max(bulkBuy?.windowMs ?? 0, repeat?.windowMs ?? 0)), bought];
    shadow.set(shadow.intake.bought, key, { orders: orders.slice(Math.max(0, orders.length - 20)) });
  }
  const doubts: (readonly [string, string])[] = [];
  for (const [sku, units] of bulkBuy === undefined ? [] : bought.units) {
    const sum = units + since(bulkBuy?.windowMs ?? 0).flatMap((one) => one.units).reduce((all, [other, more]) => all + (other === sku ? more : 0), 0);
    if (doubts.length === 0 && sum >= (bulkBuy?.units ?? Infinity)) doubts.push(['bulk-buy', `${sum} units of ${sku}`]);
  }
  const same = repeat === undefined ? [] : since(repeat.windowMs).filter((one) => difference(one.units, bought.units) === undefined);
  const last = same.at(-1);
  return last === undefined ? doubts : [...doubts, ['repeat', `the same units as order ${last.orderId}`]];
}

function keep(shadow: Shadow, body: Body): void {
  const { orderId, channel, externalId, details } = body;
  const lines = body.lines.flatMap(({ lineId, details: own }, index) => (own === undefined ? [] : [{ lineId: lineId ?? String(index + 1), ...own }]));
  if (externalId !== undefined || details !== undefined || lines.length > 0) {
    shadow.set(shadow.intake.details, orderId, { orderId, externalId, ...details, lines: lines.length === 0 ? undefined : lines });
  }
  if (externalId !== undefined) shadow.set(shadow.intake.externals, `${channel}/${externalId}`, { orderId, body });
}
