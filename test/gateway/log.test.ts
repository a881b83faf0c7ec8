/** The log: one event stays one line, whatever it carries, and no secret is in it. */
import { describe, expect, test } from 'vitest';
import { createLog, type LogOptions } from '../../gateway/log.ts';

function logged(
  options: Partial<LogOptions>,
  act: (log: ReturnType<typeof createLog>) => void,
): string[] {
  const lines: string[] = [];
  act(createLog({ level: 'info', write: (line) => lines.push(line), ...options }));
  return lines;
}

const hostile = 'a\r\nb\u001b[31mc\u2028d\u2029e\u0000f\u009bg\u202eh\u007fi';
// oxlint-disable-next-line no-control-regex -- these are what must not come through
const breaks = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/;

describe('the log', () => {
  test.each(['json', 'pretty'] as const)(
    '[A50] an event with line breaks and terminal codes in every place is one %s line',
    (format) => {
      const lines = logged({ format, color: false }, (log) =>
        log.info({ [hostile]: hostile, deep: { [hostile]: [hostile] } }, hostile),
      );
      expect(lines).toHaveLength(1);
      expect(lines[0]!.slice(0, -1)).not.toContain('\n');
      expect(lines[0]).not.toMatch(breaks);
      expect(lines[0]!.endsWith('\n')).toBe(true);
    },
  );

  test('[A50] a JSON line gives back what was logged', () => {
    const [line] = logged({ format: 'json' }, (log) => log.warn({ field: hostile }, 'said'));
    expect(JSON.parse(line!)).toMatchObject({ level: 'warn', msg: 'said', field: hostile });
    expect(JSON.parse(line!).time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  const key = `baton_abcdefghij23_${'S'.repeat(43)}`;
  const token = `eyJhbGciOiJFUzI1NiJ9.${'p'.repeat(40)}.${'s'.repeat(40)}`;
  test.each(['json', 'pretty'] as const)(
    '[A51] keys and tokens are in no %s line, by name or by look',
    (format) => {
      const lines = logged({ format }, (log) => {
        log.info({
          headers: { authorization: 'Bearer abcdef', cookie: 'abcdef' },
          token: 'abcdef',
          deep: { er: { secret: 'abcdef' } },
        });
        log.info({ url: `/x?k=${key}&t=${token}` }, `got ${key} and ${token}`);
        log.error({ err: new Error(`bad ${key}`) }, 'failed');
      });
      const all = lines.join('');
      for (const secret of ['abcdef"', 'abcdef ', 'SSSSSS', 'ssssss', 'pppppp'])
        expect(all).not.toContain(secret);
      expect(all).toContain('baton_abcdefghij23_[redacted]');
    },
  );

  test('[A52] the pretty form is short, with the stack of an error below', () => {
    const [line, error] = logged({ format: 'pretty', color: false }, (log) => {
      log.info({ port: 7_070, kind: 'uws' }, 'serving');
      log.error({ err: new Error('boom') }, 'failed');
    });
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}serving port=7070 kind=uws\n$/);
    expect(error).toMatch(/^\S+ error failed\n {4}Error: boom\n {4}at /);
    const [colored] = logged({ format: 'pretty', color: true }, (log) => log.warn('careful'));
    expect(colored).toContain('\u001b[33mwarn \u001b[0m');
  });

  test('[A52] what is below the level is not logged', () => {
    expect(logged({ level: 'warn' }, (log) => log.info('x'))).toEqual([]);
    expect(logged({ level: 'silent' }, (log) => log.fatal('x'))).toEqual([]);
  });
});
