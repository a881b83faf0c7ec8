/** What is asked of an edit, judged before the order is told: units that end, units more, lines that are new. Pure. */
import type { AskedEdit } from './edit-commands.ts';
import type { LineId, Sku } from './ids.ts';
import type { Kit } from './item-commands.ts';
import { explode, perKit, type AskedLine } from './kits.ts';
import { orderEditsMax, orderLinesMax, quantityMax } from './limits.ts';
import { cancelledUnits, waitingLine } from './order-checks.ts';
import type { OrderContext } from './order-context.ts';
import type { Edit, LineChange } from './order-edit.ts';
import { isUntouched } from './order-takings.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Fees } from './intake-commands.ts';
import type { LineUnits, OrderLine } from './vocabulary.ts';

type Order = OrderContext;

/** An edit, and what of its lines is told. */
export interface Checked {
  readonly edit: Edit;
  readonly changes: readonly LineChange[];
}

/**
 * @param add the new lines with our SKUs in them.
 * @param kitOf what a SKU consists of; undefined when it is no kit.
 */
export function editOf(
  order: Order,
  asked: AskedEdit,
  add: readonly AskedLine[],
  kitOf: (sku: Sku) => Kit | undefined,
): Checked | Rejection {
  const changed = lineChanges(order, asked.lines ?? []);
  if ('code' in changed) return changed;
  const added = newLines(order, add, kitOf);
  if ('code' in added) return added;
  const wrong = contradicts(order, asked);
  if (wrong !== undefined) return wrong;
  const { changes, more, ends } = changed;
  const less = ends.length === 0 ? [] : cancelledUnits(order, ends);
  if ('code' in less) return { ...less, field: 'body.lines' };
  const way = wayOf(order, asked);
  const isNothing = changes.length + added.lines.length === 0 && Object.values(way).every((one) => one === undefined);
  if (isNothing) return reject('contradiction', `order ${order.orderId} is so already: nothing is changed`, 'body');
  const left = order.lines.reduce((units, line) => units + line.quantity - line.cancelled, 0);
  if (added.lines.length + more.length === 0 && unitsOf(less) === left) {
    return reject('contradiction', `nothing of order ${order.orderId} would be left: cancel it`, 'body.lines');
  }
  if ((order.intake?.edits ?? 0) >= orderEditsMax) {
    return reject('over-limit', `an order is edited ${orderEditsMax} times at most`, 'body');
  }
  const addedMinor = changed.addedMinor + added.minor;
  // What comes before the release goes together with the rest, unless that came with its places.
  const isMore = more.length + added.lines.length > 0 && stageOf(order) === 'grace' && order.intake?.routed !== true;
  const isAnew = isMore || way.destination !== undefined || way.service !== undefined;
  const edit = { less, more, added: added.lines, addedMinor, isAnew, ...way };
  return { edit, changes: [...changes, ...added.changes] };
}

const unitsOf = (units: readonly LineUnits[]): number => units.reduce((sum, { quantity }) => sum + quantity, 0);

interface Changed {
  readonly changes: LineChange[];
  /** Of kits, those of their components. */
  readonly more: LineUnits[];
  /** As they were asked for. */
  readonly ends: LineUnits[];
  addedMinor: number;
}

function lineChanges(order: Order, asked: NonNullable<AskedEdit['lines']>): Changed | Rejection {
  const changed: Changed = { changes: [], more: [], ends: [], addedMinor: 0 };
  const seen = new Set<LineId>();
  for (const [index, { lineId, quantity: to }] of asked.entries()) {
    const field = `body.lines[${index}]`;
    if (seen.has(lineId)) return reject('duplicate', `line ${lineId} twice`, `${field}.lineId`);
    seen.add(lineId);
    const parts = order.lines.filter((line) => line.kit?.lineId === lineId);
    const [head = order.lines.find((line) => line.lineId === lineId)] = parts;
    if (head === undefined) {
      return reject('unknown-line', `order ${order.orderId} has no line ${lineId}`, `${field}.lineId`);
    }
    if (parts.length === 0 && head.kit !== undefined) {
      const detail = `line ${lineId} is a part of kit ${head.kit.lineId}: whole kits are changed`;
      return reject('kit-in-parts', detail, `${field}.lineId`);
    }
    const from = (head.quantity - head.cancelled) / perKit(head);
    if (to === from) continue;
    if (from === 0) {
      const detail = `nothing is left of line ${lineId}: what is wanted again is a new line`;
      return reject('wrong-state', detail, `${field}.lineId`);
    }
    changed.changes.push({ lineId, sku: head.kit?.sku ?? head.sku, from, to });
    if (to < from) changed.ends.push({ lineId, quantity: from - to });
    else {
      const lines = parts.length === 0 ? [head] : parts;
      const more = lines.map((line) => ({ lineId: line.lineId, quantity: (to - from) * perKit(line) }));
      const isOver = more.some(({ quantity }, at) => quantity + (lines[at]?.quantity ?? 0) > quantityMax);
      if (isOver) return reject('over-limit', `more than ${quantityMax} units of a line`, `${field}.quantity`);
      changed.more.push(...more);
      changed.addedMinor += (to - from) * (head.kit?.unitPriceMinor ?? head.unitPriceMinor);
    }
  }
  return changed;
}

