/**
 * Receipts: what was answered to each command id, so that a retry is answered and not repeated. The
 * journal record of the turn holds the command and its outcome; a receipt is just where to find them.
 * Recent ones are in memory, the rest in saved rows, until their record is trimmed.
 */
import type { Command } from '../actors/commands.ts';
import type { CommandId } from '../actors/ids.ts';
import { reject, type Rejection, type RejectionCode } from '../actors/rejection.ts';
import type { Claim, Position } from '../storage/journal.ts';
import { assert } from './assert.ts';
import type { Handled } from './commands/handled.ts';
import type { Outcome } from './outcome.ts';
import { prefixes, receiptFromRow } from './rows.ts';

/** A command as a turn record keeps it, with its outcome. */
export type Entry = readonly [
  commandId: CommandId,
  kind: Command['kind'],
  by: string,
  body: unknown,
  refused: readonly [code: RejectionCode, detail: string, field: string | null] | null,
  ok: unknown,
];

export function entryOf(command: Command, handled: Handled): Entry {
  const { commandId, kind, by, body } = command;
  if ('ok' in handled) return [commandId, kind, by, body, null, handled.ok];
  const { code, detail, field } = handled.refused;
  return [commandId, kind, by, body, [code, detail, field ?? null], null];
}

export function outcomeOf(entry: Entry, position: Position): Outcome {
  const [, , , , refusedAs, ok] = entry;
  if (refusedAs === null) return { ok, position };
  const [code, detail, field] = refusedAs;
  return { refused: reject(code, detail, field ?? undefined), position };
}

/** A command of a turn that is not durable yet, or the position of the turn that has it. */
export type Receipt = Entry | Position;

export class Receipts {
  readonly #recent = new Map<CommandId, Receipt>();
  readonly #saved: Pick<Claim, 'row' | 'head'>;
  readonly #countMax: number;

  constructor(saved: Pick<Claim, 'row' | 'head'>, countMax: number) {
    this.#saved = saved;
    this.#countMax = countMax;
  }

  find(id: CommandId): Receipt | undefined {
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const saved = receiptFromRow(this.#saved.row(prefixes.receipt + id));
    // A receipt outlives its record by a moment at most: trimming deletes both.
    return saved !== undefined && saved >= this.#saved.head ? saved : undefined;
  }

  /** A command of the turn under way. */
  add(id: CommandId, receipt: Receipt): void {
    this.#recent.set(id, receipt);
  }

  /** The turn is durable: only its position is kept. */
  settle(entries: readonly Entry[], position: Position): void {
    for (const [id] of entries) this.#recent.set(id, position);
  }

  /** Forget in memory, oldest first, what is saved. */
  trimMemory(savedAt: Position): void {
    for (const [id, receipt] of this.#recent) {
      if (this.#recent.size <= this.#countMax) return;
      if (typeof receipt !== 'number' || receipt > savedAt) return;
      this.#recent.delete(id);
    }
  }
}

/** The outcome a retry gets: the first one's, or a refusal that names what differs from the first. */
export function answerAgain(entry: Entry, position: Position, retry: Command): Outcome {
  const [id, kind, by, body] = entry;
  assert(id === retry.commandId, 'a receipt of another command');
  const differs = (field: string): Outcome => ({ refused: reusedId(id, field), position });
  if (by !== retry.by) return differs('commandId');
  if (kind !== retry.kind) return differs('kind');
  const field = firstDifference(body, retry.body, 'body');
  return field === undefined ? outcomeOf(entry, position) : differs(field);
}

function reusedId(id: CommandId, field: string): Rejection {
  return reject('command-id-reused', `command id ${id} was used for another command`, field);
}

/** The path of the first place where two plain values differ; undefined when they are equal. */
export function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
  // A journal brings minus zero back as zero: no difference to anybody.
  if (a === b || Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (Array.isArray(a) !== Array.isArray(b)) return path;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return path;
    for (const [index, item] of a.entries()) {
      const field = firstDifference(item, b[index], `${path}[${index}]`);
      if (field !== undefined) return field;
    }
    return undefined;
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const field = firstDifference(left[key], right[key], `${path}.${key}`);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** The command a receipt points to, as its record has it; undefined when the record was trimmed. */
export function entryAt(claim: Claim, position: Position, { commandId }: Command): Entry | undefined {
  const commands = claim.record(position)?.commands as readonly Entry[] | undefined;
  return commands?.find(([id]) => id === commandId);
}
