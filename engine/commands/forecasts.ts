/** The command that loads a forecast. */
import { parseDate } from '../../actors/civil.ts';
import type { CommandBody } from '../../actors/commands.ts';
import { forecastSkusMax } from '../../actors/limits.ts';
import type { Core } from '../core.ts';
import { done, refuse, type Handled } from './handled.ts';

/** Replace the forecast of a SKU. It holds for prices from now on; nothing else goes by it. */
export function putForecast(core: Core, { sku, rows }: CommandBody<'forecast.put'>, atMs: number): Handled {
  const { world, changes } = core;
  for (const [index, row] of rows.entries()) {
    const field = `body.rows[${index}]`;
    if (parseDate(row.day) === undefined) return refuse('malformed', `no day ${row.day}`, `${field}.day`);
    if ('location' in row) {
      const card = world.locations.get(row.location)?.snapshot?.context;
      if (card === undefined) return refuse('unknown-location', `no location ${row.location}`, `${field}.location`);
    } else if ((row.latitude === undefined) !== (row.longitude === undefined)) {
      return refuse('malformed', 'a point has a latitude and a longitude', field);
    }
  }
  const before = world.forecasts.get(sku)?.snapshot?.context;
  if (before === undefined && world.forecasts.size >= forecastSkusMax) {
    return refuse('over-limit', `${forecastSkusMax} SKUs have a forecast already`, 'body.sku');
  }
  const version = (before?.version ?? 0) + 1;
  changes.set(world.forecast(sku), { value: 'put', context: { version, atMs, rows } });
  return done({ sku, version });
}
