/** The row of a return: its state, and its context as it is. */
import type { ReturnContext } from '../actors/return-context.ts';
import { assert } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Snapshot } from './step.ts';

export function writeReturn(writer: ByteWriter, { value, context }: Snapshot<ReturnContext>): void {
  writer.text(value);
  writer.text(JSON.stringify(context));
}

export function readReturn(reader: ByteReader, name: string): Snapshot<ReturnContext> {
  const value = reader.text();
  const context = JSON.parse(reader.text()) as ReturnContext;
  assert(reader.isAtEnd, `return ${name}: a row that is too long`);
  return { value, context };
}
