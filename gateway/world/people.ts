/**
 * The people: follow what goes wrong and do what only people can: have units come that are nowhere. All other cases of
 * this world end with their causes, or by their playbooks, before anybody opens them.
 */
import type { CaseEvent, CaseSummary } from '../../actors/case-context.ts';
import type { Baton } from '../client/baton.ts';
import type { Plain } from '../client/answers.ts';
import type { Subscription } from '../client/subscription.ts';
import type { Ground } from './ground.ts';
import type { Lives } from './lives.ts';
import type { Suppliers } from './suppliers.ts';

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
    const { what, caseId, owner, raisedAtMs, subject } = event;
    if (!this.#isOurs(subject)) return;
    if (what === 'raised') {
      this.#take(event);
      this.#ground.tell({ kind: 'case-raised', caseId, owner });
    } else if (what === 'cleared' || what === 'resolved') {
      this.#inHand.delete(caseId);
      const hours = this.#ground.pace.hours(Math.max(0, Date.now() - raisedAtMs));
      this.#ground.tell({ kind: `case-${what}`, caseId, hours });
    }
  }

  /** Cases of others are theirs. */
  #isOurs({ type, id }: Plain<CaseEvent['subject']>): boolean {
    return type === 'order' ? this.#lives.isOurs(id) : id.startsWith(this.#ground.names.prefix);
  }

  #take({ caseId, code, subject }: Case): void {
    const isNew = nowhere.includes(code) && !this.#inHand.has(caseId) && this.#inHand.size < handsMax;
    if (!isNew || !this.#isOurs(subject)) return;
    this.#inHand.add(caseId);
    this.#suppliers.missing(subject.id);
  }
}
