/** An instance as the kernel sees it: orders become kernel inputs, plans become parcels. */
import { Kernel } from '../../engine/routing/kernel.ts';
import { KernelInput, KernelPlan } from '../../engine/routing/kernel-input.ts';
import { poundsMax, Rates, slackOf, type PublicInstance } from './instance.ts';
import type { Parcel, PolicyOrder, PolicyState } from './score.ts';

export class Network {
  readonly given: PublicInstance;
  readonly rates: Rates;
  readonly kernel = new Kernel();
  readonly input: KernelInput;
  readonly plan = new KernelPlan();
  readonly nodes: number;
  readonly skus: number;

  constructor(given: PublicInstance) {
    this.given = given;
    this.rates = new Rates(given);
    this.nodes = given.nodes.length;
    this.skus = given.skuLb.length;
    // One more than there are: futures send there what nobody can.
    this.input = new KernelInput(this.nodes + 1);
    this.input.rates = this.rates.table;
    this.input.rateSteps = poundsMax;
  }

  /** Everything of an order that costs money by the rules of the benchmark, but for capacity. */
  fill(order: { readonly hour: number; readonly region: number; readonly promise: number; readonly skus: readonly number[] }, input: KernelInput): void {
    const { nodes, skuLb } = this.given;
    for (let line = 0; line < input.lines; line += 1) input.weight[line] = skuLb[order.skus[line] ?? 0] ?? 0;
    for (let node = 0; node < this.nodes; node += 1) {
      const place = nodes[node];
      if (place === undefined) continue;
      input.parcelCost[node] = place.parcelCost;
      input.rateAt[node] = this.rates.at(slackOf(place, order.promise, order.hour), place.zone[order.region] ?? 2);
      for (let line = 0; line < input.lines; line += 1) input.lineCost[node * input.lineStride + line] = place.unitCost;
    }
  }

  /** Begin an order: what each node may ship now. */
  begin({ skus }: PolicyOrder, { stock }: PolicyState): KernelInput {
    const { input, nodes } = this;
    input.begin(skus.length, nodes);
    for (let line = 0; line < skus.length; line += 1) {
      const base = (skus[line] ?? 0) * nodes;
      for (let node = 0; node < nodes; node += 1) {
        if ((stock[base + node] ?? 0) > 0) input.canShip[node] = (input.canShip[node] ?? 0) | (1 << line);
      }
    }
    return input;
  }

  /** The kernel's plan for what is in the input; undefined: there is none. */
  decide(): Parcel[] | undefined {
    this.kernel.plan(this.input, this.plan);
    return this.parcels();
  }

  /** What was planned last. */
  parcels(): Parcel[] | undefined {
    const { input, plan } = this;
    if (plan.cost === Infinity) return undefined;
    const parcels: Parcel[] = [];
    for (let parcel = 0; parcel < plan.parcels; parcel += 1) {
      const lines: number[] = [];
      for (let line = 0; line < input.lines; line += 1) if ((plan.lines[parcel] ?? 0) & (1 << line)) lines.push(line);
      parcels.push({ node: plan.node[parcel] ?? -1, lines });
    }
    return parcels;
  }
}
