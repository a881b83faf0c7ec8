/** JSON Web Tokens: which are good, what their holder may do, and how each bad one is refused. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JwtVerifier, type JwtOptions } from '../../gateway/auth/jwt.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-jwks-'));
const file = join(folder, 'jwks.json');
const pairs = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
const problems: string[] = [];
let nowMs = 0;

async function publish(...kids: string[]): Promise<string> {
  const keys = [];
  for (const kid of kids) {
    if (!pairs.has(kid)) pairs.set(kid, await generateKeyPair('ES256'));
    keys.push({ ...(await exportJWK(pairs.get(kid)!.publicKey)), kid, alg: 'ES256' });
  }
  return JSON.stringify({ keys });
}

const holder = { role: 'storefront', channels: ['web'], locations: '*' };
function token(
  claims: object = { baton: holder },
  change: (jwt: SignJWT) => SignJWT = (jwt) => jwt,
  kid = 'one',
): Promise<string> {
  const jwt = new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject('shop 1')
    .setIssuer('us')
    .setAudience('baton')
    .setExpirationTime('1h');
  return change(jwt).sign(pairs.get(kid)!.privateKey);
}

const verifier = (options: Partial<JwtOptions> = {}): JwtVerifier =>
  new JwtVerifier({
    jwks: file,
    issuer: 'us',
    audience: 'baton',
    nowMs: () => nowMs,
    onProblem: (detail) => problems.push(detail),
    ...options,
  });

beforeAll(async () => writeFileSync(file, await publish('one')));
afterAll(() => rmSync(folder, { recursive: true }));

describe('JSON Web Tokens', () => {
  test('[A10] a good token names its holder, role, scopes and end', async () => {
    const found = await verifier().verify(await token());
    expect(found).toMatchObject({
      name: 'shop 1',
      role: 'storefront',
      channels: ['web'],
      locations: '*',
    });
    const leftMs = (found as { expiresAtMs: number }).expiresAtMs - Date.now();
    expect(leftMs).toBeGreaterThan(3_600_000);
    expect(leftMs).toBeLessThan(3_640_000);
  });

  test('[A10] scopes that a token leaves out are none; the claim can have another name', async () => {
    const text = await token({ 'https://x.example/baton': { role: 'agent' } });
    const found = await verifier({ claim: 'https://x.example/baton' }).verify(text);
    expect(found).toMatchObject({ role: 'agent', channels: [], locations: [] });
  });

  const bad: [string, () => Promise<string>, RegExp][] = [
    ['is expired', () => token(undefined, (jwt) => jwt.setExpirationTime('31s ago')), /expired/],
    ['is not valid yet', () => token(undefined, (jwt) => jwt.setNotBefore('31s')), /"nbf"/],
    [
      'has no end',
      () =>
        new SignJWT({ baton: holder })
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .setSubject('x')
          .setIssuer('us')
          .setAudience('baton')
          .sign(pairs.get('one')!.privateKey),
      /"exp"/,
    ],
    ['names another issuer', () => token(undefined, (jwt) => jwt.setIssuer('them')), /"iss"/],
    ['names another audience', () => token(undefined, (jwt) => jwt.setAudience('other')), /"aud"/],
    ['names nobody', () => token(undefined, (jwt) => jwt.setSubject('')), /"sub"/],
    [
      'names somebody in two lines',
      () => token(undefined, (jwt) => jwt.setSubject('a\nb')),
      /"sub"/,
    ],
    ['says nothing of its holder', () => token({}), /"baton" does not say/],
    ['has an unknown role', () => token({ baton: { ...holder, role: 'root' } }), /role/],
    ['has a scope of nonsense', () => token({ baton: { ...holder, channels: 'web' } }), /channels/],
    [
      'is signed by an unknown key',
      async () => {
        await publish('two');
        return token(undefined, undefined, 'two');
      },
      /key that is not known/,
    ],
    [
      'has a changed body',
      async () => {
        const [head, , signature] = (await token()).split('.');
        return [head, Buffer.from('{"sub":"x"}').toString('base64url'), signature].join('.');
      },
      /signature/,
    ],
    [
      'is not signed',
      async () =>
        new UnsecuredJWT({ baton: holder }).setSubject('x').setExpirationTime('1h').encode(),
      /not allowed|cannot be read/,
    ],
    [
      'is signed with a shared secret',
      () =>
        new SignJWT({ baton: holder })
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .setSubject('x')
          .setExpirationTime('1h')
          .sign(new Uint8Array(32)),
      /not allowed/,
    ],
    ['is no token', async () => 'hello', /cannot be read/],
    ['is empty in its parts', async () => '..', /cannot be read/],
    ['is very long', async () => 'x'.repeat(8_193), /longer/],
  ];
  test.each(bad)('[A11] a token that %s is refused in words', async (_what, make, words) => {
    const refused = await verifier().verify(await make());
    expect(refused).toMatchObject({ code: 'unauthenticated', retryable: false });
    expect((refused as { detail: string }).detail).toMatch(words);
  });

  test('[A11] clocks may differ by thirty seconds', async () => {
    const late = await token(undefined, (jwt) => jwt.setExpirationTime('25s ago'));
    expect(await verifier().verify(late)).toMatchObject({ role: 'storefront' });
  });

  test('[A12] a changed JWKS file is noticed within a second; a bad one is reported and the old one stays', async () => {
    const own = join(folder, 'own.json');
    writeFileSync(own, await publish('one'));
    const checks = verifier({ jwks: own });
    const next = await publish('three');
    const text = await token(undefined, undefined, 'three');
    writeFileSync(own, next);
    utimesSync(own, 1, 1);
    expect(await checks.verify(text)).toHaveProperty('code');
    nowMs += 1_000;
    expect(await checks.verify(text)).not.toHaveProperty('code');
    writeFileSync(own, 'nonsense');
    utimesSync(own, 2, 2);
    nowMs += 1_000;
    expect(await checks.verify(text)).not.toHaveProperty('code');
    expect(problems.at(-1)).toMatch(/cannot be used/);
  });

  test('[A12] a JWKS comes by https, or from this machine; else it does not start', () => {
    expect(() => verifier({ jwks: 'http://id.example/jwks' })).toThrow(/https/);
    expect(() => verifier({ jwks: join(folder, 'nowhere') })).toThrow(/nowhere/);
    expect(() => verifier({ jwks: 'https://id.example/jwks' })).not.toThrow();
    writeFileSync(join(folder, 'bad.json'), '{"keys":7}');
    expect(() => verifier({ jwks: join(folder, 'bad.json') })).toThrow(/bad\.json cannot be used/);
  });

  test('[A13] keys of an address are fetched once and kept; while it is down the refusal may be retried', async () => {
    let fetched = 0;
    const server: Server = createServer((_request, response) => {
      fetched += 1;
      void publish('one').then((text) => response.end(text));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    const checks = verifier({ jwks });
    for (let at = 0; at < 3; at += 1)
      expect(await checks.verify(await token())).not.toHaveProperty('code');
    // An unknown key makes it look again, but not at once.
    await checks.verify(await token(undefined, undefined, 'two'));
    expect(fetched).toBe(1);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await checks.verify(await token())).not.toHaveProperty('code');
    expect(await verifier({ jwks }).verify(await token())).toMatchObject({
      code: 'busy',
      retryable: true,
    });
    expect(problems.at(-1)).toMatch(/the JWKS at http:.* cannot be used/);
  });
});
