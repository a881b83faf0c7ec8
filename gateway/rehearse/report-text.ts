/** A rehearsal as a table for people. */
import type { Beginning, ChangedOrder, OrderSide, Sums } from '../../engine/rehearse/result.ts';
import type { RehearsalRun, Rehearsed } from '../../engine/rehearse/result.ts';

const count = (units: number): string => units.toLocaleString('en-US');
const money = (minor: number): string => (minor / 100).toLocaleString('en-US', { minimumFractionDigits: 2 });
const time = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z');

const rows: readonly (readonly [keyof Sums, string, (value: number) => string])[] = [
  ['orders', 'orders', count],
  ['refusedOrders', 'refused', count],
  ['costMinor', 'cost', money],
  ['parcels', 'parcels', count],
  ['splitOrders', 'split orders', count],
  ['lateOrders', 'late orders', count],
  ['backorders', 'backorders', count],
  ['waitingUnits', 'waiting units', count],
];

const line = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(26) : cell.padStart(16))).join('');

function pair(name: string, was: number, is: number, text: (value: number) => string): string {
  const sign = is > was ? '+' : '';
  return line([name, text(was), text(is), is === was ? '=' : `${sign}${text(is - was)}`]);
}

type Each = Readonly<Record<string, { readonly costMinor: number; readonly parcels: number }>>;

const own = (of: Each, key: string): Each[string] => of[key] ?? { costMinor: 0, parcels: 0 };

function table(title: string, was: Each, is: Each): string[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  const lines = keys.flatMap((key) => [
    pair(key, own(was, key).parcels, own(is, key).parcels, count),
    pair('', own(was, key).costMinor, own(is, key).costMinor, money),
  ]);
  return ['', `${title}: parcels and cost`, ...lines];
}

export function reportText(rehearsed: Rehearsed, run: RehearsalRun): string {
  const { plan, fromMs, endMs, baseline, candidate, isCut, beginnings, changedOrders, changed } = rehearsed;
  const head = line(['', 'as it was', 'candidate', 'difference']);
  const notes = [
    `Plan ${plan} on the orders from ${time(fromMs)} to ${time(endMs)}.`,
    ...(isCut ? ['It ended at its bound on orders: --orders takes more.'] : []),
    ...beginnings.filter(({ guessed, leftOut }) => guessed + leftOut > 0).map(beginningText),
    ...fidelityText(rehearsed),
  ];
  const pace = `${count(run.ordersPerSecond)} orders/s in each of ${run.workers} workers`;
  return [
    ...notes, '', head,
    ...rows.map(([key, name, text]) => pair(name, baseline[key], candidate[key], text)),
    ...table('By location', baseline.byLocation, candidate.byLocation),
    ...table('By channel', baseline.byChannel, candidate.byChannel),
    '', `${count(changedOrders)} orders change${changed.length === 0 ? '.' : '; those that change most:'}`,
    ...changed.flatMap(changedText),
    '', `${pace}; ${(run.elapsedMs / 1_000).toFixed(1)} s in all.`,
  ].join('\n');
}

function fidelityText({ fidelity: { baseline, candidate } }: Rehearsed): string[] {
  const { placements, asRecorded } = baseline;
  const refused = Object.entries(candidate.refused).map(([kind, times]) => `${kind} ${count(times)}`);
  return [
    `As it was, ${count(asRecorded)} of ${count(placements)} placements are decided to the byte as in the record.`,
    ...(refused.length === 0 ? [] : [`Recorded commands that the candidate’s world refuses: ${refused.join(', ')}.`]),
  ];
}

function beginningText({ position, guessed, leftOut }: Beginning): string {
  return `At position ${position}: ${guessed} things as they were after a later change, ${leftOut} orders left out.`;
}

const sideText = ({ route, costMinor, isRefused, waitingUnits, isLate }: OrderSide): string => {
  if (isRefused) return 'refused';
  const notes = `${waitingUnits > 0 ? `, ${waitingUnits} units wait` : ''}${isLate ? ', late' : ''}`;
  return `${money(costMinor)}  ${route === '' ? 'nothing sent' : route}${notes}`;
};

function changedText({ orderId, baseline, candidate, explained }: ChangedOrder): string[] {
  const why = (side: 'baseline' | 'candidate'): string[] =>
    (explained?.[side].removed ?? []).map(({ location, rule, reason }) => {
      return `      ${location} is out: ${rule ?? reason}`;
    });
  return [
    `  ${orderId}`,
    `    was  ${sideText(baseline)}`, ...why('baseline'),
    `    is   ${sideText(candidate)}`, ...why('candidate'),
  ];
}
