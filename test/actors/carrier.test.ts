/** The carrier: open or suspended, and how many parcels are on their way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CarrierEffect, CarrierMessage } from '../../actors/carrier.ts';
import { carrierId } from '../../actors/ids.ts';
import { carrierSteps } from '../../engine/cells.ts';
import { step } from '../../engine/step.ts';

const card = { id: carrierId('post'), name: 'Post', baseMinor: 300, perKmMinor: 1 };
const open = carrierSteps.begin(card, []);
const told = (messages: readonly CarrierMessage[], effects: CarrierEffect[] = []) =>
  messages.reduce((now, message) => step(carrierSteps, now, message, effects) ?? now, open);

describe('a carrier', () => {
  it('[O21] begins open with nothing on its way', () => {
    expect(open).toEqual({ value: 'open', context: { card, inTransit: 0, reason: '' } });
  });

  it('[O21] suspended, says why and takes no parcels, but delivers those it has', () => {
    const effects: CarrierEffect[] = [];
    const suspended = told([{ type: 'carrier.dispatch' }, { type: 'carrier.suspend', reason: 'strike' }], effects);
    expect(suspended).toMatchObject({ value: 'suspended', context: { inTransit: 1, reason: 'strike' } });
    expect(effects).toEqual([{ kind: 'publish', events: [{ kind: 'carrier.changed', carrierId: 'post', state: 'suspended', reason: 'strike' }] }]);
    expect(step(carrierSteps, suspended, { type: 'carrier.dispatch' }, [])).toBeUndefined();
    expect(step(carrierSteps, suspended, { type: 'carrier.deliver' }, [])?.context.inTransit).toBe(0);
    expect(step(carrierSteps, suspended, { type: 'carrier.suspend', reason: 'again' }, [])).toBeUndefined();
  });

  it('[O21] opens again without a reason, and not twice', () => {
    const effects: CarrierEffect[] = [];
    const again = told([{ type: 'carrier.suspend', reason: 'strike' }, { type: 'carrier.resume' }], effects);
    expect(again).toMatchObject({ value: 'open', context: { reason: '' } });
    expect(effects.at(-1)).toMatchObject({ events: [{ state: 'open', reason: '' }] });
    expect(step(carrierSteps, again, { type: 'carrier.resume' }, [])).toBeUndefined();
  });

  it('[O21] a new card changes nothing but the card', () => {
    const suspended = told([{ type: 'carrier.dispatch' }, { type: 'carrier.suspend', reason: 'strike' }]);
    const after = step(carrierSteps, suspended, { type: 'carrier.update', card: { ...card, baseMinor: 1 } }, []);
    expect(after).toEqual({ value: 'suspended', context: { ...suspended.context, card: { ...card, baseMinor: 1 } } });
  });

  it('[O21] counts every parcel in and out and is never below none', () => {
    const messages = fc.constantFrom<CarrierMessage>(
      { type: 'carrier.dispatch' }, { type: 'carrier.deliver' }, { type: 'carrier.resume' }, { type: 'carrier.suspend', reason: 'r' },
    );
    fc.assert(
      fc.property(fc.array(messages), (life) => {
        let now = open;
        let parcels = 0;
        for (const message of life) {
          const after = step(carrierSteps, now, message, []);
          if (after !== undefined) parcels += message.type === 'carrier.dispatch' ? 1 : message.type === 'carrier.deliver' ? -1 : 0;
          now = after ?? now;
          expect(now.context.inTransit).toBe(parcels);
          expect(parcels).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
