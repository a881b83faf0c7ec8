/** Rows that are things of their own, items and locations: compared, and what differs is put, one by one. */
import type { CommandBody } from '../../actors/commands.ts';
import { reject } from '../../actors/rejection.ts';
import { feedLimits } from './feed.ts';
import { differing } from './compare-rows.ts';
import type { Batches, FeedContext } from './context.ts';
import { hashText, KeySet } from './key-set.ts';
import { sendPiece, type Making } from './send.ts';

type Item = CommandBody<'item.put'>['item'];
type Location = CommandBody<'location.put'>['location'];

export class PutBatches implements Batches {
  readonly #context: FeedContext;
  readonly #kind: 'items' | 'locations';
  readonly #seen = new KeySet(feedLimits.rememberedMax);
  #fresh: { readonly row: number; readonly value: object }[] = [];

  constructor(context: FeedContext, kind: 'items' | 'locations') {
    this.#context = context;
    this.#kind = kind;
  }

  async add(row: number, value: object): Promise<void> {
    const [field, name] = this.#kind === 'items' ? ['sku', (value as Item).sku] : ['id', (value as Location).id];
    if (!this.#seen.add(name)) {
      this.#context.tally.refuse(row, reject('duplicate', 'stood in an earlier row of this feed', field));
      return;
    }
    this.#fresh.push({ row, value });
    if (this.#fresh.length >= feedLimits.compareMax) await this.flush();
  }

  async flush(): Promise<void> {
    const rows = this.#fresh;
    this.#fresh = [];
    const kind = this.#kind === 'items' ? 'item.compare' : 'location.compare';
    for (const row of await differing(this.#context, kind, rows)) {
      await this.#context.window.start(() => this.#put(row));
    }
  }

  #put({ row, value }: { readonly row: number; readonly value: object }): Promise<void> {
    const commandId = (): string =>
      `feed:${this.#context.options.feed}:${row}:${hashText(JSON.stringify(value))}`;
    if (this.#kind === 'items') {
      const making: Making<Item, 'item.put'> = {
        kind: 'item.put',
        body: ([item]) => ({ item: item as Item }),
        commandId,
      };
      return sendPiece(this.#context, making, { rows: [{ row, value: value as Item }] });
    }
    const making: Making<Location, 'location.put'> = {
      kind: 'location.put',
      body: ([location]) => ({ location: location as Location }),
      commandId,
    };
    return sendPiece(this.#context, making, { rows: [{ row, value: value as Location }] });
  }
}
