/** A value that cannot be missing here; if it is, that is a bug. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing that cannot be');
  return value;
}
