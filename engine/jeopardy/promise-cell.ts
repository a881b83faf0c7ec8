/** The cell of what stands in the way of an order's promise, a kind of those in cells.ts. */
import type { OrderId } from '../../actors/ids.ts';
import type { PromiseWatch } from '../../actors/jeopardy.ts';
import type { Marks } from '../cells.ts';
import type { Snapshot } from '../step.ts';

export interface PromiseCell extends Marks {
  readonly kind: 'promise';
  readonly id: OrderId;
  /** `put` while anything does, `removed` after. */
  snapshot: Snapshot<PromiseWatch> | undefined;
  unsaved: number;
}

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const promiseCell = (id: OrderId): PromiseCell => ({ kind: 'promise', id, ...fresh });

/** What stands in the way; undefined: nothing does. */
export const promiseOf = (snapshot: PromiseCell['snapshot']): PromiseWatch | undefined =>
  snapshot?.value === 'put' ? snapshot.context : undefined;
