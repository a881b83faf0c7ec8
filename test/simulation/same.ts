/** Equality as a caller sees it: by value, an absent field being the same as an undefined one. */

export function same(a: unknown, b: unknown): boolean {
  return difference(a, b) === undefined;
}

/** The first place where two plain values differ, with both values; undefined when they are the same. */
export function difference(a: unknown, b: unknown, path = ''): string | undefined {
  return isSame(a, b) ? undefined : found(a, b, path);
}

/** The same as `found` finding nothing, without the names of places: nearly always there is nothing to find. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!isSame(a[i], b[i])) return false;
    return true;
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in left) if (!isSame(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && !Object.hasOwn(left, key)) return false;
  return true;
}

function found(a: unknown, b: unknown, path: string): string | undefined {
  if (a === b) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return `${path}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return `${path}: one is a list`;
    if (a.length !== b.length) {
      return `${path}: ${a.length} items, not ${b.length}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`;
    }
    for (let i = 0; i < a.length; i += 1) {
      const wrong = found(a[i], b[i], `${path}[${i}]`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in left) {
    const wrong = found(left[key], right[key], `${path}.${key}`);
    if (wrong !== undefined) return wrong;
  }
  for (const key in right) {
    if (right[key] !== undefined && !Object.hasOwn(left, key)) return `${path}.${key}: only the second has it`;
  }
  return undefined;
}
