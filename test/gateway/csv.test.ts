import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvError, CsvParser, recordCharsMax } from '../../gateway/feeds/csv.ts';

function parse(text: string, cuts: readonly number[] = []): string[][] {
  const parser = new CsvParser();
  const records: string[][] = [];
  let from = 0;
  for (const cut of [...cuts].toSorted((a, b) => a - b)) {
    if (cut <= from || cut >= text.length) continue;
    records.push(...parser.push(text.slice(from, cut)));
    from = cut;
  }
  records.push(...parser.push(text.slice(from)), ...parser.end());
  return records;
}

const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const written = (field: string, always: boolean): string =>
  always || /[",\r\n]/.test(field) ? quote(field) : field;

const fieldText = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ',', '"', '\n', '\r', ' ', '7'), maxLength: 6 });
const records = fc
  .array(fc.array(fc.tuple(fieldText, fc.boolean()), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .filter((rows) => rows.every((row) => row.length > 1));

describe('the CSV reader', () => {
  it('[D1] reads back what was written, however it was cut, quoted and ended', () => {
    const ending = fc.constantFrom('\n', '\r\n');
    const cuts = fc.array(fc.nat(80), { maxLength: 8 });
    fc.assert(
      fc.property(records, ending, fc.boolean(), cuts, (rows, end, hasLastEnd, at) => {
        const lines = rows.map((row) => row.map(([field, always]) => written(field, always)).join(','));
        const text = lines.join(end) + (hasLastEnd ? end : '');
        expect(parse(text, at)).toEqual(rows.map((row) => row.map(([field]) => field)));
      }),
      { numRuns: 400 },
    );
  });

  it('[D1] gives the same records one character at a time', () => {
    const text = '\uFEFFa,b\r\n"x,""y""\n",2\n\n3,"4"';
    const every = Array.from({ length: text.length }, (_, at) => at);
    const whole = [['a', 'b'], ['x,"y"\n', '2'], ['3', '4']];
    expect(parse(text)).toEqual(whole);
    expect(parse(text, every)).toEqual(whole);
  });

  it.each([
    ['a quote that is never closed', 'a,b\n"c,d\n'],
    ['text behind a closing quote', 'a,b\n"c"d,e\n'],
  ])('[D1] names the record with %s', (_, text) => {
    expect(() => parse(text)).toThrow(CsvError);
    expect(() => parse(text)).toThrow('record 2');
  });

  it('[D1] does not swallow a whole file for an open quote', () => {
    const parser = new CsvParser();
    expect(() => parser.push(`"${'x'.repeat(recordCharsMax + 1)}`)).toThrow('open quote');
  });

  it('[D1] survives anything with records or a CsvError, never more', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CsvError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
