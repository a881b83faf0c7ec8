/**
 * `baton/client` in Node: connect to a Baton server over WebSocket.
 *
 *     import { connect } from 'baton/client';
 *     const baton = await connect({ url: 'ws://127.0.0.1:7070', key: process.env.BATON_KEY });
 *     const order = await baton.command('order.place', {
 *       orderId: 'A-1', channel: 'web', destination: { country: 'GB' },
 *       lines: [{ sku: '85123A', quantity: 6 }],
 *     });
 *     console.log(order.state, order.fulfillments);
 *     await baton.close();
 *
 * This file and browser.ts are the package's public face; both hand out the same client.
 */
import { connectBy, type Baton, type ConnectOptions } from './baton.ts';
import { dialNode } from './dial-node.ts';

export { Refused, Unanswered } from './answers.ts';
export type { NoAnswer, Outcome, Plain, UnansweredCode } from './answers.ts';
export type { Backoff, Clock } from './backoff.ts';
export type { Baton, CommandOptions, ConnectOptions, Notice } from './baton.ts';
export type { AnyTopic, Gap, Push, SnapshotOf, Subscription } from './subscription.ts';

/**
 * Connect. Resolves with the server's greeting received; from then on the client reconnects by itself.
 * Rejects `Refused` for bad credentials, `Unanswered` when no server answers within `connectTimeoutMs`.
 */
export function connect(options: ConnectOptions): Promise<Baton> {
  return connectBy(dialNode, options);
}
