/** Where a unit was not found, somebody counts what is left: until then the server does not trust it. */
import type { Baton } from '../client/baton.ts';
import type { Ground } from './ground.ts';

/** Minutes until somebody has counted. */
const countMinutes = 30;
/** No clock is the server's own, and a count of an instant that is to come is none. */
const clocksDifferMs = 20;

export class Counting {
  readonly #ground: Ground;
  readonly #client: Baton;

  constructor(ground: Ground, client: Baton) {
    this.#ground = ground;
    this.#client = client;
  }

  soon(sku: string, location: string): void {
    this.#ground.pace.after(countMinutes, () => void this.#count(sku, location));
  }

  /** All that should be there is there. What moves while it is counted the server knows by the instant of the count. */
  async #count(sku: string, location: string): Promise<void> {
    const countedAtMs = Date.now() - clocksDifferMs;
    const { ok } = await this.#client.tryQuery('stock.get', { sku, location });
    const onHand = ok?.[0]?.onHand;
    if (onHand === undefined) return;
    const entries = [{ sku, location, onHand, countedAtMs }];
    this.#ground.send(this.#client, 'stock.count', { entries }, (answer) => {
      if (answer !== undefined) this.#ground.tell({ kind: 'counted', sku, location, units: onHand });
    });
  }
}
