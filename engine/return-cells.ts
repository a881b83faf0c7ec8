/** The cells of returns, kinds of those in cells.ts. */
import type { OrderId, ReturnId } from '../actors/ids.ts';
import type { ReturnPolicy } from '../actors/return-commands.ts';
import type { OrderReturns, ReturnContext, ReturnEffect, ReturnInput } from '../actors/return-context.ts';
import type { ReturnMessage } from '../actors/return-context.ts';
import { returnMachine } from '../actors/return.ts';
import { marks, type Marks } from './cells.ts';
import { compile, type Snapshot } from './step.ts';

export const returnSteps = compile<ReturnContext, ReturnMessage, ReturnEffect, ReturnInput>(returnMachine);

export interface ReturnCell extends Marks {
  readonly kind: 'return';
  readonly id: ReturnId;
  /** Undefined while it does not exist: before it is asked for, and again when that is undone. */
  snapshot: Snapshot<ReturnContext> | undefined;
  unsaved: number;
}

/** The returns of an order. */
export interface OrderReturnsCell extends Marks {
  readonly kind: 'order-returns';
  readonly id: OrderId;
  snapshot: Snapshot<OrderReturns> | undefined;
  unsaved: number;
}

/** The return policy of a channel. */
export interface ReturnPolicyCell extends Marks {
  readonly kind: 'return-policy';
  /** The channel; `*`: all that have none. */
  readonly id: string;
  snapshot: Snapshot<ReturnPolicy> | undefined;
  unsaved: number;
}

export const returnCell = (id: ReturnId): ReturnCell => ({ kind: 'return', id, snapshot: undefined, ...marks });
export const orderReturnsCell = (id: OrderId): OrderReturnsCell =>
  ({ kind: 'order-returns', id, snapshot: undefined, ...marks });
export const returnPolicyCell = (id: string): ReturnPolicyCell =>
  ({ kind: 'return-policy', id, snapshot: undefined, ...marks });
