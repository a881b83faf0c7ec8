/**
 * Units of a line that are being picked and are not there, replaced by as many of another SKU from the same location.
 * The customer has agreed to that, and never pays more than for what was ordered. Pure.
 */
import type { ChannelId, FulfillmentId, LineId, LocationId, OrderId, Sku } from './ids.ts';
import { orderLinesMax } from './limits.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import { findFulfillment, withTakings } from './order-takings.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Substitution, SubstituteRule } from './substitute-commands.ts';
import type { Fulfillment, OrderLine, OrderLineView } from './vocabulary.ts';

/** What the customer agrees to, as the order said when it was placed; what is never is absent of all. */
export interface Consent {
  readonly order?: Substitution | undefined;
  /** Lines that say so themselves. */
  readonly lines?: readonly { readonly lineId: LineId; readonly substitution: Substitution }[] | undefined;
}

/** A line that stands for units of another one. */
export interface StandIn {
  readonly lineId: LineId;
  readonly of: LineId;
}

/** Units of a part are others than were ordered. */
export interface SubstitutedEvent {
  readonly kind: 'order.substituted';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  readonly by: string;
  readonly reason: string;
  /** The new line. */
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** What it stands for. */
  readonly substitutes: { readonly lineId: LineId; readonly sku: Sku };
}

interface Said {
  readonly substitution?: Substitution | undefined;
  readonly lines: readonly { readonly lineId?: LineId | undefined; readonly substitution?: Substitution | undefined }[];
}

/** What an order that is placed says its customer agrees to; undefined: to nothing. */
export function consentIn({ substitution = 'never', lines }: Said): Consent | undefined {
  let said: { lineId: LineId; substitution: Substitution }[] | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const own = lines[index]?.substitution;
    if (own === undefined || own === substitution) continue;
    const lineId = lines[index]?.lineId ?? (String(index + 1) as LineId);
    (said ??= []).push({ lineId, substitution: own });
  }
  if (said === undefined && substitution === 'never') return undefined;
  const all = substitution === 'never' ? {} : { order: substitution };
  return said === undefined ? all : { ...all, lines: said };
}

/** What the customer agrees to for a line; for one that stands for another, what was said of that. */
export function consentTo({ intake }: Pick<OrderContext, 'intake'>, lineId: LineId): Substitution {
  const { consent, standIns = [] } = intake ?? {};
  if (consent === undefined) return 'never';
  let id = lineId;
  // Each stands for an earlier one: the chain ends.
  for (let at = standIns.length - 1; at >= 0; at -= 1) if (standIns[at]?.lineId === id) id = standIns[at]?.of ?? id;
  return consent.lines?.find((one) => one.lineId === id)?.substitution ?? consent.order ?? 'never';
}

/** The line of a part of which units are to be replaced, or why they cannot be, whatever there is. */
export function lineToReplace(
  order: OrderContext, part: Fulfillment, { lineId, quantity }: { readonly lineId: LineId; readonly quantity: number },
): OrderLine | Rejection {
  const { fulfillmentId: id, state } = part;
  const there = part.lines.find((one) => one.lineId === lineId)?.quantity;
  const line = order.lines.find((one) => one.lineId === lineId);
  if (there === undefined || line === undefined) {
    return reject('unknown-line', `fulfillment ${id} has no line ${lineId}`, 'body.lineId');
  }
  if (state !== 'picking') return reject('wrong-state', `fulfillment ${id} is ${state}: nobody picks it`);
  if (there < quantity) {
    return reject('not-enough', `fulfillment ${id} has ${there} of line ${lineId}`, 'body.quantity');
  }
  if (line.kit !== undefined) {
    return reject('kit-in-parts', `line ${lineId} is a part of kit ${line.kit.lineId}`, 'body.lineId');
  }
  if (consentTo(order, lineId) === 'never') {
    return reject('no-consent', `the customer takes nothing else for line ${lineId}`, 'body.lineId');
  }
  if (order.lines.length < orderLinesMax) return line;
  return reject('over-limit', `an order has at most ${orderLinesMax} lines`, 'body.lineId');
}

