/** Where the units of a return are: pure. */
import type { LocationId } from './ids.ts';
import type { ReturnContext, ReturnLine, Uninspected } from './return-context.ts';
import { dispositions } from './return-words.ts';

/** Units of a line still to come; what came unasked is no part of it. */
export function comingUnits({ orderLineId, quantity, received, closed, kept }: ReturnLine): number {
  return orderLineId === undefined ? 0 : quantity - received - closed - kept;
}

/** Units of a line that were inspected, or needed no inspection. */
export function disposedUnits({ disposed }: ReturnLine): number {
  let units = 0;
  for (const disposition of dispositions) units += disposed[disposition];
  return units;
}

export const uninspectedUnits = (line: ReturnLine): number => line.received - disposedUnits(line);

/** Units of a line to be inspected at a location. */
export function uninspectedAt({ uninspected }: ReturnLine, location: LocationId): Uninspected {
  return uninspected.find((one) => one.location === location) ?? { location, quality: 0, damaged: 0 };
}

const sum = ({ lines }: ReturnContext, units: (line: ReturnLine) => number): number =>
  lines.reduce((all, line) => all + units(line), 0);

export const toCome = (context: ReturnContext): number => sum(context, comingUnits);
export const toInspect = (context: ReturnContext): number => sum(context, uninspectedUnits);
/** Whether all of a return that the order of its exchange waits for has happened. */
export function freesExchange({ terms, approvedAtMs, shippedAtMs, lines }: ReturnContext): boolean {
  const asked = lines.filter(({ orderLineId }) => orderLineId !== undefined);
  const hasCome = asked.every(({ quantity, received, kept }) => received + kept === quantity);
  switch (terms.exchangeOn) {
    case 'request':
      return approvedAtMs !== undefined;
    case 'first-scan':
      return hasCome || shippedAtMs !== undefined;
    case 'receipt':
      return hasCome;
    case 'inspection':
      return hasCome && asked.every((line) => uninspectedUnits(line) === 0 && line.declined === 0);
  }
}

export const hasArrived = (context: ReturnContext): boolean => context.lines.some(({ received }) => received > 0);

/** When something happens to it by itself, overdue or expired; undefined while nothing of it is to come. */
export const returnDueAtMs = (context: ReturnContext): number | undefined =>
  toCome(context) === 0 ? undefined : Math.min(context.dueAtMs, context.overdueAtMs ?? Infinity);
