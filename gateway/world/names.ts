/**
 * What things of the world are called. Without a prefix its locations and carriers are those of the sample that
 * `npm start` plays; with one, all it has is its own.
 */
export interface Names {
  readonly prefix: string;
  /** Of the network's id. */
  location(id: string): string;
  carrier(id: string): string;
  channel(id: ChannelName): string;
  sku(sku: string): string;
  terminal(location: string, index: number): string;
  order(index: number): string;
  /** What the orders of this run begin with. */
  readonly orders: string;
}

export const channelNames = ['shop', 'market', 'agent'] as const;
export type ChannelName = (typeof channelNames)[number];

/** @param run tells the orders of this run from those of others on the same server. */
export function namesOf(prefix: string, run: string): Names {
  const named = (id: string): string => `${prefix}${id}`;
  const orders = `${prefix}W${run}-`;
  return {
    prefix,
    location: named,
    carrier: named,
    channel: named,
    sku: named,
    terminal: (location, index) => `${location}-${index + 1}`,
    orders,
    order: (index) => `${orders}${index}`,
  };
}
