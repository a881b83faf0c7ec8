/** Orders that are edited, in the shadow: what is asked, what it costs, and the order as it then is. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import type { IntakePolicy } from '../../../actors/intake-commands.ts';
import * as setHolds from './holds.ts';
import * as intake from './intake.ts';
import { mayNotWait } from './items.ts';
import { explode, isKnown, isLines, ratio, want } from './kits.ts';
import { answerOf, parkedOf, parkedRest, stateOf, unitsIn, waiting, waitingOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { tellParked } from './parked.ts';
import * as payments from './payments.ts';
import { heldForLine } from './reservations.ts';
import { isOffered } from './sourcing.ts';
import { isUntouched, type ShadowLine, type ShadowOrder } from './state.ts';
import { judged } from './troubles.ts';
import { no, type Verdict } from './verdict.ts';

type Body = CommandBody<'order.edit'>;
type Change = { readonly lineId: string; readonly sku: string; readonly from: number; readonly to: number };

interface Edit {
  readonly less: Wanted;
  readonly more: Wanted;
  readonly added: readonly ShadowLine[];
  readonly changes: readonly Change[];
  readonly addedMinor: number;
  readonly destination: Body['destination'];
  readonly service: { readonly to: string | undefined } | undefined;
  readonly promise: { readonly to: number | undefined } | undefined;
}

export function edit(doing: Doing, { body, by }: Pick<CommandOf<'order.edit'>, 'body' | 'by'>): Verdict {
  const { shadow, atMs } = doing;
  const { orderId: id, reason } = body;
  const order = shadow.orders.get(id);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const made = editOf(doing, order, body);
  if ('code' in made) return made;
  if (intake.hasCard(body.address)) return no('card-data', 'body.address.lines[0]');
  const card = (body.add ?? []).findIndex(({ details }) => intake.hasCard(details));
  if (card >= 0) return no('card-data', `body.add[${card}].details.note`);
  const policy = intake.policyOf(shadow, order.channel);
  const fault = faultOf(doing, id, body, made);
  if (fault !== undefined && policy.address === 'refuse') return no('invalid-address', fault.field);
  const state = stateOf(order);
  if (state === 'shipped' || state === 'delivered' || state === 'cancelled') return no('wrong-state');
  const isOtherWay = made.destination !== undefined || made.service !== undefined;
  if (isOtherWay && stageOf(order) === 'picked') return no('wrong-state', made.destination === undefined ? 'body.service' : 'body.destination');
  const fee = feeOf(policy as IntakePolicy, 'edit', order);
  if (fee === 'refuse') return no('too-late');
  const raised = [...order.lines.filter((_, line) => made.more.has(line)), ...made.added].filter(({ isParked }) => isParked !== true);
  if (raised.some(({ sku }) => shadow.items.get(sku)?.item.drop?.perCustomerMax !== undefined)) return no('customer-limit', 'body');
  if (heldForLine(doing, raised) !== undefined) return no('out-of-stock', 'body');
  holdLarge(doing, order, made);
  const short = carryOut(doing, shadow.orders.get(id) as ShadowOrder, made, { by, reason, fee }, body);
  if (short !== undefined) return short;
  if (made.destination !== undefined) intake.followAddress(doing, shadow.orders.get(id) as ShadowOrder, fault, policy.address);
  payments.cancelled({ ...doing, atMs }, id);
  return { ok: { ...(answerOf(shadow.orders.get(id) as ShadowOrder) as object), feeMinor: fee } };
}

/** How far it has come. */
export function stageOf({ parts, startedAtMs }: ShadowOrder): 'grace' | 'released' | 'picked' {
  if (parts.some(({ state }) => state === 'picking' || state === 'shipped' || state === 'delivered')) return 'picked';
  return startedAtMs === undefined ? 'grace' : 'released';
}

/** What a change costs; undefined where the policy says nothing of it. */
export function feeOf({ fees }: IntakePolicy, what: 'edit' | 'cancel', order: ShadowOrder): number | 'refuse' | undefined {
  const found = fees?.[what];
  return found === undefined ? undefined : (found[stageOf(order)] ?? 0);
}

type Refusal = Extract<Verdict, { code: unknown }>;

