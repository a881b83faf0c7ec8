/** How carriers do, in the shadow: every call since a circuit was closed, counted anew each time. */
import type { BreakerPolicy, Embargo } from '../../../actors/carrier-commands.ts';
import type { Command } from '../../../actors/commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import type { Doing } from './orders.ts';
import { no, type Verdict } from './verdict.ts';

interface Circuit {
  readonly service: string;
  readonly state: 'closed' | 'open' | 'half-open';
  readonly withinMs: number;
  /** Calls that ended while it was closed. */
  readonly calls: readonly { readonly ok: boolean; readonly atMs: number }[];
  readonly untilMs: number | undefined;
  readonly trips: number;
  readonly probes: number;
}

export interface ShadowHealth {
  readonly circuits: readonly Circuit[];
  readonly embargoes: readonly Embargo[];
}

const none: ShadowHealth = { circuits: [], embargoes: [] };

const slotOf = (atMs: number, withinMs: number): number => Math.floor(atMs / (withinMs / 10));

/** Calls that count with the last one: of its tenth of the time, and of the nine before. */
function recent({ calls, withinMs }: Circuit): Circuit['calls'] {
  const last = slotOf(calls.at(-1)?.atMs ?? 0, withinMs);
  return calls.filter(({ atMs }) => slotOf(atMs, withinMs) > last - 10);
}

function slotsOf(circuit: Circuit): unknown[] {
  if (circuit.state !== 'closed') return [];
  const calls = recent(circuit).map(({ ok, atMs }) => ({ ok, slot: slotOf(atMs, circuit.withinMs) }));
  const numbers = [...new Set(calls.map(({ slot }) => slot))];
  const count = (slot: number, isOk: boolean): number => calls.filter((one) => one.slot === slot && one.ok === isOk).length;
  return numbers.map((slot) => [slot, count(slot, true), count(slot, false)]);
}

/** As the engine writes it. */
export function healthOf(health: ShadowHealth | undefined): unknown {
  if (health === undefined || (health.circuits.length === 0 && health.embargoes.length === 0)) return undefined;
  const { circuits, embargoes } = health;
  const breakers = circuits.map((one) => ({ service: one.service, state: one.state, withinMs: one.withinMs, slots: slotsOf(one), untilMs: one.untilMs, trips: one.trips, probes: one.probes }));
  const cut = circuits.filter(({ state }) => state === 'open').map(({ service }) => service);
  const list = <T>(all: readonly T[]): readonly T[] | undefined => (all.length === 0 ? undefined : all);
  return { breakers: list(breakers), cut: list(cut), embargoes: list(embargoes) };
}

/** Why a service takes nothing to a destination. */
export function obstacle(health: ShadowHealth | undefined, service: string, to: Destination | undefined): 'circuit-open' | 'embargo' | undefined {
  if (health === undefined) return undefined;
  if (health.circuits.some((one) => one.service === service && one.state === 'open')) return 'circuit-open';
  const letters = [...(to?.postalCode ?? '').toUpperCase()].filter((letter) => /[A-Z0-9]/.test(letter)).join('');
  const isHere = ({ country, postalPrefixes = [''] }: NonNullable<Embargo['to']>[number]): boolean => country === to?.country && postalPrefixes.some((prefix) => letters.startsWith(prefix));
  const isMeant = (one: Embargo): boolean => (one.service ?? service) === service && (one.to === undefined || one.to.some(isHere));
  return health.embargoes.some(isMeant) ? 'embargo' : undefined;
}

type Kinds = 'carrier.report' | 'carrier.embargo' | 'carrier.lift';

