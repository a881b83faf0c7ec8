/**
 * A terminal whose socket was lost is given nothing until it is heard of again: whoever followed what it is to do was
 * its socket. The engine is told by a command like any other, in the name of the credential that followed.
 */
import { randomUUID } from 'node:crypto';
import { commandId } from '../actors/ids.ts';
import type { Desk } from './desk.ts';
import type { Streams } from './streams.ts';
import type { Caller, Subscription } from './streams-subscription.ts';

interface Parts {
  readonly desk: Desk;
  readonly streams: Streams;
}

/** Subscriptions ended with their socket: terminals that nobody follows any more are lost. */
export function loseTerminals({ desk, streams }: Parts, caller: Caller, ended: readonly Subscription[]): void {
  for (const { topic } of ended) {
    if (topic.topic !== 'terminal' || streams.hasTerminal(topic.terminalId)) continue;
    const { terminalId } = topic;
    const { ok } = desk.query(caller, { kind: 'terminal.get', body: { terminalId } });
    const state = (ok as { readonly state?: string } | null | undefined)?.state;
    if (state !== 'online' && state !== 'draining') continue;
    const id = commandId(`lost-${randomUUID()}`);
    const command = { kind: 'terminal.lose', commandId: id, by: caller.name, body: { terminalId } } as const;
    // Nobody is there to be told; what it holds lapses by time at the latest.
    desk.command(caller, command, () => undefined);
  }
}
