/** Bytes to checked commands and back: what the gateway does to every message beside the engine. */
import type { Answer } from '../actors/answers.ts';
import { channelId, fulfillmentId, lineId, locationId, orderId, sku } from '../actors/ids.ts';
import { codecs } from '../gateway/client/codec.ts';
import { protocols, type Protocol, type ReplyFrame } from '../gateway/protocol.ts';
import { readFrame } from '../gateway/wire.ts';
import { encodeFrame, Part, PushBody } from '../gateway/wire-encode.ts';
import { Digest, time, timed, type Bench, type Figure, type Size } from './kit.ts';
import { issueShape, Orders } from './workload.ts';

/** Different orders, so that no single one is learnt by heart. */
const orders = 256;
const subscribers = 1_000;

export const wireBench: Bench = {
  name: 'wire',
  measures: 'a frame with a 3-line order decoded and checked; its reply encoded; one stock push encoded for 1,000 subscribers.',
  leavesOut: 'sockets, system calls, authorisation, the engine.',
  async *run(size, only) {
    for (const protocol of protocols) {
      for (const make of [read, reply, push]) {
        const figure = make(size, protocol);
        if (only === undefined || figure.name.includes(only)) yield figure;
        await new Promise(setImmediate);
      }
    }
  },
};

const short = (protocol: Protocol): string => (protocol === 'baton.json.v1' ? 'json' : 'msgpack');
const bytesOf = (frame: string | Uint8Array): Uint8Array => (typeof frame === 'string' ? Buffer.from(frame) : frame.slice());

function read(size: Size, protocol: Protocol): Figure {
  const made = new Orders(issueShape, 'w-');
  const isBinary = protocol === 'baton.msgpack.v1';
  const frames = Array.from({ length: orders }, (_, request) =>
    bytesOf(codecs[protocol].encode({ request, kind: 'order.place', commandId: `c-${request}`, body: made.next() })),
  );
  const digest = new Digest();
  for (const frame of frames) {
    const incoming = readFrame(protocol, frame, isBinary, 'bench');
    if (incoming.is !== 'command') throw new Error('an order was not read as a command');
    digest.add(incoming.command);
  }
  const timing = time(size, 10_000, (index) => {
    readFrame(protocol, frames[index % orders] as Uint8Array, isBinary, 'bench');
  });
  const bytes = frames.reduce((sum, { length }) => sum + length, 0) / orders;
  return timed(`read order.place, ${short(protocol)}`, 'µs/frame', timing, digest.hex(), { size: `${Math.round(bytes)} B` });
}

function reply(size: Size, protocol: Protocol): Figure {
  const answer: Answer<'order.place'> = {
    orderId: orderId('A-1'),
    state: 'released',
    backordered: 0,
    fulfillments: [
      {
        fulfillmentId: fulfillmentId('1'),
        location: locationId('W1'),
        state: 'released',
        distanceKm: 12,
        costMinor: 312,
        lines: ['1', '2', '3'].map((id) => ({ lineId: lineId(id), quantity: 2 })),
      },
    ],
  };
  const frame = (request: number): ReplyFrame => ({ request, ok: answer, position: 1_000 + request });
  const digest = new Digest();
  digest.add(codecs[protocol].decode(encodeFrame(protocol, frame(7))));
  const timing = time(size, 20_000, (index) => void encodeFrame(protocol, frame(index)));
  const { length } = bytesOf(encodeFrame(protocol, frame(7)));
  return timed(`encode reply, ${short(protocol)}`, 'µs/frame', timing, digest.hex(), { size: `${length} B` });
}

/** One body, and a frame for each subscriber. */
function push(size: Size, protocol: Protocol): Figure {
  const change = { sku: sku('SKU-0'), atp: 12_345, channel: channelId('web') };
  const fanOut = (position: number): void => {
    const body = new PushBody(position, 'stock', [new Part(change)]);
    for (let subscription = 1; subscription <= subscribers; subscription += 1) body.frame(protocol, subscription);
  };
  const digest = new Digest();
  digest.add(codecs[protocol].decode(new PushBody(5, 'stock', [new Part(change)]).frame(protocol, 9)));
  const timing = time(size, 50, fanOut);
  return timed(`push to 1,000, ${short(protocol)}`, 'µs/push×1,000', timing, digest.hex());
}
