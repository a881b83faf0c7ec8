/**
 * The witness: judges what clients were told by the order in which the journal has it. It reads the journal's
 * records one by one, plays them on a small model of its own (balances and where each order's units are), and
 * checks in linear time that each answer was right at its place, that no unit was promised twice, that what was
 * told is there exactly once and as it was told, and that the order agrees with time: what had been answered
 * before another command was sent stands before it.
 *
 * The model knows orders that are accepted whole or refused, stock received, set aside and put back, and transfers
 * from one location to another, of which no unit may be lost or come twice. It shares
 * no code with the engine, except to read the rows of stock, which must say what the model says.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CommandBody } from '../../actors/commands.ts';
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Entry } from '../../engine/receipts.ts';
import { stockFromRow } from '../../engine/rows.ts';
import type { StoredRecord } from '../../storage/journal.ts';

/** A command as one client saw it. Times in milliseconds of one clock; no answer yet: `returnedAtMs` is Infinity. */
export interface Call {
  readonly commandId: string;
  readonly kind: string;
  readonly invokedAtMs: number;
  returnedAtMs: number;
  /** What was told; `position` is where the journal has it. */
  told?: { readonly position: number; readonly ok?: unknown; readonly refused?: Refusal | undefined } | undefined;
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly field?: string | undefined;
}

interface Levels {
  onHand: number;
  held: number;
  allocated: number;
}

/** Where the journal has a command. */
interface Place {
  readonly position: number;
  /** Its number among all commands of the journal. */
  readonly index: number;
  readonly entry: Entry;
}

/** Units by `location/sku`. */
type Units = Map<string, number>;

/** A transfer, by its lines. */
interface Transfer {
  readonly from: string;
  readonly to: string;
  hasLeft: boolean;
  hasEnded: boolean;
  readonly lines: { readonly lineId: string; readonly sku: string; readonly quantity: number; received: number }[];
}

/** Beyond so many, faults are only counted. */
const faultsMax = 50;

export class Witness {
  readonly faults: string[] = [];
  faultCount = 0;
  /** The last position read. */
  position = 0;
  accepted = 0;
  readonly #places = new Map<string, Place>();
  readonly #stocks = new Map<string, Levels>();
  readonly #skus = new Map<string, Map<string, Sku>>();
  readonly #transfers = new Map<string, Transfer>();
  readonly #orders = new Map<string, { allocated: Units; shipped: Units }>();

  /** Read the next record. */
  take(record: StoredRecord): void {
    if (record.position !== this.position + 1) this.#fault(`position ${record.position} follows ${this.position}`);
    this.position = record.position;
    for (const entry of record.commands as Entry[]) this.#takeEntry(entry, record.position);
    for (const [key, row] of record.rows) {
      if (!key.startsWith('s/') || row === null) continue;
      const at = key.slice(2);
      const slash = at.indexOf('/');
      const { context } = stockFromRow(at.slice(slash + 1) as Sku, at.slice(0, slash) as LocationId, row).snapshot;
      const { onHand, held, allocated } = context;
      const found = { onHand, held, allocated };
      const mine = this.levels(at);
      if (isDeepStrictEqual(found, mine)) continue;
      this.#fault(`position ${record.position}: ${at} is ${JSON.stringify(found)}, must be ${JSON.stringify(mine)}`);
    }
  }

  /** What was told is in the journal, as it was told. */
  check(calls: Iterable<Call>): void {
    for (const { commandId, told } of calls) {
      if (told === undefined) continue;
      const place = this.#places.get(commandId);
      if (place === undefined) this.#fault(`${commandId} was acknowledged at ${told.position} and is lost`);
      else if (place.position !== told.position) {
        this.#fault(`${commandId} was acknowledged at ${told.position} and stands at ${place.position}`);
      } else if (!isSame(told, place.entry)) this.#fault(`${commandId} was told otherwise than the journal has it`);
    }
  }

  /** The journal's order agrees with time. Call it once, at the end. */
  checkOrder(calls: readonly Call[]): void {
    const placed = calls.flatMap((call) => {
      const place = this.#places.get(call.commandId);
      return place === undefined ? [] : [{ call, index: place.index }];
    });
    placed.sort((a, b) => b.index - a.index);
    let earliest = { atMs: Infinity, commandId: '' };
    for (const { call } of placed) {
      if (earliest.atMs < call.invokedAtMs) {
        this.#fault(`${earliest.commandId} was answered before ${call.commandId} was sent, and stands after it`);
      }
      if (call.returnedAtMs < earliest.atMs) earliest = { atMs: call.returnedAtMs, commandId: call.commandId };
    }
  }

