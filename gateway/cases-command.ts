/** `baton cases`: what goes wrong on a running server, and what is to be done about it. */
import { parseArgs } from 'node:util';
import type { CaseSummary } from '../actors/case-context.ts';
import type { Answers } from '../engine/outcome.ts';
import { connect, type Baton } from './client/client.ts';
import type { Out } from './progress.ts';

export const casesHelp = `What goes wrong, whose it is, and what is done about it.

  npm run baton -- cases [list] [--code CODE] [--owner O] [--state S] [--severity S] [--subject S] [--order ID]
  npm run baton -- cases show CASE                     with its log and its first orders
  npm run baton -- cases retry CASE [--reason R]       begin its playbook anew
  npm run baton -- cases reassign CASE OWNER --reason R [--severity S]
  npm run baton -- cases override CASE ACTION --reason R [--order ID]...
  npm run baton -- cases comment CASE TEXT
  npm run baton -- cases resolve|dismiss CASE --reason R
  npm run baton -- cases playbook CODE                 what is done about a kind

  --url URL        the server (default: ws://127.0.0.1:7070)
  --key KEY        API key (default: the environment's BATON_KEY)
  --json           print the whole answer as JSON
  --help           this text

Exit codes: 0 done, 1 refused or not there, 2 not understood.
`;

const spec = {
  url: { type: 'string' },
  key: { type: 'string' },
  code: { type: 'string' },
  owner: { type: 'string' },
  state: { type: 'string' },
  severity: { type: 'string' },
  subject: { type: 'string' },
  order: { type: 'string', multiple: true },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof spec }>>['values'];
type Environment = Readonly<Record<string, string | undefined>>;

/** What a line asks for: a question or a command, and how its answer is told. */
type Asked =
  | { readonly query: string; readonly body: object; readonly text: (answer: never) => string }
  | { readonly command: string; readonly body: object };

export async function runCases(argv: readonly string[], env: Environment, out: Out): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n\n${casesHelp}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const asked = askedBy(positionals, values);
  if (values.help === true || asked === undefined) {
    out.write(casesHelp);
    return values.help === true ? 0 : 2;
  }
  const { url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'] } = values;
  try {
    const client = await connect({ url, key });
    try {
      return await tell(client, asked, values.json === true, out);
    } finally {
      await client.close();
    }
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function tell(client: Baton, asked: Asked, isJson: boolean, out: Out): Promise<number> {
  if ('command' in asked) {
    const answer = await client.command(asked.command as never, asked.body as never);
    out.write(`${isJson ? JSON.stringify(answer) : lineOf(answer as CaseSummary)}\n`);
    return 0;
  }
  const answer: unknown = await client.query(asked.query as never, asked.body as never);
  const text = answer === null ? 'there is no such case' : asked.text(answer as never);
  out.write(`${isJson ? JSON.stringify(answer) : text}\n`);
  return answer === null ? 1 : 0;
}

function askedBy([what = 'list', id, more, ...rest]: readonly string[], values: Values): Asked | undefined {
  const { reason, severity, order: orders, json: _, url: _url, key: _key, help: _help, ...named } = values;
  if (rest.length > 0) return undefined;
  if (what === 'list') {
    const body = { ...named, ...(severity && { severity }), ...(orders?.[0] && { orderId: orders[0] }), limit: 200 };
    return id === undefined ? { query: 'case.list', body, text: listText } : undefined;
  }
  if (id === undefined) return undefined;
  const body = { caseId: id, ...(reason !== undefined && { reason }) };
  switch (what) {
    case 'show':
      return more === undefined ? { query: 'case.get', body: { caseId: id }, text: viewText } : undefined;
    case 'playbook':
      return more === undefined ? { query: 'playbook.get', body: { code: id }, text: playbookText } : undefined;
    case 'retry':
    case 'resolve':
    case 'dismiss':
      return more === undefined ? { command: `case.${what}`, body } : undefined;
    case 'comment':
      return more === undefined ? undefined : { command: 'case.comment', body: { caseId: id, text: more } };
    case 'reassign':
      return more === undefined
        ? undefined
        : { command: 'case.reassign', body: { ...body, owner: more, ...(severity && { severity }) } };
    case 'override':
      return more === undefined
        ? undefined
        : { command: 'case.override', body: { ...body, do: more, ...(orders && { orders }) } };
    default:
      return undefined;
  }
}

const when = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

function lineOf({ caseId, state, severity, owner, orders, times, slaAtMs, isLate }: CaseSummary): string {
  const again = times > 1 ? `, ${times} times` : '';
  const due = isLate ? 'LATE' : `due ${when(slaAtMs)}`;
  return `${caseId}  ${state}, ${severity}, ${owner}, ${orders} orders${again}, ${due}`;
}

function listText({ cases, next }: Answers['case.list']): string {
  if (cases.length === 0) return 'nothing is open';
  return [...cases.map(lineOf), ...(next === undefined ? [] : ['…and more'])].join('\n');
}

function viewText(view: NonNullable<Answers['case.get']>): string {
  const log = view.log.map(({ atMs, by, what, text }) => `  ${when(atMs)}  ${by}  ${what}${text ? `: ${text}` : ''}`);
  const orders = view.orderIds.length === 0 ? [] : [`  orders: ${view.orderIds.join(', ')}${view.next ? ', …' : ''}`];
  return [lineOf(view), `  ${view.cause}`, ...orders, ...log].join('\n');
}

function playbookText({ code, version, owner, severity, slaMs, steps }: Answers['playbook.get']): string {
  const whose = version === 0 ? 'by default' : `version ${version}`;
  const head = `${code}: ${severity}, ${owner}, within ${slaMs / 3_600_000} h, ${whose}`;
  return [head, ...steps.map((step, index) => `  ${index + 1}. ${JSON.stringify(step)}`)].join('\n');
}
