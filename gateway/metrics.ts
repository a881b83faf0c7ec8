/**
 * What operators scrape. The hot path only adds to plain numbers; they become Prometheus text when
 * somebody asks. Durations are in seconds, as Prometheus wants them.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { registerCases } from './metrics-cases.ts';
import { registerTrials } from './metrics-trials.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CommandBody } from '../actors/commands.ts';
import type { EngineApi } from '../engine/api.ts';
import type { TurnReport } from '../engine/outcome.ts';
import type { RejectionCode } from '../actors/rejection.ts';

/** Outcomes of the rows of a feed. */
const rowOutcomes = ['unchanged', 'changed', 'outdated', 'refused'] as const;
/** Locations whose age is told, those that were fed the longest ago. */
const agesMax = 1_000;

const latencyBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];
const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export class Metrics {
  connections = 0;
  connectionsOpened = 0;
  connectionsRefused = 0;
  subscriptions = 0;
  pushes = 0;
  /** Pushes that could not be sent and are given again when the reader has caught up. */
  pushesPutOff = 0;
  /** Times a connection read too slowly and its subscriptions were paused. */
  paused = 0;
  /** Connections closed because they did not even read their replies. */
  closedSlow = 0;
  malformedFrames = 0;
  framesIn = 0;
  bytesIn = 0;
  bytesOut = 0;
  queries = 0;
  httpRequests = 0;
  incidents = 0;
  readonly #commands = new Map<string, Map<'ok' | RejectionCode, number>>();
  readonly #feedRows = { unchanged: 0, changed: 0, outdated: 0, refused: 0 };
  #feeds = 0;
  readonly #registry = new Registry();
  readonly #reply: Histogram;
  readonly #turn: Histogram;
  readonly #turnCommands: Histogram;
  readonly #commit: Histogram;

  constructor(engine: EngineApi) {
    const registers = [this.#registry];
    const histogram = (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name, help, buckets, registers });
    this.#reply = histogram(
      'baton_reply_seconds',
      'From a command’s arrival to its durable answer',
      latencyBuckets,
    );
    this.#turn = histogram('baton_turn_seconds', 'Computing one turn', latencyBuckets);
    this.#turnCommands = histogram('baton_turn_commands', 'Commands in one turn', sizeBuckets);
    this.#commit = histogram('baton_commit_seconds', 'Making one turn durable', latencyBuckets);
    this.#registerCommands(registers);
    this.#registerPlain(registers);
    this.#registerFeeds(engine, registers);
    registerEngine(engine, registers);
    registerPrices(engine, registers);
    registerTrials(engine, registers);
    registerCases(engine, registers, Date.now);
    registerLag(registers);
    collectDefaultMetrics({ register: this.#registry });
  }

  /** One command answered. */
  answered(kind: string, outcome: 'ok' | RejectionCode, elapsedMs: number): void {
    let outcomes = this.#commands.get(kind);
    if (outcomes === undefined) this.#commands.set(kind, (outcomes = new Map()));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    this.#reply.observe(elapsedMs / 1_000);
  }

  /** One turn, computed and made durable. */
  turn({ commands, computeMs, commitMs }: TurnReport): void {
    this.#turnCommands.observe(commands);
    this.#turn.observe(computeMs / 1_000);
    this.#commit.observe(commitMs / 1_000);
  }

  /** A feed came to its end with so many rows of each outcome. */
  feedEnded(rows: CommandBody<'feed.close'>): void {
    this.#feeds += 1;
    for (const outcome of rowOutcomes) this.#feedRows[outcome] += rows[outcome];
  }

  /** What is rehearsed beside the engine. */
  registerRehearsals(rehearsals: { readonly running: number; readonly done: number; readonly orders: number }): void {
    const registers = [this.#registry];
    gauge('baton_rehearsals_running', 'Rehearsals under way', registers, () => rehearsals.running);
    counter('baton_rehearsals_total', 'Rehearsals that came to their end', registers, () => rehearsals.done);
    counter('baton_rehearsed_orders_total', 'Orders played in them, on both sides', registers, () => rehearsals.orders);
  }

  /** The text of /metrics, and its content type. */
  async text(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #registerCommands(registers: Registry[]): void {
    const commands = this.#commands;
    new Counter({
      name: 'baton_commands_total',
      help: 'Commands answered, by kind and outcome',
      labelNames: ['kind', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [kind, outcomes] of commands) {
          for (const [outcome, count] of outcomes) this.inc({ kind, outcome }, count);
        }
      },
    });
  }

  #registerFeeds(engine: EngineApi, registers: Registry[]): void {
    const rows = this.#feedRows;
    new Counter({
      name: 'baton_feed_rows_total',
      help: 'Rows of feeds that came to their end, by outcome',
      labelNames: ['outcome'],
      registers,
      collect() {
        this.reset();
        for (const outcome of rowOutcomes) this.inc({ outcome }, rows[outcome]);
      },
    });
    counter('baton_feeds_total', 'Feeds that came to their end', registers, () => this.#feeds);
    new Gauge({
      name: 'baton_feed_age_seconds',
      help: 'Since a feed that told of a location came to its end',
      labelNames: ['location'],
      registers,
      collect() {
        this.reset();
        const ages = engine.query({ kind: 'feed.ages', body: {} }).ok;
        const nowMs = Date.now();
        for (const { location, fedAtMs } of ages.slice(0, agesMax)) {
          this.set({ location }, Math.max(0, nowMs - fedAtMs) / 1_000);
        }
      },
    });
  }

  #registerPlain(registers: Registry[]): void {
    const counters = [
      ['baton_connections_opened_total', 'Connections accepted', () => this.connectionsOpened],
      ['baton_connections_refused_total', 'Connections refused', () => this.connectionsRefused],
      ['baton_pushes_total', 'Frames pushed to subscribers', () => this.pushes],
      ['baton_pushes_put_off_total', 'Pushes put off for slow readers', () => this.pushesPutOff],
      ['baton_paused_total', 'Times a slow reader was paused', () => this.paused],
      ['baton_closed_slow_total', 'Connections closed as too slow', () => this.closedSlow],
      ['baton_malformed_frames_total', 'Frames refused as malformed', () => this.malformedFrames],
      ['baton_frames_in_total', 'Frames received', () => this.framesIn],
      ['baton_bytes_in_total', 'Bytes of frames received', () => this.bytesIn],
      ['baton_bytes_out_total', 'Bytes of frames sent', () => this.bytesOut],
      ['baton_queries_total', 'Queries answered', () => this.queries],
      ['baton_http_requests_total', 'HTTP requests', () => this.httpRequests],
      ['baton_incidents_total', 'Bugs caught and logged', () => this.incidents],
    ] as const;
    for (const [name, help, read] of counters) counter(name, help, registers, read);
    gauge('baton_connections', 'Open connections', registers, () => this.connections);
    gauge('baton_subscriptions', 'Live subscriptions', registers, () => this.subscriptions);
  }
}

