/**
 * Answers a question on futures: days to come are drawn out of days that were, planned by the kernel, and prices
 * move until supply and demand meet (futures.ts). Seconds of work: for a thread that nobody waits for.
 */
import { Kernel } from '../kernel.ts';
import { KernelInput } from '../kernel-input.ts';
import { futurePrices, type Future, type FutureOrder, type FutureWalkIn, type FuturesProblem } from './futures.ts';
import type { FuturesAnswer, FuturesQuestion } from './question.ts';

const dayHours = 24;

/** The answer to a question: the same for the same question. */
export function solveFutures(question: FuturesQuestion): FuturesAnswer {
  const { number, skus, priced, nodes, now, deliveryHour, later, walkInLoss, refuseCost, start } = question;
  const input = new KernelInput(nodes + 1);
  input.rates = question.rates;
  input.rateSteps = question.rateSteps;
  input.weightStep = question.weightStep;
  const problem: FuturesProblem = {
    skus, nodes, now, deliveryHour, later, walkInLoss, refuseCost, fill: (order, into) => fill(question, order, into),
  };
  const random = randomFrom(question.seed);
  const days = daysOf(question);
  const futures = Array.from({ length: question.samples }, () => draw(question, days, random));
  const prices = futurePrices(problem, futures, question.iterations, new Kernel(), input, start);
  return { number, prices: prices.slice(0, priced * nodes) };
}

/** What an order costs from everywhere, without prices. Its lane stands where a region would. */
function fill(question: FuturesQuestion, order: FutureOrder, input: KernelInput): void {
  const { nodes, weight, parcelCost, rateAt, lineCost } = question;
  const { lines, lineStride } = input;
  for (let line = 0; line < lines; line += 1) {
    input.weight[line] = (weight[order.skus[line] ?? 0] ?? 0) * (order.units?.[line] ?? 1);
  }
  const base = order.region * nodes;
  for (let node = 0; node < nodes; node += 1) {
    input.parcelCost[node] = parcelCost[base + node] ?? Infinity;
    input.rateAt[node] = rateAt[base + node] ?? -1;
    for (let line = 0; line < lines; line += 1) input.lineCost[node * lineStride + line] = lineCost[node] ?? 0;
  }
}

interface Day {
  readonly orders: FutureOrder[];
  readonly walkIns: FutureWalkIn[];
}

/** Whole days of the past, each with its hours from midnight; of a past younger than that, what there is. */
function daysOf({ fromHour, orders, walkIns }: FuturesQuestion): Day[] {
  const today = Math.floor(fromHour / dayHours);
  const all = new Map<number, Day>();
  let first = today;
  const dayAt = (hour: number): Day => {
    const number = Math.floor(hour / dayHours);
    first = Math.min(first, number);
    let day = all.get(number);
    if (day === undefined) all.set(number, (day = { orders: [], walkIns: [] }));
    return day;
  };
  for (let at = 0; at < orders.hour.length; at += 1) {
    const hour = orders.hour[at] ?? 0;
    const [from, to] = [orders.firstLine[at] ?? 0, orders.firstLine[at + 1] ?? 0];
    const skus = [...orders.sku.subarray(from, to)];
    const units = [...orders.units.subarray(from, to)];
    dayAt(hour).orders.push({ hour: hour % dayHours, region: orders.lane[at] ?? 0, promise: 0, skus, units });
  }
  for (let at = 0; at < walkIns.hour.length; at += 1) {
    const hour = walkIns.hour[at] ?? 0;
    const walkIn = { hour: hour % dayHours, node: walkIns.node[at] ?? 0, sku: walkIns.sku[at] ?? 0 };
    for (let unit = 0; unit < (walkIns.units[at] ?? 1); unit += 1) dayAt(hour).walkIns.push(walkIn);
  }
  if (first === today) return [all.get(today) ?? { orders: [], walkIns: [] }];
  return Array.from({ length: today - first }, (_, at) => all.get(first + at) ?? { orders: [], walkIns: [] });
}

/** The rest of today and every day to come, each as some day was. */
function draw({ fromHour, toHour }: FuturesQuestion, days: readonly Day[], random: () => number): Future {
  const orders: FutureOrder[] = [];
  const walkIns: FutureWalkIn[] = [];
  for (let day = Math.floor(fromHour / dayHours); day * dayHours < toHour; day += 1) {
    const like = days[Math.floor(random() * days.length)];
    for (const order of like?.orders ?? []) {
      const hour = day * dayHours + order.hour;
      if (hour > fromHour && hour < toHour) orders.push({ ...order, hour });
    }
    for (const walkIn of like?.walkIns ?? []) {
      const hour = day * dayHours + walkIn.hour;
      if (hour > fromHour && hour < toHour) walkIns.push({ ...walkIn, hour });
    }
  }
  return { orders, walkIns };
}

/** Numbers in [0, 1) from a seed (Mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
