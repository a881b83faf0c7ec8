/**
 * Where everything meets: settings → log → storage → claim → engine → gateway → demo, and the same
 * way back when it ends. Only this file knows all the parts. Run as a program it starts the server;
 * the other commands are in cli.ts.
 */
import { pathToFileURL } from 'node:url';
import { systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import { JournalError } from '../storage/journal.ts';
import type { Claim, Loss } from '../storage/journal.ts';
import { openLmdb } from '../storage/lmdb.ts';
import { MemoryDisk } from '../storage/memory.ts';
import { allows } from './auth/permissions.ts';
import { engineLookups } from './auth/scope.ts';
import { parseCommandLine } from './config.ts';
import type { Settings } from './config.ts';
import { openCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { playLife } from './demo/life.ts';
import { playDemo, seedDemoNetwork, type DemoOptions } from './demo/play.ts';
import { endNow } from './end-now.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics.ts';
import { ThreadSolver } from './prices/thread-solver.ts';
import { Rehearsals } from './rehearse/rehearsals.ts';

/** The journal is lost: a supervisor starts the process again, and it reads the truth from disk. */
const lostExitCode = 75;
/** How long connections are given to read what is on its way, when the server ends. */
const graceMs = 2_000;
/** How long an owned data directory is tried again, before it is said to be owned. */
const claimTries = 10;
const claimRetryMs = 150;

interface Running {
  readonly settings: Settings;
  readonly log: Log;
  readonly engine: Engine;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
}

/**
 * Serve until a signal comes. Resolves with the exit code once everything is closed; never rejects.
 */
export async function start(settings: Settings): Promise<number> {
  const log = createLog({ level: settings.logLevel, format: settings.logFormat });
  let running: Running;
  try {
    running = await open(settings, log);
  } catch (error) {
    return failed(error);
  }
  const ending = new AbortController();
  const stopped = untilSignal(log, ending);
  if (running.engine.position === 0) await begin(running, ending.signal);
  await stopped;
  await close(running);
  return 0;
}

async function open(settings: Settings, log: Log): Promise<Running> {
  const claim = await claimStore(settings);
  if (settings.memory) log.warn('NOTHING IS KEPT: --memory holds everything in memory only');
  if (settings.insecureDev)
    log.warn('INSECURE: whoever comes from this machine is an operator (--insecure-dev)');
  const engine = await openEngine(settings, claim, log);
  try {
    const credentials = openCredentials(settings, log);
    const lookups = engineLookups(engine.engine);
    const gateway = await startGateway({
      engine: engine.engine,
      metrics: engine.metrics,
      rehearsals: rehearsalsOf(settings),
      host: settings.host,
      port: settings.port,
      tls: settings.tls,
      prefer: settings.server,
      authenticate: credentials.authenticate,
      allows: (caller, kind, body) => allows(caller, kind, body, lookups),
      limits: settings.limits,
      corsOrigin: settings.corsOrigin,
      onIncident: (error, where) => log.error({ err: error, where }, 'a bug was caught'),
    });
    announce({ settings, log, engine: engine.engine, gateway, credentials });
    return { settings, log, engine: engine.engine, gateway, credentials };
  } catch (error) {
    // The port is taken, a key file is wrong: leave the directory to whoever comes next.
    await engine.engine.close();
    throw error;
  }
}

/** What keeps nothing on disk has no journal to play. */
function rehearsalsOf({ memory, dataDirectory: directory, serve }: Settings): Rehearsals | undefined {
  return memory ? undefined : new Rehearsals({ directory, serve, now: Date.now });
}

async function claimStore(settings: Settings): Promise<Claim> {
  const journal = settings.memory
    ? new MemoryDisk().journal()
    : await openLmdb(settings.dataDirectory, { reserveBytes: settings.reserveBytes });
  const owner = `baton on ${settings.host}:${settings.port}`;
  for (let tries = 1; ; tries += 1) {
    try {
      return await journal.claim(owner);
    } catch (error) {
      // A process that was just killed takes a moment to go: a supervisor is faster than the
      // kernel.
      const mayPass = error instanceof JournalError && error.code === 'owned' && tries < claimTries;
      if (!mayPass) throw error;
      await new Promise((resolve) => setTimeout(resolve, claimRetryMs));
    }
  }
}

async function openEngine(
  settings: Settings,
  claim: Claim,
  log: Log,
): Promise<{ engine: Engine; metrics: Metrics }> {
  const sinceMs = performance.now();
  let metrics: Metrics | undefined;
  const engine = await Engine.open({
    claim,
    clock: systemClock,
    limits: { retainMs: settings.retainMs, retainBytes: settings.retainBytes },
    serve: settings.serve,
    isPriced: settings.prices !== 'off',
    solver: settings.prices === 'on' ? futuresThread(log) : undefined,
    hooks: {
      onBug: (bug) => {
        if (metrics !== undefined) metrics.incidents += 1;
        log.error({ err: bug }, 'a bug was caught; the command it befell was undone');
      },
      onTurn: (report) => metrics?.turn(report),
      onSlowCommit: (elapsedMs) => log.warn({ elapsedMs }, 'a commit is slow'),
      onHungCommit: () => {
        log.fatal('a commit hangs: killing this process, which comes back sound');
        endNow();
      },
      onLost: (loss) => lost(loss, log),
    },
  });
  metrics = new Metrics(engine);
  log.info(
    { position: engine.position, tookMs: Math.round(performance.now() - sinceMs) },
    'recovered',
  );
  return { engine, metrics };
}

/** The thread that samples futures; when it ends by itself, that is told, and the closed form stands alone. */
function futuresThread(log: Log): ThreadSolver {
  return new ThreadSolver(new URL('./prices/thread.js', import.meta.url), (why) =>
    log.warn({ why }, 'the thread that samples futures ended; it is started again for the next question'),
  );
}

function lost({ code, message }: Loss, log: Log): never {
  log.fatal({ code }, `the journal is lost: ${message}`);
  process.exit(lostExitCode);
}

/** What cannot be started says why, in one line, and is no crash. */
function failed(error: unknown): number {
  if (error instanceof JournalError && error.code === 'owned') {
    process.stderr.write(`baton: ${error.message}\n`);
    return 1;
  }
  const detail = error instanceof Error ? error.message : String(error);
  process.stderr.write(`baton: cannot start: ${detail}\n`);
  return 1;
}

function announce({ settings, log, gateway, credentials }: Running): void {
  const { firstKey } = credentials;
  log.info({ server: gateway.server.kind }, gateway.server.why);
  log.info(`serving on ${urlOf(settings, gateway, 'http')}`);
  if (firstKey === undefined) return;
  // To standard error: a log that is kept must not hold it. It cannot be shown again.
  process.stderr.write(
    `\nOperator key, shown once and kept (hashed) in ${firstKey.file}:\n\n  ${firstKey.key}\n\n`,
  );
}

/** A new data directory begins with the demo, unless told otherwise. */
async function begin(
  { settings, log, gateway, credentials }: Running,
  signal: AbortSignal,
): Promise<void> {
  if (settings.demo === 'none') return credentials.endGuest();
  if (settings.tls !== undefined) {
    log.warn('the demo is not played over TLS: start once without --tls-key to see it');
    return credentials.endGuest();
  }
  const url = urlOf(settings, gateway, 'ws');
  try {
    if (settings.demo === 'network') await seedDemoNetwork(url, credentials.guestToken);
    else await playAll({ url, key: credentials.guestToken, out: process.stdout, signal });
    if (!signal.aborted)
      log.info(`still serving on ${urlOf(settings, gateway, 'http')}; Ctrl-C ends it`);
  } catch (error) {
    // The demo is a guest: the server serves on without it.
    if (!signal.aborted) log.error({ err: error }, 'the demo ended early');
  } finally {
    credentials.endGuest();
  }
}

/** The sample, then whole lives. */
async function playAll(options: DemoOptions & { readonly signal: AbortSignal }): Promise<void> {
  await playDemo(options);
  if (!options.signal.aborted) await playLife(options);
}

function urlOf(settings: Settings, gateway: Gateway, scheme: 'http' | 'ws'): string {
  const everywhere = settings.host === '0.0.0.0' || settings.host === '::';
  const host = everywhere ? '127.0.0.1' : settings.host;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${scheme}${settings.tls === undefined ? '' : 's'}://${name}:${gateway.port}`;
}

/**
 * Resolves at the first signal; the second ends the process at once, which the journal survives.
 */
function untilSignal(log: Log, ending: AbortController): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      if (ending.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
      log.info({ signal }, 'closing; once more ends it at once');
      ending.abort();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

async function close({ engine, gateway, log }: Running): Promise<void> {
  gateway.stopTaking();
  await engine.close();
  await gateway.close(graceMs);
  log.info('closed');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const line = parseCommandLine(process.argv.slice(2), process.env);
  if ('refused' in line) {
    process.stderr.write(`baton: ${line.refused}\n`);
    process.exitCode = 2;
  } else if (line.command === 'start') {
    process.exit(await start(line.settings));
  } else if (line.command === 'help') {
    process.stdout.write(line.text);
  } else {
    process.stderr.write(
      'baton: this starts the server; the other commands: npm run baton -- --help\n',
    );
    process.exitCode = 2;
  }
}