/** Lines that come, all of them waiting; those without an id get the next numbers that are free. */
function newLines(
  order: Order,
  add: readonly AskedLine[],
  kitOf: (sku: Sku) => Kit | undefined,
): { readonly lines: OrderLine[]; readonly changes: LineChange[]; readonly minor: number } | Rejection {
  const taken = new Set<string>(order.lines.flatMap(({ lineId, kit }) => [lineId, kit?.lineId ?? lineId]));
  const clash = add.findIndex(({ lineId }) => lineId !== undefined && taken.has(lineId));
  if (clash >= 0) {
    const detail = `order ${order.orderId} has a line ${add[clash]?.lineId}`;
    return reject('duplicate', detail, `body.add[${clash}].lineId`);
  }
  const named = numbered(order, add, taken);
  const exploded = explode(named, kitOf);
  if ('code' in exploded) return inAdd(exploded);
  const known = exploded.find(({ lineId }) => taken.has(lineId));
  if (known !== undefined) return reject('duplicate', `order ${order.orderId} has a line ${known.lineId}`, 'body.add');
  if (order.lines.length + exploded.length > orderLinesMax) {
    return reject('over-limit', `an order has at most ${orderLinesMax} lines`, 'body.add');
  }
  const lines = exploded.map(waitingLine);
  const changes = named.map(({ lineId, sku, quantity }) => ({ lineId, sku, from: 0, to: quantity }));
  const minor = named.reduce((sum, { quantity, unitPriceMinor = 0 }) => sum + quantity * unitPriceMinor, 0);
  return { lines, changes, minor };
}

/** A refusal of lines as they are placed, about lines that are added. */
export function inAdd(rejection: Rejection): Rejection {
  const { field } = rejection;
  return field === undefined ? rejection : { ...rejection, field: field.replace('body.lines', 'body.add') };
}

type Numbered = AskedLine & { readonly lineId: LineId };

/** Whole lines are counted: a kit is one. */
function numbered(order: Order, add: readonly AskedLine[], taken: ReadonlySet<string>): Numbered[] {
  const wanted = new Set<string>(add.flatMap(({ lineId }) => (lineId === undefined ? [] : [lineId])));
  let next = new Set(order.lines.map(({ lineId, kit }) => kit?.lineId ?? lineId)).size;
  return add.map((line) => {
    if (line.lineId !== undefined) return { ...line, lineId: line.lineId };
    do next += 1;
    while (taken.has(String(next)) || wanted.has(String(next)));
    return { ...line, lineId: String(next) as LineId };
  });
}

function contradicts(order: Order, asked: AskedEdit): Rejection | undefined {
  const { clear = [], service, promisedByMs, address, destination } = asked;
  const given = { service, promisedByMs };
  const both = clear.findIndex((field) => given[field] !== undefined);
  if (both >= 0) return reject('contradiction', `${clear[both]} is given and cleared`, `body.clear[${both}]`);
  if (address === undefined || destination !== undefined) return undefined;
  return reject('contradiction', `where order ${order.orderId} goes stays: amend its address`, 'body.address');
}

/** Where, how and by when it goes, as far as that is another one. */
function wayOf(order: Order, { destination, service, promisedByMs, clear = [] }: AskedEdit) {
  const isOther = destination !== undefined && !isSame(destination, order.destination);
  const goes = clear.includes('service') ? undefined : (service ?? order.service);
  const by = clear.includes('promisedByMs') ? undefined : (promisedByMs ?? order.promisedByMs);
  return {
    destination: isOther ? destination : undefined,
    service: goes === order.service ? undefined : { to: goes },
    promise: by === order.promisedByMs ? undefined : { to: by },
  };
}

function isSame(a: object, b: object): boolean {
  const [one, other] = [a, b] as Readonly<Record<string, unknown>>[];
  return Object.keys({ ...a, ...b }).every((key) => one?.[key] === other?.[key]);
}

/** How far an order has come, as its channel's policy has it. */
export function stageOf({ releasedAtMs, fulfillments }: Order): keyof Fees {
  if (!fulfillments.every((part) => isUntouched(part) || part.state === 'cancelled')) return 'picked';
  return releasedAtMs === undefined ? 'grace' : 'released';
}

/** Why an order may not be edited so as it stands; undefined: it may. */
export function standRefusal(state: string, order: Order, { destination, service }: Edit): Rejection | undefined {
  const { orderId } = order;
  if (state === 'shipped' || state === 'delivered' || state === 'cancelled') {
    return reject('wrong-state', `order ${orderId} is ${state}: it cannot be edited any more`);
  }
  const isOtherWay = destination !== undefined || service !== undefined;
  if (!isOtherWay || stageOf(order) !== 'picked') return undefined;
  const field = destination === undefined ? 'body.service' : 'body.destination';
  return reject('wrong-state', `something of order ${orderId} is picked or gone: it goes as it goes`, field);
}

/** What a change costs, where the policy says; or why it is not taken. */
export function feeFor(fees: Fees | undefined, order: Order, what: string): { readonly feeMinor?: number } | Rejection {
  if (fees === undefined) return {};
  const stage = stageOf(order);
  const fee = fees[stage] ?? 0;
  if (fee !== 'refuse') return { feeMinor: fee };
  return reject('too-late', `order ${order.orderId} is ${words[stage]}: ${order.channel} takes no ${what} any more`);
}

const words = { grace: 'not released yet', released: 'released', picked: 'picked or gone, at least in part' } as const;
