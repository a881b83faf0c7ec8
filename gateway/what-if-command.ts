/** `baton whatif`: asks a running server what a change or a short pick would do to open orders. Nothing is changed. */
import { parseArgs } from 'node:util';
import { whatIfOrders } from '../actors/what-if-queries.ts';
import type { Answers } from '../engine/outcome.ts';
import { connect } from './client/client.ts';
import type { Out } from './progress.ts';

export const whatIfHelp = `What a change would do to the orders that are open. Nothing is changed.

  npm run baton -- whatif close-location ID [options]
  npm run baton -- whatif cut-capacity ID PERCENT     so much of its capacity is lost
  npm run baton -- whatif suspend-carrier ID
  npm run baton -- whatif lose-stock SKU [--location ID] [--units N]
  npm run baton -- whatif short-pick ORDER FULFILLMENT LINE=FOUND ...   so many units of each line were found

  --url URL        the server (default: ws://127.0.0.1:7070)
  --key KEY        API key (default: the environment's BATON_KEY)
  --limit N        orders looked at (default: ${whatIfOrders.default}, at most ${whatIfOrders.max})
  --json           print the whole answer as JSON
  --help           this text

Exit codes: 0 answered, 1 it could not be answered or names what is not known, 2 not understood.
`;

const spec = {
  url: { type: 'string' },
  key: { type: 'string' },
  limit: { type: 'string' },
  location: { type: 'string' },
  units: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

export async function runWhatIf(argv: readonly string[], env: Environment, out: Out): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n\n${whatIfHelp}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const asked = shortOf(positionals) ?? changeOf(positionals, values);
  if (values.help === true || asked === undefined) {
    out.write(whatIfHelp);
    return values.help === true ? 0 : 2;
  }
  const { url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'], limit } = values;
  try {
    const client = await connect({ url, key });
    try {
      const { kind, body } = asked;
      const most = limit === undefined ? {} : { limit: Number(limit) };
      const answer = await client.query(kind, { ...body, ...most } as never);
      out.write(`${values.json === true ? JSON.stringify(answer) : textOf(answer as Answer)}\n`);
      return answer === null ? 1 : 0;
    } finally {
      await client.close();
    }
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

interface Asked {
  readonly kind: 'whatif.run' | 'short.preview';
  readonly body: object;
}

type Answer = Answers['whatif.run'] | Answers['short.preview'];

/** The change a command line names; whether it makes sense is for the server to say. */
function changeOf(
  [kind, id, percent, ...more]: readonly string[],
  { location, units }: { readonly location?: string | undefined; readonly units?: string | undefined },
): Asked | undefined {
  if (id === undefined || more.length > 0) return undefined;
  if (kind === 'cut-capacity' && percent !== undefined) return change({ kind, location: id, percent: Number(percent) });
  if (percent !== undefined) return undefined;
  if (kind === 'close-location') return change({ kind, location: id });
  if (kind === 'suspend-carrier') return change({ kind, carrier: id });
  if (kind !== 'lose-stock') return undefined;
  const lost = { sku: id, ...(location && { location }), ...(units === undefined ? {} : { units: Number(units) }) };
  return change({ kind, ...lost });
}

const change = (one: object): Asked => ({ kind: 'whatif.run', body: { change: one } });

/** The short pick a command line names: what was found of each line. */
function shortOf([kind, orderId, fulfillmentId, ...found]: readonly string[]): Asked | undefined {
  if (kind !== 'short-pick' || fulfillmentId === undefined || found.length === 0) return undefined;
  const lines = found.map((one) => {
    const at = one.lastIndexOf('=');
    return { lineId: one.slice(0, at), found: Number(one.slice(at + 1)) };
  });
  return { kind: 'short.preview', body: { orderId, fulfillmentId, lines } };
}

function textOf(answer: Answer): string {
  if (answer === null) return 'there is no such location, carrier, stock or part';
  type Parts = NonNullable<Answer>['orders'][number]['after'];
  const where = (parts: Parts, waiting: number): string => {
    const at = parts.map(({ location, costMinor }) => `${location} ${(costMinor / 100).toFixed(2)}`).join(' + ');
    return `${at === '' ? 'nowhere' : at}${waiting === 0 ? '' : `, ${waiting} units wait`}`;
  };
  const own = 'order' in answer && answer.order !== undefined ? [answer.order] : [];
  const lines = [...own, ...answer.orders].map((order) => {
    const late = order.lateAfter ? ', late' : '';
    const [was, is] = [where(order.before, order.waitingBefore), where(order.after, order.waitingAfter)];
    return `  ${order.orderId}: ${was} → ${is}${late}`;
  });
  return [...answer.text, ...lines].join('\n');
}
