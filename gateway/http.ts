/**
 * The HTTP twin of the socket: every command and query by POST, with the same checks, permissions
 * and answers, and the doors for operating: health, readiness, metrics, schemas, backup. A
 * command's id travels in `Idempotency-Key`; its body is the command's body. Rules H1… in
 * docs/SPEC.md.
 */
import type { EngineApi } from '../engine/api.ts';
import type { CommandKind } from '../actors/commands.ts';
import type { QueryKind } from '../actors/queries.ts';
import type { Rejection } from '../actors/rejection.ts';
import { reject } from '../actors/rejection.ts';
import type { Answered, Desk } from './desk.ts';
import { feedsPath, takeFeed } from './feeds/http-feed.ts';
import { respondProblem, respondStatus } from './http-problem.ts';
import { schemasDocument } from './http-schemas.ts';
import type { GatewayLimits } from './limits.ts';
import { MalformedError } from './messagepack-decode.ts';
import type { Metrics } from './metrics.ts';
import type { HttpRequest, HttpResponder } from './server/server.ts';
import type { Caller } from './streams-subscription.ts';
import { checkCommand, checkQuery, isCommandId, isCommandKind, isQueryKind } from './wire-check.ts';
import { decodeJson, malformed } from './wire.ts';

/** Who is this? A rejection is `unauthenticated`. */
export type Authenticate = (request: HttpRequest) => Promise<Caller | Rejection>;

export interface HttpOptions {
  readonly engine: EngineApi;
  readonly desk: Desk;
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
  readonly limits: GatewayLimits;
  /** Web pages of this origin may call; `*` for any. Absent: none but our own. */
  readonly corsOrigin?: string | undefined;
}

type Handler = (call: Call) => void | Promise<void>;

interface Call {
  readonly options: HttpOptions;
  readonly request: HttpRequest;
  readonly respond: HttpResponder;
  /** Headers of every answer to this request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Commands over HTTP that wait for their answer, all requests together. */
  readonly waiting: { count: number };
  /** Feeds under way. */
  readonly feeds: { count: number };
}

const routes: Readonly<
  Record<string, { readonly method: 'GET' | 'POST'; readonly handle: Handler }>
> = {
  '/healthz': { method: 'GET', handle: healthz },
  '/readyz': { method: 'GET', handle: readyz },
  '/metrics': { method: 'GET', handle: metricsText },
  '/v1/schemas': { method: 'GET', handle: schemas },
  '/v1/admin/backup': { method: 'POST', handle: backup },
};
const commandsPath = '/v1/commands/';
const queriesPath = '/v1/queries/';

/** The request handler of the server. */
export function httpHandler(
  options: HttpOptions,
): (request: HttpRequest, respond: HttpResponder) => void | Promise<void> {
  const waiting = { count: 0 };
  const feeds = { count: 0 };
  return (request, respond) => {
    options.metrics.httpRequests += 1;
    const call: Call = {
      options,
      request,
      respond,
      headers: corsHeaders(options, request),
      waiting,
      feeds,
    };
    if (request.method === 'OPTIONS' && options.corsOrigin !== undefined) return preflight(call);
    return dispatch(call);
  };
}

function dispatch(call: Call): void | Promise<void> {
  const { request, respond, headers } = call;
  const { path } = request;
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  const method = route?.method ?? 'POST';
  const doors = [commandsPath, queriesPath, feedsPath];
  const isMessage = doors.some((door) => path.startsWith(door));
  if (route === undefined && !isMessage)
    return respondStatus(respond, 404, 'no such path', headers);
  if (request.method !== method) {
    return respondStatus(respond, 405, `this path takes ${method}`, { ...headers, allow: method });
  }
  if (route !== undefined) return route.handle(call);
  if (path.startsWith(feedsPath)) return feed(call);
  return path.startsWith(commandsPath) ? command(call) : query(call);
}

/** Requests whose body is read as it arrives. */
export function streamsBody({ method, path }: HttpRequest): boolean {
  return method === 'POST' && path.startsWith(feedsPath);
}

function feed({ options, request, respond, headers, feeds }: Call): Promise<void> {
  const { desk, limits, engine } = options;
  return takeFeed({
    desk,
    limits,
    request,
    respond,
    headers,
    running: feeds,
    position: () => engine.position,
    authenticate: () => options.authenticate(request),
  });
}

async function command(call: Call): Promise<void> {
  const { options, request, respond, headers, waiting } = call;
  const kind = request.path.slice(commandsPath.length);
  if (!isCommandKind(kind)) return respondStatus(respond, 404, 'no such command', headers);
  const caller = await admitted(call);
  if (caller === undefined) return;
  const checked = readCommand(kind, caller, request);
  if ('code' in checked) return respondProblem(respond, checked, headers, options.engine.position);
  if (waiting.count >= options.limits.httpInFlightMax) {
    const detail = `more than ${options.limits.httpInFlightMax} commands wait for their answer`;
    return respondProblem(respond, reject('too-many', detail), headers, options.engine.position);
  }
  waiting.count += 1;
  options.desk.command(caller, checked, (outcome) => {
    waiting.count -= 1;
    answer(call, outcome);
  });
}

async function query(call: Call): Promise<void> {
  const { options, request, respond, headers } = call;
  const kind = request.path.slice(queriesPath.length);
  if (!isQueryKind(kind)) return respondStatus(respond, 404, 'no such query', headers);
  const caller = await admitted(call);
  if (caller === undefined) return;
  const checked = readQuery(kind, request);
  if ('code' in checked) return respondProblem(respond, checked, headers, options.engine.position);
  answer(call, options.desk.query(caller, checked));
}

