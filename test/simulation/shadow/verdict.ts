/** How the shadow answers a command: with what is right, or with the reason it must be refused. */
import type { RejectionCode } from '../../../actors/rejection.ts';

export type Verdict =
  | { readonly ok: unknown }
  | { readonly code: RejectionCode; readonly field?: string | undefined };

export const no = (code: RejectionCode, field?: string): Verdict => ({ code, field });

export const isRefused = (verdict: Verdict | undefined): verdict is { readonly code: RejectionCode } =>
  verdict !== undefined && 'code' in verdict;

/** A command that was carried out, and what it was answered. */
export interface Executed {
  readonly kind: string;
  readonly by: string;
  readonly body: unknown;
  readonly ok: unknown;
  readonly refused: { readonly code: string; readonly field?: string | undefined } | undefined;
  /** Where its turn stands in the journal; undefined until it is appended. */
  position: number | undefined;
}