function editOf(doing: Doing, order: ShadowOrder, body: Body): Edit | Refusal {
  const no = (code: Refusal['code'], field?: string): Refusal => ({ code, field });
  const { shadow } = doing;
  if (body.ifChangedAtMs !== undefined && body.ifChangedAtMs !== order.changedAtMs) return no('changed-since', 'body.ifChangedAtMs');
  const ours = intake.mapped(doing, { channel: order.channel, lines: body.add ?? [] } as never);
  if ('code' in ours) return no(ours.code, ours.field?.replace('body.lines', 'body.add'));
  if (!('lines' in ours)) throw new Error('lines that are not mapped');
  if (body.service !== undefined && !isOffered(shadow, body.service)) return no('unknown-service', 'body.service');
  const unknown = ours.lines.findIndex((line) => !('isParked' in line) && !isKnown(shadow, line.sku));
  if (unknown >= 0) return no('unknown-sku', `body.add[${unknown}].sku`);
  const changed = changesOf(order, body.lines ?? []);
  if ('code' in changed) return changed;
  const come = newLines(doing, order, ours.lines);
  if ('code' in come) return come;
  const twice = (body.clear ?? []).findIndex((field) => body[field] !== undefined);
  if (twice >= 0) return no('contradiction', `body.clear[${twice}]`);
  if (body.address !== undefined && body.destination === undefined) return no('contradiction', 'body.address');
  const { less, more, changes, minor } = changed;
  for (const [line, units] of less) if (units > waitingOf(order, line) + parkedOf(order, line) + unitsIn(order, line, isUntouched)) return no('wrong-state', 'body.lines');
  const way = wayOf(order, body);
  if (changes.length + come.changes.length === 0 && way.destination === undefined && way.service === undefined && way.promise === undefined) return no('contradiction', 'body');
  const isAll = order.lines.every(({ quantity, cancelled }, line) => (less.get(line) ?? 0) === quantity - cancelled);
  if (isAll && come.lines.length === 0 && more.size === 0) return no('contradiction', 'body.lines');
  if ((order.edits ?? 0) >= 100) return no('over-limit', 'body');
  return { less, more, added: come.lines, changes: [...changes, ...come.changes], addedMinor: minor + come.minor, ...way };
}

function changesOf(order: ShadowOrder, asked: NonNullable<Body['lines']>): { less: Wanted; more: Wanted; changes: Change[]; minor: number } | Refusal {
  const refusal = (code: 'duplicate' | 'unknown-line' | 'kit-in-parts' | 'over-limit' | 'wrong-state', field: string) => no(code, field) as Refusal;
  const found = { less: new Map() as Wanted, more: new Map() as Wanted, changes: [] as Change[], minor: 0 };
  for (const [index, { lineId, quantity: to }] of asked.entries()) {
    const field = `body.lines[${index}]`;
    if (asked.findIndex((one) => one.lineId === lineId) < index) return refusal('duplicate', `${field}.lineId`);
    const head = order.lines.find(({ kit }) => kit?.lineId === lineId) ?? order.lines.find((line) => line.lineId === lineId);
    if (head === undefined) return refusal('unknown-line', `${field}.lineId`);
    if (head.kit !== undefined && head.kit.lineId !== lineId) return refusal('kit-in-parts', `${field}.lineId`);
    const from = (head.quantity - head.cancelled) / ratio(head);
    if (from === to) continue;
    if (from === 0) return refusal('wrong-state', `${field}.lineId`);
    found.changes.push({ lineId, sku: head.kit?.sku ?? head.sku, from, to });
    const units: Wanted = new Map();
    want(order, units, lineId, Math.abs(to - from));
    for (const [line, some] of units) (to < from ? found.less : found.more).set(line, some);
    if (to < from) continue;
    for (const [line, some] of units) if (some + (order.lines[line]?.quantity ?? 0) > 1_000_000_000) return refusal('over-limit', `${field}.quantity`);
    found.minor += (to - from) * (head.kit?.unitPriceMinor ?? head.unitPriceMinor);
  }
  return found;
}

type Asked = { readonly isParked?: true | undefined; readonly lineId?: string | undefined; readonly sku: string; readonly quantity: number; readonly unitPriceMinor?: number | undefined };

