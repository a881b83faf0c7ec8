/**
 * Commands on supply documents. What a document asks of stock happens in the same command: units of a
 * transfer leave and come as typed movements, all of them or none.
 */
import type { CommandBody, CommandKind, CommandOf } from '../../actors/commands.ts';
import type { SupplyId } from '../../actors/ids.ts';
import type { StockUnits } from '../../actors/order-context.ts';
import { isToldBefore, reject, type Rejection } from '../../actors/rejection.ts';
import type { LotUnits } from '../../actors/lots.ts';
import { refusal as refusalOf, type StockMessage } from '../../actors/stock-ledger.ts';
import { formRefusal, refusal } from '../../actors/supply-checks.ts';
import type { ArrivedUnits, SentUnits } from '../../actors/supply-context.ts';
import type { SupplyAnswer, SupplyContext, SupplyEffect } from '../../actors/supply-context.ts';
import type { SupplyMessage, SupplyState, TakenUnits } from '../../actors/supply-context.ts';
import type { SupplyType } from '../../actors/supply-commands.ts';
import { openUnits } from '../../actors/supply-lines.ts';
import { must, unreachable } from '../assert.ts';
import { supplySteps, type StockCell, type SupplyCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellStock } from '../effects.ts';
import { isTracked } from '../lot-units.ts';
import { step, type Snapshot } from '../step.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { lotsBack, lotsReceived, lotsSent, settleTransit, type CameIn } from './lot-supply.ts';

/** Where a document stands: the answer to every command on one. */
function supplyAnswer({ value, context }: Snapshot<SupplyContext>): SupplyAnswer {
  const open = context.lines.reduce((sum, line) => sum + openUnits(line), 0);
  return { supplyId: context.supplyId, state: value as SupplyState, open };
}

type SupplyKind = Extract<CommandKind, `supply.${string}`>;
type SupplyCommand = { [K in SupplyKind]: CommandOf<K> }[SupplyKind];

export function commandSupply(core: Core, { kind, body }: SupplyCommand, atMs: number): Handled {
  switch (kind) {
    case 'supply.put':
      return putSupply(core, body, atMs);
    case 'supply.order':
      return orderSupply(core, body, atMs);
    case 'supply.ship':
      return shipSupply(core, body, atMs);
    case 'supply.receive':
      return receiveSupply(core, body, atMs);
    case 'supply.close':
      return closeSupply(core, body, atMs);
    default:
      return cancelSupply(core, body, atMs);
  }
}

