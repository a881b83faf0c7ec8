/**
 * One contract for both servers: what gateway/server/server.ts promises, over HTTP and over
 * sockets.
 */
import { answerContract } from './server-contract-answers.ts';
import { bodyContract } from './server-contract-bodies.ts';
import { lifeContract } from './server-contract-life.ts';
import { requestContract } from './server-contract-requests.ts';
import { socketContract } from './server-contract-sockets.ts';
import type { Kind } from './server-helpers.ts';

export function serverContract(kind: Kind): void {
  requestContract(kind);
  bodyContract(kind);
  answerContract(kind);
  socketContract(kind);
  lifeContract(kind);
}
