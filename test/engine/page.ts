/** Plays the examples of a section of a page on an engine, in their order. */
import { expect } from 'vitest';
import type { CommandKind } from '../../actors/commands.ts';
import type { QueryKind } from '../../actors/queries.ts';
import { textOf } from '../sources.ts';
import type { Shop } from './shop.ts';

interface Frame {
  readonly request: number;
  readonly kind?: string;
  readonly commandId?: string;
  readonly body?: object;
  readonly ok?: unknown;
  readonly refused?: unknown;
}

/** What is left out with an ellipsis is not compared. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const { '…': rest, ...fields } = value as Record<string, unknown>;
  const inner = Object.fromEntries(Object.entries(fields).map(([key, member]) => [key, shown(member)]));
  return rest === undefined ? inner : expect.objectContaining(inner);
}

/**
 * Send every request of the section and compare the answers the page shows. Where the page says nothing of an
 * answer, it must not be a refusal. Returns how many answers it shows.
 */
export async function playSection(title: string, shop: Shop, page = 'docs/INVENTORY.md'): Promise<number> {
  const section = textOf(page).split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  const frames = [...section.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = '']) => JSON.parse(text) as Frame);
  const answers = frames.filter((frame) => frame.kind === undefined);
  for (const { request, kind = '', commandId, body = {} } of frames.filter((frame) => frame.kind !== undefined)) {
    const outcome =
      commandId === undefined
        ? { ok: shop.ask(kind as QueryKind, body as never) as unknown, refused: undefined }
        : await shop.send(kind as CommandKind, body as never, commandId);
    const { ok, refused } = outcome;
    const said = answers.find((answer) => answer.request === request);
    const got = refused === undefined ? { request, ok } : { request, refused };
    const expected = said?.refused === undefined ? { request, ok: said === undefined ? ok : shown(said.ok) } : { request, refused: said.refused };
    expect(got).toEqual(expected);
  }
  return answers.length;
}
