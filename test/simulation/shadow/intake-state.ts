/** What the shadow knows of what was taken in with orders, and where each is written. */
import type { IntakePolicy } from '../../../actors/intake-commands.ts';
import type { prefixes } from '../../../engine/rows.ts';

/** One payment: what was authorised, and all that happened to it since. */
export interface ShadowPayment {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly sinceMs: number;
  readonly named: { readonly expiresAtMs?: number | undefined; readonly method?: string | undefined; readonly reference?: string | undefined };
  readonly taken: readonly number[];
  readonly back: readonly { readonly minor: number; readonly returnId?: string | undefined }[];
  readonly ended?: { readonly state: 'failed' | 'voided' | 'expired'; readonly reason?: string | undefined } | undefined;
  readonly isWarned: boolean;
  /** What was declined to be given back, and how many refunds were made before that. */
  readonly declined?: { readonly minor: number; readonly returnId?: string | undefined; readonly reason: string; readonly after: number } | undefined;
}

export interface ShadowPayments {
  readonly channel: string;
  readonly currency: string | undefined;
  readonly terms: { readonly awaited: boolean; readonly captureOnShip: boolean; readonly warnMs: number };
  readonly placedMinor: number;
  /** Until when nothing need come; undefined once that is over, one way or the other. */
  readonly patientUntilMs?: number | undefined;
  readonly isPending?: true | undefined;
  /** What each parcel asked for. */
  readonly wanted: readonly number[];
  readonly payments: readonly ShadowPayment[];
  /** Returns for which something was given back, the last one last. */
  readonly returned: readonly string[];
}

/** An order that a guard may look back at: units by SKU. */
export interface Bought {
  readonly orderId: string;
  readonly atMs: number;
  readonly units: readonly (readonly [sku: string, quantity: number])[];
}

export interface IntakeMaps {
  readonly policies: Map<string, IntakePolicy>;
  /** By order. */
  readonly details: Map<string, object>;
  /** By channel and external id: the order, and the body it came with. */
  readonly externals: Map<string, { readonly orderId: string; readonly body: object }>;
  /** By channel and customer. */
  readonly bought: Map<string, { readonly orders: readonly Bought[] }>;
  /** By channel and SKU of the channel; undefined once it holds no more. */
  readonly mappings: Map<string, { readonly sku: string; readonly quantity: number } | undefined>;
  /** By order. */
  readonly payments: Map<string, ShadowPayments>;
}

export const intakeMaps = (): IntakeMaps => ({ policies: new Map(), details: new Map(), externals: new Map(), bought: new Map(), payments: new Map(), mappings: new Map() });

/** The kind of row that each of these maps is written as. */
export function intakeKind(maps: IntakeMaps, map: unknown): keyof typeof prefixes | undefined {
  if (map === maps.policies) return 'intake-policy';
  if (map === maps.details) return 'details';
  if (map === maps.externals) return 'external';
  if (map === maps.mappings) return 'mapping';
  return map === maps.bought ? 'recent' : undefined;
}
