/**
 * The one desk behind every door: sockets, HTTP and whatever comes later hand their checked
 * messages here. It asks for permission, keeps count, and passes on to the engine. It also watches
 * that answers come at all: an engine that owes one for too long is not healthy, whatever else it
 * says.
 */
import type { Command } from '../actors/commands.ts';
import type { Query } from '../actors/queries.ts';
import type { Rejection } from '../actors/rejection.ts';
import { reject } from '../actors/rejection.ts';
import type { EngineApi } from '../engine/api.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { GatewayLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Topic } from './protocol.ts';
import { isRehearsalQuery, type Rehearsals } from './rehearse/rehearsals.ts';
import type { Caller } from './streams-subscription.ts';

/** What may this caller do? Undefined: this. */
export type Allows = (
  caller: Caller,
  kind: Command['kind'] | Query['kind'] | 'subscribe',
  body: unknown,
) => Rejection | undefined;

export interface DeskOptions {
  readonly engine: EngineApi;
  readonly allows: Allows;
  readonly metrics: Metrics;
  readonly limits: GatewayLimits;
  /** Absent: nothing is kept on disk that could be played. */
  readonly rehearsals?: Rehearsals | undefined;
  /** A location or channel was changed by a command. */
  readonly onNetworkChanged: () => void;
}

/** An answer, or why there is none. */
export type Answered =
  | { readonly ok: unknown; readonly refused?: undefined; readonly position: number }
  | { readonly refused: Rejection; readonly ok?: undefined; readonly position: number };

/** What changes what channels may sell without any stock moving. Pauses and preorders are told by events. */
const changesViews: ReadonlySet<Command['kind']> = new Set([
  'location.put', 'channel.put', 'buffer.put', 'buffer.remove', 'pool.put', 'pool.remove',
]);

export class Desk {
  readonly #options: DeskOptions;
  /** Commands the engine owes an answer. */
  #owed = 0;
  /** When the engine last answered, or began to owe. */
  #movedAtMs = 0;
  #closing = false;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** From now on everything is refused as `stopping`; what the engine owes is still answered. */
  close(): void {
    this.#closing = true;
  }

  /** Commands that wait for their answer. */
  get owed(): number {
    return this.#owed;
  }

  /** For how long the engine has owed answers and given none, milliseconds. */
  get stalledMs(): number {
    return this.#owed === 0 ? 0 : performance.now() - this.#movedAtMs;
  }

  /**
   * Hand in a command; `reply` is called once, now when it is refused here, else when it is
   * durable.
   */
  command(caller: Caller, command: Command, reply: (outcome: Outcome) => void): void {
    const { engine, metrics } = this.#options;
    const refused = this.#refusal(caller, command.kind, command.body);
    if (refused !== undefined) {
      metrics.answered(command.kind, refused.code, 0);
      return reply({ refused, position: engine.position });
    }
    const sinceMs = performance.now();
    if (this.#owed === 0) this.#movedAtMs = sinceMs;
    this.#owed += 1;
    engine.submit(command, (outcome) => {
      const nowMs = performance.now();
      this.#owed -= 1;
      this.#movedAtMs = nowMs;
      metrics.answered(command.kind, outcome.refused?.code ?? 'ok', nowMs - sinceMs);
      if (outcome.refused === undefined) this.#notice(command);
      reply(outcome);
    });
  }

  query(caller: Caller, query: Query): Answered {
    const { engine, metrics, rehearsals } = this.#options;
    metrics.queries += 1;
    const refused = this.#refusal(caller, query.kind, query.body);
    if (refused === undefined && rehearsals !== undefined && isRehearsalQuery(query)) {
      return { ...rehearsals.answer(query), position: engine.position };
    }
    if (refused === undefined) return engine.query(query);
    // An order of another channel is answered like one that does not exist, which is no refusal.
    if (query.kind === 'order.get' && refused.code === 'unknown-order') {
      return { ok: null, position: engine.position };
    }
    return { refused, position: engine.position };
  }

  /** May this caller follow this? */
  topic(caller: Caller, topic: Topic): Rejection | undefined {
    return this.#refusal(caller, 'subscribe', topic);
  }

  /** Why this caller may not send this, were it sent; undefined when it may. */
  refusal(caller: Caller, kind: Parameters<Allows>[1], body: unknown): Rejection | undefined {
    return this.#refusal(caller, kind, body);
  }

  #refusal(caller: Caller, kind: Parameters<Allows>[1], body: unknown): Rejection | undefined {
    if (this.#closing) return reject('stopping', 'the engine is closing');
    return this.#options.allows(caller, kind, body);
  }

  #notice(command: Command): void {
    if (command.kind === 'feed.close') this.#options.metrics.feedEnded(command.body);
    if (changesViews.has(command.kind)) this.#options.onNetworkChanged();
  }
}
