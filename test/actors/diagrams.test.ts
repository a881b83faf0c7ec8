/** The diagrams say what the machines do. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { machinesFile, machinesPage } from './diagrams.ts';

it('[O26] docs/machines.md is what the machines give; after a change: npm run docs', () => {
  expect(readFileSync(machinesFile, 'utf8')).toBe(machinesPage());
});
