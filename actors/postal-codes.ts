/**
 * How addresses are written, country by country, as far as it can be told without a directory: the shape of postal
 * codes, where there is always one, and where a parcel needs the state or province.
 */

/** `9` is a digit, `A` a letter, `*` either; a space may be left out or written as a dash. */
const shapes: Readonly<Record<string, readonly string[]>> = {
  AR: ['9999', 'A9999AAA'], AT: ['9999'], AU: ['9999'], BE: ['9999'], BG: ['9999'], BR: ['99999 999'],
  CA: ['A9A 9A9'], CH: ['9999'], CN: ['999999'], CY: ['9999'], CZ: ['999 99'], DE: ['99999'], DK: ['9999'],
  EE: ['99999'], ES: ['99999'], FI: ['99999'], FR: ['99999'],
  GB: ['A9 9AA', 'A99 9AA', 'A9A 9AA', 'AA9 9AA', 'AA99 9AA', 'AA9A 9AA'],
  GR: ['999 99'], HR: ['99999'], HU: ['9999'], ID: ['99999'], IE: ['A** ****'], IL: ['99999', '9999999'],
  IN: ['999 999'], IS: ['999'], IT: ['99999'], JP: ['999 9999'], KR: ['99999'], LI: ['9999'], LT: ['99999', 'AA 99999'],
  LU: ['9999'], LV: ['9999', 'AA 9999'], MC: ['99999'], MT: ['AAA 9999'], MX: ['99999'], MY: ['99999'],
  NL: ['9999 AA'], NO: ['9999'], NZ: ['9999'], PH: ['9999'], PL: ['99 999'], PR: ['99999', '99999 9999'],
  PT: ['9999 999'], RO: ['999999'], SE: ['999 99'], SG: ['999999'], SI: ['9999'], SK: ['999 99'], TH: ['99999'],
  TR: ['99999'], TW: ['999', '99999', '999999'], UA: ['99999'], US: ['99999', '99999 9999'], VN: ['99999', '999999'],
  ZA: ['9999'],
};

/** Countries in which a parcel needs the state or province. */
const regional: ReadonlySet<string> = new Set(['AU', 'BR', 'CA', 'CN', 'IN', 'MX', 'MY', 'US']);

const patterns = new Map(
  Object.entries(shapes).map(([country, all]) => {
    const one = (shape: string): string =>
      shape.replaceAll('9', '\\d').replaceAll('A', '[A-Z]').replaceAll('*', '[A-Z\\d]').replaceAll(' ', '[ -]?');
    return [country, new RegExp(`^(?:${all.map(one).join('|')})$`)] as const;
  }),
);

/** Whether a country's postal codes look so; of a country whose codes are not known, any is right. */
export const isPostalCode = (country: string, code: string): boolean =>
  patterns.get(country)?.test(code.trim().toUpperCase()) ?? true;

/** Whether every address of a country has a postal code. */
export const hasPostalCodes = (country: string): boolean => patterns.has(country);

export const needsRegion = (country: string): boolean => regional.has(country);
