/**
 * What a row of each feed must be: made from the schemas of the commands it becomes, so that a row that
 * passes here passes there.
 */
import { Compile } from 'typebox/compile';
import { Type, type TObject } from 'typebox';
import { feedRows } from '../../actors/feed-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { explainRow } from '../wire-check.ts';
import type { FeedKind } from './feed.ts';
import type { RowCheck } from './row-reader.ts';

function checkOf(schema: TObject): RowCheck {
  const compiled = Compile(schema);
  return {
    fields: schema.properties,
    refusal: (value) => (compiled.Check(value) ? undefined : explainRow(compiled.Errors(value))),
  };
}

const count = checkOf(feedRows.count);
const delta = checkOf(feedRows.delta);

/** A row of stock says either what is there or by how much it changed. */
const stock: RowCheck = {
  fields: { ...count.fields, ...delta.fields },
  refusal(value: unknown): Rejection | undefined {
    const isObject = typeof value === 'object' && value !== null;
    const [hasCount, hasDelta] = isObject ? ['onHand' in value, 'delta' in value] : [true, false];
    if (hasCount && hasDelta) return reject('malformed', 'is for rows without onHand: a row says one of them', 'delta');
    if (!hasCount && !hasDelta) return reject('malformed', 'is required, or delta', 'onHand');
    return (hasDelta ? delta : count).refusal(value);
  },
};

/** By kind of feed. */
export const rowChecks: Readonly<Record<FeedKind, RowCheck>> = {
  stock,
  items: checkOf(feedRows.item),
  locations: checkOf(feedRows.location),
};

/** For the schemas document: the rows as JSON Schema. */
export const rowSchemas = {
  stock: Type.Union([feedRows.count, feedRows.delta]),
  items: feedRows.item,
  locations: feedRows.location,
} as const;
