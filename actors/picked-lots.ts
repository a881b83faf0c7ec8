/** The lots of a fulfillment: what its location is told to pick, and what left. Pure lists, a line's together. */
import type { LotUnits } from './lots.ts';
import type { StockUnits } from './order-context.ts';
import type { Fulfillment, LineLot, LineUnits } from './vocabulary.ts';

/** A fulfillment in another state, with its lots where it has any. */
export function withLots<S extends Fulfillment['state']>(
  state: S,
  lots: readonly LineLot[] | undefined,
): { readonly state: S; readonly lots?: readonly LineLot[] } {
  return lots === undefined || lots.length === 0 ? { state } : { state, lots };
}

/** Units of one lot, as units of lines. */
export function lotsOnly(lots: readonly LineLot[] | undefined, lot: string): readonly LineLot[] {
  return lots === undefined ? [] : lots.filter((one) => one.lot === lot);
}

/** Lots less those that are gone, and no more of each line than it has units: the last ones go first. */
export function fitting(
  lots: readonly LineLot[],
  gone: readonly LineLot[],
  lines: readonly LineUnits[],
): readonly LineLot[] | undefined {
  const key = ({ lineId, lot }: LineLot): string => `${lot} ${lineId}`;
  const lost = new Map<string, number>();
  for (const one of gone) lost.set(key(one), (lost.get(key(one)) ?? 0) + one.quantity);
  const room = new Map<string, number>(lines.map(({ lineId, quantity }) => [lineId, quantity]));
  const left: LineLot[] = [];
  for (const one of lots) {
    const less = Math.min(one.quantity, lost.get(key(one)) ?? 0);
    lost.set(key(one), (lost.get(key(one)) ?? 0) - less);
    const quantity = Math.min(one.quantity - less, room.get(one.lineId) ?? 0);
    if (quantity === 0) continue;
    room.set(one.lineId, (room.get(one.lineId) ?? 0) - quantity);
    left.push(quantity === one.quantity ? one : { ...one, quantity });
  }
  return left.length === 0 ? undefined : left;
}

/** Units of lines, each with as many units of its line's lots; one line may stand there more than once. */
export function withTheirLots(
  units: readonly StockUnits[],
  lines: readonly LineUnits[],
  lots: readonly LineLot[],
): readonly StockUnits[] {
  const left = lots.map(({ quantity }) => quantity);
  return units.map((each, at) => {
    const own: LotUnits[] = [];
    let wanted = each.quantity;
    for (const [index, { lineId, lot }] of lots.entries()) {
      const quantity = lineId === lines[at]?.lineId ? Math.min(wanted, left[index] ?? 0) : 0;
      if (quantity === 0) continue;
      left[index] = (left[index] ?? 0) - quantity;
      wanted -= quantity;
      own.push({ lot, quantity });
    }
    return own.length === 0 ? each : { ...each, lots: own };
  });
}
