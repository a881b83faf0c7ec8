/** The cells of cases, kinds of those in cells.ts. */
import { caseMachine } from '../../actors/case.ts';
import type { CaseContext, CaseEffect, CaseInput, CaseLogPage } from '../../actors/case-context.ts';
import type { CaseMessage, CaseOrder, Playbook } from '../../actors/case-context.ts';
import type { CaseCode } from '../../actors/case-kinds.ts';
import type { CaseId, OrderId } from '../../actors/ids.ts';
import type { Marks } from '../cells.ts';
import { compile, type Snapshot } from '../step.ts';

export const caseSteps = compile<CaseContext, CaseMessage, CaseEffect, CaseInput>(caseMachine);

export interface CaseCell extends Marks {
  readonly kind: 'case';
  readonly id: CaseId;
  /** Undefined while it does not exist: before it is raised, and again when that is undone. */
  snapshot: Snapshot<CaseContext> | undefined;
  unsaved: number;
}

/** An order that a case concerns: `put`, and `removed` once it does not. */
export interface CaseOrderCell extends Marks {
  readonly kind: 'case-order';
  readonly id: string;
  readonly caseId: CaseId;
  readonly orderId: OrderId;
  snapshot: Snapshot<CaseOrder> | undefined;
  unsaved: number;
}

/** Older entries of a log. */
export interface CaseLogCell extends Marks {
  readonly kind: 'case-log';
  readonly id: string;
  snapshot: Snapshot<CaseLogPage> | undefined;
  unsaved: number;
}

/** What is done about a kind, where somebody said so. */
export interface PlaybookCell extends Marks {
  readonly kind: 'playbook';
  readonly id: CaseCode;
  snapshot: Snapshot<Playbook> | undefined;
  unsaved: number;
}

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

/** Names hold slashes: the length says where the first one ends. */
export const ofCase = (caseId: CaseId, name: string | number): string => `${caseId.length}/${caseId}/${name}`;

export const caseCell = (id: CaseId): CaseCell => ({ kind: 'case', id, ...fresh });
export const caseOrderCell = (caseId: CaseId, orderId: OrderId): CaseOrderCell =>
  ({ kind: 'case-order', id: ofCase(caseId, orderId), caseId, orderId, ...fresh });
export const caseLogCell = (id: string): CaseLogCell => ({ kind: 'case-log', id, ...fresh });
export const playbookCell = (id: CaseCode): PlaybookCell => ({ kind: 'playbook', id, ...fresh });
