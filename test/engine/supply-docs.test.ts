/** The examples of docs/INVENTORY.md, "Incoming supply": sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import type { CommandKind } from '../../actors/commands.ts';
import type { QueryKind } from '../../actors/queries.ts';
import { textOf } from '../sources.ts';
import { location, Shop } from './shop.ts';

interface Frame {
  readonly request: number;
  readonly kind?: string;
  readonly commandId?: string;
  readonly body?: object;
  readonly ok?: unknown;
  readonly refused?: unknown;
}

const section = textOf('docs/INVENTORY.md').split(/^## /m).find((part) => part.startsWith('Incoming supply\n')) ?? '';
const frames = [...section.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = '']) => JSON.parse(text) as Frame);

/** What is left out with an ellipsis is not compared. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const { '…': rest, ...fields } = value as Record<string, unknown>;
  const inner = Object.fromEntries(Object.entries(fields).map(([key, member]) => [key, shown(member)]));
  return rest === undefined ? inner : expect.objectContaining(inner);
}

describe('the page about incoming supply', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open({ isBare: true });
    for (const id of ['LEEDS', 'YORK']) await shop.ok('location.put', { location: location(id) });
    const answers = new Map<number, object>();
    for (const { request, kind = '', commandId, body = {} } of frames.filter((frame) => frame.kind !== undefined)) {
      if (commandId === undefined) answers.set(request, { ok: shop.ask(kind as QueryKind, body as never) });
      else {
        const { ok, refused } = await shop.send(kind as CommandKind, body as never, commandId);
        answers.set(request, refused === undefined ? { ok } : { refused });
      }
    }
    const said = frames.filter((frame) => frame.kind === undefined);
    expect(said.length).toBeGreaterThan(6);
    for (const { request, ok, refused } of said) {
      expect(answers.get(request)).toEqual(refused === undefined ? { ok: shown(ok) } : { refused });
    }
    // What is not shown has been done all the same.
    expect([...answers.values()].filter((answer) => 'refused' in answer).length).toBe(1);
  });
});
