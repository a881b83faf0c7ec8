/** Cases for tests of the machine, and random lives of one from dice. */
import { caseCodes } from '../../actors/case-kinds.ts';
import type { CaseContext, CaseInput, CaseMessage } from '../../actors/case-context.ts';
import type { CaseId, OrderId } from '../../actors/ids.ts';
import { stepActions, type PlaybookStep } from '../../actors/playbook-schemas.ts';
import type { Snapshot } from '../../engine/step.ts';
import type { Dice } from './random-lives.ts';

export const caseInput = (dice: Dice, atMs: number): CaseInput => {
  const code = caseCodes[dice.upTo(caseCodes.length - 1)]!;
  return { caseId: `${code}/x` as CaseId, code, subject: { type: 'order', id: 'x' as OrderId }, atMs };
};

function randomSteps(dice: Dice): PlaybookStep[] {
  return Array.from({ length: dice.upTo(3) }, () => ({
    do: stepActions[dice.upTo(stepActions.length - 1)]!, attempts: 1 + dice.upTo(2), ...(dice.upTo(1) === 0 ? { afterMs: 5 } : {}),
  }));
}

/** Something an engine might tell this case now. It need not be taken. */
export function randomCaseMessage({ context }: Snapshot<CaseContext>, dice: Dice, atMs: number): CaseMessage {
  const playbook = { version: 1, steps: randomSteps(dice) };
  const by = 'dice';
  const reason = 'dice';
  switch (dice.upTo(12)) {
    case 0:
    case 1:
      return { type: 'case.raise', cause: 'dice', joined: dice.upTo(2), playbook, by, atMs };
    case 2:
      return { type: 'case.orders', joined: dice.upTo(2), left: Math.min(context.orders, dice.upTo(2)), cause: 'dice', playbook, atMs };
    case 3:
      return { type: 'case.clear', atMs };
    case 4:
    case 5:
    case 6: {
      const tried = dice.upTo(2);
      const what = tried === 0 ? 'done' : tried === 1 ? 'passed' : { refused: 'wrong-state' };
      return { type: 'case.tried', tried: what, place: dice.upTo(2) === 0 ? 1 : undefined, atMs };
    }
    case 7:
      return { type: 'case.late', atMs };
    case 8:
      return { type: 'case.retry', playbook, by, atMs };
    case 9:
      return { type: 'case.reassign', owner: 'ann', reason, by, atMs };
    case 10:
      return { type: 'case.override', action: 'retry', orders: 1, reason, by, atMs };
    case 11:
      return { type: 'case.comment', text: 'dice', by, atMs };
    default:
      return { type: dice.upTo(1) === 0 ? 'case.resolve' : 'case.dismiss', reason, by, atMs };
  }
}
