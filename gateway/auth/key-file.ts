/**
 * The file of API keys: what it holds, how strictly it is read, how it is changed. It is replaced
 * whole, by rename, so a reader finds the old one or the new one; only its owner may read or write
 * it.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ChannelId, LocationId } from '../../actors/ids.ts';
import { ChannelsSchema, LocationsSchema, NameSchema, RoleSchema } from './credential.ts';
import type { Role, Scope } from './credential.ts';
import { hashSecret, looksLikeKey, newKeyText, readKeyText, writeKeyText } from './key-text.ts';

const exact = { additionalProperties: false } as const;
const Instant = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z$',
});

const KeyEntrySchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z2-7]{12}$' }),
    name: NameSchema,
    role: RoleSchema,
    channels: ChannelsSchema,
    locations: LocationsSchema,
    /** SHA-256 of the secret, in hex. */
    hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    createdAt: Instant,
    revokedAt: Type.Optional(Instant),
  },
  exact,
);
type Stored = Static<typeof KeyEntrySchema>;
export interface KeyEntry extends Omit<Stored, 'channels' | 'locations'> {
  readonly channels: Scope<ChannelId>;
  readonly locations: Scope<LocationId>;
}

const fileFormat = 'baton.keys.v1';
const KeyFileSchema = Type.Object(
  { format: Type.Literal(fileFormat), keys: Type.Array(KeyEntrySchema, { maxItems: 10_000 }) },
  exact,
);
const keyFileCheck = Compile(KeyFileSchema);

/**
 * The key file cannot be used, or not be changed as asked. The message names the file and the
 * fault.
 */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** The entries of a key file's text. Throws a KeyFileError that names the entry at fault. */
function decodeEntries(file: string, text: string): readonly KeyEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's message may quote the file, which is nobody's business in a log.
    throw new KeyFileError(`key file ${file} is not JSON`, {
      cause: error instanceof Error ? error.name : error,
    });
  }
  if (!keyFileCheck.Check(value)) {
    const [first] = keyFileCheck.Errors(value);
    const where = first === undefined ? '' : ` at ${first.instancePath || '/'}: ${first.message}`;
    throw new KeyFileError(`key file ${file} is not as ${fileFormat} says${where}`);
  }
  const ids = new Set<string>();
  for (const { id } of value.keys) {
    if (ids.has(id)) throw new KeyFileError(`key file ${file} has the id ${id} twice`);
    ids.add(id);
  }
  return value.keys;
}

/** Who else may write the file may make keys for himself. */
function checkMode(file: string): void {
  if (process.platform === 'win32') return;
  if ((statSync(file).mode & 0o022) !== 0) {
    throw new KeyFileError(`key file ${file} may be changed by others: chmod 600 it`);
  }
}

/** All entries, revoked ones included. */
export function listKeys(file: string): readonly KeyEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KeyFileError(`key file cannot be read: ${why}`);
  }
  checkMode(file);
  return decodeEntries(file, text);
}

export interface NewKey {
  readonly file: string;
  readonly name: string;
  readonly role: Role;
  readonly channels: Scope<ChannelId>;
  readonly locations: Scope<LocationId>;
  readonly now: Date;
}

/**
 * Add a key to a file, which is made when it is not there. The text returned is the only copy of
 * the secret. Throws a KeyFileError.
 */
export function createKey(settings: NewKey): { readonly id: string; readonly key: string } {
  const { file, name, role, channels, locations, now } = settings;
  const text = newKeyText();
  const hash = hashSecret(text.secret).toString('hex');
  const entry = {
    id: text.id,
    name,
    role,
    channels,
    locations,
    hash,
    createdAt: now.toISOString(),
  };
  change(file, (entries) => [...entries, entry]);
  return { id: text.id, key: writeKeyText(text) };
}

/**
 * End a key, by its id or by its whole text. The entry stays, as a record. Throws a KeyFileError.
 */
export function revokeKey(file: string, idOrKey: string, now: Date): KeyEntry {
  const id = looksLikeKey(idOrKey) ? (readKeyText(idOrKey)?.id ?? '') : idOrKey;
  let found: KeyEntry | undefined;
  change(file, (entries) =>
    entries.map((entry) => {
      if (entry.id !== id) return entry;
      found = { ...entry, revokedAt: entry.revokedAt ?? now.toISOString() };
      return found;
    }),
  );
  if (found === undefined) throw new KeyFileError(`key file ${file} has no key with the id ${id}`);
  return found;
}

function change(file: string, edit: (entries: readonly KeyEntry[]) => readonly KeyEntry[]): void {
  const draft = `${file}.new`;
  let descriptor: number;
  try {
    // Made only if it is not there: it is also the lock between two changes at once.
    descriptor = openSync(draft, 'wx', 0o600);
  } catch (error) {
    const isLocked = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = isLocked
      ? `another change is under way; if none is, remove ${draft}`
      : String(error instanceof Error ? error.message : error);
    throw new KeyFileError(`key file ${file} cannot be changed: ${why}`);
  }
  try {
    const keys = edit(existsSync(file) ? listKeys(file) : []);
    const text = `${JSON.stringify({ format: fileFormat, keys }, undefined, 2)}\n`;
    // What could not be read again must not be written: a name too long, one key too many.
    decodeEntries(file, text);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
