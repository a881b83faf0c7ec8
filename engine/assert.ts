/** Assertions: a bug stops here, in production too. A refusal of what a caller asked is never one of these. */

export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Throws a Bug unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** The value, which must be there. */
export function must<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new Bug(message);
  return value;
}

/** The end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`);
}
