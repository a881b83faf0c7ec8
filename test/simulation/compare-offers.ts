/** What the engine says that locations are offered, against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { asked } from './shadow/offered.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareOffers(shadow: Shadow, agree: Agree, ask: Ask): void {
  const open = [...shadow.orders.open.values()].flatMap((order) =>
    order.parts.flatMap((part, index) => (asked(part).length > 0 ? [{ order, part, fulfillmentId: String(index + 1) }] : [])));
  const key = (one: { readonly orderId: string; readonly fulfillmentId: string }): string => `${one.orderId} ${one.fulfillmentId}`;
  for (const location of shadow.locations.keys()) {
    const is = open.filter(({ part }) => asked(part).includes(location)).map(({ order, part, fulfillmentId }) => ({
      orderId: order.id, fulfillmentId, channel: order.channel, untilMs: part.offer?.untilMs, rank: asked(part).indexOf(location) + 1, asked: asked(part).length,
      lines: part.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId, sku: order.lines[line]?.sku, quantity })),
      holder: part.location, shipByMs: part.shipByMs, deliverByMs: part.deliverByMs,
    }));
    const said = ask('offer.list', { location, limit: 500 });
    const sorted = <T extends { readonly orderId: string; readonly fulfillmentId: string }>(list: readonly T[]): T[] => list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    if (is.length <= 500) agree(`what ${location} is offered`, sorted(is), sorted(said.offers));
    agree(`offers to ${location}`, is.length, said.total);
  }
  agree('open offers', open.length, ask('engine.status', {}).openOffers);
}
