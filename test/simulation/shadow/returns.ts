/** The commands on returns, in the shadow. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import type { ReturnPolicy } from '../../../actors/return-commands.ts';
import type { StandingPolicy } from '../../../actors/return-policy.ts';
import { kilometres } from './seeking.ts';
import * as holds from './holds.ts';
import * as lots from './lots.ts';
import * as orderCommands from './order-commands.ts';
import { stateOf, unitsIn } from './order-facts.ts';
import type { Doing } from './orders.ts';
import { comingOf, hasReturnEnded, isExchangeFree, leftParts, lotsOut, moneyOf, returnAnswerOf, returnNewsOf, returnsOf, returnStateOf } from './return-facts.ts';
import { toComeOf, unitsBackOf, unseenAt, type AskedShadow, type HappenedShadow, type ShadowReturn } from './return-facts.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { moveOne, type Entry } from './stock-commands.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

const dayMs = 86_400_000;
const blameless = ['not-as-described', 'wrong-item', 'defective', 'damaged', 'late', 'lost'] as const;

/** The policy of a channel, with what it does not say. */
export function policyOf({ returnPolicies }: Shadow, channel: string | undefined): StandingPolicy {
  const said: ReturnPolicy = returnPolicies.get(channel ?? '*') ?? returnPolicies.get('*') ?? {};
  return {
    channel: said.channel,
    windowDays: said.windowDays ?? 30,
    approval: said.approval ?? 'auto',
    methods: said.methods ?? ['parcel', 'collect', 'store'],
    excluded: said.excluded ?? {},
    refundOn: said.refundOn ?? 'receipt',
    feePercent: said.feePercent ?? 0,
    feeMinor: said.feeMinor ?? 0,
    feeFree: said.feeFree ?? blameless,
    inspect: said.inspect ?? true,
    exchangeOn: said.exchangeOn ?? 'receipt',
    grades: { A: said.grades?.A ?? 'restock', B: said.grades?.B ?? 'refurbish', C: said.grades?.C ?? 'quarantine', D: said.grades?.D ?? 'scrap' },
    expireAfterMs: said.expireAfterMs ?? 30 * dayMs,
    overdueAfterMs: said.overdueAfterMs ?? 14 * dayMs,
    destinations: said.destinations ?? [],
  };
}

export function putPolicy({ shadow }: Doing, { policy }: CommandBody<'return-policy.put'>): Verdict {
  if (policy.channel !== undefined && !shadow.channels.has(policy.channel)) return no('unknown-channel', 'body.policy.channel');
  for (const [index, { to }] of (policy.destinations ?? []).entries()) {
    if (typeof to === 'object' && !shadow.locations.has(to.location)) return no('unknown-location', `body.policy.destinations[${index}].to.location`);
  }
  shadow.set(shadow.returnPolicies, policy.channel ?? '*', policy);
  return { ok: { id: policy.channel ?? '*' } };
}

/** Keep a return as it is now, and tell of it. */
function tell({ shadow, events }: Doing, before: ShadowReturn | undefined, now: ShadowReturn, cause: string, more: object = {}): ShadowReturn {
  const exchange = now.exchange && { ...now.exchange, released: now.exchange.released || isExchangeFree(now) };
  const { kept, events: news } = returnNewsOf(before, { ...now, exchange }, cause, more);
  shadow.set(shadow.returns, kept.id, kept);
  events.push(...news);
  return kept;
}

/** Set the order of an exchange free, or call it off, once it is known what became of the return. */
function follow(doing: Doing, before: ShadowReturn, after: ShadowReturn): ShadowReturn {
  const { exchange, id, ended } = after;
  if (exchange === undefined) return after;
  const orderId = exchange.orderId as never;
  const state = returnStateOf(after);
  if (exchange.released && before.exchange?.released !== true) holds.unhold(doing, { orderId, holdId: 'return' as never });
  else if (!exchange.released && state === ended) orderCommands.cancel(doing, { orderId, reason: `return ${id} ${ended}` });
  return after;
}

const answer = (one: ShadowReturn): Verdict => ({ ok: returnAnswerOf(one) });

