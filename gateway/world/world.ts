/**
 * The world: customers, terminals, carriers, payments, returns and people around a running server, each over sockets of
 * its own as it would be in life. Chance is drawn by name (choices.ts), so that a seed gives the same world again.
 */
import { connect } from '../client/client.ts';
import type { Baton, Notice } from '../client/baton.ts';
import { locations } from '../replay/network.ts';
import { Carriers } from './carriers.ts';
import { Choices } from './choices.ts';
import { Counting } from './counting.ts';
import { Customers, type Rate } from './customers.ts';
import { Ground } from './ground.ts';
import type { Happening } from './happening.ts';
import { Labels } from './labels.ts';
import { Lives } from './lives.ts';
import { namesOf, type Names } from './names.ts';
import { Pace, passed } from './pace.ts';
import { Payments } from './payments.ts';
import { People } from './people.ts';
import { Returns } from './returns.ts';
import { Suppliers } from './suppliers.ts';
import { Tally } from './tally.ts';
import { Terminal } from './terminal.ts';
import type { Trouble } from './trouble.ts';
import { Watch } from './watch.ts';

export interface WorldOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly prefix: string;
  readonly seed: number;
  readonly trouble: Trouble;
  readonly rate: Rate;
  /** Hours of the world in one of ours; `Infinity`: nothing takes time. */
  readonly speed: number;
  /** Of each location. */
  readonly terminals: number;
  /** Tasks a terminal may hold. */
  readonly capacity: number;
  /** Sockets of customers, and as many of carriers. */
  readonly connections: number;
  /** Told of everything; absent: nobody listens. */
  readonly tell?: ((it: Happening) => void) | undefined;
  /** Whether the locations are listened to as well, for what comes of short picks: it is much. */
  readonly watches: boolean;
  /** The server went or came back. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** Terminals that connect at a time. */
const dialsMax = 32;
/** Whether anything still goes on is looked at so often, milliseconds. */
const settleLookMs = 20;
/** What waits in a client while its server is gone, and for how long at most. */
const queueMax = 200_000;
const timeoutMs = 600_000;

export class World {
  readonly tally = new Tally();
  readonly #options: WorldOptions;
  readonly #failing = new AbortController();
  #clients: Baton[] = [];
  #ground: Ground | undefined;
  #customers: Customers | undefined;
  #people: People | undefined;
  #watch: Watch | undefined;
  #terminals: readonly Terminal[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  /** Comes when the world cannot go on, with why as its reason. */
  get failing(): AbortSignal {
    return this.#failing.signal;
  }

  /** Connect everybody and begin. Rejects when the server cannot be reached or refuses the key. */
  async begin(): Promise<void> {
    const { url, key, seed, trouble, speed, rate, tell, connections } = this.#options;
    const main = await this.#connect(true);
    const { position } = await main.query('engine.status', {});
    const names = namesOf(this.#options.prefix, position.toString(36));
    const ground = new Ground({
      names,
      choices: new Choices(seed, trouble),
      pace: new Pace(speed),
      tally: this.tally,
      connection: { url, key, timeoutMs, queueMax },
      tell: (it) => {
        this.#watch?.hear(it);
        tell?.(it);
      },
      fail: (reason) => this.#failing.abort(reason),
    });
    this.#ground = ground;
    const more = await Promise.all(Array.from({ length: 2 * connections }, () => this.#connect(false)));
    const lives = new Lives(this.tally, names.orders, () => this.#onEnd());
    const suppliers = new Suppliers(ground, main);
    const payments = new Payments(ground, main, lives);
    const labels = new Labels(ground, main, lives);
    const carriers = new Carriers(ground, more.slice(connections), lives, payments, new Returns(ground, main));
    this.#customers = new Customers(ground, more.slice(0, connections), lives, payments, suppliers);
    this.#people = new People(ground, main, lives, suppliers);
    this.#people.begin();
    if (this.#options.watches) {
      this.#watch = new Watch(ground, main);
      this.#watch.begin();
    }
    const counting = new Counting(ground, main);
    const parts = { ground, lives, labels, carriers, counting, capacity: this.#options.capacity };
    this.#terminals = await openTerminals(names, this.#options.terminals, (id, at) => new Terminal(parts, id, at));
    this.#customers.begin(rate);
  }

  /** Where nothing but the number alive counts, the next one follows. */
  #onEnd(): void {
    if (typeof this.#options.rate !== 'number' && this.#ground?.isOver === false) this.#customers?.place();
  }

  /** No more orders; what goes on goes on, for so long at most or until nothing does. */
  async settle(waitMs: number, signal: AbortSignal): Promise<void> {
    this.#customers?.stop();
    const untilMs = performance.now() + waitMs;
    while (this.tally.alive > 0 && performance.now() < untilMs && !signal.aborted) await passed(settleLookMs, signal);
  }

  /** Everybody goes home: terminals close, sockets too. */
  async end(): Promise<void> {
    this.#customers?.stop();
    this.#ground?.end();
    await Promise.all(this.#terminals.map((terminal) => terminal.close()));
    await this.#people?.stop();
    await this.#watch?.stop();
    await Promise.all(this.#clients.map((client) => client.close()));
    this.#clients = [];
  }

  async #connect(isMain: boolean): Promise<Baton> {
    const { url, key, onNotice } = this.#options;
    const client = await connect({
      url,
      key,
      queueMax,
      timeoutMs,
      reconnectBackoff: { firstMs: 50, maxMs: 2_000 },
      onNotice: (notice) => {
        if (!isMain) return;
        if (notice.kind === 'lost' && this.#ground?.isOver === false) this.tally.losses += 1;
        onNotice?.(notice);
      },
    });
    this.#clients.push(client);
    return client;
  }
}

async function openTerminals(
  names: Names,
  each: number,
  make: (id: string, location: string) => Terminal,
): Promise<readonly Terminal[]> {
  const terminals = locations.flatMap(({ id }) =>
    Array.from({ length: each }, (_, index) => {
      const location = names.location(id);
      return make(names.terminal(location, index), location);
    }),
  );
  for (let at = 0; at < terminals.length; at += dialsMax) {
    await Promise.all(terminals.slice(at, at + dialsMax).map((terminal) => terminal.open()));
  }
  return terminals;
}
