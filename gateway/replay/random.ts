/** Choice without chance: the same seed and name give the same number, on every machine, in any order. */

/** 32 bits, well mixed (FNV-1a with the finaliser of MurmurHash3). */
export function hash32(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 0 ≤ x < 1. */
export function unit(seed: number, name: string): number {
  return hash32(seed, name) / 2 ** 32;
}
