/** A server a test scripts by hand: it greets, remembers what came, answers what and when it is told to. */
import { WebSocketServer, type WebSocket } from 'ws';
import { connect, type Baton } from '../../gateway/client/client.ts';
import type { ConnectOptions } from '../../gateway/client/baton.ts';

export interface Asked {
  readonly socket: WebSocket;
  readonly request: number;
  readonly kind: string;
  readonly commandId?: string;
  // Tests look into bodies freely.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export const helloLimits = {
  frameBytesMax: 4_096,
  inFlightMax: 4,
  subscriptionsMax: 8,
  linesMax: 2_000,
};

export class FakeServer {
  readonly url: string;
  /** Every request, in the order it came, over all connections. */
  readonly asked: Asked[] = [];
  readonly sockets: WebSocket[] = [];
  readonly headers: (string | undefined)[] = [];
  position = 10;
  version = 1;
  /** Called for each request; the default answers nothing. */
  onAsk: (asked: Asked) => void = () => undefined;
  /** Greets by default. */
  onOpen: (socket: WebSocket) => void = (socket) => this.greet(socket);
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    const address = server.address();
    this.url = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    server.on('connection', (socket, request) => {
      this.sockets.push(socket);
      this.headers.push(request.headers.authorization);
      socket.on('message', (data) => {
        const asked = { socket, ...JSON.parse(String(data)) } as Asked;
        this.asked.push(asked);
        this.onAsk(asked);
      });
      this.onOpen(socket);
    });
  }

  static start(refuseWith?: number): Promise<FakeServer> {
    return new Promise((resolve) => {
      const server = new WebSocketServer({
        host: '127.0.0.1',
        port: 0,
        handleProtocols: (protocols) => [...protocols][0] ?? false,
        ...(refuseWith === undefined
          ? {}
          : {
              verifyClient: (
                _: unknown,
                done: (ok: boolean, code: number, text: string) => void,
              ): void => done(false, refuseWith, 'no'),
            }),
      });
      server.on('listening', () => resolve(new FakeServer(server)));
    });
  }

  connect(options: Partial<ConnectOptions> = {}): Promise<Baton> {
    return connect({
      url: this.url,
      protocol: 'baton.json.v1',
      reconnectBackoff: { firstMs: 4, maxMs: 20 },
      retryBackoff: { firstMs: 2, maxMs: 10 },
      connectTimeoutMs: 2_000,
      ...options,
    });
  }

  greet(socket: WebSocket): void {
    const { version, position } = this;
    const hello = { version, name: 't', role: 'operator', position, limits: helloLimits };
    this.send(socket, { hello });
  }

  send(socket: WebSocket, message: object): void {
    socket.send(JSON.stringify(message));
  }

  ok({ socket, request }: Asked, ok: unknown = {}, position = this.position): void {
    this.send(socket, { request, ok, position });
  }

  refuse({ socket, request }: Asked, code: string, retryable: boolean): void {
    const refused = { code, retryable, detail: code };
    this.send(socket, { request, refused, position: this.position });
  }

  /** Resolves when so many requests came in all. */
  async until(count: number): Promise<void> {
    await this.untilTrue(() => this.asked.length >= count);
  }

  async untilTrue(test: () => boolean, waitMs = 3_000): Promise<void> {
    const endMs = performance.now() + waitMs;
    while (!test()) {
      if (performance.now() > endMs) throw new Error(`waited in vain; ${this.asked.length} asked`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Cut every connection as a network does: no farewell. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
