/** Lines whose name is mapped to nothing: they wait in their order, and are other lines once it is. Pure. */
import { explode } from './kits.ts';
import type { Kit } from './item-commands.ts';
import type { ChannelId, LineId, Sku } from './ids.ts';
import type { Mapping } from './intake.ts';
import { orderLinesMax, quantityMax } from './limits.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import type { EditEvent } from './order-edit.ts';
import type { OrderLine } from './vocabulary.ts';

/** What a line is, now that its name is mapped. */
export interface Unparked {
  readonly lineId: LineId;
  readonly mapped: Mapping;
  /** In its place: one line, or those of a kit. */
  readonly lines: readonly OrderLine[];
}

type Order = Pick<OrderContext, 'orderId' | 'channel' | 'lines' | 'intake'>;

export const isParked = ({ parked }: Pick<OrderLine, 'parked'>): boolean => parked !== undefined;

/** Under what the mapping of a name is kept, and its case. */
export const mappingKey = (channel: ChannelId | string, sku: string): string => `${channel}/${sku}`;

/** The names an order waits for, each once. */
export function namesAwaited({ channel, lines, intake }: Order): readonly string[] {
  if (intake?.parked === undefined) return [];
  return [...new Set(lines.filter(isParked).map(({ sku }) => mappingKey(channel, sku)))];
}

/**
 * What a parked line is by a mapping: so many units of ours for each of the channel's, the price shared among them.
 * Undefined where that is more than an order holds: it goes on waiting, for another mapping.
 */
export function unparkedLines(
  order: Order, line: OrderLine, { sku, quantity: each }: Mapping, kitOf: (sku: Sku) => Kit | undefined,
): readonly OrderLine[] | undefined {
  const { lineId, quantity, cancelled, unitPriceMinor } = line;
  if (quantity * each > quantityMax) return undefined;
  const asked = { lineId, sku, quantity: quantity * each, unitPriceMinor: Math.floor(unitPriceMinor / each) };
  const lines = explode([asked], kitOf);
  if ('code' in lines || order.lines.length + lines.length - 1 > orderLinesMax) return undefined;
  const others = new Set(order.lines.filter((one) => one !== line).map((one) => one.lineId));
  if (lines.some((one) => others.has(one.lineId))) return undefined;
  return lines.map((one) => {
    // Of a kit, as many of each component as there are in one.
    const gone = cancelled * each * (one.quantity / asked.quantity);
    return { ...one, allocated: 0, backordered: one.quantity - gone, shipped: 0, cancelled: gone };
  });
}

type Unpark = Extract<OrderMessage, { type: 'order.unpark' }>;

/** An order of which some lines are other ones now. */
export function unparked(context: OrderContext, { lines: mapped }: Unpark): OrderContext {
  const found = new Map(mapped.map(({ lineId, lines }) => [lineId, lines]));
  const lines = context.lines.flatMap((line) => (isParked(line) ? (found.get(line.lineId) ?? line) : line));
  return { ...context, lines };
}

/** An order of which the last line that waited was mapped or has ended waits for nothing of that kind any more. */
export function withoutParked(context: OrderContext): OrderContext {
  if (context.intake?.parked === undefined || context.lines.some(isParked)) return context;
  const { parked: _, ...intake } = context.intake;
  return { ...context, intake: Object.values(intake).every((value) => value === undefined) ? undefined : intake };
}

/** Whether nothing of an order is to start because lines of it wait for a mapping. */
export const waitsForMapping = ({ intake }: Pick<OrderContext, 'intake'>): boolean => intake?.parked === 'wait';

export function unparkNews(before: OrderContext, { lines }: Unpark): EditEvent {
  const { orderId, channel } = before;
  const told = lines.flatMap(({ lineId, mapped }) => {
    const line = before.lines.find((one) => one.lineId === lineId);
    return line === undefined ? [] : [{ lineId, sku: line.sku, quantity: line.parked ?? 0, mapped }];
  });
  return { kind: 'order.unparked', orderId, channel, lines: told };
}

/** Told of an order that has lines that wait, of those among `lines`; undefined: none of them does. */
export function parkNews({ orderId, channel }: Order, lines: readonly OrderLine[]): EditEvent | undefined {
  const told = lines.flatMap(({ lineId, sku, parked }) =>
    parked === undefined ? [] : [{ lineId, sku, quantity: parked }],
  );
  return told.length === 0 ? undefined : { kind: 'order.parked', orderId, channel, lines: told };
}
