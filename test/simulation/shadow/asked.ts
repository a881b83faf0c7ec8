/** What a location is asked to give up of a part, in the shadow: what ends that, and what is told of it. */
import type { Part, ShadowOrder } from './state.ts';

export interface Asked {
  readonly units: Part['units'];
  readonly reason: string;
  readonly by: string;
  readonly sinceMs: number;
  readonly answerByMs: number;
  readonly silence: 'accept' | 'reject';
}

const sum = (units: Part['units']): number => units.reduce((all, { quantity }) => all + quantity, 0);

/** A part that has not all units any more that it was asked to give up is asked no more. */
export function lapsed(part: Part): Part {
  const isThere = (one: Part['units'][number]): boolean => part.units.some(({ line, quantity }) => line === one.line && quantity >= one.quantity);
  return part.asked === undefined || part.asked.units.every(isThere) ? part : { ...part, asked: undefined };
}

/** The request as others see it. */
export const shown = (order: ShadowOrder, asked: Asked | undefined): object | undefined =>
  asked && { ...asked, units: asked.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId, quantity })) };

export interface Said {
  readonly isAccepted: boolean;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** What is told of a part whose request ended, or began. */
export function news(order: ShadowOrder, index: number, before: Part | undefined, part: Part, said: Said | undefined): object[] {
  if (part.asked === before?.asked) return [];
  const of = { orderId: order.id, channel: order.channel, fulfillmentId: String(index + 1), location: part.location };
  if (part.asked !== undefined) return [{ ...of, kind: 'cancellation.requested', request: shown(order, part.asked) }];
  const how = said === undefined ? (part.state === 'shipped' ? 'shipped' : 'lapsed') : said.isAccepted ? 'accepted' : 'rejected';
  return [{ ...of, kind: 'cancellation.answered', units: sum(before?.asked?.units ?? []), outcome: how, by: said?.by, reason: said?.reason }];
}
