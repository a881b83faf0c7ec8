/** How a command handler answers: with its result, or with why not. A refusal undoes what it did. */
import type { Rejection } from '../../actors/rejection.ts';
import { reject, type RejectionCode } from '../../actors/rejection.ts';

export type Handled = { readonly ok: unknown } | { readonly refused: Rejection };

export const done = (ok: unknown): Handled => ({ ok });
export const refused = (rejection: Rejection): Handled => ({ refused: rejection });
export const refuse = (code: RejectionCode, detail: string, field?: string): Handled => ({
  refused: reject(code, detail, field),
});
