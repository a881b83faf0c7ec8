/**
 * Availability as it changes. Balances, not events: a newer one replaces an older one that was not
 * sent yet, so a paced or slow reader costs no more than the SKUs it follows, and needs no journal.
 * A subscription begins, and begins again, with a snapshot; a large one goes out in pieces.
 */
import { availableOf, type Available } from '../actors/available.ts';
import type { EngineApi } from '../engine/api.ts';
import type { Published } from '../engine/outcome.ts';
import type { Sku } from '../actors/ids.ts';
import type { StockChange } from '../actors/vocabulary.ts';
import type { Recent } from './streams-recent.ts';
import { channelStockOf, stockOf } from './streams-snapshot.ts';
import { stockKey } from './streams-subscription.ts';
import type { Push, StockSubscription } from './streams-subscription.ts';
import { isOfView, StockFollowing, zoneOf, type StockFollowers } from './streams-views.ts';
import { Part, PushBody } from './wire-encode.ts';

/** Balances in one push; a snapshot of more continues in further pushes. */
const pieceMax = 1_000;

export class StockStreams {
  readonly #engine: EngineApi;
  readonly #recent: Recent;
  readonly #following: StockFollowing;
  #position: number;
  /** Where what channels may sell last changed without a movement of stock: nobody resumes from before. */
  #networkAt: number;

  constructor(engine: EngineApi, recent: Recent) {
    this.#engine = engine;
    this.#recent = recent;
    this.#following = new StockFollowing(engine);
    this.#position = engine.position;
    this.#networkAt = engine.position;
  }

  add(subscription: StockSubscription): void {
    this.#following.add(subscription);
    const missed = this.#missed(subscription);
    subscription.fresh = missed === undefined;
    this.#fill(subscription, missed ?? subscription.topic.skus);
    this.send(subscription);
  }

  /** The SKUs it follows that changed after the position it resumes from; undefined: it begins anew. */
  #missed({ topic: { since, skus } }: StockSubscription): readonly Sku[] | undefined {
    if (since === undefined || since < this.#networkAt || since > this.#position) return undefined;
    const turns = since === this.#position ? [] : this.#recent.after(since);
    if (turns === undefined) return undefined;
    const changed = new Set(turns.flatMap(({ stock }) => stock.map(({ sku }) => sku)));
    return skus.filter((sku) => changed.has(sku));
  }

  remove(subscription: StockSubscription): void {
    clearTimeout(subscription.timer);
    subscription.timer = undefined;
    subscription.unsent.clear();
    this.#following.remove(subscription);
  }

  publish(published: Published): void {
    this.#position = published.position;
    if (this.#following.isEmpty) return;
    const skus = changedSkus(this.#engine, published);
    if (skus.size === 0) return;
    const touched: StockFollowers = new Set();
    for (const change of published.stock) this.#tellBalance(change, touched);
    this.#tellViews(touched, skus);
    this.#sendAll(touched);
  }

  /**
   * Locations, channels, rules or items changed, so what channels may sell may have, without any stock moving.
   */
  networkChanged(): void {
    this.#networkAt = this.#engine.position;
    this.#position = Math.max(this.#position, this.#networkAt);
    const touched: StockFollowers = new Set();
    this.#tellViews(touched);
    this.#sendAll(touched);
  }

  #sendAll(touched: StockFollowers): void {
    /** A body that holds one balance only is the same for all who follow just that. */
    const single = new Map<Part, PushBody>();
    for (const subscription of touched) this.send(subscription, single);
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
      noteZones(subscription, sent);
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

  /** All balances a subscription follows of these SKUs, as unsent. */
  #fill(subscription: StockSubscription, skus: readonly Sku[]): void {
    const { topic } = subscription;
    subscription.position = this.#engine.position;
    for (const sku of skus) {
      if (isOfView(topic)) {
        subscription.unsent.set(sku, new Part(channelStockOf(this.#engine, sku, topic)));
        continue;
      }
      for (const change of stockOf(this.#engine, sku)) {
        subscription.unsent.set(stockKey(sku, change.location), new Part(change));
      }
    }
  }

  #tellBalance(change: StockChange, touched: StockFollowers): void {
    const followers = this.#following.balances.get(change.sku);
    if (followers === undefined) return;
    const part = new Part(change);
    const key = stockKey(change.sku, change.location);
    for (const subscription of followers) this.#tell(subscription, key, part, change.atp, touched);
  }

  #tellViews(touched: StockFollowers, skus?: ReadonlySet<Sku>): void {
    for (const { sku, atp, followers } of this.#following.changes(skus)) {
      const part = new Part({ sku, atp: availableOf(atp) });
      for (const subscription of followers) this.#tell(subscription, sku, part, atp, touched);
    }
  }

  #tell(subscription: StockSubscription, key: string, part: Part, atp: number, touched: StockFollowers): void {
    const { zones, topic, unsent } = subscription;
    subscription.position = this.#position;
    if (zones !== undefined && zones.get(key) === zoneOf(topic.thresholds ?? [], atp)) {
      // Back where it was when it was last told: what waits to be told of it is overtaken.
      unsent.delete(key);
      return;
    }
    unsent.set(key, part);
    touched.add(subscription);
  }
}

/** SKUs of which another number can be sold now: their stock moved or their item was changed, as parts of kits too. */
function changedSkus(engine: EngineApi, { stock, events }: Published): ReadonlySet<Sku> {
  const skus = new Set(stock.map(({ sku }) => sku));
  for (const event of events) if (event.kind === 'item.changed') skus.add(event.sku);
  for (const sku of skus) for (const kit of engine.kitsOf(sku)) skus.add(kit);
  return skus;
}

/** A push that could not be sent: its balances wait again, unless newer ones do already. */
export function takeBack(subscription: StockSubscription, push: Push): void {
  if (push.body.field === 'snapshot') subscription.fresh = true;
  for (const [key, part] of push.merged ?? []) {
    subscription.zones?.delete(key);
    if (!subscription.unsent.has(key)) subscription.unsent.set(key, part);
  }
}

/** Where the numbers stand that are being told. */
function noteZones({ zones, topic }: StockSubscription, sent: ReadonlyMap<string, Part>): void {
  if (zones === undefined) return;
  for (const [key, { value }] of sent) {
    zones.set(key, zoneOf(topic.thresholds ?? [], (value as { readonly atp: Available }).atp));
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