/** What may stand for a line by its rules and by what the customer agrees to, the first first. */
export function mayStandFor(
  order: Pick<OrderContext, 'channel' | 'intake'>, line: OrderLine, rules: readonly SubstituteRule[],
): readonly SubstituteRule[] {
  const isAny = consentTo(order, line.lineId) === 'any';
  return rules.filter(({ channels, unitPriceMinor = line.unitPriceMinor }) =>
    (channels === undefined || channels.includes(order.channel)) && (isAny || unitPriceMinor >= line.unitPriceMinor),
  );
}

/** The line that stands for units of another, all of them in the part: at its own price, unless that is more. */
export function standInFor(
  { lines }: Pick<OrderContext, 'lines'>, line: OrderLine, { sku, unitPriceMinor }: SubstituteRule, quantity: number,
): OrderLine {
  const taken = new Set<string>(lines.flatMap(({ lineId, kit }) => [lineId, kit?.lineId ?? lineId]));
  let number = lines.length + 1;
  while (taken.has(String(number))) number += 1;
  const places = { allocated: quantity, backordered: 0, shipped: 0, cancelled: 0 };
  const price = Math.min(line.unitPriceMinor, unitPriceMinor ?? line.unitPriceMinor);
  return { lineId: String(number) as LineId, sku, quantity, unitPriceMinor: price, ...places };
}

type Substitute = Extract<OrderMessage, { type: 'fulfillment.substitute' }>;

/** What of an order is replaced ends; its part has the new line after the others. */
export function substituted(context: OrderContext, { fulfillmentId, lineId, line }: Substitute): OrderContext {
  const part = findFulfillment(context, fulfillmentId);
  if (part === undefined) return context;
  const { quantity } = line;
  const more = { ...part, lines: [...part.lines, { lineId: line.lineId, quantity }] };
  const fulfillments = context.fulfillments.map((one) => (one === part ? more : one));
  const takings = [{ fulfillment: more, units: [{ lineId, quantity }] }];
  const next = withTakings({ ...context, fulfillments }, takings, 'cancelled');
  const { intake = {} } = context;
  const addedMinor = (intake.addedMinor ?? 0) + quantity * line.unitPriceMinor || undefined;
  const standIns = [...(intake.standIns ?? []), { lineId: line.lineId, of: lineId }];
  return { ...next, lines: [...next.lines, line], intake: { ...intake, addedMinor, standIns } };
}

export function substitutedNews(before: OrderContext, message: Substitute): SubstitutedEvent {
  const { fulfillmentId, by, reason, line, lineId: of } = message;
  const { orderId, channel } = before;
  const location = findFulfillment(before, fulfillmentId)?.location as LocationId;
  const { lineId, sku, quantity, unitPriceMinor } = line;
  const stoodFor = before.lines.find((one) => one.lineId === of)?.sku as Sku;
  return {
    kind: 'order.substituted', orderId, channel, fulfillmentId, location, by, reason,
    lineId, sku, quantity, unitPriceMinor, substitutes: { lineId: of, sku: stoodFor },
  };
}

/** The lines of an order with what they may be replaced by, or stand for, where anything was said of that. */
export function shownLines({ lines, intake }: Pick<OrderContext, 'lines' | 'intake'>): readonly OrderLineView[] {
  const { consent, standIns } = intake ?? {};
  if (consent?.lines === undefined && standIns === undefined) return lines;
  const said = new Map(consent?.lines?.map(({ lineId, substitution }) => [lineId, substitution]));
  const of = new Map(standIns?.map((one) => [one.lineId, one.of]));
  return lines.map((line) => {
    const substitution = said.get(line.kit?.lineId ?? line.lineId);
    return { ...line, substitution, substitutes: of.get(line.lineId) };
  });
}
