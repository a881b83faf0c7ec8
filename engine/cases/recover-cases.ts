/**
 * Recovery of cases: the open ones with the orders they concern, and what is not saved yet of others and of logs; and
 * of what stands in the way of promises.
 */
import type { CaseLogPage, CaseOrder } from '../../actors/case-context.ts';
import type { CaseId } from '../../actors/ids.ts';
import type { Cell } from '../cells.ts';
import { place } from '../place.ts';
import { caseFromRow, prefixes, valueFromRow } from '../rows.ts';
import type { World } from '../world.ts';

/** What there is to recover from. */
interface Stored {
  /** Rows that are newer than what is saved. */
  readonly latest: ReadonlyMap<string, unknown>;
  /** Every row under a prefix, once, as it stands now. */
  all(prefix: string, each: (key: string, row: unknown) => void): Promise<void>;
  /** A cell was made of a row. */
  kept(key: string, cell: Cell): void;
}

export async function recoverCases({ cases, promises }: World, { latest, all, kept }: Stored): Promise<void> {
  const recoverOne = (prefix: string, key: string, row: unknown): void => {
    const id = key.slice(prefix.length) as CaseId;
    kept(key, cases.recover(id, caseFromRow(id, row)));
  };
  await all(prefixes.case, (key, row) => recoverOne(prefixes.case, key, row));
  for (const [key, row] of latest) {
    if (row === null) continue;
    if (key.startsWith(prefixes.caseEnded)) recoverOne(prefixes.caseEnded, key, row);
    else if (key.startsWith(prefixes['case-log'])) {
      const cell = cases.pageCell(key.slice(prefixes['case-log'].length));
      place(cell, valueFromRow<CaseLogPage>(row));
      kept(key, cell);
    }
  }
  await all(prefixes['case-order'], (key, row) => kept(key, cases.recoverOrder(valueFromRow<CaseOrder>(row))));
  cases.sortByAge();
  await all(prefixes.promise, (key, row) => kept(key, promises.recover(key, row)));
}
