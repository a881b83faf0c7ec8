/** How both servers report a handler that threw, and what they answer themselves. */
import { reject, type RejectionCode } from '../../actors/rejection.ts';
import type { ServerOptions } from './server.ts';

/**
 * Report a bug of a handler. Nothing may be thrown into a native callback, not by the report
 * either.
 */
export function reportIncident(
  options: Pick<ServerOptions, 'onIncident'>,
  error: unknown,
  where: string,
): void {
  try {
    options.onIncident(error, where);
  } catch (second) {
    process.stderr.write(`incident at ${where} could not be reported: ${String(second)}\n`);
  }
}

export const jsonHeaders = { 'content-type': 'application/json' } as const;

/** The body of an answer that the server gives by itself: the same form as every other refusal. */
export function refusalBody(code: RejectionCode, detail: string): string {
  return JSON.stringify({ refused: reject(code, detail) });
}

export const internalBody = refusalBody('internal', 'a bug of this server; it was logged');
export const overdueBody = refusalBody('internal', 'this request was not answered in time');
export const lateBody = refusalBody('malformed', 'the body of this request did not arrive in time');
export const lengthBody = refusalBody('malformed', 'the length of this request is not clear');

export function tooLargeBody(bytesMax: number): string {
  return refusalBody('too-large', `the body is larger than ${bytesMax} bytes`);
}

/** Headers of a refused upgrade. */
export function refusedUpgradeHeaders(status: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' };
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="baton"';
  if (status === 426) headers['sec-websocket-version'] = '13';
  if (status === 503) headers['retry-after'] = '1';
  return headers;
}
