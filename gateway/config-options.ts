/**
 * Every option there is, in one table: what the command line takes, what the environment sets, what
 * is the default, and what `--help` prints. What the values mean together stands in config.ts.
 */
import { defaultLimits as engineDefaults } from '../engine/limits.ts';
import { serves } from '../actors/item-commands.ts';
import { roles } from './auth/credential.ts';
import { defaultLimits } from './limits.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Kind =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text'; readonly shows: string; readonly initial?: string }
  | {
      readonly kind: 'integer';
      readonly shows: string;
      readonly min: number;
      readonly max: number;
      readonly initial?: number;
    }
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly initial?: string };

export type Option = Kind & {
  /** The commands that take it. */
  readonly for: 'store' | 'start' | 'keys' | 'keys add' | 'export' | 'all';
  readonly meaning: string;
};

const kib = 1_024;
const gib = 1_024 ** 3;
const hourMs = 3_600_000;

type For = Option['for'];

const flag = (takenBy: For, meaning: string) => ({ kind: 'flag', for: takenBy, meaning }) as const;

const text = (takenBy: For, shows: string, meaning: string, initial?: string): Option => ({
  kind: 'text',
  for: takenBy,
  shows,
  meaning,
  ...(initial === undefined ? {} : { initial }),
});

const whole = (min: number, max: number, initial: number, meaning: string): Option => ({
  kind: 'integer',
  for: 'start',
  shows: 'N',
  min,
  max,
  initial,
  meaning,
});

const choice = (
  takenBy: For,
  of: readonly string[],
  meaning: string,
  initial?: string,
): Option => ({
  kind: 'choice',
  for: takenBy,
  of,
  meaning,
  ...(initial === undefined ? {} : { initial }),
});

const { frameBytesMax, inFlightMax, subscriptionsMax, connectionsMax } = defaultLimits;
const retainHours = engineDefaults.retainMs / hourMs;
const retainGib = engineDefaults.retainBytes / gib;

