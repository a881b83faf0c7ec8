/** What operators watch of exceptions: how many cases are open, whose, how old and how late, and what playbooks do. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EngineApi } from '../engine/api.ts';

/** Seconds from when a case is raised to the first step of its playbook, by the turns' clock. */
const firstStepBuckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 1, 60, 3_600];

/** Gauges read the engine when they are asked; what happens is counted as it comes. */
export function registerCases(engine: EngineApi, registers: Registry[], nowMs: () => number): void {
  const counts = () => engine.query({ kind: 'case.counts', body: {} }).ok;
  const gauge = (name: string, help: string, label: string, of: () => Readonly<Record<string, number>>): void => {
    new Gauge({
      name, help, labelNames: [label], registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(of())) this.set({ [label]: value }, count);
      },
    });
  };
  gauge('baton_cases_open', 'Open cases, by kind', 'code', () => counts().byCode);
  gauge('baton_cases_open_by_owner', 'Open cases, by whose they are', 'owner', () => counts().byOwner);
  new Gauge({
    name: 'baton_cases_late', help: 'Open cases that should have ended: watch', registers,
    collect() {
      this.set(counts().late);
    },
  });
  new Gauge({
    name: 'baton_cases_oldest_seconds', help: 'Age of the oldest open case', registers,
    collect() {
      const { oldestAtMs } = counts();
      this.set(oldestAtMs === undefined ? 0 : (nowMs() - oldestAtMs) / 1_000);
    },
  });
  registerHappenings(engine, registers);
}

function registerHappenings(engine: EngineApi, registers: Registry[]): void {
  const happened = new Counter({
    name: 'baton_case_happenings_total',
    help: 'What happened to cases since the start: raised, late, step, cleared (by itself), resolved and others',
    labelNames: ['what'],
    registers,
  });
  const firstStep = new Histogram({
    name: 'baton_case_first_step_seconds',
    help: 'From when a case is raised to the first step of its playbook, where that is due at once',
    buckets: firstStepBuckets,
    registers,
  });
  /** Raised, and no step done yet. */
  const raised = new Map<string, number>();
  engine.onPublished(({ atMs, events }) => {
    for (const event of events) {
      if (event.kind !== 'case.changed') continue;
      const { caseId, what, state, nextAtMs } = event;
      happened.inc({ what });
      if (what === 'raised' && nextAtMs === atMs) raised.set(caseId, atMs);
      const sinceMs = raised.get(caseId);
      const isBegun = what === 'step' || what === 'begun' || state === 'resolved' || state === 'dismissed';
      if (sinceMs === undefined || !isBegun) continue;
      raised.delete(caseId);
      if (what === 'step' || what === 'begun') firstStep.observe((atMs - sinceMs) / 1_000);
    }
  });
}
