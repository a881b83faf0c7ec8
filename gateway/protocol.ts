/**
 * The frames of the socket, defined once: type, validator and JSON Schema. One frame is one
 * message; `baton.msgpack.v1` sends it as MessagePack in binary frames, `baton.json.v1` as JSON in
 * text frames. Prose and examples: docs/PROTOCOL.md.
 *
 * The client sends requests; each is answered exactly once, in any order, under its `request`
 * number. Subscriptions push; each push names the subscription and the journal position it brings
 * the reader to.
 */
import { Type, type Static } from 'typebox';
import type { Available } from '../actors/available.ts';
import { CaseCodeSchema } from '../actors/case-commands.ts';
import type { CaseSummary } from '../actors/case-context.ts';
import type { CommandId, LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { CommandKind } from '../actors/commands.ts';
import { BalanceSchema, ChannelIdSchema, LocationIdSchema, SegmentSchema } from '../actors/schemas.ts';
import { MethodSchema, OrderIdSchema, ReservationIdSchema, SkuSchema, TerminalIdSchema } from '../actors/schemas.ts';
import type { DivergenceTotals } from '../actors/divergence.ts';
import { PlanIdSchema } from '../actors/plan-schemas.ts';
import type { QueryKind } from '../actors/queries.ts';
import type { CarrierView, LaneView, PlanSummary, SeatView } from '../engine/outcome.ts';
import type { Rejection } from '../actors/rejection.ts';
import type { TerminalView } from '../actors/terminal-context.ts';
import type { ReturnView } from '../actors/return-context.ts';
import type { SupplyView } from '../actors/supply-context.ts';
import type { Event, OrderView, ReservationView, StockChange } from '../actors/vocabulary.ts';

/** Every version there was, newest last: number, date, what changed. */
export const protocolHistory = [[1, '2026-11-23', 'first version']] as const;
export const protocolVersion = 1;

export const protocols = ['baton.msgpack.v1', 'baton.json.v1'] as const;
export type Protocol = (typeof protocols)[number];
/**
 * Browsers cannot set headers on a socket: they may offer this as a second sub-protocol, followed
 * by the key or token.
 */
export const bearerProtocolPrefix = 'baton.bearer.';

const exact = { additionalProperties: false } as const;
const since = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Resume after this position; absent: begin with a snapshot',
  }),
);
const everyMs = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 60_000,
    description: 'At most one push in so long, changes merged',
  }),
);

/**
 * What can be followed. `stock` merges changes when paced; the others never lose or merge an event.
 */
