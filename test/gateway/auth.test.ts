/**
 * From a request to a credential: header or sub-protocol, key or token, and the insecure door for
 * developers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticator, type AuthenticateOptions } from '../../gateway/auth/authenticate.ts';
import { JwtVerifier } from '../../gateway/auth/jwt.ts';
import { createKey } from '../../gateway/auth/key-file.ts';
import { KeyRing } from '../../gateway/auth/keys.ts';
import { isLoopbackAuthority, isLoopbackHost } from '../../gateway/auth/loopback.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-auth-'));
afterAll(() => rmSync(folder, { recursive: true }));
let key = '';
let token = '';
let options: AuthenticateOptions;

beforeAll(async () => {
  const file = join(folder, 'keys.json');
  key = createKey({
    file,
    name: 'ops',
    role: 'operator',
    channels: '*',
    locations: '*',
    now: new Date(),
  }).key;
  const pair = await generateKeyPair('ES256');
  const jwks = join(folder, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ keys: [await exportJWK(pair.publicKey)] }));
  token = await new SignJWT({ baton: { role: 'agent' } })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject('bot')
    .setExpirationTime('1h')
    .sign(pair.privateKey);
  const nowMs = (): number => performance.now();
  const onProblem = (): void => undefined;
  options = {
    keys: new KeyRing({ file, nowMs, onProblem }),
    jwt: new JwtVerifier({ jwks, nowMs, onProblem }),
    host: '0.0.0.0',
  };
});

const ask = (
  headers: Record<string, string>,
  more: Partial<AuthenticateOptions> = {},
  remoteAddress = '127.0.0.1',
) =>
  authenticator({ ...options, ...more })({
    method: 'GET',
    path: '/',
    query: '',
    body: new Uint8Array(),
    remoteAddress,
    headers: new Map(Object.entries(headers)),
  });

describe('authentication', () => {
  test('[A20] a key or a token comes in the header or in a sub-protocol', async () => {
    expect(await ask({ authorization: `Bearer ${key}` })).toMatchObject({
      name: 'ops',
      role: 'operator',
    });
    expect(await ask({ authorization: `bearer  ${token} ` })).toMatchObject({
      name: 'bot',
      role: 'agent',
    });
    expect(
      await ask({ 'sec-websocket-protocol': `baton.json.v1, baton.bearer.${key}` }),
    ).toMatchObject({ name: 'ops' });
    expect(
      await ask({ 'sec-websocket-protocol': `baton.bearer.${token},baton.json.v1` }),
    ).toMatchObject({ name: 'bot' });
    expect(
      await ask({
        authorization: `Bearer ${key}`,
        'sec-websocket-protocol': `baton.bearer.${key}`,
      }),
    ).toMatchObject({ name: 'ops' });
  });

  test.each([
    ['nothing', {}, /no credentials/],
    ['another scheme', { authorization: 'Basic b3BzOm9wcw==' }, /must say "Bearer/],
    ['an empty header', { authorization: '' }, /must say/],
    ['two headers', { authorization: 'Bearer a, Bearer b' }, /must say/],
    ['a wrong key', { authorization: `Bearer baton_aaaaaaaaaaaa_${'A'.repeat(43)}` }, /not known/],
    ['a wrong token', { authorization: 'Bearer abc' }, /cannot be read/],
    [
      'two different ones',
      { authorization: 'Bearer a', 'sec-websocket-protocol': 'baton.bearer.b' },
      /different/,
    ],
    ['an empty sub-protocol', { 'sec-websocket-protocol': 'baton.bearer.' }, /no credentials/],
  ])(
    '[A21] %s is refused as unauthenticated, in words',
    async (_what, headers: Record<string, string>, words) => {
      const refused = await ask(headers, { insecureDev: false });
      expect(refused).toMatchObject({ code: 'unauthenticated' });
      expect((refused as { detail: string }).detail).toMatch(words);
    },
  );

  test('[A21] without a key file or a JWKS every key and token is refused', async () => {
    for (const text of [key, token]) {
      expect(
        await ask({ authorization: `Bearer ${text}` }, { keys: undefined, jwt: undefined }),
      ).toHaveProperty('code');
    }
  });

  test('[A22] the insecure door is for who comes from this machine, to this machine, without credentials', async () => {
    const dev = { insecureDev: true, host: '127.0.0.1' };
    const here = { host: 'localhost:7070' };
    expect(await ask(here, dev)).toMatchObject({ role: 'operator', channels: '*', locations: '*' });
    expect(await ask({ host: '[::1]:7070' }, dev, '::1')).toMatchObject({ role: 'operator' });
    expect(await ask({ ...here, origin: 'http://127.0.0.1:5173' }, dev)).toMatchObject({
      role: 'operator',
    });
    // From elsewhere, through a name that was made to point here, or by a page of another site.
    expect(await ask(here, dev, '10.0.0.7')).toHaveProperty('code');
    expect(await ask({ host: 'evil.example' }, dev)).toHaveProperty('code');
    expect(await ask({}, dev)).toHaveProperty('code');
    expect(await ask({ ...here, origin: 'https://evil.example' }, dev)).toHaveProperty('code');
    expect(await ask({ ...here, origin: 'null' }, dev)).toHaveProperty('code');
    // Credentials that are wrong are wrong here too.
    expect(await ask({ ...here, authorization: 'Bearer baton_x' }, dev)).toHaveProperty('code');
  });

  test('[A22] the insecure door does not open on a server that others can reach', () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'shop.example', '']) {
      expect(() => authenticator({ insecureDev: true, host })).toThrow(/loopback only/);
    }
  });

  test('[A22] what leads back to this machine', () => {
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      expect(isLoopbackHost(host)).toBe(true);
    for (const host of [
      '',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '0.0.0.0',
      '::',
      '128.0.0.1',
    ]) {
      expect(isLoopbackHost(host)).toBe(false);
    }
    expect(isLoopbackAuthority('localhost:1')).toBe(true);
    expect(isLoopbackAuthority('http://localhost@evil.example')).toBe(false);
    expect(isLoopbackAuthority('null')).toBe(false);
  });
});
