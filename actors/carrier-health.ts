/**
 * How a carrier does. A circuit for each service: closed while calls succeed; open, and out of sourcing, once too many
 * fail; half-open when its time is over: in sourcing again, and the first failure opens it for longer.
 */
import type { BreakerPolicy, Embargo } from './carrier-commands.ts';
import type { CarrierId, ServiceId } from './ids.ts';
import type { Destination } from './order-commands.ts';

/** The time in which failures count is kept as so many slots. */
const slotsOfWindow = 10;
const percentDefault = 50;
const coolDownDoublingsMax = 3;

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Calls of one slot of time: its number, those that succeeded and those that failed. */
type Slot = readonly [slot: number, ok: number, failed: number];

export interface Breaker {
  readonly service: ServiceId;
  readonly state: CircuitState;
  /** The policy's time, of which the slots are. */
  readonly withinMs: number;
  readonly slots: readonly Slot[];
  /** While open: when it is tried again. */
  readonly untilMs?: number | undefined;
  /** Times it opened since it was closed, and successes since it is tried again. */
  readonly trips: number;
  readonly probes: number;
}

export interface CarrierHealth {
  readonly breakers?: readonly Breaker[] | undefined;
  /** Services out of sourcing: the same list as long as it is the same services. */
  readonly cut?: readonly ServiceId[] | undefined;
  readonly embargoes?: readonly Embargo[] | undefined;
}

export type CarrierHealthEvent =
  /** A lane of a carrier is a day or more later than usual, by its last deliveries, or no more. */
  | {
      readonly kind: 'carrier.delayed';
      readonly carrierId: CarrierId;
      /** Service and regions, as tracking.lanes names them in its pages. */
      readonly lane: string;
      readonly state: 'begun' | 'ended';
      readonly delayHours: number;
    }
  | {
      readonly kind: 'carrier.health';
      readonly carrierId: CarrierId;
      readonly service: ServiceId;
      readonly state: CircuitState;
      /** While open: when it is tried again. */
      readonly untilMs?: number | undefined;
    }
  | {
      readonly kind: 'carrier.embargoed';
      readonly carrierId: CarrierId;
      readonly embargoId: string;
      readonly state: 'begun' | 'ended';
      readonly service?: ServiceId | undefined;
      readonly reason: string;
      readonly untilMs?: number | undefined;
    };

