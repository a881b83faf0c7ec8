import { Packr } from 'msgpackr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecs } from '../../gateway/client/codec.ts';
import { readReplyHead } from '../../gateway/client/reply-head.ts';

const packr = new Packr({ useRecords: false });
/** Maps in their short form, as the server writes them. */
const compact = new Packr({ useRecords: false, variableMapSize: true });
const codec = codecs['baton.msgpack.v1'];
const count = fc.oneof(fc.nat(200), fc.nat(70_000), fc.maxSafeNat());

describe('[C2] a reply read lazily', () => {
  it('has the number, the position and the answer of one decoded whole', () => {
    fc.assert(
      fc.property(count, count, fc.jsonValue(), (request, position, ok) => {
        const frame = packr.pack({ request, ok, position });
        const reply = codec.lazyReply(frame);
        expect([reply?.request, reply?.position]).toEqual([request, position]);
        const whole = codec.decode(frame) as { ok: unknown };
        expect(reply?.ok).toEqual(whole.ok);
        expect(reply?.ok).toBe(reply?.ok);
      }),
      { numRuns: 500 },
    );
  });

  it('reads long strings, long lists and large maps as well', () => {
    for (const size of [31, 32, 255, 256, 70_000]) {
      const ok = ['x'.repeat(size), Array(size).fill(-7), Object.fromEntries([...Array(size).keys()].map((n) => [`k${n}`, 1.5]))];
      const frame = compact.pack({ request: 1, ok, position: 2 });
      expect(codec.lazyReply(frame)?.ok).toEqual(ok);
    }
  });

  it('leaves refusals, pushes, greetings and other orders to the whole decoder', () => {
    for (const frame of [
      { request: 1, refused: { code: 'busy' }, position: 1 },
      { subscription: 1, position: 2, events: [] },
      { hello: { version: 1 } },
      { request: 1, position: 2, ok: 3 },
      { request: -1, ok: 1, position: 2 },
      { request: 1, ok: new Date(0), position: 2 },
    ]) {
      expect(readReplyHead(packr.pack(frame))).toBeUndefined();
    }
  });

  it('never throws, and takes no reply that was cut or goes on', () => {
    const whole = packr.pack({ request: 300, ok: { a: [1, 'two', null, true, 2.5] }, position: 70_000 });
    for (let length = 0; length < whole.length; length++) {
      expect(readReplyHead(whole.subarray(0, length))).toBeUndefined();
    }
    expect(readReplyHead(Buffer.concat([whole, Buffer.of(0)]))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readReplyHead(bytes)));
  });
});
