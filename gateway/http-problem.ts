/**
 * Refusals over HTTP: `application/problem+json` (RFC 9457) with our code, retryable and field,
 * under a status of its kind.
 */
import type { Rejection, RejectionCode } from '../actors/rejection.ts';
import type { HttpResponder } from './server/server.ts';

export const problemStatus: Readonly<Record<RejectionCode, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'too-large': 413,
  'too-many': 429,
  busy: 503,
  'storage-full': 507,
  stopping: 503,
  'command-id-reused': 422,
  'external-id-reused': 422,
  'unknown-channel': 422,
  'unknown-location': 422,
  'unknown-carrier': 422,
  'unknown-service': 422,
  'unknown-hold': 422,
  'unknown-sku': 422,
  'changed-since': 409,
  'unmapped-sku': 422,
  'unknown-terminal': 404,
  'wrong-location': 409,
  'not-held': 409,
  'unknown-order': 404,
  'unknown-fulfillment': 404,
  'unknown-reservation': 404,
  'unknown-supply': 404,
  'unknown-buffer': 404,
  'unknown-pool': 404,
  'unknown-plan': 404,
  'unknown-return': 404,
  'unknown-payment': 404,
  'unknown-case': 404,
  'unknown-rates': 404,
  'unknown-parcel': 404,
  'unknown-embargo': 404,
  'unknown-zone': 422,
  'unknown-line': 422,
  'unknown-lot': 422,
  'order-exists': 409,
  'reservation-exists': 409,
  'return-exists': 409,
  'payment-exists': 409,
  'tracking-taken': 409,
  'reservation-expired': 409,
  duplicate: 422,
  contradiction: 422,
  'card-data': 422,
  'sums-differ': 422,
  'invalid-address': 422,
  'lot-required': 422,
  'not-tracked': 422,
  'lot-differs': 409,
  'serial-exists': 409,
  'lot-expired': 409,
  'lot-recalled': 409,
  'not-offered': 409,
  'not-accepted': 409,
  'wrong-state': 409,
  'cause-stands': 409,
  'on-hold': 409,
  'not-returnable': 409,
  'return-window-closed': 409,
  'too-late': 409,
  'invalid-plan': 422,
  'invalid-playbook': 422,
  'unroutable-plan': 409,
  'no-consent': 409,
  'no-substitute': 409,
  'not-enough': 409,
  'over-paid': 409,
  'out-of-stock': 409,
  'kit-in-kit': 422,
  'kit-stock': 422,
  'kit-in-parts': 409,
  'backorder-closed': 409,
  'backorder-full': 409,
  'preorder-full': 409,
  'customer-limit': 409,
  'line-full': 409,
  'rule-excludes': 409,
  'location-closed': 409,
  'no-capacity': 409,
  'carrier-suspended': 409,
  'over-limit': 422,
  internal: 500,
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done as asked',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
  507: 'Storage full',
};

const problemType = 'application/problem+json';

/** Answer a refusal. `position`: how far the engine was; absent when it was not asked. */
export function respondProblem(
  respond: HttpResponder,
  refused: Rejection,
  extra: Readonly<Record<string, string>> = {},
  position?: number,
): void {
  const status = problemStatus[refused.code];
  const headers: Record<string, string> = { 'content-type': problemType, ...extra };
  if (refused.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="baton"';
  if (refused.retryable && status >= 429) headers['retry-after'] = '1';
  const body = { type: 'about:blank', title: titles[status], status, ...refused, position };
  respond.end(status, headers, JSON.stringify(body));
}

/** Answer what has no rejection code: a wrong path, method or content type. */
export function respondStatus(
  respond: HttpResponder,
  status: 404 | 405 | 415,
  detail: string,
  extra: Readonly<Record<string, string>> = {},
): void {
  const headers = { 'content-type': problemType, ...extra };
  const body = {
    type: 'about:blank',
    title: titles[status],
    status,
    code: 'malformed',
    retryable: false,
    detail,
  };
  respond.end(status, headers, JSON.stringify(body));
}
