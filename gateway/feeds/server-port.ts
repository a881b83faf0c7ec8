/** A feed's way to the engine from within the server: through the desk, like every other message. */
import { randomUUID } from 'node:crypto';
import type { Command, CommandBody, CommandKind } from '../../actors/commands.ts';
import type { CommandId } from '../../actors/ids.ts';
import type { Query } from '../../actors/queries.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Comparison, Outcome } from '../../engine/outcome.ts';
import type { Desk } from '../desk.ts';
import type { Caller } from '../streams-subscription.ts';
import type { CompareKind, FeedPort, PortOutcome } from './port.ts';

/** A full inbox is waited for, longer each time: some ten seconds in all. */
const busyWaitsMs = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 3_000, 4_000];

export class ServerPort implements FeedPort {
  readonly #desk: Desk;
  readonly #caller: Caller;
  readonly position: () => number;

  constructor(desk: Desk, caller: Caller, position: () => number) {
    this.#desk = desk;
    this.#caller = caller;
    this.position = position;
  }

  compare(kind: CompareKind, body: object): Comparison | Rejection {
    // Made of rows that were checked: the body is that of its kind.
    const answered = this.#desk.query(this.#caller, { kind, body } as unknown as Query);
    return answered.refused ?? (answered.ok as Comparison);
  }

  async command<K extends CommandKind>(kind: K, body: CommandBody<K>, commandId: string): Promise<PortOutcome> {
    const command = { kind, body, commandId: commandId as CommandId, by: this.#caller.name } as unknown as Command;
    for (const waitMs of busyWaitsMs) {
      const outcome = await this.#once(command);
      if (outcome.refused?.code !== 'busy') return outcome;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    return this.#once(command);
  }

  newCommandId(): string {
    return `feed-${randomUUID()}`;
  }

  nowMs(): number {
    return performance.now();
  }

  #once(command: Command): Promise<Outcome> {
    return new Promise((resolve) => this.#desk.command(this.#caller, command, resolve));
  }
}
