/**
 * Every option there is, in one table: what the command line takes, what the environment sets, what is
 * the default, and what `--help` prints. What the values mean together stands in config.ts.
 */
import { defaultLimits as engineDefaults } from '../engine/limits.ts';
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

export const options = {
  data: { kind: 'text', shows: 'DIR', initial: './data', for: 'store', meaning: 'where orders and stock are kept' },
  host: { kind: 'text', shows: 'ADDRESS', initial: '127.0.0.1', for: 'start', meaning: 'address to listen on; 0.0.0.0 for all' },
  port: { kind: 'integer', shows: 'N', min: 0, max: 65_535, initial: 7_070, for: 'start', meaning: 'port to listen on; 0 for any free one' },
  empty: { kind: 'flag', for: 'start', meaning: 'begin with nothing: no demo network, no sample' },
  'no-demo': { kind: 'flag', for: 'start', meaning: 'begin with the demo network, but do not play the sample' },
  memory: { kind: 'flag', for: 'start', meaning: 'keep everything in memory: all is lost at the end' },
  server: { kind: 'choice', of: ['auto', 'uws', 'node'], initial: 'auto', for: 'start', meaning: 'which server: the fast one where it runs, or one by name' },
  keys: { kind: 'text', shows: 'FILE', for: 'keys', meaning: 'file of API keys; default keys.json in the data directory' },
  jwks: { kind: 'text', shows: 'FILE|URL', for: 'start', meaning: 'keys to check JSON Web Tokens with; URL by https' },
  'jwt-issuer': { kind: 'text', shows: 'NAME', for: 'start', meaning: 'issuer that tokens must name' },
  'jwt-audience': { kind: 'text', shows: 'NAME', for: 'start', meaning: 'audience that tokens must name' },
  'jwt-claim': { kind: 'text', shows: 'NAME', initial: 'baton', for: 'start', meaning: 'claim that holds role, channels and locations' },
  'insecure-dev': { kind: 'flag', for: 'start', meaning: 'whoever comes from this machine is an operator; loopback only' },
  'tls-key': { kind: 'text', shows: 'FILE', for: 'start', meaning: 'private key in PEM; with --tls-cert, serves TLS only' },
  'tls-cert': { kind: 'text', shows: 'FILE', for: 'start', meaning: 'certificate chain in PEM' },
  'cors-origin': { kind: 'text', shows: 'ORIGIN', for: 'start', meaning: 'web pages of this origin may call; * for any' },
  'retain-hours': { kind: 'integer', shows: 'N', min: 1, max: 87_600, initial: engineDefaults.retainMs / hourMs, for: 'start', meaning: 'how long the journal is kept' },
  'retain-gib': { kind: 'integer', shows: 'N', min: 1, max: 65_536, initial: engineDefaults.retainBytes / gib, for: 'start', meaning: 'how large the journal may become' },
  'reserve-mib': { kind: 'integer', shows: 'N', min: 0, max: 65_536, initial: 64, for: 'start', meaning: 'disk space kept aside to come back from a full disk' },
  'frame-kib': { kind: 'integer', shows: 'N', min: 16, max: 16_384, initial: defaultLimits.frameBytesMax / kib, for: 'start', meaning: 'largest message of a socket' },
  'in-flight': { kind: 'integer', shows: 'N', min: 1, max: 16_384, initial: defaultLimits.inFlightMax, for: 'start', meaning: 'commands of one connection that wait for their answer' },
  subscriptions: { kind: 'integer', shows: 'N', min: 1, max: 10_000, initial: defaultLimits.subscriptionsMax, for: 'start', meaning: 'subscriptions of one connection' },
  'connections-max': { kind: 'integer', shows: 'N', min: 1, max: 1_000_000, initial: defaultLimits.connectionsMax, for: 'start', meaning: 'connections at once' },
  'log-level': { kind: 'choice', of: logLevels, initial: 'info', for: 'start', meaning: 'what is logged' },
  'log-format': { kind: 'choice', of: ['pretty', 'json'], for: 'start', meaning: 'default pretty on a terminal, json elsewhere' },
  name: { kind: 'text', shows: 'NAME', for: 'keys add', meaning: 'who will hold the key; kept with every command' },
  role: { kind: 'choice', of: roles, for: 'keys add', meaning: 'what the holder does' },
  channels: { kind: 'text', shows: 'A,B|*', for: 'keys add', meaning: 'channels it may touch; * for all' },
  locations: { kind: 'text', shows: 'A,B|*', for: 'keys add', meaning: 'locations it may touch; * for all' },
  after: { kind: 'integer', shows: 'N', min: 0, max: Number.MAX_SAFE_INTEGER, for: 'export', meaning: 'begin after this position of the journal' },
  help: { kind: 'flag', for: 'all', meaning: 'print this' },
  version: { kind: 'flag', for: 'all', meaning: 'print the version' },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** Options that only make sense said on the command line. */
const notFromEnvironment: ReadonlySet<OptionName> = new Set<OptionName>([
  'name', 'role', 'channels', 'locations', 'after', 'help', 'version',
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
  ['replay …', 'play a file of real orders; has its own --help'],
];

const sections: readonly (readonly [title: string, takes: readonly Option['for'][]])[] = [
  ['Options', ['all', 'store', 'start', 'keys']],
  ['Options of keys add', ['keys add']],
  ['Options of export', ['export']],
];

/** The whole text of `--help`, up to 100 columns wide. */
export function helpText(): string {
  const lines = ['baton: real-time order orchestration', '', 'Usage: baton [command] [options]', '', 'Commands:'];
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
  return `--${name} ${option.kind === 'choice' && name !== 'log-level' && name !== 'role' ? option.of.join('|') : shown(option)}`;
}

function shown(option: Option): string {
  if (option.kind === 'choice') return option.of.includes('info') ? 'LEVEL' : 'ROLE';
  return option.kind === 'flag' ? '' : option.shows;
}

function meaningOf(option: Option): string {
  const notes: string[] = [];
  if (option.kind === 'choice' && shown(option) !== '' && option.of.length > 3) notes.push(option.of.join(', '));
  if (option.kind !== 'flag' && option.initial !== undefined) notes.push(`default ${option.initial}`);
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
