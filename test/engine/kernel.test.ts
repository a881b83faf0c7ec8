/** The planner of one order against its naive twin and against a solver; its hard rules and its ties. */
import fc from 'fast-check';
import * as highsModule from 'highs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../bench/random.ts';
import { Kernel } from '../../engine/routing/kernel.ts';
import { KernelInput, KernelPlan, parcelCostOf } from '../../engine/routing/kernel-input.ts';
import { LargePlanner } from '../../engine/routing/kernel-large.ts';
import { cheapestByEnumeration, emptyInput, emptyPlan, instance, keepsRules } from './kernel-oracle.ts';

/** Its types say CommonJS, it is a module: the loader is its default export. */
const loadHighs = highsModule.default as unknown as () => Promise<Solver>;

interface Solver {
  solve(problem: string): { readonly ObjectiveValue: number };
}

const kernel = new Kernel();

/** Nodes as the lines they ship and what a parcel costs; every line of weight 1. */
function ask(lines: number, nodes: readonly (readonly [can: string, parcelCost: number])[]): KernelInput {
  const input = new KernelInput(Math.max(1, nodes.length));
  input.begin(lines, nodes.length);
  nodes.forEach(([can, parcelCost], node) => {
    for (const line of can) input.canShip[node]! |= 1 << Number(line);
    input.parcelCost[node] = parcelCost;
  });
  return input;
}

/** As `node:lines node:lines = cost`. */
function shown(input: KernelInput, plan: KernelPlan = new KernelPlan()): string {
  kernel.plan(input, plan);
  return text(input, plan);
}

function text(input: KernelInput, plan: KernelPlan): string {
  if (plan.cost === Infinity) return 'none';
  const parts = Array.from({ length: plan.parcels }, (_, parcel) => {
    const lines = Array.from({ length: input.lines }, (__, line) => line).filter((line) => plan.lines[parcel]! & (1 << line));
    return `${plan.node[parcel]}:${lines.join('')}`;
  });
  return `${parts.join(' ')} = ${plan.cost}`;
}

describe('the planner of one order', () => {
  it('[R10] gives the least cost of all plans, in the fewest parcels of that cost', () => {
    const input = emptyInput();
    const plan = emptyPlan();
    fc.assert(
      fc.property(fc.integer({ min: 2_000_000, max: 2 ** 31 }), (seed) => {
        instance(seed, input);
        kernel.plan(input, plan);
        const best = cheapestByEnumeration(input);
        expect(plan.cost).toBe(best.cost);
        if (best.cost === Infinity) return;
        const nodes = [...plan.node.subarray(0, plan.parcels)];
        const sets = [...plan.lines.subarray(0, plan.parcels)];
        expect(keepsRules(input, nodes, sets)).toBe(true);
        expect(sets.reduce((sum, lines, parcel) => sum + parcelCostOf(input, nodes[parcel]!, lines), 0)).toBe(best.cost);
        expect(plan.parcels).toBe(best.parcels);
      }),
      { numRuns: 2_000 },
    );
  });

  it('[R10] of equal plans takes the one of fewer parcels, then of earlier nodes', () => {
    expect(shown(ask(2, [['0', 5], ['1', 5], ['01', 10], ['01', 10]]))).toBe('2:01 = 10');
    expect(shown(ask(1, [['', 1], ['0', 7], ['0', 7]]))).toBe('1:0 = 7');
  });

  it('[R11] keeps groups together, ships from one place only, and in no more parcels than allowed', () => {
    const nodes = [['0', 1], ['1', 1], ['2', 1], ['01', 50], ['012', 900]] as const;
    expect(shown(ask(3, nodes))).toBe('0:0 1:1 2:2 = 3');
    const grouped = ask(3, nodes);
    grouped.groups = 1;
    grouped.together[0] = 0b011;
    expect(shown(grouped)).toBe('3:01 2:2 = 51');
    const two = ask(3, nodes);
    two.maxParcels = 2;
    expect(shown(two)).toBe('3:01 2:2 = 51');
    const one = ask(3, nodes);
    one.maxParcels = 1;
    expect(shown(one)).toBe('4:012 = 900');
    const none = ask(3, nodes.slice(0, 4));
    none.maxParcels = 1;
    expect(shown(none)).toBe('none');
  });

  it('[R12] pays carriage by the weight of the parcel, a started step whole, and none that is too heavy', () => {
    const input = ask(2, [['01', 0], ['01', 0]]);
    input.rates = Float64Array.of(10, 11, 30, 20, 21, Infinity);
    input.rateSteps = 3;
    input.weightStep = 500;
    input.rateAt.set([0, 3]);
    input.weight.set([500, 400]);
    expect(shown(input)).toBe('0:01 = 11');
    input.weight.set([500, 600]);
    expect(shown(input)).toBe('0:0 0:1 = 21');
    input.weight.set([9_000, 9_000]);
    expect(shown(input)).toBe('0:01 = 30');
    input.canShip[0] = 0;
    expect(shown(input)).toBe('none');
  });

  it('[R13] takes no more pieces of a line from a node than it has, and one parcel from each', () => {
    const input = ask(3, [['012', 1], ['012', 10], ['012', 100]]);
    input.pieces = 1;
    input.pieceLines[0] = 0b111;
    for (let node = 0; node < 3; node += 1) input.pieceUnits[node * input.lineStride] = node + 1;
    expect(shown(input)).toBe('1:12 0:0 = 11');
    input.pieceUnits[input.lineStride] = 1;
    expect(shown(input)).toBe('2:012 = 100');
    input.pieceUnits[2 * input.lineStride] = 2;
    expect(shown(input)).toMatch(/= 101$/);
  });

  it('[R14] knows what it would do without a node of its plan', () => {
    const input = ask(2, [['01', 10], ['0', 7], ['1', 7], ['01', 13]]);
    const winner = new KernelPlan();
    expect(shown(input, winner)).toBe('0:01 = 10');
    const second = new KernelPlan();
    kernel.runnerUp(input, winner, second, new KernelPlan());
    expect(text(input, second)).toBe('3:01 = 13');
    input.canShip[3] = 0;
    kernel.runnerUp(input, winner, second, new KernelPlan());
    expect(text(input, second)).toBe('1:0 2:1 = 14');
  });
});

