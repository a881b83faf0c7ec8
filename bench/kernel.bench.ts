/** The planner alone: one order, exactly, over so many locations that all hold everything or two fifths of it. */
import { Kernel } from '../engine/routing/kernel.ts';
import { KernelInput, KernelPlan } from '../engine/routing/kernel-input.ts';
import { Digest, tails, time, timed, type Bench } from './kit.ts';
import { randomFrom } from './random.ts';

const cases = [
  { lines: 1, nodes: 25, density: 1 },
  { lines: 3, nodes: 25, density: 1 },
  { lines: 5, nodes: 25, density: 1 },
  { lines: 5, nodes: 25, density: 0.4 },
  { lines: 8, nodes: 25, density: 1 },
  { lines: 5, nodes: 300, density: 0.4 },
  { lines: 10, nodes: 25, density: 0.4 },
] as const;

const requestsEach = 64;

export const kernelBench: Bench = {
  name: 'kernel',
  measures: 'one exact plan of one order: carriage by weight, prices of stock, cheapest partition of its lines.',
  leavesOut: 'finding candidates, reading stock and prices, allocating, journaling.',
  async *run(size, only) {
    for (const { lines, nodes, density } of cases) {
      const name = `${lines} lines, ${nodes} nodes, ${100 * density} % hold`;
      if (only !== undefined && !name.includes(only)) continue;
      const inputs = Array.from({ length: requestsEach }, (_, seed) => draw(lines, nodes, density, seed + 1));
      const kernel = new Kernel();
      const plan = new KernelPlan();
      const digest = new Digest();
      for (const input of inputs) {
        kernel.plan(input, plan);
        digest.add([plan.cost, [...plan.node.subarray(0, plan.parcels)], [...plan.lines.subarray(0, plan.parcels)]]);
      }
      const ask = (index: number): void => kernel.plan(inputs[index % requestsEach] as KernelInput, plan);
      const calls = lines > 8 ? 500 : 20_000;
      yield timed(name, 'µs/plan', time(size, calls, ask), digest.hex(), tails(size, calls, ask));
      await new Promise(setImmediate);
    }
  },
};

function draw(lines: number, nodes: number, density: number, seed: number): KernelInput {
  const random = randomFrom(seed);
  const input = new KernelInput(nodes);
  input.begin(lines, nodes);
  input.rateSteps = 20;
  input.weightStep = 500;
  input.rates = new Float64Array(20 * nodes);
  for (let line = 0; line < lines; line += 1) input.weight[line] = 100 + 2_000 * random();
  for (let node = 0; node < nodes; node += 1) {
    input.rateAt[node] = 20 * node;
    const first = 500 + 500 * random();
    for (let step = 0; step < 20; step += 1) input.rates[20 * node + step] = first + 60 * step;
    input.parcelCost[node] = 100 + 100 * random();
    for (let line = 0; line < lines; line += 1) {
      if (random() < density) input.canShip[node] = (input.canShip[node] ?? 0) | (1 << line);
      input.lineCost[node * input.lineStride + line] = 30 + (random() < 0.3 ? 200 * random() : 0);
    }
  }
  return input;
}
