/**
 * Frames in: the bytes of one message become a checked command, query or control request, or the
 * refusal that names the field at fault. Both sub-protocols end in the same checks (wire-check.ts);
 * frames out stand in wire-encode.ts. Nothing here costs more than a few milliseconds, whatever the
 * bytes say: size is limited before, depth and number of values while decoding. Rules W1… in
 * docs/SPEC.md.
 */
import { isUtf8 } from 'node:buffer';
import type { Command } from '../actors/commands.ts';
import type { Query } from '../actors/queries.ts';
import type { Rejection } from '../actors/rejection.ts';
import { reject } from '../actors/rejection.ts';
import { fieldPath, MalformedError, messagePackDecoder } from './messagepack-decode.ts';
import type { DecodeLimits } from './messagepack-decode.ts';
import { decodeLimits } from './limits.ts';
import type { Protocol } from './protocol.ts';
import { checkCommand, checkControl, checkQuery } from './wire-check.ts';
import {
  isCommandId,
  isCommandKind,
  isControlKind,
  isQueryKind,
  isRequestNumber,
} from './wire-check.ts';
import type { Control } from './wire-check.ts';

/** What a frame turned out to be. `request` is absent when the frame could not be read so far. */
export type Incoming =
  | { readonly is: 'command'; readonly request: number; readonly command: Command }
  | { readonly is: 'query'; readonly request: number; readonly query: Query }
  | { readonly is: 'control'; readonly request: number; readonly control: Control }
  | { readonly is: 'refused'; readonly request: number | undefined; readonly refused: Rejection };

const decodeMessagePack = messagePackDecoder(decodeLimits);

/**
 * Read one frame.
 * @param by the name of the credential the connection came with; goes into a command.
 */
export function readFrame(
  protocol: Protocol,
  data: Uint8Array,
  isBinary: boolean,
  by: string,
): Incoming {
  try {
    if (isBinary !== (protocol === 'baton.msgpack.v1')) {
      throw new MalformedError(`${protocol} uses ${isBinary ? 'text' : 'binary'} frames`, '');
    }
    return check(isBinary ? decodeMessagePack(data) : decodeJson(data), by);
  } catch (error) {
    // Anything else is a bug of ours and goes up to the server's incident door.
    if (!(error instanceof MalformedError)) throw error;
    return refusedAs(undefined, malformed(error));
  }
}

/** The refusal that tells a MalformedError. */
export function malformed(error: MalformedError): Rejection {
  const code = error.tooLarge ? 'too-large' : 'malformed';
  return reject(code, error.message, error.field === '' ? undefined : error.field);
}

function refusedAs(request: number | undefined, refused: Rejection): Incoming {
  return { is: 'refused', request, refused };
}

function check(frame: unknown, by: string): Incoming {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new MalformedError('a frame is one object', '');
  }
  const { request, kind, commandId, body } = frame as Record<string, unknown>;
  if (!isRequestNumber(request)) {
    throw new MalformedError('must be an integer from 0 to 2^53 − 1', 'request');
  }
  for (const field in frame) {
    if (field !== 'request' && field !== 'kind' && field !== 'commandId' && field !== 'body') {
      return refusedAs(request, reject('malformed', 'no such field', fieldPath([field])));
    }
  }
  if (typeof kind !== 'string')
    return refusedAs(request, reject('malformed', 'must be a string', 'kind'));
  if (isCommandKind(kind)) {
    if (!isCommandId(commandId)) {
      const detail = 'a command needs an id of 1 to 64 visible ASCII characters';
      return refusedAs(request, reject('malformed', detail, 'commandId'));
    }
    const command = checkCommand(kind, commandId, by, body);
    return 'code' in command ? refusedAs(request, command) : { is: 'command', request, command };
  }
  if (commandId !== undefined) {
    return refusedAs(request, reject('malformed', 'goes with commands only', 'commandId'));
  }
  return checkOther(request, kind, body);
}

function checkOther(request: number, kind: string, body: unknown): Incoming {
  if (isQueryKind(kind)) {
    const query = checkQuery(kind, body);
    return 'code' in query ? refusedAs(request, query) : { is: 'query', request, query };
  }
  if (isControlKind(kind)) {
    const control = checkControl(kind, body);
    return 'code' in control ? refusedAs(request, control) : { is: 'control', request, control };
  }
  return refusedAs(
    request,
    reject('malformed', 'no such kind of command, query or request', 'kind'),
  );
}

/**
 * Decode JSON bytes within the wire's limits.
 * @throws MalformedError
 */
export function decodeJson(data: Uint8Array, limits: DecodeLimits = decodeLimits): unknown {
  const seen = scanJson(data, limits);
  if (seen.high && !isUtf8(data)) throw new MalformedError('must be well-formed UTF-8', '');
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString(seen.high ? 'utf8' : 'latin1'));
  } catch {
    // A SyntaxError, whose text repeats what the peer sent: ours does not.
    throw new MalformedError('not JSON', '');
  }
  if (seen.minus) refuseNegativeZero(value, []);
  return value;
}

interface Scan {
  /** There are bytes beyond ASCII. */
  high: boolean;
  /** There is a minus sign outside strings. */
  minus: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * One pass over the bytes, before anything is built: how deep, how many values, what to look at.
 */
function scanJson(data: Uint8Array, limits: DecodeLimits): Scan {
  const seen: Scan = { high: false, minus: false };
  let depth = 0;
  let values = 0;
  let any = 0;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    any |= byte;
    if (byte === quote) {
      at += 1;
      for (; at < data.length; at += 1) {
        const inner = data[at] ?? 0;
        any |= inner;
        if (inner === quote) break;
        if (inner === backslash) at += 1;
      }
    } else if (byte === 0x2c || byte === 0x3a) {
      values += 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      values += 1;
      depth += 1;
      if (depth > limits.depthMax) throw new MalformedError('nested too deeply', '', true);
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    } else if (byte === 0x2d) {
      seen.minus = true;
    }
  }
  // Each field counts twice here, by its colon and its comma.
  if (values > 2 * limits.valuesMax)
    throw new MalformedError('too many values in one message', '', true);
  seen.high = any > 0x7f;
  return seen;
}

/** −0 is no quantity and survives no round trip; the path is built only on the way to it. */
function refuseNegativeZero(value: unknown, path: (string | number)[]): void {
  if (typeof value === 'number') {
    if (Object.is(value, -0))
      throw new MalformedError('must not be negative zero', fieldPath(path));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const level = path.length;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path[level] = index;
      refuseNegativeZero(value[index], path);
    }
  } else {
    for (const key in value) {
      path[level] = key;
      refuseNegativeZero((value as Record<string, unknown>)[key], path);
    }
  }
  path.length = level;
}
