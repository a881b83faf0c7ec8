/** `baton explain ORDER`: asks a running server why an order went where it went, and prints it for a person. */
import { parseArgs } from 'node:util';
import type { Answers } from '../engine/outcome.ts';
import { connect } from './client/client.ts';
import type { Out } from './progress.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const help = `Say why an order went where it went.

  npm run baton -- explain ORDER [options]

  --attempt N      which of its decisions: 1 is the placement (default), more are later ones
  --json           the whole answer as JSON
  --url URL        the server (default: ws://127.0.0.1:7070)
  --key KEY        API key (default: the environment's BATON_KEY)
  --help           this text

Exit codes: 0 explained, 1 no such order, or no server, 2 not understood.
`;

interface Options {
  readonly orderId: string;
  readonly attempt: number;
  readonly isJson: boolean;
  readonly url: string;
  readonly key: string | undefined;
}

const spec = {
  attempt: { type: 'string' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  key: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Parsed = Options | { readonly help: true } | { readonly wrong: string };

/** The options, or what to tell the person instead: help, or what is wrong. */
function optionsOf(argv: readonly string[], env: Environment): Parsed {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    // An unknown or incomplete option; the message of parseArgs names it.
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { help: true };
  const [orderId, ...more] = positionals;
  if (orderId === undefined || more.length > 0) return { wrong: 'name one order to explain' };
  const attempt = Number(values.attempt ?? 1);
  if (!Number.isSafeInteger(attempt) || attempt < 1) return { wrong: '--attempt is a whole number from 1' };
  const { url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'], json: isJson = false } = values;
  return { orderId, attempt, isJson, url, key };
}

/** The exit code: 0 explained, 1 no such order or no server, 2 a wrong command line. */
export async function runExplain(argv: readonly string[], env: Environment, out: Out): Promise<number> {
  const options = optionsOf(argv, env);
  if ('help' in options) {
    out.write(help);
    return 0;
  }
  if ('wrong' in options) {
    out.write(`${options.wrong}\n\n${help}`);
    return 2;
  }
  let said: Answers['decision.explain'];
  try {
    said = await ask(options);
  } catch (error) {
    // The one place a person hears of a server that is not there, or that does not want to tell.
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  if (said === null) {
    out.write(`There is no order ${options.orderId}.\n`);
    return 1;
  }
  out.write(options.isJson ? `${JSON.stringify(said, undefined, 2)}\n` : `${said.text.join('\n')}\n`);
  return 0;
}

async function ask({ url, key, orderId, attempt }: Options): Promise<Answers['decision.explain']> {
  const client = await connect({ url, key });
  try {
    return await client.query('decision.explain', { orderId, attempt });
  } finally {
    await client.close();
  }
}
