/** Frames no honest client sends, in both sub-protocols, with the refusal each must get. */
import { Packr } from 'msgpackr';

export interface HostileFrame {
  readonly name: string;
  readonly code: 'malformed' | 'too-large';
  readonly field?: string;
  /** The request number the refusal comes under, when the frame could be read so far. */
  readonly request?: number;
  readonly json?: Uint8Array;
  readonly msgpack?: Uint8Array;
}

const packr = new Packr({ useRecords: false, variableMapSize: true });
const records = new Packr({ useRecords: true });
const rich = new Packr({ useRecords: false, moreTypes: true, structuredClone: true });

export const placeOrder = {
  orderId: 'o1', channel: 'web', destination: { country: 'GB' },
  lines: [{ sku: 'A', quantity: 1 }, { sku: 'B', quantity: 2 }],
};

/** A place-order frame whose body was changed. */
const place = (body: unknown): Record<string, unknown> => ({ request: 5, kind: 'order.place', commandId: 'c1', body });
const withLine = (line: unknown): unknown => place({ ...placeOrder, lines: [{ sku: 'A', quantity: 1 }, line] });

const both = (name: string, code: HostileFrame['code'], field: string, frame: unknown): HostileFrame => ({
  name, code, field, request: 5, json: Buffer.from(JSON.stringify(frame)), msgpack: packr.pack(frame),
});
const text = (name: string, code: HostileFrame['code'], raw: string | Buffer, field?: string, request?: number): HostileFrame => ({
  name, code, json: Buffer.from(raw), ...(field === undefined ? {} : { field }), ...(request === undefined ? {} : { request }),
});
const bytes = (name: string, code: HostileFrame['code'], msgpack: Uint8Array, field?: string): HostileFrame => ({
  name, code, msgpack, ...(field === undefined ? {} : { field }),
});

/** A MessagePack frame in which one value is these raw bytes. */
function splice(value: number[]): Buffer {
  const marker = 'MARKERMARKER';
  const whole = packr.pack(withLine({ sku: 'B', quantity: marker }));
  const at = whole.indexOf(marker) - 1;
  return Buffer.concat([whole.subarray(0, at), Buffer.from(value), whole.subarray(at + 1 + marker.length)]);
}
const spliced = (name: string, value: number[], code: HostileFrame['code'] = 'malformed'): HostileFrame =>
  bytes(name, code, splice(value), 'body.lines[1].quantity');
const quantityText = (number: string): string =>
  JSON.stringify(withLine({ sku: 'B', quantity: 777777 })).replace('777777', number);

