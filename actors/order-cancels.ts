/**
 * Cancellations that a location is asked for: units of a part that it was told to pick, and may be picking, are given
 * up by it, or it says that it is too late. Who asked says by when it must have answered, and what its silence means.
 * One is asked for at a time of each part; it ends with an answer, with the parcel that leaves, or when the units it is
 * about are not all there any more. Pure.
 */
import type { ChannelId, FulfillmentId, LocationId, OrderId } from './ids.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import type { Fulfillment, LineUnits } from './vocabulary.ts';

/** What a location that does not answer in time has said. */
export type Silence = 'accept' | 'reject';

/** A cancellation that a location is asked for and has not answered. */
export interface CancelRequest {
  readonly units: readonly LineUnits[];
  readonly reason: string;
  /** The credential it was asked for with, and when. */
  readonly by: string;
  readonly sinceMs: number;
  readonly answerByMs: number;
  readonly silence: Silence;
}

/**
 * How it ended: as its location said, or as its silence was to be taken; `shipped`: the parcel left first; `lapsed`:
 * the units are not all there any more, for they were cancelled otherwise, not found, or are to come from elsewhere.
 */
export type CancelOutcome = 'accepted' | 'rejected' | 'shipped' | 'lapsed';

interface OfPart {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
}

export type CancelEvent =
  | (OfPart & { readonly kind: 'cancellation.requested'; readonly request: CancelRequest })
  | (OfPart & {
      readonly kind: 'cancellation.answered';
      readonly outcome: CancelOutcome;
      readonly units: number;
      /** Who answered, and what for; absent where nobody did. */
      readonly by?: string | undefined;
      readonly reason?: string | undefined;
    });

/** Whether a location may be asked for a cancellation: it was told to start, and its parcel has not left. */
export const mayBeAsked = ({ state }: Fulfillment): boolean => state === 'released' || state === 'picking';

/** A part without the cancellation asked for, where it has not all of the units any more. */
export function stillAsked(part: Fulfillment): Fulfillment {
  const { cancelling, lines } = part;
  if (cancelling === undefined) return part;
  const isThere = cancelling.units.every(
    ({ lineId, quantity }) => (lines.find((line) => line.lineId === lineId)?.quantity ?? 0) >= quantity,
  );
  return isThere ? part : { ...part, cancelling: undefined };
}

/** What is told of a part whose request is another one, or none, after a message. */
export function cancelNews(
  { orderId, channel }: OrderContext, before: Fulfillment | undefined, part: Fulfillment, message: OrderMessage,
): CancelEvent[] {
  const { fulfillmentId, location } = part;
  const of = { orderId, channel, fulfillmentId, location };
  const events: CancelEvent[] = [];
  if (before?.cancelling !== undefined && before.cancelling !== part.cancelling) {
    const units = before.cancelling.units.reduce((sum, { quantity }) => sum + quantity, 0);
    const told = { ...of, kind: 'cancellation.answered', units } as const;
    if (message.type === 'fulfillment.answerCancel') {
      const { isAccepted, by, reason } = message;
      events.push({ ...told, outcome: isAccepted ? 'accepted' : 'rejected', by, reason });
    } else events.push({ ...told, outcome: part.state === 'shipped' ? 'shipped' : 'lapsed' });
  }
  if (message.type === 'fulfillment.askCancel' && part.cancelling === message.request) {
    events.push({ ...of, kind: 'cancellation.requested', request: message.request });
  }
  return events;
}