export const options = {
  data: text('store', 'DIR', 'where orders and stock are kept', './data'),
  host: text('start', 'ADDRESS', 'address to listen on; 0.0.0.0 for all', '127.0.0.1'),
  port: whole(0, 65_535, 7_070, 'port to listen on; 0 for any free one'),
  empty: flag('start', 'begin with nothing: no demo network, no sample'),
  'no-demo': flag('start', 'begin with the demo network, but do not play the sample'),
  memory: flag('start', 'keep everything in memory: all is lost at the end'),
  server: choice(
    'start',
    ['auto', 'uws', 'node'],
    'the fast server where it runs, or one by name',
    'auto',
  ),
  keys: text('keys', 'FILE', 'file of API keys; default keys.json in the data directory'),
  jwks: text('start', 'FILE|URL', 'keys to check JSON Web Tokens with; URL by https'),
  'jwt-issuer': text('start', 'NAME', 'issuer that tokens must name'),
  'jwt-audience': text('start', 'NAME', 'audience that tokens must name'),
  'jwt-claim': text('start', 'NAME', 'claim that holds role, channels and locations', 'baton'),
  'insecure-dev': flag('start', 'whoever comes from this machine is an operator; loopback only'),
  'tls-key': text('start', 'FILE', 'private key in PEM; with --tls-cert, serves TLS only'),
  'tls-cert': text('start', 'FILE', 'certificate chain in PEM'),
  'cors-origin': text('start', 'ORIGIN', 'web pages of this origin may call; * for any'),
  'retain-hours': whole(1, 87_600, retainHours, 'how long the journal is kept'),
  'retain-gib': whole(1, 65_536, retainGib, 'how large the journal may become'),
  'reserve-mib': whole(0, 65_536, 64, 'disk space kept aside to come back from a full disk'),
  'frame-kib': whole(16, 16_384, frameBytesMax / kib, 'largest message of a socket'),
  'in-flight': whole(
    1,
    16_384,
    inFlightMax,
    'commands of one connection that wait for their answer',
  ),
  subscriptions: whole(1, 10_000, subscriptionsMax, 'subscriptions of one connection'),
  'connections-max': whole(1, 1_000_000, connectionsMax, 'connections at once'),
  serve: choice('start', serves, 'whom arriving stock serves first, where the item does not say', 'age'),
  prices: choice(
    'start',
    ['off', 'closed', 'on'],
    'whether sourcing goes by prices of scarce stock and room; closed: without the thread that samples futures',
    'off',
  ),
  'log-level': choice('start', logLevels, 'what is logged', 'info'),
  'log-format': choice('start', ['pretty', 'json'], 'default pretty on a terminal, json elsewhere'),
  name: text('keys add', 'NAME', 'who will hold the key; kept with every command'),
  role: choice('keys add', roles, 'what the holder does'),
  channels: text('keys add', 'A,B|*', 'channels it may touch; * for all'),
  locations: text('keys add', 'A,B|*', 'locations it may touch; * for all'),
  after: {
    kind: 'integer',
    for: 'export',
    shows: 'N',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'begin after this position of the journal',
  },
  help: flag('all', 'print this'),
  version: flag('all', 'print the version'),
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** Options that only make sense said on the command line. */
const notFromEnvironment: ReadonlySet<OptionName> = new Set<OptionName>([
  'name',
  'role',
  'channels',
  'locations',
  'after',
  'help',
  'version',
]);

/** `BATON_TLS_KEY` for `tls-key`; undefined for an option the environment cannot set. */
export function environmentName(name: OptionName): string | undefined {
  if (notFromEnvironment.has(name)) return undefined;
  return `BATON_${name.replaceAll('-', '_').toUpperCase()}`;
}

const commands: readonly (readonly [usage: string, meaning: string])[] = [
  ['start', 'serve; what is done when no command is given'],
  ['verify', 'check every record and row of the data directory'],
  ['stats', 'say where the data directory stands'],
  ['backup TO', 'copy the data directory, while serving too, and check the copy'],
  ['restore FROM', 'put a backup into an empty data directory'],
  ['export', 'print the journal, one JSON record a line'],
  ['keys add', 'make an API key and print it, once'],
  ['keys list', 'list API keys, without their secrets'],
  ['keys revoke ID', 'end an API key'],
  ['import …', 'bring the rows of a file into a running server; has its own --help'],
  ['plan …', 'check a routing plan, try one on live orders; has its own --help'],
  ['rehearse …', 'what a plan would have done to past orders; has its own --help'],
  ['cases …', 'what goes wrong, and what is done about it; has its own --help'],
  ['whatif …', 'what a change would do to open orders; has its own --help'],
  ['rates …', 'load rate cards of carriers, or check a file of them; has its own --help'],
  ['explain …', 'say why an order went where it went; has its own --help'],
  ['world …', 'a simulated world around a running server, to watch or to load it; has its own --help'],
  ['replay …', 'play a file of real orders; has its own --help'],
];

const sections: readonly (readonly [title: string, takes: readonly Option['for'][]])[] = [
  ['Options', ['all', 'store', 'start', 'keys']],
  ['Options of keys add', ['keys add']],
  ['Options of export', ['export']],
];

/** The whole text of `--help`, up to 100 columns wide. */
export function helpText(): string {
  const lines = [
    'baton: real-time order orchestration',
    '',
    'Usage: baton [command] [options]',
    '',
    'Commands:',
  ];
  for (const [usage, meaning] of commands) lines.push(row(usage, meaning));
  for (const [title, takes] of sections) {
    lines.push('', `${title}:`);
    for (const name of optionNames) {
      const option: Option = options[name];
      if (takes.includes(option.for)) lines.push(row(usageOf(name, option), meaningOf(option)));
    }
  }
  lines.push(
    '',
    'Each option can be set by the environment as well: BATON_TLS_KEY for --tls-key, BATON_EMPTY=1 for',
    '--empty. What the command line says goes first.',
  );
  return `${lines.join('\n')}\n`;
}

function usageOf(name: string, option: Option): string {
  if (option.kind === 'flag') return `--${name}`;
  if (option.kind !== 'choice') return `--${name} ${option.shows}`;
  return `--${name} ${isLong(option.of) ? 'NAME' : option.of.join('|')}`;
}

/** Too many choices to stand in the first column. */
function isLong(choices: readonly string[]): boolean {
  return choices.length > 3;
}

function meaningOf(option: Option): string {
  const notes: string[] = [];
  if (option.kind === 'choice' && isLong(option.of)) notes.push(option.of.join(', '));
  if (option.kind !== 'flag' && option.initial !== undefined)
    notes.push(`default ${option.initial}`);
  return notes.length === 0 ? option.meaning : `${option.meaning} (${notes.join('; ')})`;
}

const usageColumns = 28;

function row(usage: string, meaning: string): string {
  const lines: string[] = [];
  let line = `  ${usage.padEnd(usageColumns)}`;
  for (const word of meaning.split(' ')) {
    if (line.length + word.length > 99) {
      lines.push(line.trimEnd());
      line = ' '.repeat(usageColumns + 2);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
