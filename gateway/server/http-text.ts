/**
 * The text of HTTP that both servers share: status lines, header checks, joined headers, addresses.
 * Neither server may send what passes through here unchecked: uWebSockets.js sends any bytes it is
 * given.
 */
import { assert } from '../../engine/assert.ts';

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
};

/** `404 Not Found`; a status without a known reason stands alone with "Status". */
export function statusLine(status: number): string {
  assert(
    Number.isInteger(status) && status >= 200 && status <= 599,
    `not a final status: ${status}`,
  );
  return `${status} ${reasons[status] ?? 'Status'}`;
}

/** Whether an answer of this status to this method carries no body. */
export function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

const headerName = /^[a-z0-9-]+$/i;
const headerValue = /^[\t\x20-\x7e]*$/;

/**
 * Throws a Bug for a header that could break out of its line: values from outside are encoded
 * before.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const name in headers) {
    const value = headers[name];
    assert(
      headerName.test(name) && value !== undefined && headerValue.test(value),
      `not a header: ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    );
  }
}

/**
 * Add one header of a request; a repeated one is joined, so two lengths or two credentials never
 * pass as one.
 */
export function addHeader(headers: Map<string, string>, name: string, value: string): void {
  const earlier = headers.get(name);
  headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
}

/**
 * The length that a request declares, undefined when it declares none, NaN when what it says is not
 * one length: servers and proxies that read such a request differently can be played off against
 * each other.
 */
export function declaredLength(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get('content-length');
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) && !headers.has('transfer-encoding') ? Number(text) : Number.NaN;
}

/** Why an upgrade request cannot become a WebSocket, as status and text; undefined when it can. */
export function upgradeFault(
  headers: ReadonlyMap<string, string>,
): { readonly status: number; readonly body: string } | undefined {
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    return { status: 400, body: 'only an upgrade to websocket is served here' };
  }
  if (headers.get('sec-websocket-version') !== '13') {
    return { status: 426, body: 'WebSocket version 13 (RFC 6455) is required' };
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers.get('sec-websocket-key') ?? '')) {
    return { status: 400, body: 'Sec-WebSocket-Key must be 16 bytes in base64' };
  }
  return undefined;
}

/** Whether `protocol` is one of those a client offered. */
export function isOffered(headers: ReadonlyMap<string, string>, protocol: string): boolean {
  const offered = headers.get('sec-websocket-protocol') ?? '';
  return offered.split(',').some((one) => one.trim() === protocol);
}

const mappedPrefix = /^(?:::ffff:|(?:0000:){5}ffff:)/i;

/** An address as text in its short form: `127.0.0.1`, `2001:db8::1`; "" when it is not known. */
export function addressText(address: string | undefined): string {
  if (address === undefined || address === '') return '';
  if (!address.includes(':')) return address;
  const rest = address.replace(mappedPrefix, '');
  if (rest.includes('.')) return rest;
  if (rest !== address) {
    const [high = '0', low = '0'] = rest.split(':');
    const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
    return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
  }
  const bare = address.replace(/%.*$/, '');
  return new URL(`http://[${bare}]`).hostname.slice(1, -1);
}

/** A close reason cut to the 123 bytes that fit a control frame, at a character. */
export function closeReason(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason;
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, 123)).replace(/\ufffd+$/, '');
}

const ownCodes = new Set([1000, 1001, 1008, 1011]);

/** Throws a Bug for a close code that may not be sent. */
export function checkCloseCode(code: number): void {
  const isApplications = Number.isInteger(code) && code >= 3000 && code <= 4999;
  assert(ownCodes.has(code) || isApplications, `not a close code: ${code}`);
}
