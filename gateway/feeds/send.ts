/**
 * Sending rows as one command, and what to make of its answer: rows that the engine refuses are found by
 * halving, since a command is done as a whole or not at all; what concerns the feed itself stops it.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { Rejection, RejectionCode } from '../../actors/rejection.ts';
import type { StockAnswer } from '../../actors/vocabulary.ts';
import { FeedFault } from './feed.ts';
import { bare, type FeedContext } from './context.ts';

/** Refusals that the next command would get as well. */
const endsFeed: ReadonlySet<RejectionCode> = new Set([
  'unauthenticated', 'busy', 'too-many', 'storage-full', 'stopping',
]);

/** Of a row refused so, nothing is said of its location: it is none, or none of the caller's. */
const isElsewhere: ReadonlySet<RejectionCode> = new Set(['unknown-location', 'forbidden']);

/** Rows that go together, in their order. */
export interface Piece<T> {
  readonly rows: readonly { readonly row: number; readonly value: T }[];
}

export interface Making<T, K extends CommandKind> {
  readonly kind: K;
  body(values: readonly T[]): CommandBody<K>;
  /** The id of the command of these rows. */
  commandId(piece: Piece<T>): string;
}

/** Send a piece until every row of it is either done or refused. */
export async function sendPiece<T, K extends CommandKind>(
  context: FeedContext,
  making: Making<T, K>,
  piece: Piece<T>,
): Promise<void> {
  const { port, tally, beganAt } = context;
  const { rows } = piece;
  const body = making.body(rows.map(({ value }) => value));
  const { ok, refused, position } = await port.command(making.kind, body, making.commandId(piece));
  const [first] = rows;
  if (first === undefined) return;
  if (refused === undefined) {
    const { displaced = [], outdated = [] } = ok as Partial<StockAnswer>;
    tally.outdated += outdated.length;
    const done = rows.length - outdated.length;
    if (position <= beganAt) tally.unchanged += done;
    else tally.changed += done;
    tally.displace(displaced);
    for (const { value } of rows) tally.tell(value, 'changed');
  } else if (endsFeed.has(refused.code)) {
    throw new FeedFault({ row: first.row, ...bare(refused) });
  } else if (refused.code === 'command-id-reused') {
    for (const { row, value } of rows) {
      tally.refuse(row, otherRows(refused));
      tally.tell(value, 'refused');
    }
  } else if (rows.length === 1) {
    tally.refuse(first.row, ofRow(refused));
    if (!isElsewhere.has(refused.code)) tally.tell(first.value, 'refused');
  } else {
    const half = rows.length >> 1;
    await sendPiece(context, making, { rows: rows.slice(0, half) });
    await sendPiece(context, making, { rows: rows.slice(half) });
  }
}

function otherRows(refused: Rejection): Rejection {
  return { ...refused, detail: 'this feed id was used for other rows: a new feed needs a new id', field: undefined };
}

/** A refusal of a command of one row, told of the row: `body.entries[0].onHand` is its column `onHand`. */
function ofRow({ field, ...refused }: Rejection): Rejection {
  const column = field?.replace(/^body(?:\.entries\[0\]|\.item|\.location(?=\.))?\.?/, '');
  return column === undefined || column === '' ? refused : { ...refused, field: column };
}
