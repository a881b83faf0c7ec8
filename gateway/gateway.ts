/**
 * The gateway as one thing: the port with its sockets and HTTP doors, bound to an engine. Who may
 * do what comes in as two functions (gateway/auth/), so that tests and embedders can bring their
 * own.
 */
import type { EngineApi } from '../engine/api.ts';
import { Desk } from './desk.ts';
import type { Allows } from './desk.ts';
import { Flusher } from './flusher.ts';
import { problemStatus } from './http-problem.ts';
import { httpHandler, streamsBody } from './http.ts';
import type { Authenticate } from './http.ts';
import { defaultLimits } from './limits.ts';
import type { GatewayLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { protocols } from './protocol.ts';
import type { Protocol } from './protocol.ts';
import type { Rehearsals } from './rehearse/rehearsals.ts';
import { startServer } from './server/choose.ts';
import type { HttpRequest, Server, ServerOptions, Upgrade } from './server/server.ts';
import { Session } from './session.ts';
import type { SessionContext } from './session.ts';
import { Streams } from './streams.ts';

export interface GatewayOptions {
  readonly engine: EngineApi;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: ServerOptions['tls'];
  /** Which server: the fast one where it runs (`auto`), or one by name. */
  readonly prefer?: 'auto' | 'uws' | 'node' | undefined;
  readonly authenticate: Authenticate;
  readonly allows: Allows;
  readonly limits?: Partial<GatewayLimits> | undefined;
  readonly metrics?: Metrics | undefined;
  readonly rehearsals?: Rehearsals | undefined;
  readonly corsOrigin?: string | undefined;
  /** A bug was caught and the rest goes on: log it. */
  readonly onIncident: (error: unknown, where: string) => void;
}

export interface Gateway {
  readonly port: number;
  readonly server: Server;
  readonly metrics: Metrics;
  /** Refuse everything new as `stopping`, while the engine finishes what it owes. */
  stopTaking(): void;
  /** Close every connection and the port. */
  close(graceMs?: number): Promise<void>;
}

/** Rejects when the port cannot be had, saying so. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { engine } = options;
  const limits: GatewayLimits = { ...defaultLimits, ...options.limits };
  const metrics = options.metrics ?? new Metrics(engine);
  const onIncident = (error: unknown, where: string): void => {
    metrics.incidents += 1;
    options.onIncident(error, where);
  };
  const streams = new Streams({ engine, limits, onIncident });
  const onNetworkChanged = (): void => streams.networkChanged();
  const { allows, rehearsals } = options;
  if (rehearsals !== undefined) metrics.registerRehearsals(rehearsals);
  const desk = new Desk({ engine, allows, metrics, limits, rehearsals, onNetworkChanged });
  const sessions = new Set<Session>();
  const context: SessionContext = {
    desk,
    streams,
    limits,
    metrics,
    sessions,
    flusher: new Flusher(onIncident),
    position: () => engine.position,
    now: Date.now,
  };
  const { authenticate, corsOrigin } = options;
  const server = await startServer({
    host: options.host,
    port: options.port,
    tls: options.tls,
    prefer: options.prefer ?? 'auto',
    frameBytesMax: limits.frameBytesMax,
    bodyBytesMax: limits.bodyBytesMax,
    backpressureBytes: limits.backpressureBytes,
    idleTimeoutSeconds: limits.idleTimeoutSeconds,
    connectionsMax: limits.connectionsMax,
    streamsBody,
    onRequest: httpHandler({ engine, desk, authenticate, metrics, limits, corsOrigin }),
    onUpgrade: (request) => upgrade(request, options, context),
    onIncident,
  });
  const tick = setInterval(() => {
    const nowMs = Date.now();
    for (const session of sessions) session.tick(nowMs);
  }, 1_000);
  tick.unref();
  return {
    port: server.port,
    server,
    metrics,
    stopTaking() {
      desk.close();
      rehearsals?.close();
    },
    async close(graceMs = 1_000) {
      clearInterval(tick);
      await server.close(graceMs);
      streams.close();
    },
  };
}

const socketPaths: ReadonlySet<string> = new Set(['/', '/v1/socket']);

async function upgrade(
  request: HttpRequest,
  options: GatewayOptions,
  context: SessionContext,
): Promise<Upgrade> {
  const refuse = (status: number, body: string): Upgrade => {
    context.metrics.connectionsRefused += 1;
    return { accept: false, status, body };
  };
  if (!socketPaths.has(request.path)) return refuse(404, 'sockets are at /v1/socket');
  if (context.sessions.size >= context.limits.connectionsMax)
    return refuse(503, 'too many connections');
  if (!isOurOrigin(request, options.corsOrigin))
    return refuse(403, 'pages of this origin may not connect');
  const offered = (request.headers.get('sec-websocket-protocol') ?? '')
    .split(',')
    .map((one) => one.trim());
  const protocol = protocols.find((one) => offered.includes(one));
  const isBare = offered.every((one) => one === '');
  if (protocol === undefined && !isBare)
    return refuse(400, `offer one of: ${protocols.join(', ')}`);
  const caller = await options.authenticate(request);
  if ('code' in caller) return refuse(problemStatus[caller.code], caller.detail);
  // Without a sub-protocol it is a person with a simple tool: JSON.
  const spoken: Protocol = protocol ?? 'baton.json.v1';
  return { accept: true, protocol: protocol ?? '', handler: new Session(context, spoken, caller) };
}

/**
 * A browser tells which page opens the socket: only our own pages may, or those of the origin
 * allowed.
 */
function isOurOrigin(request: HttpRequest, corsOrigin: string | undefined): boolean {
  const origin = request.headers.get('origin');
  if (origin === undefined || corsOrigin === '*' || corsOrigin === origin) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host');
}
