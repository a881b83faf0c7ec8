/**
 * The catalogue of what can go wrong: for each kind how bad it is, whose it is, how soon it must be looked into, what
 * it is about, what ends it, and what is done about it by default. Data: playbooks may be put over these (case-life.ts
 * runs them).
 */
import type { PlaybookStep } from './playbook-schemas.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What a case is about. `partner`: a system around us, by the name the caller gives it. */
export const subjectTypes = ['order', 'sku', 'location', 'carrier', 'channel', 'return', 'partner'] as const;
export type SubjectType = (typeof subjectTypes)[number];

/**
 * Who notices it, and what ends it.
 * `order`: the engine, from orders in exception or with lines that wait for a mapping; it ends when none of them is so.
 * `subject`: the engine, from the location or carrier; it ends when that is open again.
 * `known`: the engine, from what it was told of parcels, payments, orders and carriers, and whoever reports it; it
 * ends when that is told otherwise, and as one that is reported.
 * `report`: whoever reports it; it ends when it is resolved, or when every order it was reported of has ended.
 */
export type Watch = 'order' | 'subject' | 'known' | 'report';

export interface CaseKind {
  readonly severity: Severity;
  /** Whose it is at first, and whose once it was not looked into in time. */
  readonly owner: string;
  readonly escalateTo: string;
  /** How soon it must have ended, in milliseconds. */
  readonly slaMs: number;
  readonly subject: SubjectType;
  readonly watch: Watch;
  readonly steps: readonly PlaybookStep[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const tell = (note: string): PlaybookStep => ({ do: 'notify', note });
const afterwards = (afterMs: number, step: PlaybookStep): PlaybookStep => ({ ...step, afterMs });
const up = (owner: string, severity: Severity = 'high'): PlaybookStep => ({ do: 'escalate', owner, severity });
const hold = (days: number, note: string): PlaybookStep => ({ do: 'hold', forMs: days * dayMs, note });
const again = (do_: 'retry' | 'reroute' | 'reship', attempts: number, backoffMs: number): PlaybookStep =>
  ({ do: do_, attempts, backoffMs });

type Row = readonly [Severity, owner: string, escalateTo: string, slaMs: number, SubjectType, Watch, ...PlaybookStep[]];

const rows = {
  INTAKE_INVALID: ['medium', 'channel', 'operations', 4 * hourMs, 'order', 'report',
    tell('ask the channel for what is missing'), afterwards(2 * hourMs, tell('ask the channel again'))],
  INTAKE_DUPLICATE: ['low', 'channel', 'operations', dayMs, 'order', 'known',
    tell('the first order stands; compare the second one with it')],
  SKU_UNMAPPED: ['medium', 'integration', 'operations', 4 * hourMs, 'partner', 'order', tell('map the SKU')],
  LOCATION_UNMAPPED: ['medium', 'integration', 'operations', 4 * hourMs, 'partner', 'report', tell('map the location')],
  SHIPMETHOD_UNMAPPED: ['medium', 'integration', 'operations', 4 * hourMs, 'partner', 'report',
    tell('map the way of shipping')],
  ADDRESS_INVALID: ['high', 'customer-care', 'operations', dayMs, 'order', 'known',
    hold(3, 'the address is to be corrected'), tell('send the customer a link to correct the address'),
    afterwards(dayMs, tell('remind the customer of the address')),
    afterwards(2 * dayMs, { do: 'cancel', note: 'no valid address was given' })],
  ADDRESS_UNDELIVERABLE: ['high', 'customer-care', 'operations', dayMs, 'order', 'report',
    hold(3, 'the address cannot be delivered to'), tell('send the customer a link to correct the address'),
    afterwards(dayMs, tell('remind the customer of the address')),
    afterwards(2 * dayMs, { do: 'cancel', note: 'the address cannot be delivered to' })],
  PAYMENT_PENDING: ['low', 'finance', 'operations', dayMs, 'order', 'known',
    hold(1, 'the payment is pending'), tell('ask the payment gateway for the outcome'),
    afterwards(dayMs, { do: 'cancel', note: 'the payment never came' })],
  PAYMENT_FAILED: ['high', 'finance', 'operations', dayMs, 'order', 'known',
    hold(3, 'the payment failed'),
    { do: 'notify', note: 'try the payment again', attempts: 3, backoffMs: hourMs },
    afterwards(2 * dayMs, { do: 'cancel', note: 'the payment failed' })],
  AUTH_EXPIRING: ['medium', 'finance', 'operations', 12 * hourMs, 'order', 'known',
    { do: 'notify', note: 'authorise the payment anew', attempts: 3, backoffMs: hourMs }, up('finance')],
  FRAUD_REVIEW: ['high', 'fraud', 'operations', 4 * hourMs, 'order', 'report',
    hold(3, 'to be looked into: fraud'), tell('look into the order')],
  BULK_BUY: ['medium', 'fraud', 'operations', 4 * hourMs, 'order', 'known',
    hold(2, 'to be looked into: large quantity'), tell('look into the order')],
  CREDIT_LIMIT: ['medium', 'finance', 'operations', dayMs, 'order', 'report',
    hold(3, 'over its credit limit'), tell('raise the limit, or cancel')],
  STOCKOUT_AT_ROUTE: ['medium', 'inventory', 'operations', dayMs, 'order', 'report',
    again('retry', 4, 15 * minuteMs), up('inventory')],
  STOCKOUT_AT_PICK: ['high', 'inventory', 'operations', 4 * hourMs, 'sku', 'order',
    again('retry', 3, 10 * minuteMs), tell('count what is left where units were not found'), up('inventory')],
  OVERSOLD: ['high', 'inventory', 'operations', 4 * hourMs, 'sku', 'order',
    again('retry', 3, 10 * minuteMs), tell('tell the customers, and find units'), up('inventory', 'critical')],
  ALLOCATION_REJECTED: ['medium', 'operations', 'operations', hourMs, 'sku', 'order',
    again('retry', 3, 5 * minuteMs), tell('no location takes these units'), up('operations')],
  NODE_NOT_ACKNOWLEDGED: ['high', 'operations', 'operations', hourMs, 'location', 'order',
    tell('the location does not take its work'), again('reroute', 2, 10 * minuteMs),
    { do: 'pause', forMs: 30 * minuteMs, if: 'case.times >= 3', note: 'does not acknowledge its work' },
    up('operations')],
  NODE_DOWN: ['high', 'operations', 'operations', 2 * hourMs, 'location', 'subject',
    tell('the location is paused'), afterwards(15 * minuteMs, again('reroute', 4, 10 * minuteMs)), up('operations')],
  NODE_OVER_CAPACITY: ['medium', 'operations', 'operations', 4 * hourMs, 'location', 'report',
    tell('the location has more work than it can do'), again('reroute', 2, 15 * minuteMs)],
  CUTOFF_MISSED: ['medium', 'operations', 'operations', 2 * hourMs, 'order', 'known',
    again('reroute', 2, 5 * minuteMs), up('operations')],
  PICK_STALLED: ['medium', 'floor', 'operations', hourMs, 'location', 'known',
    tell('give the task to somebody else'), afterwards(15 * minuteMs, up('floor'))],
  PACK_STALLED: ['medium', 'floor', 'operations', hourMs, 'location', 'report',
    tell('give the task to somebody else'), afterwards(15 * minuteMs, up('floor'))],
  LABEL_FAILED: ['high', 'carriers', 'operations', hourMs, 'order', 'known',
    again('reroute', 2, 5 * minuteMs), tell('make the label by another service'), up('carriers')],
  RATE_UNAVAILABLE: ['medium', 'carriers', 'operations', 4 * hourMs, 'order', 'known',
    again('retry', 3, 5 * minuteMs), up('carriers')],
  CARRIER_OUTAGE: ['high', 'carriers', 'operations', 2 * hourMs, 'carrier', 'subject',
    tell('the carrier takes no parcels'), afterwards(hourMs, up('carriers', 'critical'))],
  LANE_DELAY: ['medium', 'carriers', 'operations', 4 * hourMs, 'carrier', 'known',
    again('reroute', 2, 30 * minuteMs), tell('tell the customers the new dates')],
  NO_FIRST_SCAN: ['medium', 'carriers', 'operations', 3 * dayMs, 'order', 'known',
    tell('ask the carrier where the parcel is'), afterwards(12 * hourMs, tell('have the carrier trace the parcel')),
    afterwards(36 * hourMs, again('reship', 3, hourMs)), up('carriers')],
  TRANSIT_STALLED: ['medium', 'carriers', 'operations', dayMs, 'order', 'known',
    tell('ask the carrier where the parcel is'), afterwards(dayMs, up('carriers'))],
  DELIVERY_EXCEPTION: ['medium', 'carriers', 'operations', dayMs, 'order', 'known',
    tell('arrange another delivery'), afterwards(dayMs, up('carriers'))],
  ATTEMPT_FAILED: ['low', 'customer-care', 'operations', dayMs, 'order', 'known',
    tell('tell the customer when it is tried again'), afterwards(dayMs, up('customer-care', 'medium'))],
  LOST: ['high', 'carriers', 'operations', 2 * dayMs, 'order', 'known',
    tell('claim the parcel from the carrier'), again('reship', 3, hourMs), tell('refund what nobody has'),
    afterwards(dayMs, up('customer-care'))],
  PROMISE_JEOPARDY: ['medium', 'operations', 'operations', 4 * hourMs, 'order', 'known',
    { do: 'reroute', if: 'case.times < 3', attempts: 2, backoffMs: 15 * minuteMs },
    tell('tell the customer the new date')],
  PROMISE_BREACHED: ['high', 'customer-care', 'operations', dayMs, 'order', 'known',
    tell('tell the customer, and give the credit that is due'), afterwards(4 * hourMs, up('customer-care'))],
  INVENTORY_DRIFT: ['medium', 'inventory', 'operations', dayMs, 'location', 'report',
    tell('count again'), afterwards(dayMs, up('inventory'))],
  NEGATIVE_STOCK: ['high', 'inventory', 'operations', 4 * hourMs, 'sku', 'report',
    tell('count again'), afterwards(hourMs, up('inventory'))],
  FEED_STALE: ['medium', 'integration', 'operations', 4 * hourMs, 'location', 'report',
    tell('have the feed sent'), afterwards(2 * hourMs, { do: 'pause', forMs: 2 * hourMs, note: 'its feed is stale' })],
  SYNC_FAILED: ['medium', 'integration', 'operations', 4 * hourMs, 'partner', 'report',
    { do: 'notify', note: 'send it again', attempts: 4, backoffMs: 5 * minuteMs }, up('integration')],
  DEAD_LETTER: ['high', 'integration', 'operations', 4 * hourMs, 'partner', 'report',
    { do: 'notify', note: 'send the dead letters again', attempts: 4, backoffMs: 5 * minuteMs }, up('integration')],
  PARTNER_RATE_LIMITED: ['low', 'integration', 'operations', 4 * hourMs, 'partner', 'report',
    tell('send less'), afterwards(hourMs, up('integration', 'medium'))],
  CANCEL_TOO_LATE: ['medium', 'customer-care', 'operations', dayMs, 'order', 'report',
    tell('have the parcel returned to its sender'), afterwards(dayMs, up('customer-care'))],
  RETURN_OVERDUE: ['low', 'returns', 'operations', 7 * dayMs, 'return', 'known',
    tell('ask the customer whether it still comes')],
  RETURN_MISMATCH: ['medium', 'returns', 'operations', 2 * dayMs, 'return', 'known',
    tell('refund what came, or dispute it')],
  RETURN_DAMAGED: ['medium', 'returns', 'operations', 2 * dayMs, 'return', 'known',
    tell('refund in part, or dispute it')],
  REFUND_FAILED: ['high', 'finance', 'operations', dayMs, 'order', 'known',
    { do: 'notify', note: 'try the refund again', attempts: 3, backoffMs: hourMs }, up('finance')],
  RULE_GAP: ['high', 'rules', 'operations', 4 * hourMs, 'channel', 'order',
    again('retry', 2, 10 * minuteMs), tell('the routing plan leaves no place'), up('rules')],
  RULE_ERROR: ['medium', 'rules', 'operations', dayMs, 'channel', 'known', tell('mend the rule')],
} as const satisfies Readonly<Record<string, Row>>;

export type CaseCode = keyof typeof rows;
export const caseCodes = Object.keys(rows) as CaseCode[];

const kindOf = ([severity, owner, escalateTo, slaMs, subject, watch, ...steps]: Row): CaseKind =>
  ({ severity, owner, escalateTo, slaMs, subject, watch, steps });

export const caseKinds = Object.fromEntries(
  Object.entries(rows).map(([code, row]) => [code, kindOf(row as Row)]),
) as Readonly<Record<CaseCode, CaseKind>>;

/** The kinds the engine itself sees, by what it sees them from. */
export const seen = {
  stockout: 'OVERSOLD', 'short-pick': 'STOCKOUT_AT_PICK', unroutable: 'RULE_GAP', rejected: 'ALLOCATION_REJECTED',
  'not-started': 'NODE_NOT_ACKNOWLEDGED',
} as const;

/** The id of a case: its kind and what it is about, so that the same cause is the same case. */
export const caseIdOf = (code: CaseCode, subject: string): string => `${code}/${subject}`;

/** One worse, where there is one. */
export const worse = (severity: Severity): Severity =>
  severities[Math.min(severities.length - 1, severities.indexOf(severity) + 1)] ?? severity;
