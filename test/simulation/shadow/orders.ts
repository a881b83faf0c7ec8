/** What each message does to an order, in the shadow: sourcing, cancelling, losing units, starting. */
import { lapsed, news, type Said } from './asked.ts';
import { count } from './quotas.ts';
import { workAfter } from './capacity.ts';
import { parkedOf, parkedRest, stateOf, unitsIn, waiting, waitingOf } from './order-facts.ts';
import { touch } from './lots.ts';
import { sold } from './buffer-commands.ts';
import { movePools } from './pool-commands.ts';
import { promised } from './promised.ts';
import { planFor } from './sourcing.ts';
import { decidedOrder, type ShadowDecision } from './decided.ts';
import { needsOf } from './kits.ts';
import { isOfAll, type ShadowPlan } from './seeking.ts';
import { isHeld, isUntouched, stockKey, tracked, type Part, type Shadow, type ShadowLine, type ShadowOrder } from './state.ts';
import { windowFor } from './windows.ts';
import { isOffered, news as offerNews, type Answer } from './offered.ts';
import { offersOf } from './offers-open.ts';
import { alsoDeclined, judged, timesOf, watched, type Declined } from './troubles.ts';
import { cardsOf } from './rates.ts';
import { no, type Verdict } from './verdict.ts';
import { isKept, startOf } from './parts.ts';

/** One thing done in the shadow: at one time, with what it tells the world. */
export interface Doing {
  readonly shadow: Shadow;
  readonly atMs: number;
  readonly events: unknown[];
  /** What the command decided, for plans on trial. */
  readonly decided: ShadowDecision[];
}

export function put(doing: Doing, order: ShadowOrder): ShadowOrder {
  // Holds end with what they could keep from being picked.
  const isLeft = waiting(order) > 0 || parkedRest(order) !== undefined || order.parts.some(isHeld);
  const changed = { ...watched({ ...order, holds: isLeft ? order.holds : undefined }), changedAtMs: doing.atMs };
  const before = doing.shadow.orders.get(order.id);
  const counted = (line: ShadowLine | undefined): number => (line === undefined || line.isParked === true ? 0 : line.quantity - line.cancelled);
  for (const line of order.lines) {
    const was = counted(before?.lines.find(({ lineId }) => lineId === line.lineId));
    count(doing, line.sku, order.customer, order.placedAtMs, counted(line) - was);
  }
  doing.shadow.set(doing.shadow.orders, order.id, changed);
  touchLots(doing.shadow, before, changed);
  return changed;
}

/** Lots that are picked for other parts now, or not any more. */
function touchLots(shadow: Shadow, before: ShadowOrder | undefined, after: ShadowOrder): void {
  for (const [index, part] of after.parts.entries()) {
    const was = before?.parts[index];
    // What it is asked to give up is no matter of its lots.
    if (was === part || (was?.lots === part.lots && was?.state === part.state)) continue;
    touch(shadow, after, part);
    touch(shadow, after, was);
  }
}

export const partIs = (order: ShadowOrder, index: number, part: Part): unknown => ({
  kind: 'fulfillment.changed',
  orderId: order.id,
  channel: order.channel,
  fulfillmentId: String(index + 1),
  location: part.location,
  state: part.state,
  carrier: part.carrier,
  tracking: part.tracking,
  held: part.state === 'released' && isKept(order, part) ? true : undefined,
  offeredUntilMs: !isKept(order, part) && isOffered(part) ? part.offer?.untilMs : undefined,
  startByMs: part.state === 'released' && !isKept(order, part) ? part.startByMs : undefined,
  overdue: part.state === 'released' && !isKept(order, part) ? part.isOverdue : undefined,
});

/** Tell of every part that is another one now. */
export function tellParts({ events }: Doing, before: ShadowOrder, after: ShadowOrder, said?: Said, answer?: Answer): void {
  for (const [index, part] of after.parts.entries()) {
    const was = before.parts[index];
    if (part !== was) events.push(partIs(after, index, part), ...news(after, index, was, part, said), ...offerNews(after, index, was, part, answer));
  }
}

export function tellState({ events }: Doing, order: ShadowOrder, kind = 'order.changed'): void {
  events.push({ kind, orderId: order.id, channel: order.channel, state: stateOf(order) });
}

export function tellException({ events }: Doing, before: ShadowOrder, after: ShadowOrder): void {
  const who = { orderId: after.id, channel: after.channel };
  if (after.exception !== undefined && after.exception !== before.exception) {
    events.push({ kind: 'exception.raised', ...who, exception: after.exception });
  } else if (before.exception !== undefined && after.exception === undefined) {
    events.push({ kind: 'exception.cleared', ...who, code: before.exception.code });
  }
}

