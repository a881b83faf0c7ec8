/** After the play: the balances read back, the states counted, the journal weighed. */
import type { EngineStatus } from '../../engine/outcome.ts';
import type { Baton } from '../client/baton.ts';
import type { Pace } from './pace.ts';
import type { Played } from './player.ts';
import type { Summary } from './report.ts';
import type { Demand } from './supply.ts';

/** @param before the engine's status before the play */
export async function summarise(
  client: Baton,
  demand: Demand,
  { tally, ledger }: Played,
  before: EngineStatus,
  pace: string,
): Promise<Summary> {
  const check = await ledger.check(client, demand.skus);
  const [counts, status] = await Promise.all([
    client.query('order.counts', {}),
    client.query('engine.status', {}),
  ]);
  const bytes = status.recordBytes - before.recordBytes;
  // Records trimmed meanwhile are not in the figure any more: then there is none.
  const isWhole = status.head === before.head && tally.orders > 0;
  const journalBytesPerOrder = isWhole ? bytes / tally.orders : undefined;
  return { tally, check, counts, status, pace, journalBytesPerOrder };
}

/** The pace in words, with what it means for the latencies. */
export function paceText(pace: Pace, inFlightMax: number): string {
  switch (pace.kind) {
    case 'max':
      return `as fast as answered, ${inFlightMax} in flight; latency from sending`;
    case 'rate':
      return `${pace.perSecond} a second asked for; latency from when each was due`;
    case 'speedup':
      return `the file's times, ${pace.factor} times as fast; latency from when each was due`;
  }
}
