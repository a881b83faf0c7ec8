/** Stock comes under suspicion, by a short pick or by somebody's word, and is trusted again. */
import type { CommandOf } from '../../actors/commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { stockUnits, trackedUnits } from '../../actors/order-takings.ts';
import { suspectMs } from '../../actors/limits.ts';
import type { Sku } from '../../actors/ids.ts';
import { unavailable } from '../../actors/stock-ledger.ts';
import type { Suspect, SuspectState } from '../../actors/suspect.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { StockCell } from '../cells.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { assertMoved, tellStock } from '../effects.ts';

/** What is said of a stock. */
interface Said extends Pick<Suspect, 'reach' | 'by' | 'reason' | 'of'> {
  readonly missing: number;
  readonly forMs: number;
}

/** A stock is suspect from now on, or goes on to be: as far as it was said, and as long as was said last. */
function raise(core: Core, stock: StockCell, said: Said, atMs: number): void {
  const { changes, world } = core;
  const before = world.suspects.of(stock);
  const { reach, by, reason, of, missing, forMs } = said;
  const context: Suspect = {
    sku: stock.sku.sku,
    location: stock.location.id,
    sinceMs: before?.sinceMs ?? atMs,
    untilMs: atMs + forMs,
    reach: before?.reach === 'orders' ? 'orders' : reach,
    times: (before?.times ?? 0) + 1,
    missing: (before?.missing ?? 0) + missing,
    by,
    reason,
    ...(of === undefined ? {} : { of }),
  };
  changes.set(world.suspects.cell(stock), { value: 'put', context });
  if (before === undefined) assertMoved(tellStock(core, stock, { type: 'stock.suspect' }));
  tell(core, context, 'stands');
}

function tell({ changes }: Core, context: Suspect, state: SuspectState): void {
  changes.publish([{ kind: 'suspect.changed', ...context, state }]);
}

/** A stock is trusted again, if it was suspect. */
export function trust(core: Core, stock: StockCell, state: Exclude<SuspectState, 'stands'>): void {
  const { changes, world } = core;
  const before = world.suspects.of(stock);
  if (before === undefined) return;
  changes.set(world.suspects.cell(stock), { value: 'removed', context: before });
  assertMoved(tellStock(core, stock, { type: 'stock.trust' }));
  tell(core, before, state);
}

/** What was counted at an instant after the suspicion began is trusted. */
export function trustCounted(core: Core, stock: StockCell, countedAtMs: number): void {
  const suspect = core.world.suspects.of(stock);
  if (suspect !== undefined && countedAtMs >= suspect.sinceMs) trust(core, stock, 'counted');
}

/** Its time is over, if it was not said again. */
export function suspectDue(core: Core, id: string, atMs: number): undefined {
  const cell = core.world.suspects.get(id);
  if (cell?.snapshot !== undefined && cell.snapshot.context.untilMs <= atMs) trust(core, cell.stock, 'expired');
}

/**
 * Units of a part are not where they should be: what else is believed to be there is suspect, as its location says.
 * Before the units are sourced again: not from there.
 */
export function doubtShort(
  core: Core,
  order: OrderContext,
  part: Fulfillment,
  lines: readonly LineUnits[],
  { by, reason }: Pick<Suspect, 'by' | 'reason'>,
  atMs: number,
): void {
  const policy = core.world.locations.get(part.location)?.snapshot?.context.shortPick;
  if (policy === undefined || policy.reach === 'units') return;
  const missing = new Map<Sku, number>();
  for (const { sku, quantity } of stockUnits(order.lines, part.location, trackedUnits(part, lines))) {
    missing.set(sku, (missing.get(sku) ?? 0) + quantity);
  }
  const { orderId } = order;
  const { fulfillmentId } = part;
  for (const [sku, units] of missing) {
    const stock = must(core.world.findStock(sku, part.location), 'the stock of a fulfillment');
    if (!isDoubtful(stock, units, policy.leftMax ?? Infinity)) continue;
    const { reach, suspectForMs: forMs = suspectMs.default } = policy;
    raise(core, stock, { reach, by, reason, of: { orderId, fulfillmentId }, missing: units, forMs }, atMs);
  }
}

/** Whether what is left is anything, and so little that it may not be there either. */
function isDoubtful({ snapshot }: StockCell, missing: number, leftMax: number): boolean {
  const levels = must(snapshot, 'a stock').context;
  if (levels.suspect === true) return true;
  const left = levels.onHand - unavailable(levels) - missing;
  return left > 0 && left <= leftMax;
}

export type SuspectCommand = CommandOf<'suspect.raise'> | CommandOf<'suspect.clear'>;

export const isSuspectCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, SuspectCommand> => command.kind.startsWith('suspect.');

export function changeSuspects(core: Core, { kind, body, by }: SuspectCommand, atMs: number): Handled {
  const { sku, location, reason } = body;
  if (core.world.locations.get(location)?.snapshot === undefined) {
    return refuse('unknown-location', `no location ${location}`, 'body.location');
  }
  const stock = core.world.findStock(sku, location);
  if (stock?.snapshot === undefined) return refuse('unknown-sku', `no stock of ${sku} at ${location}`, 'body.sku');
  if (kind === 'suspect.clear') {
    if (core.world.suspects.of(stock) === undefined) {
      return refuse('wrong-state', `stock of ${sku} at ${location} is not suspect`);
    }
    trust(core, stock, 'cleared');
    return done({ id: `${location}/${sku}` });
  }
  const { onHand } = stock.snapshot.context;
  if (onHand === 0) return refuse('wrong-state', `there is nothing of ${sku} at ${location} to be doubted`);
  const { reach = 'stock', forMs = suspectMs.default } = body;
  raise(core, stock, { reach, by, reason, missing: 0, forMs }, atMs);
  return done({ id: `${location}/${sku}` });
}
