/**
 * How many connections fit into the file descriptors of this process. Without any left,
 * uWebSockets.js tries again as fast as it can (measured: most of a core) and nobody is told
 * anything; so connections are limited to what fits, and the ones above are closed as they come.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Descriptors kept for everything else: the store, key files, connections to other systems. */
const reserve = 32;

/** Connections that fit; undefined where the system does not tell. */
export function connectionsThatFit(): number | undefined {
  try {
    const filesMax = readOpenFilesMax(readFileSync('/proc/self/limits', 'utf8'));
    if (filesMax === undefined) return undefined;
    const open = readdirSync('/proc/self/fd').length;
    return Math.max(1, filesMax - open - reserve);
  } catch {
    // Only Linux has these files; elsewhere the system's own limit has to do.
    return undefined;
  }
}

/** The soft limit in the text of /proc/self/limits; undefined for none. */
export function readOpenFilesMax(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
