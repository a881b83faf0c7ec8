/** What a subscriber knows of supply documents who saw every event: the whole of each, line by line. */
import type { SupplyEvent, SupplyLine } from '../../actors/supply-context.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import type { Shadow } from './shadow/state.ts';
import { lineOf, supplyStateOf } from './shadow/supply-facts.ts';

interface FoldedSupply {
  readonly type: string;
  readonly state: string;
  readonly to: string;
  readonly from: string | undefined;
  readonly expectedAtMs: number;
  readonly confidence: number;
  readonly lines: readonly SupplyLine[];
}

export class SupplyFold {
  readonly #supplies = new Map<string, FoldedSupply>();

  /** A put says all lines there are; anything else those that changed. */
  take({ supplyId, type, state, to, from, expectedAtMs, confidence, cause, lines }: SupplyEvent): void {
    const changed = new Map(lines.map((line) => [line.lineId, line]));
    const known = this.#supplies.get(supplyId)?.lines ?? [];
    const now = cause === 'put' ? lines : known.map((line) => changed.get(line.lineId) ?? line);
    this.#supplies.set(supplyId, { type, state, to, from, expectedAtMs, confidence, lines: now });
  }

  check({ supplies }: Shadow): void {
    for (const [id, supply] of supplies) {
      const { type, to, from, expectedAtMs, confidence, lines } = supply;
      const state = supplyStateOf(supply);
      const is = { type, state, to, from, expectedAtMs, confidence, lines: lines.map((line) => lineOf(supply, line)) };
      const wrong = difference(is, this.#supplies.get(id), id);
      expect(wrong === undefined, () => `the events told otherwise of supply ${wrong}`);
    }
    expect(this.#supplies.size === supplies.size, 'events were told of supply that does not exist');
  }
}
