/** Buffer rules in the shadow: a bag of them, searched from end to end each time. */
import type { BufferRule } from '../../../actors/buffer-commands.ts';
import type { CommandBody } from '../../../actors/commands.ts';
import type { Doing } from './orders.ts';
import { onHand, stockKey, type Shadow } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export interface ShadowGrowth {
  readonly sinceMs: number;
  readonly steps: number;
}
export type StandingShadow = BufferRule & { readonly growth?: ShadowGrowth | undefined };

export interface ShadowSale {
  readonly atMs: number;
  readonly units: number;
}

export function putBuffer({ shadow, atMs }: Doing, { rule }: CommandBody<'buffer.put'>): Verdict {
  if ((rule.quantity === undefined) === (rule.percent === undefined)) return no('malformed', 'body.rule');
  if (rule.channel !== undefined && !shadow.channels.has(rule.channel)) return no('unknown-channel', 'body.rule.channel');
  if (rule.location !== undefined && !shadow.locations.has(rule.location)) return no('unknown-location', 'body.rule.location');
  const { grows } = rule;
  if (grows !== undefined && rule.location === undefined) return no('malformed', 'body.rule.location');
  if (grows !== undefined && grows.quantity === undefined && grows.pacePercent === undefined) return no('malformed', 'body.rule.grows');
  const known = shadow.buffers.get(rule.id);
  const sinceMs = known?.growth !== undefined && known.location === rule.location ? known.growth.sinceMs : atMs;
  const same = [...shadow.buffers.values()].find((other) => other !== undefined && other.id !== rule.id && scope(other) === scope(rule));
  if (same !== undefined) shadow.set(shadow.buffers, same.id, undefined);
  shadow.set(shadow.buffers, rule.id, grows === undefined ? rule : { ...rule, growth: stepsOf(grows, sinceMs, atMs) });
  return { ok: { id: rule.id, replaced: same?.id } };
}

export function removeBuffer({ shadow }: Doing, { bufferId }: CommandBody<'buffer.remove'>): Verdict {
  if (shadow.buffers.get(bufferId) === undefined) return no('unknown-buffer', 'body.bufferId');
  shadow.set(shadow.buffers, bufferId, undefined);
  return { ok: { id: bufferId } };
}

/** How many whole steps have passed, up to the last that is of use. */
function stepsOf({ everyMs, quantity, pacePercent, maxQuantity }: NonNullable<BufferRule['grows']>, sinceMs: number, atMs: number): ShadowGrowth {
  let steps = 0;
  const isOfUse = (): boolean => steps < 1_000 && (pacePercent !== undefined || steps * (quantity ?? 0) < maxQuantity);
  while (isOfUse() && sinceMs + (steps + 1) * everyMs <= atMs) steps += 1;
  return { sinceMs, steps };
}

/** A rule takes the steps that have passed, or those since a feed covered its location. */
function step({ shadow, atMs, events }: Doing, rule: StandingShadow, sinceMs: number): void {
  if (rule.grows === undefined) return;
  const growth = stepsOf(rule.grows, sinceMs, atMs);
  shadow.set(shadow.buffers, rule.id, { ...rule, growth });
  events.push({ kind: 'buffer.changed', bufferId: rule.id, location: rule.location, steps: growth.steps });
}

/** The time of a step may have come. */
export function grow(doing: Doing, id: string): void {
  const rule = doing.shadow.buffers.get(id);
  if (rule?.grows === undefined || rule.growth === undefined) return;
  const { sinceMs, steps } = rule.growth;
  if (stepsOf(rule.grows, sinceMs, doing.atMs).steps > steps) step(doing, rule, sinceMs);
}

/** A feed has covered locations: what grows there begins anew. */
export function covered(doing: Doing, { feed, locations = [], asOfMs = doing.atMs }: CommandBody<'feed.close'>): Verdict {
  const { shadow, atMs } = doing;
  if (asOfMs > atMs) return no('over-limit', 'body.asOfMs');
  const unknown = locations.findIndex((id) => !shadow.locations.has(id));
  if (unknown >= 0) return no('unknown-location', `body.locations[${unknown}]`);
  for (const location of locations) {
    const here = [...shadow.buffers.values()].filter((rule) => rule?.location === location && rule.growth !== undefined);
    for (const rule of here.sort((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? -1 : 1))) {
      if (rule?.growth !== undefined && asOfMs > rule.growth.sinceMs) step(doing, rule, asOfMs);
    }
  }
  return { ok: { id: feed } };
}

