/**
 * The simulation: the real engine on a disk in memory, with a clock and a scheduler that only move when
 * an action says so. Carries out the actions of a case one by one and checks after each of them.
 */
import type { EngineLimits } from '../../engine/limits.ts';
import { defaultLimits } from '../../engine/limits.ts';
import type { Published } from '../../engine/outcome.ts';
import type { Position } from '../../storage/journal.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { expect, Violation, type Action } from './actions.ts';
import { Auditor } from './auditor.ts';
import { SimulatedClock } from './clock.ts';
import { compareAll } from './compare.ts';
import { compareExplained } from './compare-explain.ts';
import { Fold } from './fold.ts';
import { checkAll, checkLevels, promiseOf, checkRest } from './invariants.ts';
import { checkSums } from './invariants-selling.ts';
import { checkLines } from './invariants-reservation.ts';
import { Life, type Surroundings } from './life.ts';
import { difference } from './same.ts';
import type { Sabotage } from './watch.ts';

/** Everything is checked after so many turns, and the cheap checks after each. */
const fullCheckTurns = 50;
const startMs = 1_700_000_000_000;

const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Simulation {
  readonly auditor: Auditor;
  readonly clock = new SimulatedClock(startMs);
  readonly disk = new MemoryDisk({ schedule: 'manual' });
  readonly count = { actions: 0, crashes: 0, recoveries: 0, audits: 0 };
  isLow = false;
  /** The action under way. */
  doing: Action['do'] = 'rest';
  readonly #limits: EngineLimits;
  readonly #surroundings: Surroundings;
  #life: Life;
  #fold = new Fold();
  readonly #published = new Map<Position, Published>();
  #failure: unknown;
  #mode: 'serving' | 'full' = 'serving';
  #spaceAtMs = 0;
  #checkedTurns = 0;

  constructor(limits: Partial<EngineLimits>, sabotage: Sabotage = {}, isPriced = false) {
    this.#limits = { ...defaultLimits, ...limits };
    const isOnDisk = (position: Position): boolean =>
      position > 0 && (this.disk.records.has(position) || position <= this.disk.base.position);
    this.auditor = new Auditor(this.#limits, () => this.clock.now(), () => this.#life.claim?.head ?? 1, isOnDisk);
    this.auditor.shadow.isPriced = isPriced;
    this.#surroundings = {
      disk: this.disk,
      clock: this.clock,
      auditor: this.auditor,
      limits,
      isPriced,
      sabotage,
      isLow: () => this.isLow,
      fail: (what) => this.fail(what),
    };
    this.#life = this.#newLife();
  }

  /** Note what is wrong; the action under way ends with it. */
  fail(what: unknown): void {
    this.#failure ??= what;
  }

  async open(): Promise<void> {
    await this.#life.open();
    this.#mode = this.isLow ? 'full' : 'serving';
    this.#spaceAtMs = 0;
    await drain();
    this.#throwFailure();
  }

  /** The process ended itself and must be started again. */
  get isDead(): boolean {
    return this.#life.ending !== undefined;
  }

  get pending(): number {
    return this.disk.pending.length;
  }

  async apply(action: Action): Promise<void> {
    if (this.isDead && action.do !== 'crash') return;
    this.doing = action.do;
    this.count.actions += 1;
    await this.#do(action);
    this.auditor.flush();
    this.#throwFailure();
    this.#checkWrites();
    if (this.auditor.count.turns - this.#checkedTurns < fullCheckTurns || this.isDead) return;
    this.#checkedTurns = this.auditor.count.turns;
    this.#checkInside();
  }

  async #do(action: Action): Promise<void> {
    switch (action.do) {
      case 'send':
        return await this.#send(action);
      case 'turn':
        this.clock.runSoon();
        return await drain();
      case 'settle':
        this.disk.settle(action.count);
        if (action.quiet === true) this.clock.runSoon();
        return await drain();
      case 'rest':
        return await this.#rest();
      case 'wait':
        return await this.#wait(action.ms);
      case 'stall':
        this.clock.moveTo(this.clock.now() + action.ms);
        return await drain();
      case 'fault':
        if (action.how === 'hang') this.disk.hangNext(action.kind);
        else this.disk.failNext(action.kind, 'unknown', action.how === 'fail-applied');
        return;
      case 'crash':
        return await this.#crash(action);
      case 'close':
        return await this.#close(action);
      case 'rival':
        return await this.#rival();
      case 'space':
        this.isLow = action.isLow;
        return;
      case 'audit':
        return await this.#audit(action.from);
      case 'backup':
        return await this.#backup();
    }
  }

  async #send({ commands }: Extract<Action, { do: 'send' }>): Promise<void> {
    const life = this.#life;
    let looks = false;
    for (const command of commands) {
      const refusal = this.#mode === 'full' ? 'storage-full' : undefined;
      const replied = this.auditor.submitted(command, refusal);
      if (this.clock.now() - this.#spaceAtMs >= 1_000) {
        this.#spaceAtMs = this.clock.now();
        looks = true;
      }
      life.engine?.submit(command, (outcome) => {
        // Over, or called to an end that takes a moment to come: either may still say what is durable.
        if (life.isOver || life.ending !== undefined) this.#checked(() => this.auditor.echoed(command, outcome));
        else life.guarded(() => replied(outcome));
      });
    }
    if (!looks) return;
    await drain();
    this.#mode = this.isLow ? 'full' : 'serving';
  }

  async #rest(): Promise<void> {
    for (let round = 0; round < 10_000 && !this.isDead && this.#failure === undefined; round += 1) {
      const ran = this.clock.runSoon();
      await drain();
      const wrote = this.disk.settle();
      await drain();
      if (ran || wrote > 0 || this.clock.hasWork) continue;
      if (this.disk.pending.length > 0) return; // a write that hangs
      if (this.auditor.waiting === 0 && !this.auditor.shadow.isAhead && !this.disk.pending.includes('append')) break;
      // Turns wait for rows that are saved a little later.
      expect(round < 9_000, 'the engine does not come to rest');
      this.clock.moveTo(this.clock.now() + 1_000);
    }
    const { engine, claim } = this.#life;
    const isIdle = !this.isDead && engine !== undefined && engine.inspect().core.wakes.isEmpty;
    if (!isIdle || claim === undefined || this.disk.pending.length > 0) return;
    checkRest(engine, claim, this.clock.now() - 1);
    this.auditor.stranded.checkRest(this.auditor.shadow);
    this.auditor.doubted.checkRest(this.auditor.shadow);
    checkLines(this.auditor.shadow, this.auditor.turnTimeNow);
  }

  async #wait(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms;
    for (let rounds = 0; rounds < 50 && !this.isDead; rounds += 1) {
      const atMs = this.clock.nextTimer(endMs);
      if (atMs === undefined) break;
      this.clock.moveTo(atMs);
      await drain();
      // A commit that hung too long has ended the process: nothing of it runs any more.
      if (this.isDead) break;
      this.clock.runSoon();
      await drain();
    }
    this.clock.moveTo(endMs);
    await drain();
  }

  async #crash({ keep, clockMs, during }: Extract<Action, { do: 'crash' }>): Promise<void> {
    this.count.crashes += 1;
    this.#die(keep, clockMs);
    for (const steps of during ?? []) {
      const opening = this.#life.open();
      opening.catch(() => undefined); // it dies before it is open
      for (let i = 0; i < steps; i += 1) await drain();
      this.#die(keep, 0);
      await drain();
    }
    await this.#recover();
  }

  #die(keep: readonly boolean[], clockMs: number): void {
    let index = 0;
    this.#life.isOver = true;
    this.disk.crash({
      keep: () => {
        index += 1;
        return keep[(index - 1) % Math.max(1, keep.length)] ?? false;
      },
    });
    this.clock.restart(clockMs);
    this.auditor.rewind(this.#diskTail());
    this.#life = this.#newLife();
  }

  #diskTail(): Position {
    let tail = this.disk.base.position;
    for (const position of this.disk.records.keys()) tail = Math.max(tail, position);
    return tail;
  }

  #newLife(): Life {
    return new Life(this.#surroundings, (published) => this.#onPublished(published));
  }

  /** Open, and compare all of it with what must be there. */
  async #recover(): Promise<void> {
    this.count.recoveries += 1;
    const tail = this.#diskTail();
    await this.open();
    const { engine, claim } = this.#life;
    expect(claim?.tail === tail, `recovered up to ${claim?.tail}, the journal ends at ${tail}`);
    if (engine === undefined) return;
    for await (const published of engine.replay(this.#fold.position)) {
      const turn = this.auditor.turns.get(published.position);
      const wrong = difference(turn?.record.events, published.events, 'events');
      expect(wrong === undefined, () => `position ${published.position} came back otherwise: ${wrong}`);
      this.#published.set(published.position, published);
      this.#fold.take(published);
    }
    this.auditor.caughtUp(tail);
    compareAll(engine, this.auditor.shadow, this.count.recoveries, this.auditor.isForgotten);
    compareExplained(this.#life, this.auditor.turns, this.count.recoveries);
    this.#fold.check(this.auditor.shadow);
    this.#checkInside();
  }

  async #close({ fault }: Extract<Action, { do: 'close' }>): Promise<void> {
    const life = this.#life;
    if (fault !== undefined) this.disk.failNext(fault);
    let isClosed = false;
    const closing = life.engine?.close().then(() => {
      isClosed = true;
    });
    closing?.catch((error: unknown) => (this.isDead ? undefined : this.fail(error)));
    for (let round = 0; round < 2_000 && !isClosed && !this.isDead; round += 1) {
      this.clock.runSoon();
      await drain();
      this.disk.settle();
      await drain();
      if (!this.clock.hasWork) this.clock.moveTo(this.clock.now() + 100);
    }
    this.#throwFailure();
    if (this.isDead) return;
    expect(isClosed, 'closing does not end');
    expect(this.auditor.waiting === 0 && !this.auditor.shadow.isAhead, 'closed with commands unanswered');
    expect(life.claim?.savedAt === life.claim?.tail, 'closed with rows unsaved');
    this.#die([], 0);
    await this.#recover();
  }

  async #rival(): Promise<void> {
    const old = this.#life;
    old.isOver = true;
    this.auditor.rewind(this.#diskTail());
    this.#life = this.#newLife();
    await this.#recover();
    // Whatever the old one still writes is fenced off; it must say so and answer nobody.
    this.clock.runSoon();
    await drain();
    // What the new one writes by itself, because a time has come, is not meant.
    const wrote = [...old.writes].some(({ kind }) => kind === 'append');
    this.disk.settle();
    await drain();
    expect(!wrote || old.ending !== undefined || this.disk.pending.includes('append'), 'a fenced engine does not notice');
  }

  async #audit(from: number): Promise<void> {
    this.count.audits += 1;
    const { engine, claim } = this.#life;
    if (engine === undefined || claim === undefined) return;
    this.auditor.flush();
    this.#checkInside();
    compareAll(engine, this.auditor.shadow, this.count.audits, this.auditor.isForgotten);
    compareExplained(this.#life, this.auditor.turns, this.count.audits);
    if (!this.auditor.shadow.isAhead) this.#fold.check(this.auditor.shadow);
    let after = claim.head - 1 + Math.floor(from * (claim.tail - claim.head + 2));
    for await (const published of engine.replay(after)) {
      after += 1;
      const live = this.#published.get(after);
      const wrong = difference(sorted(live), sorted(published), `position ${after}`);
      expect(wrong === undefined, () => `replay is not what was published: ${wrong}`);
    }
    expect(after >= this.auditor.publishedAt, `replay ended at ${after}, published is ${this.auditor.publishedAt}`);
  }

  /** A copy made while serving is a prefix of the journal: opened, it is sound. */
  async #backup(): Promise<void> {
    const { engine } = this.#life;
    const name = `copy-${this.count.audits}-${this.disk.backups.size}`;
    if (!(await this.#finishes(engine?.backup(name)))) return;
    const disk = this.disk.backups.get(name);
    expect(disk !== undefined, 'the backup is not there');
    const { auditor, limits, sabotage } = this.#surroundings;
    const copy = new Life({ disk, clock: new SimulatedClock(startMs), auditor, limits, isPriced: false, sabotage, isLow: () => false, fail: (what) => this.fail(what) }, () => undefined);
    copy.isOver = true; // it serves nobody
    await copy.open();
    auditor.shadow.told = [];
    if (copy.engine === undefined || copy.claim === undefined) return;
    checkAll(copy.engine, copy.claim);
    // Writes that ended while it was verified are not in it.
    const isLatest = !auditor.shadow.isAhead && copy.claim.tail === this.#diskTail();
    if (isLatest) compareAll(copy.engine, auditor.shadow, this.count.audits, auditor.isForgotten, true);
    this.disk.backups.delete(name);
  }

  /** Wait for a backup, which waits for a trim under way: that one may go on. False when it hangs, and the backup too. */
  async #finishes(backup: Promise<unknown> | undefined): Promise<boolean> {
    let isDone = false;
    const done = (): void => void (isDone = true);
    backup?.then(done, (error: unknown) => (this.isDead ? done() : this.fail(error)));
    for (let round = 0; round < 10_000 && !isDone && !this.isDead; round += 1) {
      await drain();
      // Only while the trim is there: what becomes durable after the copy is none of its business.
      const waits = !isDone && this.disk.pending.includes('trim');
      if (waits && this.disk.settle() === 0) return false;
      this.#throwFailure();
    }
    expect(isDone || this.isDead, 'a backup does not end');
    return !this.isDead;
  }

  #onPublished(published: Published): void {
    this.auditor.published(published);
    for (const { sku, location, levels, atp } of published.stock) {
      checkLevels(`${location}/${sku}`, levels);
      const promise = promiseOf(levels);
      expect(atp === promise, `${location}/${sku} published with ${atp} to promise, not ${promise}`);
    }
    this.#published.set(published.position, published);
    this.#fold.take(published);
    if (this.#life.engine !== undefined) checkSums(this.#life.engine);
  }

  #checkInside(): void {
    const { engine, claim } = this.#life;
    if (engine !== undefined && claim !== undefined) checkAll(engine, claim);
  }

  /** A write that takes longer than it may must have ended the process. */
  #checkWrites(): void {
    for (const { kind, sinceMs } of this.#life.writes) {
      const elapsedMs = this.clock.now() - sinceMs;
      const isOverdue = !this.isDead && elapsedMs > this.#limits.commitExitMs + 1;
      if (isOverdue) throw new Violation(`a hung ${kind} was not reported after ${elapsedMs} ms`);
    }
  }

  #checked(check: () => void): void {
    try {
      check();
    } catch (what) {
      this.fail(what);
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Stock changes of a turn come in no order. */
function sorted(published: Published | undefined): unknown {
  if (published === undefined) return undefined;
  const key = ({ sku, location }: Published['stock'][number]): string => `${location}/${sku}`;
  return { ...published, stock: published.stock.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}
