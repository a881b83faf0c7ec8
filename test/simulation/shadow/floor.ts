/**
 * Terminals and tasks, in the shadow. What waits and who is next are reckoned anew from all orders whenever they are
 * asked for; a task is followed by looking at its part after everything that is done.
 */
import { isOffered } from './offered.ts';
import type { CommandBody } from '../../../actors/commands.ts';
import type { TaskState } from '../../../actors/task-context.ts';
import type { TerminalState } from '../../../actors/terminal-context.ts';
import { shown } from './asked.ts';
import { isClosed } from './order-facts.ts';
import { isKept, leavesBy } from './parts.ts';
import * as orderCommands from './order-commands.ts';
import type { Doing } from './orders.ts';
import { tracked, type Part, type Shadow, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Announced = CommandBody<'terminal.open'>;

export interface ShadowTerminal {
  readonly says: Announced & { readonly leaseMs: number; readonly ackMs: number; readonly graceMs: number; readonly keepMs: number };
  readonly state: 'online' | 'draining' | 'offline';
  readonly isDraining: boolean;
  readonly openedAtMs: number;
  readonly seenAtMs: number;
  readonly lostAtMs: number | undefined;
  readonly reason: string | undefined;
  readonly waves: number;
}

export interface TaskLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly scanned: number;
}

export interface ShadowTask {
  readonly orderId: string;
  readonly index: number;
  readonly location: string;
  readonly shipByMs: number | undefined;
  readonly state: TaskState;
  readonly lines: readonly TaskLine[];
  readonly terminal: string | undefined;
  readonly wave: number | undefined;
  readonly leasedAtMs: number;
  readonly isStarted: boolean;
  readonly scans: readonly { readonly scanId: string; readonly lineId: string; readonly quantity: number }[];
  readonly parcels: readonly { readonly parcelId: string; readonly weightGrams: number; readonly label?: object | undefined }[];
  readonly manifest: string | undefined;
  readonly cancelling: object | undefined;
  readonly reason: string | undefined;
}

export const taskKeyOf = (orderId: string, index: number): string => `${index + 1}/${orderId}`;
const isOver = ({ state }: ShadowTask): boolean => state === 'done' || state === 'gone';
export const isWithTerminal = (task: ShadowTask): boolean => !isOver(task) && task.state !== 'waiting';
export const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
export const unitsOf = ({ lines }: Pick<ShadowTask, 'lines'>): number => sum(lines.map(({ quantity }) => quantity));
export const scannedOf = ({ lines }: Pick<ShadowTask, 'lines'>): number => sum(lines.map(({ scanned }) => scanned));
export const isTouched = (task: ShadowTask): boolean => task.parcels.length > 0 || scannedOf(task) > 0;

export function heldBy(shadow: Shadow, id: string): ShadowTask[] {
  const held = [...shadow.tasks.values()].filter((task) => isWithTerminal(task) && task.terminal === id);
  return held.sort((a, b) => a.leasedAtMs - b.leasedAtMs || (taskKeyOf(a.orderId, a.index) < taskKeyOf(b.orderId, b.index) ? -1 : 1));
}

function setTerminal({ shadow, events }: Doing, id: string, now: ShadowTerminal | undefined, told: TerminalState | undefined, reason = now?.reason): void {
  const location = (now ?? shadow.terminals.get(id))?.says.location;
  shadow.set(shadow.terminals, id, now);
  if (told !== undefined) events.push({ kind: 'terminal.changed', terminalId: id, location, state: told, reason });
}

export function setTask({ shadow, events }: Doing, before: ShadowTask, change: Partial<ShadowTask>, withLines = false): ShadowTask {
  const now = { ...before, ...change };
  shadow.set(shadow.tasks, taskKeyOf(now.orderId, now.index), now);
  const isNew = now.state === 'leased' && before.state === 'waiting';
  events.push({
    kind: 'task.changed', orderId: now.orderId, fulfillmentId: String(now.index + 1), location: now.location,
    terminal: now.terminal ?? before.terminal, state: now.state, wave: now.wave, units: unitsOf(now), scanned: scannedOf(now),
    shipByMs: isNew ? now.shipByMs : undefined, lines: isNew || withLines ? now.lines : undefined, cancelling: now.cancelling, reason: now.reason,
  });
  return now;
}

