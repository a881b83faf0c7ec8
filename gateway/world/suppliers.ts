/** Suppliers: as much comes again as was sold, and what was found to be missing. */
import { stockEntriesMax } from '../../actors/limits.ts';
import type { Baton } from '../client/baton.ts';
import type { WantedOrder } from './choices.ts';
import { locations } from '../replay/network.ts';
import { articles, type Article } from './goods.ts';
import type { Ground } from './ground.ts';

/** Minutes until what is missing has come. */
const urgentMinutes = 45;
const urgentUnits = 24;

export class Suppliers {
  readonly #ground: Ground;
  readonly #client: Baton;
  readonly #sold = new Map<Article, number>();

  constructor(ground: Ground, client: Baton) {
    this.#ground = ground;
    this.#client = client;
  }

  sold(lines: WantedOrder['lines']): void {
    for (const { article, quantity } of lines) {
      const sold = (this.#sold.get(article) ?? 0) + quantity;
      const often = article.units * article.at.length;
      // Half of what there was is gone: as much comes as was sold.
      if (2 * sold < often) this.#sold.set(article, sold);
      else {
        this.#sold.delete(article);
        this.#deliver(article, Math.ceil(sold / article.at.length));
      }
    }
  }

  /** Somebody found that a SKU is nowhere: it comes to where it was not, since what was there was not found. */
  missing(sku: string): void {
    const { names, pace } = this.#ground;
    const article = articles.find((one) => names.sku(one.sku) === sku);
    const to = locations.find(({ id }) => article?.at.includes(id) === false);
    if (to === undefined) return;
    pace.after(urgentMinutes, () => {
      const location = names.location(to.id);
      const entries = [{ sku, location, quantity: urgentUnits }];
      this.#ground.send(this.#client, 'stock.receive', { entries, reference: 'urgent' }, (answer) => {
        if (answer !== undefined) this.#ground.tell({ kind: 'supplied', sku, location, units: urgentUnits });
      });
    });
  }

  #deliver({ sku, at }: Article, quantity: number): void {
    const { names } = this.#ground;
    const entries = at.map((location) => ({ sku: names.sku(sku), location: names.location(location), quantity }));
    this.#ground.send(this.#client, 'stock.receive', { entries, reference: 'sold' });
  }
}

/** Everything the world begins with, in commands of a size the server takes. */
export function* firstStock({ names }: Pick<Ground, 'names'>): Generator<{
  readonly entries: readonly { readonly sku: string; readonly location: string; readonly quantity: number }[];
  readonly reference: string;
}> {
  const all = articles.flatMap(({ sku, at, units }) =>
    at.map((location) => ({ sku: names.sku(sku), location: names.location(location), quantity: units })),
  );
  for (let from = 0; from < all.length; from += stockEntriesMax) {
    yield { entries: all.slice(from, from + stockEntriesMax), reference: 'the world begins' };
  }
}
