/**
 * The simulation within the suite: every kept case, a few seeds, and proof that it sees what it is there to see.
 * The long runs are `npm run simulate`.
 */
import { describe, expect, test } from 'vitest';
import { planted } from './planted.ts';
import { runCase, runSeed } from './run.ts';
import { keptCases } from './shrink.ts';

describe('[I1] [I2] [I4] [I5] kept cases', () => {
  for (const { name, kept } of keptCases()) {
    test(`${name} does not fail any more`, async () => {
      expect((await runCase(kept)).failure).toBe(undefined);
    });

    if (kept.planted === undefined) continue;
    test(`${name} fails with its planted bug`, async () => {
      const { failure } = await runCase(kept, planted.get(kept.planted ?? ''));
      expect(failure, `it finds no ${kept.planted} any more: find it again with simulate --plant`).toBeDefined();
    });
  }

  test('there is one for each bug that can be planted', () => {
    const found = new Set(keptCases().map(({ kept }) => kept.planted).filter((bug) => bug !== undefined));
    expect([...found].sort()).toEqual([...planted.keys()].sort());
  });
});

test.each([7_001, 7_002, 7_003])('[I1] [I3] [I6] [I7] seed %i finds nothing in 800 steps', { timeout: 60_000 }, async (seed) => {
  const { failure, case: done } = await runSeed(seed, 800);
  expect(failure).toBe(undefined);
  expect(done.actions.length).toBe(800);
});

test('the same seed gives the same run', async () => {
  const [one, other] = [await runSeed(7_004, 300), await runSeed(7_004, 300)];
  expect(other).toEqual(one);
});