export function request(doing: Doing, command: CommandOf<'return.request'>): Verdict {
  const { shadow, atMs } = doing;
  const { body } = command;
  const { returnId: id, orderId, method = 'parcel' } = body;
  const order = shadow.orders.get(orderId);
  if (order === undefined || (body.customer !== undefined && body.customer !== order.customer)) return no('unknown-order', 'body.orderId');
  const policy = policyOf(shadow, order.channel);
  const wrong = unacceptable(doing, body, order, policy);
  if (wrong !== undefined) return wrong;
  const asked = body.lines.map((line) => askedOf(order, line, policy));
  const total = asked.reduce((sums, { unitPriceMinor, quantity }) => [...sums, (sums.at(-1) ?? 0n) + BigInt(unitPriceMinor) * BigInt(quantity)], [] as bigint[]);
  const over = total.findIndex((sum) => sum > 1_000_000_000_000n);
  if (over >= 0) return no('over-limit', `body.lines[${over}].quantity`);
  if (returnsOf(shadow, orderId).length >= 50) return no('over-limit', 'body.orderId');
  if ([...shadow.returns.values()].filter((one) => !hasReturnEnded(one)).length >= shadow.returnsOpenMax) return no('over-limit', 'body.returnId');
  const unplaced = placeExchange(doing, command, order, policy);
  if (isRefused(unplaced)) return unplaced;
  const exchange = body.exchange && { orderId: body.exchange.orderId, released: false };
  const to = destinationOf(shadow, policy, order, asked, method);
  const { channel, customer, currency } = order;
  const named = { id, orderId, channel, customer, currency, method, to, policy, carrier: undefined, tracking: undefined, reason: undefined, ended: undefined };
  const dates = { requestedAtMs: atMs, changedAtMs: atMs, approvedAtMs: undefined, labelAtMs: undefined, shippedAtMs: undefined, dueAtMs: atMs + policy.expireAfterMs };
  const opened = tell(doing, undefined, { ...named, ...dates, exchange, asked, happened: [], extraMinor: 0, memos: [] }, 'requested');
  return answer(policy.approval === 'manual' || asked[0]?.reason === 'lost' ? opened : approveNow(doing, opened, undefined));
}

/** What the customer gets instead: an order with a hold, unless it waits for nothing. */
function placeExchange(doing: Doing, { commandId, by, body }: CommandOf<'return.request'>, order: ShadowOrder, policy: StandingPolicy): Verdict | undefined {
  if (body.exchange === undefined) return undefined;
  const { channel, customer, currency, destination } = order;
  const holds = policy.approval === 'auto' && policy.exchangeOn === 'request' && body.lines[0]?.reason !== 'lost' ? {} : { holds: [{ holdId: 'return', reason: `return ${body.returnId}` }] };
  const placed = { destination, ...body.exchange, ...(customer === undefined ? {} : { customer }), ...(currency === undefined ? {} : { currency }), ...holds, channel, tags: ['exchange'] };
  const verdict = orderCommands.placeNew(doing, { kind: 'order.place', commandId, by, body: placed as never }, false);
  if (!isRefused(verdict)) return undefined;
  const { field } = verdict as { readonly field?: string };
  return { ...verdict, field: field?.replace(/^body/, 'body.exchange') };
}

function unacceptable({ shadow, atMs }: Doing, body: CommandBody<'return.request'>, order: ShadowOrder, policy: StandingPolicy): Verdict | undefined {
  const { lines, method = 'parcel' } = body;
  const find = (test: (line: (typeof lines)[number], index: number) => boolean): string | undefined => {
    const index = lines.findIndex(test);
    return index < 0 ? undefined : `body.lines[${index}]`;
  };
  const lineOf = (id: string) => order.lines.find(({ lineId }) => lineId === id);
  const unknown = find(({ orderLineId }) => lineOf(orderLineId) === undefined);
  if (unknown !== undefined) return no('unknown-line', `${unknown}.orderLineId`);
  if (shadow.returns.has(body.returnId)) return no('return-exists', 'body.returnId');
  const twice = find(({ orderLineId }, at) => lines.findIndex((one) => one.orderLineId === orderLineId) < at);
  if (twice !== undefined) return no('duplicate', `${twice}.orderLineId`);
  const lost = find(({ reason }) => reason === 'lost');
  if (lost !== undefined && lines.some(({ reason }) => reason !== 'lost')) return no('contradiction', `${lost}.reason`);
  if (!policy.methods.includes(method)) return no('not-returnable', 'body.method');
  const { skus = [], attributes = [], tags = [] } = policy.excluded;
  if (tags.some((tag) => order.tags?.includes(tag))) return no('not-returnable', 'body.orderId');
  const isOut = (sku: string | undefined): boolean => {
    const own: Readonly<Record<string, unknown>> = shadow.items.get(sku ?? '')?.item.attributes ?? {};
    return sku !== undefined && (skus.includes(sku as never) || attributes.some(({ name, value }) => Object.hasOwn(own, name) && own[name] === value));
  };
  const excluded = find(({ orderLineId }) => isOut(lineOf(orderLineId)?.sku) || isOut(lineOf(orderLineId)?.kit?.sku));
  if (excluded !== undefined) return no('not-returnable', `${excluded}.orderLineId`);
  const isLate = stateOf(order) === 'delivered' && atMs - order.changedAtMs > policy.windowDays * dayMs;
  if (isLate) return no('return-window-closed', 'body.orderId');
  const excess = find(({ orderLineId, quantity }) => {
    const { coming, back } = unitsBackOf(shadow, order.id, orderLineId);
    const left = unitsIn(order, order.lines.findIndex(({ lineId }) => lineId === orderLineId), ({ state }) => state === 'shipped' || state === 'delivered');
    return coming + back + quantity > left;
  });
  return excess === undefined ? undefined : no('not-enough', `${excess}.quantity`);
}

