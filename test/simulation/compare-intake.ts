/** The engine's answers about what was taken in with orders, against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { viewWithReturns } from './compare-returns.ts';
import { policyOf } from './shadow/intake.ts';
import { viewOf } from './shadow/order-facts.ts';
import { dueOf, rowOf, sumsOf } from './shadow/payments.ts';
import type { Shadow, ShadowOrder } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** Orders looked at in one comparison. */
const sampleMax = 100;

export function compareIntake(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const { details, externals, mappings, payments } = shadow.intake;
  for (const channel of shadow.channels.keys()) {
    const ofIt = [...mappings].filter(([key, found]) => key.startsWith(`${channel}/`) && found !== undefined);
    const is = Object.fromEntries(ofIt.map(([key, found]) => [key.slice(channel.length + 1), found]));
    agree(`mappings of ${channel}`, is, ask('mapping.get', { channel, skus: ['ch/0', 'ch/1', 'ch/2', 'ch/3', 'ch/4'] }));
  }
  for (const [id, doc] of payments) {
    const { authorisedMinor, capturedMinor, refundedMinor } = sumsOf(doc, 0);
    expect(refundedMinor <= capturedMinor && capturedMinor <= authorisedMinor, `more was given back for ${id} than was taken, or taken than was authorised`);
  }
  for (const channel of [undefined, ...shadow.channels.keys()]) {
    agree(`intake policy of ${channel}`, policyOf(shadow, channel), ask('intake-policy.get', channel === undefined ? {} : { channel }));
  }
  const step = Math.max(1, Math.ceil(shadow.orders.size / sampleMax));
  for (const [index, id] of [...shadow.orders.keys()].entries()) {
    if (index % step !== turnOf % step) continue;
    agree(`details of ${id}`, details.get(id) ?? null, ask('order.details', { orderId: id }));
    const doc = payments.get(id);
    const order = shadow.orders.get(id) as ShadowOrder;
    const due = doc === undefined ? 0 : dueOf(order, doc.placedMinor);
    agree(`payments of ${id}`, doc === undefined ? null : { ...rowOf(id, doc), dueMinor: due, ...sumsOf(doc, due) }, ask('payment.get', { orderId: id }));
  }
  for (const [index, [key, { orderId }]] of [...externals].entries()) {
    if (index % step !== turnOf % step) continue;
    const [channel = ''] = key.split('/');
    const order = shadow.orders.get(orderId);
    expect(order !== undefined && order.channel === channel, `${key} names order ${orderId}, which is not there`);
    const { promise: _, ...found } = ask('order.find', { channel, externalId: key.slice(channel.length + 1) }) ?? {};
    agree(`order ${key}`, viewWithReturns(shadow, orderId, viewOf(order as ShadowOrder)), found);
  }
  expect(ask('order.find', { channel: 'web', externalId: 'none' }) === null, 'an external id that never came was found');
}
