/**
 * The rate cards of all services: every version, and which of them holds. A card is made into tables when it is
 * first asked and kept so as long as it lives.
 */
import type { CarrierId, ServiceId } from '../actors/ids.ts';
import type { RateCard } from '../actors/rate-commands.ts';
import { Tariff } from './promise/tariff.ts';
import { rateCell, type RateCell } from './rate-cell.ts';
import type { Timers } from './timers.ts';

const serviceKey = (carrier: CarrierId, service: ServiceId): string => `${carrier}/${service}`;

/** The key of a version among all. */
export const rateKey = ({ carrier, service, version }: Pick<RateCard, 'carrier' | 'service' | 'version'>): string =>
  `${serviceKey(carrier, service)}/${version}`;

const tariffs = new WeakMap<RateCard, Tariff>();

/** The tables of a card. A card never changes, so they are made once. */
function tariffOf(card: RateCard): Tariff {
  let tariff = tariffs.get(card);
  if (tariff === undefined) tariffs.set(card, (tariff = new Tariff(card)));
  return tariff;
}

export class Rates {
  readonly #cells = new Map<string, RateCell>();
  /** Cards by service, the one that holds before others first. */
  readonly #cards = new Map<string, readonly RateCard[]>();
  /** Versions that there are. */
  count = 0;
  readonly #timers: Timers;
  #turnAtMs: number | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether there is no card: then nothing of this file is asked when parcels are priced. */
  get isIdle(): boolean {
    return this.count === 0;
  }

  /** The cell of a version by its key, made when new. */
  cell(key: string): RateCell {
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, (cell = rateCell(key, this)));
    return cell;
  }

  /** The cells of all versions, removed ones among them. */
  cells(): Iterable<RateCell> {
    return this.#cells.values();
  }

  find(key: string): RateCard | undefined {
    return this.#cells.get(key)?.snapshot?.context.card;
  }

  /** A version was put or removed, or that was undone. */
  placed({ id }: RateCell): void {
    const service = id.slice(0, id.lastIndexOf('/'));
    const cards: RateCard[] = [];
    for (const { id: other, snapshot } of this.#cells.values()) {
      const card = snapshot?.context.card;
      if (card !== undefined && other.startsWith(`${service}/`)) cards.push(card);
    }
    this.count += cards.length - (this.#cards.get(service)?.length ?? 0);
    cards.sort((a, b) => (b.fromMs ?? 0) - (a.fromMs ?? 0) || b.version - a.version);
    if (cards.length === 0) this.#cards.delete(service);
    else this.#cards.set(service, cards);
  }

  /** The versions of a service, the first first. */
  versionsOf(carrier: CarrierId, service: ServiceId): readonly RateCard[] {
    return (this.#cards.get(serviceKey(carrier, service)) ?? []).toSorted((a, b) => a.version - b.version);
  }

  /** What holds for a service: of the cards in force the one that began last, of these the highest version. */
  inForce(carrier: CarrierId, service: ServiceId, atMs: number): Tariff | undefined {
    if (this.count === 0) return undefined;
    for (const card of this.#cards.get(serviceKey(carrier, service)) ?? []) {
      if ((card.fromMs ?? 0) <= atMs && atMs < (card.untilMs ?? Infinity)) return tariffOf(card);
    }
    return undefined;
  }

  /** See to it that who waits is woken when a card begins or ends. */
  expect(atMs: number): void {
    let nextMs = Infinity;
    for (const cards of this.#cards.values()) {
      for (const { fromMs = 0, untilMs = Infinity } of cards) {
        if (fromMs > atMs && fromMs < nextMs) nextMs = fromMs;
        if (untilMs > atMs && untilMs < nextMs) nextMs = untilMs;
      }
    }
    if (nextMs === Infinity || nextMs === this.#turnAtMs) return;
    this.#turnAtMs = nextMs;
    this.#timers.set(nextMs, { kind: 'rates', id: '*' });
  }
}