function askedOf(order: ShadowOrder, { orderLineId, quantity, reason, note }: CommandBody<'return.request'>['lines'][number], policy: StandingPolicy): AskedShadow {
  const line = order.lines.find(({ lineId }) => lineId === orderLineId) as ShadowOrder['lines'][number];
  const { kit, sku } = line;
  // The units of one whole kit, over all of its components.
  const inKit = order.lines.reduce((units, one) => units + (kit !== undefined && one.kit?.lineId === kit.lineId ? one.quantity / kit.quantity : 0), 0);
  const unitPriceMinor = kit === undefined ? line.unitPriceMinor : Math.floor(kit.unitPriceMinor / inKit);
  return { orderLineId, sku, quantity, unitPriceMinor, reason, note, isCharged: !policy.feeFree.includes(reason) };
}

function destinationOf(shadow: Shadow, policy: StandingPolicy, order: ShadowOrder, asked: readonly AskedShadow[], method: string): string | undefined {
  if (asked[0]?.reason === 'lost') return undefined;
  const worth = asked.reduce((sum, { unitPriceMinor, quantity }) => sum + unitPriceMinor * quantity, 0);
  for (const { reasons, methods, countries, skus, belowMinor, to } of policy.destinations) {
    const fits =
      asked.every(({ reason, sku }) => (reasons?.includes(reason as never) ?? true) && (skus?.includes(sku as never) ?? true)) &&
      (methods?.includes(method as never) ?? true) && (countries?.includes(order.destination.country) ?? true) && worth < (belowMinor ?? Infinity);
    if (!fits) continue;
    if (to === 'keep') return undefined;
    if (to === 'origin') break;
    const place = to === 'nearest' ? nearest(shadow, order) : to.location;
    if (place !== undefined) return place;
  }
  const units = leftParts(order).map(({ location, units: parts }) => {
    const ours = parts.filter(({ line }) => asked.some(({ orderLineId }) => orderLineId === order.lines[line]?.lineId));
    return { location, units: ours.reduce((sum, { quantity }) => sum + quantity, 0) };
  });
  const most = Math.max(...units.map((one) => one.units));
  return units.find((one) => one.units === most)?.location;
}

/** The nearest open location that takes returns. */
function nearest({ locations }: Shadow, { destination }: ShadowOrder): string | undefined {
  const taking = [...locations.values()].filter(({ state, capabilities }) => state === 'open' && capabilities?.includes('returns') === true);
  const far = taking.map((location) => ({ id: location.id, km: kilometres(location, destination) }));
  return far.sort((a, b) => a.km - b.km || (a.id < b.id ? -1 : 1))[0]?.id;
}

function withReturn(doing: Doing, id: string, states: readonly string[], go: (one: ShadowReturn, isIn: boolean) => Verdict): Verdict {
  const one = doing.shadow.returns.get(id);
  if (one === undefined) return no('unknown-return', 'body.returnId');
  return go(one, states.includes(returnStateOf(one)));
}

const again = (one: ShadowReturn, atMs: number): object => ({ changedAtMs: atMs, dueAtMs: atMs + one.policy.expireAfterMs, overdueAtMs: atMs + one.policy.overdueAfterMs, isOverdue: undefined });

