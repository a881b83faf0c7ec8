/** What the engine says can be sold, against the shadow: every SKU in every view, and place by place. */
import type { ChannelId } from '../../actors/ids.ts';
import type { QueryKind } from '../../actors/queries.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { promise, unitsFrom } from './shadow/selling.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareSelling(engine: Engine, shadow: Shadow, agree: Agree, ask: Ask): void {
  for (const sku of shadow.places.keys()) {
    for (const channel of [undefined, ...shadow.channels.keys()] as (ChannelId | undefined)[]) {
      for (const method of ['ship', 'pickup'] as const) {
        const units = promise(shadow, sku, { channel, method });
        const what = `ATP of ${sku} through ${channel} by ${method}`;
        agree(what, units, ask('atp.get', { skus: [sku], channel, method })[sku]);
        expect(engine.atp(sku, channel, method) === units, `${what} asked directly`);
        comparePlaces(shadow, sku, channel, method, agree, ask);
      }
    }
  }
  const unknown = ask('atp.get', { skus: ['HOT'], channel: 'no-such' });
  agree('ATP through a channel that does not exist', { HOT: 0 }, unknown);
}

function comparePlaces(
  shadow: Shadow,
  sku: string,
  channel: ChannelId | undefined,
  method: 'ship' | 'pickup',
  agree: Agree,
  ask: Ask,
): void {
  const places = [...(shadow.places.get(sku) ?? [])]
    .map((location) => ({ location, atp: unitsFrom(shadow, sku, location, { channel, method }) }))
    .filter(({ atp }) => atp > 0)
    .sort((a, b) => (a.location < b.location ? -1 : 1));
  agree(`${sku} by place`, places, ask('atp.by-location', { skus: [sku], channel, method })[sku]);
}