export function change(doing: Doing, { kind, body }: Extract<Command, { kind: Kinds }>): Verdict {
  const { shadow, atMs } = doing;
  const carrier = shadow.carriers.get(body.carrierId);
  if (carrier === undefined) return no('unknown-carrier', 'body.carrierId');
  const { card, health = none } = carrier;
  const offered: readonly string[] = (card.services ?? [{ id: 'standard' }]).map(({ id }) => id);
  const named = 'service' in body ? body.service : undefined;
  if (named !== undefined && !offered.includes(named)) return no('unknown-service', 'body.service');
  if (kind === 'carrier.lift') {
    if (!health.embargoes.some(({ embargoId }) => embargoId === body.embargoId)) return no('unknown-embargo', 'body.embargoId');
    put(doing, body.carrierId, { ...health, embargoes: health.embargoes.filter(({ embargoId }) => embargoId !== body.embargoId) });
    return { ok: { id: body.carrierId, embargoId: body.embargoId } };
  }
  if (kind === 'carrier.embargo') {
    const { carrierId, ...embargo } = body;
    const { untilMs } = embargo;
    if (untilMs !== undefined && (untilMs <= atMs || untilMs - atMs > 365 * 86_400_000)) return no('over-limit', 'body.untilMs');
    const others = health.embargoes.filter(({ embargoId }) => embargoId !== body.embargoId);
    put(doing, carrierId, { ...health, embargoes: [...others, embargo] }, embargo);
    return { ok: { id: carrierId, embargoId: embargo.embargoId } };
  }
  const service = body.service ?? 'standard';
  if (!offered.includes(service)) return no('unknown-service', 'body.service');
  const { orderId, what } = body;
  if (orderId !== undefined && what !== 'label' && what !== 'rate') return no('contradiction', 'body.orderId');
  if (orderId !== undefined && !shadow.orders.has(orderId)) return no('unknown-order', 'body.orderId');
  const policy = card.services?.find(({ id }) => id === service)?.breaker ?? card.breaker;
  const circuit = called(health.circuits.find((one) => one.service === service), service, policy, body.ok, atMs);
  const circuits = [...health.circuits.filter((one) => one.service !== service), ...(circuit === undefined ? [] : [circuit])];
  put(doing, body.carrierId, { ...health, circuits: circuits.sort((a, b) => (a.service < b.service ? -1 : 1)) });
  return { ok: { id: body.carrierId, service, state: circuit?.state ?? 'closed', untilMs: circuit?.untilMs } };
}

function called(known: Circuit | undefined, service: string, policy: BreakerPolicy | undefined, ok: boolean, atMs: number): Circuit | undefined {
  if (policy === undefined || known?.state === 'open') return policy === undefined ? undefined : known;
  if (known?.state === 'half-open' && ok) return known.probes + 1 >= (policy.probes ?? 1) ? undefined : { ...known, probes: known.probes + 1 };
  const isKept = known !== undefined && (known.state === 'half-open' || known.withinMs === policy.withinMs);
  const before = isKept ? known : { service, state: 'closed' as const, withinMs: policy.withinMs, calls: [], untilMs: undefined, trips: 0, probes: 0 };
  const now = { ...before, calls: [...before.calls, { ok, atMs }] };
  const all = recent(now);
  const failed = all.filter((one) => !one.ok).length;
  const isOver = before.state === 'half-open' || (failed >= policy.failures && failed / all.length >= (policy.percent ?? 50) / 100);
  if (!isOver) return now;
  const factor = [1, 2, 4, 8][before.trips] ?? 8;
  return { ...before, state: 'open', calls: [], untilMs: atMs + policy.coolDownMs * factor, trips: before.trips + 1, probes: 0 };
}

/** @param put an embargo that is told of even where one of its name is there. */
function put({ shadow, events }: Doing, id: string, after: ShadowHealth, begun?: Embargo): void {
  const carrier = shadow.carriers.get(id);
  if (carrier === undefined) return;
  const before = carrier.health ?? none;
  if (healthOf(before) === undefined && healthOf(after) === undefined) return;
  shadow.set(shadow.carriers, id, { ...carrier, health: after });
  const stateOf = (health: ShadowHealth, service: string): string => health.circuits.find((one) => one.service === service)?.state ?? 'closed';
  const services = [...new Set([...before.circuits, ...after.circuits].map(({ service }) => service))].sort();
  for (const service of services.filter((one) => stateOf(before, one) !== stateOf(after, one))) {
    const untilMs = after.circuits.find((one) => one.service === service)?.untilMs;
    events.push({ kind: 'carrier.health', carrierId: id, service, state: stateOf(after, service), untilMs });
  }
  const tell = ({ embargoId, service, reason, untilMs }: Embargo, state: string): number =>
    events.push({ kind: 'carrier.embargoed', carrierId: id, embargoId, state, service, reason, untilMs });
  for (const one of before.embargoes) if (!after.embargoes.some(({ embargoId }) => embargoId === one.embargoId)) tell(one, 'ended');
  if (begun !== undefined) tell(begun, 'begun');
}

/** Circuits whose time is over are tried again, embargoes whose time is over end. */
export function due(doing: Doing, id: string): void {
  const { health } = doing.shadow.carriers.get(id) ?? {};
  if (health === undefined) return;
  const isPast = ({ untilMs = Infinity }: { readonly untilMs?: number | undefined }): boolean => untilMs <= doing.atMs;
  if (![...health.circuits, ...health.embargoes].some(isPast)) return;
  const circuits = health.circuits.map((one) => (isPast(one) ? { ...one, state: 'half-open' as const, untilMs: undefined } : one));
  put(doing, id, { circuits, embargoes: health.embargoes.filter((one) => !isPast(one)) });
}
