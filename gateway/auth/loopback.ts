/** What counts as this machine talking to itself. */
import { isIPv4 } from 'node:net';

/** A name or address that only leads back to this machine; brackets around IPv6 are allowed. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return isIPv4(bare) && bare.startsWith('127.');
}

/** The host of a Host or Origin header leads back to this machine; absent headers do not. */
export function isLoopbackAuthority(authority: string | undefined): boolean {
  if (authority === undefined) return false;
  const text = authority.includes('://') ? authority : `http://${authority}`;
  return URL.canParse(text) && isLoopbackHost(new URL(text).hostname);
}
