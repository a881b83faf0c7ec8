/** One contract for both servers: what gateway/server/server.ts promises, over HTTP and over sockets. */
import { httpContract } from './server-contract-http.ts';
import { lifeContract } from './server-contract-life.ts';
import { socketContract } from './server-contract-sockets.ts';
import type { Kind } from './server-helpers.ts';

export function serverContract(kind: Kind): void {
  httpContract(kind);
  socketContract(kind);
  lifeContract(kind);
}