export const topicSchemas = {
  /** One order: snapshot OrderView, then its events. */
  order: Type.Object({ topic: Type.Literal('order'), orderId: OrderIdSchema, since }, exact),
  /**
   * Availability of SKUs as a channel may sell them, delivered by a method; with a method and no channel over
   * all open locations, with neither balance by balance.
   */
  stock: Type.Object(
    {
      topic: Type.Literal('stock'),
      skus: Type.Array(SkuSchema, { minItems: 1, maxItems: 1_000, uniqueItems: true }),
      channel: Type.Optional(ChannelIdSchema),
      method: Type.Optional(MethodSchema),
      /** Of the customer: pools that are for it count. With a channel only. */
      segment: Type.Optional(SegmentSchema),
      since,
      everyMs,
      /** Tell a number only when it comes under one of these, or is under it no more. Under 0: none left. */
      thresholds: Type.Optional(
        Type.Array(BalanceSchema, { minItems: 1, maxItems: 8, uniqueItems: true }),
      ),
    },
    exact,
  ),
  /** One reservation: snapshot ReservationView, then its events; in line, a snapshot for each new place. */
  reservation: Type.Object(
    { topic: Type.Literal('reservation'), reservationId: ReservationIdSchema, since },
    exact,
  ),
  /** Work of one location: its open fulfillments, then every change to one. */
  location: Type.Object(
    { topic: Type.Literal('location'), location: LocationIdSchema, since },
    exact,
  ),
  /** What one terminal is to do: itself with its tasks, then every change to it and to a task it holds or held. */
  terminal: Type.Object({ topic: Type.Literal('terminal'), terminalId: TerminalIdSchema, since }, exact),
  /** Open supply documents to or from a location, or all, then every change to one. */
  supply: Type.Object(
    { topic: Type.Literal('supply'), location: Type.Optional(LocationIdSchema), since },
    exact,
  ),
  /** Open returns to a location, or of one channel or all, then every change to one and every refund due. */
  returns: Type.Object(
    {
      topic: Type.Literal('returns'),
      location: Type.Optional(LocationIdSchema),
      channel: Type.Optional(ChannelIdSchema),
      since,
    },
    exact,
  ),
  /** Every sourcing decision, of one channel or all. No snapshot: begins with what comes next. */
  decisions: Type.Object(
    { topic: Type.Literal('decisions'), channel: Type.Optional(ChannelIdSchema), since },
    exact,
  ),
  /** Open cases, of one kind or all, then everything that happens to one. */
  cases: Type.Object({ topic: Type.Literal('cases'), code: Type.Optional(CaseCodeSchema), since }, exact),
  /** Carriers with how they do and their late lanes, then every change of these. */
  carriers: Type.Object({ topic: Type.Literal('carriers'), since }, exact),
  /** What is in force for whom, canaries and shadows: snapshot as plan.list, then every change. */
  plans: Type.Object({ topic: Type.Literal('plans'), since }, exact),
  /**
   * Decisions that the shadow of a plan would make otherwise. Begins with the totals, and again after a time in
   * which the reader was too slow; what it missed is in the totals alone. Positions are no resume points.
   */
  shadow: Type.Object({ topic: Type.Literal('shadow'), planId: PlanIdSchema }, exact),
  /** Orders in exception, and canaries that their guards ended, of one channel or all. */
  exceptions: Type.Object(
    { topic: Type.Literal('exceptions'), channel: Type.Optional(ChannelIdSchema), since },
    exact,
  ),
} as const;
export type TopicName = keyof typeof topicSchemas;
export type Topic = { [T in TopicName]: Static<(typeof topicSchemas)[T]> }[TopicName];

