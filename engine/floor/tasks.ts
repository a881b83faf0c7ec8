/** Commands on tasks, by the terminals that hold them. */
import type { Command, CommandBody, CommandOf } from '../../actors/commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { judgeParcels, judgeScans, shortOfTask } from '../../actors/task-checks.ts';
import type { TaskAnswer, TaskContext, TaskMessage, TaskState } from '../../actors/task-context.ts';
import { scannedOfTask, unitsOfTask } from '../../actors/task-lines.ts';
import type { Fulfillment, OrderAnswer } from '../../actors/vocabulary.ts';
import { must, unreachable } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import { done, refuse, refused, type Handled } from '../commands/handled.ts';
import { pickFulfillment, shipFulfillment, shortFulfillment } from '../commands/orders.ts';
import { substitute } from '../commands/substitute.ts';
import type { Core } from '../core.ts';
import type { TaskCell } from './cells.ts';
import { isHeldBy } from './floor.ts';
import { followOrder } from './follow.ts';
import { giveBack } from './give-back.ts';
import { tellTask } from './tell.ts';
import { seen } from './terminals.ts';

export type TaskCommand = Extract<Command, { readonly kind: `task.${string}` }>;

/** A task that its terminal holds. */
interface Held {
  readonly task: TaskCell;
  readonly context: TaskContext;
  readonly order: OrderCell;
  readonly part: Fulfillment;
}

export function changeTask(core: Core, command: TaskCommand, atMs: number): Handled {
  const { kind, body } = command;
  const held = heldTask(core, command, atMs);
  if ('ok' in held || 'refused' in held) return held;
  const tell = (message: TaskMessage): Handled => told(core, held, message);
  switch (kind) {
    case 'task.ack':
      return begin(core, held, atMs);
    case 'task.scan': {
      const scans = judgeScans(held.context, body.scans);
      if ('code' in scans) return refused(scans);
      const { fresh, repeated } = scans;
      if (fresh.length === 0) return done(answerOf(held.task, repeated));
      return told(core, held, { type: 'task.scan', scans: fresh, atMs }, repeated);
    }
    case 'task.short':
      return short(core, held, command, atMs);
    case 'task.substitute':
      return replace(core, held, command, atMs);
    case 'task.pack': {
      const parcels = judgeParcels(held.context, body.parcels);
      if ('code' in parcels && typeof parcels.code === 'string') return refused(parcels as Rejection);
      return tell({ type: 'task.pack', parcels: parcels as Exclude<typeof parcels, Rejection>, atMs });
    }
    case 'task.label':
      return label(core, held, body, atMs);
    case 'task.manifest':
      return tell({ type: 'task.manifest', manifest: body.manifest, atMs });
    case 'task.handOver':
      return handOver(core, held, body, atMs);
    case 'task.release':
      giveBack(core, held.task, body.reason ?? 'given back', atMs);
      return done(answerOf(held.task));
    default:
      return unreachable(kind);
  }
}

/**
 * The task of a command, held by its terminal, which is heard of by that; or why not. Scans that have all counted
 * before are answered whoever holds the task now, and when it has ended: a scanner that was offline sends them again.
 */
