/**
 * Who may do what: one table for every command, query and topic, and the one function that reads
 * it. A kind without an entry does not compile. What a scope hides answers exactly like what does
 * not exist.
 */
import type { CommandKind } from '../../actors/commands.ts';
import type { QueryKind } from '../../actors/queries.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { TopicName } from '../protocol.ts';
import { isRole, type Role } from './credential.ts';
import { checkReturnScope, isReturnRule, type ReturnRule } from './return-scope.ts';
import { checkScope, type Lookups, type Reach, type Rule } from './scope.ts';

/** Which roles may, and what of the message must be within the credential's reach. */
interface Entry {
  readonly rule: Rule | ReturnRule;
  readonly roles: readonly Role[];
}

/** The first entry that names the role holds; none: forbidden. */
type Entries = readonly Entry[];

const operator: readonly Role[] = ['operator'];
const systems: readonly Role[] = ['operator', 'connector'];
const stockers: readonly Role[] = ['operator', 'connector', 'terminal'];
const sellers: readonly Role[] = ['storefront', 'agent', 'operator', 'connector'];
const shops: readonly Role[] = ['storefront', 'agent'];

const stock: Entries = [{ rule: 'entry-locations', roles: stockers }];
const returning: Entries = [{ rule: 'return-channel', roles: systems }];
const paying: Entries = [{ rule: 'order-channel', roles: systems }];
const terminal: Entries = [{ rule: 'terminal-place', roles: stockers }];
// What went wrong may concern every channel and location.
const cases: Entries = [{ rule: 'everything', roles: systems }];
const fulfillment: Entries = [{ rule: 'fulfillment-location', roles: stockers }];

