/** What a task remembers, is told, and tells. A task is the work of one fulfillment, once a terminal was given it. */
import type { CarrierId, FulfillmentId, LineId, LocationId, OrderId, ServiceId, Sku, TerminalId } from './ids.ts';
import type { CancelRequest } from './order-cancels.ts';
import type { LineLot, LineUnits, Substitute } from './vocabulary.ts';

export const taskStates = [
  'waiting', 'leased', 'picking', 'packed', 'labelled', 'manifested', 'done', 'gone',
] as const;
export type TaskState = (typeof taskStates)[number];

/** Units of a line that are to be taken, and those that were. */
export interface TaskLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly scanned: number;
}

/** A scan that counted: of which line, and how many units. */
export interface Scan {
  readonly scanId: string;
  readonly lineId: LineId;
  readonly quantity: number;
}

export interface Label {
  readonly carrier?: CarrierId | undefined;
  readonly service?: ServiceId | undefined;
  readonly tracking: string;
  readonly costMinor?: number | undefined;
}

export interface TaskParcel {
  readonly parcelId: string;
  readonly weightGrams: number;
  readonly lengthMm?: number | undefined;
  readonly widthMm?: number | undefined;
  readonly heightMm?: number | undefined;
  readonly lines?: readonly LineUnits[] | undefined;
  readonly label?: Label | undefined;
}

export interface TaskContext {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  /** The cut-off it is to leave with, or the deadline of its order if that is earlier. */
  readonly shipByMs?: number | undefined;
  readonly lines: readonly TaskLine[];
  /** Who holds it, or held it to its end; absent while it waits. */
  readonly terminal?: TerminalId | undefined;
  /** The wave it was given with, counted by its terminal; absent where tasks are given one by one. */
  readonly wave?: number | undefined;
  readonly leasedAtMs: number;
  /** A terminal has begun with it: the fulfillment is being picked. */
  readonly isStarted: boolean;
  readonly scans: readonly Scan[];
  readonly parcels: readonly TaskParcel[];
  readonly manifest?: string | undefined;
  /** A cancellation that its location is asked for and has not answered. */
  readonly cancelling?: CancelRequest | undefined;
  /** Why it waits again, or is gone. */
  readonly reason?: string | undefined;
}

export type TaskInput = Pick<
  TaskContext,
  'orderId' | 'fulfillmentId' | 'location' | 'shipByMs' | 'lines' | 'cancelling'
>;

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

export type TaskMessage =
  | ({ readonly type: 'task.lease'; readonly terminal: TerminalId; readonly wave: number | undefined } & At)
  | ({ readonly type: 'task.ack' } & At)
  | ({ readonly type: 'task.scan'; readonly scans: readonly Scan[] } & At)
  /** Its fulfillment has other units now. */
  | ({
      readonly type: 'task.trim';
      readonly lines: readonly LineUnits[];
      /** Lines that stand for others of it. */
      readonly added?: readonly TaskLine[] | undefined;
    } & At)
  /** Its location is asked to give up units of it, or is asked no more. */
  | ({ readonly type: 'task.ask'; readonly request: CancelRequest | undefined } & At)
  | ({ readonly type: 'task.pack'; readonly parcels: readonly TaskParcel[] } & At)
  | ({ readonly type: 'task.label'; readonly parcelId: string; readonly label: Label } & At)
  | ({ readonly type: 'task.manifest'; readonly manifest: string } & At)
  /** Its parcels left. */
  | ({ readonly type: 'task.finish' } & At)
  /** Its terminal has it no more: it waits for another, with what was scanned. */
  | ({ readonly type: 'task.return'; readonly reason: string; readonly isStarted: boolean } & At)
  /** There is nothing left to do, or others do it. */
  | ({ readonly type: 'task.end'; readonly reason: string } & At);

/** What became of a task. With `lines` when it is given to a terminal and when they are others than before. */
export interface TaskEvent {
  readonly kind: 'task.changed';
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  /** Who holds it, or held it until now. */
  readonly terminal?: TerminalId | undefined;
  readonly state: TaskState;
  readonly wave?: number | undefined;
  readonly units: number;
  readonly scanned: number;
  readonly shipByMs?: number | undefined;
  readonly lines?: readonly TaskLine[] | undefined;
  /** A cancellation that waits for an answer. */
  readonly cancelling?: CancelRequest | undefined;
  readonly reason?: string | undefined;
}

export interface TaskEffect {
  readonly kind: 'publish';
  readonly events: readonly TaskEvent[];
}

/** A task as queries show it. */
export interface TaskView extends Omit<TaskContext, 'isStarted' | 'scans'> {
  readonly state: TaskState;
  readonly units: number;
  readonly scanned: number;
  /** Of tracked SKUs: what to take, or what left. */
  readonly lots?: readonly LineLot[] | undefined;
}

/** One that waits for a terminal. */
export interface QueuedTask {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly units: number;
  readonly zone?: string | undefined;
  readonly needs?: readonly string[] | undefined;
  readonly shipByMs?: number | undefined;
  /** When it is to be there, as the customer was told or else as planned. */
  readonly deliverByMs?: number | undefined;
  readonly placedAtMs: number;
}

/** The answer to every command on a task. */
export interface TaskAnswer {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly state: TaskState;
  readonly units: number;
  readonly scanned: number;
  /** Of tracked SKUs: what to take. */
  readonly lots?: readonly LineLot[] | undefined;
  /** What is to be taken instead of what was not there. */
  readonly substitute?: Substitute | undefined;
  /** Scans that had counted before. */
  readonly repeated?: number | undefined;
}
