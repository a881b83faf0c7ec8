/** Routing plans as the shadow keeps them: every version, and what is in force. */
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import type { Guard } from '../../../actors/trial-commands.ts';
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
  readonly canary?: ShadowCanary | undefined;
  readonly ended?: unknown;
}

export interface ShadowCanary {
  readonly planId: string;
  readonly version: number;
  readonly percent: number;
  readonly guard: Guard;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

export const seatOf = (shadow: Shadow, channel: string | undefined): ShadowSeat | undefined => shadow.planSeats.get(channel ?? '*');

/** Where a version is a canary. */
export const canariesOf = (shadow: Shadow, { document, version }: ShadowVersion): string[] =>
  [...shadow.planSeats].filter(([, { canary }]) => canary?.planId === document.id && canary.version === version).map(([key]) => key).sort();

export const versionsOf = (shadow: Shadow, id: string): ShadowVersion[] =>
  [...shadow.planVersions.values()].filter(({ document }) => document.id === id).sort((a, b) => a.version - b.version);

export const newestValidated = (shadow: Shadow, id: string): ShadowVersion | undefined =>
  versionsOf(shadow, id).findLast(({ state }) => state === 'validated');

/** What is in force for a channel: its own plan first. @param isTried whether it is for the canary to decide. */
export function plansInForce(shadow: Shadow, channel: string, isTried: (canary: ShadowCanary) => boolean): ShadowVersion[] {
  return [channel, '*'].flatMap((key) => {
    const { now, canary } = shadow.planSeats.get(key) ?? {};
    const { planId, version } = (canary !== undefined && isTried(canary) ? canary : now) ?? {};
    return planId === undefined ? [] : (shadow.planVersions.get(`${planId}/${version}`) ?? []);
  });
}

/** Where a version is in force. */
export const seatsOf = (shadow: Shadow, { document, version }: ShadowVersion): string[] =>
  [...shadow.planSeats].filter(([, { now }]) => now.planId === document.id && now.version === version).map(([key]) => key).sort();