function heldTask(core: Core, { kind, body }: TaskCommand, atMs: number): Held | Handled {
  const { world } = core;
  const { terminalId, orderId, fulfillmentId } = body;
  const terminal = world.floor.terminal(terminalId);
  if (terminal?.snapshot === undefined) {
    return refuse('unknown-terminal', `no terminal ${terminalId} is open`, 'body.terminalId');
  }
  const order = world.order(orderId);
  if (order?.snapshot === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const part = findFulfillment(order.snapshot.context, fulfillmentId);
  if (part === undefined) {
    return refuse('unknown-fulfillment', `order ${orderId} has no fulfillment ${fulfillmentId}`, 'body.fulfillmentId');
  }
  const { location } = terminal.snapshot.context;
  if (location !== part.location) {
    const detail = `terminal ${terminalId} is at ${location}, the task at ${part.location}`;
    return refuse('wrong-location', detail, 'body.terminalId');
  }
  const task = world.floor.task(orderId, fulfillmentId);
  const isHeld = task !== undefined && isHeldBy(task, terminalId);
  if (task?.snapshot === undefined || !isHeld) {
    const isRepeated = kind === 'task.scan' && task?.snapshot !== undefined && isKnown(task.snapshot.context, body);
    if (isRepeated) return done(answerOf(task, body.scans.length));
    return refuse('not-held', `terminal ${terminalId} does not hold this task: ${whereIs(task)}`, 'body.terminalId');
  }
  seen(core, terminal, atMs);
  return { task, context: task.snapshot.context, order, part };
}

function isKnown(context: TaskContext, body: CommandBody<'task.scan'>): boolean {
  const judged = judgeScans(context, body.scans);
  return !('code' in judged) && judged.fresh.length === 0;
}

function whereIs(task: TaskCell | undefined): string {
  if (task?.snapshot === undefined) return 'no terminal was ever given it';
  const { value, context } = task.snapshot;
  if (value === 'waiting') return 'it waits for one';
  if (value === 'done' || value === 'gone') return `it is ${value}`;
  return `${context.terminal ?? 'nobody'} does`;
}

export function answerOf({ snapshot }: TaskCell, repeated?: number): TaskAnswer {
  const { value, context } = must(snapshot, 'a task');
  const { orderId, fulfillmentId, lines } = context;
  const counts = { units: unitsOfTask(lines), scanned: scannedOfTask(lines) };
  const answer = { orderId, fulfillmentId, state: value as TaskState, ...counts };
  return repeated === undefined || repeated === 0 ? answer : { ...answer, repeated };
}

function told(core: Core, { task }: Held, message: TaskMessage, repeated?: number): Handled {
  if (tellTask(core, task, message) === undefined) return refused(wrongState(task, message.type));
  return done(answerOf(task, repeated));
}

const wrongState = ({ snapshot }: TaskCell, type: string): Rejection =>
  reject('wrong-state', `the task is ${snapshot?.value ?? 'unknown'}: ${type} does not apply`);

/** A terminal begins: unless another had begun before, its location is picking from now on. */
function begin(core: Core, held: Held, atMs: number): Handled {
  const { task, order, part } = held;
  const begun = told(core, held, { type: 'task.ack', atMs });
  if ('refused' in begun) return begun;
  if (part.state === 'released') {
    const { orderId, fulfillmentId } = held.context;
    const picked = pickFulfillment(core, { orderId, fulfillmentId }, atMs);
    if ('refused' in picked) return picked;
  }
  const { lots } = must(findFulfillment(contextOf(order), part.fulfillmentId), 'a fulfillment');
  return done(lots === undefined ? answerOf(task) : { ...answerOf(task), lots });
}

const contextOf = ({ snapshot }: OrderCell): OrderContext => must(snapshot, 'an order').context;

function short(core: Core, held: Held, { body, by }: CommandOf<'task.short'>, atMs: number): Handled {
  const { task, order } = held;
  if (task.snapshot?.value !== 'picking') return refused(wrongState(task, 'task.short'));
  const wrong = shortOfTask(held.context, body.lines);
  if (wrong !== undefined) return refused(wrong);
  const { orderId, fulfillmentId, lines, reason } = body;
  const gone = shortFulfillment(core, { orderId, fulfillmentId, lines, reason }, atMs, by);
  if ('refused' in gone) return gone;
  followOrder(core, order, atMs);
  return done(answerOf(task));
}

/** The same where something else is taken instead: the task is of that from now on. */
function replace(core: Core, held: Held, { body, by }: CommandOf<'task.substitute'>, atMs: number): Handled {
  const { task, order } = held;
  const { terminalId: _, ...asked } = body;
  if (task.snapshot?.value !== 'picking') return refused(wrongState(task, 'task.substitute'));
  const wrong = shortOfTask(held.context, [asked]);
  if (wrong !== undefined) return refused({ ...wrong, field: wrong.field?.replace('.lines[0]', '') });
  const handled = substitute(core, asked, atMs, by);
  if ('refused' in handled) return handled;
  followOrder(core, order, atMs);
  const { substitute: chosen } = handled.ok as OrderAnswer;
  return done({ ...answerOf(task), substitute: chosen });
}

function label(core: Core, held: Held, body: CommandBody<'task.label'>, atMs: number): Handled {
  const { parcelId, carrier, service, tracking, costMinor } = body;
  if (carrier !== undefined && core.world.carriers.get(carrier)?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.carrier');
  }
  if (!held.context.parcels.some((one) => one.parcelId === parcelId)) {
    return refuse('unknown-parcel', `the task has no parcel ${parcelId}`, 'body.parcelId');
  }
  const named = { carrier, service, tracking, costMinor };
  return told(core, held, { type: 'task.label', parcelId, label: named, atMs });
}

/** The task ends and its fulfillment ships, both or neither. */
function handOver(core: Core, held: Held, body: CommandBody<'task.handOver'>, atMs: number): Handled {
  const labels = held.context.parcels.flatMap((one) => (one.label === undefined ? [] : [one.label]));
  if (labels.length > 0 && labels.length < held.context.parcels.length) {
    return refuse('wrong-state', 'some of its parcels have a label and others have none');
  }
  const ended = told(core, held, { type: 'task.finish', atMs });
  if ('refused' in ended) return ended;
  const { orderId, fulfillmentId, lines } = body;
  const carrier = body.carrier ?? labels[0]?.carrier;
  const tracking = body.tracking ?? labels[0]?.tracking;
  const shipped = shipFulfillment(
    core,
    {
      orderId,
      fulfillmentId,
      ...(carrier !== undefined && { carrier }),
      ...(tracking !== undefined && { tracking }),
      ...(lines !== undefined && { lines }),
    },
    atMs,
  );
  return 'refused' in shipped ? shipped : ended;
}

