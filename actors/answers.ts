/** What each command is answered with: the one table from kinds to answers. */
import type { CommandKind } from './commands.ts';
import type { LotAnswer } from './lots.ts';
import type { ReturnAnswer } from './return-context.ts';
import type { TaskAnswer } from './task-context.ts';
import type { TerminalAnswer } from './terminal-context.ts';
import type { SupplyAnswer } from './supply-context.ts';
import type { FeedAnswer, OrderAnswer, ReservationAnswer, StockAnswer } from './vocabulary.ts';

/** The answer to a command by its kind. */
export type Answer<K extends CommandKind> = K extends `stock.${string}`
  ? StockAnswer
  : K extends `order.${string}` | `fulfillment.${string}`
    ? OrderAnswer
    : K extends `supply.${string}`
      ? SupplyAnswer
      : K extends `return.${string}`
        ? ReturnAnswer
        : K extends `task.${string}`
        ? TaskAnswer
        : K extends `terminal.${string}`
        ? TerminalAnswer
        : K extends `reservation.${string}`
          ? ReservationAnswer
          : K extends 'feed.open'
            ? FeedAnswer
            : K extends `lot.${string}`
              ? LotAnswer
              : { readonly id: string };
