/**
 * `npm run oracle -- --instances 1000000`: the planner and its naive twin over so many instances drawn by chance.
 * Prints what it saw and ends with code 1 at the first that differ.
 */
import { parseArgs } from 'node:util';
import { Kernel } from '../../engine/routing/kernel.ts';
import { parcelCostOf } from '../../engine/routing/kernel-input.ts';
import { cheapestByEnumeration, emptyInput, emptyPlan, instance, keepsRules } from './kernel-oracle.ts';

const { values } = parseArgs({
  options: { instances: { type: 'string', default: '1000000' }, from: { type: 'string', default: '1' } },
});
const count = Number(values.instances);
const from = Number(values.from);
const kernel = new Kernel();
const input = emptyInput();
const plan = emptyPlan();
let without = 0;
for (let seed = from; seed < from + count; seed += 1) {
  instance(seed, input);
  kernel.plan(input, plan);
  const best = cheapestByEnumeration(input);
  const nodes = [...plan.node.subarray(0, plan.parcels)];
  const sets = [...plan.lines.subarray(0, plan.parcels)];
  const paid = sets.reduce((sum, lines, parcel) => sum + parcelCostOf(input, nodes[parcel] ?? -1, lines), 0);
  const isSame = best.cost === Infinity
    ? plan.cost === Infinity && plan.parcels === 0
    : plan.cost === best.cost && paid === best.cost && keepsRules(input, nodes, sets) && plan.parcels === best.parcels;
  if (best.cost === Infinity) without += 1;
  if (isSame) continue;
  process.stderr.write(`instance ${seed}: planned ${plan.cost} in ${plan.parcels}, enumerated ${best.cost} in ${best.parcels}\n`);
  process.exit(1);
}
process.stdout.write(`${count} instances agree, ${without} of them without any plan\n`);
