/**
 * Commands on returns. Whether units may come back is judged by the order as it stands, its other returns and the
 * policy of its channel; what a return asks of stock happens in the same command.
 */
import type { Command, CommandBody, CommandOf } from '../../actors/commands.ts';
import type { LocationId, ReturnId } from '../../actors/ids.ts';
import { isToldBefore, reject, type Rejection } from '../../actors/rejection.ts';
import { refusal } from '../../actors/return-checks.ts';
import type { ReturnAnswer, ReturnContext, ReturnEffect } from '../../actors/return-context.ts';
import type { ReturnMessage, ReturnState } from '../../actors/return-context.ts';
import { isLost } from '../../actors/return-policy.ts';
import { returnDueAtMs, toCome, toInspect } from '../../actors/return-units.ts';
import { must, unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import { returnSteps, type ReturnCell } from '../return-cells.ts';
import { step, type Snapshot } from '../step.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { followExchange, placeExchange } from './return-exchange.ts';
import { requestedReturn } from './return-request.ts';
import { moveReturned } from './return-stock.ts';

export type ReturnCommand = Extract<Command, { readonly kind: `return.${string}` | `return-policy.${string}` }>;

export const isReturnCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, ReturnCommand> =>
  command.kind.startsWith('return.') || command.kind.startsWith('return-policy.');

export function changeReturns(core: Core, command: ReturnCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'return-policy.put':
      return putPolicy(core, command.body);
    case 'return.request':
      return request(core, command, atMs);
    case 'return.approve':
      return approve(core, command.body, atMs);
    case 'return.reject':
      return about(core, command.body.returnId, { type: 'return.reject', reason: command.body.reason, atMs });
    case 'return.label':
    case 'return.ship':
      return parcel(core, command.kind, command.body, atMs);
    case 'return.receive':
    case 'return.inspect':
      return atLocation(core, command, atMs);
    case 'return.refund': {
      const { returnId, amountMinor, reason } = command.body;
      return about(core, returnId, { type: 'return.refund', amountMinor, reason, atMs });
    }
    case 'return.cancel':
      return about(core, command.body.returnId, { type: 'return.cancel', reason: command.body.reason, atMs });
    default:
      return unreachable(command);
  }
}

