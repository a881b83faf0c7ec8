/** What retries of a command have in common, and in what they differ. */
import type { Command } from '../../actors/commands.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { difference } from './same.ts';

/** What of an outcome must be the same for every retry. The words of a refused reuse are the engine's own. */
export function strip({ ok, refused }: Outcome): unknown {
  if (refused?.code === 'command-id-reused') return { code: refused.code, field: refused.field };
  return { ok, refused };
}

/** The first field in which a retry differs from the command it names. */
export function reuse(first: { kind: string; by: string; body: unknown }, retry: Command): string | undefined {
  if (first.by !== retry.by) return 'commandId';
  if (first.kind !== retry.kind) return 'kind';
  const found = difference(first.body, retry.body, 'body');
  return found?.slice(0, found.indexOf(': '));
}
