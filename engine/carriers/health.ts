/** Commands on how carriers do, and what time makes of it. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { embargoed, healthAt, healthNews, reported, type CarrierHealth } from '../../actors/carrier-health.ts';
import type { CarrierId, ServiceId } from '../../actors/ids.ts';
import { delayMsMax } from '../../actors/limits.ts';
import type { CarrierCard } from '../../actors/network-commands.ts';
import { unreachable } from '../assert.ts';
import type { CarrierCell } from '../cells.ts';
import { about, clearCase, raiseCase } from '../cases/tell.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { changeCarrier } from '../effects.ts';
import { servicesOf, standard } from '../promise/services.ts';

/** Embargoes of one carrier at a time. */
const embargoesMax = 50;

type Kinds = 'carrier.report' | 'carrier.embargo' | 'carrier.lift';
export type CarrierHealthCommand = Extract<Command, { kind: Kinds }>;

export function isHealthCommand<C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, CarrierHealthCommand> {
  return command.kind === 'carrier.report' || command.kind === 'carrier.embargo' || command.kind === 'carrier.lift';
}

export function changeHealth(core: Core, { kind, body }: CarrierHealthCommand, atMs: number): Handled {
  const cell = core.world.carriers.get(body.carrierId);
  const context = cell?.snapshot?.context;
  if (cell === undefined || context === undefined) {
    return refuse('unknown-carrier', `no carrier ${body.carrierId}`, 'body.carrierId');
  }
  const { card, health } = context;
  const service = 'service' in body ? body.service : undefined;
  if (service !== undefined && !servicesOf(card).some(({ id }) => id === service)) {
    return refuse('unknown-service', `${card.id} has no service ${service}`, 'body.service');
  }
  switch (kind) {
    case 'carrier.report':
      return report(core, cell, card, health, body, atMs);
    case 'carrier.embargo':
      return putEmbargo(core, cell, health, body, atMs);
    case 'carrier.lift': {
      const { carrierId, embargoId } = body;
      if (health?.embargoes?.some((one) => one.embargoId === embargoId) !== true) {
        return refuse('unknown-embargo', `${carrierId} has no embargo ${embargoId}`, 'body.embargoId');
      }
      put(core, cell, health, embargoed(health, embargoId, undefined));
      return done({ id: carrierId, embargoId });
    }
    default:
      return unreachable(kind);
  }
}

function report(
  core: Core,
  cell: CarrierCell,
  card: CarrierCard,
  health: CarrierHealth | undefined,
  { service = standard, ok, what, orderId, detail = `no ${what} by ${service}` }: CommandBody<'carrier.report'>,
  atMs: number,
): Handled {
  const code = what === 'label' ? 'LABEL_FAILED' : what === 'rate' ? 'RATE_UNAVAILABLE' : undefined;
  if (orderId !== undefined && code === undefined) {
    return refuse('contradiction', `a ${what} is of no single order`, 'body.orderId');
  }
  if (orderId !== undefined && core.world.look(orderId) === undefined) {
    return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  }
  if (!servicesOf(card).some(({ id }) => id === service)) {
    return refuse('unknown-service', `${card.id} has no service ${service}`, 'body.service');
  }
  const after = reported(health, service, policyOf(card, service), ok, atMs);
  put(core, cell, health, after);
  if (orderId !== undefined && code !== undefined) {
    const of = about(code, orderId);
    if (ok) clearCase(core, of, atMs);
    else raiseCase(core, { of, cause: `${card.id}: ${detail}`, orders: [orderId], by: 'engine' }, atMs);
  }
  const breaker = after?.breakers?.find((one) => one.service === service);
  return done({ id: card.id, service, state: breaker?.state ?? 'closed', untilMs: breaker?.untilMs });
}

const policyOf = (card: CarrierCard, service: ServiceId): CarrierCard['breaker'] =>
  card.services?.find(({ id }) => id === service)?.breaker ?? card.breaker;

function putEmbargo(
  core: Core,
  cell: CarrierCell,
  health: CarrierHealth | undefined,
  { carrierId, ...embargo }: CommandBody<'carrier.embargo'>,
  atMs: number,
): Handled {
  const { embargoId, untilMs } = embargo;
  if (untilMs !== undefined && (untilMs <= atMs || untilMs > atMs + delayMsMax)) {
    return refuse('over-limit', 'an embargo ends within a year from now', 'body.untilMs');
  }
  const others = (health?.embargoes ?? []).filter((one) => one.embargoId !== embargoId);
  if (others.length >= embargoesMax) {
    return refuse('over-limit', `${carrierId} has ${embargoesMax} embargoes: lift one`, 'body.embargoId');
  }
  put(core, cell, health, embargoed(health, embargoId, embargo));
  return done({ id: carrierId, embargoId });
}

function put(core: Core, cell: CarrierCell, before: CarrierHealth | undefined, after: CarrierHealth | undefined): void {
  if (before === undefined && after === undefined) return;
  changeCarrier(core, cell, { type: 'carrier.health', health: after });
  core.changes.publish(healthNews(cell.id, before, after));
}

/** A circuit is tried again, or an embargo is over, unless that was overtaken. */
export function healthDue(core: Core, id: CarrierId, atMs: number): undefined {
  const cell = core.world.carriers.get(id);
  const health = cell?.snapshot?.context.health;
  if (cell === undefined || health === undefined) return undefined;
  const after = healthAt(health, atMs);
  if (healthNews(id, health, after).length > 0) put(core, cell, health, after);
}
