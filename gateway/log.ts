/**
 * The log: one event, one line, to standard output. JSON for machines, or a short form for a
 * terminal. Whatever an event carries, a line stays one line, moves no cursor, and shows no key or
 * token.
 */
import { pino, type Logger } from 'pino';
import type { LogLevel } from './config-options.ts';

export type Log = Logger;

export interface LogOptions {
  readonly level: LogLevel;
  /** Absent: pretty on a terminal, json elsewhere. */
  readonly format?: 'pretty' | 'json' | undefined;
  /** Where a line with its end goes; absent: standard output, before the call returns. */
  readonly write?: ((line: string) => void) | undefined;
  /** Colours in the pretty form; absent: on a terminal, unless NO_COLOR is set. */
  readonly color?: boolean | undefined;
}

const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'sec-websocket-protocol',
  'key',
  'apiKey',
  'token',
  'secret',
  'password',
];
/** Fields of this name are not shown, at any of the first three levels. */
const redactPaths = secretFields.flatMap((name) => [
  `["${name}"]`,
  `*["${name}"]`,
  `*.*["${name}"]`,
]);

/**
 * A log at a level. Lines are written in the order of the calls; a closed pipe ends the process as
 * usual.
 */
export function createLog(options: LogOptions): Log {
  const isTerminal = process.stdout.isTTY === true && options.write === undefined;
  const format = options.format ?? (isTerminal ? 'pretty' : 'json');
  const color = options.color ?? (isTerminal && process.env['NO_COLOR'] === undefined);
  const write = options.write ?? standardOutput();
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactPaths, censor: '[redacted]' },
  };
  const toLine =
    format === 'pretty' ? (line: string) => prettyLine(line, color) : (line: string) => line;
  return pino(settings, { write: (line: string) => write(toLine(cleanLine(line))) });
}

function standardOutput(): (line: string) => void {
  const destination = pino.destination({ dest: 1, sync: true });
  return (line) => {
    destination.write(line);
  };
}

// JSON.stringify leaves these as they are, but some readers take them for line ends or commands.
const unsafe = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const secretTexts = /(baton_[a-z2-7]{12}_)[A-Za-z0-9_-]{43}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g;

/**
 * Escape what JSON need not escape but a line of a log must; take out keys and tokens within texts.
 */
function cleanLine(line: string): string {
  return line
    .replace(unsafe, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(secretTexts, (_text, keyId: string | undefined) => `${keyId ?? ''}[redacted]`);
}

const levelColors: Readonly<Record<string, number>> = { warn: 33, error: 31, fatal: 31, info: 36 };

/** `12:34:56.789 info  serving port=7070`; the stack of an error on lines of its own, indented. */
function prettyLine(line: string, color: boolean): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const paint = (text: string, code: number): string =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const name = String(level);
  const head = [
    paint(String(time).slice(11, 23), 90),
    paint(name.padEnd(5), levelColors[name] ?? 90),
    shown(msg ?? ''),
  ];
  for (const [field, value] of Object.entries(fields))
    head.push(paint(`${shown(field)}=${shown(value)}`, 90));
  const { stack, message } = (err ?? {}) as { stack?: unknown; message?: unknown };
  const trace =
    err === undefined ? [] : String(stack ?? message ?? JSON.stringify(err)).split('\n');
  return `${[head.join(' '), ...trace.map((one) => `    ${shown(one.trim())}`)].join('\n')}\n`;
}

/** A value on one line: plain text as it is, everything else as JSON. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return escaped(JSON.stringify(value) ?? 'undefined');
  return escaped(value);
}

// oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function escaped(text: string): string {
  return text.replace(controls, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