export const commandPermissions: Readonly<Record<CommandKind, Entries>> = {
  'location.put': [{ rule: 'put-location', roles: systems }],
  'location.pause': [{ rule: 'location-id', roles: stockers }],
  'location.resume': [{ rule: 'location-id', roles: stockers }],
  'channel.put': [{ rule: 'put-channel', roles: systems }],
  'carrier.put': [{ rule: 'none', roles: systems }],
  'carrier.suspend': [{ rule: 'none', roles: systems }],
  'carrier.resume': [{ rule: 'none', roles: systems }],
  'carrier.report': [{ rule: 'none', roles: systems }],
  'carrier.embargo': [{ rule: 'none', roles: systems }],
  'carrier.lift': [{ rule: 'none', roles: systems }],
  'pool.put': [{ rule: 'everything', roles: systems }],
  'pool.remove': [{ rule: 'everything', roles: systems }],
  'buffer.put': [{ rule: 'put-buffer', roles: systems }],
  'buffer.remove': [{ rule: 'buffer', roles: systems }],
  'plan.put': [{ rule: 'everything', roles: operator }],
  'plan.validate': [{ rule: 'everything', roles: operator }],
  'plan.publish': [{ rule: 'everything', roles: operator }],
  'plan.withdraw': [{ rule: 'everything', roles: operator }],
  'plan.rollback': [{ rule: 'everything', roles: operator }],
  'plan.archive': [{ rule: 'everything', roles: operator }],
  'plan.canary': [{ rule: 'everything', roles: operator }],
  'plan.promote': [{ rule: 'everything', roles: operator }],
  'plan.abort': [{ rule: 'everything', roles: operator }],
  'plan.shadow': [{ rule: 'everything', roles: operator }],
  'plan.unshadow': [{ rule: 'everything', roles: operator }],
  'item.put': [{ rule: 'none', roles: systems }],
  'lot.recall': [{ rule: 'all-locations', roles: systems }],
  'lot.lift': [{ rule: 'all-locations', roles: systems }],
  'forecast.put': [{ rule: 'everything', roles: systems }],
  'transit.put': [{ rule: 'none', roles: systems }],
  'rates.put': [{ rule: 'none', roles: systems }],
  'rates.remove': [{ rule: 'none', roles: systems }],
  'stock.receive': stock,
  'stock.adjust': stock,
  'stock.count': stock,
  'stock.return': stock,
  'stock.set-aside': stock,
  'stock.put-back': stock,
  'stock.dispose': stock,
  'stock.buffer': stock,
  'suspect.raise': [{ rule: 'location', roles: stockers }],
  'suspect.clear': [{ rule: 'location', roles: stockers }],
  'supply.put': [{ rule: 'put-supply', roles: systems }],
  'supply.order': [{ rule: 'supply-places', roles: systems }],
  // A location sends what leaves it, and receives what arrives there.
  'supply.ship': [
    { rule: 'supply-places', roles: systems },
    { rule: 'supply-from', roles: ['terminal'] },
  ],
  'supply.receive': [{ rule: 'supply-to', roles: stockers }],
  'supply.close': [{ rule: 'supply-places', roles: systems }],
  'supply.cancel': [{ rule: 'supply-places', roles: systems }],
  'return-policy.put': [{ rule: 'put-policy', roles: systems }],
  'payment.authorise': paying,
  'payment.capture': paying,
  'payment.fail': paying,
  'payment.void': paying,
  'payment.refund': paying,
  'mapping.put': [{ rule: 'channel', roles: systems }],
  'order.amend': [{ rule: 'order-channel', roles: sellers }],
  'order.edit': [{ rule: 'order-channel', roles: sellers }],
  'intake-policy.put': [{ rule: 'put-policy', roles: systems }],
  'return.request': [{ rule: 'order-channel', roles: sellers }],
  'return.approve': returning,
  'return.reject': returning,
  'return.label': returning,
  'return.ship': returning,
  'return.receive': [{ rule: 'return-place', roles: stockers }],
  'return.inspect': [{ rule: 'return-place', roles: stockers }],
  'return.refund': returning,
  'return.cancel': [{ rule: 'return-channel', roles: sellers }],
  'case.raise': cases,
  'case.retry': cases,
  'case.reassign': cases,
  'case.override': [{ rule: 'everything', roles: operator }],
  'case.dismiss': cases,
  'case.comment': cases,
  'case.resolve': cases,
  'playbook.put': [{ rule: 'everything', roles: operator }],
  'playbook.remove': [{ rule: 'everything', roles: operator }],
  'reservation.make': [{ rule: 'channel', roles: sellers }],
  'reservation.extend': [{ rule: 'reservation-channel', roles: sellers }],
  'reservation.release': [{ rule: 'reservation-channel', roles: sellers }],
  'feed.open': [{ rule: 'none', roles: stockers }],
  'feed.close': [{ rule: 'covered-locations', roles: stockers }],
  'order.place': [{ rule: 'channel', roles: sellers }],
  'order.cancel': [{ rule: 'order-channel', roles: sellers }],
  'order.hold': [{ rule: 'order-channel', roles: sellers }],
  // Who sells may hold an order, for fraud say; lifting a hold is for those who look into it.
  'order.unhold': [{ rule: 'order-channel', roles: systems }],
  'order.schedule': [{ rule: 'order-channel', roles: sellers }],
  'order.release': [{ rule: 'order-channel', roles: systems }],
  'order.retry': [{ rule: 'order-channel', roles: systems }],
  'order.move': [{ rule: 'order-channel', roles: systems }],
  'order.reship': [{ rule: 'order-channel', roles: systems }],
  'fulfillment.pick': fulfillment,
  'fulfillment.short': fulfillment,
  'fulfillment.substitute': fulfillment,
  'offer.accept': [{ rule: 'location', roles: stockers }],
  'offer.decline': [{ rule: 'location', roles: stockers }],
  'fulfillment.reject': fulfillment,
  'fulfillment.ship': fulfillment,
  'fulfillment.deliver': fulfillment,
  // A location may say itself that a part must wait.
  'fulfillment.hold': [
    { rule: 'order-channel', roles: sellers },
    { rule: 'fulfillment-location', roles: ['terminal'] },
  ],
  'fulfillment.split': fulfillment,
  'fulfillment.merge': [{ rule: 'order-channel', roles: systems }],
  'fulfillment.unhold': [{ rule: 'order-channel', roles: systems }],
  'fulfillment.requestCancel': [{ rule: 'order-channel', roles: sellers }],
  'fulfillment.acceptCancel': fulfillment,
  'fulfillment.rejectCancel': fulfillment,
  // A carrier’s scans are of parcels of every channel.
  'tracking.scan': [{ rule: 'all-channels', roles: systems }],
  'terminal.open': [{ rule: 'location', roles: stockers }],
  'terminal.beat': terminal,
  'terminal.lose': terminal,
  'terminal.close': terminal,
  'task.ack': fulfillment,
  'task.scan': fulfillment,
  'task.short': fulfillment,
  'task.substitute': fulfillment,
  'task.pack': fulfillment,
  'task.label': fulfillment,
  'task.manifest': fulfillment,
  'task.handOver': fulfillment,
  'task.release': fulfillment,
};

