/** What comes back: asked for by its customer, sent, received and looked at where it goes. */
import type { ReturnAnswer } from '../../actors/return-context.ts';
import type { Baton } from '../client/baton.ts';
import type { Sent } from './carriers.ts';
import type { Ground } from './ground.ts';

/** Hours from one step to the next: thinking it over, to the post, on its way, on the bench. */
const hours = { ask: 12, ship: 8, receive: 24, inspect: 3 } as const;

export class Returns {
  readonly #ground: Ground;
  readonly #client: Baton;

  constructor(ground: Ground, client: Baton) {
    this.#ground = ground;
    this.#client = client;
  }

  /** A parcel was delivered. */
  mayComeBack(sent: Sent, key: string): void {
    const { choices, pace } = this.#ground;
    const [line] = sent.lines;
    if (line === undefined || !choices.happens('return', key)) return;
    const { orderId, fulfillmentId } = sent;
    const returnId = `R-${orderId}-${fulfillmentId}`;
    pace.after(hours.ask * 60, () => {
      const lines = [{ orderLineId: line.lineId, quantity: 1, reason: 'unwanted' }] as const;
      this.#ground.send(this.#client, 'return.request', { returnId, orderId, lines }, (answer) => {
        if (answer === undefined) return;
        this.#ground.tell({ kind: 'sent-back', order: orderId, units: 1 });
        this.#send(returnId, () => this.#receive(returnId, sent, line.sku, choices.happens('damage', key)));
      });
    });
  }

  #send(returnId: string, then: () => void): void {
    const { pace } = this.#ground;
    pace.after(hours.ship * 60, () => {
      this.#ground.send(this.#client, 'return.label', { returnId, tracking: returnId });
      this.#ground.send(this.#client, 'return.ship', { returnId }, (answer) => {
        if (answer !== undefined) pace.after(hours.receive * 60, then);
      });
    });
  }

  #receive(returnId: string, { orderId }: Sent, sku: string, isDamaged: boolean): void {
    const { pace } = this.#ground;
    const lines = [{ lineId: '1', quantity: 1, ...(isDamaged && { damaged: 1 }) }];
    this.#ground.send(this.#client, 'return.receive', { returnId, lines }, (received) => {
      if (received === undefined) return;
      pace.after(hours.inspect * 60, () => {
        const looked = isDamaged ? ({ grade: 'D', damaged: true } as const) : ({ grade: 'A' } as const);
        const body = { returnId, lines: [{ lineId: '1', quantity: 1, ...looked }] };
        this.#ground.send(this.#client, 'return.inspect', body, (answer) => {
          if (answer !== undefined) this.#returned(answer, orderId, sku, isDamaged);
        });
      });
    });
  }

  #returned({ to, creditedMinor }: ReturnAnswer, order: string, sku: string, isDamaged: boolean): void {
    const location = to === undefined ? 'no location' : String(to);
    this.#ground.tell({ kind: 'returned', order, sku, isDamaged, location, creditedMinor });
  }
}
