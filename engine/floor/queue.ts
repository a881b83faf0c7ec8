/**
 * What waits for a terminal at one location, the first to be given first: by cut-off, then by when it is to be there,
 * then by age and name. Tasks that the same terminals may take stand together, in one list for each zone and set of
 * needs, so that the next one for a terminal is found without passing over those that it may not take.
 */
import type { FulfillmentId, OrderId, Sku } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { leavesByMs } from '../../actors/order-schedule.ts';
import { trackedUnits } from '../../actors/order-takings.ts';
import type { TerminalContext } from '../../actors/terminal-context.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { taskKey } from './cells.ts';

/** Who may take a task. */
export interface TaskClass {
  /** Empty: anybody. */
  readonly zone: string;
  readonly needs: readonly string[];
}

export interface QueueEntry {
  readonly key: string;
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly placedAtMs: number;
  readonly shipByMs: number | undefined;
  readonly deliverByMs: number | undefined;
  readonly units: number;
  readonly skus: ReadonlySet<Sku>;
  readonly class: TaskClass;
}

/** What an item says of where and how it is picked. */
export type TraitsOf = (sku: Sku) => { readonly zone?: string; readonly needs?: string } | undefined;

const last = Number.MAX_SAFE_INTEGER;

/** Below 0: the first one is given before the other. */
function compareEntries(a: QueueEntry, b: QueueEntry): number {
  return (
    (a.shipByMs ?? last) - (b.shipByMs ?? last) ||
    (a.deliverByMs ?? last) - (b.deliverByMs ?? last) ||
    a.placedAtMs - b.placedAtMs ||
    (a.key === b.key ? 0 : a.key < b.key ? -1 : 1)
  );
}

/** The entry of a fulfillment that is to be picked. */
export function entryFor(order: OrderContext, part: Fulfillment, traitsOf: TraitsOf): QueueEntry {
  const skuOf = new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]));
  const skus = new Set(part.lines.map(({ lineId }) => skuOf.get(lineId) as Sku));
  const needs = new Set<string>();
  let zone = '';
  // Of units that are sold without stock nobody keeps where they are.
  for (const { lineId } of trackedUnits(part, part.lines)) {
    const traits = traitsOf(skuOf.get(lineId) as Sku);
    if (zone === '') zone = traits?.zone ?? '';
    if (traits?.needs !== undefined) needs.add(traits.needs);
  }
  return {
    key: taskKey(order.orderId, part.fulfillmentId),
    orderId: order.orderId,
    fulfillmentId: part.fulfillmentId,
    placedAtMs: order.placedAtMs,
    shipByMs: leavesByMs(order, part.shipByMs),
    deliverByMs: order.promisedByMs ?? part.deliverByMs,
    units: part.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    skus,
    class: { zone, needs: [...needs].sort() },
  };
}

/** What a terminal says that it takes. */
type Scope = Pick<TerminalContext, 'zones' | 'capabilities'>;

/** Whether a terminal may be given tasks of a class. */
function covers({ zones, capabilities }: Scope, { zone, needs }: TaskClass): boolean {
  if (zone !== '' && zones !== undefined && !zones.includes(zone)) return false;
  return needs.every((need) => capabilities?.includes(need) === true);
}

interface List {
  readonly class: TaskClass;
  readonly entries: QueueEntry[];
}

export class Queue {
  readonly #lists = new Map<string, List>();
  readonly #entries = new Map<string, QueueEntry>();

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  put(entry: QueueEntry): void {
    this.remove(entry.key);
    const name = [entry.class.zone, ...entry.class.needs].join('\n');
    let list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, (list = { class: entry.class, entries: [] }));
    list.entries.splice(place(list.entries, entry), 0, entry);
    this.#entries.set(entry.key, entry);
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const name = [entry.class.zone, ...entry.class.needs].join('\n');
    const list = this.#lists.get(name);
    if (list === undefined) return;
    list.entries.splice(place(list.entries, entry), 1);
    if (list.entries.length === 0) this.#lists.delete(name);
  }

  /** The list whose first task is the first of all that a terminal may take; undefined: there is none for it. */
  listFor(terminal: Scope): readonly QueueEntry[] | undefined {
    let best: readonly QueueEntry[] | undefined;
    for (const list of this.#lists.values()) {
      const [first] = list.entries;
      if (first === undefined || !covers(terminal, list.class)) continue;
      if (best?.[0] === undefined || compareEntries(first, best[0]) < 0) best = list.entries;
    }
    return best;
  }

  /** The first of all, whoever may take them. */
  first(limit: number): QueueEntry[] {
    const heads = [...this.#lists.values()].flatMap(({ entries }) => entries.slice(0, limit));
    return heads.sort(compareEntries).slice(0, limit);
  }

  /** Every entry, in no order: for checks. */
  get all(): Iterable<QueueEntry> {
    return this.#entries.values();
  }
}

/** Where an entry is, or belongs. */
function place(entries: readonly QueueEntry[], entry: QueueEntry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = entries[middle];
    if (one !== undefined && compareEntries(one, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
