/**
 * One compiled validator per kind of message, built once from the schemas that also give the types and
 * the docs. A body that passes holds exactly the fields of its schema and goes on as it is.
 */
import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Command, CommandKind } from '../actors/commands.ts';
import { commandBodies, CommandIdSchema } from '../actors/commands.ts';
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

const compiled = (schemas: Record<string, TSchema>): Map<string, Check> =>
  new Map(Object.entries(schemas).map(([kind, schema]) => [kind, Compile(schema)]));

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
  const topic = typeof body === 'object' && body !== null && 'topic' in body ? body.topic : undefined;
  const check = typeof topic === 'string' ? topics.get(topic) : undefined;
  if (check === undefined) {
    return reject('malformed', `must be one of ${[...topics.keys()].join(', ')}`, 'body.topic');
  }
  return refusal(check, body) ?? ({ kind, body } as Control);
}

function refusal(check: Check | undefined, body: unknown): Rejection | undefined {
  if (check === undefined) return reject('malformed', 'no such kind', 'kind');
  if (check.Check(body)) return undefined;
  return explain(check.Errors(body));
}

/** The first fault, in words, under the path of its field. Never repeats what the peer sent. */
function explain(errors: readonly TLocalizedValidationError[]): Rejection {
  const first = errors[0];
  if (first === undefined) return reject('malformed', 'is not what the schema says', 'body');
  const field = pathOf(first.instancePath);
  switch (first.keyword) {
    case 'required':
      return reject('malformed', 'is required', `${field}.${first.params.requiredProperties[0] ?? ''}`);
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

/** A JSON pointer as our paths: `/lines/3/quantity` → `body.lines[3].quantity`. */
function pathOf(pointer: string): string {
  let field = 'body';
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    field += /^\d+$/.test(name) ? `[${name}]` : `.${name}`;
  }
  return field.length > 200 ? `${field.slice(0, 200)}…` : field;
}
