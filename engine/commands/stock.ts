/**
 * Commands on stock. All entries of a command happen or none; where a loss takes units that were promised,
 * displace.ts takes them back.
 */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { NamedLots } from '../../actors/lot-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import type { StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellStock } from '../effects.ts';
import { DriftNotes } from '../drift.ts';
import { newBudget, reconcile, type Budget } from '../reconcile.ts';
import { isRejection, isTracked } from '../lot-units.ts';
import { trustCounted } from '../suspects/raise.ts';
import { displace, Losses, sourceAgain } from './displace.ts';
import { moveLots, newLotBudget, tellMoved, unitsIn, type LotBudget } from './lot-stock.ts';
import { done, refused, type Handled } from './handled.ts';

type StockKind = Extract<CommandKind, `stock.${string}`>;
type Entry<K extends StockKind> = CommandBody<K>['entries'][number];
type Messages = { [K in StockKind]: (entry: Entry<K>, body: CommandBody<K>) => StockMessage };

const messages: Messages = {
  'stock.receive': ({ quantity }) => ({ type: 'stock.receive', quantity }),
  'stock.adjust': ({ delta }) => ({ type: 'stock.adjust', delta }),
  'stock.count': ({ onHand }) => ({ type: 'stock.count', onHand }),
  'stock.return': ({ quantity }, { bucket }) => ({ type: 'stock.return', quantity, bucket }),
  'stock.set-aside': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.set-aside', quantity, bucket }),
  'stock.put-back': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.put-back', quantity, bucket }),
  'stock.dispose': ({ quantity }, { bucket = 'held' }) => ({ type: 'stock.dispose', quantity, bucket }),
  'stock.buffer': ({ buffer }) => ({ type: 'stock.buffer', buffer }),
};

/** Carry out one stock command: every entry in turn, then source again who lost units by it. */
export function moveStock<K extends StockKind>(
  core: Core,
  kind: K,
  body: CommandBody<K>,
  atMs: number,
): Handled | undefined {
  const message = messages[kind] as (entry: Entry<K>, body: CommandBody<K>) => StockMessage;
  const losses = new Losses();
  const seen = new Set<StockCell>();
  const outdated: number[] = [];
  const drift = kind === 'stock.count' || kind === 'stock.adjust' ? new DriftNotes() : undefined;
  const turn = { atMs, losses, budget: newBudget(), lots: newLotBudget(), drift };
  const entries = body.entries as readonly Entry<K>[];
  for (const [index, entry] of entries.entries()) {
    const found = stockFor(core, entry, mayCreate(kind));
    const told =
      'code' in found
        ? found
        : (wrongEntry(found, entry, seen, atMs) ?? moveOne(core, found, message(entry, body), entry, turn));
    if (told === undefined && kind === 'stock.count') trustFound(core, found as StockCell, entry, atMs);
    if (told === 'next-turn') return undefined;
    if (told === 'outdated') outdated.push(index);
    else if (told !== undefined) {
      return refused({ ...told, field: `body.entries[${index}]${told.field ?? ''}` });
    }
  }
  const rejection = sourceAgain(core, losses, atMs);
  if (rejection !== undefined) return refused(rejection);
  drift?.keep(core, (body as CommandBody<'stock.count'>).feed, atMs);
  const answer = { entries: entries.length, displaced: [...losses.orders], broken: [...losses.reservations] };
  return done(outdated.length === 0 ? answer : { ...answer, outdated });
}

/** What was counted is suspect no more. */
function trustFound(core: Core, stock: StockCell, entry: object, atMs: number): void {
  const { countedAtMs = atMs } = entry as { readonly countedAtMs?: number };
  if (stock.sku.suspects !== undefined) trustCounted(core, stock, countedAtMs);
}

/** What is wrong with an entry whatever its stock: what makes no sense, and what stands there twice. */
function wrongEntry(
  stock: StockCell,
  entry: object,
  seen: Set<StockCell>,
  atMs: number,
): Rejection | undefined {
  const { delta, countedAtMs = 0 } = entry as { readonly delta?: number; readonly countedAtMs?: number };
  if (delta === 0) return reject('malformed', 'an adjustment of 0 units', '.delta');
  if (countedAtMs > atMs) return reject('malformed', 'is later than now', '.countedAtMs');
  if (seen.has(stock)) return reject('duplicate', `${stock.sku.sku} at ${stock.location.id} twice in one command`);
  seen.add(stock);
  return undefined;
}

