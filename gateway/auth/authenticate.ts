/**
 * Who is this request or connection? A key or token comes in the Authorization header or, from
 * browsers, which cannot set headers on a socket, in a sub-protocol.
 */
import { reject, type Rejection } from '../../actors/rejection.ts';
import { bearerProtocolPrefix } from '../protocol.ts';
import type { HttpRequest } from '../server/server.ts';
import type { Credential } from './credential.ts';
import type { JwtVerifier } from './jwt.ts';
import { looksLikeKey } from './key-text.ts';
import type { KeyRing } from './keys.ts';
import { isLoopbackAuthority, isLoopbackHost } from './loopback.ts';

export interface AuthenticateOptions {
  readonly keys?: KeyRing | undefined;
  readonly jwt?: JwtVerifier | undefined;
  /** Whoever comes from this machine without credentials is an operator. For development only. */
  readonly insecureDev?: boolean | undefined;
  /** Where the server listens: `insecureDev` is refused unless it is loopback. */
  readonly host: string;
}

/**
 * The refusal is `unauthenticated`; or `busy`, when a token's keys cannot be fetched at present.
 */
export type Authenticate = (request: HttpRequest) => Promise<Credential | Rejection>;

const developer: Credential = {
  name: 'insecure-dev',
  role: 'operator',
  channels: '*',
  locations: '*',
};

/** Throws a RangeError for `insecureDev` on a server that others can reach. */
export function authenticator(options: AuthenticateOptions): Authenticate {
  const { keys, jwt, insecureDev = false, host } = options;
  if (insecureDev && !isLoopbackHost(host)) {
    throw new RangeError(`--insecure-dev is for loopback only, not for ${host}`);
  }
  const hint = 'send "Authorization: Bearer <key or token>"';
  return (request) => {
    const token = tokenOf(request);
    if (typeof token !== 'string') return Promise.resolve(token);
    if (token === '') {
      if (insecureDev && isFromHere(request)) return Promise.resolve(developer);
      return Promise.resolve(reject('unauthenticated', `no credentials: ${hint}`));
    }
    if (jwt !== undefined && !looksLikeKey(token)) return jwt.verify(token);
    const found = keys?.find(token);
    return Promise.resolve(
      found ?? reject('unauthenticated', 'this key is not known, or was revoked'),
    );
  };
}

/** The key or token of a request, "" for none. */
function tokenOf(request: HttpRequest): string | Rejection {
  const found = new Set<string>();
  const header = request.headers.get('authorization');
  if (header !== undefined) {
    const [, token] = /^bearer +([^\s,]+) *$/i.exec(header) ?? [];
    if (token === undefined)
      return reject('unauthenticated', 'the Authorization header must say "Bearer <key or token>"');
    found.add(token);
  }
  for (const offer of (request.headers.get('sec-websocket-protocol') ?? '').split(',')) {
    const protocol = offer.trim();
    if (protocol.startsWith(bearerProtocolPrefix))
      found.add(protocol.slice(bearerProtocolPrefix.length));
  }
  if (found.size > 1)
    return reject('unauthenticated', 'the request names different keys or tokens');
  const [token = ''] = found;
  return token;
}

/**
 * From this machine, and meant for it. A page of another site can make this machine's browser
 * connect, or give its own name this machine's address; then Origin or Host tell.
 */
function isFromHere(request: HttpRequest): boolean {
  const origin = request.headers.get('origin');
  return (
    isLoopbackHost(request.remoteAddress) &&
    isLoopbackAuthority(request.headers.get('host')) &&
    (origin === undefined || isLoopbackAuthority(origin))
  );
}
