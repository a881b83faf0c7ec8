/** When something of a carrier ends by itself: one timer for each, at the instant. */
import { healthDueMs } from '../../actors/carrier-health.ts';
import type { CarrierId } from '../../actors/ids.ts';
import type { CarrierCell } from '../cells.ts';
import type { Timers } from '../timers.ts';

export class CarrierTimes {
  readonly #dueAtMs = new Map<CarrierId, number | undefined>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** A carrier is as it is now: after a kept change, and when it was recovered. */
  changed({ id, snapshot }: CarrierCell): void {
    const dueAtMs = healthDueMs(snapshot?.context.health);
    if (dueAtMs === this.#dueAtMs.get(id)) return;
    this.#dueAtMs.set(id, dueAtMs);
    if (dueAtMs !== undefined) this.#timers.set(dueAtMs, { kind: 'carrier', id });
  }
}
