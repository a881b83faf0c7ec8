/** What the replay's tests share. */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** A check of a value against a message's schema. */
export function compile(schema: TSchema): (value: unknown) => boolean {
  const validator = Compile(schema);
  return (value) => validator.Check(value);
}
