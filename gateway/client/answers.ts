/**
 * How a request of the client ends, as values and as errors, and how its bodies are typed for callers
 * who hold plain strings. Types only reach into the engine's vocabulary; no engine code is loaded.
 */
import type { Rejection } from '../../actors/rejection.ts';

/** Why a request has no answer of the server. */
export type UnansweredCode =
  /** No answer came in time. */
  | 'timed-out'
  /** The client was closed, or its credentials were refused for good. */
  | 'closed'
  /** More requests wait than `queueMax`. Nothing was sent. */
  | 'queue-full';

/** A request the server did not answer. */
export interface NoAnswer {
  readonly code: UnansweredCode;
  readonly detail: string;
  /**
   * True when the request was handed to a connection: a command may have been done. Send it again with
   * the same command id and body to learn the truth; it will not be done twice.
   */
  readonly maybeDone: boolean;
}

/**
 * How a request ended. `position` is the journal position the answer is at least as new as; 0 where the
 * client itself refused what the server would refuse (`too-large`, `malformed`).
 */
export type Outcome<T> =
  | {
      readonly ok: T;
      readonly position: number;
      readonly refused?: undefined;
      readonly unanswered?: undefined;
    }
  | {
      readonly refused: Rejection;
      readonly position: number;
      readonly ok?: undefined;
      readonly unanswered?: undefined;
    }
  | { readonly unanswered: NoAnswer; readonly ok?: undefined; readonly refused?: undefined };

/** The server refused the request; `rejection` says why, at which field, and whether a retry can help. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    const where = rejection.field === undefined ? '' : ` (${rejection.field})`;
    super(`${rejection.code}: ${rejection.detail}${where}`);
    this.rejection = rejection;
  }
}

/** The server did not answer; `maybeDone` says whether a command may have been done all the same. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly code: UnansweredCode;
  readonly maybeDone: boolean;
  constructor(noAnswer: NoAnswer) {
    super(`${noAnswer.code}: ${noAnswer.detail}`);
    this.code = noAnswer.code;
    this.maybeDone = noAnswer.maybeDone;
  }
}

/** The same outcome with its value made, as a plain object that may be copied and compared. */
export function madeOutcome<T>(outcome: Outcome<T>): Outcome<T> {
  if (outcome.refused !== undefined || outcome.unanswered !== undefined) return outcome;
  return { ok: outcome.ok, position: outcome.position };
}

/** The value of an outcome, or its error thrown. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.refused !== undefined) throw new Refused(outcome.refused);
  if (outcome.unanswered !== undefined) throw new Unanswered(outcome.unanswered);
  return outcome.ok;
}

/**
 * The same shape with branded ids taken as plain strings: a caller outside the engine holds strings, and
 * the server checks them. A branded string, unlike a literal, is no required key of a record.
 */
export type Plain<T> = T extends string
  ? Record<never, never> extends Record<T, 1>
    ? string
    : T
  : T extends readonly (infer E)[]
    ? readonly Plain<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Plain<T[K]> }
      : T;
