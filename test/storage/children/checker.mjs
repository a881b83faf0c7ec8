/**
 * Opens a store, claims it and compares everything in it with what must stand there. Prints one
 * line of JSON: {tail, head, savedAt, rows, wrong: [...]} or {code, message}. A line `opened`
 * before it means that the claim was given. Arguments: directory, options as JSON: {bytes, write,
 * trim, verify, reserveBytes}.
 */
import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { inspectLmdb, openLmdb } from '../../../dist/storage/lmdb.js';
import { recordOf } from './content.mjs';

const [directory, text = '{}'] = process.argv.slice(2);
const options = { bytes: 2000, write: true, trim: false, verify: false, reserveBytes: 0 };
const { bytes, write, trim, verify, reserveBytes } = Object.assign(options, JSON.parse(text));
const say = (value) => writeSync(1, `${JSON.stringify(value)}\n`);

try {
  const journal = await openLmdb(directory, { reserveBytes });
  const claim = await journal.claim('a checker');
  const wrong = [];
  let position = claim.head - 1;
  for await (const { epoch: _epoch, ...record } of claim.records(position)) {
    position += 1;
    const expected = { ...recordOf(position, bytes), position };
    if (!isDeepStrictEqual(record, expected)) wrong.push(`record ${position}`);
  }
  if (position !== claim.tail) wrong.push(`the log ends at ${position}, not ${claim.tail}`);
  // Rows may run ahead of savedAt, by pieces of a save that did not end; never past the log.
  const expected = new Map();
  for (let at = 1; at <= claim.savedAt; at += 1) {
    for (const [key, value] of recordOf(at, bytes).rows) expected.set(key, value.position);
  }
  let rows = 0;
  for await (const [key, value] of claim.rows('')) {
    rows += 1;
    const least = expected.get(key) ?? 1;
    const right = recordOf(value.position, bytes).rows.find(([name]) => name === key);
    const fits = right !== undefined && isDeepStrictEqual(right[1], value);
    if (!fits || value.position < least || value.position > claim.tail) wrong.push(`row ${key}`);
    expected.delete(key);
  }
  for (const key of expected.keys()) wrong.push(`row ${key} is missing`);
  const { tail, head, savedAt } = claim;
  if (trim) {
    await claim.save([], tail);
    await claim.trim(tail - 2);
  }
  if (write) await claim.append(recordOf(tail + 1, bytes), tail);
  await claim.release();
  const faults = verify ? await verifyStore() : [];
  const found = { tail, head, savedAt, rows, wrong };
  say(faults.length > 0 ? { code: 'faults', message: faults.join('; ') } : found);
} catch (error) {
  say({ code: error.code ?? error.name, message: error.message });
}

async function verifyStore() {
  const inspection = await inspectLmdb(directory);
  const { faults } = await inspection.verify();
  await inspection.close();
  return faults;
}
