/**
 * One compiled validator per kind of message, built once from the schemas that also give the types
 * and the docs. A body that passes holds exactly the fields of its schema and goes on as it is.
 */
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import type { TArrayOptions, TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Command, CommandKind } from '../actors/commands.ts';
import { commandBodies } from '../actors/commands.ts';
import { CommandIdSchema } from '../actors/schemas.ts';
import type { CommandId } from '../actors/ids.ts';
import type { Query, QueryKind } from '../actors/queries.ts';
import { queryBodies } from '../actors/queries.ts';
import type { Rejection } from '../actors/rejection.ts';
import { reject } from '../actors/rejection.ts';
import { controlBodies, RequestNumberSchema, topicSchemas } from './protocol.ts';
import type { ControlKind, Topic } from './protocol.ts';

export type Kind = CommandKind | QueryKind | ControlKind;
export type Control =
  | { readonly kind: 'subscribe'; readonly body: Topic }
  | { readonly kind: 'unsubscribe'; readonly body: { readonly subscription: number } }
  | { readonly kind: 'ping'; readonly body: Record<string, never> };

interface Check {
  Check(value: unknown): boolean;
  Errors(value: unknown): TLocalizedValidationError[];
}

/** The validator of a body, and of the items of its lists, to find the one at fault fast. */
interface BodyCheck extends Check {
  readonly lists: readonly ListCheck[];
}

interface ListCheck {
  readonly field: string;
  readonly countMax: number;
  readonly isUnique: boolean;
  readonly item: Check;
}

function compiled(schemas: Record<string, TSchema>): Map<string, BodyCheck> {
  const checks = new Map<string, BodyCheck>();
  for (const [kind, schema] of Object.entries(schemas)) {
    const check = Compile(schema);
    checks.set(kind, {
      Check: (value) => check.Check(value),
      Errors: (value) => check.Errors(value),
      lists: listsOf(schema),
    });
  }
  return checks;
}

function listsOf(schema: TSchema): ListCheck[] {
  if (!Type.IsObject(schema)) return [];
  return Object.entries(schema.properties).flatMap(([field, list]) => {
    if (!Type.IsArray(list)) return [];
    // The type of an array schema does not tell its options.
    const { maxItems, uniqueItems } = list as TSchema as TArrayOptions;
    const countMax = maxItems ?? Number.POSITIVE_INFINITY;
    return [{ field, countMax, isUnique: uniqueItems === true, item: Compile(list.items) }];
  });
}

const commands = compiled(commandBodies);
const queries = compiled(queryBodies);
const controls = compiled({ unsubscribe: controlBodies.unsubscribe, ping: controlBodies.ping });
const topics = compiled(topicSchemas);
const commandIdCheck = Compile(CommandIdSchema);
const requestCheck = Compile(RequestNumberSchema);

export const isCommandKind = (kind: string): kind is CommandKind => commands.has(kind);
export const isQueryKind = (kind: string): kind is QueryKind => queries.has(kind);
export const isControlKind = (kind: string): kind is ControlKind =>
  kind === 'subscribe' || controls.has(kind);
export const isCommandId = (value: unknown): value is CommandId => commandIdCheck.Check(value);
export const isRequestNumber = (value: unknown): value is number => requestCheck.Check(value);

/** A checked command, or why its body is none; `field` begins with `body`. */
export function checkCommand(
  kind: CommandKind,
  commandId: CommandId,
  by: string,
  body: unknown,
): Command | Rejection {
  const refused = refusal(commands.get(kind), body);
  // The body was just proven to be that of its kind.
  return refused ?? ({ kind, commandId, by, body } as Command);
}

export function checkQuery(kind: QueryKind, body: unknown): Query | Rejection {
  return refusal(queries.get(kind), body) ?? ({ kind, body } as Query);
}

export function checkControl(kind: ControlKind, body: unknown): Control | Rejection {
  if (kind !== 'subscribe') return refusal(controls.get(kind), body) ?? ({ kind, body } as Control);
  // By topic first: the errors of a union would speak of all the topics that were not meant.
  const topic =
    typeof body === 'object' && body !== null && 'topic' in body ? body.topic : undefined;
  const check = typeof topic === 'string' ? topics.get(topic) : undefined;
  if (check === undefined) {
    return reject('malformed', `must be one of ${[...topics.keys()].join(', ')}`, 'body.topic');
  }
  return refusal(check, body) ?? ({ kind, body } as Control);
}

function refusal(check: BodyCheck | undefined, body: unknown): Rejection | undefined {
  if (check === undefined) return reject('malformed', 'no such kind', 'kind');
  if (check.Check(body)) return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return explain(check.Errors(body), 'body');
  // The library's explanation looks at every item, slowly: 2,000 lines would cost 20 ms of
  // everybody's time. So the list is looked through by its fast check, and explained for one item
  // only.
  const short: Record<string, unknown> = { ...body };
  for (const { field, countMax, isUnique, item } of check.lists) {
    const list = short[field];
    if (!Array.isArray(list)) continue;
    if (list.length > countMax) {
      return reject('too-large', `must not have more than ${countMax} items`, `body.${field}`);
    }
    const at = list.findIndex((one) => !item.Check(one));
    if (at >= 0) return explain(item.Errors(list[at]), `body.${field}[${at}]`);
    if (isUnique && new Set(list).size < list.length) {
      return reject('malformed', 'must not have duplicate items', `body.${field}`);
    }
    short[field] = list.slice(0, 1);
  }
  return explain(check.Errors(short), 'body');
}

/** The first fault, in words, under the path of its field. Never repeats what the peer sent. */
function explain(errors: readonly TLocalizedValidationError[], root: string): Rejection {
  const first = errors[0];
  if (first === undefined) return reject('malformed', 'is not what the schema says', root);
  const field = pathOf(root, first.instancePath);
  switch (first.keyword) {
    case 'required':
      return reject(
        'malformed',
        'is required',
        `${field}.${first.params.requiredProperties[0] ?? ''}`,
      );
    case 'boolean':
    case 'additionalProperties':
      return reject('malformed', 'no such field', field);
    case 'maxItems':
    case 'maxLength':
      return reject('too-large', `${first.message}`, field);
    case 'const': {
      const allowed = errors
        .filter((error) => error.keyword === 'const' && error.instancePath === first.instancePath)
        .map((error) => JSON.stringify((error.params as { allowedValue?: unknown }).allowedValue));
      return reject('malformed', `must be one of ${allowed.join(', ')}`, field);
    }
    case 'enum':
      return reject('malformed', `must be one of ${first.params.allowedValues.join(', ')}`, field);
    default:
      return reject('malformed', first.message, field);
  }
}

/** The first fault of one row of a feed: the field is the row's own. */
export function explainRow(errors: readonly TLocalizedValidationError[]): Rejection {
  const { code, detail, field } = explain(errors, '');
  return reject(code, detail, field === undefined || field === '' ? undefined : field.replace(/^\./, ''));
}

/** A JSON pointer as our paths: `/lines/3/quantity` → `body.lines[3].quantity`. */
function pathOf(root: string, pointer: string): string {
  let field = root;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    field += /^\d+$/.test(name) ? `[${name}]` : `.${name}`;
  }
  return field.length > 200 ? `${field.slice(0, 200)}…` : field;
}
