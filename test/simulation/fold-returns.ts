/** What a subscriber knows of returns who saw every event: the whole of each, line by line, and all that was refunded. */
import type { ReturnEvent, ReturnLine } from '../../actors/return-context.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';
import { returnLinesOf, returnStateOf } from './shadow/return-facts.ts';
import type { Shadow } from './shadow/state.ts';

interface FoldedReturn {
  readonly state: string;
  readonly to: string | undefined;
  readonly lines: readonly ReturnLine[];
  readonly memos: readonly number[];
}

export class ReturnFold {
  readonly #returns = new Map<string, FoldedReturn>();

  take(event: ReturnEvent): void {
    const known = this.#returns.get(event.returnId) ?? { state: '', to: undefined, lines: [], memos: [] };
    if (event.kind === 'refund.due') {
      const { memo, type, amountMinor, grossMinor, extraMinor, feeMinor } = event;
      const amount = type === 'credit' ? amountMinor : -amountMinor;
      expect(memo === known.memos.length + 1, `memo ${memo} of ${event.returnId} after ${known.memos.length}`);
      expect(amount === grossMinor + extraMinor - feeMinor && amountMinor > 0, `memo ${memo} of ${event.returnId} does not add up`);
      this.#returns.set(event.returnId, { ...known, memos: [...known.memos, amount] });
      return;
    }
    const lines = [...known.lines];
    for (const line of event.lines) lines[Number(line.lineId) - 1] = line;
    this.#returns.set(event.returnId, { ...known, state: event.state, to: event.to, lines });
  }

  check({ returns }: Shadow): void {
    for (const [id, one] of returns) {
      const is = { state: returnStateOf(one), to: one.to, lines: returnLinesOf(one), memos: one.memos };
      const wrong = difference(is, this.#returns.get(id), id);
      expect(wrong === undefined, () => `the events told otherwise of return ${wrong}`);
    }
    expect(this.#returns.size === returns.size, 'events were told of returns that do not exist');
  }
}
