/** The replay's result as a value and as the table people see. */
import type { Answers, EngineStatus } from '../../engine/outcome.ts';
import type { StockCheck } from './ledger.ts';
import { lineRefusals, type LineRefusal } from './map.ts';
import type { Tally } from './tally.ts';

export interface Summary {
  readonly tally: Tally;
  readonly check: StockCheck;
  readonly counts: Answers['order.counts'];
  readonly status: EngineStatus;
  /** What the latencies and the rate were measured under. */
  readonly pace: string;
  /** Bytes of the journal for each order placed, all other commands included; absent when not told. */
  readonly journalBytesPerOrder?: number | undefined;
}

const perOrder = 'per order, all commands included';

type Row = readonly [name: string, value: string, note?: string];

/** The table, as text lines. */
export function reportLines(summary: Summary): string[] {
  const rows: Row[] = [
    ...readRows(summary.tally),
    ...decisionRows(summary.tally),
    ...cancelRows(summary.tally),
    ...endRows(summary),
    ...speedRows(summary),
    ...checkRows(summary.check),
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value, note]) =>
    `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${note ?? ''}`.trimEnd(),
  );
}

function readRows(tally: Tally): Row[] {
  const refused = [...tally.linesRefused].toSorted((a, b) => b[1] - a[1]);
  const total = refused.reduce((sum, [, lines]) => sum + lines, 0);
  return [
    ['invoices', whole(tally.invoices), `${whole(tally.linesRead)} lines`],
    ['orders', whole(tally.orders), `${whole(tally.orderLines)} lines`],
    ['lines refused', whole(total), 'before they reach the engine, by reason:'],
    ...refused.map(([reason, lines]): Row => [`  ${reason}`, whole(lines), why(reason)]),
    ['invoices of nothing else', whole(tally.invoicesEmpty)],
  ];
}

function decisionRows(tally: Tally): Row[] {
  const { whole: single, split, backordered, refused, unanswered } = tally.decisions;
  const share = (orders: number): string => percent(orders, tally.orders);
  return [
    ['sourced whole', whole(single), `${share(single)} from one location`],
    ['split', whole(split), `${share(split)} from several`],
    ['backordered', whole(backordered), `${share(backordered)} with units waiting for stock`],
    ['refused', whole(refused), codes(tally.refusals)],
    ...(unanswered > 0 ? [['unanswered', whole(unanswered)] as const] : []),
    ...(tally.repeated > 0
      ? [['of an earlier run', whole(tally.repeated), 'answered again, not done again'] as const]
      : []),
  ];
}

function cancelRows(tally: Tally): Row[] {
  const tooLate = [...tally.cancelRefusals.values()].reduce((sum, orders) => sum + orders, 0);
  return [
    ['cancelled', whole(tally.cancelled), `orders in whole or part, ${whole(tally.unitsCancelled)} units`],
    ['cancelled too late', whole(tooLate), codes(tally.cancelRefusals)],
    ...(tally.unitsUnmatched > 0
      ? [['units never ordered', whole(tally.unitsUnmatched), 'beyond what the file sold'] as const]
      : []),
    ...(tally.cancelsUnanswered > 0
      ? [['cancellations unanswered', whole(tally.cancelsUnanswered)] as const]
      : []),
  ];
}

function endRows({ tally, counts, status }: Summary): Row[] {
  const states = Object.entries(counts.byState)
    .filter(([, orders]) => orders > 0)
    .map(([state, orders]) => `${whole(orders)} ${state}`);
  return [
    ['parcels shipped', whole(tally.parcelsShipped), `${whole(tally.parcelsDelivered)} delivered`],
    ['open at the end', whole(status.openOrders), states.join(', ')],
  ];
}

function speedRows({ tally, pace, journalBytesPerOrder }: Summary): Row[] {
  const at = (percentile: number): string =>
    `${(tally.latency.getValueAtPercentile(percentile) / 1_000).toFixed(2)} ms`;
  const linesPerSecond = (tally.ordersPerSecond * tally.orderLines) / Math.max(1, tally.orders);
  return [
    ['orders/s', whole(Math.round(tally.ordersPerSecond)), pace],
    ['order lines/s', whole(Math.round(linesPerSecond))],
    ['p50', at(50), 'until the durable answer'],
    ['p99', at(99)],
    ['p99.9', at(99.9)],
    ...(journalBytesPerOrder === undefined
      ? []
      : [['journal', `${whole(Math.round(journalBytesPerOrder))} B`, perOrder] as const]),
  ];
}

function checkRows(check: StockCheck): Row[] {
  const read = `${whole(check.balances)} balances of ${whole(check.skus)} SKUs read back`;
  const sums = `${whole(check.allocated)} promised of ${whole(check.onHand)} on hand`;
  return [
    ['oversold', check.faults.length === 0 ? '0' : 'YES', `${read}: ${sums}`],
    ...check.faults.map((fault): Row => ['', '', fault]),
  ];
}

function why(reason: LineRefusal): string {
  return lineRefusals[reason];
}

function codes(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([code, orders]) => `${whole(orders)} ${code}`).join(', ');
}

function percent(part: number, all: number): string {
  return all === 0 ? '0 %' : `${((100 * part) / all).toFixed(1)} %`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
