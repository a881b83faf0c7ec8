/** Chooses what to do next, as a concrete action. A run of these is a case. */
import type { Action } from './actions.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';
import type { Workload } from './workload.ts';

/** What the choice may depend on. */
export interface Situation {
  readonly isDead: boolean;
  readonly isLow: boolean;
  /** Writes under way. */
  readonly pending: number;
}

export function drawAction(rng: Rng, settings: Settings, workload: Workload, situation: Situation): Action {
  if (situation.isDead) return drawCrash(rng);
  const what = rng.weighted(settings.actions);
  switch (what) {
    case 'send': {
      const count = rng.chance(0.7) ? rng.between(1, settings.burstMax) : 1;
      return { do: 'send', commands: Array.from({ length: count }, () => workload.next()) };
    }
    case 'turn':
    case 'rest':
    case 'backup':
      return { do: what };
    case 'settle':
      return { do: 'settle', count: rng.pick([1, 1, 2, 100]), quiet: rng.chance(0.2) };
    case 'wait':
      return { do: 'wait', ms: drawMs(rng, situation.pending > 0) };
    case 'stall':
      return { do: 'stall', ms: drawMs(rng, situation.pending > 0) };
    case 'fault':
      return { do: 'fault', kind: rng.pick(['append', 'append', 'save', 'trim']), how: rng.pick(['fail', 'fail-applied', 'hang']) };
    case 'crash':
      return drawCrash(rng);
    case 'close':
      return { do: 'close', fault: rng.chance(0.2) ? rng.pick(['append', 'save']) : undefined };
    case 'rival':
      return { do: 'rival' };
    case 'space':
      return { do: 'space', isLow: !situation.isLow };
    case 'audit':
      return { do: 'audit', from: rng.next() };
  }
}

/** With writes under way, a long wait is a hung disk: mostly it is short. */
function drawMs(rng: Rng, isWriting: boolean): number {
  if (isWriting && !rng.chance(0.05)) return rng.pick([1, 10, 500, 1_000]);
  return rng.pick([1, 500, 1_000, 1_001, 5_000, 60_000, 3_600_000, 400 * 24 * 3_600_000]);
}

function drawCrash(rng: Rng): Action {
  const always = rng.chance(0.3);
  const keep = Array.from({ length: 4 }, () => always || rng.chance(0.5));
  const clockMs = rng.pick([0, 5, 3_000, 3_600_000, -3_600_000, -5]);
  const during = rng.chance(0.2) ? Array.from({ length: rng.between(1, 3) }, () => rng.below(6)) : undefined;
  return { do: 'crash', keep, clockMs, during };
}