function newLines({ shadow }: Doing, order: ShadowOrder, asked: readonly Asked[]): { lines: readonly ShadowLine[]; changes: Change[]; minor: number } | Refusal {
  const refusal = (code: 'duplicate' | 'over-limit', field: string) => no(code, field) as Refusal;
  const taken = new Set(order.lines.flatMap(({ lineId, kit }) => [lineId, kit?.lineId ?? lineId]));
  const clash = asked.findIndex(({ lineId }) => lineId !== undefined && taken.has(lineId));
  if (clash >= 0) return refusal('duplicate', `body.add[${clash}].lineId`);
  const isFree = (name: string): boolean => !taken.has(name) && !named.some(({ lineId }) => lineId === name) && !asked.some(({ lineId }) => lineId === name);
  const named: (Asked & { readonly lineId: string })[] = [];
  let number = new Set(order.lines.map(({ lineId, kit }) => kit?.lineId ?? lineId)).size;
  for (const line of asked) {
    if (line.lineId === undefined) do number += 1; while (!isFree(String(number)));
    named.push({ ...line, lineId: line.lineId ?? String(number) });
  }
  const lines = explode(shadow, named);
  if (!isLines(lines)) return refusal('code' in lines ? (lines.code as 'duplicate') : 'duplicate', 'field' in lines ? (lines.field ?? '').replace('body.lines', 'body.add') : '');
  if (lines.some(({ lineId }) => taken.has(lineId))) return refusal('duplicate', 'body.add');
  if (order.lines.length + lines.length > 2_000) return refusal('over-limit', 'body.add');
  return {
    lines,
    changes: named.map(({ lineId, sku, quantity }) => ({ lineId, sku, from: 0, to: quantity })),
    minor: named.reduce((sum, { quantity, unitPriceMinor = 0 }) => sum + quantity * unitPriceMinor, 0),
  };
}

function wayOf(order: ShadowOrder, { destination, service, promisedByMs, clear = [] }: Body): Pick<Edit, 'destination' | 'service' | 'promise'> {
  const sorted = (value: object | undefined): string => JSON.stringify(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, Object.is(one, -0) ? 0 : one]));
  const goes = clear.includes('service') ? undefined : (service ?? order.service);
  const by = clear.includes('promisedByMs') ? undefined : (promisedByMs ?? order.promisedByMs);
  return {
    destination: destination === undefined || sorted(destination) === sorted(order.destination) ? undefined : destination,
    service: goes === order.service ? undefined : { to: goes },
    promise: by === order.promisedByMs ? undefined : { to: by },
  };
}

function faultOf({ shadow }: Doing, id: string, body: Body, { destination }: Edit): { readonly reason: string; readonly field: string } | undefined {
  if (destination === undefined) return undefined;
  const known = (shadow.intake.details.get(id) as { readonly address?: object } | undefined)?.address;
  const fault = intake.faultOf({ destination, details: { address: body.address ?? known } } as never);
  return fault === undefined ? undefined : { ...fault, field: fault.field.replace('body.details.', 'body.') };
}

/** The lines as they are after it; kits grow with what they consist of. */
function linesAfter({ lines }: ShadowOrder, { less, more, added }: Edit): ShadowLine[] {
  const changed = lines.map((line, index): ShadowLine => {
    const units = more.get(index) ?? 0;
    const kit = line.kit === undefined ? {} : { kit: { ...line.kit, quantity: line.kit.quantity + units / ratio(line) } };
    return { ...line, ...kit, quantity: line.quantity + units, cancelled: line.cancelled + (less.get(index) ?? 0) };
  });
  return [...changed, ...added];
}

/** One that has become a large one is held, unless it is. */
function holdLarge(doing: Doing, order: ShadowOrder, made: Edit): void {
  const { bigOrder } = intake.policyOf(doing.shadow, order.channel) as IntakePolicy;
  const isHeld = order.holds?.some(({ holdId }) => holdId === 'big-order') === true;
  if (bigOrder === undefined || isHeld || made.more.size + made.added.length === 0 || (order.holds?.length ?? 0) >= 16) return;
  const lines = linesAfter(order, made);
  const units = lines.reduce((sum, { quantity, cancelled }) => sum + quantity - cancelled, 0);
  const worth = lines.reduce((sum, line, index) => {
    const isCounted = line.kit === undefined || lines.findIndex(({ kit }) => kit?.lineId === line.kit?.lineId) === index;
    return sum + (isCounted ? ((line.quantity - line.cancelled) / ratio(line)) * (line.kit?.unitPriceMinor ?? line.unitPriceMinor) : 0);
  }, 0);
  const isLarge = units >= (bigOrder.units ?? Infinity);
  if (!isLarge && worth < (bigOrder.valueMinor ?? Infinity)) return;
  setHolds.set(doing, order, { holdId: 'big-order', reason: isLarge ? `${units} units` : `${worth} minor units`, by: 'intake', sinceMs: doing.atMs });
}

