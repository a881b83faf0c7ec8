/**
 * The server on node:http and `ws`, for a Node that uWebSockets.js has no binary for: the only file
 * of the server side that imports them. Slower, the same in all else.
 */
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { assert } from '../../engine/assert.ts';
import { AnswerDeadline, answerTimeoutDefaultSeconds } from './answer-deadline.ts';
import { noBody } from './body-reader.ts';
import type { BodyStream } from './body-stream.ts';
import { closeInTime } from './close-in-time.ts';
import { addHeader, addressText, declaredLength, isOffered } from './http-text.ts';
import { statusLine, upgradeFault } from './http-text.ts';
import { internalBody, jsonHeaders, lengthBody, overdueBody } from './incident.ts';
import { refusedUpgradeHeaders, reportIncident, tooLargeBody } from './incident.ts';
import { readBody, streamBody } from './node-body.ts';
import { NodeResponder, type NodeResponse } from './node-responder.ts';
import { NodeSocket } from './node-socket.ts';
import type { HttpRequest, Server, ServerOptions, Upgrade } from './server.ts';
import { listenError, readTlsPair } from './start-error.ts';

type Head = HttpRequest & { body: Uint8Array; bodyStream?: BodyStream };

/** The same as uWebSockets.js has built in: silence between requests or within one. */
const httpIdleMs = 10_000;
const limits = {
  // Bodies have deadlines of their own, since some may take as long as they need.
  requestTimeout: 0,
  headersTimeout: httpIdleMs,
  keepAliveTimeout: httpIdleMs,
};
const idleCheckMs = 4_000;
/** How long a peer may take to answer our close frame. */
const closeTimeoutMs = 5_000;

interface Running {
  readonly options: ServerOptions;
  readonly deadline: AnswerDeadline;
  /** Requests whose body is on its way. */
  readonly bodies: AnswerDeadline;
  readonly sockets: Set<NodeSocket>;
  readonly streams: Set<Duplex>;
  readonly report: (error: unknown, where: string) => void;
  readonly accept: WebSocketServer;
  /** The sub-protocol decided for an upgrade under way. */
  readonly agreed: WeakMap<IncomingMessage, string>;
  isClosing: boolean;
}

/**
 * Start it. Rejects with a StartError that says what to change.
 * @param why this server and not the faster one, in words, for the log.
 */
export async function startNode(options: ServerOptions, why: string): Promise<Server> {
  const tls = options.tls === undefined ? undefined : readTlsPair(options.tls);
  const agreed = new WeakMap<IncomingMessage, string>();
  const running: Running = {
    options,
    deadline: new AnswerDeadline(options.answerTimeoutSeconds ?? answerTimeoutDefaultSeconds),
    bodies: new AnswerDeadline(httpIdleMs / 1_000),
    sockets: new Set(),
    streams: new Set(),
    report: (error, where) => reportIncident(options, error, where),
    accept: makeAcceptor(options, agreed),
    agreed,
    isClosing: false,
  };
  const http = tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
  const { connectionsMax } = options;
  // Infinity is not understood there.
  if (Number.isFinite(connectionsMax)) http.maxConnections = connectionsMax ?? 0;
  serve(http, running);
  await listen(http, options).catch((error: unknown) => {
    running.deadline.close();
    running.bodies.close();
    throw error;
  });
  const idleMs = options.idleTimeoutSeconds * 1_000;
  const idleTimer = setInterval(() => {
    const nowMs = performance.now();
    for (const socket of running.sockets) socket.checkIdle(nowMs, idleMs);
  }, idleCheckMs);

  const finish = async (graceMs: number): Promise<void> => {
    running.isClosing = true;
    clearInterval(idleTimer);
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    for (const socket of running.sockets) socket.close(1001, 'the server is closing');
    await closeInTime(graceMs, () => ({
      answersDue: running.deadline.count,
      connections: running.streams.size,
    }));
    running.deadline.close();
    running.bodies.close();
    for (const stream of running.streams) stream.destroy();
    await closed;
  };
  let closing: Promise<void> | undefined;
  return {
    kind: 'node',
    why,
    port: (http.address() as AddressInfo).port,
    get connections() {
      return running.sockets.size;
    },
    close: (graceMs) => (closing ??= finish(graceMs)),
  };
}

function makeAcceptor(
  options: ServerOptions,
  agreed: WeakMap<IncomingMessage, string>,
): WebSocketServer {
  const settings = {
    noServer: true,
    clientTracking: false,
    maxPayload: options.frameBytesMax,
    perMessageDeflate: false,
    closeTimeout: closeTimeoutMs,
    handleProtocols: (_offered: Set<string>, request: IncomingMessage) =>
      agreed.get(request) || false,
  } as const;
  return new WebSocketServer(settings);
}

function listen(http: HttpServer, options: ServerOptions): Promise<void> {
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(listenError(host, port, error.code ?? error.message));
    });
    http.listen({ host, port, exclusive: true }, () => {
      http.removeAllListeners('error');
      http.on('error', (error) => reportIncident(options, error, 'server'));
      resolve();
    });
  });
}

function serve(http: HttpServer, running: Running): void {
  const track = (stream: Duplex): void => {
    running.streams.add(stream);
    stream.on('close', () => running.streams.delete(stream));
    // Resets and broken handshakes are the peer's; what they end is told by `close`.
    stream.on('error', ignore);
  };
  http.on('connection', (stream: TcpSocket) => {
    stream.setNoDelay(true);
    track(stream);
  });
  http.on('secureConnection', (stream: TcpSocket) => track(stream));
  http.on('request', (request: IncomingMessage, response) =>
    serveRequest(running, request, response),
  );
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    serveUpgrade(running, request, stream, head);
  });
  http.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) =>
    refuseUnread(error, stream),
  );
}

