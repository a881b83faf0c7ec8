/** A shop with a delivered order, and short words for its returns. */
import type { ReturnAnswer, ReturnEvent } from '../../actors/return-context.ts';
import type { ReturnPolicy } from '../../actors/return-commands.ts';
import { Shop, type Loose } from './shop.ts';

export interface Asked {
  readonly returnId?: string;
  readonly orderId?: string;
  readonly quantity?: number;
  readonly orderLineId?: string;
  readonly reason?: 'unwanted' | 'defective';
  readonly customer?: string;
}

/** A shop that has delivered 3 S1 at 10.00 and 1 S2 at 25.00 of order o1 from A, under a policy. */
export async function delivered(policy: Partial<Loose<ReturnPolicy>> = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 3, 'A/S2': 1 });
  if (Object.keys(policy).length > 0) await shop.ok('return-policy.put', { policy });
  const lines = [{ sku: 'S1', quantity: 3, unitPriceMinor: 1_000 }, { sku: 'S2', quantity: 1, unitPriceMinor: 2_500 }];
  await shop.ok('order.place', { orderId: 'o1', channel: 'web', customer: 'ann', currency: 'GBP', destination: { country: 'GB' }, lines });
  await send(shop, 'o1');
  return shop;
}

export async function send(shop: Shop, orderId: string): Promise<void> {
  await shop.part('fulfillment.pick', orderId);
  await shop.part('fulfillment.ship', orderId);
  await shop.part('fulfillment.deliver', orderId);
}

export const body = ({ returnId = 'r1', orderId = 'o1', quantity = 1, orderLineId = '1', reason = 'unwanted', customer }: Asked) =>
  ({ returnId, orderId, ...(customer === undefined ? {} : { customer }), lines: [{ orderLineId, quantity, reason }] });
export const ask = async (shop: Shop, asked: Asked = {}): Promise<ReturnAnswer> => (await shop.ok('return.request', body(asked))) as ReturnAnswer;
export const refused = (shop: Shop, asked: Asked) => shop.refused('return.request', body(asked));
export const receive = async (shop: Shop, quantity: number, more: object = {}): Promise<ReturnAnswer> =>
  (await shop.ok('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity }], ...more })) as ReturnAnswer;
export const inspect = async (shop: Shop, quantity: number, disposition: 'restock' | 'scrap' | 'quarantine' | 'handled', more: object = {}): Promise<ReturnAnswer> =>
  (await shop.ok('return.inspect', { returnId: 'r1', lines: [{ lineId: '1', quantity, disposition, ...more }] })) as ReturnAnswer;

export const events = (shop: Shop): ReturnEvent[] =>
  shop.published.flatMap((turn) => turn.events.filter((event): event is ReturnEvent => event.kind === 'return.changed' || event.kind === 'refund.due'));
/** Memos as `type amount`. */
export const memos = (shop: Shop): string[] => events(shop).flatMap((event) => (event.kind === 'refund.due' ? [`${event.type} ${event.amountMinor}`] : []));
/** Balances as `onHand, quality, damaged, held`. */
export const stock = (shop: Shop, place: string): string => {
  const [location = '', sku = ''] = place.split('/');
  const [view] = shop.ask('stock.get', { sku, location });
  return view === undefined ? 'none' : `${view.onHand}, ${view.quality}, ${view.damaged}, ${view.held}`;
};
