/** The states an order can be in (order.ts). */
export const orderStates = [
  'received',
  'sourcing',
  'allocating',
  'allocated',
  'backordered',
  'released',
  'picking',
  'shipped',
  'delivered',
  'cancelled',
  'exception',
] as const;
export type OrderState = (typeof orderStates)[number];
