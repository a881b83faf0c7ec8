/** `baton import`: a file, a server, a progress bar, a summary. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { connect } from '../client/client.ts';
import { importNumbered } from '../client/import-rows.ts';
import { Progress, type Out } from '../progress.ts';
import type { FeedRow, FeedSummary, RefusedRow } from './feed.ts';
import { importHelp, parseImportOptions, type ImportFileOptions } from './import-options.ts';
import { rowChecks } from './row-check.ts';
import { RowReader } from './row-reader.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A file may unpack to so many times its size and this much more: beyond it is a trap, not a feed. */
const unpackTimesMax = 200;
const unpackBytesFree = 64 * 1024 * 1024;

/** The exit code: 0 every row was taken, 1 some were refused or it ended early, 2 a wrong command line. */
export async function runImport(argv: readonly string[], env: Environment, out: Out): Promise<number> {
  const options = parseImportOptions(argv, env);
  if ('help' in options) {
    out.write(importHelp);
    return 0;
  }
  if ('wrong' in options) {
    out.write(`${options.wrong}\n\n${importHelp}`);
    return 2;
  }
  try {
    return await importFile(options, out);
  } catch (error) {
    // The one place a person hears of a missing file, a damaged one, a server that is not there.
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function importFile(options: ImportFileOptions, out: Out): Promise<number> {
  const feed = options.feed ?? (await feedOf(options.file));
  const { size } = await stat(options.file);
  const client = await connect({ url: options.url, key: options.key });
  try {
    const progress = new Progress(out, Math.ceil(size / 1024), 'KiB');
    const source = new Source(options, size);
    const { kind, onError, reason, refusalsMax, inFlightMax } = options;
    const summary = await importNumbered(client, kind, source.rows(), {
      feed, onError, reason, refusalsMax, inFlightMax,
      onProgress: ({ rows, changed, refused }) => {
        const note = `${count(rows)} rows, ${count(changed)} changed, ${count(refused)} refused`;
        progress.update(Math.ceil(source.bytesRead / 1024), note);
      },
      onRefused: (row) => progress.say(refusalText(row)),
    });
    progress.end();
    out.write(summaryText(summary));
    return summary.refused === 0 && summary.stopped === undefined ? 0 : 1;
  } finally {
    await client.close();
  }
}

/** The same file, unchanged, is the same feed. */
async function feedOf(file: string): Promise<string> {
  const hash = createHash('sha256').update(`${(await stat(file)).mtimeMs} `);
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  const name = basename(file).replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[._-]+/, '').slice(0, 15);
  return `${name === '' ? 'feed' : name}-${hash.digest('hex').slice(0, 16)}`;
}

/** The rows of the file, and how far it is read. */
class Source {
  readonly #options: ImportFileOptions;
  readonly #size: number;
  bytesRead = 0;

  constructor(options: ImportFileOptions, size: number) {
    this.#options = options;
    this.#size = size;
  }

  async *rows(): AsyncGenerator<FeedRow[]> {
    const { format, kind } = this.#options;
    const reader = new RowReader(format, rowChecks[kind]);
    for await (const piece of this.#pieces()) yield reader.push(piece);
    yield reader.end();
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const { file, isCompressed } = this.#options;
    const packed = createReadStream(file, { highWaterMark: 64 * 1024 });
    packed.on('data', (piece) => {
      this.bytesRead += piece.length;
    });
    // `pipeline` hands a read error on to the unpacker, where the loop below meets it.
    const bytes = isCompressed ? pipeline(packed, createGunzip(), () => undefined) : packed;
    let unpacked = 0;
    for await (const piece of bytes as AsyncIterable<Uint8Array>) {
      unpacked += piece.byteLength;
      if (unpacked > unpackTimesMax * this.#size + unpackBytesFree) {
        throw new Error(`${file} unpacks to over ${unpackTimesMax} times its size: not read any further`);
      }
      yield piece;
    }
  }
}

const count = (rows: number): string => rows.toLocaleString('en-US');

function refusalText({ row, code, detail, field }: RefusedRow): string {
  return `  row ${count(row)}${field === undefined ? '' : `, ${field}`}: ${detail} (${code})`;
}

function summaryText(summary: FeedSummary): string {
  const { feed, rows, unchanged, changed, refused, displaced, durationMs, stopped, refusedByCode } = summary;
  const codes = Object.entries(refusedByCode).map(([code, times]) => `${code} ${count(times)}`);
  const lines = [
    ['feed', feed],
    ['rows', count(rows)],
    ['unchanged', count(unchanged)],
    ['changed', count(changed)],
    ['refused', codes.length === 0 ? '0' : `${count(refused)} (${codes.join(', ')})`],
    ['orders sourced again', count(displaced)],
    ['seconds', (durationMs / 1_000).toFixed(1)],
  ];
  const table = lines.map(([name = '', value = '']) => `  ${name.padEnd(22)}${value}\n`).join('');
  return stopped === undefined ? table : `${table}ended early:${refusalText(stopped)}\n`;
}
