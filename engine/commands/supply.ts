/**
 * Commands on supply documents. What a document asks of stock happens in the same command: units of a
 * transfer leave and come as typed movements, all of them or none.
 */
import type { CommandBody } from '../../actors/commands.ts';
import type { SupplyId } from '../../actors/ids.ts';
import type { StockUnits } from '../../actors/order-context.ts';
import { isToldBefore, reject, type Rejection } from '../../actors/rejection.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import { formRefusal, refusal } from '../../actors/supply-checks.ts';
import type { SupplyAnswer, SupplyContext, SupplyEffect } from '../../actors/supply-context.ts';
import type { SupplyMessage, SupplyState, TakenUnits } from '../../actors/supply-context.ts';
import type { SupplyType } from '../../actors/supply-commands.ts';
import { openUnits } from '../../actors/supply-lines.ts';
import { must, unreachable } from '../assert.ts';
import { supplySteps, type SupplyCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellStock } from '../effects.ts';
import { step, type Snapshot } from '../step.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

/** Where a document stands: the answer to every command on one. */
function supplyAnswer({ value, context }: Snapshot<SupplyContext>): SupplyAnswer {
  const open = context.lines.reduce((sum, line) => sum + openUnits(line), 0);
  return { supplyId: context.supplyId, state: value as SupplyState, open };
}

export function putSupply(core: Core, { supply: document }: CommandBody<'supply.put'>, atMs: number): Handled {
  const { world, limits } = core;
  const wrong = formRefusal(document);
  if (wrong !== undefined) return refused(wrong);
  for (const field of ['to', 'from'] as const) {
    const location = document[field];
    if (location === undefined || world.locations.get(location)?.snapshot !== undefined) continue;
    return refuse('unknown-location', `no location ${location}`, `body.supply.${field}`);
  }
  const known = world.supplies.get(document.id);
  const handled = tell(core, known ?? world.supplies.begin(document.id), { type: 'supply.put', document, atMs });
  if (known !== undefined || 'refused' in handled) return handled;
  if (world.supplies.openCount < limits.suppliesOpenMax) return handled;
  const detail = `${limits.suppliesOpenMax} supply documents are open: receive, close or cancel some`;
  return refuse('over-limit', detail, 'body.supply');
}

export function orderSupply(core: Core, { supplyId }: CommandBody<'supply.order'>, atMs: number): Handled {
  return about(core, supplyId, { type: 'supply.order', atMs });
}

export function shipSupply(core: Core, body: CommandBody<'supply.ship'>, atMs: number): Handled {
  const { supplyId, expectedAtMs, tracking } = body;
  return about(core, supplyId, { type: 'supply.ship', expectedAtMs, tracking, atMs });
}

export function receiveSupply(core: Core, body: CommandBody<'supply.receive'>, atMs: number): Handled {
  return about(core, body.supplyId, { type: 'supply.receive', units: body.lines, atMs });
}

export function closeSupply(core: Core, body: CommandBody<'supply.close'>, atMs: number): Handled {
  const { supplyId, lines, reason } = body;
  return about(core, supplyId, { type: 'supply.close', units: lines, reason, atMs });
}

export function cancelSupply(core: Core, body: CommandBody<'supply.cancel'>, atMs: number): Handled {
  return about(core, body.supplyId, { type: 'supply.cancel', reason: body.reason, atMs });
}

function about(core: Core, id: SupplyId, message: SupplyMessage): Handled {
  const supply = core.world.supplies.get(id);
  if (supply === undefined) return refuse('unknown-supply', `no supply ${id}`, 'body.supplyId');
  return tell(core, supply, message);
}

/** Tell a document something, and carry out what it asks for. */
function tell(core: Core, cell: SupplyCell, message: SupplyMessage): Handled {
  const before = cell.snapshot ?? supplySteps.begin(must(inputOf(message), 'a document to begin with'), []);
  const effects: SupplyEffect[] = [];
  const after = step(supplySteps, before, message, effects);
  if (after === undefined) return refused(whyNot(before, message));
  core.changes.set(cell, after);
  for (const effect of effects) {
    const rejection = carryOut(core, effect, message);
    if (rejection !== undefined) return refused(rejection);
  }
  return done(supplyAnswer(after));
}

const inputOf = (message: SupplyMessage) => (message.type === 'supply.put' ? message : undefined);

function whyNot({ value, context }: Snapshot<SupplyContext>, message: SupplyMessage): Rejection {
  const reason = refusal(context, message);
  const isKnown = supplySteps.states.get(value)?.on.has(message.type) === true;
  if (reason !== undefined && (isKnown || isToldBefore(reason.code, 'wrong-state'))) return reason;
  const field = message.type === 'supply.put' ? 'body.supply.id' : 'body.supplyId';
  return reject('wrong-state', `supply ${context.supplyId} is ${value}: ${message.type} does not apply`, field);
}

function carryOut(core: Core, effect: SupplyEffect, message: SupplyMessage): Rejection | undefined {
  switch (effect.kind) {
    case 'publish':
      core.changes.publish(effect.events);
      return undefined;
    case 'send':
      return sendUnits(core, effect.units);
    case 'take-in':
      return takeIn(core, effect.type, effect.units, message);
    default:
      return unreachable(effect);
  }
}

/** Units leave: only those that nobody was promised. */
function sendUnits(core: Core, units: readonly StockUnits[]): Rejection | undefined {
  for (const { sku, location, quantity } of units) {
    const stock = core.world.findStock(sku, location);
    if (stock?.snapshot === undefined) {
      return reject('unknown-sku', `no stock of ${sku} at ${location}`, 'body.supplyId');
    }
    const rejection = tellStock(core, stock, { type: 'stock.transfer-out', quantity });
    if (rejection !== undefined) return { ...rejection, field: 'body.supplyId' };
  }
  return undefined;
}

/** Units come: the good ones for sale, the damaged ones into their bucket. New stock is made. */
function takeIn(
  core: Core,
  type: SupplyType,
  units: readonly TakenUnits[],
  message: SupplyMessage,
): Rejection | undefined {
  for (const [index, { sku, location, quantity, damaged }] of units.entries()) {
    const stock = core.world.stock(sku, core.world.location(location));
    const movements = type === 'transfer' ? transferredIn(quantity, damaged) : received(quantity, damaged);
    for (const movement of movements) {
      const rejection = tellStock(core, stock, movement);
      if (rejection === undefined) continue;
      const isReceipt = message.type === 'supply.receive';
      return { ...rejection, field: isReceipt ? `body.lines[${index}].quantity` : 'body.supplyId' };
    }
  }
  return undefined;
}

function received(quantity: number, damaged: number): StockMessage[] {
  const messages: StockMessage[] = [{ type: 'stock.receive', quantity }];
  if (damaged > 0) messages.push({ type: 'stock.set-aside', quantity: damaged, bucket: 'damaged' });
  return messages;
}

function transferredIn(quantity: number, damaged: number): StockMessage[] {
  const messages: StockMessage[] = [];
  if (quantity > damaged) {
    messages.push({ type: 'stock.transfer-in', quantity: quantity - damaged, bucket: undefined });
  }
  if (damaged > 0) messages.push({ type: 'stock.transfer-in', quantity: damaged, bucket: 'damaged' });
  return messages;
}