/** A counter that reads what is counted elsewhere. */
function counter(name: string, help: string, registers: Registry[], read: () => number): void {
  new Counter({
    name,
    help,
    registers,
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

function gauge(name: string, help: string, registers: Registry[], read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}

function registerEngine(engine: EngineApi, registers: Registry[]): void {
  const status = () => engine.query({ kind: 'engine.status', body: {} }).ok;
  gauge('baton_position', 'Last durable position of the journal', registers, () => engine.position);
  gauge('baton_head', 'First position still readable', registers, () => engine.head);
  gauge('baton_serving', '1 while commands are taken', registers, () =>
    engine.mode === 'serving' ? 1 : 0,
  );
  gauge('baton_inbox_commands', 'Commands waiting for a turn', registers, () => status().inbox);
  gauge('baton_open_reservations', 'Reservations that hold units or wait', registers, () => status().openReservations);
  gauge('baton_queued_reservations', 'Of those, tickets in line', registers, () => status().queuedReservations);
  const expired = () => status().expiredReservations;
  gauge('baton_expired_reservations', 'Reservations that expired since the start', registers, expired);
  gauge('baton_waiting_orders', 'Orders with units that wait for a place', registers, () => status().waitingOrders);
  const woken = [
    ['baton_woken_orders_total', 'Times a waiting order was looked at again', () => status().wokenOrders],
    ['baton_woken_in_vain_total', 'Times of these that nothing came of it', () => status().wokenInVain],
  ] as const;
  for (const [name, help, read] of woken) counter(name, help, registers, read);
  gauge('baton_open_returns', 'Returns that have not ended', registers, () => status().openReturns);
  gauge('baton_open_parcels', 'Parcels with a number that have not ended', registers, () => status().openParcels);
  const alarmed = () => status().alarmedParcels;
  gauge('baton_alarmed_parcels', 'Of them, those of which nothing was scanned in time', registers, alarmed);
  const circuits = () => status().openCircuits;
  gauge('baton_open_circuits', 'Carrier services out of sourcing because their calls fail', registers, circuits);
  gauge('baton_carrier_embargoes', 'Embargoes of carriers that hold', registers, () => status().embargoes);
  gauge('baton_terminals', 'Terminals that are open', registers, () => status().floor.terminals);
  gauge('baton_held_tasks', 'Tasks that terminals hold', registers, () => status().floor.held);
  gauge('baton_queued_tasks', 'Tasks that wait for a terminal', registers, () => status().floor.queued);
  const leases = () => status().floor.leases;
  counter('baton_leased_tasks_total', 'Times a task was given to a terminal', registers, leases);
  const lapses = () => status().floor.lapses;
  counter('baton_lapsed_tasks_total', 'Times of these that it was taken back by time', registers, lapses);
  gauge('baton_open_supplies', 'Open supply documents', registers, () => status().openSupplies);
  gauge('baton_open_orders', 'Open orders', registers, () => status().openOrders);
  const parked = 'Open orders with lines that wait for a mapping';
  gauge('baton_parked_orders', parked, registers, () => status().parkedOrders);
  gauge('baton_held_orders', 'Open orders that somebody holds', registers, () => status().heldOrders);
  gauge('baton_orders_in_memory', 'Orders in memory', registers, () => status().ordersInMemory);
  gauge('baton_stocks', 'Stock actors', registers, () => status().stocks);
  const offers = () => status().openOffers;
  gauge('baton_open_offers', 'Parts that are offered and that nobody has accepted', registers, offers);
  gauge('baton_suspect_stocks', 'Stock that may not be there', registers, () => status().suspectStocks);
  const suspicions = () => status().suspicions;
  counter('baton_suspicions_total', 'Times stock came under suspicion', registers, suspicions);
  gauge('baton_timers', 'Timers set', registers, () => status().timers);
  gauge('baton_journal_bytes', 'Size of the journal’s records', registers, () => status().recordBytes);
  gauge('baton_save_lag', 'Positions not yet in saved rows', registers, () => {
    const { position, savedAt } = status();
    return position - savedAt;
  });
}

/** Solver states, as the values of a gauge. */
const solverStates = ['off', 'idle', 'gathering', 'asked', 'resting', 'failing'] as const;

/** Nothing of it is told where no prices are kept. */
function registerPrices(engine: EngineApi, registers: Registry[]): void {
  const status = () => engine.query({ kind: 'engine.status', body: {} }).ok.prices;
  if (status() === undefined) return;
  const read = (name: 'version' | 'skus' | 'dirty' | 'wanted') => () => status()?.[name] ?? 0;
  gauge('baton_price_version', 'Version of the book of prices', registers, read('version'));
  gauge('baton_price_skus', 'SKUs with a price', registers, read('skus'));
  gauge('baton_price_dirty', 'SKUs that wait for a refresh of their price', registers, read('dirty'));
  gauge('baton_price_wanted', 'SKUs that wait for sampled futures', registers, read('wanted'));
  gauge('baton_price_solver', `Sampled futures: ${solverStates.join(', ')} (0 to 5)`, registers, () =>
    solverStates.indexOf(status()?.solver ?? 'off'),
  );
  gauge('baton_price_sampled_at_seconds', 'When sampled futures were answered last; 0: never', registers, () =>
    (status()?.answeredAtMs ?? 0) / 1_000,
  );
  gauge('baton_price_ask_piece_seconds', 'Longest piece of the engine’s thread for a question', registers, () =>
    (status()?.askPieceMs ?? 0) / 1_000,
  );
  const counters = [
    ['baton_price_refreshes_total', 'Refreshes of the price of a SKU', () => status()?.refreshes],
    ['baton_price_refresh_seconds_total', 'Time of these', () => (status()?.refreshMs ?? 0) / 1_000],
    ['baton_price_questions_total', 'Questions on sampled futures', () => status()?.questions],
    ['baton_price_answers_total', 'Of these, answered', () => status()?.answers],
    ['baton_price_failures_total', 'Of these, answered wrongly, too late or never', () => status()?.failures],
    ['baton_price_ask_seconds_total', 'Time of the engine’s thread for these', () => (status()?.askMs ?? 0) / 1_000],
  ] as const;
  for (const [name, help, total] of counters) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(total() ?? 0);
      },
    });
  }
}

function registerLag(registers: Registry[]): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('baton_event_loop_lag_seconds', 'Event loop lag, p99 since last asked', registers, () => {
    const seconds = Number.isNaN(delay.mean) ? 0 : delay.percentile(99) / 1e9;
    delay.reset();
    return seconds;
  });
}
