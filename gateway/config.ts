/**
 * The command line and the environment, as typed settings; or why they make no sense, naming the
 * option. Pure: nothing is read, printed or started here.
 */
import { placePattern } from '../actors/ids.ts';
import type { ChannelId, LocationId } from '../actors/ids.ts';
import type { Serve } from '../actors/item-commands.ts';
import { unreachable } from '../engine/assert.ts';
import type { Role, Scope } from './auth/credential.ts';
import { isLoopbackHost } from './auth/loopback.ts';
import { helpText, type LogLevel } from './config-options.ts';
import { findCommand, quoted, readArguments, Refusal, Values } from './config-values.ts';
import type { CommandName, Environment } from './config-values.ts';
import type { GatewayLimits } from './limits.ts';

/** What `start` runs with. */
export interface Settings {
  readonly dataDirectory: string;
  /** Nothing is kept: the data directory is not touched. */
  readonly memory: boolean;
  readonly host: string;
  readonly port: number;
  readonly server: 'auto' | 'uws' | 'node';
  /**
   * What a new data directory begins with: nothing, the demo network, or that and the sample
   * played.
   */
  readonly demo: 'none' | 'network' | 'play';
  readonly keysFile: string;
  /** The key file was named, so it must be there; else it is made at the first start. */
  readonly keysFileNamed: boolean;
  readonly jwt?:
    | {
        readonly jwks: string;
        readonly issuer?: string | undefined;
        readonly audience?: string | undefined;
        readonly claim: string;
      }
    | undefined;
  readonly insecureDev: boolean;
  readonly tls?: { readonly keyFile: string; readonly certFile: string } | undefined;
  readonly corsOrigin?: string | undefined;
  readonly retainMs: number;
  readonly retainBytes: number;
  readonly reserveBytes: number;
  readonly limits: Pick<
    GatewayLimits,
    'frameBytesMax' | 'inFlightMax' | 'subscriptionsMax' | 'connectionsMax'
  >;
  /** Whom arriving stock serves first, where the item does not say. */
  readonly serve: Serve;
  /** Whether sourcing goes by prices of scarce stock and room; `closed`: without sampled futures. */
  readonly prices: 'off' | 'closed' | 'on';
  readonly logLevel: LogLevel;
  /** Absent: pretty on a terminal, json elsewhere. */
  readonly logFormat?: 'pretty' | 'json' | undefined;
}

/** Commands with options of their own. */
const tools = ['replay', 'world', 'import', 'plan', 'rates', 'rehearse', 'whatif', 'explain', 'cases'] as const;
type Tool = (typeof tools)[number];

export type CommandLine =
  | { readonly command: 'start'; readonly settings: Settings }
  | { readonly command: 'verify' | 'stats'; readonly dataDirectory: string }
  | { readonly command: 'backup'; readonly dataDirectory: string; readonly to: string }
  | { readonly command: 'restore'; readonly dataDirectory: string; readonly from: string }
  | {
      readonly command: 'export';
      readonly dataDirectory: string;
      readonly after?: number | undefined;
    }
  | {
      readonly command: 'keys add';
      readonly keysFile: string;
      readonly name: string;
      readonly role: Role;
      readonly channels: Scope<ChannelId>;
      readonly locations: Scope<LocationId>;
    }
  | { readonly command: 'keys list'; readonly keysFile: string }
  | { readonly command: 'keys revoke'; readonly keysFile: string; readonly id: string }
  /** The rest of the line belongs to a tool that has options of its own. */
  | { readonly command: Tool; readonly args: readonly string[] }
  | { readonly command: 'help'; readonly text: string }
  | { readonly command: 'version' };

/**
 * @param argv without the interpreter and the script.
 * @param env the environment; only BATON_… is looked at.
 */
