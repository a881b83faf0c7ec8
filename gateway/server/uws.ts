/**
 * The server on uWebSockets.js: the only file that imports it. What it must be protected from was
 * measured: handlers that throw abort the process, responses and sockets throw after their end,
 * buffers are taken back when a callback returns, and a port is shared silently unless asked for
 * alone.
 */
import { App, SSLApp, us_listen_socket_close, us_socket_local_port } from 'uWebSockets.js';
import type {
  HttpRequest as NativeRequest,
  HttpResponse,
  TemplatedApp,
  WebSocket,
} from 'uWebSockets.js';
import type {
  us_listen_socket as ListenSocket,
  us_socket_context_t as Context,
} from 'uWebSockets.js';
import { assert } from '../../engine/assert.ts';
import { AnswerDeadline, answerTimeoutDefaultSeconds } from './answer-deadline.ts';
import { BodyReader, noBody } from './body-reader.ts';
import { BodyStream, type Flow } from './body-stream.ts';
import { addHeader, addressText, declaredLength, isOffered, upgradeFault } from './http-text.ts';
import { internalBody, jsonHeaders, lengthBody, overdueBody } from './incident.ts';
import { refusedUpgradeHeaders, reportIncident, tooLargeBody } from './incident.ts';
import { closeInTime } from './close-in-time.ts';
import type { HttpRequest, Server, ServerOptions, Upgrade } from './server.ts';
import { findListenError, readTlsPair } from './start-error.ts';
import { UwsResponder } from './uws-responder.ts';
import { UwsSocket } from './uws-socket.ts';

/** LIBUS_LISTEN_EXCLUSIVE_PORT: without it a second process could listen on the same port. */
const exclusivePort = 1;
/** uWebSockets.js cuts off a request that brings nothing for ten seconds. */
const renewMs = 3_000;
const noCompression = 0;
const latin = new TextDecoder('latin1');

/** uWebSockets.js copies the fields of this object onto the native socket. */
interface SocketData {
  socket: UwsSocket;
}

type Head = HttpRequest & { body: Uint8Array; bodyStream?: BodyStream };

interface Running {
  readonly options: ServerOptions;
  readonly deadline: AnswerDeadline;
  readonly sockets: Set<UwsSocket>;
  readonly report: (error: unknown, where: string) => void;
  isClosing: boolean;
  /** TCP connections of both kinds. */
  connections: number;
}

/** Start it. Rejects with a StartError that says what to change. */
export async function startUws(options: ServerOptions): Promise<Server> {
  const running: Running = {
    options,
    deadline: new AnswerDeadline(options.answerTimeoutSeconds ?? answerTimeoutDefaultSeconds),
    sockets: new Set(),
    report: (error, where) => reportIncident(options, error, where),
    isClosing: false,
    connections: 0,
  };
  const app = makeApp(options);
  limitConnections(app, running);
  serveSockets(app, running);
  app.any('/*', (response, request) => serveRequest(running, response, request));
  const token = await listen(app, options).catch((error: unknown) => {
    running.deadline.close();
    throw error;
  });

  const finish = async (graceMs: number): Promise<void> => {
    running.isClosing = true;
    us_listen_socket_close(token);
    for (const socket of running.sockets) socket.close(1001, 'the server is closing');
    await closeInTime(graceMs, () => ({
      answersDue: running.deadline.count,
      connections: running.connections,
    }));
    running.deadline.close();
    app.close();
  };
  let closing: Promise<void> | undefined;
  return {
    kind: 'uws',
    why: 'uWebSockets.js',
    port: us_socket_local_port(token as never),
    get connections() {
      return running.sockets.size;
    },
    close: (graceMs) => (closing ??= finish(graceMs)),
  };
}

function makeApp(options: ServerOptions): TemplatedApp {
  if (options.tls === undefined) return App();
  const { keyFile, certFile } = options.tls;
  // It would only say "App construction failed".
  readTlsPair(options.tls);
  return SSLApp({ key_file_name: keyFile, cert_file_name: certFile });
}

function listen(app: TemplatedApp, options: ServerOptions): Promise<ListenSocket> {
  const { host, port } = options;
  // The typings miss the form with both a host and options.
  const listenAlone = app.listen.bind(app) as unknown as (
    host: string,
    port: number,
    flags: number,
    onListen: (token: ListenSocket | false) => void,
  ) => void;
  return new Promise((resolve, reject) => {
    listenAlone(host, port, exclusivePort, (token) => {
      if (token !== false) resolve(token);
      else findListenError(host, port).then(reject, reject);
    });
  });
}

function limitConnections(app: TemplatedApp, running: Running): void {
  const countMax = running.options.connectionsMax ?? Number.POSITIVE_INFINITY;
  app.filter((response, change) => {
    running.connections += change;
    if (change > 0 && running.connections > countMax) response.close();
  });
}

function serveSockets(app: TemplatedApp, running: Running): void {
  const { options, sockets } = running;
  app.ws<SocketData>('/*', {
    maxPayloadLength: options.frameBytesMax,
    maxBackpressure: 4 * options.backpressureBytes,
    // The caller decides what a slow reader means; closing from inside `send` would surprise it.
    closeOnBackpressureLimit: false,
    idleTimeout: options.idleTimeoutSeconds,
    sendPingsAutomatically: true,
    compression: noCompression,
    maxLifetime: 0,
    upgrade: (response, request, context) => serveUpgrade(running, response, request, context),
    open: (ws) => {
      const { socket } = ws.getUserData();
      sockets.add(socket);
      socket.opened(ws);
    },
    message: (ws, message, isBinary) => ws.getUserData().socket.received(message, isBinary),
    drain: (ws) => ws.getUserData().socket.drained(),
    close: (ws, code) => {
      const socket = socketOf(ws);
      running.connections -= 1;
      sockets.delete(socket);
      socket.closed(code);
    },
  });
}

