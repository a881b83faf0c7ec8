/** The command line of `baton import`, read and checked. */
import { parseArgs } from 'node:util';
import { placePattern } from '../../actors/ids.ts';
import { feedKinds, feedLimits, type FeedKind } from './feed.ts';
import type { RowFormat } from './row-reader.ts';

export interface ImportFileOptions {
  readonly file: string;
  readonly kind: FeedKind;
  readonly format: RowFormat;
  readonly isCompressed: boolean;
  readonly url: string;
  readonly key: string | undefined;
  /** Absent: made from the file. */
  readonly feed: string | undefined;
  readonly onError: 'go-on' | 'stop';
  readonly reason: string | undefined;
  readonly refusalsMax: number;
  readonly inFlightMax: number;
}

export const importHelp = `Bring rows of a file into a running Baton server.

  npm run baton -- import --kind stock|items|locations FILE.csv|.ndjson[.gz] [options]

  --url URL        the server (default: ws://127.0.0.1:7070)
  --key KEY        API key (default: the environment's BATON_KEY)
  --kind KIND      stock (counts and deltas), items or locations
  --feed ID        names the feed; the same rows sent again under it change nothing
                   (default: made from the file's content and time of change)
  --on-error stop  end at the first bad row (default: go-on)
  --reason TEXT    why units were found or lost, for deltas that do not say
  --refusals N     bad rows told by name (default: 20)
  --in-flight N    commands under way at a time (default: 2)
  --format FORMAT  csv or ndjson, where the file's name does not say
  --help           this text

Exit codes: 0 every row was taken, 1 some were refused or it ended early, 2 not understood.
`;

const spec = {
  url: { type: 'string' },
  key: { type: 'string' },
  kind: { type: 'string' },
  feed: { type: 'string' },
  'on-error': { type: 'string' },
  reason: { type: 'string' },
  refusals: { type: 'string' },
  'in-flight': { type: 'string' },
  format: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Parsed = ImportFileOptions | { readonly help: true } | { readonly wrong: string };

/** The options, or what to tell the person instead: help, or what is wrong. */
export function parseImportOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Parsed {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    // An unknown or incomplete option; the message of parseArgs names it.
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { help: true };
  const [file, ...more] = positionals;
  if (file === undefined) return { wrong: 'name the file to import' };
  if (more.length > 0) return { wrong: `one file at a time, not ${positionals.join(' and ')}` };
  const kind = feedKinds.find((one) => one === values.kind);
  if (kind === undefined) return { wrong: `--kind is one of ${feedKinds.join(', ')}` };
  const format = formatOf(file, values.format);
  if (format === undefined) return { wrong: '--format csv or ndjson: the name of the file does not say' };
  const { feed, reason, url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'] } = values;
  if (feed !== undefined && !new RegExp(placePattern, 'u').test(feed)) {
    return { wrong: '--feed is 1 to 32 letters, digits, dots, dashes and underscores' };
  }
  const onError = values['on-error'] ?? 'go-on';
  if (onError !== 'go-on' && onError !== 'stop') return { wrong: '--on-error is go-on or stop' };
  const refusalsMax = Number(values.refusals ?? 20);
  if (!isWhole(refusalsMax, 0, feedLimits.refusalsMax)) {
    return { wrong: `--refusals is a whole number from 0 to ${feedLimits.refusalsMax}` };
  }
  const inFlightMax = Number(values['in-flight'] ?? 2);
  if (!isWhole(inFlightMax, 1, 64)) return { wrong: '--in-flight is a whole number from 1 to 64' };
  const isCompressed = file.endsWith('.gz');
  return { file, kind, format, isCompressed, url, key, feed, onError, reason, refusalsMax, inFlightMax };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function formatOf(file: string, said: string | undefined): RowFormat | undefined {
  if (said !== undefined) return said === 'csv' || said === 'ndjson' ? said : undefined;
  const [, ending] = /\.(csv|ndjson|jsonl)(?:\.gz)?$/i.exec(file) ?? [];
  if (ending === undefined) return undefined;
  return ending.toLowerCase() === 'csv' ? 'csv' : 'ndjson';
}