function ignore(): void {
  // See where it is used.
}

/** A request that could not be read as HTTP. */
function refuseUnread(error: NodeJS.ErrnoException, stream: Duplex): void {
  if (error.code === 'ECONNRESET' || !stream.writable) {
    stream.destroy();
    return;
  }
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : timedOut ? 408 : 400;
  stream.end(`HTTP/1.1 ${statusLine(status)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function readHead(request: IncomingMessage): Head {
  const headers = new Map<string, string>();
  const raw = request.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    addHeader(headers, (raw[at] ?? '').toLowerCase(), raw[at + 1] ?? '');
  }
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    remoteAddress: addressText(request.socket.remoteAddress),
    body: noBody,
  };
}

function serveRequest(
  running: Running,
  request: IncomingMessage,
  response: NodeResponse & { on(event: 'close', listener: () => void): unknown },
): void {
  const { options, deadline, bodies, report } = running;
  const head = readHead(request);
  const responder = new NodeResponder(response, head.method, deadline, report);
  response.on('close', () => responder.closed());
  const length = declaredLength(head.headers);
  const isEmpty = length === 0 || (length === undefined && !head.headers.has('transfer-encoding'));
  if (Number.isNaN(length)) return responder.endAndClose(400, jsonHeaders, lengthBody);
  const isStreamed = streams(running, head, responder);
  if (isStreamed === undefined) return;
  if (isStreamed) {
    head.bodyStream = streamBody({ request, responder, bodies });
    hand(running, head, responder);
  } else if (length !== undefined && length > options.bodyBytesMax) {
    responder.endAndClose(413, jsonHeaders, tooLargeBody(options.bodyBytesMax));
  } else if (isEmpty) {
    hand(running, head, responder);
  } else {
    readBody({ request, responder, bodies }, options.bodyBytesMax, (body) => {
      head.body = body;
      hand(running, head, responder);
    });
  }
}

/** Whether the body goes to the handler as it comes; undefined: asking threw, which is answered. */
function streams({ options }: Running, head: Head, responder: NodeResponder): boolean | undefined {
  try {
    return options.streamsBody?.(head) === true;
  } catch (error) {
    responder.fail(error);
    return undefined;
  }
}

/** Give a request to the handler. */
function hand(running: Running, request: HttpRequest, responder: NodeResponder): void {
  try {
    const pending = running.options.onRequest(request, responder);
    if (pending instanceof Promise) pending.catch((error: unknown) => responder.fail(error));
  } catch (error) {
    responder.fail(error);
  }
  if (responder.isWaiting) running.deadline.add(responder);
}

function serveUpgrade(
  running: Running,
  request: IncomingMessage,
  stream: Duplex,
  rest: Buffer,
): void {
  const { deadline, options, report } = running;
  const head = readHead(request);
  let isOver = false;
  const waiting = { sinceMs: performance.now(), onOverdue: () => refuse(503, overdueBody) };
  const begin = (): boolean => {
    deadline.delete(waiting);
    if (isOver) return false;
    isOver = true;
    return true;
  };
  const refuse = (status: number, body: string): void => {
    if (begin()) refuseUpgrade(stream, status, body);
  };
  const fail = (error: unknown): void => {
    report(error, 'onUpgrade');
    refuse(500, internalBody);
  };
  const decide = (upgrade: Upgrade): void => {
    if (running.isClosing) return refuse(503, 'the server is closing');
    if (!upgrade.accept) return refuse(upgrade.status, upgrade.body);
    const { protocol } = upgrade;
    assert(protocol === '' || isOffered(head.headers, protocol), `not offered: ${protocol}`);
    if (begin()) acceptUpgrade(running, { request, stream, rest }, upgrade, head.remoteAddress);
    return undefined;
  };
  stream.on('close', begin);
  const fault = upgradeFault(head.headers);
  if (fault !== undefined) return refuse(fault.status, fault.body);
  try {
    const upgrade = options.onUpgrade(head);
    if (!(upgrade instanceof Promise)) return decide(upgrade);
    deadline.add(waiting);
    upgrade.then(decide).catch(fail);
  } catch (error) {
    fail(error);
  }
  return undefined;
}

function acceptUpgrade(
  running: Running,
  wire: { readonly request: IncomingMessage; readonly stream: Duplex; readonly rest: Buffer },
  upgrade: Upgrade & { readonly accept: true },
  remoteAddress: string,
): void {
  const { sockets, options, report, agreed, accept } = running;
  const { protocol, handler } = upgrade;
  const { request, stream, rest } = wire;
  agreed.set(request, protocol);
  accept.handleUpgrade(request, stream, rest, (ws) => {
    const socket = new NodeSocket({
      protocol,
      remoteAddress,
      handler,
      slowBytes: options.backpressureBytes,
      report,
      ws,
      stream,
      onGone: (gone) => sockets.delete(gone),
    });
    sockets.add(socket);
    ws.on('message', (data, isBinary) => socket.received(data as Buffer, isBinary));
    const heard = (): void => {
      socket.heardMs = performance.now();
    };
    ws.on('pong', heard);
    ws.on('ping', heard);
    let isBroken = false;
    // The peer broke the protocol; `ws` tells it why and closes.
    ws.on('error', () => {
      isBroken = true;
    });
    ws.on('close', (code) => socket.closed(isBroken ? 1006 : code));
    socket.opened();
  });
}

function refuseUpgrade(stream: Duplex, status: number, body: string): void {
  const fields = Object.entries(refusedUpgradeHeaders(status)).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const head = [
    `HTTP/1.1 ${statusLine(status)}`,
    ...fields,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  stream.end(`${head.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`, () => stream.destroy());
}
