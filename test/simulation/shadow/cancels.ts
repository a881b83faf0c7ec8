/** Cancellations that a location is asked for, in the shadow: one at a time of each part, until an answer, a parcel or a loss ends it. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import type { Asked, Said } from './asked.ts';
import type { IntakePolicy } from '../../../actors/intake-commands.ts';
import { raise } from './case-raise.ts';
import { feeOf } from './edits.ts';
import { policyOf } from './intake.ts';
import { isWhole, want } from './kits.ts';
import { answerOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import * as payments from './payments.ts';
import type { Part, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Ref = CommandBody<'fulfillment.acceptCancel'>;

function withPart(doing: Doing, { orderId, fulfillmentId }: Ref, go: (order: ShadowOrder, part: Part, index: number) => Verdict | undefined): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === fulfillmentId);
  const part = order.parts[index];
  if (part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  return go(order, part, index) ?? { ok: answerOf(doing.shadow.orders.get(orderId) as ShadowOrder) };
}

export function request(doing: Doing, { body, by }: CommandOf<'fulfillment.requestCancel'>): Verdict {
  const { atMs } = doing;
  return withPart(doing, body, (order, part, index) => {
    if ((part.state !== 'released' && part.state !== 'picking') || part.asked !== undefined) return no('wrong-state');
    const units = wantedOf(order, part, body.lines);
    if (!(units instanceof Map)) return units;
    if (!isWhole(order, (line) => units.get(line) ?? 0)) return no('kit-in-parts', 'body.lines');
    const { reason, answerWithinMs = 3_600_000, silence = 'reject' } = body;
    const named = part.units.flatMap(({ line }) => (units.has(line) ? [{ line, quantity: units.get(line) ?? 0 }] : []));
    const asked: Asked = { units: named, reason, by, sinceMs: atMs, answerByMs: atMs + answerWithinMs, silence };
    const fee = feeOf(policyOf(doing.shadow, order.channel) as IntakePolicy, 'cancel', order);
    const after = change(doing, order, index, { ...part, asked });
    return fee === 'refuse' ? no('too-late') : { ok: { ...(answerOf(after) as object), feeMinor: fee } };
  });
}

function wantedOf(order: ShadowOrder, part: Part, lines: CommandBody<'fulfillment.requestCancel'>['lines']): Wanted | Verdict {
  if (lines === undefined) return new Map(part.units.map(({ line, quantity }) => [line, quantity]));
  const isOfKits = lines.reduce((all, { lineId }) => all + Math.max(1, order.lines.filter(({ kit }) => kit?.lineId === lineId).length), 0) !== lines.length;
  const wanted: Wanted = new Map();
  for (const [at, { lineId, quantity }] of lines.entries()) {
    const field = (name: string): string => (isOfKits ? 'body.lines' : `body.lines[${at}].${name}`);
    if (!want(order, wanted, lineId, quantity)) return no('unknown-line', field('lineId'));
    const own = order.lines.flatMap((line, index) => (line.kit?.lineId === lineId ? [index] : []));
    for (const line of own.length > 0 ? own : [order.lines.findIndex((one) => one.lineId === lineId)]) {
      const there = part.units.find((unit) => unit.line === line)?.quantity;
      if (there === undefined) return no('unknown-line', field('lineId'));
      if ((wanted.get(line) ?? 0) > there) return no('not-enough', field('quantity'));
    }
  }
  return wanted;
}

function change(doing: Doing, order: ShadowOrder, index: number, part: Part, said?: Said): ShadowOrder {
  const parts = order.parts.map((one, at) => (at === index ? part : one));
  const after = orders.put(doing, { ...order, parts });
  orders.tellParts(doing, order, after, said);
  return after;
}

export function answer(doing: Doing, { kind, body, by }: CommandOf<'fulfillment.acceptCancel'> | CommandOf<'fulfillment.rejectCancel'>): Verdict {
  return withPart(doing, body, (order, part, index) => {
    if (part.asked === undefined) return no('wrong-state');
    answered(doing, order, index, { isAccepted: kind === 'fulfillment.acceptCancel', by, reason: body.reason });
    return undefined;
  });
}

/** Nobody answered in time. */
export function unanswered(doing: Doing, order: ShadowOrder, index: number): void {
  answered(doing, order, index, { isAccepted: order.parts[index]?.asked?.silence === 'accept' });
}

function answered(doing: Doing, order: ShadowOrder, index: number, said: Said): void {
  const part = order.parts[index] as Part;
  const { units = [], reason = '' } = part.asked ?? {};
  if (said.isAccepted) {
    const fee = feeOf(policyOf(doing.shadow, order.channel) as IntakePolicy, 'cancel', order);
    orders.giveUp(doing, order, index, units, reason, said, fee === 'refuse' ? undefined : fee);
    return payments.cancelled(doing, order.id);
  }
  change(doing, order, index, { ...part, asked: undefined }, said);
  const why = said.by === undefined ? `${part.location} did not answer in time` : `${part.location} does not give it up: ${said.reason}`;
  tooLate(doing, order.id, `the cancellation of fulfillment ${index + 1} is too late: ${why}`, said.by);
}

/** A parcel left that was asked for. */
export function missed(doing: Doing, order: ShadowOrder, index: number): void {
  const part = order.parts[index];
  if (part?.asked !== undefined) tooLate(doing, order.id, `fulfillment ${index + 1} left ${part.location} before its cancellation was answered`, undefined);
}

function tooLate(doing: Doing, id: string, cause: string, by = 'engine'): void {
  raise(doing, { code: 'CANCEL_TOO_LATE', subject: id, cause, orders: [id], by });
}

/** The first part of an order of which the time to answer is over. */
export const lateOf = (order: ShadowOrder, atMs: number): number => order.parts.findIndex(({ asked }) => asked !== undefined && asked.answerByMs <= atMs);