/** Requests about the connection itself. */
export const controlBodies = {
  subscribe: Type.Union([
    topicSchemas.order,
    topicSchemas.stock,
    topicSchemas.reservation,
    topicSchemas.location,
    topicSchemas.terminal,
    topicSchemas.supply,
    topicSchemas.returns,
    topicSchemas.decisions,
    topicSchemas.exceptions,
    topicSchemas.cases,
    topicSchemas.carriers,
    topicSchemas.plans,
    topicSchemas.shadow,
  ]),
  unsubscribe: Type.Object(
    { subscription: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
    exact,
  ),
  /** Answers `{ atMs }`: is the engine there, and how far is its clock. */
  ping: Type.Object({}, exact),
} as const;
export type ControlKind = keyof typeof controlBodies;

/**
 * The answers of the control requests. The reply to `subscribe` comes before the subscription's
 * first push.
 */
export interface ControlAnswers {
  /**
   * The number that the pushes of this subscription carry; made by the server, never used again.
   */
  readonly subscribe: { readonly subscription: number };
  readonly unsubscribe: { readonly subscription: number };
  readonly ping: { readonly atMs: number };
}

/** The request numbers a client may use; each is its own to choose, once at a time. */
export const RequestNumberSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a client sends. `commandId` goes with commands only, and is required there. */
export interface RequestFrame {
  readonly request: number;
  readonly kind: CommandKind | QueryKind | ControlKind;
  readonly commandId?: CommandId | undefined;
  readonly body: unknown;
}

/** The first frame of every connection, from the server. */
export interface HelloFrame {
  readonly hello: {
    readonly version: number;
    /** The name and role of the credential. */
    readonly name: string;
    readonly role: string;
    readonly position: number;
    readonly limits: {
      readonly frameBytesMax: number;
      readonly inFlightMax: number;
      readonly subscriptionsMax: number;
      readonly linesMax: number;
    };
  };
}

export type ReplyFrame =
  | { readonly request: number; readonly ok: unknown; readonly position: number }
  | { readonly request: number; readonly refused: Rejection; readonly position: number };

/** A frame that could not be read far enough to find its request number. */
export interface ComplaintFrame {
  readonly refused: Rejection;
}

/** Availability as a subscriber of a channel sees it: `atp` over the channel's open locations. */
export interface ChannelStock {
  readonly sku: Sku;
  readonly atp: Available;
}
/** A location's open work. */
export interface LocationWork {
  readonly location: LocationId;
  readonly orders: readonly OrderView[];
  /** More open orders exist than the snapshot holds; list them with order.list. */
  readonly more: boolean;
}
/** Open supply documents. */
export interface SupplyList {
  readonly supplies: readonly SupplyView[];
  /** More are open than the snapshot holds; list them with supply.list. */
  readonly more: boolean;
}
/** Open returns. */
export interface ReturnList {
  readonly returns: readonly ReturnView[];
  /** More are open than the snapshot holds; list them with return.list. */
  readonly more: boolean;
}
export type Snapshot =
  | OrderView
  | ReservationView
  | null
  | readonly ChannelStock[]
  | readonly StockChange[]
  | LocationWork
  | TerminalView
  | SupplyList
  | ReturnList
  | ExceptionList
  | CaseList
  | CarrierList
  | PlanList
  | ShadowTotals;
/** The newest version of every plan, and what is in force for whom. */
export interface PlanList {
  readonly plans: readonly PlanSummary[];
  readonly seats: readonly SeatView[];
}
/** What a shadow found so far; empty while the plan has none. */
export interface ShadowTotals {
  readonly shadows: readonly DivergenceTotals[];
}
/** Open cases. */
export interface CarrierList {
  readonly carriers: readonly (CarrierView & {
    /** Lanes a day or more later than usual. */
    readonly lateLanes?: readonly LaneView[] | undefined;
  })[];
}

export interface CaseList {
  readonly cases: readonly CaseSummary[];
  /** More are open than the snapshot holds; list them with case.list. */
  readonly more: boolean;
}
/** Orders that stand in an exception now. */
export interface ExceptionList {
  readonly orders: readonly OrderId[];
  /** More exist than the snapshot holds; list them with order.list. */
  readonly more: boolean;
}

/**
 * Pushes of a subscription. After each, the subscriber holds the topic's truth as of `position`.
 */
export type PushFrame =
  /** The whole truth as of `position`: replaces all that was known. */
  | { readonly subscription: number; readonly position: number; readonly snapshot: Snapshot }
  /** What happened since the last push, in order, without a hole. */
  | { readonly subscription: number; readonly position: number; readonly events: readonly Event[] }
  | {
      readonly subscription: number;
      readonly position: number;
      readonly stock: readonly (StockChange | ChannelStock)[];
    }
  /**
   * The positions after `after` up to `position` cannot be given any more; a snapshot follows where
   * the topic has one.
   */
  | { readonly subscription: number; readonly position: number; readonly gap: Gap };

export interface Gap {
  readonly after: number;
  readonly reason: GapReason;
}
export type GapReason =
  /** The journal no longer holds them. */
  | 'trimmed'
  /** The journal holds them, but more of them than one replay may read. */
  | 'too-far-behind'
  /** `since` is beyond the end of this journal: it came from another one. */
  | 'ahead';

export type ServerFrame = HelloFrame | ReplyFrame | ComplaintFrame | PushFrame;

/** WebSocket close codes of ours. */
export const closeCodes = {
  /** Too many malformed frames. */
  abuse: 4000,
  /** The credential was revoked or expired. */
  credential: 4001,
  /** The peer reads too slowly even for replies. */
  slow: 4002,
} as const;
