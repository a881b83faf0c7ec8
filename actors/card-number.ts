/** Numbers of payment cards, told from other digits, so that none is ever kept: pure. */

/** Digits that may stand in groups, as on a card; no digit before or after. */
const groups = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;
/** How the numbers of issuers begin. */
const issued = /^(?:4|5[1-5]|2[2-7]|3[0-9]|6(?:011|4|5|2|0|3|7|9)|50|5[6-8]|8[1-6])/;

/** The digit that the one before it makes when it is doubled. */
const doubled = (digit: number): number => (digit > 4 ? 2 * digit - 9 : 2 * digit);

/** Whether digits satisfy the check of Luhn. */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    sum += place % 2 === 1 ? doubled(digit) : digit;
  }
  return sum % 10 === 0;
}

/** Whether a text has the number of a payment card in it. */
export function hasCardNumber(text: string): boolean {
  for (const [found] of text.matchAll(groups)) {
    const digits = found.replaceAll(/[ -]/g, '');
    if (issued.test(digits) && isLuhn(digits)) return true;
  }
  return false;
}

/** The path of the first text within a value that has the number of a payment card in it; undefined: none has. */
export function cardNumberIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return hasCardNumber(value) ? path : undefined;
  if (typeof value === 'number') return hasCardNumber(String(value)) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const at = cardNumberIn(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    if (at !== undefined) return at;
  }
  return undefined;
}
