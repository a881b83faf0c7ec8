/** The client's WebSocket in Node, by `ws`. Frames sent in one turn of the event loop leave in one write. */
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { Frame } from './codec.ts';
import type { Dial } from './wire.ts';

export const dialNode: Dial = (target, events) => {
  const headers: Record<string, string> =
    target.key === undefined ? {} : { authorization: `Bearer ${target.key}` };
  const ws = new WebSocket(target.url, [target.protocol], {
    headers,
    perMessageDeflate: false,
    maxPayload: target.frameBytesMax,
    handshakeTimeout: 10_000,
  });
  let stream: Socket | undefined;
  let isCorked = false;
  let refusedStatus: number | undefined;
  let fault = '';

  const uncork = (): void => {
    isCorked = false;
    stream?.uncork();
  };
  ws.on('upgrade', (response) => {
    stream = response.socket;
  });
  ws.on('unexpected-response', (request, response) => {
    refusedStatus = response.statusCode;
    fault = `the server answered ${String(refusedStatus)} to the upgrade`;
    // With this listener in place `ws` leaves the clean-up to us; without a socket no close would follow.
    request.destroy();
    events.onClose(1006, fault, refusedStatus);
  });
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    events.onFrame(isBinary ? data : data.toString('utf8'));
  });
  ws.on('error', (error) => {
    // Always followed by `close`, which reports it.
    fault = error.message;
  });
  ws.on('close', (code, reason) => {
    stream = undefined;
    if (refusedStatus === undefined) events.onClose(code, reason.toString('utf8') || fault);
  });

  return {
    send(frame: Frame) {
      if (ws.readyState !== WebSocket.OPEN) return;
      if (!isCorked && stream !== undefined) {
        isCorked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      ws.send(frame);
    },
    close: (code, reason) => ws.close(code, reason),
    destroy: () => ws.terminate(),
  };
};
