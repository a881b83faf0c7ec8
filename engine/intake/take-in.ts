/**
 * Taking an order in: what is said of it beside what is decided by is kept, the channel's policy is asked, and what
 * is doubtful is held. Orders that say nothing more, through channels without a policy, never come here.
 */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import type { HoldId, LineId } from '../../actors/ids.ts';
import { addressFault, customerDoubts, detailsRefusal, linesMinor, remembered } from '../../actors/intake-checks.ts';
import { sizeDoubt, unitsBySku, type Doubt } from '../../actors/intake-checks.ts';
import { guardWindowMs, type OrderDetails, type StandingIntake } from '../../actors/intake.ts';
import { holdsMax, paymentWarnMsDefault } from '../../actors/limits.ts';
import type { OrderInput } from '../../actors/order-context.ts';
import type { Hold } from '../../actors/order-holds.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import { orderAnswer } from '../commands/order-answer.ts';
import type { Core } from '../core.ts';
import { dueReason, keepPayments, patienceMsDefault, paymentHold, paymentHolder } from '../payments/follow.ts';
import { firstDifference } from '../receipts.ts';
import { valueBytes } from '../sizes.ts';

type Body = CommandBody<'order.place'>;

/** Who sets the holds of a policy. */
export const holder = 'intake';

export const externalKey = (channel: string, externalId: string): string => `${channel}/${externalId}`;

/** What an external id that came before is answered with; undefined: it is new, or there is none. */
export function knownOrder({ world, changes }: Core, body: Body): Handled | undefined {
  if (body.externalId === undefined) return undefined;
  const known = world.intakes.externals.get(externalKey(body.channel, body.externalId));
  if (known === undefined) return undefined;
  const { orderId } = known;
  const field = firstDifference(known.body, { ...body, orderId }, 'body');
  if (field !== undefined) {
    const detail = `${body.externalId} of ${body.channel} is order ${orderId}, with another body`;
    return refuse('external-id-reused', detail, field);
  }
  const answer = orderAnswer(must(world.look(orderId), 'the order of an external id'));
  changes.countAnswer(valueBytes(answer));
  return done(answer);
}

/** Whether there is anything to take in beside the order. */
export function saysMore({ world }: Core, { externalId, details, lines }: Body): boolean {
  if (externalId !== undefined || details !== undefined || !world.intakes.isIdle) return true;
  for (const line of lines) if (line.details !== undefined) return true;
  return false;
}

/**
 * The order with its grace and the holds of its channel's policy; what is said of it beside is kept.
 * @param ours the body with our SKUs in its lines.
 */
export function takeIn(
  core: Core,
  { body }: CommandOf<'order.place'>,
  ours: Body,
  input: OrderInput,
): OrderInput | Rejection {
  const refused = detailsRefusal(body);
  if (refused !== undefined) return refused;
  const policy = core.world.intakes.policyFor(body.channel);
  const fault = policy.address === 'accept' ? undefined : addressFault(body.destination, body.details?.address);
  if (fault !== undefined && policy.address === 'refuse') return fault;
  const doubts: Doubt[] = fault === undefined ? [] : [{ holdId: 'address', reason: fault.detail }];
  const size = sizeDoubt(policy, body, ours.lines.reduce((sum, { quantity }) => sum + quantity, 0));
  if (size !== undefined) doubts.push(size);
  doubts.push(...recall(core, policy, ours, input.atMs));
  const doubted = withDoubts(input.holds, doubts, input.atMs);
  const holds = expectPayment(core, policy, body, input, doubted);
  if ((holds?.length ?? 0) > holdsMax) {
    return reject('over-limit', `an order has at most ${holdsMax} holds`, 'body.holds');
  }
  keepDetails(core, body);
  const releaseAfterMs = body.releaseAfterMs ?? policy.graceMs;
  return { ...input, releaseAfterMs, holds };
}

/** How the order is to be paid is kept from its beginning; where that is awaited it is held. */
function expectPayment(
  core: Core,
  { payment }: StandingIntake,
  body: Body,
  input: OrderInput,
  holds: OrderInput['holds'],
): OrderInput['holds'] {
  if (payment === undefined) return holds;
  const { orderId, channel, currency, atMs } = input;
  const { hold = false, captureOnShip = false, warnMs = paymentWarnMsDefault } = payment;
  const dueMinor = body.details?.totals?.totalMinor ?? linesMinor(body.lines);
  const named = currency === undefined ? {} : { currency };
  const { patienceMs = patienceMsDefault } = payment;
  const waits = hold && dueMinor > 0 ? { patientUntilMs: atMs + patienceMs } : {};
  const terms = { awaited: hold, captureOnShip, warnMs, ...waits, dueMinor, wantedMinor: 0 };
  keepPayments(core, { orderId, channel, ...named, ...terms, payments: [] });
  const isSet = holds?.some(({ holdId }) => holdId === paymentHold) === true;
  if (!hold || dueMinor === 0 || isSet) return holds;
  return [...(holds ?? []), { holdId: paymentHold, reason: dueReason(dueMinor), by: paymentHolder, sinceMs: atMs }];
}

/** What the customer ordered before gives to think, and this order is remembered with it. */
function recall(core: Core, policy: StandingIntake, body: Body, atMs: number): readonly Doubt[] {
  const { orderId, channel, customer } = body;
  if (customer === undefined || guardWindowMs(policy) === 0) return [];
  const { recents } = core.world.intakes;
  const id = `${channel}/${customer}`;
  const before = recents.get(id)?.orders ?? [];
  const units = unitsBySku(body.lines);
  const orders = remembered(policy, before, { orderId, atMs, units });
  if (orders !== before) core.changes.set(recents.cell(id), { value: 'put', context: { orders } });
  return customerDoubts(policy, units, before, atMs);
}

/** Holds that the order was placed with stay as they are, also where the policy would set one of the same id. */
function withDoubts(holds: readonly Hold[] | undefined, doubts: readonly Doubt[], sinceMs: number) {
  const ours = doubts.flatMap((doubt): Hold[] => {
    const holdId = doubt.holdId as HoldId;
    const isSet = holds?.some((hold) => hold.holdId === holdId) === true;
    return isSet ? [] : [{ holdId, reason: doubt.reason.slice(0, 200), by: holder, sinceMs }];
  });
  return ours.length === 0 ? holds : [...(holds ?? []), ...ours];
}

function keepDetails({ world, changes }: Core, body: Body): void {
  const { orderId, channel, externalId, details } = body;
  const lines = body.lines.flatMap(({ lineId, details: own }, index) =>
    own === undefined ? [] : [{ lineId: lineId ?? (String(index + 1) as LineId), ...own }],
  );
  if (externalId !== undefined || details !== undefined || lines.length > 0) {
    const named = externalId === undefined ? {} : { externalId };
    const context: OrderDetails = { orderId, ...named, ...details, ...(lines.length > 0 && { lines }) };
    changes.set(world.intakes.details.cell(orderId), { value: 'put', context });
  }
  if (externalId === undefined) return;
  const cell = world.intakes.externals.cell(externalKey(channel, externalId));
  changes.set(cell, { value: 'put', context: { orderId, body } });
}