/** Every part that has not started starts now. */
export function started(order: ShadowOrder, atMs: number): ShadowOrder {
  const parts = order.parts.map((part) => (part.state === 'open' ? { ...part, state: 'released' as const } : part));
  return { ...order, parts, startedAtMs: atMs, batch: undefined };
}

/** Locations hear until when they are to begin what they were told to, or that the time does not run. */
export function tellTimes(doing: Doing, before: ShadowOrder | undefined, id: string, claimedBy?: string): void {
  const free = doing.shadow.orders.get(id) as ShadowOrder;
  const offered = offersOf(doing, before, free, claimedBy);
  if (offered !== free.parts) tellGone(doing, free, put(doing, { ...free, parts: offered }));
  const order = doing.shadow.orders.get(id) as ShadowOrder;
  const parts = timesOf(doing.shadow, before, order, doing.atMs);
  if (parts === order.parts) return;
  tellGone(doing, order, put(doing, { ...order, parts }));
}

/** A time or an offer of parts began or ended. */
function tellGone(doing: Doing, before: ShadowOrder, after: ShadowOrder): void {
  tellParts(doing, before, after);
  tellException(doing, before, after);
  if (stateOf(before) !== stateOf(after)) tellState(doing, after);
}

/** Find places for the units that have none. A refusal only for a placement that wants all or nothing. */
export function source(doing: Doing, id: string, cause?: ShadowPlan['cause'], routed?: ShadowPlan['routed']): Verdict | undefined {
  const before = doing.shadow.orders.get(id) as ShadowOrder;
  const found = planFor(doing.shadow, before, doing.atMs);
  const batch = before.attempts === 0 ? windowFor(doing.shadow, found, doing.atMs) : undefined;
  const plan = { ...found, cause, batch, routed };
  decidedOrder(doing, before, needsOf(before), plan);
  if (plan.short > 0 && before.attempts === 0 && !before.mayWait) return no('out-of-stock', 'body.lines');
  sourceBy(doing, id, plan);
  return undefined;
}

/** Whether sourcing an order again gives it no place and changes nothing else of it. */
export function isLeftAsItIs(shadow: Shadow, order: ShadowOrder, atMs: number): boolean {
  const plan = planFor(shadow, order, atMs);
  if (plan.parcels.length > 0) return false;
  const [given, dropped] = ruledBy(order, plan);
  const after = judged(given, atMs);
  return dropped === 0 && after.trouble === order.trouble && (after.exception === undefined) === (order.exception === undefined);
}

/** Give an order what a plan says. */
export function sourceBy(doing: Doing, id: string, plan: ShadowPlan, how: 'allocate' | 'commit' = 'allocate', claimedBy?: string): void {
  const { shadow, atMs } = doing;
  const before = shadow.orders.get(id) as ShadowOrder;
  const state = before.startedAtMs === undefined ? 'open' : 'released';
  const startMs = startOf(before, atMs);
  const added = plan.parcels.map(({ from, units, untracked }): Part => ({ ...from, ...promised(shadow, from, units, before.destination, startMs), state, units, tracking: undefined, untracked }));
  const parts = [...before.parts, ...added];
  const improved = plan.cause?.['kind'] === 'cheaper' ? (before.improved ?? 0) + 1 : before.improved;
  const batch = before.attempts === 0 ? plan.batch : plan.cause?.['kind'] === 'batch' ? undefined : before.batch;
  const next = { ...before, batch, improved, attempts: before.attempts + 1, parts };
  const [given, dropped] = isOfAll(plan) ? ruledBy(next, plan) : [next, 0];
  const placed = put(doing, judged(given, atMs));
  doing.events.push({ ...decision(placed, plan), rates: cardsOf(doing.shadow, plan.parcels, doing.atMs) });
  if (dropped > 0) {
    const reason = 'no place under the routing plan';
    doing.events.push({ kind: 'order.cancelled', orderId: id, channel: placed.channel, units: dropped, reason, state: stateOf(placed) });
  }
  tellException(doing, before, placed);
  let last = placed;
  if (added.length > 0) {
    for (const part of added) moveStock(shadow, placed, part, how);
    if (placed.startedAtMs === undefined && isFree(placed)) last = put(doing, started(placed, atMs));
    if (last.attempts > 1) tellParts(doing, placed, last);
  }
  tellState(doing, last, last.attempts > 1 ? 'order.changed' : 'order.placed');
  tellTimes(doing, before, id, claimedBy);
}

