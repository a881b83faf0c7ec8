/** The client's WebSocket in browsers, or anywhere that has one in `globalThis`. */
import type { Frame } from './codec.ts';
import { bearerPrefix, type Dial } from './wire.ts';

/** The part of the standard WebSocket that is used. */
interface StandardSocket {
  binaryType: string;
  readonly readyState: number;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(data: Frame): void;
  close(code?: number, reason?: string): void;
}
type StandardSocketClass = new (url: string, protocols: string[]) => StandardSocket;

const open = 1;

export const dialBrowser: Dial = (target, events) => {
  const { WebSocket } = globalThis as unknown as { WebSocket?: StandardSocketClass };
  if (WebSocket === undefined) throw new TypeError('there is no WebSocket in globalThis');
  const protocols: string[] = [target.protocol];
  if (target.key !== undefined) protocols.push(bearerPrefix + target.key);
  const ws = new WebSocket(target.url, protocols);
  ws.binaryType = 'arraybuffer';
  let isEnded = false;
  const end = (code: number, reason: string): void => {
    if (isEnded) return;
    isEnded = true;
    events.onClose(code, reason);
  };
  ws.onmessage = ({ data }) => {
    if (isEnded) return;
    if (typeof data === 'string') events.onFrame(data);
    else if (data instanceof ArrayBuffer) events.onFrame(new Uint8Array(data));
  };
  ws.onclose = ({ code, reason }) => end(code, reason);
  return {
    send(frame) {
      if (ws.readyState === open) ws.send(frame);
    },
    close: (code, reason) => ws.close(code, reason),
    destroy() {
      // Browsers cannot cut a socket; the close handshake of a dead peer would keep us waiting a minute.
      ws.close();
      queueMicrotask(() => end(1006, 'given up'));
    },
  };
};
