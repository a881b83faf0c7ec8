/** Supply documents for actor tests: short ones, told messages by the compiled machine or by dice. */
import { lineId, locationId, sku, supplyId } from '../../actors/ids.ts';
import type { SupplyDocument } from '../../actors/supply-commands.ts';
import type { SupplyContext, SupplyEffect, SupplyEvent, SupplyMessage } from '../../actors/supply-context.ts';
import { supplySteps } from '../../engine/cells.ts';
import { step, type Snapshot } from '../../engine/step.ts';
import { at } from './lives.ts';
import type { Dice } from './random-lives.ts';

export type Supply = Snapshot<SupplyContext>;
export const day = 24 * 3_600_000;

/** A document of lines "1" of SKU S1, "2" of S2 …, expected in a week. */
export function document(
  type: SupplyDocument['type'],
  quantities: readonly number[] = [5, 3],
  more: Partial<SupplyDocument> = {},
): SupplyDocument {
  return {
    id: supplyId('po-1'),
    type,
    to: locationId('B'),
    ...(type === 'transfer' ? { from: locationId('A') } : { supplier: 'Acme' }),
    expectedAtMs: at + 7 * day,
    lines: quantities.map((quantity, index) => ({ sku: sku(`S${index + 1}`), quantity })),
    ...more,
  };
}

export const begin = (of: SupplyDocument): Supply => supplySteps.begin({ document: of, atMs: at }, []);

/** Units of lines, as `{ 1: 5 }` says five of line "1". */
export const unitsOf = (of: Readonly<Record<string, number>>) =>
  Object.entries(of).map(([id, quantity]) => ({ lineId: lineId(id), quantity }));

export const messages = {
  put: (of: SupplyDocument, atMs = at): SupplyMessage => ({ type: 'supply.put', document: of, atMs }),
  order: { type: 'supply.order', atMs: at + 1 } as SupplyMessage,
  ship: { type: 'supply.ship', expectedAtMs: undefined, tracking: undefined, atMs: at + 2 } as SupplyMessage,
  receive: (of: Readonly<Record<string, number>>): SupplyMessage => ({ type: 'supply.receive', units: unitsOf(of), atMs: at + 3 }),
  close: (of?: Readonly<Record<string, number>>): SupplyMessage => ({
    type: 'supply.close', units: of === undefined ? undefined : unitsOf(of), reason: 'r', atMs: at + 4,
  }),
  cancel: { type: 'supply.cancel', reason: 'r', atMs: at + 5 } as SupplyMessage,
};

export interface Told {
  readonly supply: Supply;
  readonly effects: readonly SupplyEffect[];
  readonly events: readonly SupplyEvent[];
}

/** Tell a document several things; throws when one is not taken. */
export function tell(supply: Supply, ...told: readonly SupplyMessage[]): Told {
  const effects: SupplyEffect[] = [];
  let now = supply;
  for (const message of told) {
    const after = step(supplySteps, now, message, effects);
    if (after === undefined) throw new Error(`${now.value} does not take ${message.type}`);
    now = after;
  }
  return { supply: now, effects, events: effects.flatMap((effect) => (effect.kind === 'publish' ? effect.events : [])) };
}

export const isTaken = (supply: Supply, message: SupplyMessage): boolean => step(supplySteps, supply, message, []) !== undefined;

/** The numbers of every line, as `quantity: received closed returned`. */
export const numbers = ({ context }: Supply): string[] =>
  context.lines.map((line) => `${line.quantity}: ${line.received} ${line.closed} ${line.returned}`);

/** Something an engine might tell this document now. It need not be taken. */
export function randomSupplyMessage({ context }: Supply, dice: Dice, atMs: number): SupplyMessage {
  const lines = context.lines.filter(() => dice.upTo(2) > 0);
  const some = unitsOf(Object.fromEntries(lines.map((line) => [line.lineId, 1 + dice.upTo(line.quantity)])));
  const expectedAtMs = [undefined, atMs + day, atMs - 1][dice.upTo(2)];
  switch (dice.upTo(9)) {
    case 0:
    case 1: {
      const quantities = Array.from({ length: 1 + dice.upTo(2) }, () => 1 + dice.upTo(5));
      const more = { overReceiptPercent: 50 * dice.upTo(2), expectedAtMs: expectedAtMs ?? context.expectedAtMs };
      return { type: 'supply.put', document: document(context.type, quantities, more), atMs };
    }
    case 2:
      return { type: 'supply.order', atMs };
    case 3:
    case 4:
      return { type: 'supply.ship', expectedAtMs, tracking: dice.upTo(1) === 0 ? undefined : 'T-1', atMs };
    case 5:
    case 6:
    case 7:
      return { type: 'supply.receive', units: some.map((units) => ({ ...units, damaged: dice.upTo(2) })), atMs };
    case 8:
      return { type: 'supply.close', units: dice.upTo(1) === 0 ? undefined : some, reason: 'dice', atMs };
    default:
      return { type: 'supply.cancel', reason: 'dice', atMs };
  }
}