export function parseCommandLine(
  argv: readonly string[],
  env: Environment,
): CommandLine | { readonly refused: string } {
  const [first, ...args] = argv;
  const tool = tools.find((one) => one === first);
  if (tool !== undefined) return { command: tool, args };
  try {
    const { given, words } = readArguments(argv);
    if (given.has('help')) return { command: 'help', text: helpText() };
    if (given.has('version')) return { command: 'version' };
    const { command, word } = findCommand(words);
    return commandLine(command, word, new Values(command, given, env));
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

function commandLine(command: CommandName, word: string, values: Values): CommandLine {
  const dataDirectory = values.needed('data');
  const keysFile = values.text('keys') ?? `${dataDirectory.replace(/[/\\]+$/, '')}/keys.json`;
  switch (command) {
    case 'start':
      return { command, settings: settingsOf(values, dataDirectory, keysFile) };
    case 'verify':
    case 'stats':
      return { command, dataDirectory };
    case 'backup':
      return { command, dataDirectory, to: word };
    case 'restore':
      return { command, dataDirectory, from: word };
    case 'export':
      return { command, dataDirectory, after: values.integer('after') };
    case 'keys add':
      return { command, keysFile, ...newKey(values) };
    case 'keys list':
      return { command, keysFile };
    case 'keys revoke':
      return { command, keysFile, id: word };
    default:
      return unreachable(command);
  }
}

function settingsOf(values: Values, dataDirectory: string, keysFile: string): Settings {
  const memory = values.flag('memory');
  if (memory && values.has('data'))
    throw new Refusal('--memory keeps nothing: it cannot go with --data');
  const host = values.needed('host');
  const insecureDev = values.flag('insecure-dev');
  if (insecureDev && !isLoopbackHost(host)) {
    throw new Refusal(
      `${values.said('insecure-dev')} is for loopback only: it cannot go with --host ${host}`,
    );
  }
  return {
    dataDirectory,
    memory,
    host,
    port: values.count('port'),
    server: values.needed('server') as Settings['server'],
    demo: values.flag('empty') ? 'none' : values.flag('no-demo') ? 'network' : 'play',
    keysFile,
    keysFileNamed: values.has('keys'),
    jwt: jwtOf(values),
    insecureDev,
    tls: tlsOf(values),
    corsOrigin: corsOriginOf(values),
    retainMs: values.count('retain-hours') * 3_600_000,
    retainBytes: values.count('retain-gib') * 1_024 ** 3,
    reserveBytes: values.count('reserve-mib') * 1_024 ** 2,
    limits: {
      frameBytesMax: values.count('frame-kib') * 1_024,
      inFlightMax: values.count('in-flight'),
      subscriptionsMax: values.count('subscriptions'),
      connectionsMax: values.count('connections-max'),
    },
    serve: values.needed('serve') as Serve,
    prices: values.needed('prices') as Settings['prices'],
    logLevel: values.needed('log-level') as LogLevel,
    logFormat: values.text('log-format') as Settings['logFormat'],
  };
}

function jwtOf(values: Values): Settings['jwt'] {
  const jwks = values.text('jwks');
  if (jwks !== undefined) {
    const issuer = values.text('jwt-issuer');
    return {
      jwks,
      issuer,
      audience: values.text('jwt-audience'),
      claim: values.needed('jwt-claim'),
    };
  }
  for (const name of ['jwt-issuer', 'jwt-audience', 'jwt-claim'] as const) {
    if (values.has(name)) throw new Refusal(`${values.said(name)} needs --jwks`);
  }
  return undefined;
}

function tlsOf(values: Values): Settings['tls'] {
  const keyFile = values.text('tls-key');
  const certFile = values.text('tls-cert');
  if (keyFile !== undefined && certFile !== undefined) return { keyFile, certFile };
  if (keyFile !== undefined) throw new Refusal(`${values.said('tls-key')} needs --tls-cert`);
  if (certFile !== undefined) throw new Refusal(`${values.said('tls-cert')} needs --tls-key`);
  return undefined;
}

function corsOriginOf(values: Values): string | undefined {
  const origin = values.text('cors-origin');
  if (origin === undefined || origin === '*') return origin;
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
  throw new Refusal(
    `${values.said('cors-origin')} is * or an origin such as https://shop.example, not ${quoted(origin)}`,
  );
}

function newKey(
  values: Values,
): Pick<CommandLine & { command: 'keys add' }, 'name' | 'role' | 'channels' | 'locations'> {
  const role = values.needed('role') as Role;
  const isEverywhere = role === 'operator' || role === 'connector';
  const initial = isEverywhere ? '*' : [];
  const channels = scopeOf<ChannelId>(values, 'channels');
  const locations = scopeOf<LocationId>(values, 'locations');
  if ((role === 'storefront' || role === 'agent') && channels === undefined) {
    throw new Refusal(`--channels is needed for a ${role}`);
  }
  if (role === 'terminal' && locations === undefined)
    throw new Refusal('--locations is needed for a terminal');
  return {
    name: values.needed('name'),
    role,
    channels: channels ?? initial,
    locations: locations ?? initial,
  };
}

function scopeOf<Id extends string>(
  values: Values,
  name: 'channels' | 'locations',
): Scope<Id> | undefined {
  const text = values.text(name);
  if (text === undefined || text === '*') return text;
  const ids = text.split(',').map((id) => id.trim());
  const wrong = ids.find((id) => !new RegExp(placePattern, 'u').test(id));
  if (wrong !== undefined) throw new Refusal(`--${name}: ${quoted(wrong)} is not an id`);
  return ids as Id[];
}