export const queryPermissions: Readonly<Record<QueryKind, Entries>> = {
  'order.get': [
    { rule: 'order-channel', roles: sellers },
    { rule: 'order-location', roles: ['terminal'] },
  ],
  'order.options': [{ rule: 'order-channel', roles: systems }],
  // A location's orders come from every channel; all orders come from everywhere.
  'order.list': [
    { rule: 'location', roles: ['terminal'] },
    { rule: 'everything', roles: systems },
  ],
  'order.search': [{ rule: 'channel', roles: sellers }],
  'reservation.get': [{ rule: 'reservation-channel', roles: sellers }],
  'reservation.list': [{ rule: 'channel', roles: sellers }],
  'line.get': [{ rule: 'none', roles: [...sellers, 'terminal'] }],
  'order.counts': [{ rule: 'everything', roles: systems }],
  'item.get': [{ rule: 'none', roles: [...sellers, 'terminal'] }],
  'item.waiting': [{ rule: 'everything', roles: systems }],
  // What a lot went with is orders of every channel.
  'lot.get': [{ rule: 'everything', roles: systems }],
  'lot.list': [{ rule: 'location', roles: stockers }],
  'stock.get': [{ rule: 'location', roles: stockers }],
  'offer.list': [{ rule: 'location', roles: stockers }],
  'suspect.list': [{ rule: 'location', roles: stockers }],
  // It tells of orders of every channel, and of where they would go.
  'short.preview': [{ rule: 'everything', roles: systems }],
  'stock.history': [{ rule: 'location', roles: stockers }],
  'stock.drift': [{ rule: 'location', roles: stockers }],
  'drift.report': [{ rule: 'location', roles: stockers }],
  'feed.ages': [{ rule: 'all-locations', roles: stockers }],
  'stock.at': [{ rule: 'location', roles: stockers }],
  'stock.incoming': [{ rule: 'location', roles: stockers }],
  'supply.get': [{ rule: 'supply-any', roles: stockers }],
  'supply.list': [{ rule: 'location', roles: stockers }],
  'return.get': [
    { rule: 'return-channel', roles: sellers },
    { rule: 'return-place', roles: ['terminal'] },
  ],
  'return.list': [
    { rule: 'listed-returns', roles: sellers },
    { rule: 'location', roles: ['terminal'] },
  ],
  'case.get': cases,
  'case.list': cases,
  'case.counts': cases,
  'playbook.get': cases,
  'playbook.list': cases,
  'return-policy.get': [{ rule: 'channel', roles: sellers }],
  'tracking.get': [
    { rule: 'order-channel', roles: sellers },
    { rule: 'order-location', roles: ['terminal'] },
  ],
  'tracking.lanes': [{ rule: 'none', roles: systems }],
  'tracking.find': [{ rule: 'all-channels', roles: systems }],
  'mapping.get': [{ rule: 'channel', roles: sellers }],
  'payment.get': [{ rule: 'order-channel', roles: sellers }],
  'intake-policy.get': [{ rule: 'channel', roles: sellers }],
  'order.find': [{ rule: 'channel', roles: sellers }],
  'order.preview': [{ rule: 'order-channel', roles: sellers }],
  'order.details': [
    { rule: 'order-channel', roles: sellers },
    { rule: 'order-location', roles: ['terminal'] },
  ],
  'stock.compare': [{ rule: 'entry-locations', roles: stockers }],
  'item.compare': [{ rule: 'none', roles: systems }],
  'location.compare': [{ rule: 'listed-locations', roles: systems }],
  'atp.get': [{ rule: 'channel', roles: [...sellers, 'terminal'] }],
  'atp.by-location': [{ rule: 'channel', roles: [...sellers, 'terminal'] }],
  'atp.explain': [{ rule: 'channel-and-all-locations', roles: systems }],
  'pool.list': [{ rule: 'everything', roles: systems }],
  'buffer.get': [{ rule: 'everything', roles: systems }],
  'buffer.list': [{ rule: 'everything', roles: systems }],
  'decision.explain': [{ rule: 'everything', roles: systems }],
  'plan.get': [{ rule: 'everything', roles: systems }],
  'plan.list': [{ rule: 'everything', roles: systems }],
  'plan.versions': [{ rule: 'everything', roles: systems }],
  'plan.diff': [{ rule: 'everything', roles: systems }],
  'plan.lint': [{ rule: 'everything', roles: systems }],
  'plan.divergence': [{ rule: 'everything', roles: systems }],
  'rehearsal.start': [{ rule: 'everything', roles: operator }],
  'rehearsal.get': [{ rule: 'everything', roles: systems }],
  'rehearsal.cancel': [{ rule: 'everything', roles: operator }],
  'whatif.run': [{ rule: 'everything', roles: systems }],
  'location.list': [{ rule: 'all-locations', roles: stockers }],
  'channel.list': [{ rule: 'all-channels', roles: systems }],
  'carrier.list': [{ rule: 'none', roles: stockers }],
  'carrier.get': [{ rule: 'none', roles: stockers }],
  'forecast.get': [{ rule: 'everything', roles: systems }],
  'transit.get': [{ rule: 'none', roles: stockers }],
  'price.rooms': [{ rule: 'everything', roles: systems }],
  'rates.get': [{ rule: 'none', roles: systems }],
  'rates.quote': [{ rule: 'location', roles: stockers }],
  'price.get': [{ rule: 'everything', roles: systems }],
  'capacity.get': [{ rule: 'location', roles: stockers }],
  'promise.get': [{ rule: 'channel', roles: sellers }],
  'promise.bulk': [{ rule: 'channel', roles: sellers }],
  'terminal.get': terminal,
  'terminal.list': [{ rule: 'location', roles: stockers }],
  'task.get': fulfillment,
  'task.queue': [{ rule: 'location', roles: stockers }],
  'engine.status': [{ rule: 'none', roles: systems }],
};

