/**
 * The people: follow what goes wrong and do what only people can, and only where the playbooks have come to their end.
 * Most cases end with their causes before anybody opens them.
 */
import type { CaseEvent, CaseSummary } from '../../actors/case-context.ts';
import type { Baton } from '../client/baton.ts';
import type { Plain } from '../client/answers.ts';
import type { Subscription } from '../client/subscription.ts';
import type { Ground } from './ground.ts';
import type { Lives } from './lives.ts';
import type { Suppliers } from './suppliers.ts';

/** Minutes until somebody looks at it. */
const lookMinutes = 60;
/** Cases of units that are nowhere: the subject is the SKU. */
const nowhere: readonly string[] = ['STOCKOUT_AT_PICK', 'OVERSOLD'];
/** Cases somebody has in hand at a time. */
const handsMax = 1_000;

type Case = Plain<CaseSummary>;
type Topic = { readonly topic: 'cases' };

export class People {
  readonly #ground: Ground;
  readonly #client: Baton;
  readonly #lives: Lives;
  readonly #suppliers: Suppliers;
  readonly #inHand = new Set<string>();
  #follow: Subscription<Topic> | undefined;

  constructor(ground: Ground, client: Baton, lives: Lives, suppliers: Suppliers) {
    this.#ground = ground;
    this.#client = client;
    this.#lives = lives;
    this.#suppliers = suppliers;
  }

  begin(): void {
    this.#follow = this.#client.subscribe<Topic>({ topic: 'cases' });
    void this.#listen(this.#follow);
  }

  async stop(): Promise<void> {
    await this.#follow?.return();
  }

  async #listen(follow: Subscription<Topic>): Promise<void> {
    try {
      for await (const push of follow) {
        if (push.kind === 'snapshot') for (const one of push.snapshot.cases) this.#take(one);
        else if (push.kind === 'events') {
          for (const event of push.events) if (event.kind === 'case.changed') this.#hear(event);
        }
      }
    } catch {
      // The client ended for a reason: whoever sends next is told of it.
    }
  }

  #hear(event: CaseEvent): void {
    const { what, caseId, orders, raisedAtMs, subject } = event;
    if (!this.#isOurs(subject)) return;
    if (what === 'raised') this.#take(event);
    if (what !== 'raised' && what !== 'cleared' && what !== 'resolved') return;
    const hours = this.#ground.pace.hours(Math.max(0, Date.now() - raisedAtMs));
    this.#ground.tell({ kind: 'case', caseId, orders, what, hours });
    if (what !== 'raised') this.#inHand.delete(caseId);
  }

  /** Cases of others are theirs. */
  #isOurs({ type, id }: Plain<CaseEvent['subject']>): boolean {
    return type === 'order' ? this.#lives.isOurs(id) : id.startsWith(this.#ground.names.prefix);
  }

  #take({ caseId, code, subject }: Case): void {
    if (this.#inHand.has(caseId) || this.#inHand.size >= handsMax || !this.#isOurs(subject)) return;
    this.#inHand.add(caseId);
    if (nowhere.includes(code)) return this.#suppliers.missing(subject.id);
    if (code === 'LOST') this.#ground.pace.after(lookMinutes, () => void this.#replace(caseId, subject.id));
  }

  /** What was lost is sent again: a return of which nothing comes, with an exchange. */
  async #replace(caseId: string, orderId: string): Promise<void> {
    const order = (await this.#client.tryQuery('order.get', { orderId })).ok;
    const lines = (order?.lines ?? []).filter(({ shipped }) => shipped > 0);
    if (order === undefined || order === null || lines.length === 0) return;
    const [returnId, by] = [`L-${orderId}`, `${orderId}-X`];
    const reason = 'lost';
    const lost = lines.map(({ lineId, shipped }) => ({ orderLineId: lineId, quantity: shipped, reason }) as const);
    const again = lines.map(({ sku, shipped, unitPriceMinor }) => ({ sku, quantity: shipped, unitPriceMinor }));
    const exchange = { orderId: by, lines: again, shortage: 'backorder' } as const;
    this.#ground.send(this.#client, 'return.request', { returnId, orderId, lines: lost, exchange }, (asked) => {
      if (asked === undefined) return;
      this.#ground.send(this.#client, 'return.approve', { returnId }, (answer) => {
        if (answer === undefined) return;
        this.#ground.tell({ kind: 'replaced', order: orderId, by });
        this.#ground.send(this.#client, 'case.resolve', { caseId, reason: `sent again as ${by}` });
      });
    });
  }
}
