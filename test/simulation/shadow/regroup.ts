/** Parts of an order put together otherwise, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import { workAfter } from './capacity.ts';
import { wantedOf } from './move.ts';
import { isOffered } from './offered.ts';
import { answerOf, stateOf } from './order-facts.ts';
import { put, tellException, tellParts, tellState, tellTimes, type Doing } from './orders.ts';
import { costBy } from './rates.ts';
import { isUntouched, type Part, type Shadow, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Units = Part['units'];

/** Why a part stays as it is. */
function refusal(order: ShadowOrder, part: Part, field?: string): Verdict | undefined {
  if (!isUntouched(part) || part.asked !== undefined || isOffered(part) || order.batch !== undefined) return no('wrong-state', field);
  return order.parts.length >= 500 ? no('over-limit', field) : undefined;
}

function minorOf({ shadow, atMs }: Doing, order: ShadowOrder, part: Part, units: Units): number | undefined {
  return costBy(shadow, part, order.destination, units.map(({ line, quantity }) => ({ sku: order.lines[line]?.sku ?? '', quantity })), atMs);
}

export function split(doing: Doing, { orderId, fulfillmentId, lines }: CommandBody<'fulfillment.split'>): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === fulfillmentId);
  const part = order.parts[index];
  if (part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  const wrong = refusal(order, part);
  if (wrong !== undefined) return wrong;
  const wanted = wantedOf(order, index, lines);
  if (!(wanted instanceof Map)) return wanted;
  const taken = part.units.flatMap(({ line }) => (wanted.has(line) ? [{ line, quantity: wanted.get(line) ?? 0 }] : []));
  const left = part.units.flatMap(({ line, quantity }) => (quantity > (wanted.get(line) ?? 0) ? [{ line, quantity: quantity - (wanted.get(line) ?? 0) }] : []));
  if (left.length === 0) return no('contradiction', 'body.lines');
  const price = (units: Units): number => {
    const minor = minorOf(doing, order, part, units);
    return minor === undefined || minor === Infinity ? part.costMinor : minor;
  };
  const rest = { ...part, units: left, workUnits: workAfter(part, left), costMinor: price(left) };
  const fresh = { ...part, costMinor: price(taken) };
  return together(doing, order, new Map([[index, rest]]), fresh, taken, 'fulfillment.split');
}

export function merge(doing: Doing, { orderId, fulfillmentIds }: CommandBody<'fulfillment.merge'>): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const changed = new Map<number, Part>();
  const sums = new Map<number, number>();
  const parts: Part[] = [];
  for (const [at, id] of fulfillmentIds.entries()) {
    const field = `body.fulfillmentIds[${at}]`;
    const index = order.parts.findIndex((_, place) => String(place + 1) === id);
    const part = order.parts[index];
    if (part === undefined) return no('unknown-fulfillment', field);
    const wrong = refusal(order, part, field) ?? (part.holds === undefined ? undefined : no('on-hold', field));
    if (wrong !== undefined) return wrong;
    if (part.location !== (parts[0] ?? part).location || part.state !== (parts[0] ?? part).state) return no('contradiction', field);
    parts.push(part);
    for (const { line, quantity } of part.units) sums.set(line, (sums.get(line) ?? 0) + quantity);
    changed.set(index, { ...part, units: [], workUnits: workAfter(part, []), state: 'cancelled' });
  }
  const units = [...sums].sort(([a], [b]) => a - b).map(([line, quantity]) => ({ line, quantity }));
  const first = parts[0] as Part;
  const minor = minorOf(doing, order, first, units);
  if (minor === Infinity) return no('contradiction', 'body.fulfillmentIds');
  const times = parts.flatMap(({ startByMs }) => (startByMs === undefined ? [] : [startByMs]));
  const fresh = {
    ...first, costMinor: minor ?? first.costMinor, startByMs: times.length === 0 ? undefined : Math.min(...times),
    isOverdue: parts.some(({ isOverdue }) => isOverdue === true) ? true : undefined, untracked: parts.flatMap(({ untracked = [] }) => untracked),
  };
  return together(doing, order, changed, fresh, units, 'fulfillment.merged');
}

function together(doing: Doing, order: ShadowOrder, changed: ReadonlyMap<number, Part>, like: Part, units: Units, kind: string): Verdict {
  const { shadow } = doing;
  const untracked = [...new Set(like.untracked ?? [])].filter((line) => units.some((one) => one.line === line));
  const workUnits = like.workAtMs === undefined ? 0 : units.reduce((sum, { quantity }) => sum + quantity, 0);
  const fresh: Part = { ...like, units, workUnits, untracked: untracked.length === 0 ? undefined : untracked };
  const parts = [...order.parts.map((part, index) => changed.get(index) ?? part), fresh];
  const after = put(doing, { ...order, parts });
  tellParts(doing, order, after);
  tellException(doing, order, after);
  if (stateOf(order) !== stateOf(after)) tellState(doing, after);
  const from = [...changed.keys()].map((index) => String(index + 1));
  doing.events.push({ kind, orderId: order.id, channel: order.channel, fulfillmentId: String(parts.length), location: fresh.location, from });
  tellTimes(doing, order, order.id);
  return { ok: answerOf((shadow as Shadow).orders.get(order.id) as ShadowOrder) };
}