function answer(shadow: Shadow, id: string, location: string): Verdict {
  return { ok: { terminalId: id, location, state: shadow.terminals.get(id)?.state ?? 'closed', holding: heldBy(shadow, id).length } };
}

function close(doing: Doing, id: string, reason: string | undefined): void {
  setTerminal(doing, id, undefined, 'closed', reason);
}

export function open(doing: Doing, body: Announced): Verdict {
  const { shadow, atMs } = doing;
  const { terminalId: id, location } = body;
  if (!shadow.locations.has(location)) return no('unknown-location', 'body.location');
  const known = shadow.terminals.get(id);
  if (known !== undefined && known.says.location !== location) return no('wrong-location', 'body.location');
  const says = { leaseMs: 60_000, ackMs: 120_000, graceMs: 15_000, keepMs: 1_800_000, ...body };
  const since = { openedAtMs: known?.openedAtMs ?? atMs, waves: known?.waves ?? 0 };
  setTerminal(doing, id, { says, ...since, state: 'online', isDraining: false, seenAtMs: atMs, lostAtMs: undefined, reason: undefined }, 'online');
  return answer(shadow, id, location);
}

export function see(doing: Doing, id: string): void {
  const one = doing.shadow.terminals.get(id) as ShadowTerminal;
  // Heard of already at this instant: nothing of it is another.
  if (one.state === 'online' && one.seenAtMs === doing.atMs && one.reason === undefined) return;
  const state = one.isDraining ? ('draining' as const) : ('online' as const);
  const now = { ...one, state, seenAtMs: doing.atMs, lostAtMs: undefined, reason: one.isDraining ? one.reason : undefined };
  setTerminal(doing, id, now, one.state === 'offline' ? state : undefined);
}

function lose(doing: Doing, id: string, reason: string): void {
  const one = doing.shadow.terminals.get(id) as ShadowTerminal;
  setTerminal(doing, id, { ...one, state: 'offline', lostAtMs: doing.atMs, reason }, 'offline');
}

const socket = 'its socket was lost';

export function about(doing: Doing, kind: 'terminal.beat' | 'terminal.lose' | 'terminal.close', body: CommandBody<'terminal.close'>): Verdict {
  const { shadow } = doing;
  const { terminalId: id } = body;
  const one = shadow.terminals.get(id);
  if (one === undefined) return no('unknown-terminal', 'body.terminalId');
  if (kind === 'terminal.beat') {
    see(doing, id);
    closeDrained(doing);
  } else if (kind === 'terminal.lose') {
    if (one.state !== 'offline') lose(doing, id, socket);
  } else {
    takeBack(doing, id, body.now === true, body.reason ?? 'its terminal closes');
    if (heldBy(shadow, id).length === 0) close(doing, id, body.reason);
    else {
      const state = one.state === 'offline' ? ('offline' as const) : ('draining' as const);
      setTerminal(doing, id, { ...one, isDraining: true, state, reason: body.reason }, state);
    }
  }
  return answer(shadow, id, one.says.location);
}

function takeBack(doing: Doing, id: string, isAll: boolean, reason: string): void {
  for (const task of heldBy(doing.shadow, id)) if (isAll || !isTouched(task)) giveBack(doing, task, reason);
}

export function giveBack(doing: Doing, task: ShadowTask, reason: string): void {
  const isStarted = task.isStarted && isTouched(task);
  setTask(doing, task, { state: 'waiting', terminal: undefined, wave: undefined, reason, isStarted });
  if (task.isStarted && !isStarted) orderCommands.unpick(doing, task.orderId, task.index);
}

/** Something of a terminal may be due. */
export function due(doing: Doing, id: string): void {
  const { shadow, atMs } = doing;
  const one = shadow.terminals.get(id);
  if (one === undefined) return;
  const { says, seenAtMs, lostAtMs, reason } = one;
  const held = heldBy(shadow, id);
  if (lostAtMs === undefined) {
    const isSilent = seenAtMs + says.leaseMs <= atMs;
    if (!isSilent && !held.some((task) => task.state === 'leased' && task.leasedAtMs + says.ackMs <= atMs)) return;
    const why = isSilent ? 'it was silent for too long' : 'it did not acknowledge a task in time';
    lose(doing, id, why);
    takeBack(doing, id, false, why);
    return;
  }
  const isOverdue = lostAtMs + says.keepMs <= atMs;
  const isGraceOver = lostAtMs + (reason === socket ? says.graceMs : 0) <= atMs;
  if (!isOverdue && !(isGraceOver && held.some((task) => !isTouched(task)))) return;
  takeBack(doing, id, isOverdue, reason ?? socket);
  if (isOverdue) close(doing, id, reason);
}

