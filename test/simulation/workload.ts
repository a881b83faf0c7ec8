/**
 * Traffic with known intent: commands of every kind, most of them sensible in the world as it stands in
 * the shadow, some about things that do not exist, some again or with a used id. It never looks at the
 * engine.
 */
import type { Command, CommandKind } from '../../actors/commands.ts';
import { drawTracking } from './bodies-lots.ts';
import { drawBody, type Names } from './bodies.ts';
import type { Auditor } from './auditor.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';

export class Workload {
  readonly #rng: Rng;
  readonly #settings: Settings;
  readonly #auditor: Auditor;
  readonly #names: Names;
  #count = 0;

  constructor(rng: Rng, settings: Settings, auditor: Auditor) {
    this.#rng = rng;
    this.#settings = settings;
    this.#auditor = auditor;
    this.#names = { orders: [], reservations: [], supplies: [], returns: [], settings, now: auditor.now };
  }

  /** The network, so that orders find something from the start. */
  opening(): Command[] {
    const { locations, channels, carriers } = this.#settings;
    const kinds: CommandKind[] = [
      ...locations.map(() => 'location.put' as const),
      ...channels.map(() => 'channel.put' as const),
      ...carriers.map(() => 'carrier.put' as const),
      'transit.put',
      'transit.put',
    ];
    const more: CommandKind[] = [
      'stock.receive',
      'stock.receive',
      'item.put',
      'item.put',
    ];
    const opening = kinds.map((kind, index) => this.#fresh(kind, index));
    const tracked = [...this.#settings.tracked.keys()].map((sku) => this.#track(sku));
    return [...opening, ...tracked, ...more.map((kind, index) => this.#fresh(kind, kinds.length + index))];
  }

  /** SKUs are tracked before they have stock. */
  #track(sku: string): Command {
    const item = { sku, ...drawTracking(this.#rng, this.#names, sku) };
    return { ...this.#fresh('item.put', undefined), body: { item } } as unknown as Command;
  }

  next(): Command {
    const rng = this.#rng;
    if (rng.chance(this.#settings.retryShare)) {
      const again = this.#again();
      if (again !== undefined) return again;
    }
    return this.#fresh(rng.weighted(this.#settings.kinds), undefined);
  }

  #fresh(kind: CommandKind, index: number | undefined): Command {
    this.#count += 1;
    const body = drawBody(this.#rng, kind, this.#names, this.#auditor.shadow, index);
    if (kind === 'order.reship') this.#names.orders.push((body as { replacementId: string }).replacementId);
    if (kind === 'order.place') this.#names.orders.push((body as { orderId: string }).orderId);
    if (kind === 'reservation.make') this.#names.reservations.push((body as { reservationId: string }).reservationId);
    if (kind === 'return.request') {
      const { returnId, exchange } = body as { returnId: string; exchange?: { orderId: string } };
      this.#names.returns.push(returnId);
      if (exchange !== undefined) this.#names.orders.push(exchange.orderId);
    }
    if (kind === 'supply.put') this.#names.supplies.push((body as { supply: { id: string } }).supply.id);
    return { kind, commandId: `c${this.#count}`, by: this.#rng.pick(['web', 'terminal']), body } as unknown as Command;
  }

  /** A command sent again as it was, or its id with something else. */
  #again(): Command | undefined {
    const rng = this.#rng;
    const { answered, unanswered } = this.#auditor;
    const lost = rng.chance(0.5) && unanswered.size > 0;
    const from = lost ? [...unanswered.values()] : answered;
    if (from.length === 0) return undefined;
    // Mostly a recent one.
    const back = Math.min(from.length, rng.chance(0.7) ? 20 : from.length);
    const command = from[from.length - 1 - rng.below(back)] as Command;
    if (rng.chance(0.7)) return command;
    const other = this.#fresh(rng.chance(0.5) ? command.kind : rng.weighted(this.#settings.kinds), undefined);
    const by = rng.chance(0.2) ? 'somebody-else' : command.by;
    return { ...other, commandId: command.commandId, by } as Command;
  }
}
