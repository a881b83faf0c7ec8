/**
 * A refusal is a value: what was refused, whether the same command could ever succeed, and the field
 * at fault. Codes stand in order of precedence: of two reasons, the earlier one is told.
 */

/** `true`: the same command, sent again unchanged, may succeed later. */
export const rejectionCodes = {
  /** The message is not what the schema says; `field` names where. */
  malformed: false,
  /** No credentials, or none that are valid. */
  unauthenticated: false,
  /** The credentials do not allow this command, channel or location. */
  forbidden: false,
  /** The message or a part of it is larger than its limit. */
  'too-large': false,
  /** The caller exceeded its rate or its number of things in flight. */
  'too-many': true,
  /** The inbox is full. Nothing was done. */
  busy: true,
  /** The disk is too full to take commands. Reads go on. */
  'storage-full': true,
  /** The engine is closing. Nothing was done. */
  stopping: true,
  /** This command id was used with another body; `field` names the first difference. */
  'command-id-reused': false,
  /** The channel used this external id for another order; `field` names the first difference. */
  'external-id-reused': false,
  /** The order is another one than the caller saw. */
  'changed-since': false,
  'unknown-channel': false,
  /** The channel's SKU has no mapping, and its policy takes none without. */
  'unmapped-sku': false,
  'unknown-location': false,
  'unknown-carrier': false,
  'unknown-service': false,
  'unknown-sku': false,
  'unknown-order': false,
  'unknown-reservation': false,
  'unknown-fulfillment': false,
  'unknown-supply': false,
  'unknown-buffer': false,
  'unknown-pool': false,
  'unknown-plan': false,
  'unknown-return': false,
  'unknown-payment': false,
  'unknown-case': false,
  /** No rate card of this carrier, service and version. */
  'unknown-rates': false,
  /** A lane or band of a rate card names a zone that it has no prices for. */
  'unknown-zone': false,
  'unknown-line': false,
  'unknown-terminal': false,
  'unknown-hold': false,
  /** The carrier has no embargo of this id. */
  'unknown-embargo': false,
  /**
   * The task has no such parcel, or none left with this number. One that is told of before it left is found when it is
   * told again.
   */
  'unknown-parcel': true,
  /** No such lot or serial of the SKU, or not where it was named. */
  'unknown-lot': false,
  /** An order with this id exists. */
  'order-exists': false,
  /** A reservation with this id exists, or existed not long ago. */
  'reservation-exists': false,
  /** A return with this id exists. */
  'return-exists': false,
  /** The order has a payment with this id. */
  'payment-exists': false,
  /** Another parcel of this carrier is on its way with this tracking number. */
  'tracking-taken': false,
  /** The reservation's time was over: its units went back to sale. */
  'reservation-expired': false,
  /** The same line id, or SKU-location, twice in one command. */
  duplicate: false,
  /** Parts of the message contradict each other: overlapping hours, a day that is given twice. */
  contradiction: false,
  /** The number of a payment card: it is not kept anywhere. */
  'card-data': false,
  /** Lines, shipping and tax less the discount are not the total. */
  'sums-differ': false,
  /** What is missing in the address, or cannot be right. */
  'invalid-address': false,
  /** Units of a tracked SKU must say their lots, serials, or when they expire. */
  'lot-required': false,
  /** Lots of a SKU that has none, or serials of one that is tracked by lot. */
  'not-tracked': false,
  /** The lot is known with another expiry. */
  'lot-differs': false,
  /** The serial is somewhere already: each is one unit. */
  'serial-exists': false,
  /** The lot has expired. */
  'lot-expired': false,
  /** The lot was recalled. */
  'lot-recalled': false,
  /** The terminal is of another location. */
  'wrong-location': false,
  /** The terminal does not hold this task, or not any more: it is another's, or waits for one. */
  'not-held': false,
  /** Its state does not allow this now; `detail` names the state. */
  'wrong-state': false,
  /** It is offered to others, or was, or to nobody. */
  'not-offered': false,
  /** It is offered, and nobody has accepted it yet. */
  'not-accepted': true,
  /** What it is about still stands as it did: it cannot be said to be gone. */
  'cause-stands': false,
  /** The order is held: its holds are lifted first. */
  'on-hold': true,
  /** The return policy does not take these units back, or not in this way. */
  'not-returnable': false,
  /** The time in which these units might have come back is over. */
  'return-window-closed': false,
  /** The policy of the channel takes no such change of an order that has come so far. */
  'too-late': false,
  /** The routing plan does not compile, or names what does not exist; `detail` says where. */
  'invalid-plan': false,
  /** A step of the playbook does not make sense; `detail` says why. */
  'invalid-playbook': false,
  /** The routing plan leaves no location to any order that was tried. */
  'unroutable-plan': false,
  /** A hard rule of the routing plan forbids this; `override` does it all the same. */
  'rule-excludes': false,
  /** The customer takes nothing else for what was ordered. */
  'no-consent': false,
  /** No rule of the item lets this SKU, or any, stand for it. */
  'no-substitute': false,
  /** More units than there are in the place named. */
  'not-enough': false,
  /** More would be refunded than was paid. */
  'over-paid': false,
  /** The channel cannot sell these units now. */
  'out-of-stock': true,
  /** The location is paused, does not ship, or the channel does not sell from it. */
  'location-closed': true,
  /** The location cannot be given so many units, or another parcel, for that day. */
  'no-capacity': true,
  /** A kit that contains a kit, itself included. */
  'kit-in-kit': false,
  /** A kit has no stock of its own: stock of a kit, or a SKU that has had stock made one. */
  'kit-stock': false,
  /** Only whole kits can be cancelled. */
  'kit-in-parts': false,
  /** The item is not sold beyond its stock, or not any more. */
  'backorder-closed': true,
  /** As many units of the item wait as may. */
  'backorder-full': true,
  /** As many units of the item are sold before it is available as may. */
  'preorder-full': true,
  /** The customer would have more of this SKU than one may, or is not named. Units given back count down. */
  'customer-limit': true,
  /** As many wait in line for this SKU as may. */
  'line-full': true,
  /** The carrier takes no parcels at present. */
  'carrier-suspended': true,
  /** A number would leave its bounds. */
  'over-limit': false,
  /** A bug of ours: the command was undone, an incident was logged. */
  internal: true,
} as const satisfies Record<string, boolean>;

export type RejectionCode = keyof typeof rejectionCodes;

const precedence = new Map(Object.keys(rejectionCodes).map((code, index) => [code, index]));

/** Whether, of two reasons, the first is the one to tell. */
export function isToldBefore(code: RejectionCode, other: RejectionCode): boolean {
  return (precedence.get(code) ?? 0) < (precedence.get(other) ?? 0);
}

export interface Rejection {
  readonly code: RejectionCode;
  readonly retryable: boolean;
  /** For people: what is wrong and what would be right. */
  readonly detail: string;
  /** Path of the field at fault, such as `body.lines[3].quantity`. */
  readonly field?: string | undefined;
}

/** A rejection with its retryable flag filled in from the table. */
export function reject(code: RejectionCode, detail: string, field?: string): Rejection {
  const retryable = rejectionCodes[code];
  return field === undefined ? { code, retryable, detail } : { code, retryable, detail, field };
}