export const frames: readonly HostileFrame[] = [
  text('an empty text', 'malformed', ''),
  text('half a frame', 'malformed', JSON.stringify(place(placeOrder)).slice(0, 80)),
  text('a frame with a tail', 'malformed', `${JSON.stringify(place(placeOrder))}x`),
  text('invalid UTF-8', 'malformed', Buffer.from([...Buffer.from('{"request":5,"kind":"'), 0xc3, 0x28, 0x22, 0x7d])),
  text('a byte-order mark', 'malformed', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{}')])),
  text('nesting of 100,000', 'too-large', '['.repeat(100_000)),
  text('objects nested 100,000 deep', 'too-large', '{"a":'.repeat(50_000)),
  text('200,000 empty values', 'too-large', `[${'0,'.repeat(120_000)}0]`),
  text('a string that never ends', 'malformed', `"${'\\'.repeat(200_000)}`),
  text('an infinite quantity', 'malformed', quantityText('1e400'), 'body.lines[1].quantity', 5),
  text('a quantity of 2^53', 'malformed', quantityText('9007199254740993'), 'body.lines[1].quantity', 5),
  text('a negative zero', 'malformed', quantityText('-0'), 'body.lines[1].quantity'),
  text('a negative zero by underflow', 'malformed', quantityText('-1e-400'), 'body.lines[1].quantity'),
  text('a "__proto__" key', 'malformed', JSON.stringify(place(placeOrder)).replace('"orderId"', '"__proto__":{"x":1},"orderId"'), 'body.__proto__', 5),
  text('a "__proto__" key spelled with an escape', 'malformed', JSON.stringify(place(placeOrder)).replace('"orderId"', '"\\u005f_proto__":{"x":1},"orderId"'), 'body.__proto__', 5),
  text('a lone surrogate', 'malformed', JSON.stringify(place({ ...placeOrder, customer: 'X' })).replace('"X"', '"\\ud800"'), 'body.customer', 5),
  { name: 'an array as the frame', code: 'malformed', json: Buffer.from('[]'), msgpack: packr.pack([]) },
  { name: 'null as the frame', code: 'malformed', json: Buffer.from('null'), msgpack: packr.pack(null) },
  { name: 'a frame without a request number', code: 'malformed', field: 'request', json: Buffer.from('{"kind":"ping","body":{}}'), msgpack: packr.pack({ kind: 'ping', body: {} }) },
  { name: 'a request number of −1', code: 'malformed', field: 'request', json: Buffer.from('{"request":-1,"kind":"ping","body":{}}'), msgpack: packr.pack({ request: -1, kind: 'ping', body: {} }) },
  both('an unknown field beside the body', 'malformed', 'extra', { ...place(placeOrder), extra: 1 }),
  both('an unknown kind', 'malformed', 'kind', { request: 5, kind: 'order.destroy', body: {} }),
  both('a kind that names an object’s own property', 'malformed', 'kind', { request: 5, kind: 'constructor', body: {} }),
  both('a kind that is no string', 'malformed', 'kind', { request: 5, kind: 7, body: {} }),
  both('a command without an id', 'malformed', 'commandId', { request: 5, kind: 'order.place', body: placeOrder }),
  both('a command id of 65 characters', 'malformed', 'commandId', { ...place(placeOrder), commandId: 'x'.repeat(65) }),
  both('a command id with a line break', 'malformed', 'commandId', { ...place(placeOrder), commandId: 'a\nb' }),
  both('a query with a command id', 'malformed', 'commandId', { request: 5, kind: 'order.counts', commandId: 'c1', body: {} }),
  both('no body', 'malformed', 'body', { request: 5, kind: 'order.place', commandId: 'c1' }),
  both('a body that is a list', 'malformed', 'body', place([])),
  both('a missing field', 'malformed', 'body.orderId', place({ ...placeOrder, orderId: undefined, lines: placeOrder.lines })),
  both('an unknown field in the body', 'malformed', 'body.total', place({ ...placeOrder, total: 3 })),
  both('an unknown field in a line', 'malformed', 'body.lines[1].price', withLine({ sku: 'B', quantity: 1, price: 3 })),
  both('a "constructor" key', 'malformed', 'body.constructor', place({ ...placeOrder, constructor: { prototype: {} } })),
  both('a quantity of 0', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: 0 })),
  both('a negative quantity', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: -1 })),
  both('a fractional quantity', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: 1.5 })),
  both('a huge quantity', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: 2 ** 52 })),
  both('a quantity as text', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: '5' })),
  both('a quantity of null', 'malformed', 'body.lines[1].quantity', withLine({ sku: 'B', quantity: null })),
  both('no lines', 'malformed', 'body.lines', place({ ...placeOrder, lines: [] })),
  both('3,000 lines', 'too-large', 'body.lines', place({ ...placeOrder, lines: Array.from({ length: 3_000 }, () => ({ sku: 'A', quantity: 1 })) })),
  both('a customer of 100,000 characters', 'too-large', 'body.customer', place({ ...placeOrder, customer: 'x'.repeat(100_000) })),
  both('a SKU of 100,000 characters', 'malformed', 'body.lines[1].sku', withLine({ sku: 'x'.repeat(100_000), quantity: 1 })),
  both('a SKU with a control character', 'malformed', 'body.lines[1].sku', withLine({ sku: 'a\u0000b', quantity: 1 })),
  both('a latitude beyond the pole', 'malformed', 'body.destination.latitude', place({ ...placeOrder, destination: { country: 'GB', latitude: 91 } })),
  both('a word outside its list', 'malformed', 'body.shortage', place({ ...placeOrder, shortage: 'maybe' })),
  both('a topic nobody knows', 'malformed', 'body.topic', { request: 5, kind: 'subscribe', body: { topic: 'everything' } }),
  both('a topic without its key', 'malformed', 'body.orderId', { request: 5, kind: 'subscribe', body: { topic: 'order' } }),
  both('the same SKU twice in a topic', 'malformed', 'body.skus', { request: 5, kind: 'subscribe', body: { topic: 'stock', skus: ['A', 'A'] } }),
  both('5,000 SKUs in a topic', 'too-large', 'body.skus', { request: 5, kind: 'subscribe', body: { topic: 'stock', skus: Array.from({ length: 5_000 }, (_, at) => `s${at}`) } }),
  spliced('NaN', [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
  spliced('infinity', [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
  spliced('a negative zero in MessagePack', [0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0]),
  spliced('a 64-bit integer beyond 2^53', [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  spliced('a string of invalid UTF-8', [0xa2, 0xc3, 0x28]),
  spliced('binary data', [0xc4, 0x01, 0x00]),
  spliced('the reserved byte 0xC1', [0xc1]),
  spliced('a date', [...rich.pack(new Date(0))]),
  spliced('a regular expression', [...rich.pack(/(a+)+$/)]),
  spliced('a set', [...rich.pack(new Set([1]))]),
  spliced('an error', [...rich.pack(new Error('x'))]),
  spliced('an extension of its own', [0xc7, 0x01, 0x64, 0x00]),
  spliced('an array that claims 4 G items', [0xdd, 0xff, 0xff, 0xff, 0xff]),
  spliced('a string that claims 4 GB', [0xdb, 0xff, 0xff, 0xff, 0xff]),
  spliced('a map that claims 4 G fields', [0xdf, 0xff, 0xff, 0xff, 0xff], 'too-large'),
  bytes('an empty frame', 'malformed', Buffer.alloc(0)),
  bytes('a record structure', 'malformed', records.pack(withLine({ sku: 'B', quantity: 1 }))),
  bytes('a frame with a second one behind it', 'malformed', Buffer.concat([packr.pack(place(placeOrder)), packr.pack(1)])),
  bytes('arrays nested 100,000 deep', 'too-large', Buffer.alloc(100_000, 0x91)),
  bytes('maps nested 50,000 deep', 'too-large', Buffer.from('81a161'.repeat(50_000), 'hex')),
  bytes('200,000 nils', 'too-large', Buffer.concat([Buffer.from([0xdd, 0, 3, 0x0d, 0x40]), Buffer.alloc(200_000, 0xc0)])),
  bytes('a number as a field name', 'malformed', Buffer.from([0x81, 0x01, 0x01])),
  bytes('a "__proto__" key in MessagePack', 'malformed', Buffer.concat([Buffer.from([0x81, 0xa9]), Buffer.from('__proto__'), Buffer.from([0x80])]), '__proto__'),
];
