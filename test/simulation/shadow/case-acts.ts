/** What is done to the orders of a case, in the shadow: what a person could do by commands. */
import type { OrderAction } from '../../../actors/playbook-schemas.ts';
import { caseKinds } from '../../../actors/case-kinds.ts';
import type { ShadowCase } from './case-facts.ts';
import * as holds from './holds.ts';
import * as orderCommands from './order-commands.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { needsFor } from './kits.ts';
import { waiting } from './order-facts.ts';
import { reshipLost } from './reship.ts';
import { planUnits } from './sourcing.ts';
import { isUntouched, type ShadowOrder } from './state.ts';
import { alsoDeclined } from './troubles.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

export interface Acting {
  readonly action: OrderAction;
  readonly reason: string;
  readonly by: string;
  readonly forMs: number;
}

export function actOn(doing: Doing, one: ShadowCase, id: string, acting: Acting): Verdict | typeof idle {
  const { action, reason, by, forMs } = acting;
  const orderId = id as never;
  const untilMs = doing.atMs + forMs;
  switch (action) {
    case 'retry':
      return retry(doing, id);
    case 'cancel':
      return orderCommands.cancel(doing, { orderId, reason });
    case 'hold':
      if (by === 'playbook' && doing.shadow.orders.get(id)?.holds?.some((hold) => isItsOwn(one.code, hold)) === true) return idle;
      return holds.hold(doing, { kind: 'order.hold', commandId: '' as never, by, body: { orderId, holdId: 'case' as never, reason, untilMs } });
    case 'unhold':
      return holds.unhold(doing, { orderId, holdId: 'case' as never });
    case 'reroute':
      return reroute(doing, one, id, acting);
    case 'reship':
      return reshipLost(doing, one.code, id, by, reason);
  }
}

/** Orders that are held by what a case is about are held no second time. */
function isItsOwn(code: string, { holdId, by }: { readonly holdId: string; readonly by: string }): boolean {
  if (by === 'payments') return ['PAYMENT_FAILED', 'PAYMENT_PENDING'].includes(code);
  const sizes = ['big-order', 'bulk-buy'];
  return by === 'intake' && ((code === 'ADDRESS_INVALID' && holdId === 'address') || (code === 'BULK_BUY' && sizes.includes(holdId)) || (code === 'INTAKE_DUPLICATE' && holdId === 'repeat'));
}

/** What is done to an order and comes to nothing is not done. */
export const idle = { idle: true } as const;

/** Untouched parts, of the place or carrier where the case is about one, go elsewhere, each whole or not at all. */
function reroute(doing: Doing, { code, subject }: ShadowCase, id: string, { by, reason }: Acting): Verdict | typeof idle {
  const { shadow, atMs } = doing;
  const order = shadow.orders.get(id);
  if (order === undefined) return no('unknown-order');
  const { subject: type } = caseKinds[code];
  const meant = order.parts.flatMap((part, index) => {
    const isMeant = type === 'location' ? part.location === subject : type !== 'carrier' || part.carrier === subject;
    return isMeant && isUntouched(part) ? [index] : [];
  });
  if (meant.length === 0) return no('wrong-state');
  if (type !== 'location' && by === 'playbook') return rerouteOne(doing, id, meant, reason);
  let moved = 0;
  for (const index of meant) {
    const now = shadow.orders.get(id) as ShadowOrder;
    const part = now.parts[index] as ShadowOrder['parts'][number];
    const units: Wanted = new Map(part.units.map(({ line, quantity }) => [line, quantity]));
    const untilMs = type === 'location' ? atMs + 86_400_000 : undefined;
    const declined = untilMs === undefined ? now.declined : alsoDeclined(now, { location: part.location, untilMs }, atMs);
    const plan = planUnits(shadow, { ...now, declined }, needsFor(now, (line) => units.get(line) ?? 0), atMs);
    const [first, second] = plan.parcels;
    const isThere = second === undefined && first?.from.location === part.location && first.from.carrier === part.carrier && first.from.service === part.service;
    if (plan.short > 0 || first === undefined || isThere) continue;
    orders.withdraw(doing, now, index, units, untilMs, false);
    orders.sourceBy(doing, id, { ...plan, cause: { kind: 'rerouted', from: [String(index + 1)], by, reason } });
    moved += 1;
  }
  return moved === 0 ? idle : { ok: undefined };
}

/** The first part that has a better place, its own units counted as free. */
function rerouteOne(doing: Doing, id: string, meant: readonly number[], reason: string): Verdict | typeof idle {
  const { shadow, atMs, events } = doing;
  for (const index of meant) {
    const now = shadow.orders.get(id) as ShadowOrder;
    const part = now.parts[index] as ShadowOrder['parts'][number];
    const units: Wanted = new Map(part.units.map(({ line, quantity }) => [line, quantity]));
    const told = events.length;
    orders.withdraw(doing, now, index, new Map(units), undefined, false);
    const free = shadow.orders.get(id) as ShadowOrder;
    const plan = planUnits(shadow, free, needsFor(free, (line) => units.get(line) ?? 0), atMs);
    const [first, second] = plan.parcels;
    const isThere = second === undefined && first?.from.location === part.location && first.from.carrier === part.carrier && first.from.service === part.service;
    if (plan.short === 0 && first !== undefined && !isThere) {
      orders.sourceBy(doing, id, { ...plan, cause: { kind: 'rerouted', from: [String(index + 1)], by: 'playbook', reason } });
      return { ok: undefined };
    }
    shadow.undo();
    events.length = told;
  }
  return idle;
}

/** Units that wait are sought again, where something comes of it. */
function retry(doing: Doing, id: string): Verdict | typeof idle {
  const order = doing.shadow.orders.get(id);
  if (order === undefined || waiting(order) === 0) return no('wrong-state');
  if (orders.isLeftAsItIs(doing.shadow, order, doing.atMs)) return idle;
  return orders.source(doing, id) ?? { ok: undefined };
}

/** Something is tried: what is refused leaves nothing behind. Nothing was done before it. */
export function attempted(doing: Doing, go: (trying: Doing) => Verdict | typeof idle): 'done' | 'passed' | { readonly refused: string } {
  const trying = { ...doing, events: [], decided: [] };
  const verdict = go(trying);
  if ('idle' in verdict) return 'passed';
  if (isRefused(verdict)) {
    doing.shadow.undo();
    return { refused: verdict.code };
  }
  doing.events.push(...trying.events);
  doing.decided.push(...trying.decided);
  return 'done';
}
