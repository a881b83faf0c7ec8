/** `baton rates load FILE | check FILE | sample`: rate cards as files. A file is read card by card. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { RateCard } from '../../actors/rate-commands.ts';
import type { Plain } from '../client/answers.ts';
import { connect } from '../client/client.ts';
import { CsvParser } from '../feeds/csv.ts';
import { LineSplitter, type Line } from '../feeds/lines.ts';
import { Progress, type Out } from '../progress.ts';
import { CardRows, checkedCard, type FoundCard } from './card-rows.ts';
import { sampleCards } from './sample-cards.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A card on one line is at most so long: more would not fit into a command. */
const lineCharsMax = 1_048_576;
/** Cards that are on their way at a time. */
const inFlightMax = 4;

export const ratesHelp = `Rate cards of carriers as files: what a service takes for a parcel, by zone and weight.

  npm run baton -- rates load FILE.ndjson|.csv[.gz] [options]   put every card of the file into a running server
  npm run baton -- rates check FILE                             say what is wrong with a file, without a server
  npm run baton -- rates sample                                 made-up cards for the sample network, as NDJSON

  --url URL   the server (default: ws://127.0.0.1:7070)
  --key KEY   API key (default: the environment's BATON_KEY)
  --help      this text

NDJSON has a card on each line, as rates.put takes it. CSV has a header; see docs/RATES.md for its columns.
Exit codes: 0 every card was taken, 1 some were refused, 2 not understood.
`;

const spec = { url: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean' } } as const;

/** Returns the exit code. */
export async function runRatesCommand(args: readonly string[], env: Environment, out: Out): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: spec, allowPositionals: true });
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n\n${ratesHelp}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [what, file, ...more] = positionals;
  if (values.help === true) {
    out.write(ratesHelp);
    return 0;
  }
  if (what === 'sample' && file === undefined) {
    for (const card of sampleCards) out.write(`${JSON.stringify(card)}\n`);
    return 0;
  }
  const isKnown = what === 'load' || what === 'check';
  if (!isKnown || file === undefined || more.length > 0 || !/\.(csv|ndjson|jsonl)(\.gz)?$/i.test(file)) {
    if (isKnown && file !== undefined) out.write('the file is .ndjson, .jsonl or .csv, packed as .gz or not\n\n');
    out.write(ratesHelp);
    return 2;
  }
  try {
    const { url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'] } = values;
    return await (what === 'check' ? checkFile(file, out) : loadFile(file, url, key, out));
  } catch (error) {
    // The one place a person hears of a missing file, a damaged one, a server that is not there.
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Counts, and what was refused, as it goes. */
class Tally {
  readonly progress: Progress;
  taken = 0;
  refused = 0;

  constructor(out: Out, bytes: number) {
    this.progress = new Progress(out, Math.ceil(bytes / 1_024), 'KiB');
  }

  refuse(row: number, why: string): void {
    this.refused += 1;
    this.progress.say(`  row ${row}: ${why}`);
  }

  read(bytes: number): void {
    this.progress.update(Math.ceil(bytes / 1_024), `${this.taken} cards, ${this.refused} refused`);
  }
}

async function checkFile(file: string, out: Out): Promise<number> {
  const tally = new Tally(out, (await stat(file)).size);
  for await (const { found, bytesRead } of cardsOf(file)) {
    if (found.card === undefined) tally.refuse(found.row, found.refused);
    else tally.taken += 1;
    tally.read(bytesRead);
  }
  tally.progress.end();
  out.write(`${tally.taken} cards are sound, ${tally.refused} are not\n`);
  return tally.refused === 0 ? 0 : 1;
}

async function loadFile(file: string, url: string, key: string | undefined, out: Out): Promise<number> {
  const tally = new Tally(out, (await stat(file)).size);
  const client = await connect({ url, key });
  try {
    const underWay = new Set<Promise<void>>();
    const send = async (row: number, card: RateCard): Promise<void> => {
      const outcome = await client.tryCommand('rates.put', { card: card as Plain<RateCard> });
      const { refused, unanswered } = outcome;
      if (refused !== undefined) {
        tally.refuse(row, `${refused.field ?? 'the card'}: ${refused.detail} (${refused.code})`);
      } else if (unanswered !== undefined) tally.refuse(row, `no answer (${unanswered.code})`);
      else tally.taken += 1;
    };
    for await (const { found, bytesRead } of cardsOf(file)) {
      if (found.card === undefined) tally.refuse(found.row, found.refused);
      else {
        const sending: Promise<void> = send(found.row, found.card).finally(() => underWay.delete(sending));
        underWay.add(sending);
        if (underWay.size >= inFlightMax) await Promise.race(underWay);
      }
      tally.read(bytesRead);
    }
    await Promise.all(underWay);
    tally.progress.end();
    out.write(`${tally.taken} cards taken, ${tally.refused} refused\n`);
    return tally.refused === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}

/** The cards of a file as they come, with how far it is read. */
async function* cardsOf(file: string): AsyncGenerator<{ readonly found: FoundCard; readonly bytesRead: number }> {
  const packed = createReadStream(file, { highWaterMark: 64 * 1_024 });
  let bytesRead = 0;
  packed.on('data', (piece) => {
    bytesRead += piece.length;
  });
  // `pipeline` hands a read error on to the unpacker, where the loop below meets it.
  const bytes = file.endsWith('.gz') ? pipeline(packed, createGunzip(), () => undefined) : packed;
  bytes.setEncoding('utf8');
  const pieces = bytes as AsyncIterable<string>;
  const found = /\.csv(\.gz)?$/i.test(file) ? fromCsv(pieces) : fromLines(pieces);
  for await (const one of found) yield { found: one, bytesRead };
}

async function* fromLines(pieces: AsyncIterable<string>): AsyncGenerator<FoundCard> {
  const splitter = new LineSplitter(lineCharsMax);
  for await (const piece of pieces) yield* splitter.push(piece).flatMap(cardOfLine);
  yield* splitter.end().flatMap(cardOfLine);
}

function cardOfLine({ number: row, text }: Line): FoundCard[] {
  if (text === undefined) return [{ row, refused: `longer than ${lineCharsMax} characters` }];
  if (text.trim() === '') return [];
  try {
    return [checkedCard(row, JSON.parse(text))];
  } catch (error) {
    return [{ row, refused: `no JSON: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

async function* fromCsv(pieces: AsyncIterable<string>): AsyncGenerator<FoundCard> {
  const parser = new CsvParser();
  let rows: CardRows | undefined;
  const read = (records: readonly { readonly number: number; readonly fields: readonly string[] }[]): FoundCard[] =>
    records.flatMap(({ number: row, fields }) => {
      if (rows !== undefined) return rows.push(row, fields) ?? [];
      rows = new CardRows(fields);
      return [];
    });
  for await (const piece of pieces) yield* read(parser.records(piece, false));
  yield* read(parser.records('', true));
  const last = rows?.end();
  if (last !== undefined) yield last;
}
