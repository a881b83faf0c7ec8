/**
 * JSON Schema of every message, from the same definitions that check them: the body of /v1/schemas.
 */
import { commandBodies } from '../actors/commands.ts';
import { queryBodies } from '../actors/queries.ts';
import { rejectionCodes } from '../actors/rejection.ts';
import { rowSchemas } from './feeds/row-check.ts';
import { closeCodes, controlBodies, protocolHistory, protocols, topicSchemas } from './protocol.ts';

let text: string | undefined;

/** The document as JSON text; made when first asked for. */
export function schemasDocument(): string {
  text ??= JSON.stringify({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    protocols,
    protocolHistory,
    commands: commandBodies,
    queries: queryBodies,
    feeds: rowSchemas,
    requests: controlBodies,
    topics: topicSchemas,
    rejections: rejectionCodes,
    closeCodes,
  });
  return text;
}
