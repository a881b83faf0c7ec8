/** The small pure parts of the servers: addresses, reasons, limits, why listening failed. */
import { describe, expect, test } from 'vitest';
import {
  addressText,
  checkCloseCode,
  closeReason,
  statusLine,
} from '../../gateway/server/http-text.ts';
import { readOpenFilesMax } from '../../gateway/server/open-files.ts';
import { listenError } from '../../gateway/server/start-error.ts';

describe('server texts', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['0000:0000:0000:0000:0000:ffff:0a01:02ff', '10.1.2.255'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', ''],
    [undefined, ''],
  ])('[G1] the address %s is told as %s', (given, told) => {
    expect(addressText(given)).toBe(told);
  });

  test('[G12] a status is a final one, with its reason', () => {
    expect(statusLine(404)).toBe('404 Not Found');
    expect(statusLine(299)).toBe('299 Status');
    for (const wrong of [101, 99, 600, 200.5, Number.NaN])
      expect(() => statusLine(wrong)).toThrow();
  });

  test('[G28] a close code that may not be sent is a bug, and a reason fits its frame', () => {
    for (const good of [1000, 1001, 1008, 1011, 3000, 4999]) checkCloseCode(good);
    for (const wrong of [0, 999, 1005, 1006, 1015, 2999, 5000, 4000.5]) {
      expect(() => checkCloseCode(wrong), String(wrong)).toThrow(/not a close code/);
    }
    expect(closeReason('short')).toBe('short');
    expect(Buffer.byteLength(closeReason('€'.repeat(50)))).toBe(123);
    expect(closeReason('ab' + '€'.repeat(50))).toBe('ab' + '€'.repeat(40));
  });

  test('[G31] why listening failed is told in words', () => {
    expect(listenError('h', 1, 'EADDRINUSE').message).toMatch(/port 1 is in use/);
    expect(listenError('h', 1, 'EACCES').message).toMatch(/privileges/);
    expect(listenError('h', 1, 'ENOTFOUND').message).toMatch(/h is not an address/);
    expect(listenError('h', 1, 'EMFILE').message).toMatch(/file descriptors/);
    expect(listenError('h', 1, 'EWHAT').message).toBe('cannot listen on h:1: EWHAT');
  });

  test('[G34] the limit of open files is read, or is none', () => {
    const text =
      'Limit   Soft Limit   Hard Limit   Units\nMax open files            1024      524288      files     \n';
    expect(readOpenFilesMax(text)).toBe(1_024);
    expect(
      readOpenFilesMax('Max open files            unlimited  unlimited  files\n'),
    ).toBeUndefined();
  });
});
