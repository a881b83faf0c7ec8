/**
 * Buffer rules: found by what they name, the most specific first. SKU counts for more than location, that
 * for more than channel, and that for more than method; so for a stock in a view there are at most four
 * short lists to look at, and the first rule that fits is the one.
 */
import type { BufferRule } from '../actors/buffer-commands.ts';
import { grownUnits, type StandingRule } from '../actors/buffer-growth.ts';
import type { BufferId, LocationId, Sku } from '../actors/ids.ts';
import type { StockContext } from '../actors/stock-ledger.ts';
import { bufferCell, type BufferCell, type PaceCell, type StockCell } from './cells.ts';
import type { Snapshot } from './step.ts';

/** Who asks: a channel, or none, and the method. */
interface Asked {
  readonly channel: { readonly id: string } | undefined;
  readonly method: string | undefined;
}

/** A rule that holds has this state; any other was removed. */
export const isRule = (snapshot: Snapshot<StandingRule> | undefined): snapshot is Snapshot<StandingRule> =>
  snapshot?.value === 'put';

type Lists = Map<LocationId | undefined, StandingRule[]>;

export class Buffers {
  readonly #cells = new Map<BufferId, BufferCell>();
  /** Rules by SKU and location, undefined for any, the most specific first. */
  readonly #rules = new Map<Sku | undefined, Lists>();
  /** Cells that hold no rule. */
  readonly #idle = new Set<BufferCell>();
  readonly #onChange: (rule: BufferRule) => void;
  /** Rules that hold. */
  count = 0;
  /** Of these, rules that grow, and that grow with the pace of orders. */
  growingCount = 0;
  pacedCount = 0;
  /** The rules that grow, by location. */
  readonly #growing = new Map<LocationId, Set<BufferCell>>();
  #sorted: readonly StandingRule[] | undefined;

  /** @param onChange told of every rule that begins or ceases to hold. */
  constructor(onChange: (rule: BufferRule) => void) {
    this.#onChange = onChange;
  }

  get(id: BufferId): StandingRule | undefined {
    const snapshot = this.#cells.get(id)?.snapshot;
    return isRule(snapshot) ? snapshot.context : undefined;
  }

  /** The cell of a rule, made when new. */
  cell(id: BufferId): BufferCell {
    let cell = this.#cells.get(id);
    if (cell === undefined) {
      cell = bufferCell(id, this);
      this.#cells.set(id, cell);
      this.#idle.add(cell);
    }
    return cell;
  }

  /** A rule was put into its cell, removed, or either was undone. */
  placed(cell: BufferCell, before: Snapshot<StandingRule> | undefined): void {
    const after = cell.snapshot;
    if (isRule(before)) this.#leave(before.context);
    if (isRule(after)) this.#join(after.context);
    if (isRule(after)) this.#idle.delete(cell);
    else this.#idle.add(cell);
    this.count += Number(isRule(after)) - Number(isRule(before));
    this.#sorted = undefined;
    this.#count(cell, isRule(before) ? before.context : undefined, -1);
    this.#count(cell, isRule(after) ? after.context : undefined, 1);
  }

  #count(cell: BufferCell, rule: StandingRule | undefined, sign: 1 | -1): void {
    if (rule?.grows === undefined || rule.location === undefined) return;
    this.growingCount += sign;
    if (rule.grows.pacePercent !== undefined) this.pacedCount += sign;
    const cells = this.#growing.get(rule.location) ?? new Set();
    if (sign > 0) this.#growing.set(rule.location, cells.add(cell));
    else cells.delete(cell);
    if (cells.size === 0) this.#growing.delete(rule.location);
  }

  /** The rules that grow at a location, by their ids. */
  growingAt(location: LocationId): readonly BufferCell[] {
    return [...(this.#growing.get(location) ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether some rule grows with the pace of a stock. */
  isPaced({ sku, location }: StockCell): boolean {
    if (this.pacedCount === 0) return false;
    for (const name of [sku.sku, undefined]) {
      const rules = this.#rules.get(name)?.get(location.id);
      if (rules?.some(({ grows }) => grows?.pacePercent !== undefined) === true) return true;
    }
    return false;
  }

  #join(rule: StandingRule): void {
    let lists = this.#rules.get(rule.sku);
    if (lists === undefined) this.#rules.set(rule.sku, (lists = new Map()));
    const list = lists.get(rule.location) ?? [];
    lists.set(rule.location, [...list, rule].sort((a, b) => narrowness(b) - narrowness(a)));
    this.#onChange(rule);
  }

  #leave(rule: StandingRule): void {
    const lists = this.#rules.get(rule.sku);
    const list = (lists?.get(rule.location) ?? []).filter(({ id }) => id !== rule.id);
    if (list.length > 0) lists?.set(rule.location, list);
    else lists?.delete(rule.location);
    if (lists?.size === 0) this.#rules.delete(rule.sku);
    this.#onChange(rule);
  }

  /** The rule that holds for a stock in a view, if any does. */
  find(stock: StockCell, asked: Asked): StandingRule | undefined {
    const { sku } = stock.sku;
    const { id } = stock.location;
    return (
      this.#in(sku, id, asked) ??
      this.#in(sku, undefined, asked) ??
      this.#in(undefined, id, asked) ??
      this.#in(undefined, undefined, asked)
    );
  }

  #in(sku: Sku | undefined, location: LocationId | undefined, { channel, method }: Asked): StandingRule | undefined {
    for (const rule of this.#rules.get(sku)?.get(location) ?? []) {
      if (rule.channel !== undefined && rule.channel !== channel?.id) continue;
      if (rule.method === undefined || rule.method === method) return rule;
    }
    return undefined;
  }

  /** The rule with exactly this scope, if there is one. */
  withScopeOf({ sku, location, channel, method }: BufferRule): StandingRule | undefined {
    const list = this.#rules.get(sku)?.get(location) ?? [];
    return list.find((rule) => rule.channel === channel && rule.method === method);
  }

  /** Every rule, by its id. */
  list(): readonly StandingRule[] {
    this.#sorted ??= [...this.#cells.values()]
      .flatMap(({ snapshot }) => (isRule(snapshot) ? [snapshot.context] : []))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  /** Let go of what holds no rule and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
  }
}

/** Of rules for the same SKU and location: by channel and method, by channel, by method, neither. */
function narrowness({ channel, method }: BufferRule): number {
  return (channel === undefined ? 0 : 2) + (method === undefined ? 0 : 1);
}

/** The units a rule holds back of a stock: never less than it says, so a per cent is rounded up. */
export function bufferUnits(rule: StandingRule, { onHand }: StockContext, pace: PaceCell | undefined): number {
  const { quantity, percent = 0, grows } = rule;
  const units = quantity ?? Math.ceil((onHand * percent) / 100);
  return grows === undefined ? units : units + grownUnits(rule, pace?.snapshot?.context);
}
