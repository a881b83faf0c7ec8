/**
 * The words of a command line: which command, which options with which values, wherever they were
 * set. What the values mean together stands in config.ts.
 */
import { parseArgs } from 'node:util';
import { environmentName, optionNames, options } from './config-options.ts';
import type { Option, OptionName } from './config-options.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The word that follows each command, and which options it takes. */
const commands = {
  start: { takes: ['store', 'start', 'keys'] },
  verify: { takes: ['store'] },
  stats: { takes: ['store'] },
  backup: { word: 'TO', takes: ['store'] },
  restore: { word: 'FROM', takes: ['store'] },
  export: { takes: ['store', 'export'] },
  'keys add': { takes: ['store', 'keys', 'keys add'] },
  'keys list': { takes: ['store', 'keys'] },
  'keys revoke': { word: 'ID', takes: ['store', 'keys'] },
} as const satisfies Record<string, Usage>;

interface Usage {
  readonly word?: string;
  readonly takes: readonly Option['for'][];
}

export type CommandName = keyof typeof commands;
const commandNames = Object.keys(commands) as CommandName[];

/** The arguments make no sense; the message is for whoever typed them. */
export class Refusal extends Error {}

type Given = ReadonlyMap<OptionName, string | true>;

export function readArguments(argv: readonly string[]): { given: Given; words: string[] } {
  const known = Object.fromEntries(
    optionNames.map((name) => {
      const type = options[name].kind === 'flag' ? ('boolean' as const) : ('string' as const);
      return [name, { type }];
    }),
  );
  const { tokens } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true });
  const given = new Map<OptionName, string | true>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const name = optionNames.find((one) => one === token.name);
    if (name === undefined) throw unknownOption(token.rawName);
    const isFlag = options[name].kind === 'flag';
    if (isFlag && token.value !== undefined) throw new Refusal(`--${name} takes no value`);
    // `--data --empty` would take the next option for a value.
    const isMissing =
      token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
    if (!isFlag && isMissing) throw new Refusal(`--${name} needs a value`);
    given.set(name, token.value ?? true);
  }
  return { given, words };
}

function unknownOption(rawName: string): Refusal {
  const guess = nearest(rawName.replace(/^-+/, ''), optionNames);
  const hint = guess === undefined ? 'see --help' : `did you mean --${guess}?`;
  return new Refusal(`unknown option ${rawName}: ${hint}`);
}

export function findCommand(words: readonly string[]): { command: CommandName; word: string } {
  if (words.length === 0) return { command: 'start', word: '' };
  const count = words[0] === 'keys' ? 2 : 1;
  const typed = words.slice(0, count).join(' ');
  const command = commandNames.find((one) => one === typed);
  if (command === undefined) {
    const guess = nearest(typed, commandNames);
    throw new Refusal(
      `unknown command ${typed}: ${guess === undefined ? 'see --help' : `did you mean ${guess}?`}`,
    );
  }
  const rest = words.slice(count);
  const { word: wanted }: Usage = commands[command];
  if (wanted !== undefined && rest.length === 0)
    throw new Refusal(`${command} needs ${wanted}: see --help`);
  const [surplus] = rest.slice(wanted === undefined ? 0 : 1);
  if (surplus !== undefined) throw new Refusal(`${command} does not take ${surplus}: see --help`);
  return { command, word: rest[0] ?? '' };
}

/**
 * The values of a command's options: said on the command line, else set by the environment, else
 * the default.
 */
export class Values {
  readonly #given: Given;
  readonly #env: Environment;

  constructor(command: CommandName, given: Given, env: Environment) {
    this.#given = given;
    this.#env = env;
    const { takes }: Usage = commands[command];
    for (const name of given.keys()) {
      const belongsTo = options[name].for;
      if (belongsTo !== 'all' && !takes.includes(belongsTo)) {
        throw new Refusal(`${command} does not take --${name}`);
      }
    }
  }

  /** What an option is called where it was set, for messages. */
  said(name: OptionName): string {
    const variable = environmentName(name);
    const isFromEnvironment =
      !this.#given.has(name) && variable !== undefined && this.#env[variable] !== undefined;
    return isFromEnvironment ? variable : `--${name}`;
  }

  has(name: OptionName): boolean {
    return this.#raw(name) !== undefined;
  }

  flag(name: OptionName): boolean {
    const raw = this.#raw(name);
    if (raw === undefined || raw === true) return raw ?? false;
    if (/^(1|true|yes|on)$/i.test(raw)) return true;
    if (/^(0|false|no|off)$/i.test(raw)) return false;
    throw new Refusal(`${this.said(name)} is 1 or 0, not ${quoted(raw)}`);
  }

  text(name: OptionName): string | undefined {
    const option: Option = options[name];
    const raw = this.#raw(name) ?? ('initial' in option ? option.initial : undefined);
    if (typeof raw !== 'string') return undefined;
    if (raw === '' || hasControls(raw))
      throw new Refusal(`${this.said(name)} is empty or not text`);
    if (option.kind === 'choice' && !option.of.includes(raw)) {
      throw new Refusal(`${this.said(name)} is one of ${option.of.join(', ')}, not ${quoted(raw)}`);
    }
    return raw;
  }

  /** For options that have a default or were asked for before. */
  needed(name: OptionName): string {
    const value = this.text(name);
    if (value === undefined) throw new Refusal(`--${name} is needed`);
    return value;
  }

  integer(name: OptionName): number | undefined {
    const option: Option = options[name];
    const raw = this.#raw(name);
    if (option.kind !== 'integer') return undefined;
    if (raw === undefined) return option.initial;
    const value = typeof raw === 'string' && /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
    if (value >= option.min && value <= option.max) return value;
    const range = `a whole number from ${option.min} to ${option.max}`;
    throw new Refusal(`${this.said(name)} is ${range}, not ${quoted(String(raw))}`);
  }

  count(name: OptionName): number {
    return this.integer(name) ?? 0;
  }

  #raw(name: OptionName): string | true | undefined {
    const given = this.#given.get(name);
    if (given !== undefined) return given;
    const variable = environmentName(name);
    return variable === undefined ? undefined : this.#env[variable];
  }
}

function hasControls(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}

export function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
