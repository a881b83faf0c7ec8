/**
 * Availability as it changes. Balances, not events: a newer one replaces an older one that was not
 * sent yet, so a paced or slow reader costs no more than the SKUs it follows, and needs no journal.
 * A subscription begins, and begins again, with a snapshot; a large one goes out in pieces.
 */
import type { EngineApi } from '../engine/api.ts';
import type { Published } from '../engine/outcome.ts';
import type { ChannelId, Sku } from '../actors/ids.ts';
import type { StockChange } from '../actors/vocabulary.ts';
import { channelStockOf, stockOf } from './streams-snapshot.ts';
import { stockKey } from './streams-subscription.ts';
import type { Push, StockSubscription } from './streams-subscription.ts';
import { Part, PushBody } from './wire-encode.ts';

type Followers = Set<StockSubscription>;

/** Balances in one push; a snapshot of more continues in further pushes. */
const pieceMax = 1_000;

export class StockStreams {
  readonly #engine: EngineApi;
  /** Followers of single balances, by SKU. */
  readonly #bySku = new Map<Sku, Followers>();
  /** Followers of what a channel may sell, by channel and SKU. */
  readonly #byChannel = new Map<ChannelId, Map<Sku, Followers>>();
  #position: number;

  constructor(engine: EngineApi) {
    this.#engine = engine;
    this.#position = engine.position;
  }

  add(subscription: StockSubscription): void {
    const map = this.#mapFor(subscription);
    for (const sku of subscription.topic.skus) {
      const followers = map.get(sku);
      if (followers === undefined) map.set(sku, new Set([subscription]));
      else followers.add(subscription);
    }
    this.#fill(subscription);
    subscription.fresh = true;
    this.send(subscription);
  }

  remove(subscription: StockSubscription): void {
    clearTimeout(subscription.timer);
    subscription.timer = undefined;
    subscription.unsent.clear();
    const map = this.#mapFor(subscription);
    for (const sku of subscription.topic.skus) {
      const followers = map.get(sku);
      followers?.delete(subscription);
      if (followers?.size === 0) map.delete(sku);
    }
    const { channel } = subscription.topic;
    if (channel !== undefined && map.size === 0) this.#byChannel.delete(channel);
  }

  publish(published: Published): void {
    this.#position = published.position;
    if (this.#bySku.size === 0 && this.#byChannel.size === 0) return;
    const touched: Followers = new Set();
    /** A body that holds one balance only is the same for all who follow just that. */
    const single = new Map<Part, PushBody>();
    for (const change of published.stock) this.#tellBalance(change, touched);
    const skus = this.#byChannel.size === 0 ? undefined : changedSkus(published);
    if (skus !== undefined)
      for (const [channel, map] of this.#byChannel) this.#tellChannel(channel, map, skus, touched);
    for (const subscription of touched) this.send(subscription, single);
  }

  /**
   * Locations or channels changed, so what channels may sell may have, without any stock moving.
   */
  networkChanged(): void {
    for (const map of this.#byChannel.values()) {
      const followers: Followers = new Set();
      for (const each of map.values()) for (const subscription of each) followers.add(subscription);
      for (const subscription of followers) {
        this.#fill(subscription);
        this.send(subscription);
      }
    }
  }

  /** Push what is unsent, now or when the pace allows. */
  send(subscription: StockSubscription, single?: Map<Part, PushBody>): void {
    const { outlet, unsent, topic } = subscription;
    if (subscription.timer !== undefined || !outlet.writable) return;
    if (unsent.size === 0 && !subscription.fresh) return;
    const everyMs = topic.everyMs ?? 0;
    if (everyMs > 0 && !subscription.fresh) {
      const waitMs = subscription.pushedAtMs + everyMs - performance.now();
      if (waitMs > 0) return this.#later(subscription, waitMs);
    }
    this.#push(subscription, single);
  }

  #later(subscription: StockSubscription, waitMs: number): void {
    subscription.timer = setTimeout(() => {
      subscription.timer = undefined;
      if (subscription.phase === 'live') this.send(subscription);
    }, waitMs);
  }

  #push(subscription: StockSubscription, single: Map<Part, PushBody> | undefined): void {
    subscription.pushedAtMs = performance.now();
    do {
      const merged = subscription.unsent;
      const whole = merged.size <= pieceMax;
      const sent = whole ? merged : new Map([...merged].slice(0, pieceMax));
      if (whole) subscription.unsent = new Map();
      else for (const key of sent.keys()) merged.delete(key);
      const body = bodyOf(subscription, [...sent.values()], single);
      subscription.outlet.offer({
        of: subscription,
        body,
        after: subscription.position,
        merged: sent,
      });
      // Between the pieces of a large one, learn whether the reader keeps up.
      if (subscription.unsent.size > 0) subscription.outlet.flush();
    } while (subscription.unsent.size > 0 && subscription.outlet.writable);
  }

