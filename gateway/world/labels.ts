/**
 * Where terminals get their labels: the carrier that was planned makes one, or fails for an hour; each failure is
 * reported, so that the server plans with others. A parcel that cannot wait goes by another carrier.
 */
import type { Baton } from '../client/baton.ts';
import { carriers } from '../replay/network.ts';
import type { Ground } from './ground.ts';
import type { Lives } from './lives.ts';

export interface Label {
  readonly carrier: string;
  readonly tracking: string;
}

/** Minutes until a failed call is made again, and how often the planned carrier is asked. */
const againMinutes = 5;
const triesMax = 3;
/** Minutes between two questions whether a carrier that failed works again. */
const probeMinutes = 20;

export class Labels {
  readonly #ground: Ground;
  readonly #client: Baton;
  readonly #lives: Lives;
  /** Carriers that failed, until a call succeeds: only then are successes news. */
  readonly #troubled = new Set<string>();
  /** Those whose circuit the server has opened. */
  readonly #open = new Set<string>();
  readonly #all: readonly string[];

  constructor(ground: Ground, client: Baton, lives: Lives) {
    this.#ground = ground;
    this.#client = client;
    this.#lives = lives;
    this.#all = carriers.map(({ id }) => ground.names.carrier(id));
  }

  /** `done` hears the label; it may take its time. */
  buy(orderId: string, fulfillmentId: string, done: (label: Label) => void): void {
    const part = this.#lives.find(orderId)?.parts.find((one) => one.fulfillmentId === fulfillmentId);
    if (part?.carrier !== undefined && this.#troubled.size === 0) {
      this.#call(orderId, fulfillmentId, part.carrier, 1, done);
      return;
    }
    // Sourced again, or planned anew since: the server knows by whom it goes.
    void this.#client.tryQuery('order.get', { orderId }).then(({ ok }) => {
      const planned = ok?.fulfillments.find((one) => one.fulfillmentId === fulfillmentId)?.carrier;
      this.#call(orderId, fulfillmentId, planned ?? this.#all[0] ?? '', 1, done);
    });
  }

  #call(orderId: string, fulfillmentId: string, carrier: string, tries: number, done: (label: Label) => void): void {
    const { choices, pace } = this.#ground;
    if (!choices.isOut(carrier, Math.floor(pace.hours()))) {
      if (this.#troubled.has(carrier)) this.#report(carrier, true);
      done({ carrier, tracking: `${orderId}-${fulfillmentId}` });
      return;
    }
    if (!this.#troubled.has(carrier)) this.#probe(carrier);
    this.#troubled.add(carrier);
    this.#ground.tell({ kind: 'no-label', order: orderId, carrier });
    this.#report(carrier, false);
    pace.after(againMinutes, () => {
      if (tries < triesMax) return this.#call(orderId, fulfillmentId, carrier, tries + 1, done);
      const other = this.#all.find((one) => !this.#troubled.has(one)) ?? carrier;
      if (other !== carrier) this.#ground.tell({ kind: 'other-carrier', order: orderId, from: carrier, to: other });
      this.#call(orderId, fulfillmentId, other, 1, done);
    });
  }

  /** Ask a carrier that failed now and then, until it does again: nobody else may, once nothing is planned with it. */
  #probe(carrier: string): void {
    const { choices, pace } = this.#ground;
    pace.after(probeMinutes, () => {
      if (!choices.isOut(carrier, Math.floor(pace.hours()))) this.#report(carrier, true);
      if (this.#troubled.has(carrier)) this.#probe(carrier);
    });
  }

  #report(carrierId: string, ok: boolean): void {
    const body = { carrierId, what: 'label', ok, ...(ok ? {} : { detail: 'HTTP 503' }) } as const;
    this.#ground.send(this.#client, 'carrier.report', body, (answer) => {
      const { state } = (answer ?? {}) as { readonly state?: string };
      if (state === 'closed' && ok) this.#troubled.delete(carrierId);
      const isNews = state === 'open' ? !this.#open.has(carrierId) : state === 'closed' && this.#open.has(carrierId);
      if (state === undefined || !isNews) return;
      if (state === 'open') this.#open.add(carrierId);
      else this.#open.delete(carrierId);
      this.#ground.tell({ kind: 'circuit', carrier: carrierId, state });
    });
  }
}
