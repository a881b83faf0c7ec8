/** The bodies of commands on cases and playbooks, drawn for the world as the shadow has it. */
import type { CommandKind } from '../../actors/commands.ts';
import { caseCodes, caseKinds } from '../../actors/case-kinds.ts';
import { orderActions, stepActions } from '../../actors/playbook-schemas.ts';
import type { Draw, Names } from './bodies.ts';
import { drawSku } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import { caseConditions, isThere, membersOf, orderConditions } from './shadow/case-facts.ts';
import { openCases } from './shadow/cases.ts';
import type { Shadow } from './shadow/state.ts';

type CaseKind = Extract<CommandKind, `case.${string}` | `playbook.${string}`>;

export const caseDraws: Record<CaseKind, Draw> = {
  'case.raise': drawReport,
  'case.retry': (rng, names, shadow) => ({ ...ref(rng, names, shadow), ...(rng.chance(0.5) ? { reason: 'again' } : {}) }),
  'case.reassign': (rng, names, shadow) => ({
    ...ref(rng, names, shadow), owner: rng.pick(['ann', 'floor', 'nobody']), ...(rng.chance(0.5) ? { severity: rng.pick(['low', 'critical']) } : {}), reason: 'hers',
  }),
  'case.override': (rng, names, shadow) => {
    const { caseId } = ref(rng, names, shadow, true);
    const members = membersOf(shadow, caseId).map(({ orderId }) => orderId);
    const orders = rng.chance(0.5) && members.length > 0 ? [rng.pick(members)] : undefined;
    const stranger = rng.chance(names.settings.nonsenseShare / 4) && names.orders.length > 0 ? [rng.pick(names.orders)] : orders;
    return { caseId, do: rng.pick(orderActions), ...(stranger === undefined ? {} : { orders: stranger }), reason: 'I know better' };
  },
  'case.dismiss': (rng, names, shadow) => ({ ...ref(rng, names, shadow), reason: 'no trouble' }),
  'case.comment': (rng, names, shadow) => ({ ...ref(rng, names, shadow), text: rng.chance(0.1) ? '' : 'looked into it' }),
  'case.resolve': (rng, names, shadow) => ({ ...ref(rng, names, shadow), reason: 'mended' }),
  'playbook.put': (rng, names) => {
    const code = rng.chance(0.6) ? rng.pick(['OVERSOLD', 'STOCKOUT_AT_PICK', 'RULE_GAP', 'NODE_DOWN', 'CARRIER_OUTAGE'] as const) : rng.pick(caseCodes);
    return { code, steps: Array.from({ length: rng.below(5) }, () => drawStep(rng, names, code)), reason: 'by us' };
  },
  'playbook.remove': (rng) => ({ code: rng.chance(0.8) ? rng.pick(['OVERSOLD', 'STOCKOUT_AT_PICK', 'RULE_GAP', 'NODE_DOWN'] as const) : rng.pick(caseCodes), reason: 'back' }),
};

/** A case that is there, mostly an open one. */
function ref(rng: Rng, { settings }: Names, shadow: Shadow, hasOrders = false): { caseId: string } {
  const open = openCases(shadow);
  const fitting = hasOrders ? open.filter(({ caseId }) => membersOf(shadow, caseId).length > 0) : open;
  const all = [...shadow.cases.values()];
  const from = fitting.length > 0 && !rng.chance(settings.nonsenseShare) ? fitting : all;
  return { caseId: from.length === 0 || rng.chance(settings.nonsenseShare / 8) ? 'LOST/nothing' : rng.pick(from).caseId };
}

function drawReport(rng: Rng, names: Names, shadow: Shadow): object {
  const { settings, orders } = names;
  const isNonsense = rng.chance(settings.nonsenseShare / 2);
  const reported = caseCodes.filter((code) => caseKinds[code].watch === 'report' || caseKinds[code].watch === 'known');
  const often = rng.pick(['ADDRESS_INVALID', 'PAYMENT_FAILED', 'LABEL_FAILED', 'NODE_NOT_ACKNOWLEDGED', 'LANE_DELAY', 'DEAD_LETTER'] as const);
  const code = isNonsense ? rng.pick(caseCodes) : rng.chance(0.4) ? often : rng.pick(reported);
  const subject = subjectOf(rng, names, shadow, caseKinds[code].subject);
  const isOfPlace = caseKinds[code].subject === 'location' || caseKinds[code].subject === 'carrier';
  const concerned = isOfPlace ? [...shadow.orders.values()].filter((order) => isThere(code, subject, order) === true).map(({ id }) => id) : orders;
  const drawn = Array.from({ length: rng.between(1, 4) }, () => (rng.chance(settings.nonsenseShare / 8) ? 'nobody' : rng.pick(concerned.length > 0 ? concerned.slice(-30) : ['nobody'])));
  return {
    code, subject, cause: rng.pick(['it failed', 'nobody knows']),
    ...((concerned.length > 0 || isNonsense) && rng.chance(0.6) ? { orders: [...new Set(drawn)] } : {}),
    ...(rng.chance(0.2) ? { severity: rng.pick(['low', 'high', 'critical']) } : {}),
    ...(rng.chance(0.2) ? { owner: rng.pick(['ann', 'nobody']) } : {}),
  };
}

function subjectOf(rng: Rng, { settings, orders, returns }: Names, _shadow: Shadow, type: string): string {
  if (rng.chance(settings.nonsenseShare / 8)) return 'no-such';
  const some = (all: readonly string[]): string => (all.length === 0 ? 'no-such' : rng.pick(all.slice(-30)));
  if (type === 'order') return some(orders);
  if (type === 'return') return some(returns);
  if (type === 'location') return rng.pick(settings.locations);
  if (type === 'carrier') return some(settings.carriers);
  if (type === 'channel') return rng.pick(settings.channels);
  return type === 'sku' ? drawSku(rng, settings) : rng.pick(['netsuite', 'a/b', 'constructor']);
}

function drawStep(rng: Rng, { settings }: Names, code: keyof typeof caseKinds): object {
  const isWrong = rng.chance(settings.nonsenseShare / 8);
  const action = rng.pick(stepActions.filter((one) => one !== 'pause' || caseKinds[code].subject === 'location' || isWrong));
  const isOfOrders = (orderActions as readonly string[]).includes(action);
  const attempts = rng.chance(0.3) ? rng.between(1, 3) : 1;
  return {
    do: action,
    ...(rng.chance(0.4) ? { if: isWrong ? 'case.tims > 1' : rng.pick(Object.keys(isOfOrders ? { ...caseConditions, ...orderConditions } : caseConditions)) } : {}),
    ...(rng.chance(0.4) ? { afterMs: rng.pick([1, 500, 60_000, 600_000]) } : {}),
    ...(attempts > 1 || rng.chance(0.2) ? { attempts } : {}),
    ...(attempts > 1 && rng.chance(0.7) ? { backoffMs: rng.pick([1, 1_000, 30_000]) } : {}),
    ...(rng.chance(0.4) ? { note: 'see to it' } : {}),
    ...((action === 'hold' || action === 'pause') && rng.chance(0.8) ? { forMs: rng.pick([1, 1_000, 300_000]) } : {}),
    ...(action === 'escalate' && rng.chance(0.6) ? { owner: 'chief', severity: rng.pick(['medium', 'critical']) } : {}),
  };
}