  has(commandId: string): boolean {
    return this.#places.has(commandId);
  }

  get commands(): number {
    return this.#places.size;
  }

  /** The balances of a stock, `location/sku`, at the last position read. */
  levels(at: string): Levels {
    return this.#stocks.get(at) ?? { onHand: 0, held: 0, allocated: 0 };
  }

  get stocks(): ReadonlyMap<string, Readonly<Levels>> {
    return this.#stocks;
  }

  #takeEntry(entry: Entry, position: number): void {
    const [commandId, kind, , body, refused, ok] = entry;
    if (this.#places.has(commandId)) this.#fault(`${commandId} stands in the journal twice`);
    this.#places.set(commandId, { position, index: this.#places.size, entry });
    if (kind === 'order.place') this.#place(commandId, body as CommandBody<'order.place'>, refused?.[0], ok);
    else if (refused !== null) return;
    else if (kind.startsWith('order.') || kind.startsWith('fulfillment.')) this.#move(commandId, ok as OrderAnswer);
    else if (kind === 'stock.receive') this.#each(commandId, body, (levels, units) => (levels.onHand += units));
    else if (kind === 'stock.set-aside') this.#each(commandId, body, (levels, units) => (levels.held += units));
    else if (kind === 'stock.put-back') this.#each(commandId, body, (levels, units) => (levels.held -= units));
    else if (kind.startsWith('supply.')) this.#transfer(commandId, kind, body);
    else if (kind.startsWith('stock.')) this.#fault(`${commandId}: the model knows no ${kind}`);
  }

  #place(commandId: string, body: CommandBody<'order.place'>, refused: string | undefined, ok: unknown): void {
    if (refused === undefined) {
      this.accepted += 1;
      this.#orders.set(body.orderId, { allocated: new Map(), shipped: new Map() });
      this.#skus.set(body.orderId, new Map(body.lines.map(({ lineId, sku }, at) => [lineId ?? String(at + 1), sku])));
      this.#move(commandId, ok as OrderAnswer);
      const ordered = body.lines.reduce((sum, { quantity }) => sum + quantity, 0);
      const given = total(this.#orders.get(body.orderId)?.allocated ?? new Map());
      if (ordered !== given) this.#fault(`${commandId} orders ${ordered} units and got ${given}`);
      return;
    }
    if (refused !== 'out-of-stock') return;
    const needs = new Map<string, number>();
    for (const { sku, quantity } of body.lines) needs.set(sku, (needs.get(sku) ?? 0) + quantity);
    const isShort = [...needs].some(([sku, quantity]) => this.#promise(sku) < quantity);
    if (!isShort) this.#fault(`${commandId} was refused although there was enough`);
  }

  /** Units to promise of a SKU over all locations. */
  #promise(sku: string): number {
    let sum = 0;
    for (const [at, { onHand, held, allocated }] of this.#stocks) {
      if (at.slice(at.indexOf('/') + 1) === sku) sum += onHand - held - allocated;
    }
    return sum;
  }

