/** What a case remembers, is told, asks for and tells the world. */
import type { CaseCode, Severity, SubjectType } from './case-kinds.ts';
import type { CaseId, OrderId } from './ids.ts';
import type { OrderAction, PlaybookStep } from './playbook-schemas.ts';

export const caseStates = [
  /** Its playbook has not begun. */
  'open',
  /** Its playbook goes on by itself. */
  'working',
  /** Its playbook is through, or it has none: it waits for its cause to end, or for its owner. */
  'waiting',
  /** So it does, with whom it was escalated to. */
  'escalated',
  /** Its cause is gone. */
  'resolved',
  /** Somebody said that nothing is to be done. */
  'dismissed',
] as const;
export type CaseState = (typeof caseStates)[number];

export type CaseHappening =
  | 'raised' | 'again' | 'joined' | 'left' | 'begun' | 'step' | 'played' | 'late' | 'retried' | 'reassigned'
  | 'overridden' | 'commented' | 'cleared' | 'resolved' | 'dismissed';

/** One line of its log. */
export interface CaseEntry {
  readonly atMs: number;
  /** A credential, `playbook`, or `engine`. */
  readonly by: string;
  readonly what: CaseHappening;
  readonly text?: string | undefined;
}

export interface CaseContext {
  readonly caseId: CaseId;
  readonly code: CaseCode;
  readonly subject: { readonly type: SubjectType; readonly id: string };
  /** What happened, as it was told last. */
  readonly cause: string;
  /** Of rules that have no value: the version of a plan that they are of, as the engine saw it last. */
  readonly source?: string | undefined;
  readonly severity: Severity;
  /** Never empty. */
  readonly owner: string;
  readonly firstAtMs: number;
  /** When it began, or began anew. */
  readonly raisedAtMs: number;
  readonly changedAtMs: number;
  /** How often it was raised. */
  readonly times: number;
  /** Orders it concerns now. */
  readonly orders: number;
  /** The place the next order to join gets. */
  readonly nextPlace: number;
  /** When it is to have ended, and whether that was missed. */
  readonly slaAtMs: number;
  readonly isLate: boolean;
  readonly isEscalated: boolean;
  /** What is done about it, as it was when it began; `version` 0: by default. */
  readonly playbook: { readonly version: number; readonly steps: readonly PlaybookStep[] };
  /** The step that is next, and attempts of it so far. */
  readonly step: number;
  readonly attempt: number;
  /** When that is; absent: nothing is. */
  readonly nextAtMs?: number | undefined;
  /** While a step goes over the orders: the place it has come to, and what came of it so far. */
  readonly under?: Under | undefined;
  /** The newest entries. Older ones stand in pages; of too many of these the oldest is written over. */
  readonly log: readonly CaseEntry[];
  readonly pages: number;
  /** Entries there ever were. */
  readonly logged: number;
  readonly ended?: { readonly how: 'cleared' | 'resolved' | 'dismissed'; readonly atMs: number } | undefined;
}

export interface Under {
  readonly place: number;
  readonly done: number;
  readonly passed: number;
  readonly refused: number;
  /** Why the last one was. */
  readonly code?: string | undefined;
}

/** A case begins with. */
export interface CaseInput {
  readonly caseId: CaseId;
  readonly code: CaseCode;
  readonly subject: CaseContext['subject'];
  readonly atMs: number;
}

/** What came of doing one thing of a step. */
export type Tried = 'done' | 'passed' | { readonly refused: string };

interface At {
  /** The turn's time. */
  readonly atMs: number;
}
interface By {
  readonly by: string;
}
/** What a case that begins goes by. */
interface Begins {
  readonly playbook: CaseContext['playbook'];
}

export type CaseMessage =
  /** It happened, or happened again. `joined`: orders that were not among its orders. */
  | ({
      readonly type: 'case.raise';
      readonly cause: string;
      readonly source?: string | undefined;
      readonly joined: number;
      readonly severity?: Severity | undefined;
      readonly owner?: string | undefined;
    } & Begins & By & At)
  /** Orders came and went. `cause`: what happened to those that came. */
  | ({
      readonly type: 'case.orders';
      readonly joined: number;
      readonly left: number;
      /** Whether its cause stands though it concerns no order. */
      readonly stands?: boolean | undefined;
      readonly cause: string;
    } & Begins & At)
  /** The engine sees that its cause is gone. */
  | ({ readonly type: 'case.clear' } & At)
  /** One thing of its step was done; `place`: of the next order, absent when the attempt is over. */
  | ({ readonly type: 'case.tried'; readonly tried: Tried | undefined; readonly place?: number | undefined } & At)
  /** It should have ended by now. */
  | ({ readonly type: 'case.late' } & At)
  | ({ readonly type: 'case.retry'; readonly reason?: string | undefined } & Begins & By & At)
  | ({
      readonly type: 'case.reassign';
      readonly owner: string;
      readonly severity?: Severity | undefined;
      readonly reason: string;
    } & By & At)
  | ({
      readonly type: 'case.override';
      readonly action: OrderAction;
      readonly orders: number;
      readonly reason: string;
    } & By & At)
  | ({ readonly type: 'case.comment'; readonly text: string } & By & At)
  | ({ readonly type: 'case.resolve' | 'case.dismiss'; readonly reason: string } & By & At);

/** What a case asks for: to tell the world. */
export type CaseEffect = { readonly kind: 'publish'; readonly events: readonly CaseEvent[] };

/** What happened to a case, and where it stands. */
export interface CaseEvent extends CaseSummary {
  readonly kind: 'case.changed';
  readonly what: CaseHappening;
  readonly by: string;
  readonly text?: string | undefined;
}

/** Where a case stands, in short. */
export interface CaseSummary {
  readonly caseId: CaseId;
  readonly code: CaseCode;
  readonly subject: CaseContext['subject'];
  readonly state: CaseState;
  readonly severity: Severity;
  readonly owner: string;
  readonly orders: number;
  readonly times: number;
  readonly raisedAtMs: number;
  readonly slaAtMs: number;
  readonly isLate: boolean;
  readonly nextAtMs?: number | undefined;
}

/** A page of a log that is no more in the row of its case. */
export interface CaseLogPage {
  readonly entries: readonly CaseEntry[];
}

/** An order that a case concerns. */
export interface CaseOrder {
  readonly caseId: CaseId;
  readonly orderId: OrderId;
  readonly place: number;
  readonly sinceMs: number;
}

/** What is done about a kind instead of what is done by default. */
export interface Playbook {
  readonly code: CaseCode;
  /** Counts up over all that were ever put for the kind. */
  readonly version: number;
  /** Undefined once removed: the default holds, and the next one put has the next version. */
  readonly steps?: readonly PlaybookStep[] | undefined;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** The answer to every command on a case. */
export type CaseAnswer = CaseSummary;
