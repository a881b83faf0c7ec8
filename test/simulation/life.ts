/** One process: an engine on a claim, from opening to its end. What it says after its end is a violation. */
import { Engine } from '../../engine/engine.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { Published } from '../../engine/outcome.ts';
import type { Claim } from '../../storage/journal.ts';
import type { MemoryDisk, WriteKind } from '../../storage/memory.ts';
import { SlowSolver } from './slow-solver.ts';
import type { Auditor } from './auditor.ts';
import type { SimulatedClock } from './clock.ts';
import { watchClaim, watchEngine, type Sabotage, type Watcher } from './watch.ts';

/** What a life lives in. */
export interface Surroundings {
  readonly disk: MemoryDisk;
  readonly clock: SimulatedClock;
  readonly auditor: Auditor;
  readonly limits: Partial<EngineLimits>;
  /** Whether it sources by prices. */
  readonly isPriced: boolean;
  readonly sabotage: Sabotage;
  readonly isLow: () => boolean;
  /** Something is wrong; said once, read after the present action. */
  readonly fail: (what: unknown) => void;
}

export class Life {
  engine: Engine | undefined;
  claim: Claim | undefined;
  /** Why it must be killed, once it says so. */
  ending: 'lost' | 'hung' | undefined;
  /** Another one has taken its place. */
  isOver = false;
  /** Writes that have not ended yet. */
  readonly writes = new Set<{ readonly kind: WriteKind; readonly sinceMs: number }>();
  readonly published: (told: Published) => void;
  readonly #in: Surroundings;

  constructor(surroundings: Surroundings, published: (told: Published) => void) {
    this.#in = surroundings;
    this.published = published;
  }

  /** Claim the journal and open an engine on it. */
  async open(): Promise<void> {
    const { disk, clock, limits, sabotage, isLow } = this.#in;
    const claim = await disk.journal().claim('simulation');
    const watcher = this.#watcher();
    this.claim = watchClaim(claim, disk, watcher, isLow, sabotage);
    const own = clock.ofProcess();
    const engine = await Engine.open({
      claim: this.claim,
      clock: own,
      limits,
      isPriced: this.#in.isPriced,
      solver: new SlowSolver(own),
      hooks: {
        // One that was killed while it learnt from its journal cannot read on: that is no news.
        onBug: (bug) => (this.isOver ? undefined : this.#in.fail(bug)),
        onSlowCommit: () => undefined,
        onHungCommit: () => this.#end('hung'),
        onLost: () => this.#end('lost'),
      },
    });
    this.engine = engine;
    watchEngine(engine, watcher);
    sabotage.engine?.(engine);
    engine.onPublished((published) => this.guarded(() => this.published(published)));
    // What was durable before another one took its place may be tried a moment later: nobody hears of it.
    engine.onDiverged((found) => (this.isOver ? undefined : this.guarded(() => this.#in.auditor.diverged(found))));
  }

  #end(ending: 'lost' | 'hung'): void {
    this.ending ??= ending;
    if (!this.isOver) this.#in.auditor.silence();
  }

  /** Run a check where a throw would go into the engine: it is kept instead. */
  guarded(check: () => void): void {
    try {
      if (this.isOver) throw new Error('a process that is gone still speaks');
      check();
    } catch (what) {
      this.#in.fail(what);
    }
  }

  /** Reports of this life reach the auditor only while it lives; what a fenced one still does is its own. */
  #watcher(): Watcher {
    const { auditor } = this.#in;
    const pass = (report: () => void): void => {
      if (!this.isOver) this.guarded(report);
    };
    return {
      turnTime: (atMs) => pass(() => auditor.turnTime(atMs)),
      wake: (id) => pass(() => auditor.wake(id)),
      better: (id) => pass(() => auditor.better(id)),
      rerate: (parcel) => pass(() => auditor.rerate(parcel)),
      offered: ({ orderId, fulfillmentId }, asked) => pass(() => void auditor.shadow.heardOffers.set(`${orderId} ${fulfillmentId}`, asked)),
      doubt: (doubt) => pass(() => auditor.doubt(doubt)),
      moved: (moves) => pass(() => void auditor.shadow.moves.push(...moves)),
      givenUp: (window) => pass(() => {
        auditor.shadow.givenUp.add(window);
        auditor.shadow.moves.length = 0;
        auditor.putBack();
      }),
      line: (sku) => pass(() => auditor.line(sku)),
      deal: (location) => pass(() => auditor.deal(location)),
      timer: (owner) => pass(() => auditor.timer(owner)),
      putBack: () => pass(() => {
        auditor.shadow.moves.length = 0;
        auditor.putBack();
      }),
      decided: (told) => pass(() => auditor.decided(told)),
      gathered: (ids) => pass(() => auditor.gathered(ids)),
      looked: (id) => pass(() => auditor.looked(id)),
      taken: (id) => pass(() => auditor.taken(id)),
      executed: (entry) => pass(() => auditor.executed(entry)),
      sealed: (record, position) => pass(() => auditor.sealed(record, position)),
      saved: (rows) => pass(() => auditor.saved(rows)),
      writing: (kind) => {
        const write = { kind, sinceMs: this.#in.clock.now() };
        this.writes.add(write);
        return () => void this.writes.delete(write);
      },
    };
  }
}