  /** An order stands where its answer says: the balances change by the difference. */
  #move(commandId: string, answer: OrderAnswer): void {
    const before = this.#orders.get(answer.orderId);
    if (before === undefined) return this.#fault(`${commandId}: order ${answer.orderId} was never placed`);
    const now = { allocated: new Map<string, number>(), shipped: new Map<string, number>() };
    for (const { state, location, lines } of answer.fulfillments) {
      const into = state === 'shipped' || state === 'delivered' ? now.shipped : now.allocated;
      if (state === 'cancelled') continue;
      for (const { lineId, quantity } of lines) {
        const at = `${location}/${this.#skus.get(answer.orderId)?.get(lineId) ?? '?'}`;
        into.set(at, (into.get(at) ?? 0) + quantity);
      }
    }
    for (const at of new Set([...before.allocated.keys(), ...now.allocated.keys(), ...now.shipped.keys()])) {
      const shipped = (now.shipped.get(at) ?? 0) - (before.shipped.get(at) ?? 0);
      const allocated = (now.allocated.get(at) ?? 0) - (before.allocated.get(at) ?? 0);
      if (shipped < 0) this.#fault(`${commandId}: units of ${at} came back from a carrier`);
      this.#change(commandId, at, (levels) => {
        levels.onHand -= shipped;
        levels.allocated += allocated;
      });
    }
    this.#orders.set(answer.orderId, now);
  }

  #each(commandId: string, body: unknown, change: (levels: Levels, units: number) => void): void {
    for (const { sku, location, quantity } of (body as CommandBody<'stock.receive'>).entries) {
      this.#change(commandId, `${location}/${sku}`, (levels) => change(levels, quantity));
    }
  }

  #transfer(commandId: string, kind: string, body: unknown): void {
    if (kind === 'supply.put') {
      const { supply } = body as CommandBody<'supply.put'>;
      if (this.#transfers.has(supply.id)) this.#fault(`${commandId} puts ${supply.id} a second time`);
      const lines = supply.lines.map(({ lineId, sku, quantity }, at) => ({ lineId: lineId ?? String(at + 1), sku, quantity, received: 0 }));
      this.#transfers.set(supply.id, { from: supply.from ?? '', to: supply.to, hasLeft: false, hasEnded: false, lines });
      return;
    }
    const { supplyId, lines } = body as CommandBody<'supply.receive'>;
    const transfer = this.#transfers.get(supplyId);
    if (transfer === undefined) return this.#fault(`${commandId} is about ${supplyId}, which nobody put`);
    if (transfer.hasEnded) this.#fault(`${commandId} moves ${supplyId}, which has ended`);
    if (kind === 'supply.ship') {
      if (transfer.hasLeft) this.#fault(`${commandId} sends ${supplyId} a second time`);
      transfer.hasLeft = true;
      for (const { sku, quantity } of transfer.lines) this.#units(commandId, `${transfer.from}/${sku}`, -quantity);
    }
    if (kind === 'supply.receive') this.#arrive(commandId, transfer, lines);
    if (kind !== 'supply.cancel' && kind !== 'supply.close') return;
    transfer.hasEnded = true;
    if (kind === 'supply.close' || !transfer.hasLeft) return;
    for (const { sku, quantity, received } of transfer.lines) {
      if (quantity > received) this.#units(commandId, `${transfer.from}/${sku}`, quantity - received);
    }
  }

  #arrive(commandId: string, transfer: Transfer, lines: CommandBody<'supply.receive'>['lines']): void {
    if (!transfer.hasLeft) this.#fault(`${commandId} receives what has not left`);
    for (const { lineId, quantity } of lines) {
      const line = transfer.lines.find((one) => one.lineId === lineId);
      if (line === undefined) return this.#fault(`${commandId} receives line ${lineId}, which is none`);
      line.received += quantity;
      if (line.received > line.quantity) this.#fault(`${commandId} receives ${line.received} of ${line.quantity} ${line.sku}`);
      this.#units(commandId, `${transfer.to}/${line.sku}`, quantity);
    }
    transfer.hasEnded = transfer.lines.every(({ quantity, received }) => received === quantity);
  }

  #units(commandId: string, at: string, units: number): void {
    this.#change(commandId, at, (levels) => (levels.onHand += units));
  }

  #change(commandId: string, at: string, change: (levels: Levels) => void): void {
    const levels = { ...this.levels(at) };
    change(levels);
    this.#stocks.set(at, levels);
    const { onHand, held, allocated } = levels;
    if (Math.min(onHand, held, allocated, onHand - held - allocated) >= 0) return;
    this.#fault(`${commandId} oversells ${at}: ${onHand} on hand, ${held} set aside, ${allocated} allocated`);
  }

  #fault(what: string): void {
    this.faultCount += 1;
    if (this.faults.length < faultsMax) this.faults.push(what);
  }
}

function total(units: Units): number {
  let sum = 0;
  for (const count of units.values()) sum += count;
  return sum;
}

function isSame(told: NonNullable<Call['told']>, [, , , , refused, ok]: Entry): boolean {
  if (refused === null) return told.refused === undefined && isDeepStrictEqual(plain(told.ok), plain(ok));
  if (told.refused === undefined) return false;
  const { code, detail, field } = told.refused;
  return isDeepStrictEqual([code, detail, field ?? null], [...refused]);
}

/** Undefined fields and missing ones are the same. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