function socketOf(ws: WebSocket<SocketData>): UwsSocket {
  return ws.getUserData().socket;
}

function readHead(
  response: HttpResponse,
  request: NativeRequest,
): Head {
  const headers = new Map<string, string>();
  request.forEach((name, value) => addHeader(headers, name, value));
  return {
    method: request.getMethod().toUpperCase(),
    path: request.getUrl(),
    query: request.getQuery() ?? '',
    headers,
    remoteAddress: addressText(latin.decode(response.getRemoteAddressAsText())),
    body: noBody,
  };
}

function serveRequest(running: Running, response: HttpResponse, request: NativeRequest): void {
  const { options, deadline, report } = running;
  const head = readHead(response, request);
  const responder = new UwsResponder(response, head.method, deadline, report);
  response.onAborted(() => responder.aborted());
  const length = declaredLength(head.headers);
  const isEmpty = length === 0 || (length === undefined && !head.headers.has('transfer-encoding'));
  if (Number.isNaN(length)) return responder.endAndClose(400, jsonHeaders, lengthBody);
  const isStreamed = streams(running, head, responder);
  if (isStreamed === undefined) return;
  if (isStreamed) {
    streamBody(running, response, head, responder, isEmpty);
  } else if (length !== undefined && length > options.bodyBytesMax) {
    responder.endAndClose(413, jsonHeaders, tooLargeBody(options.bodyBytesMax));
  } else if (isEmpty) {
    hand(running, head, responder);
  } else {
    readBody(running, response, head, responder);
  }
}

function readBody(
  running: Running,
  response: HttpResponse,
  head: HttpRequest & { body: Uint8Array },
  responder: UwsResponder,
): void {
  const bytesMax = running.options.bodyBytesMax;
  const body = new BodyReader(bytesMax);
  response.onData((chunk, isLast) => {
    if (!responder.isWaiting) return;
    if (!body.add(new Uint8Array(chunk))) {
      responder.endAndClose(413, jsonHeaders, tooLargeBody(bytesMax));
    } else if (isLast) {
      head.body = body.take();
      hand(running, head, responder);
    }
  });
}

/** Whether the body goes to the handler as it comes; undefined: asking threw, which is answered. */
function streams({ options }: Running, head: Head, responder: UwsResponder): boolean | undefined {
  try {
    return options.streamsBody?.(head) === true;
  } catch (error) {
    responder.fail(error);
    return undefined;
  }
}

/**
 * A connection keeps the deadline that the last bytes of a body gave it, also while it is paused and after
 * the body. It is given another before that, or it is cut off for a silence that is ours.
 */
function flowOf(response: HttpResponse, isWhole: () => boolean): Flow {
  let isPaused = false;
  const timer = setInterval(() => {
    if (!isPaused && !isWhole()) return;
    response.resume();
    if (isPaused) response.pause();
  }, renewMs);
  return {
    pause: () => {
      isPaused = true;
      response.pause();
    },
    resume: () => {
      isPaused = false;
      response.resume();
    },
    stop: () => clearInterval(timer),
  };
}

/** Give a request to the handler before its body, which it reads as it arrives. */
function streamBody(
  running: Running,
  response: HttpResponse,
  head: Head,
  responder: UwsResponder,
  isEmpty: boolean,
): void {
  const body: BodyStream = new BodyStream(flowOf(response, () => body.isWhole));
  head.bodyStream = body;
  responder.reads(body);
  if (isEmpty) body.end();
  else {
    response.onData((chunk, isLast) => {
      body.add(new Uint8Array(chunk).slice());
      if (isLast) body.end();
    });
  }
  hand(running, head, responder);
}

/** Give a request to the handler. */
function hand(running: Running, request: HttpRequest, responder: UwsResponder): void {
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
  response: HttpResponse,
  request: NativeRequest,
  context: Context,
): void {
  const { options, deadline, report } = running;
  const head = readHead(response, request);
  let isOver = false;
  const waiting = { sinceMs: performance.now(), onOverdue: () => refuse(503, overdueBody) };
  const begin = (): boolean => {
    deadline.delete(waiting);
    if (isOver) return false;
    isOver = true;
    return true;
  };
  const refuse = (status: number, body: string): void => {
    if (!begin()) return;
    const responder = new UwsResponder(response, head.method, deadline, report);
    responder.endAndClose(status, refusedUpgradeHeaders(status), body);
  };
  const fail = (error: unknown): void => {
    report(error, 'onUpgrade');
    refuse(500, internalBody);
  };
  const decide = (upgrade: Upgrade): void => {
    if (running.isClosing) return refuse(503, 'the server is closing');
    if (!upgrade.accept) return refuse(upgrade.status, upgrade.body);
    const { protocol, handler } = upgrade;
    assert(protocol === '' || isOffered(head.headers, protocol), `not offered: ${protocol}`);
    if (!begin()) return undefined;
    const slowBytes = options.backpressureBytes;
    const { remoteAddress } = head;
    const socket = new UwsSocket({ protocol, remoteAddress, handler, slowBytes, report });
    const key = head.headers.get('sec-websocket-key') ?? '';
    const extensions = head.headers.get('sec-websocket-extensions') ?? '';
    response.cork(() => response.upgrade({ socket }, key, protocol, extensions, context));
    return undefined;
  };
  response.onAborted(() => {
    isOver = true;
    deadline.delete(waiting);
  });
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
