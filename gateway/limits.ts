/**
 * Bounds of the gateway: what one peer may send, hold open and leave unread. Bounds of the things
 * themselves stand in actors/limits.ts, those of the engine in engine/limits.ts.
 */
import { orderLinesMax } from '../actors/limits.ts';

export interface GatewayLimits {
  /** Bytes of one WebSocket message. */
  readonly frameBytesMax: number;
  /** Bytes of one HTTP body. */
  readonly bodyBytesMax: number;
  /** Connections at once; more are refused with 503. */
  readonly connectionsMax: number;
  /** Commands of one connection that wait for their answer. */
  readonly inFlightMax: number;
  /** HTTP commands that wait for their answer, all peers together. */
  readonly httpInFlightMax: number;
  /** Feeds over HTTP at once, all peers together. */
  readonly feedsMax: number;
  /** Subscriptions of one connection. */
  readonly subscriptionsMax: number;
  /** SKUs and other keys followed by all subscriptions of one connection together. */
  readonly followedMax: number;
  /** Malformed frames a connection may send before it is closed; one is forgiven every second. */
  readonly malformedMax: number;
  /**
   * Unsent bytes above which a connection counts as slow; above four times as many, frames are
   * dropped.
   */
  readonly backpressureBytes: number;
  /** Silence after which a connection is closed, seconds. */
  readonly idleTimeoutSeconds: number;
  /** Passes over the journal for subscribers that are behind, at once. */
  readonly replaysMax: number;
  /** Positions a replay may reach back; further back is told as a gap. */
  readonly replayPositionsMax: number;
  /**
   * Events and stock changes of the latest turns kept in memory, so that a short lag needs no
   * journal.
   */
  readonly recentItemsMax: number;
  /** Events in one push of a replay, unless one turn alone has more. */
  readonly pushEventsMax: number;
  /** Orders in the snapshot of a location. */
  readonly snapshotOrdersMax: number;
  /** A commit that takes longer makes /healthz fail, milliseconds. */
  readonly commitOverdueMs: number;
}

export const defaultLimits: GatewayLimits = {
  frameBytesMax: 256 * 1024,
  bodyBytesMax: 1024 * 1024,
  connectionsMax: 20_000,
  inFlightMax: 256,
  httpInFlightMax: 1_024,
  feedsMax: 4,
  subscriptionsMax: 64,
  followedMax: 10_000,
  malformedMax: 20,
  backpressureBytes: 256 * 1024,
  idleTimeoutSeconds: 60,
  replaysMax: 4,
  replayPositionsMax: 1_000_000,
  recentItemsMax: 20_000,
  pushEventsMax: 256,
  snapshotOrdersMax: 200,
  commitOverdueMs: 5_000,
};

/** Bounds of reading one message, on the socket and over HTTP. */
export const decodeLimits = {
  depthMax: 16,
  mapSizeMax: 32,
  /** The largest order has five values a line; the rest is room for its head. */
  valuesMax: orderLinesMax * 8,
} as const;
