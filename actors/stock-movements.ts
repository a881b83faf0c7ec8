/**
 * Movements: what the ledger of a stock is made of. Each message a stock takes is one movement, with the
 * units it moved; balances taken back movement by movement are those of any earlier moment. Pure.
 */
import type { LotUnits } from './lots.ts';
import type { StockContext, StockMessage } from './stock-ledger.ts';
import { buckets, type Bucket, type MovementKind, type StockLevels } from './vocabulary.ts';

/** The units a message moves. Only adjustments, counts and buffers can move down: their sign says so. */
export interface Move {
  readonly kind: MovementKind;
  readonly units: number;
  readonly bucket?: Bucket | undefined;
  /** Of a tracked SKU: the units of each lot, signed as all are. */
  readonly lots?: readonly LotUnits[] | undefined;
}

const kindOf: Record<StockMessage['type'], MovementKind> = {
  'stock.receive': 'received',
  'stock.adjust': 'adjusted',
  'stock.count': 'counted',
  'stock.return': 'returned',
  'stock.set-aside': 'set-aside',
  'stock.put-back': 'put-back',
  'stock.dispose': 'disposed',
  'stock.buffer': 'buffered',
  'stock.reserve': 'reserved',
  'stock.unreserve': 'unreserved',
  'stock.commit': 'committed',
  'stock.allocate': 'allocated',
  'stock.deallocate': 'deallocated',
  'stock.ship': 'shipped',
  'stock.short': 'short',
  'stock.transfer-out': 'transferred-out',
  'stock.transfer-in': 'transferred-in',
  'stock.suspect': 'suspected',
  'stock.trust': 'trusted',
};

/** The numbers movements have on disk: never reuse one. */
export const movementKinds: readonly MovementKind[] = [
  'received', 'adjusted', 'counted', 'returned', 'set-aside', 'put-back', 'disposed', 'buffered', 'reserved',
  'unreserved', 'committed', 'allocated', 'deallocated', 'shipped', 'short', 'transferred-out', 'transferred-in',
  'suspected', 'trusted',
];
const numberOfKind = new Map(movementKinds.map((kind, index) => [kind, index]));

/** A movement's kind and bucket as one number, for the record. */
export function moveCode({ kind, bucket }: Move): number {
  const place = bucket === undefined ? 0 : 1 + buckets.indexOf(bucket);
  return (numberOfKind.get(kind) ?? 0) * 4 + place;
}

/** The movement a number stands for. */
export function moveOf(code: number, units: number): Move | undefined {
  const kind = movementKinds[code >> 2];
  return kind === undefined ? undefined : { kind, units, bucket: buckets[(code & 3) - 1] };
}

/** What a message moved, from the balances before it. */
export function moveFor(before: StockContext, message: StockMessage): Move {
  const kind = kindOf[message.type];
  switch (message.type) {
    case 'stock.adjust':
      return { kind, units: message.delta };
    case 'stock.count':
      return { kind, units: message.onHand - before.onHand };
    case 'stock.buffer':
      return { kind, units: message.buffer - before.buffer };
    case 'stock.suspect':
    case 'stock.trust':
      return { kind, units: 0 };
    default:
      return { kind, units: message.quantity, bucket: 'bucket' in message ? message.bucket : undefined };
  }
}

type Balance = Exclude<keyof StockLevels, 'suspect'>;

/** What each kind does to balances, per unit. Buckets stand for themselves. */
const effects: Record<MovementKind, Partial<Record<Balance | 'bucket', 1 | -1>>> = {
  received: { onHand: 1 },
  adjusted: { onHand: 1 },
  counted: { onHand: 1 },
  returned: { onHand: 1, bucket: 1 },
  'set-aside': { bucket: 1 },
  'put-back': { bucket: -1 },
  disposed: { onHand: -1, bucket: -1 },
  buffered: { buffer: 1 },
  reserved: { reserved: 1 },
  unreserved: { reserved: -1 },
  committed: { reserved: -1, allocated: 1 },
  allocated: { allocated: 1 },
  deallocated: { allocated: -1 },
  shipped: { onHand: -1, allocated: -1 },
  short: { onHand: -1, allocated: -1 },
  'transferred-out': { onHand: -1 },
  'transferred-in': { onHand: 1, bucket: 1 },
  suspected: {},
  trusted: {},
};

/** Units a movement brought in (+) or took out (−) of what is physically there. */
export function onHandChange({ kind, units }: Move): number {
  // Never minus zero.
  return (effects[kind].onHand ?? 0) * units + 0;
}

/** The balances before a movement, from those after it. */
export function undone(after: StockLevels, move: Move): StockLevels {
  if (move.kind === 'trusted') return { ...after, suspect: true };
  if (move.kind === 'suspected') return { ...after, suspect: undefined };
  const before: { -readonly [K in keyof StockLevels]: StockLevels[K] } = { ...after };
  for (const [field, sign] of Object.entries(effects[move.kind]) as [Balance | 'bucket', number][]) {
    const balance = field === 'bucket' ? move.bucket : field;
    if (balance !== undefined) before[balance] -= sign * move.units;
  }
  return before;
}