function putPolicy({ world, changes }: Core, { policy }: CommandBody<'return-policy.put'>): Handled {
  const { channel, destinations = [] } = policy;
  if (channel !== undefined && world.channels.get(channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${channel}`, 'body.policy.channel');
  }
  for (const [index, { to }] of destinations.entries()) {
    if (typeof to === 'string' || world.locations.get(to.location)?.snapshot !== undefined) continue;
    const field = `body.policy.destinations[${index}].to.location`;
    return refuse('unknown-location', `no location ${to.location}`, field);
  }
  const id = channel ?? '*';
  changes.set(world.returns.policyCell(id), { value: 'put', context: policy });
  return done({ id });
}

function request(core: Core, command: CommandOf<'return.request'>, atMs: number): Handled {
  const { returns } = core.world;
  const { body } = command;
  const input = requestedReturn(core, body, atMs);
  if ('code' in input) return refused(input);
  const policy = returns.policyFor(input.channel);
  const unplaced = placeExchange(core, command, input, policy, atMs);
  if (unplaced !== undefined) return refused(unplaced);
  const { orderId } = body;
  const list = returns.listOf(orderId);
  const context = { orderId, returns: [...returns.ofOrder(orderId), body.returnId] };
  core.changes.set(list, { value: 'put', context });
  const cell = returns.begin(body.returnId);
  core.changes.set(cell, returnSteps.begin(input, []));
  const opened = tell(core, cell, { type: 'return.open', atMs });
  // What is said to be lost is looked into before anything is refunded.
  if ('refused' in opened || policy.approval === 'manual' || isLost(input.lines)) return opened;
  return tell(core, cell, { type: 'return.approve', to: undefined, atMs });
}

function approve(core: Core, { returnId, to }: CommandBody<'return.approve'>, atMs: number): Handled {
  const unknown = to === undefined ? undefined : unknownLocation(core, to, 'body.to');
  return unknown === undefined ? about(core, returnId, { type: 'return.approve', to, atMs }) : refused(unknown);
}

type Labelled = 'return.label' | 'return.ship';

function parcel(core: Core, type: Labelled, body: CommandBody<Labelled>, atMs: number): Handled {
  const { returnId, carrier, tracking } = body;
  if (carrier !== undefined && core.world.carriers.get(carrier)?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.carrier');
  }
  return about(core, returnId, { type, carrier, tracking, atMs });
}

type Handling = Extract<ReturnCommand, { kind: 'return.receive' | 'return.inspect' }>;

/** What is received or inspected is where it is said, or else where it goes. */
function atLocation(core: Core, { kind, body }: Handling, atMs: number): Handled {
  const unknown = body.location === undefined ? undefined : unknownLocation(core, body.location, 'body.location');
  if (unknown !== undefined) return refused(unknown);
  const { returnId } = body;
  const location = body.location ?? core.world.returns.look(returnId)?.context.to;
  if (location === undefined) {
    return core.world.returns.look(returnId) === undefined
      ? noReturn(returnId)
      : refuse('wrong-state', `nothing of return ${returnId} is to come`, 'body.returnId');
  }
  if (kind === 'return.inspect') {
    return about(core, returnId, { type: kind, location, units: body.lines, atMs });
  }
  const { lines: units = [], unexpected = [] } = body;
  return about(core, returnId, { type: kind, location, units, unexpected, atMs });
}

function unknownLocation({ world }: Core, location: LocationId, field: string): Rejection | undefined {
  const isKnown = world.locations.get(location)?.snapshot !== undefined;
  return isKnown ? undefined : reject('unknown-location', `no location ${location}`, field);
}

const noReturn = (id: ReturnId): Handled => refuse('unknown-return', `no return ${id}`, 'body.returnId');

function about(core: Core, id: ReturnId, message: ReturnMessage): Handled {
  const cell = core.world.returns.get(id);
  return cell === undefined ? noReturn(id) : tell(core, cell, message);
}

/** A time of a return has come, if that was not overtaken: it is overdue, or its time is over. */
export function returnDue(core: Core, id: ReturnId, atMs: number): Rejection | undefined {
  const cell = core.world.returns.get(id);
  const context = cell?.snapshot?.context;
  if (cell === undefined || context === undefined || (returnDueAtMs(context) ?? Infinity) > atMs) return undefined;
  const type = context.dueAtMs <= atMs ? 'return.expire' : 'return.overdue';
  const handled = tell(core, cell, { type, atMs });
  return 'refused' in handled ? handled.refused : undefined;
}

/** Where a return stands: the answer to every command on one. */
function answerOf({ value, context }: Snapshot<ReturnContext>): ReturnAnswer {
  const { returnId, to, creditedMinor, debitedMinor } = context;
  const units = { toCome: toCome(context), toInspect: toInspect(context) };
  return { returnId, state: value as ReturnState, to, ...units, creditedMinor, debitedMinor };
}

/** Tell a return something, and carry out what it asks for. */
function tell(core: Core, cell: ReturnCell, message: ReturnMessage): Handled {
  const before = must(cell.snapshot, 'a return that exists');
  const effects: ReturnEffect[] = [];
  const after = step(returnSteps, before, message, effects);
  if (after === undefined) return refused(whyNot(before, message));
  core.changes.set(cell, after);
  for (const effect of effects) {
    if (effect.kind === 'publish') core.changes.publish(effect.events);
    else {
      const rejection = moveReturned(core, effect, after.context, message.atMs);
      if (rejection !== undefined) return refused(rejection);
    }
  }
  followExchange(core, before, after, message.atMs);
  return done(answerOf(after));
}

function whyNot({ value, context }: Snapshot<ReturnContext>, message: ReturnMessage): Rejection {
  const reason = refusal(context, message);
  const isKnown = returnSteps.states.get(value)?.on.has(message.type) === true;
  if (reason !== undefined && (isKnown || isToldBefore(reason.code, 'wrong-state'))) return reason;
  const detail = `return ${context.returnId} is ${value}: ${message.type} does not apply`;
  return reject('wrong-state', detail, 'body.returnId');
}
