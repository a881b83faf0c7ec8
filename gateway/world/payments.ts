/** The payment service of the shop: authorises, declines now and then, takes the money when the first parcel leaves. */
import type { Baton } from '../client/baton.ts';
import type { Ground } from './ground.ts';
import type { Life, Lives } from './lives.ts';

/** Minutes until the service answers, and until a customer whose card was declined has found another. */
const minutes = { answer: 0.5, otherCard: 25 } as const;

export class Payments {
  readonly #ground: Ground;
  readonly #client: Baton;
  readonly #lives: Lives;

  constructor(ground: Ground, client: Baton, lives: Lives) {
    this.#ground = ground;
    this.#client = client;
    this.#lives = lives;
  }

  pay(life: Life): void {
    const { choices, pace } = this.#ground;
    pace.after(minutes.answer, () => {
      if (choices.happens('payment', life.index)) this.#decline(life);
      else this.#authorise(life, 'p-1', false);
    });
  }

  /** A parcel of it left. */
  left(life: Life): void {
    const { paymentId, orderId, amountMinor } = life;
    if (paymentId === undefined) return;
    life.paymentId = undefined;
    const askedAtMs = performance.now();
    this.#ground.send(this.#client, 'payment.capture', { orderId, paymentId, amountMinor }, (answer) => {
      if (answer === undefined) return;
      this.#ground.tell({ kind: 'captured', order: orderId, ms: performance.now() - askedAtMs, isAgain: false });
    });
  }

  #authorise(life: Life, paymentId: string, isAgain: boolean): void {
    const { orderId, amountMinor } = life;
    const askedAtMs = performance.now();
    const body = { orderId, paymentId, amountMinor, currency: 'GBP', method: 'card' };
    this.#ground.send(this.#client, 'payment.authorise', body, (answer) => {
      if (answer === undefined) return;
      life.paymentId = paymentId;
      this.#ground.tell({ kind: 'paid', order: orderId, ms: performance.now() - askedAtMs, isAgain });
    });
  }

  #decline(life: Life): void {
    const { orderId } = life;
    this.#ground.tell({ kind: 'declined', order: orderId });
    const body = { orderId, paymentId: 'p-1', reason: 'declined: insufficient funds' };
    this.#ground.send(this.#client, 'payment.fail', body);
    this.#ground.pace.after(minutes.otherCard, () => {
      // Cancelled meanwhile: nobody pays.
      if (this.#lives.find(orderId) === undefined) return;
      this.#authorise(life, 'p-2', true);
    });
  }
}
