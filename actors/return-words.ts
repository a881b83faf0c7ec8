/** The words of returns, each list once: schemas, types and tables are made of them. */

/** Why units come back; lost ones do not. */
export const returnReasons = [
  'unwanted', 'size', 'not-as-described', 'wrong-item', 'defective', 'damaged', 'late', 'lost', 'other',
] as const;
export type ReturnReason = (typeof returnReasons)[number];

/** How they come back: sent as a parcel, collected by a carrier, or brought to a store. */
export const returnMethods = ['parcel', 'collect', 'store'] as const;
export type ReturnMethod = (typeof returnMethods)[number];

/**
 * What becomes of units that came back: for sale again; repaired, kept apart or sent to the vendor, and set aside
 * until then; thrown away; or somebody has moved them in stock already, and nothing more is moved.
 */
export const dispositions = ['restock', 'refurbish', 'quarantine', 'vendor', 'scrap', 'handled'] as const;
export type Disposition = (typeof dispositions)[number];

/** Condition: as new, opened, used, broken. */
export const grades = ['A', 'B', 'C', 'D'] as const;
export type Grade = (typeof grades)[number];

/** What makes a refund due: the approved request, the carrier's first scan, the receipt, the inspection. */
export const refundTriggers = ['request', 'first-scan', 'receipt', 'inspection'] as const;
export type RefundTrigger = (typeof refundTriggers)[number];