function putSupply(core: Core, { supply: document }: CommandBody<'supply.put'>, atMs: number): Handled {
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

function orderSupply(core: Core, { supplyId }: CommandBody<'supply.order'>, atMs: number): Handled {
  return about(core, supplyId, { type: 'supply.order', atMs });
}

function shipSupply(core: Core, body: CommandBody<'supply.ship'>, atMs: number): Handled {
  const { supplyId, expectedAtMs, tracking, units } = body;
  return about(core, supplyId, { type: 'supply.ship', expectedAtMs, tracking, units, atMs });
}

function receiveSupply(core: Core, body: CommandBody<'supply.receive'>, atMs: number): Handled {
  return about(core, body.supplyId, { type: 'supply.receive', units: body.lines, atMs });
}

function closeSupply(core: Core, body: CommandBody<'supply.close'>, atMs: number): Handled {
  const { supplyId, lines, reason } = body;
  return about(core, supplyId, { type: 'supply.close', units: lines, reason, atMs });
}

function cancelSupply(core: Core, body: CommandBody<'supply.cancel'>, atMs: number): Handled {
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
    const rejection = carryOut(core, effect, message, after.context.supplyId);
    if (rejection !== undefined) return refused(rejection);
  }
  if (message.type === 'supply.receive' || message.type === 'supply.close') settleTransit(core, after.context);
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

function carryOut(
  core: Core,
  effect: SupplyEffect,
  message: SupplyMessage,
  supplyId: SupplyId,
): Rejection | undefined {
  switch (effect.kind) {
    case 'publish':
      core.changes.publish(effect.events);
      return undefined;
    case 'send':
      return sendUnits(core, effect.units, message, supplyId);
    case 'take-in':
      return takeIn(core, effect.type, effect.units, message, supplyId);
    default:
      return unreachable(effect);
  }
}

/** Units leave: only those that nobody was promised. */
function sendUnits(
  core: Core,
  units: readonly StockUnits[],
  message: SupplyMessage,
  supplyId: SupplyId,
): Rejection | undefined {
  const named = message.type === 'supply.ship' ? (message.units ?? []) : [];
  const wrong = unsoundNames(units, named);
  if (wrong !== undefined) return wrong;
  for (const { sku, location, quantity } of units) {
    const stock = core.world.findStock(sku, location);
    if (stock?.snapshot === undefined) {
      return reject('unknown-sku', `no stock of ${sku} at ${location}`, 'body.supplyId');
    }
    const move = { type: 'stock.transfer-out', quantity } as const;
    // Whether so many may go is told before which of them do.
    const index = named.findIndex((one) => one.sku === sku);
    const hasLots = isTracked(stock.sku, named[index] ?? {}) && refusalOf(stock.snapshot.context, move) === undefined;
    const lots = hasLots ? lotsSent(core, stock, quantity, supplyId, message.atMs, named[index]) : undefined;
    if (lots !== undefined && 'code' in lots) {
      return { ...lots, field: index < 0 ? 'body.supplyId' : `body.units[${index}]${lots.field ?? ''}` };
    }
    const rejection = tellStock(core, stock, move, lots);
    if (rejection !== undefined) return { ...rejection, field: 'body.supplyId' };
  }
  return undefined;
}

/** SKUs named that do not leave, or twice. */
function unsoundNames(units: readonly StockUnits[], named: readonly SentUnits[]): Rejection | undefined {
  const seen = new Set<string>();
  for (const [index, { sku }] of named.entries()) {
    const field = `body.units[${index}].sku`;
    if (!units.some((one) => one.sku === sku)) return reject('unknown-sku', `no ${sku} leaves with it`, field);
    if (seen.has(sku)) return reject('duplicate', `${sku} twice`, field);
    seen.add(sku);
  }
  return undefined;
}

/** Units come: the good ones for sale, the damaged ones into their bucket. New stock is made. */
function takeIn(
  core: Core,
  type: SupplyType,
  units: readonly TakenUnits[],
  message: SupplyMessage,
  supplyId: SupplyId,
): Rejection | undefined {
  for (const [index, { sku, location, quantity, damaged }] of units.entries()) {
    const stock = core.world.stock(sku, core.world.location(location));
    const line = message.type === 'supply.receive' ? message.units[index] : undefined;
    const lots = lotsIn(core, stock, line, supplyId, message.atMs);
    if (lots !== undefined && 'code' in lots) {
      return { ...lots, field: line === undefined ? 'body.supplyId' : `body.lines[${index}]${lots.field ?? ''}` };
    }
    const movements = type === 'transfer' ? transferredIn(quantity, damaged, lots) : received(quantity, damaged, lots);
    for (const [movement, its] of movements) {
      const rejection = tellStock(core, stock, movement, its);
      if (rejection === undefined) continue;
      return { ...rejection, field: line === undefined ? 'body.supplyId' : `body.lines[${index}].quantity` };
    }
  }
  return undefined;
}

/** The lots of units that come in; undefined: the SKU is not tracked. */
function lotsIn(
  core: Core,
  stock: StockCell,
  line: ArrivedUnits | undefined,
  supplyId: SupplyId,
  atMs: number,
): CameIn | Rejection | undefined {
  if (!isTracked(stock.sku, line ?? {})) return undefined;
  return line === undefined ? lotsBack(core, stock, supplyId, atMs) : lotsReceived(core, stock, line, supplyId, atMs);
}

/** A movement with its units by lot. */
type Movement = readonly [message: StockMessage, lots: readonly LotUnits[] | undefined];

/** Units of lots that may not be sold are held as they come. */
function heldOf(lots: CameIn | undefined): Movement[] {
  if (lots === undefined || lots.blocked.length === 0) return [];
  const quantity = lots.blocked.reduce((sum, one) => sum + one.quantity, 0);
  return [[{ type: 'stock.set-aside', quantity, bucket: 'held' }, lots.blocked]];
}

function received(quantity: number, damaged: number, lots: CameIn | undefined): Movement[] {
  const movements: Movement[] = [[{ type: 'stock.receive', quantity }, lots && [...lots.good, ...lots.damaged]]];
  if (damaged > 0) movements.push([{ type: 'stock.set-aside', quantity: damaged, bucket: 'damaged' }, lots?.damaged]);
  return [...movements, ...heldOf(lots)];
}

function transferredIn(quantity: number, damaged: number, lots: CameIn | undefined): Movement[] {
  const movements: Movement[] = [];
  if (quantity > damaged) {
    movements.push([{ type: 'stock.transfer-in', quantity: quantity - damaged, bucket: undefined }, lots?.good]);
  }
  if (damaged > 0) {
    movements.push([{ type: 'stock.transfer-in', quantity: damaged, bucket: 'damaged' }, lots?.damaged]);
  }
  return [...movements, ...heldOf(lots)];
}
