/**
 * A case: what is done to an engine, as plain data. A run does nothing but carry out its actions, so the
 * same case gives the same run, a shorter list of actions is a case as well, and a failing one can be
 * kept in a file.
 */
import type { Command } from '../../actors/commands.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { WriteKind } from '../../storage/memory.ts';

export type Action =
  /** Clients send these, one after the other, before the engine does anything. */
  | { readonly do: 'send'; readonly commands: readonly Command[] }
  /** The engine runs what it scheduled. */
  | { readonly do: 'turn' }
  /** The disk finishes its oldest writes. `quiet`: the engine runs before it hears of them. */
  | { readonly do: 'settle'; readonly count: number; readonly quiet?: boolean | undefined }
  /** Turns and writes alternate until nothing is left to do. */
  | { readonly do: 'rest' }
  /** Time passes; every timer runs when it is due. */
  | { readonly do: 'wait'; readonly ms: number }
  /** The process stands still so long; then every timer that is due runs at once. */
  | { readonly do: 'stall'; readonly ms: number }
  /** The next write of this kind fails, fails although it is on disk, or never ends. */
  | { readonly do: 'fault'; readonly kind: WriteKind; readonly how: 'fail' | 'fail-applied' | 'hang' }
  /** The process dies. Each write under way is on disk or not as `keep` says, in turn; then it is opened again. */
  | {
      readonly do: 'crash';
      readonly keep: readonly boolean[];
      /** The wall clock has moved by so much when it comes back. */
      readonly clockMs: number;
      /** It dies again after so many steps of each recovery but the last. */
      readonly during?: readonly number[] | undefined;
    }
  /** The engine is closed and opened again, with a write failing meanwhile or not. */
  | { readonly do: 'close'; readonly fault?: WriteKind | undefined }
  /** Another process claims the journal and goes on; this one must notice and stay silent. */
  | { readonly do: 'rival' }
  /** The disk reports room, or none. */
  | { readonly do: 'space'; readonly isLow: boolean }
  /** Everything is checked against the shadow, and the stream is read again from a place (0 to 1). */
  | { readonly do: 'audit'; readonly from: number }
  /** A copy is made while serving, and an engine opened on it. */
  | { readonly do: 'backup' };

export interface Case {
  readonly limits: Partial<EngineLimits>;
  /** Whether the engine sources by prices; absent: it does not. */
  readonly isPriced?: boolean | undefined;
  readonly actions: readonly Action[];
}

/** What a run found wrong; the message says what and where. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Throws a Violation unless `condition` holds. */
export function expect(condition: boolean, what: string | (() => string)): asserts condition {
  if (!condition) throw new Violation(typeof what === 'string' ? what : what());
}
