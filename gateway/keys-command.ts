/**
 * What stands behind `baton keys add | list | revoke`. A running server sees the change within a
 * second or two.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createKey, KeyFileError, listKeys, revokeKey } from './auth/key-file.ts';
import type { CommandLine } from './config.ts';
import type { Print } from './store-commands.ts';

export type KeysCommand = Extract<CommandLine, { command: `keys ${string}` }>;

/** Returns the exit code; what is wrong is printed to `complain`. */
export async function runKeysCommand(
  line: KeysCommand,
  print: Print,
  complain: Print,
): Promise<number> {
  try {
    switch (line.command) {
      case 'keys add':
        await print(addKey(line));
        return 0;
      case 'keys list':
        for (const entry of listKeys(line.keysFile)) await print(entryLine(entry));
        return 0;
      case 'keys revoke':
        await print(`revoked ${entryLine(revokeKey(line.keysFile, line.id, new Date()))}`);
        return 0;
    }
  } catch (error) {
    // Only what is wrong with the file is told in a line; anything else is a bug and shows its
    // stack.
    if (!(error instanceof KeyFileError)) throw error;
    await complain(`baton: ${error.message}`);
    return 1;
  }
}

function addKey(line: Extract<KeysCommand, { command: 'keys add' }>): string {
  const { keysFile, name, role, channels, locations } = line;
  mkdirSync(dirname(keysFile), { recursive: true, mode: 0o700 });
  return createKey({ file: keysFile, name, role, channels, locations, now: new Date() }).key;
}

function entryLine(entry: ReturnType<typeof listKeys>[number]): string {
  const scope = (ids: '*' | readonly string[]): string =>
    ids === '*' ? '*' : ids.join(',') || '-';
  const reach = `channels ${scope(entry.channels)}  locations ${scope(entry.locations)}`;
  const end = entry.revokedAt === undefined ? '' : `  revoked ${entry.revokedAt}`;
  return `${entry.id}  ${entry.role.padEnd(10)}  ${reach}  ${entry.name}${end}`;
}
