/**
 * Makes a store look as format 0 wrote it: `savedAt` as eight bare bytes. Arguments: directory,
 * savedAt.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';

const [directory, savedAt] = process.argv.slice(2);
const root = open({
  path: join(directory, 'state'), noSubdir: false, encoding: 'binary', keyEncoding: 'binary',
  overlappingSync: false, maxDbs: 4,
});
const marks = root.openDB({ name: 'marks', encoding: 'binary', keyEncoding: 'binary' });
const bytes = Buffer.alloc(8);
bytes.writeBigUInt64LE(BigInt(savedAt));
marks.putSync(Buffer.from('savedAt'), bytes);
marks.removeSync(Buffer.from('saved'));
await root.close();
writeFileSync(join(directory, 'format.json'), '{"format":0}');
