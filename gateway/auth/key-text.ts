/**
 * The text of an API key, `baton_<id>_<secret>`, and what is kept of it.
 *
 * The secret has 256 random bits, so a plain SHA-256 keeps it as well as a slow hash would: those
 * exist for passwords, which can be guessed. The text is shown once, when the key is made.
 */
import { createHash, randomBytes } from 'node:crypto';

const keyText = /^baton_([a-z2-7]{12})_([A-Za-z0-9_-]{43})$/;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

export interface KeyText {
  readonly id: string;
  readonly secret: string;
}

export function newKeyText(): KeyText {
  const id = Array.from(randomBytes(12), (byte) => alphabet[byte & 31]).join('');
  return { id, secret: randomBytes(32).toString('base64url') };
}

export function writeKeyText({ id, secret }: KeyText): string {
  return `baton_${id}_${secret}`;
}

/** The parts of a key; undefined for a text that cannot be one. */
export function readKeyText(text: string): KeyText | undefined {
  const [, id, secret] = keyText.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Tells a key from a token: to refuse each in its own words. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith('baton_');
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