/** Tasks follow what became of their parts. */
export function follow(doing: Doing): void {
  const { shadow } = doing;
  const byOrder = (a: ShadowTask, b: ShadowTask): number => (a.orderId === b.orderId ? a.index - b.index : a.orderId < b.orderId ? -1 : 1);
  for (const task of [...shadow.tasks.values()].filter((one) => !isOver(one)).sort(byOrder)) followOne(doing, task);
  closeDrained(doing);
}

export function followOne(doing: Doing, task: ShadowTask): void {
  const order = doing.shadow.orders.get(task.orderId);
  const part = order?.parts[task.index];
  if (order === undefined || part === undefined) throw new Error(`a task without its part: ${task.orderId}`);
  const end = (reason: string): ShadowTask => setTask(doing, task, { state: 'gone', cancelling: undefined, reason });
  if (part.state === 'cancelled') return void end('its units are wanted no more, or elsewhere');
  if (part.state === 'shipped' || part.state === 'delivered') return void end('others shipped it');
  if (part.state === 'picking' && !task.isStarted) return void end('others pick it');
  let now = task;
  const wanted = part.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId ?? '', quantity }));
  if (JSON.stringify(wanted) !== JSON.stringify(task.lines.map(({ lineId, quantity }) => ({ lineId, quantity })))) {
    const lines = task.lines.flatMap((line) => {
      const quantity = wanted.find(({ lineId }) => lineId === line.lineId)?.quantity ?? 0;
      return quantity === 0 ? [] : [{ ...line, quantity, scanned: Math.min(quantity, line.scanned) }];
    });
    for (const { line, quantity } of part.units) {
      const { lineId = '', sku = '' } = order.lines[line] ?? {};
      if (!task.lines.some((one) => one.lineId === lineId)) lines.push({ lineId, sku, quantity, scanned: 0 });
    }
    const state = ['packed', 'labelled', 'manifested'].includes(task.state) ? ('picking' as const) : task.state;
    now = setTask(doing, task, { lines, state, parcels: [], manifest: undefined }, true);
  }
  if (JSON.stringify(shown(order, part.asked)) !== JSON.stringify(now.cancelling)) now = setTask(doing, now, { cancelling: shown(order, part.asked) });
  if (now.state !== 'leased' || part.state !== 'released' || !isKept(order, part)) return;
  setTask(doing, now, { state: 'waiting', terminal: undefined, wave: undefined, reason: 'it is held', isStarted: false });
}

function closeDrained(doing: Doing): void {
  const { shadow } = doing;
  for (const id of [...shadow.terminals.keys()].sort()) {
    const one = shadow.terminals.get(id);
    if (one?.isDraining === true && heldBy(shadow, id).length === 0) close(doing, id, one.reason);
  }
}

export interface Queued {
  readonly order: ShadowOrder;
  readonly index: number;
  readonly part: Part;
  readonly units: number;
  readonly zone: string;
  readonly needs: readonly string[];
  readonly deliverByMs: number | undefined;
}

/** What waits for a terminal at a location, the first to be given first. */
export function queueAt(shadow: Shadow, location: string): Queued[] {
  const queued = [...shadow.orders.values()].flatMap((order) =>
    isClosed(order) ? [] : order.parts.flatMap((part, index) => (part.location === location && isQueued(shadow, order, part, index) ? [queuedOf(shadow, order, part, index)] : [])),
  );
  const last = Number.MAX_SAFE_INTEGER;
  const rank = ({ part, deliverByMs, order }: Queued): number[] => [leavesBy(order, part) ?? last, deliverByMs ?? last, order.placedAtMs];
  return queued.sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((one, place) => one !== right[place]);
    if (at >= 0) return (left[at] as number) - (right[at] as number);
    return taskKeyOf(a.order.id, a.index) < taskKeyOf(b.order.id, b.index) ? -1 : 1;
  });
}

