/** What deliveries taught, by carrier, service and lane, and of each service over all of its lanes. */
import type { CarrierId, LocationId } from '../../actors/ids.ts';
import { binAfter, binOf, delayHours, deliveriesOf, etaOf, isLateLane, taught, taughtMin } from '../../actors/lanes.ts';
import type { Eta, LaneStats } from '../../actors/lanes.ts';
import { hasEnded, type Parcel } from '../../actors/tracking.ts';
import type { Changes } from '../changes.ts';
import type { LaneCell } from './parcel-cell.ts';

/** Lanes that are learnt of; deliveries on others teach their service alone. */
const lanesMax = 20_000;
/** The name of all lanes of a service. */
export const everyLane = '*';

type ServiceOfLane = Pick<Parcel, 'service' | 'deliverByMs'> & { readonly carrier: CarrierId };

/** No carrier is called so. */
const leavingOf = (location: LocationId): string => `@${location}/leaving`;
/** Whether it is not of a carrier, but says how late a location sends. */
export const isOfLocation = (laneId: string): boolean => laneId.startsWith('@');

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

/** Dates of a table and times since leaving are kept apart. */
const keyOf = ({ carrier, service, deliverByMs }: ServiceOfLane, lane: string): string =>
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
      const before = cell.snapshot?.context;
      const after = taught(before, bin);
      changes.set(cell, { value: 'put', context: after });
      const isLate = isLateLane(after);
      if (isLate === isLateLane(before)) continue;
      const named = { carrierId: parcel.carrier, lane: id.slice(parcel.carrier.length + 1) };
      const state = isLate ? ('begun' as const) : ('ended' as const);
      changes.publish([{ kind: 'carrier.delayed', ...named, state, delayHours: delayHours(after) }]);
    }
  }

  /** A part left its location, that was to leave by a cut-off: how late the location sends. */
  learnLeaving(changes: Changes, location: LocationId, shipByMs: number, atMs: number): void {
    const id = leavingOf(location);
    if (!this.cells.has(id) && this.cells.size >= lanesMax) return;
    const cell = this.cell(id);
    changes.set(cell, { value: 'put', context: taught(cell.snapshot?.context, binAfter(shipByMs, atMs)) });
  }

  /** How late a location sends. */
  leaving(location: LocationId): LaneStats | undefined {
    return this.cells.get(leavingOf(location))?.snapshot?.context;
  }

  /** What was learnt of a service, on a lane where that is enough, else on all of its lanes. */
  statsFor(of: ServiceOfLane, lane: string): LaneStats | undefined {
    for (const name of [lane, everyLane]) {
      const stats = this.cells.get(keyOf(of, name))?.snapshot?.context;
      if (stats !== undefined && deliveriesOf(stats) >= taughtMin) return stats;
    }
    return undefined;
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
