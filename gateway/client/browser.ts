/** `baton/client` in browsers: the same client as client.ts, over the platform's own WebSocket. */
import { connectBy, type Baton, type ConnectOptions } from './baton.ts';
import { dialBrowser } from './dial-browser.ts';

export { Refused, Unanswered } from './answers.ts';
export type { NoAnswer, Outcome, Plain, UnansweredCode } from './answers.ts';
export type { Backoff, Clock } from './backoff.ts';
export type { Baton, CommandOptions, ConnectOptions, Notice } from './baton.ts';
export type { AnyTopic, Gap, Push, SnapshotOf, Subscription } from './subscription.ts';

/**
 * Connect. Resolves with the server's greeting received; from then on the client reconnects by itself.
 * Rejects `Refused` for bad credentials where the browser lets that be seen, else `Unanswered`.
 */
export function connect(options: ConnectOptions): Promise<Baton> {
  return connectBy(dialBrowser, options);
}