  /** All balances a subscription follows, as unsent. */
  #fill(subscription: StockSubscription): void {
    const { skus, channel } = subscription.topic;
    subscription.position = this.#engine.position;
    for (const sku of skus) {
      if (channel !== undefined) {
        subscription.unsent.set(sku, new Part(channelStockOf(this.#engine, sku, channel)));
        continue;
      }
      for (const change of stockOf(this.#engine, sku)) {
        subscription.unsent.set(stockKey(sku, change.location), new Part(change));
      }
    }
  }

  #tellBalance(change: StockChange, touched: Followers): void {
    const followers = this.#bySku.get(change.sku);
    if (followers === undefined) return;
    const part = new Part(change);
    const key = stockKey(change.sku, change.location);
    for (const subscription of followers) this.#tell(subscription, key, part, touched);
  }

  #tellChannel(
    channel: ChannelId,
    map: ReadonlyMap<Sku, Followers>,
    skus: ReadonlySet<Sku>,
    touched: Followers,
  ): void {
    for (const sku of skus) {
      const followers = map.get(sku);
      if (followers === undefined) continue;
      const part = new Part(channelStockOf(this.#engine, sku, channel));
      for (const subscription of followers) this.#tell(subscription, sku, part, touched);
    }
  }

  #tell(subscription: StockSubscription, key: string, part: Part, touched: Followers): void {
    subscription.unsent.set(key, part);
    subscription.position = this.#position;
    touched.add(subscription);
  }

  #mapFor(subscription: StockSubscription): Map<Sku, Followers> {
    const { channel } = subscription.topic;
    if (channel === undefined) return this.#bySku;
    let map = this.#byChannel.get(channel);
    if (map === undefined) {
      map = new Map();
      this.#byChannel.set(channel, map);
    }
    return map;
  }
}

/** SKUs of which channels may sell another number now: their stock moved, or their item was changed. */
function changedSkus({ stock, events }: Published): ReadonlySet<Sku> {
  const skus = new Set(stock.map(({ sku }) => sku));
  for (const event of events) if (event.kind === 'item.changed') skus.add(event.sku);
  return skus;
}

/** A push that could not be sent: its balances wait again, unless newer ones do already. */
export function takeBack(subscription: StockSubscription, push: Push): void {
  if (push.body.field === 'snapshot') subscription.fresh = true;
  for (const [key, part] of push.merged ?? []) {
    if (!subscription.unsent.has(key)) subscription.unsent.set(key, part);
  }
}

function bodyOf(
  subscription: StockSubscription,
  parts: readonly Part[],
  single: Map<Part, PushBody> | undefined,
): PushBody {
  const { position } = subscription;
  if (subscription.fresh) {
    subscription.fresh = false;
    return new PushBody(position, 'snapshot', parts);
  }
  const only = parts[0];
  if (parts.length !== 1 || only === undefined) return new PushBody(position, 'stock', parts);
  let body = single?.get(only);
  if (body === undefined) {
    body = new PushBody(position, 'stock', parts);
    single?.set(only, body);
  }
  return body;
}
