/** Carriers: take parcels from terminals, carry them for hours, and tell of each scan; some late, some never. */
import type { TaskLine } from '../../actors/task-context.ts';
import type { Baton } from '../client/baton.ts';
import type { Plain } from '../client/answers.ts';
import type { Told } from './choices.ts';
import type { Ground } from './ground.ts';
import type { Label } from './labels.ts';
import type { Lives } from './lives.ts';
import type { Payments } from './payments.ts';
import type { Returns } from './returns.ts';

/** A parcel that left a location. */
export interface Sent extends Label {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly location: string;
  readonly lines: readonly Plain<TaskLine>[];
  readonly leftAtMs: number;
}

export class Carriers {
  readonly #ground: Ground;
  readonly #clients: readonly Baton[];
  readonly #lives: Lives;
  readonly #payments: Payments;
  readonly #returns: Returns;
  #scans = 0;

  constructor(ground: Ground, clients: readonly Baton[], lives: Lives, payments: Payments, returns: Returns) {
    this.#ground = ground;
    this.#clients = clients;
    this.#lives = lives;
    this.#payments = payments;
    this.#returns = returns;
  }

  take(sent: Sent): void {
    const { orderId, fulfillmentId, location, carrier } = sent;
    this.#ground.tell({ kind: 'left', order: orderId, location, carrier });
    const life = this.#lives.find(orderId);
    if (life !== undefined) this.#payments.left(life);
    const key = this.#lives.keyOf(orderId, fulfillmentId);
    this.#carry(sent, key, this.#ground.choices.way(key), 0);
  }

  #carry(sent: Sent, key: string, way: readonly Told[], at: number): void {
    const told = way[at];
    if (told === undefined) return;
    this.#ground.pace.after(told.afterHours * 60, () => {
      const { carrier, tracking } = sent;
      const client = this.#clients[(this.#scans += 1) % this.#clients.length];
      if (client === undefined) return;
      const { status } = told;
      const body = { carrier, tracking, scanId: `${status}-${at}`, status, atMs: Date.now() };
      this.#ground.send(client, 'tracking.scan', body, (answer) => {
        if (answer === undefined) return;
        if (status === 'delivered') this.#delivered(sent, key);
        if (status === 'lost') this.#lost(sent);
        this.#carry(sent, key, way, at + 1);
      });
    });
  }

  #delivered(sent: Sent, key: string): void {
    const { orderId, lines, leftAtMs } = sent;
    const ms = performance.now() - leftAtMs;
    this.#ground.tell({ kind: 'delivered', order: orderId, hours: this.#ground.pace.hours(ms), ms });
    this.#lives.settle(orderId, unitsOf(lines));
    this.#returns.mayComeBack(sent, key);
  }

  #lost({ orderId, lines }: Sent): void {
    this.#ground.tell({ kind: 'lost', order: orderId });
    this.#lives.settle(orderId, unitsOf(lines));
  }
}

export const unitsOf = (lines: Sent['lines']): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
