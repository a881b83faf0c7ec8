/** Both sides of a rehearsal side by side, over all its stretches. */
import type { ChangedOrder, Fidelity, OrderSide, Rehearsed, SideResult, SideSums, Sums } from './result.ts';
import { assert, must } from '../assert.ts';
import { noSums } from './tally.ts';

/** Both sides of one stretch of the journal. */
export interface Stretch {
  readonly baseline: SideResult;
  readonly candidate: SideResult;
}

type About = Pick<Rehearsed, 'plan' | 'fromMs' | 'toMs'>;

/** @param changedMax orders told of that change most. */
export function compareSides(about: About, stretches: readonly Stretch[], changedMax: number): Rehearsed {
  const first = must(stretches[0], 'a stretch');
  const changed = stretches.flatMap(changedOrders).sort(byChange);
  const all = (side: keyof Stretch): SideResult[] => stretches.map((stretch) => stretch[side]);
  return {
    ...about,
    isCut: stretches.some(({ baseline, candidate }) => baseline.isCut || candidate.isCut),
    endMs: Math.max(...all('baseline').map(({ endMs }) => endMs)),
    beginnings: all('baseline').map(({ beginning }) => beginning),
    baseline: all('baseline').map(({ sums }) => sums).slice(1).reduce(addSides, first.baseline.sums),
    candidate: all('candidate').map(({ sums }) => sums).slice(1).reduce(addSides, first.candidate.sums),
    changedOrders: changed.length,
    changed: changed.slice(0, changedMax),
    fidelity: { baseline: fidelityOf(all('baseline')), candidate: fidelityOf(all('candidate')) },
  };
}

/** With how those orders were decided on both sides, as far as both told it. */
export function withExplained(rehearsed: Rehearsed, stretches: readonly Stretch[]): Rehearsed {
  const told = (side: keyof Stretch): Map<string, SideResult['explained'][number][1]> =>
    new Map(stretches.flatMap((stretch) => stretch[side].explained));
  const [ofBaseline, ofCandidate] = [told('baseline'), told('candidate')];
  const changed = rehearsed.changed.map((order): ChangedOrder => {
    const [baseline, candidate] = [ofBaseline.get(order.orderId), ofCandidate.get(order.orderId)];
    return baseline === undefined || candidate === undefined ? order : { ...order, explained: { baseline, candidate } };
  });
  return { ...rehearsed, changed };
}

function changedOrders({ baseline, candidate }: Stretch): ChangedOrder[] {
  assert(baseline.ids.length === candidate.ids.length, 'both sides place the same orders');
  return baseline.ids.flatMap((orderId, index) => {
    const [was, is] = [must(baseline.orders[index], 'an order'), must(candidate.orders[index], 'an order')];
    const fields = Object.keys(was) as (keyof OrderSide)[];
    if (fields.every((field) => was[field] === is[field])) return [];
    return [{ orderId, channel: must(baseline.channels[index], 'a channel'), baseline: was, candidate: is }];
  });
}

/** Orders that lose or gain a place first, then by what they cost more or less; of equals by name. */
function byChange(a: ChangedOrder, b: ChangedOrder): number {
  const weight = ({ baseline, candidate }: ChangedOrder): readonly [number, number] => {
    const lost = (side: OrderSide): number => Number(side.isRefused) + Number(side.waitingUnits > 0);
    return [Math.abs(lost(candidate) - lost(baseline)), Math.abs(candidate.costMinor - baseline.costMinor)];
  };
  const [[lostA, costA], [lostB, costB]] = [weight(a), weight(b)];
  return lostB - lostA || costB - costA || (a.orderId < b.orderId ? -1 : 1);
}

function addSides(a: SideSums, b: SideSums): SideSums {
  const channels = [...new Set([...Object.keys(a.byChannel), ...Object.keys(b.byChannel)])].sort();
  const locations = [...new Set([...Object.keys(a.byLocation), ...Object.keys(b.byLocation)])].sort();
  const none = { parcels: 0, units: 0, costMinor: 0 };
  const at = <V>(of: Readonly<Record<string, V>>, key: string): V | undefined => of[key];
  return {
    ...added(sumsOnly(a), sumsOnly(b)),
    byChannel: Object.fromEntries(
      channels.map((key) => [key, added(at(a.byChannel, key) ?? noSums(), at(b.byChannel, key) ?? noSums())]),
    ),
    byLocation: Object.fromEntries(
      locations.map((key) => [key, added(at(a.byLocation, key) ?? none, at(b.byLocation, key) ?? none)]),
    ),
  };
}

function sumsOnly({ byChannel: _channels, byLocation: _locations, ...sums }: SideSums): Sums {
  return sums;
}

function added<T extends object>(a: T, b: T): T {
  const [left, right] = [a as Readonly<Record<string, number>>, b as Readonly<Record<string, number>>];
  return Object.fromEntries(Object.keys(left).map((key) => [key, (left[key] ?? 0) + (right[key] ?? 0)])) as T;
}

function fidelityOf(results: readonly SideResult[]): Fidelity {
  const refused: Record<string, number> = {};
  let [placements, asRecorded] = [0, 0];
  for (const { fidelity } of results) {
    placements += fidelity.placements;
    asRecorded += fidelity.asRecorded;
    for (const [kind, count] of Object.entries(fidelity.refused)) refused[kind] = (refused[kind] ?? 0) + count;
  }
  return { placements, asRecorded, refused };
}