/** What a plan makes of units that have no place: the order held, or the units cancelled, those of kits left out. */
function ruledBy(order: ShadowOrder, { ruled }: ShadowPlan): [ShadowOrder, number] {
  const isOver = order.trouble === 'unroutable' && ruled?.['fallback'] !== 'hold';
  const free: ShadowOrder = isOver ? { ...order, trouble: undefined, exception: undefined } : order;
  if (ruled?.['fallback'] === 'hold') return [{ ...free, trouble: free.trouble ?? 'unroutable' }, 0];
  if (ruled?.['fallback'] !== 'cancel') return [free, 0];
  const left = free.lines.map(({ kit }, line) => (kit === undefined ? waitingOf(free, line) : 0));
  const lines = free.lines.map((line, index) => ({ ...line, cancelled: line.cancelled + (left[index] ?? 0) }));
  return [{ ...free, lines }, left.reduce((sum, units) => sum + units, 0)];
}

/** Whether nothing keeps an order from starting once it has its places. */
const isFree = (order: ShadowOrder): boolean =>
  order.batch === undefined && order.fulfillAtMs === undefined && order.delayMs === 0 && waiting(order) === 0 && order.holds === undefined && parkedRest(order) !== 'wait';

function decision(order: ShadowOrder, plan: ShadowPlan): object {
  const startsNow = order.startedAtMs !== undefined || isFree(order);
  const first = order.parts.length - plan.parcels.length;
  return {
    kind: 'order.sourced',
    orderId: order.id,
    channel: order.channel,
    attempt: order.attempts,
    choices: plan.parcels.map(({ from, units }, index) => ({
      fulfillmentId: String(first + index + 1),
      ...from,
      state: startsNow ? 'released' : 'open',
      units: units.reduce((sum, { quantity }) => sum + quantity, 0),
      held: startsNow && order.holds !== undefined ? true : undefined,
    })),
    candidates: plan.candidates,
    short: plan.short,
    runnerUpMinor: plan.runnerUpMinor,
    removed: plan.removed,
    ruled: plan.ruled,
    gapMinor: plan.gapMinor,
    prices: plan.prices,
    moved: plan.moved,
    cause: plan.cause,
    routed: plan.routed,
  };
}

/** Move a part's units in stock: spoken for, given back, gone with a carrier, or found missing. */
export function moveStock(
  shadow: Shadow,
  order: ShadowOrder,
  part: Pick<Part, 'location' | 'units' | 'untracked'>,
  how: 'allocate' | 'commit' | 'give-back' | 'leave',
): void {
  const { location } = part;
  for (const { line, quantity } of tracked(part)) {
    const key = stockKey(order.lines[line]?.sku ?? '', location);
    const stock = shadow.stocks.get(key);
    if (stock === undefined) throw new Error(`the shadow has no stock ${key}`);
    const allocated = stock.allocated + (how === 'allocate' || how === 'commit' ? quantity : -quantity);
    const went = stock.went + (how === 'leave' ? quantity : 0);
    shadow.set(shadow.stocks, key, { ...stock, allocated, went });
    if (how === 'allocate' || how === 'commit') sold(shadow, order.lines[line]?.sku ?? '', location, quantity);
    if (how === 'commit') continue;
    const inPools = how === 'allocate' ? 'take' : how === 'leave' ? 'leave' : 'give';
    movePools(shadow, order.lines[line]?.sku ?? '', location, order, inPools, quantity);
  }
}

/** Units wanted of each line, by the line's place. */
export type Wanted = Map<number, number>;

/** Take wanted units out of parts, newest part first. Returns the parts after, and what was taken. */
export function takeOut(
  order: ShadowOrder,
  wanted: Wanted,
  from: (part: Part) => boolean,
  isOfStock = false,
  gone: NonNullable<Part['lots']> = [],
): { readonly parts: Part[]; readonly taken: Pick<Part, 'location' | 'units' | 'untracked'>[] } {
  const parts = [...order.parts];
  const taken = [];
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    const part = parts[index] as Part;
    if (!from(part)) continue;
    const units = [];
    const left = [];
    for (const unit of part.units) {
      const isMeant = !isOfStock || part.untracked?.includes(unit.line) !== true;
      const quantity = isMeant ? Math.min(unit.quantity, wanted.get(unit.line) ?? 0) : 0;
      wanted.set(unit.line, (wanted.get(unit.line) ?? 0) - quantity);
      if (quantity > 0) units.push({ line: unit.line, quantity });
      if (quantity < unit.quantity) left.push({ line: unit.line, quantity: unit.quantity - quantity });
    }
    if (units.length === 0) continue;
    taken.push({ location: part.location, units, untracked: part.untracked });
    const lots = part.lots === undefined ? {} : { lots: lotsLeft(part.lots, left, gone) };
    const state = left.length === 0 ? ('cancelled' as const) : part.state;
    parts[index] = lapsed({ ...part, ...lots, units: left, workUnits: workAfter(part, left), state, holds: state === 'cancelled' ? undefined : part.holds });
  }
  return { parts, taken };
}

