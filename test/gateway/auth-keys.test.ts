/** API keys: how they are made, kept, found, revoked, and how strictly their file is read. */
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { channelId, locationId } from '../../actors/ids.ts';
import { createKey, listKeys, revokeKey, type NewKey } from '../../gateway/auth/key-file.ts';
import { KeyRing } from '../../gateway/auth/keys.ts';

let folder = '';
let file = '';
let nowMs = 0;
let problems: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-keys-'));
  file = join(folder, 'keys.json');
  nowMs = 0;
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (settings: Partial<NewKey> = {}): { id: string; key: string } =>
  createKey({
    file,
    name: 'shop',
    role: 'storefront',
    channels: [channelId('web')],
    locations: [],
    now: new Date(0),
    ...settings,
  });
const open = (): KeyRing =>
  new KeyRing({ file, nowMs: () => nowMs, onProblem: (detail) => problems.push(detail) });

describe('API keys', () => {
  test('[A1] a key is found by its text and carries name, role and scopes', () => {
    const { key } = make();
    make({ name: 'gate 3', role: 'terminal', channels: [], locations: [locationId('NYC')] });
    const ring = open();
    expect(ring.count).toBe(2);
    const found = ring.find(key)!;
    expect({ ...found, expiresAtMs: found.expiresAtMs }).toEqual({
      name: 'shop',
      role: 'storefront',
      channels: ['web'],
      locations: [],
      expiresAtMs: undefined,
    });
  });

  test('[A1] a key that is wrong in any way is not found', () => {
    const { key, id } = make();
    const other = make();
    const ring = open();
    const secret = key.slice(-43);
    const wrong = [
      '',
      'baton_',
      key.slice(0, -1),
      `${key}x`,
      key.toUpperCase(),
      ` ${key}`,
      `baton_${other.id}_${secret}`,
      `baton_${id}_${'A'.repeat(43)}`,
      `baton_aaaaaaaaaaaa_${secret}`,
      `baton_${id}_`,
      'baton___',
      id,
      secret,
      `baton_aaaaaaaaaaaa_${'A'.repeat(43)}`,
    ];
    expect(wrong.filter((text) => ring.find(text) !== undefined)).toEqual([]);
  });

  test('[A2] the secret is in no file: only its hash is, in a file that only its owner may read', () => {
    const { key } = make();
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(key.slice(-43));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(listKeys(file)).toMatchObject([{ name: 'shop', createdAt: '1970-01-01T00:00:00.000Z' }]);
    expect(JSON.stringify(open().find(key))).not.toMatch(/[0-9a-f]{64}/);
  });

  test('[A3] a revoked key ends, in the hands of open connections too, within a second', () => {
    const { key, id } = make();
    const ring = open();
    const held = ring.find(key)!;
    revokeKey(file, id, new Date(1_000));
    expect(ring.find(key)).toBe(held);
    nowMs = 1_000;
    expect(held.expiresAtMs).toBe(0);
    expect(ring.find(key)).toBeUndefined();
    expect(ring.count).toBe(0);
    expect(listKeys(file)).toMatchObject([{ id, revokedAt: '1970-01-01T00:00:01.000Z' }]);
    expect(open().find(key)).toBeUndefined();
    expect(revokeKey(file, key, new Date(2_000)).revokedAt).toBe('1970-01-01T00:00:01.000Z');
  });

  test('[A3] a key that was given other rights ends where it is held and is found with the new ones', () => {
    const { key } = make();
    const ring = open();
    const held = ring.find(key)!;
    writeFileSync(file, readFileSync(file, 'utf8').replace('"storefront"', '"agent"'));
    nowMs = 1_000;
    expect(ring.find(key)).toMatchObject({ role: 'agent' });
    expect(held.expiresAtMs).toBe(0);
  });

  test('[A3] a new key is known within a second, and the file is not looked at more often', () => {
    make();
    const ring = open();
    const { key } = make();
    nowMs = 999;
    expect(ring.find(key)).toBeUndefined();
    nowMs = 1_000;
    expect(ring.find(key)).toBeDefined();
  });

  test('[A4] a file that went bad is reported once, and the keys known before stay good', () => {
    const { key } = make();
    const ring = open();
    writeFileSync(file, '{"format":');
    for (nowMs of [1_000, 2_000, 3_000]) expect(ring.find(key)).toBeDefined();
    expect(problems).toEqual([`key file ${file} is not JSON`]);
    rmSync(file);
    nowMs = 4_000;
    expect(ring.find(key)).toBeDefined();
    expect(problems).toHaveLength(2);
  });

  test.each([
    ['no JSON', () => 'hello', /is not JSON/],
    ['another format', (text: string) => text.replace('keys.v1', 'keys.v9'), /at \/format/],
    ['an unknown field', (text: string) => text.replace('"id"', '"admin": true, "id"'), /keys/],
    [
      'an unknown role',
      (text: string) => text.replace('"storefront"', '"root"'),
      /at \/keys\/0\/role/,
    ],
    [
      'a scope of nonsense',
      (text: string) => text.replace('"web"', '"w b"'),
      /at \/keys\/0\/channels/,
    ],
    ['a short hash', (text: string) => text.replace(/[0-9a-f]{64}/, 'abc'), /at \/keys\/0\/hash/],
    [
      'the same id twice',
      (text: string) => text.replace(/\[\s*(\{[^]*\})\s*\]\s*\}\s*$/, '[$1, $1]}'),
      /twice/,
    ],
  ])('[A4] a key file with %s is refused, naming the place', (_what, spoil, message) => {
    make();
    writeFileSync(file, spoil(readFileSync(file, 'utf8')));
    expect(open).toThrow(message);
  });

  test('[A4] a key file that others may write is refused', () => {
    make();
    chmodSync(file, 0o662);
    expect(open).toThrow(/may be changed by others/);
  });

  test('[A4] a missing file is refused by its name; the first key makes it', () => {
    expect(open).toThrow(/cannot be read.*keys\.json/);
    make();
    expect(open().count).toBe(1);
  });

  test('[A5] two changes at once do not lose one: the second is refused', () => {
    make();
    writeFileSync(`${file}.new`, '');
    expect(() => make()).toThrow(/another change is under way/);
    rmSync(`${file}.new`);
    expect(() => revokeKey(file, 'nobody', new Date())).toThrow(/no key with the id nobody/);
    expect(() => make({ name: 'two\nlines' })).toThrow(/at \/keys\/1\/name/);
    expect(listKeys(file)).toHaveLength(1);
    make();
    utimesSync(file, 1, 1);
    expect(listKeys(file)).toHaveLength(2);
  });
});
