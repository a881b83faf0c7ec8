/** docs/EXCEPTIONS.md says what is: its catalogue is the engine's, and its playbook is one the engine takes. */
import { describe, expect, it } from 'vitest';
import { caseKinds } from '../../actors/case-kinds.ts';
import { stepsRefusal } from '../../engine/cases/conditions.ts';
import { textOf } from '../sources.ts';
import { catalogueTable } from './case-catalogue.ts';
import { Shop } from './shop.ts';

const page = textOf('docs/EXCEPTIONS.md');

describe('the page on exceptions', () => {
  it('[EX1] has the whole catalogue as it is', () => {
    expect(page).toContain(`<!-- catalogue -->\n${catalogueTable()}\n<!-- end -->`);
  });

  it('[EX9] shows a playbook that is taken', async () => {
    const found = /"kind": "playbook.put"[\s\S]*?"body": (\{[\s\S]*?\]) \} \}/.exec(page)?.[1] ?? '';
    const body = JSON.parse(`${found} }`) as { code: 'PAYMENT_FAILED'; steps: readonly object[]; reason: string };
    expect(body.steps).toHaveLength(4);
    const shop = await Shop.open();
    expect(await shop.ok('playbook.put', body as never)).toMatchObject({ version: 1 });
  });

  it('[EX9] every default playbook is one that would be taken', () => {
    for (const [code, { steps }] of Object.entries(caseKinds)) expect([code, stepsRefusal(code as 'LOST', steps)]).toEqual([code, undefined]);
  });
});