/** The lots a part still has: without those that are gone, and as many of each line as it has units; the last go first. */
function lotsLeft(lots: NonNullable<Part['lots']>, units: Part['units'], gone: NonNullable<Part['lots']>): Part['lots'] {
  const less = lots.map((one) => ({ ...one, quantity: one.quantity }));
  for (const { line, lot, quantity } of gone) {
    let lost = quantity;
    for (const one of less) {
      if (one.line !== line || one.lot !== lot) continue;
      const some = Math.min(one.quantity, lost);
      one.quantity -= some;
      lost -= some;
    }
  }
  for (const one of less.toReversed()) {
    const room = units.find(({ line }) => line === one.line)?.quantity ?? 0;
    const all = less.filter(({ line }) => line === one.line).reduce((sum, { quantity }) => sum + quantity, 0);
    one.quantity -= Math.min(one.quantity, Math.max(0, all - room));
  }
  const left = less.filter(({ quantity }) => quantity > 0);
  return left.length === 0 ? undefined : left;
}

/** Units of a lot that a part of an order is being picked from at a place. */
export function lotsIn(order: ShadowOrder, part: Part, sku: string, location: string, lot: string): NonNullable<Part['lots']> {
  if (part.location !== location || part.state !== 'picking') return [];
  return (part.lots ?? []).filter((one) => one.lot === lot && order.lines[one.line]?.sku === sku);
}

/** A lot is not to be picked any more: its units wait again. */
export function unpick(doing: Doing, before: ShadowOrder, sku: string, location: string, lot: string): void {
  let order = before;
  for (const [index, part] of before.parts.entries()) {
    const these = lotsIn(before, part, sku, location, lot);
    if (these.length === 0) continue;
    const wanted: Wanted = new Map();
    for (const { line, quantity } of these) wanted.set(line, (wanted.get(line) ?? 0) + quantity);
    const { parts, taken } = takeOut(order, wanted, (one) => one === order.parts[index], false, these);
    for (const one of taken) moveStock(doing.shadow, before, one, 'give-back');
    order = { ...order, parts };
  }
  tellLess(doing, before, put(doing, { ...order, trouble: before.trouble ?? 'stockout' }));
}

/** End units: first those that wait, then those in parts nobody touched, newest first. */
export function cancel(doing: Doing, before: ShadowOrder, wanted: Wanted, reason: string, feeMinor?: number): Verdict | undefined {
  const { shadow, atMs } = doing;
  const units = [...wanted.values()].reduce((sum, quantity) => sum + quantity, 0);
  const lines = before.lines.map((line, index) => ({ ...line, cancelled: line.cancelled + (wanted.get(index) ?? 0) }));
  const rest: Wanted = new Map();
  for (const [line, quantity] of wanted) rest.set(line, Math.max(0, quantity - waitingOf(before, line) - parkedOf(before, line)));
  const { parts, taken } = takeOut(before, rest, isUntouched);
  if ([...rest.values()].some((quantity) => quantity > 0)) return no('wrong-state');
  for (const part of taken) moveStock(shadow, before, part, 'give-back');
  const feesMinor = feeMinor === undefined ? before.feesMinor : (before.feesMinor ?? 0) + feeMinor;
  tellEnd(doing, before, put(doing, judged({ ...before, lines, parts, feesMinor }, atMs)), units, reason, undefined, feeMinor);
  return undefined;
}

