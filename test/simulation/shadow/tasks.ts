/** The commands on tasks, in the shadow: what each must answer, and why not. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import type { TaskState } from '../../../actors/task-context.ts';
import { followOne, giveBack, isWithTerminal, scannedOf, see, setTask, sum, taskKeyOf, unitsOf, type ShadowTask, type TaskLine } from './floor.ts';
import * as orderCommands from './order-commands.ts';
import type { Doing } from './orders.ts';
import type { ShadowOrder } from './state.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

type TaskBody = CommandBody<'task.ack'>;

/** Go on with a task that its terminal holds; answered with where it stands unless refused. */
export function withTask(doing: Doing, body: TaskBody, go: (task: ShadowTask, order: ShadowOrder) => Verdict | undefined, repeats?: (task: ShadowTask) => boolean): Verdict {
  const { shadow } = doing;
  const { terminalId, orderId, fulfillmentId } = body;
  const terminal = shadow.terminals.get(terminalId);
  if (terminal === undefined) return no('unknown-terminal', 'body.terminalId');
  const order = shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === fulfillmentId);
  const part = order.parts[index];
  if (part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  if (part.location !== terminal.says.location) return no('wrong-location', 'body.terminalId');
  const task = shadow.tasks.get(taskKeyOf(orderId, index));
  if (task === undefined || !isWithTerminal(task) || task.terminal !== terminalId) {
    if (task === undefined || repeats?.(task) !== true) return no('not-held', 'body.terminalId');
    const { length } = (body as CommandBody<'task.scan'>).scans;
    return taskAnswer(task, { repeated: length });
  }
  see(doing, terminalId);
  return go(task, order) ?? taskAnswer(shadow.tasks.get(taskKeyOf(orderId, index)) as ShadowTask);
}

function taskAnswer(task: ShadowTask, more: object = {}): Verdict {
  return { ok: { orderId: task.orderId, fulfillmentId: String(task.index + 1), state: task.state, units: unitsOf(task), scanned: scannedOf(task), ...more } };
}

/** How far a task is that somebody has begun with. */
const stageOf = ({ parcels, manifest }: ShadowTask): TaskState =>
  parcels.length === 0 ? 'picking' : manifest !== undefined ? 'manifested' : parcels.some(({ label }) => label === undefined) ? 'packed' : 'labelled';

export function ack(doing: Doing, body: TaskBody): Verdict {
  return withTask(doing, body, (task, order) => {
    if (task.state !== 'leased') return no('wrong-state');
    const state = stageOf(task);
    const begun = setTask(doing, task, { state, isStarted: true });
    if (order.parts[task.index]?.state === 'released') {
      const picked = orderCommands.pick(doing, body);
      if (isRefused(picked)) return picked;
    }
    const now = doing.shadow.orders.get(order.id) as ShadowOrder;
    const lots = now.parts[task.index]?.lots?.map(({ line, lot, quantity }) => ({ lineId: now.lines[line]?.lineId, lot, quantity }));
    return taskAnswer(begun, { lots });
  });
}

interface Judged {
  readonly fresh: ShadowTask['scans'];
  readonly repeated: number;
}

function judge(task: ShadowTask, asked: CommandBody<'task.scan'>['scans']): Judged | Verdict {
  const fresh: ShadowTask['scans'][number][] = [];
  let repeated = 0;
  for (const [index, { scanId, sku, quantity = 1 }] of asked.entries()) {
    const before = [...task.scans, ...fresh].find((one) => one.scanId === scanId);
    const skuOf = (lineId: string): string => task.lines.find((line) => line.lineId === lineId)?.sku ?? sku;
    if (before !== undefined) {
      if (before.quantity !== quantity || skuOf(before.lineId) !== sku) return no('duplicate', `body.scans[${index}].scanId`);
      repeated += 1;
      continue;
    }
    const ofIt = task.lines.filter((line) => line.sku === sku);
    if (ofIt.length === 0) return no('unknown-sku', `body.scans[${index}].sku`);
    const now = ({ lineId }: TaskLine): number => sum(fresh.filter((one) => one.lineId === lineId).map((one) => one.quantity));
    const line = ofIt.find((one) => one.quantity - one.scanned - now(one) >= quantity);
    if (line === undefined) return no('not-enough', `body.scans[${index}].quantity`);
    fresh.push({ scanId, lineId: line.lineId, quantity });
  }
  return { fresh, repeated };
}

export function scan(doing: Doing, body: CommandBody<'task.scan'>): Verdict {
  const repeats = (task: ShadowTask): boolean => {
    const judged = judge(task, body.scans);
    return 'fresh' in judged && judged.fresh.length === 0;
  };
  return withTask(doing, body, (task) => {
    const judged = judge(task, body.scans);
    if (!('fresh' in judged)) return judged;
    const { fresh, repeated } = judged;
    const more = repeated === 0 ? {} : { repeated };
    if (fresh.length === 0) return taskAnswer(task, more);
    if (task.state !== 'picking') return no('wrong-state');
    const lines = task.lines.map((line) => ({ ...line, scanned: line.scanned + sum(fresh.filter(({ lineId }) => lineId === line.lineId).map(({ quantity }) => quantity)) }));
    return taskAnswer(setTask(doing, task, { lines, scans: [...task.scans, ...fresh] }), more);
  }, repeats);
}