/** Units that orders take of a stock are noted while some rule grows with them. */
export function sold(shadow: Shadow, sku: string, location: string, units: number): void {
  const isNoted = [...shadow.buffers.values()].some(
    (rule) => rule?.grows?.pacePercent !== undefined && rule.location === location && (rule.sku ?? sku) === sku,
  );
  if (!isNoted) return;
  const key = stockKey(sku, location);
  shadow.set(shadow.sales, key, [...(shadow.sales.get(key) ?? []), { atMs: shadow.atMs, units }]);
}

const dayMs = 86_400_000;

interface Pace {
  readonly units: number;
  readonly atMs: number;
}

const noSales: readonly ShadowSale[] = [];
/** Of sales, which never change: more of them are another list. */
const paces = new WeakMap<readonly ShadowSale[], Map<number, Pace>>();

/** What is left of sales that lose half with each whole day, as of a time. */
export function paceOf(sales: readonly ShadowSale[], nowMs = 0): Pace {
  let known = paces.get(sales);
  if (known === undefined) paces.set(sales, (known = new Map()));
  const pace = known.get(nowMs) ?? countPace(sales, nowMs);
  known.set(nowMs, pace);
  return pace;
}

function countPace(sales: readonly ShadowSale[], nowMs: number): Pace {
  let [units, atMs] = [0, sales[0]?.atMs ?? 0];
  const pass = (untilMs: number): void => {
    for (; atMs + dayMs <= untilMs; atMs += dayMs) units = Math.floor(units / 2);
  };
  for (const sale of sales) {
    pass(sale.atMs);
    units += sale.units;
  }
  pass(nowMs);
  return { units, atMs };
}

/** Units that growth holds back. */
export function grownBy(shadow: Shadow, rule: StandingShadow, sku: string, location: string): number {
  if (rule.grows === undefined || rule.growth === undefined) return 0;
  const { everyMs, quantity = 0, pacePercent = 0, maxQuantity } = rule.grows;
  const { sinceMs, steps } = rule.growth;
  const { units } = paceOf(shadow.sales.get(stockKey(sku, location)) ?? noSales, sinceMs + steps * everyMs);
  const daily = (pacePercent * units * steps * everyMs) / (150 * dayMs);
  return Math.min(maxQuantity, steps * quantity + Math.ceil(daily));
}

const scope = ({ sku, location, channel, method }: BufferRule): string => JSON.stringify([sku, location, channel, method]);

/** The rule that holds: of all that fit, the one whose scope weighs most. */
export function ruleFor(
  shadow: Shadow,
  sku: string,
  location: string,
  { channel, method }: { readonly channel: string | undefined; readonly method: string },
): StandingShadow | undefined {
  const fits = [...shadow.buffers.values()].filter(
    (rule): rule is StandingShadow =>
      rule !== undefined &&
      (rule.sku ?? sku) === sku &&
      (rule.location ?? location) === location &&
      (rule.channel === undefined || rule.channel === channel) &&
      (rule.method ?? method) === method,
  );
  const weight = (rule: BufferRule): number =>
    8 * Number(rule.sku !== undefined) + 4 * Number(rule.location !== undefined) +
    2 * Number(rule.channel !== undefined) + Number(rule.method !== undefined);
  return fits.sort((a, b) => weight(b) - weight(a))[0];
}

/** What it holds back of a stock, counted out unit by unit: the smallest whole number that is at least the share. */
export function heldBackBy(shadow: Shadow, rule: StandingShadow | undefined, sku: string, location: string): number {
  return rule === undefined ? 0 : unitsOf(shadow, rule, sku, location) + grownBy(shadow, rule, sku, location);
}

function unitsOf(shadow: Shadow, rule: StandingShadow, sku: string, location: string): number {
  const stock = shadow.stocks.get(stockKey(sku, location));
  const there = stock === undefined ? 0 : onHand(stock);
  if (rule.quantity !== undefined) return rule.quantity;
  const whole = Math.floor(there / 100) * (rule.percent ?? 0);
  let rest = 0;
  while (rest * 100 < (there % 100) * (rule.percent ?? 0)) rest += 1;
  return whole + rest;
}
