/** `baton plan canary | promote | abort | shadow | unshadow | divergence | list`: plans of a running server. */
import { parseArgs } from 'node:util';
import { shares, type Tally } from '../actors/canary.ts';
import type { Divergence, DivergenceTotals } from '../actors/divergence.ts';
import type { PlanList } from './protocol.ts';
import { connect, type Baton } from './client/client.ts';
import type { Print } from './store-commands.ts';

const kinds = ['list', 'canary', 'promote', 'abort', 'shadow', 'unshadow', 'divergence'] as const;
type Kind = (typeof kinds)[number];

export const isLive = (word: string | undefined): word is Kind => kinds.some((kind) => kind === word);

export const liveUsage = `\
  baton plan list                       what is in force for whom, and canaries with their figures
  baton plan canary PLAN VERSION --percent N --reason TEXT [--channel C] [--force] [limits]
                                        a version decides N % of the orders; sent again it begins anew
  baton plan promote --reason TEXT [--channel C]    the canary decides all orders
  baton plan abort --reason TEXT [--channel C]      the canary ends
  baton plan shadow PLAN VERSION --percent N --reason TEXT [--channels C,D] [--until MOMENT]
                                        a version decides N % of the orders a second time, without effect
  baton plan unshadow PLAN --reason TEXT
  baton plan divergence [PLAN] [--follow]           what shadows would have done otherwise

Limits of a canary; above one it ends by itself:
  --min-orders N        orders before anything is judged (default: 100)
  --cost-percent N      mean cost of a whole order above that of the others, in per cent
  --short L --refused L --split L --late L --failed L --again L
                        share of the orders: 2.5 (per cent) or +1.5 (points above the others), or both: 2.5+1.5

  --url URL             the server (default: ws://127.0.0.1:7070)
  --key KEY             API key (default: the environment's BATON_KEY)`;

const text = { type: 'string' } as const;
const spec = {
  url: text, key: text, percent: text, reason: text, channel: text, channels: text, until: text,
  'min-orders': text, 'cost-percent': text, short: text, refused: text, split: text, late: text, failed: text,
  again: text, force: { type: 'boolean' }, follow: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof spec; allowPositionals: true }>>['values'];

/** What the line means makes no sense. */
class Wrong extends Error {}

/** The exit code: 0 done, 1 refused or not reached, 2 not understood. */
export async function runLivePlan(
  kind: Kind, argv: readonly string[], env: Readonly<Record<string, string | undefined>>, print: Print,
): Promise<number> {
  try {
    const { values, positionals } = parse(argv);
    const work = workOf(kind, positionals, values, print);
    const { url = 'ws://127.0.0.1:7070', key = env['BATON_KEY'] } = values;
    const client = await connect({ url, key });
    try {
      await work(client);
    } finally {
      await client.close();
    }
    return 0;
  } catch (error) {
    const isWrong = error instanceof Wrong;
    const said = error instanceof Error ? error.message : String(error);
    await print(isWrong ? `${said}\n${liveUsage}` : said);
    return isWrong ? 2 : 1;
  }
}

function parse(argv: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options: spec, allowPositionals: true });
  } catch (error) {
    throw new Wrong(error instanceof Error ? error.message : String(error));
  }
}

type Work = (client: Baton) => Promise<void>;

function workOf(kind: Kind, names: readonly string[], values: Values, print: Print): Work {
  const channel = values.channel === undefined ? {} : { channel: values.channel };
  const count = kind === 'canary' || kind === 'shadow' ? 2 : kind === 'unshadow' ? 1 : 0;
  const [planId = '', given = ''] = names;
  const isNamed = names.length === count || (kind === 'divergence' && names.length === 1);
  if (!isNamed) {
    if (count === 0) throw new Wrong(`${kind} takes no ${names[0]}`);
    throw new Wrong(`name ${count === 2 ? 'plan and version' : 'the plan'}`);
  }
  const tell = async (answer: unknown): Promise<void> => void (await print(JSON.stringify(answer)));
  switch (kind) {
    case 'list':
      return async (client) => printList(await client.query('plan.list', {}), print);
    case 'canary': {
      const guard = guardOf(values);
      const body = { planId, version: numberOf('VERSION', given), percent: percentOf(values), ...channel, guard };
      const isForced = values.force === true ? { force: true } : {};
      const reason = reasonOf(values);
      return async (client) => tell(await client.command('plan.canary', { ...body, reason, ...isForced }));
    }
    case 'promote':
    case 'abort': {
      const reason = reasonOf(values);
      return async (client) => tell(await client.command(`plan.${kind}`, { ...channel, reason }));
    }
    case 'shadow': {
      const reason = reasonOf(values);
      const body = { planId, version: numberOf('VERSION', given), percent: percentOf(values), reason };
      const channels = values.channels === undefined ? {} : { channels: values.channels.split(',') };
      const until = values.until === undefined ? {} : { untilMs: momentOf(values.until) };
      return async (client) => tell(await client.command('plan.shadow', { ...body, ...channels, ...until }));
    }
    case 'unshadow': {
      const reason = reasonOf(values);
      return async (client) => tell(await client.command('plan.unshadow', { planId, reason }));
    }
    case 'divergence':
      if (values.follow === true && planId === '') throw new Wrong('name the plan to follow');
      return async (client) =>
        values.follow === true ? follow(client, planId, print) : printTotals(client, planId, print);
  }
}