/** A location gives up what it was asked for, also what it picks. */
export function giveUp(doing: Doing, before: ShadowOrder, index: number, units: Part['units'], reason: string, said: Said, feeMinor?: number): void {
  const wanted: Wanted = new Map(units.map(({ line, quantity }) => [line, quantity]));
  const lines = before.lines.map((line, at) => ({ ...line, cancelled: line.cancelled + (wanted.get(at) ?? 0) }));
  const { parts, taken } = takeOut(before, wanted, (part) => part === before.parts[index]);
  for (const part of taken) moveStock(doing.shadow, before, part, 'give-back');
  const free = parts.map((part, at) => (at === index ? { ...part, asked: undefined } : part));
  const feesMinor = (before.feesMinor ?? 0) + (feeMinor ?? 0);
  tellEnd(doing, before, put(doing, { ...before, lines, parts: free, feesMinor }), units.reduce((sum, { quantity }) => sum + quantity, 0), reason, said, feeMinor);
}

function tellEnd(doing: Doing, before: ShadowOrder, after: ShadowOrder, units: number, reason: string, said?: Said, feeMinor?: number): void {
  tellParts(doing, before, after, said);
  tellException(doing, before, after);
  doing.events.push({ kind: 'order.cancelled', orderId: after.id, channel: after.channel, units, reason, state: stateOf(after), feeMinor });
}

/** Units of a SKU at a place that an order could still give up. */
export function canGiveUp(order: ShadowOrder, sku: string, location: string, alsoPicked = false): number {
  const may = alsoPicked ? isHeld : isUntouched;
  let sum = 0;
  for (const [index, line] of order.lines.entries()) {
    if (line.sku === sku) sum += unitsIn(order, index, (part) => part.location === location && may(part) && part.untracked?.includes(index) !== true);
  }
  return sum;
}

/** Up to `quantity` units of a SKU at a place turned out not to be there. */
export function displace(doing: Doing, before: ShadowOrder, sku: string, location: string, quantity: number, alsoPicked = false): void {
  const here = (part: Part): boolean => part.location === location && (alsoPicked ? isHeld(part) : isUntouched(part));
  let left = quantity;
  const wanted: Wanted = new Map();
  for (const part of before.parts.filter(here)) {
    for (const { line, quantity: units } of tracked(part)) {
      if (before.lines[line]?.sku !== sku) continue;
      const lost = Math.min(units, left);
      wanted.set(line, (wanted.get(line) ?? 0) + lost);
      left -= lost;
    }
  }
  const { parts, taken } = takeOut(before, wanted, here, true);
  for (const part of taken) moveStock(doing.shadow, before, part, 'give-back');
  tellLess(doing, before, put(doing, { ...before, parts, trouble: before.trouble ?? 'stockout' }));
}

/** Units of a part that nobody touched are to come from elsewhere: they have no place for a moment. */
export function takeAway(doing: Doing, before: ShadowOrder, index: number, wanted: Wanted, answer?: Answer): void {
  const { parts, taken } = takeOut(before, wanted, (part) => part === before.parts[index]);
  for (const part of taken) moveStock(doing.shadow, before, part, 'give-back');
  tellLess(doing, before, put(doing, { ...before, parts }), answer);
}

/** Units of a part come back from a place that is asked no more; declined, they are trouble until they have another. */
export function withdraw(
  doing: Doing, before: ShadowOrder, index: number, wanted: Wanted, untilMs: number | undefined, isRejected: boolean, answer?: Answer, others: readonly Declined[] = [],
): void {
  const { parts, taken } = takeOut(before, wanted, (part) => part === before.parts[index]);
  for (const part of taken) moveStock(doing.shadow, before, part, 'give-back');
  const { location } = before.parts[index] as Part;
  const one = untilMs === undefined ? before.declined : alsoDeclined(before, { location, untilMs }, doing.atMs);
  const declined = others.reduce((all, other) => alsoDeclined({ ...before, declined: all }, other, doing.atMs), one);
  const trouble = isRejected ? (before.trouble ?? 'rejected') : before.trouble;
  tellLess(doing, before, put(doing, { ...before, parts, declined, trouble }), answer);
}

function tellLess(doing: Doing, before: ShadowOrder, after: ShadowOrder, answer?: Answer): void {
  tellParts(doing, before, after, undefined, answer);
  tellException(doing, before, after);
}

/** Units of a part being picked were not found. */
export function short(doing: Doing, before: ShadowOrder, index: number, wanted: Wanted, lots?: NonNullable<Part['lots']>): Verdict | undefined {
  const { parts, taken } = takeOut(before, wanted, (part) => part === before.parts[index], false, lots);
  for (const part of taken) moveStock(doing.shadow, before, part, 'leave');
  tellLess(doing, before, put(doing, { ...before, parts, trouble: before.trouble ?? 'short-pick' }));
  return source(doing, before.id);
}
