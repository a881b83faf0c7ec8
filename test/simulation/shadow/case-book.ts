/** What the shadow keeps of cases. */
import type { PromiseWatch } from '../../../actors/jeopardy.ts';
import type { Known } from './known.ts';
import type { ShadowSuspect } from './suspects.ts';
import type { ShadowCase, ShadowEntry, ShadowMember, ShadowPlaybook } from './case-facts.ts';

export class CaseBook {
  readonly cases = new Map<string, ShadowCase>();
  /** Orders that cases concern; undefined once they do not. */
  readonly caseOrders = new Map<string, ShadowMember | undefined>();
  readonly caseLogs = new Map<string, readonly ShadowEntry[]>();
  readonly playbooks = new Map<string, ShadowPlaybook>();
  /** Whether locations were open when last looked at, and what was known to be wrong then. */
  readonly caseWatch = new Map<string, boolean>();
  readonly caseKnown = new Map<string, Known | undefined>();
  /** Suspect stock by its key; undefined once it is trusted. How often each was said when last looked at. */
  readonly suspects = new Map<string, ShadowSuspect | undefined>();
  readonly suspectWatch = new Map<string, number>();
  /** What stands in the way of promises, by order; undefined once nothing does. */
  readonly promises = new Map<string, PromiseWatch | undefined>();
  /** Orders whose promises the engine says it looks at. */
  looked: string[] = [];
  /** Who the engine says is asked besides the one with the units, by order and part. */
  readonly heardOffers = new Map<string, readonly string[]>();
  /** Orders that the engine says it gathered for a case. */
  gathered: readonly string[] = [];
  readonly casesOpenMax: number;

  constructor(casesOpenMax: number) {
    this.casesOpenMax = casesOpenMax;
  }
}