function approveNow(doing: Doing, one: ShadowReturn, to: string | undefined): ShadowReturn {
  const { atMs } = doing;
  const goesTo = to ?? one.to;
  const happened = goesTo === undefined ? one.asked.map(({ quantity }, line): HappenedShadow => ({ line, fate: 'kept', units: quantity })) : [];
  return follow(doing, one, tell(doing, one, { ...one, ...again(one, atMs), approvedAtMs: atMs, to: goesTo, happened }, 'approved'));
}

export function approve(doing: Doing, { returnId, to }: CommandBody<'return.approve'>): Verdict {
  if (to !== undefined && !doing.shadow.locations.has(to)) return no('unknown-location', 'body.to');
  return withReturn(doing, returnId, ['requested'], (one, isIn) => (isIn ? answer(approveNow(doing, one, to)) : no('wrong-state', 'body.returnId')));
}

/** All that is still to come will not come. */
function endRest(one: ShadowReturn): Pick<ShadowReturn, 'happened' | 'overdueAtMs' | 'isOverdue'> {
  const rest = one.asked.map((_, line): HappenedShadow => ({ line, fate: 'gone', units: comingOf(one, line) }));
  return { happened: [...one.happened, ...rest.filter(({ units }) => units > 0)], overdueAtMs: undefined, isOverdue: undefined };
}

export function callOff(doing: Doing, { returnId, reason }: { returnId: string; reason: string }, ended: 'rejected' | 'cancelled'): Verdict {
  const states = ended === 'rejected' ? ['requested'] : ['requested', 'approved', 'in-transit', 'partially-received'];
  return withReturn(doing, returnId, states, (one, isIn) => {
    if (!isIn) return no('wrong-state', 'body.returnId');
    return answer(follow(doing, one, tell(doing, one, { ...one, changedAtMs: doing.atMs, ...endRest(one), reason, ended }, ended, { reason })));
  });
}

/** A time of it has come, if it was not moved: it is over, or it is overdue. */
export function due(doing: Doing, id: string): void {
  const one = doing.shadow.returns.get(id);
  if (one === undefined || toComeOf(one) === 0) return;
  if (one.dueAtMs > doing.atMs) {
    const isOverdue = (one.overdueAtMs ?? Infinity) <= doing.atMs;
    if (isOverdue) tell(doing, one, { ...one, changedAtMs: doing.atMs, overdueAtMs: undefined, isOverdue: true }, 'overdue');
    return;
  }
  follow(doing, one, tell(doing, one, { ...one, changedAtMs: doing.atMs, ...endRest(one), ended: 'expired' }, 'expired'));
}

export function parcel(doing: Doing, body: CommandBody<'return.ship'>, cause: 'labelled' | 'shipped'): Verdict {
  const { shadow, atMs } = doing;
  if (body.carrier !== undefined && !shadow.carriers.has(body.carrier)) return no('unknown-carrier', 'body.carrier');
  return withReturn(doing, body.returnId, ['approved'], (one, isIn) => {
    if (!isIn) return no('wrong-state', 'body.returnId');
    const [carrier, tracking] = [body.carrier ?? one.carrier, body.tracking ?? one.tracking];
    const when = cause === 'labelled' ? { labelAtMs: atMs } : { shippedAtMs: atMs };
    return answer(follow(doing, one, tell(doing, one, { ...one, ...again(one, atMs), ...when, carrier, tracking }, cause, { tracking })));
  });
}

export function refund(doing: Doing, { returnId, amountMinor, reason }: CommandBody<'return.refund'>): Verdict {
  return withReturn(doing, returnId, ['approved', 'in-transit', 'partially-received', 'received'], (one, isIn) => {
    if (!isIn) return no('wrong-state', 'body.returnId');
    const { due, paid } = moneyOf(one);
    if (due + amountMinor > paid) return no('over-paid', 'body.amountMinor');
    if (one.memos.length >= 200) return no('over-limit', 'body.returnId');
    return answer(tell(doing, one, { ...one, changedAtMs: doing.atMs, extraMinor: one.extraMinor + amountMinor, reason }, 'refunded', { reason }));
  });
}

type Units = lots.Unit[] | undefined;
interface Came {
  readonly quantity: number;
  readonly damaged?: number | undefined;
  readonly lots?: Units;
  readonly serials?: readonly string[] | undefined;
}