const codeOf = (postalCode: string | undefined): string =>
  (postalCode ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** Whether an embargo concerns a destination; without one, only an embargo of everywhere does. */
function isTo({ to }: Embargo, destination: Destination | undefined): boolean {
  if (to === undefined) return true;
  if (destination === undefined) return false;
  const code = codeOf(destination.postalCode);
  return to.some(
    ({ country, postalPrefixes }) =>
      country === destination.country &&
      (postalPrefixes === undefined || postalPrefixes.some((prefix) => code.startsWith(prefix))),
  );
}

/** Why a service takes nothing to a destination; undefined: it does. */
export function obstacleTo(
  { cut, embargoes }: CarrierHealth,
  service: ServiceId,
  destination: Destination | undefined,
): 'circuit-open' | 'embargo' | undefined {
  if (cut?.includes(service) === true) return 'circuit-open';
  const isIts = (one: Embargo): boolean => one.service === undefined || one.service === service;
  return embargoes?.some((one) => isIts(one) && isTo(one, destination)) === true ? 'embargo' : undefined;
}

/** Whether two moments of a carrier offer the same as far as its health goes. */
export const isSameOffer = (a: CarrierHealth | undefined, b: CarrierHealth | undefined): boolean =>
  a?.cut === b?.cut && a?.embargoes === b?.embargoes;

/** Undefined: there is nothing to say. */
function healthOf(
  breakers: readonly Breaker[],
  embargoes: readonly Embargo[] | undefined,
  before: CarrierHealth | undefined,
): CarrierHealth | undefined {
  if (breakers.length === 0 && embargoes === undefined) return undefined;
  const open = breakers.flatMap(({ state, service }) => (state === 'open' ? [service] : []));
  const isSame = open.length === (before?.cut?.length ?? 0) && open.every((one, at) => before?.cut?.[at] === one);
  const cut = isSame ? before?.cut : open.length === 0 ? undefined : open;
  return { breakers: breakers.length === 0 ? undefined : breakers, cut, embargoes };
}

const replaced = (all: readonly Breaker[] | undefined, service: ServiceId, by: Breaker | undefined): Breaker[] => {
  const others = (all ?? []).filter((one) => one.service !== service);
  return by === undefined ? others : [...others, by].sort((a, b) => (a.service < b.service ? -1 : 1));
};

const fresh = (service: ServiceId, withinMs: number): Breaker =>
  ({ service, state: 'closed', withinMs, slots: [], trips: 0, probes: 0 });

function opened(breaker: Breaker, { coolDownMs }: BreakerPolicy, atMs: number): Breaker {
  const untilMs = atMs + coolDownMs * 2 ** Math.min(coolDownDoublingsMax, breaker.trips);
  return { ...breaker, state: 'open', slots: [], untilMs, trips: breaker.trips + 1, probes: 0 };
}

function counted(breaker: Breaker, policy: BreakerPolicy, isOk: boolean, atMs: number): Breaker {
  const slot = Math.floor(atMs / (policy.withinMs / slotsOfWindow));
  const slots = breaker.slots.filter(([number]) => number > slot - slotsOfWindow && number !== slot);
  const [, ok, failed] = breaker.slots.find(([number]) => number === slot) ?? [slot, 0, 0];
  slots.push([slot, ok + Number(isOk), failed + Number(!isOk)]);
  const failures = slots.reduce((sum, [, , more]) => sum + more, 0);
  const calls = slots.reduce((sum, [, fine, bad]) => sum + fine + bad, 0);
  const isTooMany = failures >= policy.failures && failures * 100 >= (policy.percent ?? percentDefault) * calls;
  return isTooMany ? opened(breaker, policy, atMs) : { ...breaker, slots };
}

/** What a call that ended makes of a carrier. @param policy of the service; undefined: it has no circuit. */
export function reported(
  health: CarrierHealth | undefined,
  service: ServiceId,
  policy: BreakerPolicy | undefined,
  isOk: boolean,
  atMs: number,
): CarrierHealth | undefined {
  const known = health?.breakers?.find((one) => one.service === service);
  const breakers = replaced(health?.breakers, service, after(known, service, policy, isOk, atMs));
  return healthOf(breakers, health?.embargoes, health);
}

function after(
  known: Breaker | undefined,
  service: ServiceId,
  policy: BreakerPolicy | undefined,
  isOk: boolean,
  atMs: number,
): Breaker | undefined {
  if (policy === undefined) return undefined;
  // A call that ends while it is open was made before.
  if (known?.state === 'open') return known;
  if (known?.state === 'half-open') {
    if (!isOk) return opened(known, policy, atMs);
    const probes = known.probes + 1;
    return probes >= (policy.probes ?? 1) ? undefined : { ...known, probes };
  }
  const isOther = known === undefined || known.withinMs !== policy.withinMs;
  return counted(isOther ? fresh(service, policy.withinMs) : known, policy, isOk, atMs);
}

/** When something of a carrier's health ends by itself next. */
export function healthDueMs(health: CarrierHealth | undefined): number | undefined {
  const times = [...(health?.breakers ?? []), ...(health?.embargoes ?? [])].flatMap(({ untilMs }) => untilMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What time makes of it: circuits are tried again, embargoes are over. */
export function healthAt(health: CarrierHealth, atMs: number): CarrierHealth | undefined {
  const isPast = ({ untilMs }: { readonly untilMs?: number | undefined }): boolean =>
    untilMs !== undefined && untilMs <= atMs;
  const breakers = (health.breakers ?? []).map((one): Breaker =>
    isPast(one) ? { ...one, state: 'half-open', untilMs: undefined } : one,
  );
  const left = health.embargoes?.filter((one) => !isPast(one));
  return healthOf(breakers, left?.length === health.embargoes?.length ? health.embargoes : some(left), health);
}

const some = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list;

/** With an embargo put, or with the one of that name gone. */
export function embargoed(
  health: CarrierHealth | undefined,
  embargoId: string,
  by: Embargo | undefined,
): CarrierHealth | undefined {
  const others = (health?.embargoes ?? []).filter((one) => one.embargoId !== embargoId);
  const all = by === undefined ? others : [...others, by];
  return healthOf(health?.breakers ?? [], some(all), health);
}

/** What two moments of a carrier's health differ in, as news: circuits by their services, then embargoes. */
export function healthNews(
  carrierId: CarrierId,
  before: CarrierHealth | undefined,
  after: CarrierHealth | undefined,
): CarrierHealthEvent[] {
  const events: CarrierHealthEvent[] = [];
  const names = [...(before?.breakers ?? []), ...(after?.breakers ?? [])].map(({ service }) => service);
  for (const service of [...new Set(names)].sort()) {
    const was = before?.breakers?.find((one) => one.service === service);
    const is = after?.breakers?.find((one) => one.service === service);
    const [had, state] = [was?.state ?? 'closed', is?.state ?? 'closed'];
    if (had !== state) events.push({ kind: 'carrier.health', carrierId, service, state, untilMs: is?.untilMs });
  }
  const told = ({ embargoId, service, reason, untilMs }: Embargo, state: 'begun' | 'ended'): CarrierHealthEvent =>
    ({ kind: 'carrier.embargoed', carrierId, embargoId, state, service, reason, untilMs });
  const [had, has] = [before?.embargoes ?? [], after?.embargoes ?? []];
  const isStill = (one: Embargo): boolean => has.some(({ embargoId }) => embargoId === one.embargoId);
  for (const one of had) if (!isStill(one)) events.push(told(one, 'ended'));
  for (const one of has) if (!had.includes(one)) events.push(told(one, 'begun'));
  return events;
}
