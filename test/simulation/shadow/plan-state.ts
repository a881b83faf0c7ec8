/** Routing plans as the shadow keeps them: every version, and what is in force. */
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import type { Shadow } from './state.ts';

export interface ShadowVersion {
  readonly document: PlanDocument;
  readonly version: number;
  readonly state: 'draft' | 'validated' | 'archived';
  readonly madeAtMs: number;
  readonly by: string;
  readonly reason: string;
}

export interface Publication {
  readonly planId?: string | undefined;
  readonly version?: number | undefined;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

export interface ShadowSeat {
  readonly channel?: string | undefined;
  readonly now: Publication;
  readonly before: readonly Publication[];
}

export const versionsOf = (shadow: Shadow, id: string): ShadowVersion[] =>
  [...shadow.planVersions.values()].filter(({ document }) => document.id === id).sort((a, b) => a.version - b.version);

export const newestValidated = (shadow: Shadow, id: string): ShadowVersion | undefined =>
  versionsOf(shadow, id).findLast(({ state }) => state === 'validated');

/** What is in force for a channel: its own plan first. */
export function plansInForce(shadow: Shadow, channel: string): ShadowVersion[] {
  return [channel, '*'].flatMap((key) => {
    const { planId, version } = shadow.planSeats.get(key)?.now ?? {};
    return planId === undefined ? [] : (shadow.planVersions.get(`${planId}/${version}`) ?? []);
  });
}

/** Where a version is in force. */
export const seatsOf = (shadow: Shadow, { document, version }: ShadowVersion): string[] =>
  [...shadow.planSeats].filter(([, { now }]) => now.planId === document.id && now.version === version).map(([key]) => key).sort();