export function short(doing: Doing, { body, by }: CommandOf<'task.short'>): Verdict {
  return withTask(doing, body, (task) => {
    if (task.state !== 'picking') return no('wrong-state');
    const asked = new Map<string, number>();
    for (const [index, { lineId, quantity }] of body.lines.entries()) {
      const line = task.lines.find((one) => one.lineId === lineId);
      if (line === undefined) return no('unknown-line', `body.lines[${index}].lineId`);
      asked.set(lineId, (asked.get(lineId) ?? 0) + quantity);
      if ((asked.get(lineId) ?? 0) > line.quantity - line.scanned) return no('not-enough', `body.lines[${index}].quantity`);
    }
    const { orderId, fulfillmentId, lines, reason } = body;
    const gone = orderCommands.short(doing, { orderId, fulfillmentId, lines, reason }, by);
    if (isRefused(gone)) return gone;
    followOne(doing, task);
    return undefined;
  });
}

export function pack(doing: Doing, body: CommandBody<'task.pack'>): Verdict {
  return withTask(doing, body, (task) => {
    if (unitsOf(task) !== scannedOf(task)) return no('wrong-state');
    const packed = new Map<string, number>();
    const isSaid = body.parcels.some(({ lines }) => lines !== undefined);
    const ids = body.parcels.map(({ parcelId }, index) => parcelId ?? String(index + 1));
    for (const [index, { lines }] of body.parcels.entries()) {
      if (ids.indexOf(ids[index] as string) < index) return no('duplicate', `body.parcels[${index}].parcelId`);
      if (isSaid && lines === undefined) return no('contradiction', `body.parcels[${index}].lines`);
      for (const [at, { lineId, quantity }] of (lines ?? []).entries()) {
        const line = task.lines.find((one) => one.lineId === lineId);
        if (line === undefined) return no('unknown-line', `body.parcels[${index}].lines[${at}].lineId`);
        packed.set(lineId, (packed.get(lineId) ?? 0) + quantity);
        if ((packed.get(lineId) ?? 0) > line.quantity) return no('not-enough', `body.parcels[${index}].lines[${at}].quantity`);
      }
    }
    if (isSaid && sum([...packed.values()]) < unitsOf(task)) return no('contradiction', 'body.parcels');
    if (task.state !== 'picking' && task.state !== 'packed') return no('wrong-state');
    setTask(doing, task, { state: 'packed', parcels: body.parcels.map((parcel, index) => ({ ...parcel, parcelId: ids[index] as string })) });
    return undefined;
  });
}

export function label(doing: Doing, body: CommandBody<'task.label'>): Verdict {
  return withTask(doing, body, (task) => {
    const { parcelId, carrier, service, tracking, costMinor } = body;
    if (carrier !== undefined && !doing.shadow.carriers.has(carrier)) return no('unknown-carrier', 'body.carrier');
    if (!task.parcels.some((one) => one.parcelId === parcelId)) return no('unknown-parcel', 'body.parcelId');
    if (task.state !== 'packed' && task.state !== 'labelled') return no('wrong-state');
    const parcels = task.parcels.map((one) => (one.parcelId === parcelId ? { ...one, label: { carrier, service, tracking, costMinor } } : one));
    setTask(doing, task, { parcels, state: stageOf({ ...task, parcels }) });
    return undefined;
  });
}

export function manifest(doing: Doing, body: CommandBody<'task.manifest'>): Verdict {
  return withTask(doing, body, (task) => {
    if (task.state !== 'labelled') return no('wrong-state');
    setTask(doing, task, { manifest: body.manifest, state: 'manifested' });
    return undefined;
  });
}

export function handOver(doing: Doing, body: CommandBody<'task.handOver'>): Verdict {
  return withTask(doing, body, (task) => {
    const labels = task.parcels.flatMap(({ label: one }) => (one === undefined ? [] : [one as { carrier?: string; tracking: string }]));
    if (labels.length > 0 && labels.length < task.parcels.length) return no('wrong-state');
    if (task.parcels.length === 0 || task.state === 'leased') return no('wrong-state');
    setTask(doing, task, { state: 'done', cancelling: undefined });
    const { orderId, fulfillmentId, lines } = body;
    const carrier = (body.carrier ?? labels[0]?.carrier) as typeof body.carrier;
    const tracking = body.tracking ?? labels[0]?.tracking;
    const shipped = orderCommands.ship(doing, { orderId, fulfillmentId, ...(carrier && { carrier }), ...(tracking !== undefined && { tracking }), ...(lines && { lines }) });
    return isRefused(shipped) ? shipped : undefined;
  });
}

export function release(doing: Doing, body: CommandBody<'task.release'>): Verdict {
  return withTask(doing, body, (task) => {
    giveBack(doing, task, body.reason ?? 'given back');
    return undefined;
  });
}
