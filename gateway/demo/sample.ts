/** Where the bundled sample lies: beside the sources, which the compiler does not copy to `dist/`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const invoicesName = 'sample-invoices.csv.gz';
const postalName = 'sample-postal.csv.gz';

/** The package's own directory: the first above this file that holds package.json. */
function packageRoot(): URL {
  let directory = new URL('.', import.meta.url);
  for (let step = 0; step < 8; step++) {
    if (existsSync(new URL('package.json', directory))) return directory;
    directory = new URL('..', directory);
  }
  throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
}

const directory = new URL('gateway/demo/', packageRoot());

export const sampleFiles = {
  directory,
  invoicesName,
  postalName,
  /** 2,000 invoices of the UCI Online Retail data. */
  invoices: fileURLToPath(new URL(invoicesName, directory)),
  /** Postal codes of its countries. */
  postal: fileURLToPath(new URL(postalName, directory)),
} as const;
