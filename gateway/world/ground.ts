/** What everybody in the world stands on: names, choices and time; a way to ask the server, and to tell the rest. */
import type { Answer } from '../../actors/answers.ts';
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { Outcome, Plain } from '../client/answers.ts';
import type { Baton, ConnectOptions } from '../client/baton.ts';
import { count } from '../replay/tally.ts';
import type { Choices } from './choices.ts';
import type { Happening } from './happening.ts';
import type { Names } from './names.ts';
import type { Pace } from './pace.ts';
import { record, type Tally } from './tally.ts';

export interface GroundParts {
  readonly names: Names;
  readonly choices: Choices;
  readonly pace: Pace;
  readonly tally: Tally;
  readonly connection: Pick<ConnectOptions, 'url' | 'key' | 'timeoutMs' | 'queueMax'>;
  /** Told of everything; absent: nobody listens. */
  readonly tell?: ((it: Happening) => void) | undefined;
  /** The world cannot go on. */
  readonly fail: (reason: string) => void;
}

export class Ground {
  readonly names: Names;
  readonly choices: Choices;
  readonly pace: Pace;
  readonly tally: Tally;
  readonly connection: GroundParts['connection'];
  readonly #tell: GroundParts['tell'];
  readonly #fail: GroundParts['fail'];
  #isOver = false;

  constructor(parts: GroundParts) {
    this.names = parts.names;
    this.choices = parts.choices;
    this.pace = parts.pace;
    this.tally = parts.tally;
    this.connection = parts.connection;
    this.#tell = parts.tell;
    this.#fail = parts.fail;
  }

  /** Nobody begins anything any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    this.pace.stop();
  }

  tell(it: Happening): void {
    this.tally.note(it);
    this.#tell?.(it);
  }

  /** Send a command; `done` hears its answer, or undefined where it was refused or not answered. Both are counted. */
  send<K extends CommandKind>(
    client: Baton,
    kind: K,
    body: Plain<CommandBody<K>>,
    done?: (answer: Answer<K> | undefined, outcome: Outcome<Answer<K>>) => void,
  ): void {
    if (this.#isOver) return;
    const sentAtMs = performance.now();
    const { tally } = this;
    tally.commands += 1;
    client.send(kind, body, client.newCommandId(), (outcome) => {
      record(tally.answers, performance.now() - sentAtMs);
      if (outcome.refused !== undefined) count(tally.refusals, `${kind} ${outcome.refused.code}`);
      if (outcome.unanswered !== undefined) this.#unanswered(outcome.unanswered);
      done?.(outcome.ok, outcome);
    });
  }

  #unanswered({ code, detail }: NonNullable<Outcome<unknown>['unanswered']>): void {
    if (this.#isOver) return;
    this.tally.unanswered += 1;
    // The client ended by itself: its credentials are refused for good.
    if (code === 'closed') this.#fail(detail);
  }
}
