/** What an edit makes of an order: units that end, units more, new lines, another way or day. Pure. */
import type { Destination } from './order-commands.ts';
import type { ChannelId, LineId, OrderId, ServiceId, Sku } from './ids.ts';
import { endedWaiting, waitingUnits } from './line-units.ts';
import { perKit } from './kits.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import type { OrderState } from './order-states.ts';
import { cancelPlan, isUntouched, withTakings, type Taking } from './order-takings.ts';
import type { Consent, StandIn } from './order-substitute.ts';
import { judged } from './order-trouble.ts';
import type { LineUnits, OrderLine } from './vocabulary.ts';

/** A change of an order that stands, checked. */
export interface Edit {
  /** Units that end, and units that lines get more: of kits, those of their components. */
  readonly less: readonly LineUnits[];
  readonly more: readonly LineUnits[];
  /** New lines: all of each waits for a place. */
  readonly added: readonly OrderLine[];
  /** What `more` and `added` cost. */
  readonly addedMinor: number;
  /** Everything that nobody picks yet is to find its place anew. */
  readonly isAnew: boolean;
  /** New lines wait for a mapping; what the rest does meanwhile. */
  readonly parks?: 'wait' | 'go' | undefined;
  /** Where it is another one. */
  readonly destination?: Destination | undefined;
  readonly service?: { readonly to: ServiceId | undefined } | undefined;
  readonly promise?: { readonly to: number | undefined } | undefined;
}

/** A line as it was ordered, with how many the customer was to get and now is. */
export interface LineChange {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly from: number;
  readonly to: number;
}

/** What remains on an order of how it was taken in and changed since; what is 0 is absent. */
export interface OrderIntake {
  readonly edits?: number | undefined;
  /** What changing it cost in all. */
  readonly feesMinor?: number | undefined;
  /** What edits, and lines that stand for others, added to what it was placed for. */
  readonly addedMinor?: number | undefined;
  /** It came with its places, and was given them. */
  readonly routed?: true | undefined;
  /** Lines of it wait for a mapping; what the rest of it does meanwhile. */
  readonly parked?: 'wait' | 'go' | undefined;
  /** What its customer agrees to where units are not found, and the lines that stand for others by that. */
  readonly consent?: Consent | undefined;
  readonly standIns?: readonly StandIn[] | undefined;
}

export type EditEvent =
  | {
      readonly kind: 'order.cancelled';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly units: number;
      readonly reason: string;
      readonly state: OrderState;
      /** What that costs, where the policy of its channel says. */
      readonly feeMinor?: number | undefined;
    }
  /** An order is another one; where its units come from now, `order.sourced` tells. */
  | {
      readonly kind: 'order.edited';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly by: string;
      readonly reason: string;
      readonly lines?: readonly LineChange[] | undefined;
      readonly destination?: Destination | undefined;
      /** Null: the cheapest from now on; no day was told. */
      readonly service?: ServiceId | null | undefined;
      readonly promisedByMs?: number | null | undefined;
      readonly feeMinor?: number | undefined;
    }
  /** The channel’s names of these lines are mapped to nothing: they wait. */
  | {
      readonly kind: 'order.parked';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly lines: readonly ParkedLine[];
    }
  /** These lines wait no more: they are what their names are mapped to now. */
  | {
      readonly kind: 'order.unparked';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly lines: readonly (ParkedLine & { readonly mapped: { readonly sku: Sku; readonly quantity: number } })[];
    };

/** A line as its channel names it. */
export interface ParkedLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
}

type EditMessage = Extract<OrderMessage, { type: 'order.edit' }>;

/** Whether an edit may give units that wait another place. */
export const mayPlace = (edit: Edit): boolean =>
  edit.isAnew || edit.more.length > 0 || edit.added.length > 0 || edit.promise !== undefined;

export function edited(context: OrderContext, { edit, feeMinor = 0, atMs }: EditMessage): OrderContext {
  const { waiting, takings } = cancelPlan(context, edit.less);
  const lines = endedWaiting(context.lines, waiting);
  const less = withTakings({ ...context, lines }, takings, 'cancelled');
  const free = edit.isAnew ? withTakings(less, untouched(less), 'backordered') : less;
  const { intake = {} } = context;
  const next = {
    ...free,
    lines: [...grown(free.lines, edit.more), ...edit.added],
    destination: edit.destination ?? context.destination,
    service: edit.service === undefined ? context.service : edit.service.to,
    promisedByMs: edit.promise === undefined ? context.promisedByMs : edit.promise.to,
    intake: {
      ...intake,
      edits: (intake.edits ?? 0) + 1,
      ...sums(intake, feeMinor, edit.addedMinor),
      parked: intake.parked ?? edit.parks,
    },
  };
  // What is sourced next is judged then.
  return mayPlace(edit) && waitingUnits(next) > 0 ? next : judged(next, atMs);
}

const untouched = ({ fulfillments }: OrderContext): Taking[] =>
  fulfillments.filter(isUntouched).map((fulfillment) => ({ fulfillment, units: fulfillment.lines }));

function sums({ feesMinor = 0, addedMinor = 0 }: OrderIntake, fee: number, added: number): OrderIntake {
  return {
    feesMinor: feesMinor + fee || undefined,
    addedMinor: addedMinor + added || undefined,
  };
}

/** An order with one more fee. */
export function charged(context: OrderContext, feeMinor: number | undefined): OrderContext {
  if (feeMinor === undefined || feeMinor === 0) return context;
  const { intake = {} } = context;
  return { ...context, intake: { ...intake, feesMinor: (intake.feesMinor ?? 0) + feeMinor } };
}

/** Lines with more units, which wait; kits grow with their components. */
function grown(lines: readonly OrderLine[], more: readonly LineUnits[]): readonly OrderLine[] {
  if (more.length === 0) return lines;
  const units = new Map(more.map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.map((line) => {
    const added = units.get(line.lineId);
    if (added === undefined) return line;
    const { kit, parked } = line;
    if (parked !== undefined) return { ...line, quantity: line.quantity + added, parked: parked + added };
    const larger = { ...line, quantity: line.quantity + added, backordered: line.backordered + added };
    return kit === undefined
      ? larger
      : { ...larger, kit: { ...kit, quantity: kit.quantity + added / perKit(line) } };
  });
}

/** What parts of an order gave up, from before a message to after it. */
export function givenUp(before: OrderContext, after: OrderContext): readonly Taking[] {
  return before.fulfillments.flatMap((fulfillment, index): Taking[] => {
    const left = after.fulfillments[index];
    if (left === undefined || left === fulfillment) return [];
    const units = fulfillment.lines.flatMap(({ lineId, quantity }) => {
      const gone = quantity - (left.lines.find((line) => line.lineId === lineId)?.quantity ?? 0);
      return gone === 0 ? [] : [{ lineId, quantity: gone }];
    });
    return units.length === 0 ? [] : [{ fulfillment, units }];
  });
}

export function editNews(order: OrderContext, { edit, changes, by, reason, feeMinor }: EditMessage): EditEvent {
  const { orderId, channel } = order;
  const { destination, service, promise } = edit;
  return {
    kind: 'order.edited', orderId, channel, by, reason,
    lines: changes.length === 0 ? undefined : changes,
    destination,
    service: service === undefined ? undefined : (service.to ?? null),
    promisedByMs: promise === undefined ? undefined : (promise.to ?? null),
    feeMinor,
  };
}
