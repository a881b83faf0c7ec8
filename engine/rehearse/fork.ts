/**
 * A world of its own in memory, as it was at a position of the journal, on which commands are carried out by the code
 * that carries them out in the engine. Nothing of it is durable and nobody is told.
 */
import type { ChannelId } from '../../actors/ids.ts';
import type { Serve } from '../../actors/item-commands.ts';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import type { Claim, Row, StoredRecord } from '../../storage/journal.ts';
import { assert } from '../assert.ts';
import { Changes } from '../changes.ts';
import type { Clock } from '../clock.ts';
import type { Core } from '../core.ts';
import { kept } from '../kept.ts';
import { defaultLimits, type EngineLimits } from '../limits.ts';
import { Past } from '../past.ts';
import { place } from '../place.ts';
import { recover } from '../recover.ts';
import { PriceBook } from '../routing/prices/book.ts';
import { compilePlan } from '../routing/plans/compile-plan.ts';
import { plannedSource } from '../routing/source-planned.ts';
import { Shadows } from '../shadows.ts';
import { Timers } from '../timers.ts';
import { Trials } from '../trials.ts';
import { Views } from '../views.ts';
import { Wakes } from '../wakes.ts';
import { World } from '../world.ts';
import type { StateAt } from './state-at.ts';

/** All that is open stays in memory. */
const limits: EngineLimits = { ...defaultLimits, ordersInMemoryMax: Number.MAX_SAFE_INTEGER };
/** Nothing of a fork happens by itself. */
const stopped: Clock = {
  now: () => 0,
  measureMs: () => 0,
  after: () => () => undefined,
  soon: () => undefined,
};
const noJournal = { head: 1, tail: 0, record: () => undefined };

export interface Fork {
  readonly core: Core & { readonly prices: PriceBook };
  readonly timers: Timers;
}

/**
 * @param saved the saved rows under a prefix, in the order of their keys.
 * @param state what replaces them.
 */
export async function openFork(
  saved: (prefix: string) => AsyncIterable<Row>,
  state: StateAt,
  serve: Serve,
): Promise<Fork> {
  const { position, atMs, rows } = state;
  const timers = new Timers();
  const world = new World({ row: () => undefined }, limits.ordersInMemoryMax, timers);
  const views = new Views(world, timers, serve);
  const past = new Past(noJournal);
  // Prices are those that the records say, once they do (prices.ts).
  const prices = new PriceBook();
  const source = plannedSource(prices);
  const changes = new Changes();
  const shadows = new Shadows({ plans: world.plans, rewind: changes.rewind, clock: stopped, onBug: () => undefined });
  const trials = new Trials();
  const shared = { changes, wakes: new Wakes(), past, source, prices, trials, shadows, limits };
  const core = { world, views, ...shared };
  const record: StoredRecord = { position, atMs, epoch: 0n, commands: [], rows: [...rows], events: [], outbox: [] };
  const records = async function* (): AsyncGenerator<StoredRecord> {
    yield record;
  };
  const row = (): undefined => undefined;
  const claim = { tail: position, savedAt: position - 1, record: () => record, records, rows: saved, row };
  const nobody = { add: () => undefined };
  await recover(core, claim as unknown as Claim, nobody as never, nobody as never, limits);
  for (const context of state.stocks) {
    place(world.stock(context.sku, world.location(context.location)), { value: 'open', context });
  }
  return { core, timers };
}

/**
 * A plan takes the place of what is in force: for one channel, or for all, whatever plans of their own they have.
 * @param plan compiles.
 */
export function putInForce({ core }: Fork, plan: PlanDocument, channel: ChannelId | undefined, atMs: number): void {
  const { plans } = core.world;
  assert(compilePlan(plan).faults.length === 0, 'a plan that was checked');
  const by = 'rehearsal';
  const version = plans.versionsOf(plan.id).length + 1;
  core.changes.begin(undefined);
  const context = { document: plan, version, state: 'validated' as const, madeAtMs: atMs, by, reason: '' };
  core.changes.set(plans.cell(plan.id, version), { value: 'put', context });
  const now = { planId: plan.id, version, sinceMs: atMs, by, reason: '' };
  for (const [key, cell] of channel === undefined ? plans.seats : []) {
    const of = key === '*' ? {} : { channel: key as ChannelId };
    core.changes.set(cell, { value: 'put', context: { ...of, now: { sinceMs: atMs, by, reason: '' }, before: [] } });
  }
  const own = channel === undefined ? {} : { channel };
  core.changes.set(plans.seat(channel), { value: 'put', context: { ...own, now, before: [] } });
  core.changes.keep((cell, before) => kept(core, cell, before, atMs));
  core.changes.takeTurn();
}
