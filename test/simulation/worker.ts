/** A process that runs seeds for another one, one at a time: see pool.ts. */
import { planted } from './planted.ts';
import type { SeedAsked, SeedDone } from './pool.ts';
import { runSeed } from './run.ts';

process.on('message', (asked: SeedAsked) => {
  void runOne(asked);
});

async function runOne({ seed, steps, plant }: SeedAsked): Promise<void> {
  const bug = plant === undefined ? undefined : planted.get(plant);
  const { failure, case: done, count } = await runSeed(seed, steps, bug);
  const told: SeedDone = { seed, steps: done.actions.length, count, failure: failure?.message };
  process.send?.(told);
}
