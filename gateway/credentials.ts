/**
 * Who may come in, as the settings say: the key file, JSON Web Tokens, or whoever comes from this
 * machine (`--insecure-dev`). A first start without any of them makes a key file with one operator
 * key.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { authenticator } from './auth/authenticate.ts';
import type { Authenticate } from './auth/authenticate.ts';
import type { Credential } from './auth/credential.ts';
import { JwtVerifier } from './auth/jwt.ts';
import { createKey } from './auth/key-file.ts';
import { KeyRing } from './auth/keys.ts';
import type { Settings } from './config.ts';
import type { Log } from './log.ts';

export interface Credentials {
  readonly authenticate: Authenticate;
  /** A key was made and can never be shown again: print it, once. */
  readonly firstKey?: { readonly key: string; readonly file: string } | undefined;
  /** A token that lets the demo in until `endGuest`; it is nowhere but in this process. */
  readonly guestToken: string;
  endGuest(): void;
}

/** Throws KeyFileError or JwtSetupError, whose messages name the file and the fault. */
export function openCredentials(settings: Settings, log: Log): Credentials {
  const nowMs = (): number => performance.now();
  const firstKey = needsFirstKey(settings) ? makeFirstKey(settings) : undefined;
  const keysFile =
    firstKey?.file ??
    (existsSync(settings.keysFile) || settings.keysFileNamed ? settings.keysFile : undefined);
  const keys =
    keysFile === undefined
      ? undefined
      : new KeyRing({
          file: keysFile,
          nowMs,
          onProblem: (detail) => log.warn({ detail }, 'the key file cannot be used'),
        });
  const jwt =
    settings.jwt === undefined
      ? undefined
      : new JwtVerifier({
          ...settings.jwt,
          nowMs,
          onProblem: (detail) => log.warn({ detail }, 'the JWKS cannot be used'),
        });
  const guest = new Guest();
  const others = authenticator({
    keys,
    jwt,
    insecureDev: settings.insecureDev,
    host: settings.host,
  });
  return {
    authenticate: (request) => {
      const credential = guest.find(request.headers.get('authorization'));
      return credential === undefined ? others(request) : Promise.resolve(credential);
    },
    firstKey,
    guestToken: guest.token,
    endGuest: () => guest.end(),
  };
}

/** Nobody could come in: no key file, no tokens, and not open for development either. */
function needsFirstKey(settings: Settings): boolean {
  if (settings.insecureDev || settings.keysFileNamed || settings.jwt !== undefined) return false;
  return settings.memory || !existsSync(settings.keysFile);
}

function makeFirstKey(settings: Settings): { key: string; file: string } {
  // With --memory the data directory is not touched, and the key is good for this process only.
  const file = settings.memory
    ? join(mkdtempSync(join(tmpdir(), 'baton-')), 'keys.json')
    : settings.keysFile;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { key } = createKey({
    file,
    name: 'first',
    role: 'operator',
    channels: '*',
    locations: '*',
    now: new Date(),
  });
  return { key, file };
}

/** The demo's own credential. It ends with the demo: its connections are closed then. */
class Guest implements Credential {
  readonly name = 'demo';
  readonly role = 'operator';
  readonly channels = '*';
  readonly locations = '*';
  readonly token = randomBytes(32).toString('base64url');
  readonly #header = Buffer.from(`Bearer ${this.token}`);
  expiresAtMs: number | undefined;

  find(header: string | undefined): this | undefined {
    if (header === undefined || this.expiresAtMs !== undefined) return undefined;
    const given = Buffer.from(header);
    return given.length === this.#header.length && timingSafeEqual(given, this.#header)
      ? this
      : undefined;
  }

  end(): void {
    this.expiresAtMs = 0;
  }
}