function isQueued(shadow: Shadow, order: ShadowOrder, part: Part, index: number): boolean {
  const task = shadow.tasks.get(taskKeyOf(order.id, index));
  if (isOffered(part)) return false;
  if (part.state === 'released') return !isKept(order, part) && (task === undefined || task.state === 'waiting');
  return part.state === 'picking' && task?.state === 'waiting';
}

function queuedOf(shadow: Shadow, order: ShadowOrder, part: Part, index: number): Queued {
  const traits = tracked(part).map(({ line }) => shadow.items.get(order.lines[line]?.sku ?? '')?.item.attributes ?? {});
  const named = (name: string): string[] => traits.flatMap((of) => (of[name] === undefined ? [] : [String(of[name])]));
  return {
    order, index, part,
    units: sum(part.units.map(({ quantity }) => quantity)),
    zone: named('zone').find((zone) => zone !== '') ?? '',
    needs: [...new Set(named('needs'))].sort(),
    deliverByMs: order.promisedByMs ?? part.deliverByMs,
  };
}

/** A terminal of a location is given what is next for it, if anything is. */
export function deal(doing: Doing, location: string): void {
  const { shadow, atMs } = doing;
  const there = [...shadow.terminals].flatMap(([id, one]) => (one?.says.location === location && one.state === 'online' ? [{ id, one, held: heldBy(shadow, id) }] : []));
  if (there.length === 0) return;
  const queue = queueAt(shadow, location);
  there.sort((a, b) => a.held.length - b.held.length || (a.id < b.id ? -1 : 1));
  for (const { id, one, held } of there) {
    const { wave, capacity, unitsMax = Infinity } = one.says;
    const room = wave === undefined ? Math.min(1, capacity - held.length) : held.length > 0 ? 0 : Math.min(wave, capacity);
    if (room <= 0) continue;
    const left = unitsMax - sum(held.map(unitsOf));
    const given = waveFor(queue.filter((next) => mayTake(one, next)), room, left, held.length);
    if (given.length === 0) continue;
    if (wave !== undefined) setTerminal(doing, id, { ...one, waves: one.waves + 1 }, undefined);
    for (const next of given) lease(doing, next, id, wave === undefined ? undefined : one.waves + 1, atMs);
    return;
  }
}

function mayTake({ says }: ShadowTerminal, { zone, needs }: Queued): boolean {
  return (zone === '' || says.zones === undefined || says.zones.includes(zone)) && needs.every((need) => says.capabilities?.includes(need) === true);
}

function waveFor(queue: readonly Queued[], room: number, unitsLeft: number, holding: number): Queued[] {
  const [first] = queue;
  if (first === undefined || (holding > 0 && first.units > unitsLeft)) return [];
  const skusOf = ({ order, part }: Queued): string[] => part.units.map(({ line }) => order.lines[line]?.sku ?? '');
  const alike = queue.filter(({ zone, needs }) => zone === first.zone && needs.join() === first.needs.join()).slice(1, 33);
  const akin = (one: Queued): boolean => skusOf(one).some((sku) => skusOf(first).includes(sku));
  const given = [first];
  let left = unitsLeft - first.units;
  for (const next of [...alike.filter(akin), ...alike.filter((one) => !akin(one))]) {
    if (given.length < room && next.units <= left) {
      given.push(next);
      left -= next.units;
    }
  }
  return given;
}

function lease(doing: Doing, { order, index, part }: Queued, terminal: string, wave: number | undefined, atMs: number): void {
  const { shadow } = doing;
  const lines = part.units.map(({ line, quantity }) => ({ lineId: order.lines[line]?.lineId ?? '', sku: order.lines[line]?.sku ?? '', quantity, scanned: 0 }));
  const fresh: ShadowTask = {
    orderId: order.id, index, location: part.location, shipByMs: leavesBy(order, part), state: 'waiting', lines, terminal: undefined, wave: undefined,
    leasedAtMs: 0, isStarted: false, scans: [], parcels: [], manifest: undefined, cancelling: shown(order, part.asked), reason: undefined,
  };
  setTask(doing, shadow.tasks.get(taskKeyOf(order.id, index)) ?? fresh, { state: 'leased', terminal, wave, leasedAtMs: atMs, reason: undefined });
}
