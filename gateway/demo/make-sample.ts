/**
 * Makes the bundled sample out of the full public files: a contiguous piece of 2,000 invoices, every line
 * of them as it stands, and a thinned list of postal codes. Same inputs, same bytes.
 *
 *     node dist/gateway/demo/make-sample.js ONLINE_RETAIL.csv.gz POSTAL_DIRECTORY [OUT_DIRECTORY]
 *
 * Sources and licences: ATTRIBUTION.md in this folder.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { countries } from '../replay/countries.ts';
import { readCsv } from '../feeds/csv.ts';
import { loadPlaces } from '../replay/places.ts';
import { sampleFiles } from './sample.ts';

/** The sample begins here: four weeks of early 2011 in which the most cancellations meet their orders. */
const firstInvoice = '544478';
const invoiceCount = 2_000;
/** All of Britain's outward codes; of other countries so many, evenly spaced. */
const postalMax = 300;

async function makeInvoices(source: string): Promise<string> {
  const out: string[] = [];
  const taken = new Set<string>();
  let isHeader = true;
  for await (const records of readCsv(source)) {
    for (const fields of records) {
      const number = fields[0] ?? '';
      const begins = taken.size > 0 || number === firstInvoice;
      const isTaken = begins && (taken.has(number) || taken.size < invoiceCount);
      if (isTaken && !isHeader) taken.add(number);
      if (isHeader || isTaken) out.push(fields.map(csvField).join(','));
      isHeader = false;
    }
  }
  if (taken.size < invoiceCount) throw new Error(`only ${taken.size} invoices from ${firstInvoice} on`);
  return `${out.join('\n')}\n`;
}

async function makePostal(directory: string): Promise<string> {
  const out = ['country,postal_code,lat,lng'];
  const places = await loadPlaces(directory);
  for (const code of new Set([...countries.values()].map((country) => country.code))) {
    const list = places.get(code) ?? [];
    const step = code === 'GB' ? 1 : Math.max(1, Math.ceil(list.length / postalMax));
    for (let at = 0; at < list.length; at += step) {
      const place = list[at];
      if (place === undefined) continue;
      out.push(`${code},${csvField(place.postalCode)},${place.latitude},${place.longitude}`);
    }
  }
  return `${out.join('\n')}\n`;
}

function csvField(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const [source, postal, outDirectory = fileURLToPath(sampleFiles.directory)] = process.argv.slice(2);
if (source === undefined || postal === undefined) {
  process.stderr.write('usage: make-sample.js ONLINE_RETAIL.csv.gz POSTAL_DIRECTORY [OUT_DIRECTORY]\n');
  process.exitCode = 2;
} else {
  const files = [
    [sampleFiles.invoicesName, await makeInvoices(source)],
    [sampleFiles.postalName, await makePostal(postal)],
  ] as const;
  for (const [name, text] of files) {
    const bytes = gzipSync(text, { level: 9 });
    await writeFile(join(outDirectory, name), bytes);
    process.stdout.write(`${name}: ${text.length} characters, ${bytes.length} bytes packed\n`);
  }
}