function carryOut(doing: Doing, before: ShadowOrder, made: Edit, told: { by: string; reason: string; fee: number | undefined }, body: Body): Verdict | undefined {
  const { shadow, atMs, events } = doing;
  const { less, more, added, destination, service, promise } = made;
  const rest: Wanted = new Map([...less].map(([line, units]) => [line, Math.max(0, units - waitingOf(before, line) - parkedOf(before, line))]));
  const first = orders.takeOut(before, rest, isUntouched);
  const isMore = more.size + added.length > 0 && stageOf(before) === 'grace' && before.isRouted !== true;
  const isOtherWay = isMore || destination !== undefined || service !== undefined;
  const all: Wanted = new Map(before.lines.map((_, line) => [line, Infinity]));
  const second = isOtherWay ? orders.takeOut({ ...before, parts: first.parts }, all, isUntouched) : { parts: first.parts, taken: [] };
  const next: ShadowOrder = {
    ...before,
    lines: linesAfter(before, made),
    parts: second.parts,
    destination: destination ?? before.destination,
    service: service === undefined ? before.service : service.to,
    promisedByMs: promise === undefined ? before.promisedByMs : promise.to,
    edits: (before.edits ?? 0) + 1,
    feesMinor: (before.feesMinor ?? 0) + (told.fee ?? 0),
    addedMinor: (before.addedMinor ?? 0) + made.addedMinor,
    parked: parkedRest(before) ?? (added.some(({ isParked }) => isParked === true) ? ((intake.policyOf(shadow, before.channel) as IntakePolicy).parked ?? 'wait') : undefined),
  };
  const isSourced = (isOtherWay || more.size + added.length > 0 || promise !== undefined) && waiting(next) > 0;
  const after = orders.put(doing, isSourced ? next : judged(next, atMs));
  const { by, reason } = told;
  events.push({
    kind: 'order.edited', orderId: before.id, channel: before.channel, by, reason, lines: made.changes.length === 0 ? undefined : made.changes, destination,
    service: service === undefined ? undefined : (service.to ?? null), promisedByMs: promise === undefined ? undefined : (promise.to ?? null), feeMinor: told.fee,
  });
  orders.tellParts(doing, before, after);
  orders.tellException(doing, before, after);
  tellParked(doing, after, added);
  if (!isSourced && stateOf(before) !== stateOf(after)) orders.tellState(doing, after);
  for (const part of [...first.taken, ...second.taken]) orders.moveStock(shadow, before, part, 'give-back');
  const from = before.parts.flatMap((part, index) => (part === second.parts[index] ? [] : [String(index + 1)]));
  if (isSourced) orders.source(doing, before.id, { kind: 'edited', from, by, reason });
  else orders.tellTimes(doing, before, before.id);
  keepSaid(doing, made, body);
  return short(doing, before, made, body);
}

/** Units that have no place and may not be without one. */
function short(doing: Doing, before: ShadowOrder, made: Edit, body: Body): Verdict | undefined {
  const after = doing.shadow.orders.get(before.id) as ShadowOrder;
  const waited = (line: number): number => (line < before.lines.length ? waitingOf(before, line) : 0);
  if (before.mayWait) {
    const skus = new Set(after.lines.filter((_, line) => waitingOf(after, line) !== waited(line)).map(({ sku }) => sku));
    for (const sku of skus) {
      const more = after.lines.reduce((sum, line, index) => sum + (line.sku === sku ? waitingOf(after, index) - waited(index) : 0), 0);
      const code = more > 0 ? mayNotWait(doing, sku, after.channel) : undefined;
      if (code !== undefined) return no(code, 'body');
    }
    return undefined;
  }
  for (const [line, { lineId, cancelled, kit }] of after.lines.entries()) {
    const was = before.lines[line]?.cancelled ?? 0;
    if (waitingOf(after, line) <= waited(line) && cancelled === was + (made.less.get(line) ?? 0)) continue;
    const id = kit?.lineId ?? lineId;
    const isRaised = made.changes.some((one) => one.lineId === id && one.to > one.from);
    const raisedIn = body.lines?.some((one) => one.lineId === id) === true ? 'body.lines' : 'body.add';
    return no('out-of-stock', isRaised ? raisedIn : made.destination !== undefined ? 'body.destination' : 'body.service');
  }
  return undefined;
}

function keepSaid({ shadow }: Doing, made: Edit, { orderId: id, address, add = [] }: Body): void {
  const known = (shadow.intake.details.get(id) ?? { orderId: id }) as { readonly lines?: readonly object[] };
  const firstNew = made.changes.length - add.length;
  const said = add.flatMap(({ details }, index) => (details === undefined ? [] : [{ lineId: made.changes[firstNew + index]?.lineId, ...details }]));
  const isMoved = made.destination !== undefined && address !== undefined;
  if (!isMoved && said.length === 0) return;
  shadow.set(shadow.intake.details, id, { ...known, ...(isMoved ? { address } : {}), ...(said.length > 0 ? { lines: [...(known.lines ?? []), ...said] } : {}) });
}
