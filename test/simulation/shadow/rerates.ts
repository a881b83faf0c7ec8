/** Parcels whose carrier takes them no more, in the shadow: planned anew where that is better, and none forgotten. */
import type { Stranded } from '../../../engine/carriers/rerates.ts';
import { expect } from '../actions.ts';
import { obstacle } from './carrier-health.ts';
import { waiting } from './order-facts.ts';
import { source, takeAway, type Doing } from './orders.ts';
import { isUntouched, type Part, type Shadow, type ShadowOrder } from './state.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

function reasonOf({ carriers }: Shadow, { destination }: ShadowOrder, { carrier, service, state }: Part): string | undefined {
  const card = carrier === undefined ? undefined : carriers.get(carrier);
  if (card === undefined || !(state === 'open' || state === 'released')) return undefined;
  return card.isOpen ? obstacle(card.health, service ?? 'standard', destination) : 'carrier-suspended';
}

const cancelledOf = ({ lines }: ShadowOrder): number => lines.reduce((sum, { cancelled }) => sum + cancelled, 0);

export function rerate(doing: Doing, id: string, index: number): Verdict | undefined {
  const { shadow } = doing;
  const before = shadow.orders.get(id);
  const part = before?.parts[index];
  const reason = before === undefined || part === undefined ? undefined : reasonOf(shadow, before, part);
  if (before === undefined || part === undefined || reason === undefined || !isUntouched(part)) return undefined;
  const { location, carrier, service } = part;
  doing.events.push({ kind: 'fulfillment.rerated', orderId: id, channel: before.channel, fulfillmentId: String(index + 1), location, carrier, service, reason });
  takeAway(doing, before, index, new Map(part.units.map(({ line, quantity }) => [line, quantity])));
  const verdict = source(doing, id);
  const after = shadow.orders.get(id) as ShadowOrder;
  const isBetter = !isRefused(verdict) && waiting(after) <= waiting(before) && cancelledOf(after) <= cancelledOf(before) &&
    after.parts.slice(before.parts.length).every((one) => one.carrier !== undefined);
  return isBetter ? undefined : no('carrier-suspended');
}

/** Whom the engine owes a look: every parcel that carriers took no more when they changed. */
export class StrandedParcels {
  #owed = new Set<string>();
  #offered = '';

  /** Carriers may have changed. */
  note(shadow: Shadow): void {
    const parts = [...shadow.carriers].map(([id, { isOpen, card, health }]) => {
      // One that was only told of offers what it did.
      const cut = (health?.circuits ?? []).filter(({ state }) => state === 'open').map(({ service }) => service);
      return [id, isOpen, health?.embargoes ?? [], cut, card.services?.map((one) => one.id)];
    });
    const offered = JSON.stringify(parts);
    if (offered === this.#offered) return;
    this.#offered = offered;
    this.#all(shadow);
  }

  /** A new process looks at all of them. */
  restart(shadow: Shadow): void {
    this.#owed.clear();
    this.#all(shadow);
  }

  #all(shadow: Shadow): void {
    for (const order of shadow.orders.values()) {
      for (const [index, part] of order.parts.entries()) if (reasonOf(shadow, order, part) !== undefined) this.#owed.add(`${order.id} ${index + 1}`);
    }
  }

  /** It is looked at now: what that is, to be done in the shadow. */
  seen(parcel: Stranded): { readonly kind: 'rerate'; readonly parcel: Stranded } {
    this.#owed.delete(`${parcel.orderId} ${parcel.fulfillmentId}`);
    return { kind: 'rerate', parcel };
  }

  owed({ orderId, fulfillmentId }: Stranded): void {
    this.#owed.add(`${orderId} ${fulfillmentId}`);
  }

  /** Nothing is left to do: all were looked at that are still concerned. */
  checkRest(shadow: Shadow): void {
    for (const key of this.#owed) {
      const at = key.lastIndexOf(' ');
      const order = shadow.orders.get(key.slice(0, at));
      const part = order?.parts[Number(key.slice(at + 1)) - 1];
      const isStill = order !== undefined && part !== undefined && reasonOf(shadow, order, part) !== undefined;
      expect(!isStill, `part ${key} goes with a carrier that takes no more, and nobody looked at it`);
    }
    this.#owed.clear();
  }
}
