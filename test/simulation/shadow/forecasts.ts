/** Loaded forecasts, as the rules say. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Doing } from './orders.ts';
import { no, type Verdict } from './verdict.ts';

export function putForecast({ shadow, atMs }: Doing, { sku, rows }: CommandBody<'forecast.put'>): Verdict {
  for (const [index, row] of rows.entries()) {
    const time = new Date(`${row.day}T00:00:00Z`);
    if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== row.day) return no('malformed', `body.rows[${index}].day`);
    if ('location' in row && !shadow.locations.has(row.location)) return no('unknown-location', `body.rows[${index}].location`);
    const half = !('location' in row) && (row.latitude === undefined) !== (row.longitude === undefined);
    if (half) return no('malformed', `body.rows[${index}]`);
  }
  const version = 1 + (shadow.forecasts.get(sku)?.version ?? 0);
  shadow.set(shadow.forecasts, sku, { version, atMs, rows });
  return { ok: { sku, version } };
}
