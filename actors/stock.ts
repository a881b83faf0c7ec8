/**
 * The stock machine: one SKU at one location. It has one state, because its behaviour depends on its
 * balances alone; what each message does to them, and when it is refused, is in stock-ledger.ts.
 */
import { assign, setup } from 'xstate';
import type { LocationId, Sku } from './ids.ts';
import { applied, refusal, type StockContext, type StockMessage } from './stock-ledger.ts';

export interface StockInput {
  readonly sku: Sku;
  readonly location: LocationId;
}

const move = { guard: 'isPossible', actions: 'apply' } as const;

export const stockMachine = setup({
  types: {
    context: {} as StockContext,
    events: {} as StockMessage,
    input: {} as StockInput,
  },
  guards: {
    isPossible: ({ context, event }) => refusal(context, event) === undefined,
  },
  actions: {
    apply: assign(({ context, event }) => applied(context, event)),
  },
}).createMachine({
  id: 'stock',
  context: ({ input }) => ({
    sku: input.sku,
    location: input.location,
    onHand: 0,
    damaged: 0,
    quality: 0,
    held: 0,
    reserved: 0,
    allocated: 0,
    buffer: 0,
  }),
  initial: 'open',
  states: {
    open: {
      on: {
        'stock.receive': move,
        'stock.adjust': move,
        'stock.count': move,
        'stock.return': move,
        'stock.set-aside': move,
        'stock.put-back': move,
        'stock.dispose': move,
        'stock.buffer': move,
        'stock.reserve': move,
        'stock.unreserve': move,
        'stock.commit': move,
        'stock.allocate': move,
        'stock.deallocate': move,
        'stock.ship': move,
        'stock.short': move,
        'stock.transfer-out': move,
        'stock.transfer-in': move,
        'stock.suspect': move,
        'stock.trust': move,
      },
    },
  },
});
