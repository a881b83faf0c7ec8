/**
 * The world in plain lines: one for what happened. Not all of it is told: one order is followed through its life, then
 * another, and of each kind of trouble one now and then, with whatever comes of it.
 */
import type { Happening } from './happening.ts';

const money = (minor: number): string => `£${(minor / 100).toFixed(2)}`;
const took = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
const some = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

type Of<K extends Happening['kind']> = Extract<Happening, { kind: K }>;

/** What each kind of happening says of itself. */
const texts: { readonly [K in Happening['kind']]: (it: Of<K>) => string } = {
  placed: ({ order, channel, lines, to, from, carriers, costMinor, backordered, ms }) => {
    const where = from.length === 0 ? 'waits for stock' : `${from.join(' + ')} by ${carriers.join(' + ')}`;
    const waits = backordered > 0 && from.length > 0 ? `, ${some(backordered, 'unit')} to come` : '';
    const what = `${channel}, ${some(lines, 'line')}, ${to}`;
    return `${order} placed (${what}) → ${where}, ${money(costMinor)}${waits}, ${took(ms)}`;
  },
  'not-placed': ({ order, code }) => `${order} refused: ${code}`,
  cancelled: ({ order }) => `${order} cancelled by its customer`,
  declined: ({ order }) => `${order} payment declined: held, nobody picks it`,
  paid: ({ order, isAgain, ms }) =>
    isAgain ? `${order} paid with another card: free again in ${took(ms)}` : `${order} payment authorised`,
  captured: ({ order }) => `${order} payment taken as its first parcel left`,
  picked: ({ order, terminal, units }) => `${order} picked and packed at ${terminal}, ${some(units, 'unit')}`,
  short: ({ order, sku, location }) => `${order} short pick: a ${sku} is not at ${location}`,
  resourced: ({ order, to, ms }) =>
    to.length === 0
      ? `${order} nobody else has one: it waits`
      : `${order} sourced again from ${to.join(' + ')}, ${took(ms)} later`,
  socket: ({ order, terminal, ms, scans, repeated }) =>
    `${order} ${terminal} lost its socket and is back after ${took(ms)}: ` +
    `${some(scans, 'scan')} sent, ${repeated} of them again, each counted once`,
  'no-label': ({ order, carrier }) => `${order} ${carrier} makes no label`,
  circuit: ({ carrier, state }) =>
    state === 'closed' ? `${carrier} makes labels again` : `${carrier} is out: nothing more is planned with it`,
  rerated: ({ order, location, carrier }) => `${order} at ${location} planned anew: not by ${carrier}`,
  'other-carrier': ({ order, from, to }) => `${order} goes by ${to} instead of ${from}`,
  left: ({ order, location, carrier }) => `${order} left ${location} by ${carrier}`,
  delivered: ({ order, hours, ms }) =>
    `${order} delivered ${Math.round(hours)} h after it left (${(ms / 1_000).toFixed(1)} s here)`,
  lost: ({ order }) => `${order} parcel lost by its carrier`,
  replaced: ({ order, by }) => `${order} sent again as ${by}`,
  'sent-back': ({ order, units }) => `${order} customer sends ${some(units, 'unit')} back`,
  returned: ({ order, sku, isDamaged, location, creditedMinor }) => {
    const what = isDamaged ? 'is broken: scrapped' : 'is for sale again';
    return `${order} returned ${sku} ${what} at ${location}, ${money(creditedMinor)} to refund`;
  },
  'case-raised': ({ caseId, owner }) => `case ${caseId} raised, for ${owner}`,
  'case-cleared': ({ caseId, hours }) =>
    `case ${caseId} ended by itself after ${hours.toFixed(1)} h: its cause is gone`,
  'case-resolved': ({ caseId, hours }) => `case ${caseId} resolved after ${hours.toFixed(1)} h`,
  counted: ({ sku, location, units }) => `${sku} counted at ${location}: ${units} are there and for sale again`,
  supplied: ({ sku, location, units }) => `${some(units, 'unit')} of ${sku} arrived at ${location}`,
};

/** What one happening says of itself. */
export const textOf = (it: Happening): string => (texts[it.kind] as (it: Happening) => string)(it);

/** What a happening is about: what follows from it is told as well. */
function subjectOf(it: Happening): string {
  if ('caseId' in it) return it.caseId.slice(it.caseId.indexOf('/') + 1);
  if (it.kind === 'circuit') return it.carrier;
  return it.kind === 'supplied' || it.kind === 'counted' ? it.sku : it.order;
}

/** Others that a happening brings in. */
function alsoOf(it: Happening): string | undefined {
  if (it.kind === 'no-label') return it.carrier;
  if (it.kind === 'short') return it.sku;
  return it.kind === 'replaced' ? it.by : undefined;
}

/** Kinds that begin something to be followed, and how long until the next one of the kind is, in milliseconds. */
const begins: Readonly<Partial<Record<Happening['kind'], number>>> = {
  placed: 4_000, short: 3_000, socket: 6_000, declined: 6_000, 'no-label': 4_000, rerated: 4_000, lost: 4_000,
  'sent-back': 4_000, circuit: 1_000, 'not-placed': 5_000, 'case-raised': 4_000,
};
/** Subjects followed, and lines remembered, at a time: the oldest is let go. */
const kept = 40;
/** More lines than this in a second cannot be read. */
const linesPerSecond = 6;

/** Chooses what is told. */
export class Teller {
  readonly #say: (line: string) => void;
  readonly #followed = new Set<string>();
  readonly #begunAtMs = new Map<string, number>();
  /** Lines told of late: what happens again is not told again. */
  readonly #recent = new Set<string>();
  #second = 0;
  #lines = 0;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  hear(it: Happening, nowMs = performance.now()): void {
    const subject = subjectOf(it);
    if (!this.#followed.has(subject) && !this.#isBegun(it, nowMs)) return;
    addBounded(this.#followed, subject);
    const also = alsoOf(it);
    if (also !== undefined) addBounded(this.#followed, also);
    if (it.kind === 'delivered') this.#followed.delete(subject);
    const text = textOf(it);
    if (this.#recent.has(text) || !this.#hasRoom(nowMs)) return;
    addBounded(this.#recent, text);
    this.#say(`  ${text}`);
  }

  #isBegun({ kind }: Happening, nowMs: number): boolean {
    const gapMs = begins[kind];
    if (gapMs === undefined || nowMs - (this.#begunAtMs.get(kind) ?? -Infinity) < gapMs) return false;
    this.#begunAtMs.set(kind, nowMs);
    return true;
  }

  #hasRoom(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) [this.#second, this.#lines] = [second, 0];
    this.#lines += 1;
    return this.#lines <= linesPerSecond;
  }
}

function addBounded(set: Set<string>, value: string): void {
  set.add(value);
  if (set.size <= kept) return;
  const [oldest] = set;
  if (oldest !== undefined) set.delete(oldest);
}
