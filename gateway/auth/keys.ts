/**
 * API keys in use: those of one file, found by their text, ended in every hand when they are
 * revoked.
 */
import { timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ChannelId, LocationId } from '../../actors/ids.ts';
import type { Credential, Role, Scope } from './credential.ts';
import { listKeys, type KeyEntry } from './key-file.ts';
import { hashSecret, readKeyText } from './key-text.ts';

/** How long a change of the file may go unnoticed. */
const lookEveryMs = 1_000;

export interface KeyRingOptions {
  readonly file: string;
  /** Milliseconds of a clock that does not jump. */
  readonly nowMs: () => number;
  /** The file changed and cannot be used: the keys known before stay good. */
  readonly onProblem: (detail: string) => void;
}

/**
 * The keys of one file. The file is looked at when somebody asks for a key or a key's end, at most
 * once a second; watching it would miss changes on some file systems.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #keys = new Map<string, Key>();
  #seen = '';
  #lookedMs: number;

  /**
   * Throws a KeyFileError when the file is missing, not a key file, or may be changed by others.
   */
  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#lookedMs = options.nowMs();
    this.#seen = signature(options.file);
    this.#load();
  }

  /** Keys that may be used. */
  get count(): number {
    let count = 0;
    for (const key of this.#keys.values()) count += key.isRevoked ? 0 : 1;
    return count;
  }

  /**
   * Whose key this is; undefined for one that is unknown, wrong or revoked, which looks all the
   * same.
   */
  find(text: string): Credential | undefined {
    this.look();
    const { id, secret } = readKeyText(text) ?? { id: '', secret: '' };
    const key = this.#keys.get(id) ?? nobody;
    // Compared for an unknown id as well: the time it takes says nothing.
    const isRight = key.matches(hashSecret(secret));
    return isRight && key !== nobody && !key.isRevoked ? key : undefined;
  }

  /** Read the file again when it changed, at most once a second. */
  look(): void {
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#lookedMs < lookEveryMs) return;
    this.#lookedMs = nowMs;
    const { file, onProblem } = this.#options;
    try {
      const seen = signature(file);
      if (seen === this.#seen) return;
      // Noted before it is read: a file that cannot be used is reported once, not every second.
      this.#seen = seen;
      this.#load();
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
  }

  #load(): void {
    const keys = new Map<string, Key>();
    for (const entry of listKeys(this.#options.file)) {
      keys.set(entry.id, new Key(entry, () => this.look()));
    }
    // Connections hold the credential of their key: what ended must end in their hands.
    for (const [id, key] of this.#keys) {
      const next = keys.get(id);
      if (next === undefined || next.isRevoked || !next.isSame(key)) key.revoke();
      else keys.set(id, key);
    }
    this.#keys = keys;
  }
}

/** What tells one state of a file from another without reading it. */
function signature(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

/** The credential of one key. Revoked, it expires in the hands of whoever holds it. */
class Key implements Credential {
  readonly name: string;
  readonly role: Role;
  readonly channels: Scope<ChannelId>;
  readonly locations: Scope<LocationId>;
  readonly #hash: Buffer;
  readonly #look: () => void;
  #isRevoked: boolean;

  constructor(entry: KeyEntry, look: () => void) {
    this.name = entry.name;
    this.role = entry.role;
    this.channels = entry.channels;
    this.locations = entry.locations;
    this.#hash = Buffer.from(entry.hash, 'hex');
    this.#look = look;
    this.#isRevoked = entry.revokedAt !== undefined;
  }

  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  /**
   * Asked by each open connection every second, which is also how a revocation is noticed on a
   * quiet server.
   */
  get expiresAtMs(): number | undefined {
    this.#look();
    return this.#isRevoked ? 0 : undefined;
  }

  revoke(): void {
    this.#isRevoked = true;
  }

  /** Whether it allows the same: a key that was given other rights ends, and is found anew. */
  isSame(other: Key): boolean {
    const facts = ({ name, role, channels, locations }: Key): string =>
      JSON.stringify([name, role, channels, locations]);
    return facts(this) === facts(other) && other.matches(this.#hash);
  }

  matches(hash: Buffer): boolean {
    return timingSafeEqual(hash, this.#hash);
  }
}

/** Stands in for a key that is not known. */
const nobody = new Key(
  {
    id: '',
    name: '',
    role: 'storefront',
    channels: [],
    locations: [],
    hash: '0'.repeat(64),
    createdAt: '',
  },
  () => undefined,
);
