/** Random lives of an order: at every moment the messages an obedient engine might send it, from dice. */
import { cancelledUnits } from '../../actors/order-checks.ts';
import type { OrderContext, OrderMessage, Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import { isUntouched } from '../../actors/order-takings.ts';
import { fulfillmentId, holdId, locationId } from '../../actors/ids.ts';
import { reject } from '../../actors/rejection.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import type { Order } from './lives.ts';

/** A source of small numbers: a list of dice, read in turn, then zeroes. */
export class Dice {
  readonly #rolls: readonly number[];
  #next = 0;

  constructor(rolls: readonly number[]) {
    this.#rolls = rolls;
  }

  /** A whole number from 0 up to and including `max`. */
  upTo(max: number): number {
    const roll = this.#rolls[this.#next] ?? 0;
    this.#next += 1;
    return roll % (max + 1);
  }

  get isOver(): boolean {
    return this.#next >= this.#rolls.length;
  }
}

/** A plan for some of the waiting units, over up to three locations. */
export function randomPlan({ lines }: OrderContext, dice: Dice): Plan {
  const left = lines.map(({ backordered }) => backordered);
  const fulfillments: PlannedFulfillment[] = [];
  const count = dice.upTo(3);
  for (let part = 0; part < count; part += 1) {
    const given: LineUnits[] = [];
    for (const [index, { lineId }] of lines.entries()) {
      const quantity = part === count - 1 && dice.upTo(1) === 1 ? left[index]! : dice.upTo(left[index]!);
      if (quantity === 0) continue;
      given.push({ lineId, quantity });
      left[index]! -= quantity;
    }
    const location = locationId(`L${dice.upTo(2)}`);
    if (given.length > 0) fulfillments.push({ location, carrier: undefined, distanceKm: part, costMinor: part, lines: given });
  }
  return { fulfillments, short: left.reduce((sum, units) => sum + units, 0), candidates: 3, runnerUpMinor: undefined };
}

function someUnits(all: readonly LineUnits[], dice: Dice): LineUnits[] {
  const some = all.map(({ lineId, quantity }) => ({ lineId, quantity: dice.upTo(quantity) })).filter(({ quantity }) => quantity > 0);
  return some.length > 0 ? some : all.slice(0, 1);
}

/** Something an engine might tell this order now. It need not be taken. */
export function randomMessage({ value, context }: Order, dice: Dice, atMs: number): OrderMessage {
  if (value === 'received') return { type: 'order.source', atMs };
  if (value === 'sourcing') return { type: 'order.sourced', plan: randomPlan(context, dice), atMs };
  if (value === 'allocating') {
    const rejection = reject('out-of-stock', 'gone');
    return dice.upTo(9) === 9 ? { type: 'order.unallocated', rejection, atMs } : { type: 'order.allocated', atMs };
  }
  const part = context.fulfillments[dice.upTo(Math.max(0, context.fulfillments.length - 1))];
  const id = part?.fulfillmentId ?? fulfillmentId('9');
  switch (dice.upTo(24)) {
    case 0:
      return { type: 'order.source', atMs };
    case 1:
      return { type: 'order.release', atMs };
    case 2: {
      const all = cancelledUnits(context, undefined);
      return { type: 'order.cancel', units: 'code' in all ? [] : someUnits(all, dice), reason: 'dice', atMs };
    }
    case 3: {
      const line = part?.lines[0];
      const sku = context.lines.find(({ lineId }) => lineId === line?.lineId)?.sku ?? context.lines[0]!.sku;
      const units = { sku, location: part?.location ?? locationId('L0'), quantity: 1 + dice.upTo(4) };
      return { type: 'order.displace', units, atMs };
    }
    case 4: {
      const lines = part !== undefined && part.lines.length > 0 ? someUnits(part.lines, dice) : [];
      return { type: 'fulfillment.short', fulfillmentId: id, lines, reason: 'dice', atMs };
    }
    case 9:
      return { type: 'order.hold', hold: { holdId: holdId(`h${dice.upTo(2)}`), reason: 'dice', by: 'dice', sinceMs: atMs }, atMs };
    case 10:
      return { type: 'order.unhold', holdIds: [holdId(`h${dice.upTo(2)}`)], ended: dice.upTo(1) === 1, atMs };
    case 12: {
      const units = part === undefined ? [] : someUnits(part.lines, dice);
      const declined = dice.upTo(1) === 1 ? { location: part?.location ?? locationId('L0'), untilMs: atMs + 5 } : undefined;
      return { type: 'order.withdraw', takings: [{ fulfillmentId: id, units }], declined, isRejected: dice.upTo(1) === 1, atMs };
    }
    case 13:
      return { type: 'order.timed', startBy: [{ fulfillmentId: id, startByMs: dice.upTo(1) === 1 ? atMs + 9 : undefined }], atMs };
    case 15:
      return { type: 'order.yield', takings: [{ fulfillmentId: id, units: part === undefined ? [] : someUnits(part.lines, dice) }], atMs };
    case 17: {
      const units = part === undefined || part.lines.length === 0 ? [] : someUnits(part.lines, dice);
      const request = { units, reason: 'dice', by: 'dice', sinceMs: atMs, answerByMs: atMs + 5, silence: 'reject' } as const;
      return { type: 'fulfillment.askCancel', fulfillmentId: id, request, atMs };
    }
    case 19: {
      const dates = part?.state === 'open' ? [{ fulfillmentId: id, shipByMs: atMs + 9, deliverByMs: undefined, workAtMs: undefined }] : [];
      return { type: 'order.schedule', fulfillAtMs: dice.upTo(1) === 1 ? atMs + 3 : undefined, fulfillByMs: undefined, dates, atMs };
    }
    case 23: {
      const units = part === undefined || part.lines.length === 0 ? [] : someUnits(part.lines, dice);
      return { type: 'fulfillment.regroup', how: 'split', takings: [{ fulfillmentId: id, units }], lines: units, costMinor: 1, leftMinor: 1, atMs };
    }
    case 24: {
      const [of] = part?.lines ?? [];
      const line = { lineId: `s${context.lines.length}` as LineUnits['lineId'], sku: context.lines[0]!.sku, quantity: 1 + dice.upTo((of?.quantity ?? 1) - 1), unitPriceMinor: 1 };
      const standIn = { ...line, allocated: line.quantity, backordered: 0, shipped: 0, cancelled: 0 };
      return { type: 'fulfillment.substitute', fulfillmentId: id, lineId: of?.lineId ?? line.lineId, line: standIn, by: 'dice', reason: 'dice', atMs };
    }
    case 21:
      return { type: 'fulfillment.hold', fulfillmentId: id, hold: { holdId: holdId(`h${dice.upTo(2)}`), reason: 'dice', by: 'dice', sinceMs: atMs }, atMs };
    case 22:
      return { type: 'fulfillment.unhold', fulfillmentId: id, holdIds: [holdId(`h${dice.upTo(2)}`)], ended: false, atMs };
    case 18:
      return { type: 'fulfillment.answerCancel', fulfillmentId: id, isAccepted: dice.upTo(1) === 1, by: 'dice', reason: undefined, atMs };
    case 16:
      return { type: 'order.settle', atMs };
    case 20:
      return randomEdit(context, dice, atMs);
    case 14:
      return { type: 'order.overdue', fulfillmentId: id, atMs };
    case 5:
    case 6:
      return { type: 'fulfillment.pick', fulfillmentId: id, atMs };
    case 7:
    case 8:
      return { type: 'fulfillment.ship', fulfillmentId: id, carrier: undefined, tracking: undefined, atMs };
    default:
      return { type: 'fulfillment.deliver', fulfillmentId: id, atMs };
  }
}

function randomEdit(context: OrderContext, dice: Dice, atMs: number): OrderMessage {
  const all = cancelledUnits(context, undefined);
  const less = 'code' in all || dice.upTo(1) === 0 ? [] : someUnits(all, dice);
  const more = dice.upTo(1) === 0 ? [] : [{ lineId: context.lines[0]!.lineId, quantity: 1 + dice.upTo(3) }];
  const destination = dice.upTo(3) === 3 ? { destination: { country: 'FR' } } : {};
  const edit = { less, more, added: [], addedMinor: 0, isAnew: dice.upTo(1) === 1, ...destination };
  return { type: 'order.edit', edit, changes: [], by: 'dice', reason: 'dice', feeMinor: dice.upTo(2), atMs };
}

/** Whether the engine would send it: commands name units that are there (order-checks.ts), displacing takes some. */
export function isSensible({ context }: Order, message: OrderMessage): boolean {
  if (message.type === 'order.edit') return message.edit.less.length === 0 || !('code' in cancelledUnits(context, message.edit.less));
  if (message.type === 'order.cancel') return message.units.length > 0 && !('code' in cancelledUnits(context, message.units));
  if (message.type === 'fulfillment.short') return message.lines.length > 0;
  if (message.type === 'order.withdraw' || message.type === 'order.yield' || message.type === 'fulfillment.regroup') return message.takings.every(({ units }) => units.length > 0);
  if (message.type !== 'order.displace') return true;
  const { sku, location } = message.units;
  const lines = new Set(context.lines.filter((line) => line.sku === sku).map(({ lineId }) => lineId));
  return context.fulfillments.some(
    (part) => part.location === location && isUntouched(part) && part.lines.some(({ lineId }) => lines.has(lineId)),
  );
}
