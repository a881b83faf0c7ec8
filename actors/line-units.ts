/** Units of the lines of an order: each is in exactly one place. */
import type { LineUnits, OrderLine } from './vocabulary.ts';

/** Units of each line, by line id; the same line named twice counts twice. */
export function byLine(units: readonly LineUnits[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of units) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return sums;
}

export type Place = 'allocated' | 'backordered' | 'shipped' | 'cancelled';

/** Move units of lines from one place to another: each unit stays in exactly one (rule O2). */
export function moved(
  lines: readonly OrderLine[],
  units: readonly LineUnits[],
  from: Place,
  to: Place,
): readonly OrderLine[] {
  const sums = byLine(units);
  return lines.map((line) => {
    const quantity = sums.get(line.lineId);
    return quantity === undefined
      ? line
      : { ...line, [from]: line[from] - quantity, [to]: line[to] + quantity };
  });
}

/** Units that wait for stock, over all lines. */
export function waitingUnits(context: { readonly lines: readonly OrderLine[] }): number {
  let units = 0;
  for (const line of context.lines) units += line.backordered;
  return units;
}

/** Units of lines that have no place end: those that wait for stock, and those of lines that wait for a mapping. */
export function endedWaiting(lines: readonly OrderLine[], units: readonly LineUnits[]): readonly OrderLine[] {
  const sums = byLine(units);
  return lines.map((line) => {
    const quantity = sums.get(line.lineId);
    if (quantity === undefined) return line;
    const cancelled = line.cancelled + quantity;
    if (line.parked === undefined) return { ...line, backordered: line.backordered - quantity, cancelled };
    return { ...line, parked: line.parked - quantity || undefined, cancelled };
  });
}
