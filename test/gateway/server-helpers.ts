/**
 * For the server tests: a server with handlers given piece by piece, raw connections, and waiting.
 */
import { connect, type Socket as TcpSocket } from 'node:net';
import WebSocket from 'ws';
import { startServer, type StartOptions } from '../../gateway/server/choose.ts';
import type { Server, Socket, SocketHandler } from '../../gateway/server/server.ts';

export type Kind = 'uws' | 'node';
export const host = '127.0.0.1';

export interface Running {
  readonly server: Server;
  readonly port: number;
  readonly incidents: { error: unknown; where: string }[];
}

/** Every server a test started; `closeAll` after each. */
const running: Server[] = [];

export async function serve(kind: Kind, options: Partial<StartOptions> = {}): Promise<Running> {
  const incidents: Running['incidents'] = [];
  const server = await startServer({
    host,
    port: 0,
    prefer: kind,
    frameBytesMax: 64 * 1024,
    bodyBytesMax: 100_000,
    backpressureBytes: 64 * 1024,
    idleTimeoutSeconds: 60,
    onRequest: (_request, respond) => respond.end(404, {}, ''),
    onUpgrade: () => ({ accept: false, status: 404, body: 'no sockets here' }),
    onIncident: (error, where) => incidents.push({ error, where }),
    ...options,
  });
  running.push(server);
  return { server, port: server.port, incidents };
}

export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.close(50)));
}

/** A handler that notes what happens to it; pieces may be replaced. */
export class Recorder implements SocketHandler {
  socket: Socket | undefined;
  readonly messages: { data: Uint8Array; isBinary: boolean }[] = [];
  readonly closes: number[] = [];
  opens = 0;
  drains = 0;

  onOpen(socket: Socket): void {
    this.socket = socket;
    this.opens += 1;
  }

  onMessage(_socket: Socket, data: Uint8Array, isBinary: boolean): void {
    this.messages.push({ data: new Uint8Array(data), isBinary });
  }

  onDrain(): void {
    this.drains += 1;
  }

  onClose(_socket: Socket, code: number): void {
    this.closes.push(code);
  }

  get texts(): string[] {
    return this.messages.map(({ data }) => new TextDecoder().decode(data));
  }
}

/** Accept every upgrade with one handler. */
export function accepting(handler: SocketHandler, protocol = ''): Partial<StartOptions> {
  return { onUpgrade: () => ({ accept: true, protocol, handler }) };
}

/** Resolves as soon as `is` holds; rejects with the name after `ms`. */
export async function until(name: string, is: () => boolean, ms = 5_000): Promise<void> {
  const endMs = performance.now() + ms;
  while (!is()) {
    if (performance.now() > endMs) throw new Error(`waited ${ms} ms for: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A bare TCP connection that gathers what comes. */
export class Raw {
  readonly tcp: TcpSocket;
  #chunks: Buffer[] = [];
  isEnded = false;

  private constructor(tcp: TcpSocket) {
    this.tcp = tcp;
    tcp.setNoDelay(true);
    tcp.on('data', (bytes) => {
      this.#chunks.push(bytes);
    });
    tcp.on('close', () => {
      this.isEnded = true;
    });
    tcp.on('end', () => {
      this.isEnded = true;
    });
    // A reset shows as the end.
    tcp.on('error', () => {
      this.isEnded = true;
    });
  }

  static open(port: number): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const tcp = connect(port, host, () => resolve(new Raw(tcp)));
      tcp.once('error', reject);
    });
  }

  get received(): Buffer {
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  send(bytes: string | Uint8Array): void {
    this.tcp.write(bytes);
  }

  async waitFor(text: string): Promise<string> {
    await until(JSON.stringify(text), () => this.received.includes(text)).catch((error: Error) => {
      throw new Error(`${error.message}, after ${JSON.stringify(this.text.slice(-200))}`);
    });
    return this.text;
  }

  async waitForEnd(): Promise<string> {
    await until('the end of the connection', () => this.isEnded);
    return this.text;
  }
}

/** A WebSocket client that is open, with what came before anybody listened. */
export interface Client {
  readonly ws: WebSocket;
  readonly messages: (string | Buffer)[];
  readonly closed: Promise<{ code: number; reason: string }>;
}

export async function dial(
  port: number,
  protocols: string[] = [],
  options: WebSocket.ClientOptions = {},
  scheme: 'ws' | 'wss' = 'ws',
): Promise<Client> {
  const ws = new WebSocket(`${scheme}://${host}:${port}/`, protocols, options);
  const messages: Client['messages'] = [];
  ws.on('message', (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', () => resolve());
    ws.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (bytes: Buffer) => (body += bytes.toString()));
      response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)));
    });
    ws.on('error', reject);
  });
  return { ws, messages, closed };
}
