/** The cells of what is taken in with orders, kinds of those in cells.ts. */
import type { Known, Mapping, OrderDetails, RecentOrders } from '../../actors/intake.ts';
import type { IntakePolicy } from '../../actors/intake-commands.ts';
import type { Marks } from '../cells.ts';
import type { Snapshot } from '../step.ts';

/** A value of its own beside the orders. */
interface ValueCell<K extends string, T> extends Marks {
  readonly kind: K;
  readonly id: string;
  snapshot: Snapshot<T> | undefined;
  unsaved: number;
}

/** Details of an order, by its id. */
export type DetailsCell = ValueCell<'details', OrderDetails>;
/** The order of an external id, by channel and that. */
export type ExternalCell = ValueCell<'external', Known>;
/** What a customer ordered of late, by channel and customer. */
export type RecentCell = ValueCell<'recent', RecentOrders>;
/** What a channel's SKU is, by channel and that; `put` while it is said, `removed` after. */
export type MappingCell = ValueCell<'mapping', Mapping>;
/** The intake policy of a channel, or `*`: of all that have none. */
export type IntakePolicyCell = ValueCell<'intake-policy', IntakePolicy>;

export type IntakeCell = DetailsCell | ExternalCell | RecentCell | MappingCell | IntakePolicyCell;
export type IntakeKind = IntakeCell['kind'];
type ValueOf<K extends IntakeKind> = NonNullable<Extract<IntakeCell, { kind: K }>['snapshot']>['context'];
export type CellOf<K extends IntakeKind> = ValueCell<K, ValueOf<K>>;

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const intakeCell = <K extends IntakeKind>(kind: K, id: string): CellOf<K> => ({ kind, id, ...fresh });
