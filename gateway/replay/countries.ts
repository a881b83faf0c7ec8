/**
 * The countries of the retail data: ISO 3166-1 codes for the file's own names, and a point for those
 * whose postal codes we do not have (the capital, in decimal degrees).
 */

export interface Country {
  readonly code: string;
  /** Where an order goes when there are no postal codes of the country. */
  readonly capital: { readonly name: string; readonly latitude: number; readonly longitude: number };
}

const at = (code: string, name: string, latitude: number, longitude: number): Country => ({
  code,
  capital: { name, latitude, longitude },
});

/** By the name in the file. Names that are no country are placed as the comment says. */
export const countries: ReadonlyMap<string, Country> = new Map([
  ['Australia', at('AU', 'Canberra', -35.28, 149.13)],
  ['Austria', at('AT', 'Vienna', 48.21, 16.37)],
  ['Bahrain', at('BH', 'Manama', 26.23, 50.58)],
  ['Belgium', at('BE', 'Brussels', 50.85, 4.35)],
  ['Brazil', at('BR', 'Brasilia', -15.79, -47.88)],
  ['Canada', at('CA', 'Ottawa', 45.42, -75.7)],
  // Jersey and Guernsey have codes of their own; the file does not tell them apart. The larger one.
  ['Channel Islands', at('JE', 'Saint Helier', 49.19, -2.11)],
  ['Cyprus', at('CY', 'Nicosia', 35.17, 33.37)],
  ['Czech Republic', at('CZ', 'Prague', 50.09, 14.42)],
  ['Denmark', at('DK', 'Copenhagen', 55.68, 12.57)],
  ['EIRE', at('IE', 'Dublin', 53.35, -6.26)],
  // Not a country: sent to its seat.
  ['European Community', at('BE', 'Brussels', 50.85, 4.35)],
  ['Finland', at('FI', 'Helsinki', 60.17, 24.94)],
  ['France', at('FR', 'Paris', 48.86, 2.35)],
  ['Germany', at('DE', 'Berlin', 52.52, 13.4)],
  ['Greece', at('GR', 'Athens', 37.98, 23.73)],
  ['Hong Kong', at('HK', 'Hong Kong', 22.32, 114.17)],
  ['Iceland', at('IS', 'Reykjavik', 64.15, -21.94)],
  ['Israel', at('IL', 'Jerusalem', 31.77, 35.21)],
  ['Italy', at('IT', 'Rome', 41.9, 12.5)],
  ['Japan', at('JP', 'Tokyo', 35.68, 139.69)],
  ['Lebanon', at('LB', 'Beirut', 33.89, 35.5)],
  ['Lithuania', at('LT', 'Vilnius', 54.69, 25.28)],
  ['Malta', at('MT', 'Valletta', 35.9, 14.51)],
  ['Netherlands', at('NL', 'Amsterdam', 52.37, 4.9)],
  ['Norway', at('NO', 'Oslo', 59.91, 10.75)],
  ['Poland', at('PL', 'Warsaw', 52.23, 21.01)],
  ['Portugal', at('PT', 'Lisbon', 38.72, -9.14)],
  ['RSA', at('ZA', 'Pretoria', -25.75, 28.19)],
  ['Saudi Arabia', at('SA', 'Riyadh', 24.71, 46.68)],
  ['Singapore', at('SG', 'Singapore', 1.35, 103.82)],
  ['Spain', at('ES', 'Madrid', 40.42, -3.7)],
  ['Sweden', at('SE', 'Stockholm', 59.33, 18.07)],
  ['Switzerland', at('CH', 'Bern', 46.95, 7.45)],
  ['USA', at('US', 'Washington', 38.9, -77.04)],
  ['United Arab Emirates', at('AE', 'Abu Dhabi', 24.45, 54.38)],
  ['United Kingdom', at('GB', 'London', 51.51, -0.13)],
  // The shop is British: where the file says nothing, home.
  ['Unspecified', at('GB', 'London', 51.51, -0.13)],
]);
