/**
 * What a subscriber knows who saw everything from position 0: the state of every order, fulfillment,
 * carrier and stock, made from events and stock changes alone.
 */
import type { Published } from '../../engine/outcome.ts';
import type { CaseEvent } from '../../actors/case-context.ts';
import { summaryOfCase } from './shadow/case-facts.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { expect } from './actions.ts';
import { PaymentFold } from './fold-payments.ts';
import { FloorFold } from './fold-floor.ts';
import { ReturnFold } from './fold-returns.ts';
import { SupplyFold } from './fold-supply.ts';
import { difference } from './same.ts';
import { asked as askedFor } from './shadow/offered.ts';
import { stateOf } from './shadow/order-facts.ts';
import { levelsOf, toPromise, type Shadow } from './shadow/state.ts';

interface FoldedPart {
  location: string;
  state: string;
  carrier: string | undefined;
}

interface FoldedOrder {
  state: string | undefined;
  exception: unknown;
  /** Parts that locations are asked to give up units of. */
  readonly asked: Set<number>;
  /** Parts, and the locations that are offered them. */
  readonly offers: Set<string>;
  readonly parts: FoldedPart[];
}

export class Fold {
  position = 0;
  readonly #orders = new Map<string, FoldedOrder>();
  readonly #stocks = new Map<string, unknown>();
  readonly #supplies = new SupplyFold();
  readonly #returns = new ReturnFold();
  readonly #payments = new PaymentFold();
  readonly #floor = new FloorFold();
  readonly #reservations = new Map<string, string>();
  /** What was told last of each case. */
  readonly #cases = new Map<string, CaseEvent>();
  readonly #carriers = new Map<string, string>();
  readonly #suspects = new Map<string, unknown>();

  take({ position, events, stock }: Published): void {
    expect(position === this.position + 1, `the stream goes from ${this.position} to ${position}`);
    this.position = position;
    for (const event of events) this.#event(event);
    for (const { sku, location, levels, atp } of stock) this.#stocks.set(`${location}/${sku}`, { ...levels, atp });
  }

  #event(event: Event): void {
    if (event.kind === 'carrier.changed') {
      this.#carriers.set(event.carrierId, event.state);
      return;
    }
    if (event.kind === 'return.changed' || event.kind === 'refund.due') {
      this.#returns.take(event);
      return;
    }
    if (event.kind === 'payment.changed' || event.kind === 'payment.expiring' || event.kind === 'capture.wanted') {
      this.#payments.take(event);
      return;
    }
    if (event.kind === 'task.changed' || event.kind === 'terminal.changed') {
      this.#floor.take(event);
      return;
    }
    if (event.kind === 'suspect.changed') {
      const { kind: _, state, ...suspect } = event;
      if (state === 'stands') this.#suspects.set(`${event.location}/${event.sku}`, suspect);
      else this.#suspects.delete(`${event.location}/${event.sku}`);
      return;
    }
    if (event.kind === 'case.changed') {
      this.#cases.set(event.caseId, event);
      return;
    }
    if (event.kind === 'supply.changed') {
      this.#supplies.take(event);
      return;
    }
    if ('reservationId' in event) {
      if ('state' in event) this.#reservations.set(event.reservationId, event.state);
      return;
    }
    // What shadows find is no news of the journal.
    if (event.kind === 'plan.diverged') return;
    // Of the network, of items, lots and rules nothing is folded.
    if (!('orderId' in event)) return;
    let order = this.#orders.get(event.orderId);
    if (order === undefined) this.#orders.set(event.orderId, (order = { state: undefined, exception: undefined, asked: new Set(), offers: new Set(), parts: [] }));
    switch (event.kind) {
      case 'order.sourced':
        for (const { fulfillmentId, location, state, carrier } of event.choices) {
          order.parts[Number(fulfillmentId) - 1] = { location, state, carrier };
        }
        return;
      case 'fulfillment.changed': {
        const { fulfillmentId, location, state, carrier } = event;
        order.parts[Number(fulfillmentId) - 1] = { location, state, carrier };
        return;
      }
      case 'offer.changed': {
        const name = `${event.fulfillmentId} ${event.location}`;
        if (event.state === 'open') order.offers.add(name);
        else order.offers.delete(name);
        return;
      }
      case 'cancellation.requested':
        order.asked.add(Number(event.fulfillmentId) - 1);
        return;
      case 'cancellation.answered':
        order.asked.delete(Number(event.fulfillmentId) - 1);
        return;
      case 'exception.raised':
        order.exception = event.exception;
        return;
      case 'exception.cleared':
        order.exception = undefined;
        return;
      case 'order.placed':
      case 'order.changed':
      case 'order.cancelled':
        order.state = event.state;
    }
  }

  /** When a step is due next is told with what is logged, not while it goes over the orders. */
  #checkCases(shadow: Shadow): void {
    for (const one of shadow.cases.values()) {
      const { what: _, by: _by, text: _text, kind: _kind, nextAtMs: _next, ...told } = this.#cases.get(one.caseId) ?? ({} as CaseEvent);
      const { nextAtMs: _is, ...is } = summaryOfCase(shadow, one) as { nextAtMs: unknown };
      const wrong = difference(is, told, one.caseId);
      expect(wrong === undefined, () => `the events told otherwise of case ${wrong}`);
    }
    expect(this.#cases.size === shadow.cases.size, 'events were told of cases that do not exist');
  }

  /** Compare with the shadow, which must stand at the same position. */
  check(shadow: Shadow): void {
    for (const [id, order] of shadow.orders) {
      const parts = order.parts.map(({ location, state, carrier }) => ({ location, state, carrier }));
      const asked = order.parts.flatMap((part, index) => (part.asked === undefined ? [] : [index]));
      const offers = order.parts.flatMap((part, index) => askedFor(part).map((location) => `${index + 1} ${location}`)).sort();
      const is = { state: stateOf(order), exception: order.exception, asked, offers, parts };
      const told = this.#orders.get(id);
      const wrong = difference(is, told && { ...told, asked: [...told.asked].sort((a, b) => a - b), offers: [...told.offers].sort() }, id);
      expect(wrong === undefined, () => `the events told otherwise of order ${wrong}`);
    }
    expect(this.#orders.size === shadow.orders.size, 'events were told of orders that do not exist');
    for (const { id, state } of shadow.reservations.values()) {
      const told = this.#reservations.get(id);
      expect(told === state, `the events told that reservation ${id} is ${told}, it is ${state}`);
    }
    for (const [key, stock] of shadow.stocks) {
      const is = { ...levelsOf(stock), atp: toPromise(stock) };
      const wrong = difference(is, this.#stocks.get(key), key);
      expect(wrong === undefined, () => `the stream told otherwise of stock ${wrong}`);
    }
    this.#supplies.check(shadow);
    this.#returns.check(shadow);
    this.#payments.check(shadow);
    this.#floor.check(shadow);
    this.#checkCases(shadow);
    const suspects = [...shadow.suspects].filter(([, one]) => one !== undefined);
    for (const [key, one] of suspects) expect(difference(one, this.#suspects.get(key), key) === undefined, `the events told otherwise of what is suspect at ${key}`);
    expect(this.#suspects.size === suspects.length, 'events were told of stock that is not suspect');
    for (const [id, { isOpen }] of shadow.carriers) {
      const told = this.#carriers.get(id) ?? 'open';
      expect(told === (isOpen ? 'open' : 'suspended'), `the stream says carrier ${id} is ${told}`);
    }
  }
}
