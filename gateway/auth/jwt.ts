/**
 * JSON Web Tokens: signatures by the keys of a JWKS, from a file or an https address, and the
 * claims that say who the holder is. Only asymmetric algorithms: a shared secret that checks tokens
 * can also make them.
 */
import { readFileSync, statSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JSONWebKeySet } from 'jose';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { isLoopbackHost } from './loopback.ts';
import { ChannelsSchema, LocationsSchema, NameSchema, RoleSchema } from './credential.ts';
import type { Credential } from './credential.ts';

const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const clockToleranceSeconds = 30;
const tokenCharsMax = 8_192;
const lookEveryMs = 1_000;

/** What a token says about its holder, under the claim `baton` unless told otherwise. */
const HolderSchema = Type.Object({
  role: RoleSchema,
  channels: Type.Optional(ChannelsSchema),
  locations: Type.Optional(LocationsSchema),
});
const holderCheck = Compile(HolderSchema);
const nameCheck = Compile(NameSchema);

/** The settings of JWT do not work together, or the JWKS cannot be read. */
export class JwtSetupError extends Error {
  override readonly name = 'JwtSetupError';
}

export interface JwtOptions {
  /** A file, or an address: https, or http of this machine. */
  readonly jwks: string;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** The claim that holds role, channels and locations. Default `baton`. */
  readonly claim?: string | undefined;
  /** Milliseconds of a clock that does not jump, to look at a JWKS file at most once a second. */
  readonly nowMs: () => number;
  /** The JWKS changed and cannot be used (the one before stays), or cannot be fetched. */
  readonly onProblem: (detail: string) => void;
}

export class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #keys: JWTVerifyGetKey;

  /** Throws a JwtSetupError for a file that is no JWKS or an address that may not be used. */
  constructor(options: JwtOptions) {
    this.#options = options;
    this.#keys = /^https?:/i.test(options.jwks) ? remoteKeys(options.jwks) : fileKeys(options);
  }

  /** Who holds this token; or a refusal, which says what is wrong with it. */
  async verify(token: string): Promise<Credential | Rejection> {
    const { issuer, audience, claim = 'baton' } = this.#options;
    if (token.length > tokenCharsMax)
      return refuse(`the token is longer than ${tokenCharsMax} characters`);
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
        ...(issuer === undefined ? {} : { issuer }),
        ...(audience === undefined ? {} : { audience }),
      });
      return credentialOf(payload, claim);
    } catch (error) {
      return this.#refusal(error);
    }
  }

  #refusal(error: unknown): Rejection {
    if (error instanceof errors.JWTExpired) return refuse('the token expired');
    if (error instanceof errors.JWTClaimValidationFailed) {
      return refuse(`the token's claim "${error.claim}" is missing or not what it must be`);
    }
    if (error instanceof errors.JOSEAlgNotAllowed)
      return refuse('the token is signed in a way that is not allowed');
    if (error instanceof errors.JWKSNoMatchingKey)
      return refuse('the token is signed by a key that is not known');
    if (error instanceof errors.JWSSignatureVerificationFailed)
      return refuse('the token’s signature is wrong');
    if (isBadToken(error)) return refuse('the token cannot be read');
    // What is left is the JWKS: unreachable, slow, or not a JWKS. The caller is not at fault and
    // may come again.
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onProblem(`the JWKS at ${this.#options.jwks} cannot be used: ${why}`);
    return reject('busy', 'tokens cannot be checked at present: their keys cannot be fetched');
  }
}

function refuse(detail: string): Rejection {
  return reject('unauthenticated', detail);
}

function isBadToken(error: unknown): boolean {
  return (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

function credentialOf(payload: JWTPayload, claim: string): Credential | Rejection {
  const { sub: name, exp = 0 } = payload;
  if (!nameCheck.Check(name))
    return refuse('the token’s claim "sub" is not a name of 1 to 80 characters');
  const holder = payload[claim];
  if (!holderCheck.Check(holder)) {
    const [first] = holderCheck.Errors(holder);
    const where =
      first === undefined ? '' : `${first.instancePath.replaceAll('/', '.')}: ${first.message}`;
    return refuse(
      `the token's claim "${claim}" does not say who its holder is${where && ` (${where})`}`,
    );
  }
  const { role, channels = [], locations = [] } = holder;
  return { name, role, channels, locations, expiresAtMs: (exp + clockToleranceSeconds) * 1_000 };
}

function remoteKeys(address: string): JWTVerifyGetKey {
  if (!URL.canParse(address)) throw new JwtSetupError(`${address} is not an address of a JWKS`);
  const url = new URL(address);
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname)) {
    throw new JwtSetupError(`the JWKS must come by https, or from this machine: ${address}`);
  }
  return createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    // A token with an unknown key makes the keys be fetched again, but not more often than this.
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
}

/** The keys of a file, read again when it changed, looked at when a token comes. */
function fileKeys(options: JwtOptions): JWTVerifyGetKey {
  const { jwks: file, nowMs, onProblem } = options;
  let seen = modifiedMs(file);
  let lookedMs = nowMs();
  let keys = readKeys(file);
  const look = (): void => {
    if (nowMs() - lookedMs < lookEveryMs) return;
    lookedMs = nowMs();
    const modified = modifiedMs(file);
    if (modified === seen) return;
    seen = modified;
    try {
      keys = readKeys(file);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (header, token) => {
    look();
    return keys(header, token);
  };
}

function modifiedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function readKeys(file: string): JWTVerifyGetKey {
  try {
    const set = JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet;
    return createLocalJWKSet(set);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JwtSetupError(`the JWKS file ${file} cannot be used: ${why}`);
  }
}
