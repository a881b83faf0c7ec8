/** Offers of parts in the shadow: who is asked, and what they hear. */
import type { Part, ShadowOrder } from './state.ts';

export interface ShadowOffer {
  readonly untilMs: number;
  readonly others: readonly string[];
  readonly ended?: 'accepted' | 'assigned' | undefined;
}

/** How it ended for one, or for all. */
export interface Answer {
  readonly state: string;
  readonly location?: string | undefined;
}

export const isOffered = ({ state, offer }: Part): boolean => state === 'released' && offer !== undefined && offer.ended === undefined;

/** Who is asked, the one with the units first. */
export const asked = (part: Part | undefined): readonly string[] =>
  part === undefined || !isOffered(part) ? [] : [part.location, ...(part.offer?.others ?? [])];

const sum = (part: Part | undefined): number => (part?.units ?? []).reduce((all, { quantity }) => all + quantity, 0);

export function news(order: ShadowOrder, index: number, before: Part | undefined, part: Part, answer: Answer | undefined): object[] {
  const of = { kind: 'offer.changed', orderId: order.id, channel: order.channel, fulfillmentId: String(index + 1) };
  const [was, is] = [asked(before), asked(part)];
  const how = (location: string): string => (answer === undefined || (answer.location !== undefined && answer.location !== location) ? 'withdrawn' : answer.state);
  return [
    ...was.filter((one) => !is.includes(one)).map((location) => ({ ...of, location, state: how(location), units: sum(before) })),
    ...is.filter((one) => !was.includes(one)).map((location) => ({ ...of, location, state: 'open', units: sum(part), untilMs: part.offer?.untilMs, rank: is.indexOf(location) + 1 })),
  ];
}