describe('beside a solver', () => {
  let highs: Solver;
  beforeAll(async () => {
    highs = await loadHighs();
  });

  it('[R10] its plans cost what the mixed-integer optimum costs', () => {
    const random = randomFrom(4);
    const costs: [number, number][] = [];
    for (let round = 0; round < 20; round += 1) {
      const input = randomLarge(random, 4 + (round % 5), 9);
      const plan = new KernelPlan();
      kernel.plan(input, plan);
      costs.push([plan.cost, Math.round(highs.solve(program(input)).ObjectiveValue)]);
    }
    expect(costs.map(([cost]) => cost)).toEqual(costs.map(([, cost]) => cost));
  });

  it('[R15] above the exact limit, the plan keeps the rules and the optimum lies within the gap it tells', () => {
    const random = randomFrom(5);
    const large = new LargePlanner(new Kernel(8));
    let gaps = 0;
    for (let round = 0; round < 12; round += 1) {
      const input = randomLarge(random, 9 + (round % 8), 10);
      const plan = new KernelPlan(input.lines);
      const gap = large.plan(input, plan);
      const optimum = highs.solve(program(input)).ObjectiveValue;
      const nodes = [...plan.node.subarray(0, plan.parcels)];
      expect(keepsRules(input, nodes, [...plan.lines.subarray(0, plan.parcels)])).toBe(true);
      expect(plan.cost).toBeGreaterThanOrEqual(optimum - 1e-6);
      expect(plan.cost - gap).toBeLessThanOrEqual(optimum + 1e-6);
      gaps += plan.cost / optimum - 1;
    }
    expect(gaps / 12).toBeLessThan(0.05);
  });
});

/** Parcels at a fixed cost and lines at theirs, so that it can be written as a program of moderate size. */
function randomLarge(random: () => number, lines: number, nodes: number): KernelInput {
  const input = new KernelInput(nodes, Math.max(12, lines));
  input.begin(lines, nodes);
  for (let node = 0; node < nodes; node += 1) {
    input.parcelCost[node] = 300 + Math.floor(random() * 600);
    for (let line = 0; line < lines; line += 1) {
      if (node === 0 || random() < 0.4) input.canShip[node]! |= 1 << line;
      input.lineCost[node * input.lineStride + line] = Math.floor(random() * 300);
    }
  }
  return input;
}

/** As a mixed-integer program in the LP format: x of a line from a node, y of a parcel from it. */
function program(input: KernelInput): string {
  const objective: string[] = [];
  const rows: string[] = [];
  const names: string[] = [];
  for (let line = 0; line < input.lines; line += 1) {
    const from = Array.from({ length: input.nodes }, (_, node) => node).filter((node) => input.canShip[node]! & (1 << line));
    rows.push(` one${line}: ${from.map((node) => `x${node}_${line}`).join(' + ')} = 1`);
    for (const node of from) {
      objective.push(`${input.lineCost[node * input.lineStride + line]} x${node}_${line}`);
      rows.push(` open${node}_${line}: x${node}_${line} - y${node} <= 0`);
      names.push(`x${node}_${line}`);
    }
  }
  for (let node = 0; node < input.nodes; node += 1) {
    objective.push(`${input.parcelCost[node]} y${node}`);
    names.push(`y${node}`);
  }
  return `Minimize\n obj: ${objective.join('\n + ')}\nSubject To\n${rows.join('\n')}\nBinary\n ${names.join('\n ')}\nEnd\n`;
}