/**
 * Topics without a channel show only what the credential's channels cover
 * (gateway/streams-index.ts).
 */
export const topicPermissions: Readonly<Record<TopicName, Entries>> = {
  // Another channel's order looks like one that does not exist: an empty snapshot, and nothing
  // after it.
  order: [{ rule: 'none', roles: sellers }],
  reservation: [{ rule: 'none', roles: sellers }],
  stock: [
    { rule: 'channel', roles: shops },
    { rule: 'channel-or-all-locations', roles: stockers },
  ],
  location: [{ rule: 'location', roles: stockers }],
  terminal,
  supply: [{ rule: 'location', roles: stockers }],
  returns: [
    { rule: 'followed-returns', roles: sellers },
    { rule: 'location', roles: ['terminal'] },
  ],
  decisions: [{ rule: 'channel-if-named', roles: operator }],
  exceptions: [{ rule: 'channel-if-named', roles: sellers }],
  cases,
  carriers: [{ rule: 'everything', roles: systems }],
  // Plans are for every channel; what a shadow tells is decisions of all.
  plans: [{ rule: 'everything', roles: systems }],
  shadow: [{ rule: 'everything', roles: operator }],
};

/** What the table asks of a caller: a credential, or anything of its shape. */
export type Caller = Reach & { readonly role: string };

/**
 * Whether a caller may send this message. Undefined: it may.
 * @param kind of the command or query, or `subscribe` with a topic as body.
 * @param body checked by its schema.
 */
export function allows(
  caller: Caller,
  kind: CommandKind | QueryKind | 'subscribe',
  body: unknown,
  lookups: Lookups,
): Rejection | undefined {
  const entries = entriesOf(kind, body);
  const { role } = caller;
  const entry = isRole(role) ? entries.find(({ roles }) => roles.includes(role)) : undefined;
  if (entry === undefined) {
    const what =
      kind === 'subscribe' ? `follow ${(body as { topic: string }).topic}` : `use ${kind}`;
    return reject('forbidden', `the role ${role} may not ${what}`);
  }
  const { rule } = entry;
  return isReturnRule(rule)
    ? checkReturnScope(rule, caller, body, lookups)
    : checkScope(rule, caller, body, lookups);
}

function entriesOf(kind: CommandKind | QueryKind | 'subscribe', body: unknown): Entries {
  if (kind === 'subscribe') return topicPermissions[(body as { topic: TopicName }).topic];
  if (kind in commandPermissions) return commandPermissions[kind as CommandKind];
  return queryPermissions[kind as QueryKind];
}