export function receive(doing: Doing, body: CommandBody<'return.receive'>): Verdict {
  const { shadow, atMs } = doing;
  if (body.location !== undefined && !shadow.locations.has(body.location)) return no('unknown-location', 'body.location');
  return withReturn(doing, body.returnId, ['approved', 'in-transit', 'partially-received', 'received'], (one, isIn) => {
    const location = body.location ?? one.to;
    if (location === undefined) return no('wrong-state', 'body.returnId');
    const { lines = [], unexpected = [] } = body;
    const wrong = wrongReceipt(one, lines, unexpected, isIn);
    if (wrong !== undefined) return wrong;
    const isForSale = !one.policy.inspect;
    const came = ({ quantity, damaged = 0, ...said }: Came, line: number, isExpected: boolean): HappenedShadow =>
      ({ line, fate: 'came', units: quantity, damaged, location, lots: namedLots(said), isForSale: isForSale && isExpected });
    const asked = [...one.asked, ...unexpected.map(({ sku }) => ({ orderLineId: undefined, sku, quantity: 0, unitPriceMinor: 0, reason: undefined, note: undefined, isCharged: false }))];
    const happened = [
      ...one.happened,
      ...lines.map((each) => came(each, Number(each.lineId) - 1, one.asked[Number(each.lineId) - 1]?.orderLineId !== undefined)),
      ...unexpected.map((each, index) => came(each, one.asked.length + index, false)),
    ];
    const after = tell(doing, one, { ...one, ...again(one, atMs), asked, happened }, 'received', { location });
    for (const [index, each] of lines.entries()) {
      const line = after.asked[Number(each.lineId) - 1] as AskedShadow;
      const refused = takeIn(doing, line.sku, location, each, line.orderLineId !== undefined && isForSale) ?? foreign(doing, after, line.orderLineId, each);
      if (refused !== undefined) return { field: `body.lines[${index}]`, ...refused };
    }
    for (const [index, each] of unexpected.entries()) {
      const refused = takeIn(doing, each.sku, location, each, false);
      if (refused !== undefined) return { field: `body.unexpected[${index}]`, ...refused };
    }
    return answer(follow(doing, one, after));
  });
}

const namedLots = ({ lots: some, serials }: Omit<Came, 'quantity'>): Extract<HappenedShadow, { fate: 'came' }>['lots'] =>
  some?.map(({ lot, quantity }) => ({ lot, quantity })) ?? serials?.map((lot) => ({ lot, quantity: 1 }));

type Lines = NonNullable<CommandBody<'return.receive'>['lines']>;
type Unexpected = NonNullable<CommandBody<'return.receive'>['unexpected']>;

function wrongReceipt(one: ShadowReturn, lines: Lines, unexpected: Unexpected, isIn: boolean): Verdict | undefined {
  if (lines.length + unexpected.length === 0) return no('malformed', 'body.lines');
  const place = (id: string): number => one.asked.findIndex((_, index) => String(index + 1) === id);
  const unknown = lines.findIndex(({ lineId }) => place(lineId) < 0);
  if (unknown >= 0) return no('unknown-line', `body.lines[${unknown}].lineId`);
  const twice = lines.findIndex(({ lineId }, index) => lines.findIndex((line) => line.lineId === lineId) < index);
  if (twice >= 0) return no('duplicate', `body.lines[${twice}].lineId`);
  if (!isIn) return no('wrong-state', 'body.returnId');
  const excess = lines.findIndex(({ lineId, quantity }) => quantity > comingOf(one, place(lineId)));
  if (excess >= 0) return no('not-enough', `body.lines[${excess}].quantity`);
  for (const [name, list] of [['lines', lines], ['unexpected', unexpected]] as const) {
    const spoilt = (list as readonly Came[]).findIndex(({ quantity, damaged = 0 }) => damaged > quantity);
    if (spoilt >= 0) return no('not-enough', `body.${name}[${spoilt}].damaged`);
  }
  return one.memos.length >= 200 ? no('over-limit', 'body.returnId') : undefined;
}

/** One movement in stock, as a stock command would make it. */
function move(doing: Doing, kind: 'stock.return' | 'stock.put-back' | 'stock.dispose', entry: Entry & { readonly bucket: 'damaged' | 'quality' | undefined }): Verdict | undefined {
  const verdict = moveOne(doing, kind, entry, new Set(), { orders: new Set(), reservations: new Set(), lines: 0 }, { lots: 1_000 }, []);
  return verdict === undefined || verdict === 'outdated' ? undefined : (verdict as Verdict);
}

