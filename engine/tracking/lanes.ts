/** What deliveries taught, by carrier, service and lane, and of each service over all of its lanes. */
import { etaOf, taught, taughtMin, binOf, deliveriesOf, type Eta } from '../../actors/lanes.ts';
import { hasEnded, type Parcel } from '../../actors/tracking.ts';
import type { Changes } from '../changes.ts';
import type { LaneCell } from './parcel-cell.ts';

/** Lanes that are learnt of; deliveries on others teach their service alone. */
const lanesMax = 20_000;
/** The name of all lanes of a service. */
export const everyLane = '*';

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

/** Dates of a table and times since leaving are kept apart. */
const keyOf = ({ carrier, service, deliverByMs }: Parcel, lane: string): string =>
  `${carrier}/${service ?? 'standard'}${deliverByMs === undefined ? '~' : ''}/${lane}`;

export class Lanes {
  readonly cells = new Map<string, LaneCell>();

  cell(id: string): LaneCell {
    let cell = this.cells.get(id);
    if (cell === undefined) this.cells.set(id, (cell = { kind: 'lane', id, ...fresh }));
    return cell;
  }

  /** A parcel was delivered. */
  learn(changes: Changes, parcel: Parcel): void {
    const { lane } = parcel;
    if (lane === undefined) return;
    const bin = binOf(parcel, parcel.statusAtMs);
    for (const name of [everyLane, lane]) {
      const id = keyOf(parcel, name);
      if (!this.cells.has(id) && this.cells.size >= lanesMax) continue;
      const cell = this.cell(id);
      changes.set(cell, { value: 'put', context: taught(cell.snapshot?.context, bin) });
    }
  }

  /** When a parcel is to be expected; undefined: it has ended, or too little was learnt. */
  etaOf(parcel: Parcel, promisedMs: number | undefined, nowMs: number): Eta | undefined {
    const { lane } = parcel;
    if (lane === undefined || hasEnded(parcel)) return undefined;
    for (const from of ['lane', 'service'] as const) {
      const stats = this.cells.get(keyOf(parcel, from === 'lane' ? lane : everyLane))?.snapshot?.context;
      if (stats !== undefined && deliveriesOf(stats) >= taughtMin) return etaOf(parcel, stats, from, promisedMs, nowMs);
    }
    return undefined;
  }
}
