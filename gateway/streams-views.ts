/**
 * Who follows what of availability: single balances by SKU, or what a view may sell. A view remembers what
 * its followers were last told of each SKU, so that a movement that changes nothing for it tells nobody.
 */
import type { Available } from '../actors/available.ts';
import type { EngineApi } from '../engine/api.ts';
import type { ChannelId, Sku } from '../actors/ids.ts';
import type { DeliveryMethod } from '../actors/vocabulary.ts';
import type { StockSubscription, StockTopic } from './streams-subscription.ts';

export type StockFollowers = Set<StockSubscription>;

interface Followed {
  readonly followers: StockFollowers;
  /** What a view had when its followers were last told. */
  atp: number;
}

export interface FollowedView {
  readonly channel: ChannelId | undefined;
  readonly method: DeliveryMethod | undefined;
  readonly segment: string | undefined;
  readonly skus: Map<Sku, Followed>;
}

/** A SKU that a view has another number of units of. */
export interface ViewChange {
  readonly sku: Sku;
  readonly atp: number;
  readonly followers: StockFollowers;
}

/** Whether a topic is of what a view may sell; else it is of balances by location. */
export const isOfView = ({ channel, method }: StockTopic): boolean => channel !== undefined || method !== undefined;

export class StockFollowing {
  /** Followers of single balances. */
  readonly balances = new Map<Sku, StockFollowers>();
  readonly #views = new Map<string, FollowedView>();
  readonly #engine: EngineApi;

  constructor(engine: EngineApi) {
    this.#engine = engine;
  }

  get isEmpty(): boolean {
    return this.balances.size === 0 && this.#views.size === 0;
  }

  add(subscription: StockSubscription): void {
    const { topic } = subscription;
    if (!isOfView(topic)) {
      for (const sku of topic.skus) {
        const followers = this.balances.get(sku);
        if (followers === undefined) this.balances.set(sku, new Set([subscription]));
        else followers.add(subscription);
      }
      return;
    }
    const { channel, method, segment } = topic;
    let view = this.#views.get(viewKey(topic));
    if (view === undefined) this.#views.set(viewKey(topic), (view = { channel, method, segment, skus: new Map() }));
    for (const sku of topic.skus) {
      const followed = view.skus.get(sku);
      if (followed !== undefined) {
        followed.followers.add(subscription);
        continue;
      }
      const atp = this.#engine.atp(sku, channel, method, segment);
      view.skus.set(sku, { followers: new Set([subscription]), atp });
    }
  }

  remove(subscription: StockSubscription): void {
    const { topic } = subscription;
    const view = this.#views.get(viewKey(topic));
    for (const sku of topic.skus) {
      const followers = isOfView(topic) ? view?.skus.get(sku)?.followers : this.balances.get(sku);
      followers?.delete(subscription);
      if (followers?.size !== 0) continue;
      if (isOfView(topic)) view?.skus.delete(sku);
      else this.balances.delete(sku);
    }
    if (view?.skus.size === 0) this.#views.delete(viewKey(topic));
  }

  /** What views have another number of, among these SKUs, or all that are followed. Once told, it is told. */
  *changes(skus?: ReadonlySet<Sku>): IterableIterator<ViewChange> {
    for (const view of this.#views.values()) {
      for (const sku of skus ?? view.skus.keys()) {
        const followed = view.skus.get(sku);
        if (followed === undefined) continue;
        const atp = this.#engine.atp(sku, view.channel, view.method, view.segment);
        if (atp === followed.atp) continue;
        followed.atp = atp;
        yield { sku, atp, followers: followed.followers };
      }
    }
  }
}

/** No channel and no segment is called so. */
function viewKey({ channel = '*' as ChannelId, method = 'ship', segment = '*' }: StockTopic): string {
  return `${channel} ${method} ${segment}`;
}

/**
 * Under how many of the thresholds a number is: it crosses one when this changes. A number is under a
 * threshold when it is less; none left is under every threshold, 0 too.
 */
export function zoneOf(thresholds: readonly number[], atp: Available): number {
  if (atp === 'unlimited') return 0;
  let under = 0;
  for (const threshold of thresholds) if (atp < Math.max(1, threshold)) under += 1;
  return under;
}
