/**
 * `npm run oracle -- --instances 1000000 [--from N] [--only kernel|requests]`: the kernel and its naive twin over so many instances drawn by chance, then
 * sourcing by rules and prices and its own twin over as many requests. Prints what it saw and ends with code 1 at the
 * first that differ.
 */
import { parseArgs } from 'node:util';
import { Kernel } from '../../engine/routing/kernel.ts';
import { parcelCostOf } from '../../engine/routing/kernel-input.ts';
import { plannedSource } from '../../engine/routing/source-planned.ts';
import { cheapestByEnumeration, emptyInput, emptyPlan, instance, keepsRules } from './kernel-oracle.ts';
import { differsFrom } from './planner-agrees.ts';
import { requestOf } from './planner-oracle.ts';

const { values } = parseArgs({
  options: { instances: { type: 'string', default: '1000000' }, from: { type: 'string', default: '1' }, only: { type: 'string', default: '' } },
});
const count = Number(values.instances);
const from = Number(values.from);
const kernel = new Kernel();
const input = emptyInput();
const plan = emptyPlan();
let without = 0;
for (let seed = from; seed < from + count && values.only !== 'requests'; seed += 1) {
  instance(seed, input);
  kernel.plan(input, plan);
  const best = cheapestByEnumeration(input);
  const nodes = [...plan.node.subarray(0, plan.parcels)];
  const sets = [...plan.lines.subarray(0, plan.parcels)];
  const paid = sets.reduce((sum, lines, parcel) => sum + parcelCostOf(input, nodes[parcel] ?? -1, lines), 0);
  const of = Array.from({ length: input.lines }, (_, line) => nodes[sets.findIndex((set) => (set & (1 << line)) !== 0)] ?? -1);
  // Which of equal plans it is, is fixed by line in orders of sourcing.
  const isPlaced = !(input.isPartial || input.isFewest) || of.every((node, line) => node === best.of[line]);
  const isSame = best.cost === Infinity
    ? plan.cost === Infinity && plan.parcels === 0
    : plan.cost === best.cost && paid === best.cost && keepsRules(input, nodes, sets) && plan.parcels === best.parcels && isPlaced;
  if (best.cost === Infinity) without += 1;
  if (isSame) continue;
  process.stderr.write(`instance ${seed}: planned ${plan.cost} in ${plan.parcels}, enumerated ${best.cost} in ${best.parcels}\n`);
  process.exit(1);
}
if (values.only !== 'requests') process.stdout.write(`${count} instances agree, ${without} of them without any plan\n`);

const planned = { rules: 0, prices: 0, both: 0, neither: 0 };
let [weighed, kits] = [0, 0];
for (let seed = from; seed < from + count && values.only !== 'kernel'; seed += 1) {
  const drawn = requestOf(seed);
  const { request, isPriced, book } = drawn;
  planned[request.ruling === undefined ? (isPriced ? 'prices' : 'neither') : isPriced ? 'both' : 'rules'] += 1;
  weighed += Number(request.isWeighed);
  kits += Number(request.needs.some(({ kit }) => kit !== undefined));
  const difference = differsFrom(drawn, plannedSource(book)(request));
  if (difference === undefined) continue;
  process.stderr.write(`request ${seed}: ${difference}\n`);
  process.exit(1);
}
if (values.only === 'kernel') process.exit(0);
const { rules, prices, both, neither } = planned;
process.stdout.write(`${count} requests agree: ${rules} by rules, ${prices} by prices, ${both} by both, ${neither} by neither; `);
process.stdout.write(`${weighed} by weight, ${kits} with kits\n`);
