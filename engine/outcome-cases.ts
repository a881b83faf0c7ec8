/** Answers about cases and playbooks. */
import type { CaseContext, CaseEntry, CaseState, CaseSummary, Playbook } from '../actors/case-context.ts';
import type { CaseCode, CaseKind, Severity } from '../actors/case-kinds.ts';
import type { CaseId, OrderId } from '../actors/ids.ts';

/** A case as case.get shows it. */
export interface CaseView extends Omit<CaseContext, 'orders' | 'log' | 'nextPlace'> {
  readonly state: CaseState;
  /** How many orders it concerns, and some of them in the order in which they joined it. */
  readonly orders: number;
  readonly orderIds: readonly OrderId[];
  /** Where the next page of them begins. */
  readonly next?: OrderId | undefined;
  /** Its newest entries, or those of the page that was asked for. */
  readonly log: readonly CaseEntry[];
}

export interface CaseCounts {
  readonly open: number;
  /** Of them, those that should have ended. */
  readonly late: number;
  /** When the oldest of them was raised. */
  readonly oldestAtMs?: number | undefined;
  readonly byCode: Readonly<Partial<Record<CaseCode, number>>>;
  readonly byOwner: Readonly<Record<string, number>>;
  readonly byState: Readonly<Partial<Record<CaseState, number>>>;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
}

/** A kind of the catalogue with what is done about it. */
export interface PlaybookView extends CaseKind {
  readonly code: CaseCode;
  /** 0: the default. */
  readonly version: number;
  /** Who put it, or removed the last one. */
  readonly put?: Pick<Playbook, 'by' | 'reason' | 'atMs'> | undefined;
}

export interface CaseAnswers {
  'case.get': CaseView | null;
  'case.list': { readonly cases: readonly CaseSummary[]; readonly next?: CaseId | undefined };
  'case.counts': CaseCounts;
  'playbook.get': PlaybookView;
  'playbook.list': readonly PlaybookView[];
}
