/**
 * A process that appends until it is stopped, for the fault tests. It says on standard output,
 * unbuffered: `claimed <epoch> <tail>`, `acked <position>`, `backup <json>`, `lost <code>`, `failed
 * <code> <message>`.
 *
 * Arguments: directory, and options as JSON: {count, bytes, force, unsafeNoSync, backup,
 * reserveBytes, saveEvery, trimKeep}.
 */
import { writeSync } from 'node:fs';
import { openLmdb } from '../../../dist/storage/lmdb.js';
import { recordOf } from './content.mjs';

const [directory, text = '{}'] = process.argv.slice(2);
const defaults = { count: Infinity, bytes: 2000, saveEvery: 10, trimKeep: Infinity };
const { count, bytes, saveEvery, trimKeep, backup, ...rest } = {
  ...defaults, ...JSON.parse(text),
};
const say = (line) => writeSync(1, `${line}\n`);

try {
  const journal = await openLmdb(directory, { reserveBytes: 0, ...rest });
  const claim = await journal.claim('a writer under test');
  say(`claimed ${claim.epoch} ${claim.tail}`);
  // The engine's answer to a loss: stop at once, whatever else is under way.
  void claim.lost.then(({ code }) => {
    say(`lost ${code}`);
    process.exit(75);
  });
  if (backup !== undefined) {
    void claim.backup(backup).then((found) => say(`backup ${JSON.stringify(found)}`));
  }
  for (let done = 0; done < count; done += 1) {
    const position = await claim.append(recordOf(claim.tail + 1, bytes), claim.tail);
    say(`acked ${position}`);
    if (position % saveEvery === 0) {
      const rows = [];
      for (let at = claim.savedAt + 1; at <= position; at += 1) {
        rows.push(...recordOf(at, bytes).rows);
      }
      await claim.save(rows, position);
      if (claim.tail - claim.head > trimKeep) await claim.trim(claim.savedAt - 5);
    }
  }
  await claim.release();
  say('released');
} catch (error) {
  say(`failed ${error.code} ${error.message}`);
  process.exit(1);
}
