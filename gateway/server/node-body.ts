/** How the server on node:http takes a request's body: whole, up to its limit, or as it arrives. */
import type { IncomingMessage } from 'node:http';
import type { AnswerDeadline } from './answer-deadline.ts';
import { BodyReader } from './body-reader.ts';
import { BodyStream } from './body-stream.ts';
import { jsonHeaders, lateBody, tooLargeBody } from './incident.ts';
import type { NodeResponder } from './node-responder.ts';

/** One request whose body is on its way. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly responder: NodeResponder;
  /** Ends bodies that do not arrive in time. */
  readonly bodies: AnswerDeadline;
}

/** Read a body whole; `then` is called with it, or the request is answered: too large, too late. */
export function readBody(
  { request, responder, bodies }: Incoming,
  bytesMax: number,
  then: (body: Uint8Array) => void,
): void {
  const body = new BodyReader(bytesMax);
  const waiting = {
    sinceMs: performance.now(),
    onOverdue: () => responder.endAndClose(408, jsonHeaders, lateBody),
  };
  bodies.add(waiting);
  request.on('data', (chunk: Buffer) => {
    if (!responder.isWaiting || body.add(chunk)) return;
    responder.endAndClose(413, jsonHeaders, tooLargeBody(bytesMax));
  });
  // A client that goes away within its body shows as `close` of the response.
  request.on('error', ignore);
  request.on('close', () => bodies.delete(waiting));
  request.on('end', () => {
    bodies.delete(waiting);
    if (responder.isWaiting) then(body.take());
  });
}

/** A body to be read as it arrives. A client that is silent for too long while we read is cut off. */
export function streamBody({ request, responder, bodies }: Incoming): BodyStream {
  const waiting = { sinceMs: performance.now(), onOverdue: () => void request.destroy() };
  /** Silence counts while we read; while we do not, the client is not to blame. */
  const listen = (): void => {
    bodies.delete(waiting);
    waiting.sinceMs = performance.now();
    bodies.add(waiting);
  };
  const body = new BodyStream({
    pause: () => {
      bodies.delete(waiting);
      request.pause();
    },
    resume: () => {
      listen();
      request.resume();
    },
  });
  responder.reads(body);
  listen();
  request.on('data', (chunk: Buffer) => {
    listen();
    body.add(chunk);
  });
  request.on('end', () => body.end());
  request.on('error', ignore);
  request.on('close', () => {
    bodies.delete(waiting);
    body.broke();
  });
  return body;
}

function ignore(): void {
  // See where it is used.
}
