/** What operators watch of routing plans on trial: both sides of each canary, and what shadows find. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { shares } from '../actors/canary.ts';
import type { BatchSettled } from '../actors/plan-commands.ts';
import type { EngineApi } from '../engine/api.ts';

const sides = ['canary', 'control'] as const;
/** What became of decisions a shadow had to make again. */
const outcomes = ['same', 'different', 'dropped', 'outdated', 'pending'] as const;
/** Sums of differences, candidate less live. */
const sums = ['parcels', 'splits', 'shortUnits', 'shortOrders', 'refused', 'late'] as const;

/** Gauges read the engine when they are asked; ends of canaries are counted as they come. */
export function registerTrials(engine: EngineApi, registers: Registry[]): void {
  registerCanaries(engine, registers);
  registerShadows(engine, registers);
  const ends = new Counter({
    name: 'baton_canary_ended_total',
    help: 'Canaries that ended since the start, by how: watch rolled-back',
    labelNames: ['how'],
    registers,
  });
  for (const how of ['promoted', 'aborted', 'rolled-back']) ends.inc({ how }, 0);
  const batches = batchCounters(registers);
  engine.onPublished(({ events }) => {
    for (const event of events) {
      if (event.kind === 'batch.settled') batches(event);
      if (event.kind === 'canary.changed' && event.state !== 'started') ends.inc({ how: event.state });
    }
  });
}

/** What sourcing orders together came to, by plan. */
function batchCounters(registers: Registry[]): (settled: BatchSettled) => void {
  const of = { labelNames: ['plan'], registers };
  const orders = new Counter({ ...of, name: 'baton_batch_orders_total', help: 'Orders that were in windows' });
  const moved = new Counter({ ...of, name: 'baton_batch_moved_total', help: 'Of them, those that changed places' });
  const help = 'What that saved over each order by itself, in minor units of the plans';
  const saved = new Counter({ ...of, name: 'baton_batch_saved_minor_total', help });
  return ({ planId, ...settled }) => {
    orders.inc({ plan: planId }, settled.orders);
    moved.inc({ plan: planId }, settled.moved);
    saved.inc({ plan: planId }, settled.savedMinor);
  };
}

function registerCanaries(engine: EngineApi, registers: Registry[]): void {
  const labelNames = ['channel', 'plan', 'side'];
  const each = (set: (labels: Record<string, string>, tally: Record<string, number>) => void): void => {
    for (const { channel = '*', canary } of engine.query({ kind: 'plan.list', body: {} }).ok.seats) {
      if (canary === undefined) continue;
      const plan = `${canary.planId}/${canary.version}`;
      for (const side of sides) set({ channel, plan, side }, { ...canary.counts[side] });
    }
  };
  new Gauge({
    name: 'baton_canary_orders',
    help: 'Orders on each side of a canary, by what is counted of them: all, whole and what its guard may limit',
    labelNames: [...labelNames, 'kpi'],
    registers,
    collect() {
      this.reset();
      each((labels, tally) => {
        for (const kpi of ['orders', 'whole', ...shares]) this.set({ ...labels, kpi }, tally[kpi] ?? 0);
      });
    },
  });
  new Gauge({
    name: 'baton_canary_cost_minor',
    help: 'What the parcels of whole orders cost on each side of a canary, in minor units',
    labelNames,
    registers,
    collect() {
      this.reset();
      each((labels, { costMinor = 0 }) => this.set(labels, costMinor));
    },
  });
}

function registerShadows(engine: EngineApi, registers: Registry[]): void {
  const totals = () => engine.query({ kind: 'plan.divergence', body: {} }).ok;
  new Gauge({
    name: 'baton_shadow_decisions',
    help: 'Decisions for a shadow to make again, by what became of them: watch dropped',
    labelNames: ['plan', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const one of totals()) {
        for (const outcome of outcomes) this.set({ plan: `${one.planId}/${one.version}`, outcome }, one[outcome]);
      }
    },
  });
  new Gauge({
    name: 'baton_shadow_difference',
    help: 'What a shadow would have done more, or less, of',
    labelNames: ['plan', 'of'],
    registers,
    collect() {
      this.reset();
      for (const one of totals()) {
        for (const of of sums) this.set({ plan: `${one.planId}/${one.version}`, of }, one[of]);
      }
    },
  });
  new Gauge({
    name: 'baton_shadow_cost_difference_minor',
    help: 'What parcels would have cost more, or less, under a shadow, in minor units',
    labelNames: ['plan'],
    registers,
    collect() {
      this.reset();
      for (const one of totals()) this.set({ plan: `${one.planId}/${one.version}` }, one.costMinor);
    },
  });
}