function takeIn(doing: Doing, sku: string, location: string, came: Came, isForSale: boolean): Verdict | undefined {
  const { quantity, damaged = 0, lots: some, serials } = came;
  const units = lots.isMeant(doing.shadow, sku, came) ? lots.named(doing.shadow, sku, came, quantity) : [];
  if (!lots.isUnits(units)) return units;
  const good = quantity - damaged;
  const [first, rest] = split(units, good);
  const asSaid = (part: lots.Unit[]): Pick<Entry, 'lots' | 'serials'> => (serials !== undefined ? { serials: part.map(({ lot }) => lot) } : some !== undefined ? { lots: part } : {});
  const verdict = good === 0 ? undefined : move(doing, 'stock.return', { sku, location, quantity: good, bucket: isForSale ? undefined : 'quality', ...asSaid(first) });
  if (isRefused(verdict) || damaged === 0) return verdict;
  return move(doing, 'stock.return', { sku, location, quantity: damaged, bucket: 'damaged', ...asSaid(rest) });
}

/** The first so many units, and the others. */
function split(units: readonly lots.Unit[], first: number): [lots.Unit[], lots.Unit[]] {
  let before = 0;
  const parts: [lots.Unit[], lots.Unit[]] = [[], []];
  for (const unit of units) {
    const here = Math.max(0, Math.min(unit.quantity, first - before));
    before += unit.quantity;
    if (here > 0) parts[0].push({ ...unit, quantity: here });
    if (unit.quantity > here) parts[1].push({ ...unit, quantity: unit.quantity - here });
  }
  return parts;
}

/** Units that did not leave with the order line they are said to be of. */
function foreign({ shadow }: Doing, one: ShadowReturn, orderLineId: string | undefined, came: Came): Verdict | undefined {
  const named = namedLots(came);
  if (orderLineId === undefined || named === undefined) return undefined;
  const out = lotsOut(shadow, shadow.orders.get(one.orderId) as ShadowOrder, orderLineId);
  return out !== undefined && named.some(({ lot }) => (out.get(lot) ?? -1) < 0) ? no('unknown-lot') : undefined;
}

export function inspect(doing: Doing, body: CommandBody<'return.inspect'>): Verdict {
  const { shadow, atMs } = doing;
  if (body.location !== undefined && !shadow.locations.has(body.location)) return no('unknown-location', 'body.location');
  return withReturn(doing, body.returnId, ['partially-received', 'received'], (one, isIn) => {
    const location = body.location ?? one.to;
    if (location === undefined) return no('wrong-state', 'body.returnId');
    const means = ({ disposition, grade }: (typeof body.lines)[number]): string | undefined => disposition ?? (grade && one.policy.grades[grade]);
    const vague = body.lines.findIndex((line) => means(line) === undefined);
    if (vague >= 0) return no('malformed', `body.lines[${vague}].disposition`);
    const unknown = body.lines.findIndex(({ lineId }) => one.asked.every((_, index) => String(index + 1) !== lineId));
    if (unknown >= 0) return no('unknown-line', `body.lines[${unknown}].lineId`);
    if (!isIn) return no('wrong-state', 'body.returnId');
    let after = one;
    for (const [index, line] of body.lines.entries()) {
      const at = Number(line.lineId) - 1;
      if (line.quantity > unseenAt(after, at, location, line.damaged === true)) return no('not-enough', `body.lines[${index}].quantity`);
      const isRefunded = line.refund !== false || one.asked[at]?.orderLineId === undefined;
      const looked = { isDamaged: line.damaged === true, disposition: means(line) as string, grade: line.grade, isRefunded };
      after = { ...after, happened: [...after.happened, { line: at, fate: 'looked', units: line.quantity, location, ...looked }] };
    }
    if (one.memos.length >= 200) return no('over-limit', 'body.returnId');
    const told = tell(doing, one, { ...after, changedAtMs: atMs }, 'inspected', { location });
    for (const [index, line] of body.lines.entries()) {
      const kind = ({ restock: 'stock.put-back', scrap: 'stock.dispose' } as const)[means(line) as 'restock'];
      if (kind === undefined) continue;
      const { quantity, lots: some, serials } = line;
      const sku = one.asked[Number(line.lineId) - 1]?.sku ?? '';
      const named = { ...(some && { lots: some }), ...(serials && { serials }) };
      const verdict = move(doing, kind, { sku, location, quantity, bucket: line.damaged === true ? 'damaged' : 'quality', ...named });
      if (verdict !== undefined) return { field: `body.lines[${index}]`, ...verdict };
    }
    return answer(follow(doing, one, told));
  });
}