function readCommand(kind: CommandKind, caller: Caller, request: HttpRequest) {
  const commandId = unquoted(request.headers.get('idempotency-key') ?? '');
  if (!isCommandId(commandId)) {
    const detail = 'a command needs an id of 1 to 64 visible ASCII characters in this header';
    return reject('malformed', detail, 'Idempotency-Key');
  }
  const body = readBody(request);
  return body.refused ?? checkCommand(kind, commandId, caller.name, body.value);
}

function readQuery(kind: QueryKind, request: HttpRequest) {
  const body = readBody(request);
  return body.refused ?? checkQuery(kind, body.value);
}

/**
 * The standard writes the key as a quoted string; most callers write it bare. Both are the same id.
 */
function unquoted(key: string): string {
  return key.length > 2 && key.startsWith('"') && key.endsWith('"') ? key.slice(1, -1) : key;
}

type ReadBody =
  | { readonly value: unknown; readonly refused?: undefined }
  | { readonly refused: Rejection; readonly value?: undefined };

function readBody(request: HttpRequest): ReadBody {
  if (request.body.length === 0) return { value: {} };
  try {
    return { value: decodeJson(request.body) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const refused = malformed(error);
    // The whole body is the message's body.
    return {
      refused: {
        ...refused,
        field: refused.field === undefined ? 'body' : `body.${refused.field}`,
      },
    };
  }
}

function answer(call: Call, answered: Answered): void {
  const { respond, headers } = call;
  if (answered.refused !== undefined) {
    return respondProblem(respond, answered.refused, headers, answered.position);
  }
  const body = JSON.stringify({ ok: answered.ok, position: answered.position });
  respond.end(
    200,
    { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body,
  );
}

/**
 * The caller, once the content type is right and the credential good; else answered, and undefined.
 */
async function admitted(call: Call): Promise<Caller | undefined> {
  const { options, request, respond, headers } = call;
  const caller = await options.authenticate(request);
  if ('code' in caller) {
    respondProblem(respond, caller, headers);
    return undefined;
  }
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (request.body.length > 0 && type !== 'application/json') {
    respondStatus(respond, 415, 'the body must be application/json', {
      ...headers,
      accept: 'application/json',
    });
    return undefined;
  }
  return caller;
}

/** The process lives and its commits end in time. A supervisor restarts what fails here. */
function healthz({ options, respond, headers }: Call): void {
  const isWell =
    options.desk.stalledMs < options.limits.commitOverdueMs && options.engine.mode !== 'lost';
  respond.end(
    isWell ? 200 : 503,
    { 'content-type': 'text/plain', ...headers },
    isWell ? `ok\n${pricesLine(options.engine)}` : 'overdue\n',
  );
}

/** What is not as it should be with prices; nothing ends for that: orders are sourced by the closed form meanwhile. */
function pricesLine(engine: Call['options']['engine']): string {
  const solver = engine.query({ kind: 'engine.status', body: {} }).ok.prices?.solver;
  return solver === 'failing' ? 'prices: sampled futures fail, the closed form stands alone\n' : '';
}

/**
 * Commands are taken. A load balancer sends them elsewhere when it fails; reads may still be
 * answered.
 */
function readyz({ options, respond, headers }: Call): void {
  const { mode } = options.engine;
  respond.end(
    mode === 'serving' ? 200 : 503,
    { 'content-type': 'text/plain', ...headers },
    `${mode}\n`,
  );
}

async function metricsText(call: Call): Promise<void> {
  const { options, request, respond, headers } = call;
  if (!isLoopback(request.remoteAddress) && !(await isOperator(call))) return;
  const { contentType, body } = await options.metrics.text();
  respond.end(200, { 'content-type': contentType, ...headers }, body);
}

function schemas({ respond, headers }: Call): void {
  respond.end(200, { 'content-type': 'application/json', ...headers }, schemasDocument());
}

async function backup(call: Call): Promise<void> {
  const { options, request, respond, headers } = call;
  if (!(await isOperator(call))) return;
  const { value, refused } = readBody(request);
  if (refused !== undefined) return respondProblem(respond, refused, headers);
  const directory =
    typeof value === 'object' && value !== null && 'directory' in value
      ? value.directory
      : undefined;
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    const detail = 'must be the path of a directory that does not exist yet, on the server';
    return respondProblem(respond, reject('malformed', detail, 'body.directory'), headers);
  }
  try {
    const copied = await options.engine.backup(directory);
    answer(call, { ok: { directory, ...copied }, position: options.engine.position });
  } catch (error) {
    // The reason is for the operator who asked: no space, no right, a directory that exists.
    const detail = error instanceof Error ? error.message : String(error);
    respondProblem(respond, reject('internal', `no backup was made: ${detail}`), headers);
  }
}

async function isOperator(call: Call): Promise<boolean> {
  const caller = await admitted(call);
  if (caller === undefined) return false;
  if (caller.role === 'operator') return true;
  respondProblem(call.respond, reject('forbidden', 'for operators only'), call.headers);
  return false;
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function corsHeaders(options: HttpOptions, request: HttpRequest): Record<string, string> {
  const { corsOrigin } = options;
  const origin = request.headers.get('origin');
  if (corsOrigin === undefined || origin === undefined) return {};
  if (corsOrigin !== '*' && corsOrigin !== origin) return {};
  return { 'access-control-allow-origin': corsOrigin, vary: 'origin' };
}

function preflight({ respond, headers }: Call): void {
  const allowed = 'authorization, content-type, idempotency-key';
  respond.end(
    204,
    {
      ...headers,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': allowed,
      'access-control-max-age': '600',
    },
    '',
  );
}
