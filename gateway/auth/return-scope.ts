/** What of a message about returns must be within the reach of whoever sends it; the rest is in scope.ts. */
import { reject, type Rejection } from '../../actors/rejection.ts';
import { unreachable } from '../../engine/assert.ts';
import { inScope } from './credential.ts';
import { all, channelOrAll, named, orderChannel, outside } from './scope.ts';
import type { Body, Lookups, Reach, ReturnPlace } from './scope.ts';

const returnRules = [
  /** The channel of `body.policy`; without one, all channels. */
  'put-policy',
  /** The channel of the order that `body.returnId` is of. */
  'return-channel',
  /** `body.location`; without one, where `body.returnId` goes. */
  'return-place',
  /** The channel of `body.orderId`, or else `body.channel`, or all; and `body.location` when there is one. */
  'listed-returns',
  /** `body.channel` and `body.location` when there are any; what is sent without a channel is filtered by channel. */
  'followed-returns',
] as const;
export type ReturnRule = (typeof returnRules)[number];

export const isReturnRule = (rule: string): rule is ReturnRule => (returnRules as readonly string[]).includes(rule);

/** Undefined when the message stays within the caller's reach; else the refusal, naming the field. */
export function checkReturnScope(
  rule: ReturnRule,
  reach: Reach,
  body: unknown,
  lookups: Lookups,
): Rejection | undefined {
  const message = body as Body;
  switch (rule) {
    case 'put-policy':
      return putPolicy(reach, message);
    case 'return-channel':
      return returnSeen(message, lookups, ({ channel }) => inScope(reach.channels, channel));
    case 'return-place':
      if (message.location !== undefined) return named(reach, 'locations', message.location);
      return returnSeen(message, lookups, ({ to }) => reach.locations === '*' || isWithin(reach, to));
    case 'listed-returns': {
      const isOfOrder = message.orderId !== undefined;
      const wrong = isOfOrder ? orderChannel(reach, message, lookups) : channelOrAll(reach, message);
      return wrong ?? named(reach, 'locations', message.location);
    }
    case 'followed-returns':
      return named(reach, 'channels', message.channel) ?? named(reach, 'locations', message.location);
    default:
      return unreachable(rule);
  }
}

const isWithin = (reach: Reach, location: ReturnPlace['to']): boolean =>
  location !== undefined && inScope(reach.locations, location);

function putPolicy(reach: Reach, { policy }: Body): Rejection | undefined {
  const channel = policy?.channel;
  if (channel === undefined) return all(reach, 'channels');
  return inScope(reach.channels, channel) ? undefined : outside('channels', channel, 'body.policy.channel');
}

/** One that must not be seen looks like one that does not exist. */
function returnSeen(
  { returnId }: Body,
  lookups: Lookups,
  isSeen: (place: ReturnPlace) => boolean,
): Rejection | undefined {
  const place = returnId === undefined ? undefined : lookups.returnOf(returnId);
  if (place === undefined || isSeen(place)) return undefined;
  return reject('unknown-return', `no return ${returnId}`, 'body.returnId');
}