/** Arriving, returned, counted and buffered stock may be new; anything else must be there already. */
function mayCreate(kind: StockKind): boolean {
  return kind === 'stock.receive' || kind === 'stock.count' || kind === 'stock.buffer' || kind === 'stock.return';
}

function stockFor(
  { world }: Core,
  entry: { readonly sku: Sku; readonly location: LocationId },
  create: boolean,
): StockCell | Rejection {
  const location = world.locations.get(entry.location);
  if (location?.snapshot === undefined) return reject('unknown-location', `no location ${entry.location}`, '.location');
  const known = world.findStock(entry.sku, entry.location);
  if (known?.snapshot !== undefined) return known;
  if (create) return world.stock(entry.sku, location);
  return reject('unknown-sku', `no stock of ${entry.sku} at ${entry.location}`, '.sku');
}

/** What the entries of one command share. */
interface Turn {
  readonly atMs: number;
  readonly losses: Losses;
  readonly budget: Budget;
  readonly lots: LotBudget;
  /** How far counts and adjustments differ from what was believed; other commands do not. */
  readonly drift: DriftNotes | undefined;
}

function moveOne(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  entry: object,
  turn: Turn,
): Rejection | 'outdated' | 'next-turn' | undefined {
  if (message.type !== 'stock.buffer' && isTracked(stock.sku, entry)) {
    return moveTracked(core, stock, message, entry, turn);
  }
  const { atMs, losses, budget, drift } = turn;
  const { countedAtMs } = entry as { readonly countedAtMs?: number };
  let told = message;
  if (message.type === 'stock.count' && countedAtMs !== undefined) {
    // Of an older count, what is there by it today.
    const onHand = reconcile(core, stock, { onHand: message.onHand, countedAtMs }, atMs, budget);
    if (onHand === 'outdated') noteOutdated(stock, message.onHand, drift);
    if (typeof onHand !== 'number') return onHand;
    told = { type: 'stock.count', onHand };
  }
  if (drift !== undefined) note(stock, message, told, drift);
  if (changesNothing(stock, told)) return undefined;
  return displace(core, stock, told, losses, atMs) ?? tellStock(core, stock, told);
}

/** An entry of a tracked SKU: its lots move, and the stock with them. */
function moveTracked(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  entry: NamedLots,
  { atMs, losses, lots, drift }: Turn,
): Rejection | undefined {
  if ((entry as { readonly countedAtMs?: number }).countedAtMs !== undefined) {
    return reject('malformed', 'a count of lots is of now', '.countedAtMs');
  }
  const told = moveLots(core, stock, message, entry, atMs, lots);
  if (told !== undefined && isRejection(told)) return told;
  if (drift !== undefined) note(stock, message, message, drift);
  if (told === undefined && changesNothing(stock, message)) return undefined;
  return tellMoved(core, stock, told ?? { before: [], lots: [], after: [] }, (units) =>
    displace(core, stock, message, losses, atMs, unitsIn(told?.after)) ?? tellStock(core, stock, message, units),
  );
}

/** A count that a later one came before says how far it is from what is believed, and changes nothing. */
function noteOutdated({ snapshot, location }: StockCell, onHand: number, drift: DriftNotes | undefined): void {
  drift?.add(location.id, 'outdated', onHand - (snapshot?.context.onHand ?? 0));
}

/** Of what differs, a part came and went since the count; the rest nobody knew of. */
function note({ snapshot, location }: StockCell, said: StockMessage, told: StockMessage, drift: DriftNotes): void {
  if (said.type === 'stock.adjust') return drift.add(location.id, 'adjusted', said.delta);
  if (said.type !== 'stock.count' || told.type !== 'stock.count') return;
  if (snapshot === undefined) return drift.add(location.id, 'new', told.onHand);
  const since = said.onHand - told.onHand;
  const unexplained = told.onHand - snapshot.context.onHand;
  if (since !== 0) drift.add(location.id, 'reconciled', since);
  if (unexplained !== 0) drift.add(location.id, 'unexplained', unexplained);
}

/** A count that finds what is known, or a buffer that stays: no movement, no row. */
function changesNothing({ snapshot }: StockCell, message: StockMessage): boolean {
  if (message.type === 'stock.count') return snapshot?.context.onHand === message.onHand;
  return message.type === 'stock.buffer' && snapshot?.context.buffer === message.buffer;
}
