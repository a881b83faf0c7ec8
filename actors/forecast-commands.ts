/** Forecasts that somebody loads: what is wanted of a SKU, by region or store and day. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { DateSchema } from './calendar-schemas.ts';
import { forecastRowsMax, forecastUnitsMax } from './limits.ts';
import { CountrySchema, exact, Latitude, LocationIdSchema, Longitude, SkuSchema } from './schemas.ts';

const day = {
  day: DateSchema,
  units: Type.Number({ minimum: 0, maximum: forecastUnitsMax, description: 'Units on that day; a part of one counts' }),
};

/** What orders will want in a region: a country, or the cell of 5 degrees around a point of it. */
const RegionRowSchema = Type.Object(
  { ...day, country: CountrySchema, latitude: Type.Optional(Latitude), longitude: Type.Optional(Longitude) },
  exact,
);
/** What people will take out of a store. */
const StoreRowSchema = Type.Object({ ...day, location: LocationIdSchema }, exact);
const ForecastRowSchema = Type.Union([RegionRowSchema, StoreRowSchema]);

export type ForecastRow = Static<typeof ForecastRowSchema>;

export const forecastCommands = {
  /** Replace what was loaded for a SKU. Days are of UTC. Without rows it is forgotten, and what was learnt counts. */
  'forecast.put': Type.Object(
    { sku: SkuSchema, rows: Type.Array(ForecastRowSchema, { maxItems: forecastRowsMax }) },
    exact,
  ),
} as const;

/** What is loaded for a SKU. */
export interface LoadedForecast {
  /** Grows by one with each `forecast.put` of the SKU. */
  readonly version: number;
  readonly atMs: number;
  readonly rows: readonly ForecastRow[];
}
