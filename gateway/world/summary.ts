/** The world in figures: while it runs on one screen, and at its end. */
import { articles } from './goods.ts';
import type { HappeningKind } from './happening.ts';
import type { Names } from './names.ts';
import { percentile, type Tally } from './tally.ts';

const number = (value: number): string => value.toLocaleString('en-US');
const row = (name: string, value: string | number, more = ''): string =>
  `  ${name.padEnd(24)}${(typeof value === 'number' ? number(value) : value).padStart(12)}  ${more}`.trimEnd();

/** What is read back of the stock at the end. */
export interface StockFound {
  readonly balances: number;
  readonly allocated: number;
  readonly onHand: number;
  /** One sentence each. */
  readonly oversold: readonly string[];
}

export const skusOf = (names: Pick<Names, 'sku'>): readonly string[] => articles.map(({ sku }) => names.sku(sku));

/** One line for what came of each part of life. */
export function lifeLines(tally: Tally): string[] {
  const seconds = (performance.now() - tally.startedAtMs) / 1_000;
  const of = (kind: HappeningKind): string => number(tally.of(kind));
  const line = (name: string, kind: HappeningKind, more = ''): string => row(name, tally.of(kind), more);
  const shorts = `${of('resourced')} sourced again, ${of('counted')} counted, ${of('supplied')} supplied`;
  const lines = [
    line('orders', 'placed', `${(tally.of('placed') / seconds).toFixed(1)} a second, ${number(tally.alive)} go on`),
    line('paid', 'paid', `${of('declined')} declined at first, ${of('captured')} taken`),
    line('cancelled', 'cancelled'),
    line('parcels picked', 'picked', `${of('left')} left with a carrier`),
    line('short picks', 'short', shorts),
    line('sockets lost', 'socket', 'while picking, scans sent again and counted once'),
    line('labels failed', 'no-label', `${of('rerated')} planned anew, ${of('other-carrier')} by others`),
    line('delivered', 'delivered', `${of('lost')} lost, ${of('replaced')} orders sent again`),
    line('returned', 'returned', `${of('sent-back')} asked for`),
    line('cases', 'case-raised', `${of('case-cleared')} ended by themselves, ${of('case-resolved')} by people`),
    row('commands', tally.commands, times(tally.answers)),
  ];
  if (tally.pushes.totalCount === 0) return lines;
  return [...lines, row('work told', tally.pushes.totalCount, `${times(tally.pushes)}, from sending the order`)];
}

function times(of: Tally['answers']): string {
  if (of.totalCount === 0) return '';
  return `p50 ${percentile(of, 50).toFixed(1)} ms, p99 ${percentile(of, 99).toFixed(1)} ms`;
}

/** What should not be many, and what must be none. */
export function endLines(tally: Tally, { balances, allocated, onHand, oversold }: StockFound): string[] {
  const refusals = [...tally.refusals].toSorted((a, b) => b[1] - a[1]).slice(0, 6);
  const refused = refusals.reduce((sum, [, count]) => sum + count, 0);
  const which = refusals.map(([what, count]) => `${count} ${what}`).join(', ');
  const books = `${number(balances)} balances read back: ${number(allocated)} promised of ${number(onHand)} on hand`;
  return [
    row('refused', refused, which),
    ...(tally.unanswered > 0 ? [row('unanswered', tally.unanswered, `the server was gone ${tally.losses} times`)] : []),
    ...(tally.heldBack > 0 ? [row('not placed', tally.heldBack, 'so many orders went on already')] : []),
    row('oversold', oversold.length, books),
    ...oversold.map((fault) => `    ${fault}`),
  ];
}