function reasonOf({ reason }: Values): string {
  if (reason === undefined) throw new Wrong('say why: --reason TEXT');
  return reason;
}

function percentOf({ percent }: Values): number {
  if (percent === undefined) throw new Wrong('say of how many orders: --percent N');
  return numberOf('--percent', percent);
}

function numberOf(name: string, said: string): number {
  const value = Number(said);
  if (said.trim() === '' || !Number.isFinite(value)) throw new Wrong(`${name} is a number, not ${said}`);
  return value;
}

function momentOf(said: string): number {
  const atMs = Date.parse(said);
  if (Number.isNaN(atMs)) throw new Wrong(`--until is a moment such as 2026-12-04T18:00Z, not ${said}`);
  return atMs;
}

/** `2.5`: per cent; `+1.5`: points above the others; `2.5+1.5`: both. */
function limitOf(name: string, said: string): { percent?: number; points?: number } {
  const [percent = '', points] = said.split('+');
  return {
    ...(percent === '' && points !== undefined ? {} : { percent: numberOf(`--${name}`, percent) }),
    ...(points === undefined ? {} : { points: numberOf(`--${name}`, points) }),
  };
}

function guardOf(values: Values): Record<string, unknown> {
  const { 'min-orders': least, 'cost-percent': cost } = values;
  const limits = shares.flatMap((kpi) => {
    const said = values[kpi];
    return said === undefined ? [] : [[kpi, limitOf(kpi, said)] as const];
  });
  return {
    ...(least === undefined ? {} : { minOrders: numberOf('--min-orders', least) }),
    ...(cost === undefined ? {} : { costPercent: numberOf('--cost-percent', cost) }),
    ...Object.fromEntries(limits),
  };
}

const money = (minor: number): string => (minor / 100).toFixed(2);
const percentText = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`);
const meanText = ({ whole, costMinor }: Tally): string => (whole === 0 ? '–' : money(costMinor / whole));

async function printList({ plans, seats }: PlanList, print: Print): Promise<void> {
  for (const { id, version, state, name, shadowPercent } of plans) {
    const shadow = shadowPercent === undefined ? '' : `, shadow of ${shadowPercent} %`;
    await print(`${id} ${version} ${state}${shadow}: ${name}`);
  }
  for (const { channel = 'all channels', now, canary, ended } of seats) {
    await print(`${channel}: ${now.planId === undefined ? 'no plan' : `${now.planId} ${now.version}`} (${now.reason})`);
    if (canary !== undefined) {
      await print(`  canary ${canary.planId} ${canary.version} for ${canary.percent} % (${canary.reason})`);
      for (const side of ['canary', 'control'] as const) {
        await print(`    ${side.padEnd(8)}${tallyText(canary.counts[side])}`);
      }
    }
    if (ended !== undefined) await print(`  canary ${ended.planId} ${ended.version} was ${ended.how}: ${ended.why}`);
  }
}

function tallyText(tally: Tally): string {
  const { orders } = tally;
  const of = shares.map((kpi) => `${kpi} ${percentText(tally[kpi], orders)}`);
  return [`${orders} orders`, `cost ${meanText(tally)}`, ...of].join(', ');
}

async function printTotals(client: Baton, planId: string, print: Print): Promise<void> {
  const totals = await client.query('plan.divergence', planId === '' ? {} : { planId });
  for (const one of totals) await print(totalsText(one));
  if (totals.length === 0) await print(planId === '' ? 'there is no shadow' : `there is no shadow of ${planId}`);
}

function totalsText(totals: DivergenceTotals): string {
  const { planId, version, percent, evaluated, same, different, dropped, outdated, pending } = totals;
  const { costMinor, parcels, splits, shortUnits, shortOrders, refused, late } = totals;
  return [
    `${planId} ${version}, ${percent} % of the orders: ${evaluated} decided twice, ${same} the same, ` +
      `${different} otherwise (${percentText(different, evaluated)})`,
    `  ${dropped} dropped, ${outdated} outdated, ${pending} waiting`,
    `  cost ${signed(costMinor / 100, 2)}, parcels ${signed(parcels)}, ` +
      `split orders ${signed(splits)}, late orders ${signed(late)}`,
    `  short orders ${signed(shortOrders)} (units ${signed(shortUnits)}), refused ${signed(refused)}`,
  ].join('\n');
}

const signed = (value: number, digits = 0): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;

async function follow(client: Baton, planId: string, print: Print): Promise<void> {
  for await (const push of client.subscribe({ topic: 'shadow', planId })) {
    if (push.kind === 'snapshot') for (const one of push.snapshot.shadows) await print(totalsText(one));
    if (push.kind !== 'events') continue;
    for (const event of push.events) if (event.kind === 'plan.diverged') await print(divergenceText(event));
  }
}

/** One decision on both sides. */
export function divergenceText({ orderId, reservationId, attempt, live, candidate, difference }: Divergence): string {
  const who = orderId ?? reservationId ?? '';
  const places = ({ parcels, short, isRefused }: Divergence['live']): string => {
    if (isRefused) return 'refused';
    const from = parcels.map(({ location }) => location).join(' and ') || 'nowhere';
    return short === 0 ? from : `${from}, ${short} units without a place`;
  };
  const sides = [live, candidate].map((side) => `${places(side)} for ${money(side.costMinor)}`);
  return `${who} (${attempt}): ${sides.join('; otherwise ')} (${signed(difference.costMinor / 100, 2)})`;
}
