/**
 * Stock commands on tracked SKUs: what the units named do to their lots, and what the stock is told, so that
 * the two are equal afterwards. Units that come into a lot that may not be sold are held at once; lost ones
 * of it are first put back.
 */
import type { Bucket } from '../../actors/vocabulary.ts';
import type { LotUnits, LotMove } from '../../actors/lots.ts';
import { placeOf } from '../../actors/lots.ts';
import { lotsOfCommandMax } from '../../actors/limits.ts';
import type { NamedLot, NamedLots } from '../../actors/lot-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import type { StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellStock } from '../effects.ts';
import { atUnit, isRejection, moveLot, namedUnits } from '../lot-units.ts';

/** Lots a command may still name. */
export interface LotBudget {
  lots: number;
}

export const newLotBudget = (): LotBudget => ({ lots: lotsOfCommandMax });

/** One step for one lot; `index`: of the unit that names it, undefined for a lot that a count leaves out. */
interface Step {
  readonly unit: NamedLot;
  readonly move: LotMove;
  readonly index: number | undefined;
}

/** What is told to a stock, besides the message itself. */
export interface Told {
  /** Blocked units that were lost: put back before. */
  readonly before: readonly LotUnits[];
  /** Units of the message, signed as it counts. */
  readonly lots: readonly LotUnits[];
  /** Units that came into a blocked lot: set aside after. */
  readonly after: readonly LotUnits[];
}

/** Move the lots of an entry. Undefined: a count that finds every lot as it is known. */
export function moveLots(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  named: NamedLots,
  atMs: number,
  budget: LotBudget,
): Told | undefined | Rejection {
  const units = namedUnits(stock.sku, named, quantityOf(message));
  if (isRejection(units)) return units;
  budget.lots -= units.length;
  if (budget.lots < 0) {
    return reject('over-limit', `over ${lotsOfCommandMax} lots in one command`, named.lots ? '.lots' : '.serials');
  }
  const steps = message.type === 'stock.count' ? countSteps(core, stock, units) : units.map(stepFor(message));
  if (steps.length === 0) return undefined;
  const isReturn = message.type === 'stock.return';
  const told = { before: [] as LotUnits[], lots: [] as LotUnits[], after: [] as LotUnits[] };
  for (const { unit, move, index } of steps) {
    const { lot, quantity } = unit;
    const moved = moveLot(core, stock, unit, move, atMs, (one) =>
      isReturn ? { ...one, returned: one.returned + quantity } : one,
    );
    if (isRejection(moved)) {
      return index === undefined ? { ...moved, field: '' } : atUnit(named, index, moved);
    }
    const isLoss = move.type === 'lose';
    told.lots.push({ lot, quantity: isLoss ? -quantity : quantity });
    if (moved.unblocked > 0) told.before.push({ lot, quantity: moved.unblocked });
    if (moved.blocked > 0) told.after.push({ lot, quantity: moved.blocked });
  }
  return told;
}

function quantityOf(message: StockMessage): number {
  if (message.type === 'stock.adjust') return Math.abs(message.delta);
  if (message.type === 'stock.count') return message.onHand;
  return 'quantity' in message ? message.quantity : 0;
}

const stepFor = (message: StockMessage) => (unit: NamedLot, index: number): Step => {
  const { quantity } = unit;
  return { unit, index, move: moveFor(message, quantity) };
};

function moveFor(message: StockMessage, quantity: number): LotMove {
  const bucket = ('bucket' in message ? message.bucket : undefined) as Bucket;
  switch (message.type) {
    case 'stock.adjust':
      return { type: message.delta > 0 ? 'arrive' : 'lose', quantity };
    case 'stock.set-aside':
      return { type: 'set-aside', quantity, bucket };
    case 'stock.put-back':
      return { type: 'put-back', quantity, bucket };
    case 'stock.dispose':
      return { type: 'dispose', quantity, bucket };
    default:
      return { type: 'arrive', quantity, bucket };
  }
}

/** What a count finds otherwise: of the lots it names, then of those that it leaves out. */
function countSteps(core: Core, { sku, location }: StockCell, units: readonly NamedLot[]): Step[] {
  const steps: Step[] = [];
  const step = (unit: NamedLot, change: number, index: number | undefined): void => {
    const quantity = Math.abs(change);
    if (change !== 0) {
      steps.push({ unit: { ...unit, quantity }, move: { type: change > 0 ? 'arrive' : 'lose', quantity }, index });
    }
  };
  const named = new Set<string>();
  for (const [index, unit] of units.entries()) {
    named.add(unit.lot);
    const known = core.world.lots.get(sku, unit.lot)?.snapshot?.context;
    step(unit, unit.quantity - (known === undefined ? 0 : placeOf(known, location.id).onHand), index);
  }
  for (const { snapshot } of core.world.lots.at(sku, location.id)) {
    const lot = snapshot?.context;
    if (lot !== undefined && !named.has(lot.lot)) {
      step({ lot: lot.lot, quantity: 0 }, -placeOf(lot, location.id).onHand, undefined);
    }
  }
  return steps;
}

/** Units of all lots together. */
export const unitsIn = (lots: readonly LotUnits[] = []): number =>
  lots.reduce((units, { quantity }) => units + quantity, 0);

/** Tell a stock what moved, with its lots. `tell` is told the message itself. */
export function tellMoved(
  core: Core,
  stock: StockCell,
  { before, lots, after }: Told,
  tell: (lots: readonly LotUnits[]) => Rejection | undefined,
): Rejection | undefined {
  const held = (type: 'stock.put-back' | 'stock.set-aside', units: readonly LotUnits[]): Rejection | undefined =>
    units.length === 0
      ? undefined
      : tellStock(core, stock, { type, quantity: unitsIn(units), bucket: 'held' }, units);
  return held('stock.put-back', before) ?? tell(lots) ?? held('stock.set-aside', after);
}
