/** When parcels leave a place with one service: the cut-offs of every day on which it collects there. */
import { weekdayOf } from '../../actors/civil.ts';
import { isInMask, type DayPlan } from './days.ts';
import { firstNotLess, Horizon } from './horizon.ts';
import type { Zone } from './zones.ts';

export interface DepartureTerms {
  readonly zone: Zone;
  /** The hours of the place: nothing leaves on a day on which it is closed. */
  readonly plan: DayPlan;
  /** Weekdays on which the carrier collects. */
  readonly pickupMask: number;
  /** Days on which it does not, whatever the weekday. */
  readonly isHoliday: (day: number) => boolean;
  /** Minutes of the day by weekday; undefined: when the place closes for the day. */
  readonly cutOffs: readonly (readonly number[])[] | undefined;
}

export class Departures {
  readonly #terms: DepartureTerms;
  readonly #horizon: Horizon;
  #instants: number[] = [];

  constructor(terms: DepartureTerms) {
    this.#terms = terms;
    this.#horizon = new Horizon(terms.zone, (fromDay, toDay) => this.#fill(fromDay, toDay));
  }

  /** The earliest cut-off at or after an instant; undefined when there is none within a thousand days. */
  from(atMs: number): number | undefined {
    this.#horizon.cover(atMs);
    do {
      const found = this.#instants[firstNotLess(this.#instants, atMs)];
      if (found !== undefined) return found;
    } while (this.#horizon.grow());
    return undefined;
  }

  #fill(fromDay: number, toDay: number): void {
    const { zone, plan, pickupMask, isHoliday, cutOffs } = this.#terms;
    const instants: number[] = [];
    for (let day = fromDay; day < toDay; day += 1) {
      const spans = plan(day);
      if (spans.length === 0 || !isInMask(pickupMask, day) || isHoliday(day)) continue;
      if (cutOffs === undefined) instants.push(zone.instantOf(day, spans.at(-1)?.to ?? 1_440));
      else for (const minute of cutOffs[weekdayOf(day)] ?? []) instants.push(zone.instantOf(day, minute));
    }
    this.#instants = instants;
  }
}
