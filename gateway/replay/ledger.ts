/**
 * The replay's own book of units, kept from what it sent and was answered, and its comparison with every
 * stock balance read back from the engine at the end: the proof that nothing was oversold.
 */
import type { Baton } from '../client/baton.ts';
import { count } from './tally.ts';

interface Line {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

interface Balance {
  readonly onHand: number;
  readonly allocated: number;
}

export interface StockCheck {
  readonly skus: number;
  readonly balances: number;
  readonly onHand: number;
  readonly allocated: number;
  /** One sentence for each disagreement, at most `faultsMax`. Empty: nothing was oversold or lost. */
  readonly faults: readonly string[];
}

const faultsMax = 20;
/** Balances read at a time. */
const readsAtOnce = 128;

export class Ledger {
  readonly #opening = new Map<string, Balance>();
  readonly #received = new Map<string, number>();
  readonly #shipped = new Map<string, number>();
  /** Ordered less cancelled, shipped or not. */
  readonly #ordered = new Map<string, number>();
  readonly #lines = new Map<string, readonly Line[]>();

  readonly #startPosition: number;

  /** @param startPosition how far the server's journal was before the replay */
  constructor(startPosition: number) {
    this.#startPosition = startPosition;
  }

  /** False for an answer from the server's receipts, to a command of an earlier run: nothing was done. */
  isNew(position: number): boolean {
    return position > this.#startPosition;
  }

  /** Units that were there, and promised to others, before the replay. */
  open(sku: string, balance: Balance): void {
    this.#opening.set(sku, balance);
  }

  received(sku: string, quantity: number): void {
    count(this.#received, sku, quantity);
  }

  /** An order goes out. Its parcels may be heard of before its answer. */
  placing(orderId: string, lines: readonly Line[]): void {
    this.#lines.set(orderId, lines);
  }

  placed(orderId: string): void {
    for (const { sku, quantity } of this.#lines.get(orderId) ?? []) {
      count(this.#ordered, sku, quantity);
    }
  }

  cancelled(
    orderId: string,
    lines: readonly { readonly lineId: string; readonly quantity: number }[],
  ): void {
    this.#eachSku(orderId, lines, (sku, quantity) => count(this.#ordered, sku, -quantity));
  }

  shipped(
    orderId: string,
    lines: readonly { readonly lineId: string; readonly quantity: number }[],
  ): void {
    this.#eachSku(orderId, lines, (sku, quantity) => count(this.#shipped, sku, quantity));
  }

  /** Whether an order is one of this replay. */
  knows(orderId: string): boolean {
    return this.#lines.has(orderId);
  }

  /** Read every balance back and compare. Rejects when the server cannot be asked. */
  async check(client: Baton, skus: readonly string[]): Promise<StockCheck> {
    const faults: string[] = [];
    const totals = { balances: 0, onHand: 0, allocated: 0 };
    await eachStock(client, skus, (sku, stocks) => {
      const sum = { onHand: 0, allocated: 0 };
      for (const { location, onHand, allocated, reserved, damaged, quality, held } of stocks) {
        const aside = damaged + quality + held;
        totals.balances += 1;
        sum.onHand += onHand;
        sum.allocated += allocated;
        if (onHand < 0 || allocated < 0 || allocated + reserved + aside > onHand) {
          const spoken = `${allocated} allocated, ${reserved} reserved, ${aside} aside`;
          faults.push(`${sku} at ${location}: ${spoken} of ${onHand}`);
        }
      }
      totals.onHand += sum.onHand;
      totals.allocated += sum.allocated;
      faults.push(...this.#compare(sku, sum));
    });
    return { skus: skus.length, ...totals, faults: faults.slice(0, faultsMax) };
  }

  #compare(sku: string, sum: Balance): string[] {
    const opening = this.#opening.get(sku) ?? { onHand: 0, allocated: 0 };
    const shipped = this.#shipped.get(sku) ?? 0;
    const onHand = opening.onHand + (this.#received.get(sku) ?? 0) - shipped;
    const owed = opening.allocated + (this.#ordered.get(sku) ?? 0) - shipped;
    const faults: string[] = [];
    if (sum.onHand !== onHand) {
      faults.push(`${sku}: ${sum.onHand} on hand, ${onHand} by what came in and went out`);
    }
    if (sum.allocated > owed) faults.push(`${sku}: ${sum.allocated} promised, only ${owed} ordered`);
    return faults;
  }

  #eachSku(
    orderId: string,
    lines: readonly { readonly lineId: string; readonly quantity: number }[],
    work: (sku: string, quantity: number) => void,
  ): void {
    const ordered = this.#lines.get(orderId) ?? [];
    for (const { lineId, quantity } of lines) {
      const line = ordered.find((candidate) => candidate.lineId === lineId);
      if (line !== undefined) work(line.sku, quantity);
    }
  }
}

type StockViews = Awaited<ReturnType<typeof readStock>>;

/** The balances of many SKUs, some at a time. */
export async function eachStock(
  client: Baton,
  skus: readonly string[],
  work: (sku: string, stocks: StockViews) => void,
): Promise<void> {
  for (let at = 0; at < skus.length; at += readsAtOnce) {
    const batch = skus.slice(at, at + readsAtOnce);
    const answers = await Promise.all(batch.map((sku) => readStock(client, sku)));
    for (const [index, stocks] of answers.entries()) work(batch[index] ?? '', stocks);
  }
}

function readStock(client: Baton, sku: string) {
  return client.query('stock.get', { sku });
}
