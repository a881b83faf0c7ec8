/** The swarm: each seed draws its own world, traffic, limits and faults, so that rare corners meet. */
import type { CommandKind } from '../../actors/commands.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { Action } from './actions.ts';
import type { Rng } from './rng.ts';

/** Names that trip programs which use them as keys of objects, or split them. */
const skuNames = ['HOT', 'A', 'B/1', '__proto__', 'C D', 'constructor', 'E'.repeat(64), 'l/L1/x', 'F', 'G', '0', 'toString'];
const locationNames = ['L1', 'constructor', 'L2', 'L-3.x', 'valueOf', 'L4', 'Z'.repeat(32)];
const carrierNames = ['ups', 'dhl', 'toString'];
const channelNames = ['web', 'hasOwnProperty', 'shop-2'];

export interface Settings {
  readonly limits: Partial<EngineLimits>;
  /** Whether the engine sources by prices. */
  readonly isPriced: boolean;
  readonly skus: readonly string[];
  readonly locations: readonly string[];
  readonly carriers: readonly string[];
  readonly channels: readonly string[];
  /** Of all SKUs drawn, how many are the first one. */
  readonly hotShare: number;
  readonly unitsMax: number;
  readonly linesMax: number;
  readonly burstMax: number;
  readonly mayWaitShare: number;
  /** Lines of orders that are of kits. */
  readonly kitShare: number;
  readonly delayShare: number;
  /** Locations, carriers and orders with what dates are made of. */
  readonly calendarShare: number;
  /** Locations that must begin to pick within a time. */
  readonly startLimitShare: number;
  /** Of locations that are offered work. */
  readonly offerShare: number;
  /** Of locations at which a short pick may reach further than its units. */
  readonly shortPickShare: number;
  /** Items that are sold without stock. */
  readonly untrackedShare: number;
  /** Buffer rules that grow. */
  readonly growingShare: number;
  /** Items put in drop mode. */
  readonly dropShare: number;
  /** SKUs that are tracked from the start, and by what. */
  readonly tracked: ReadonlyMap<string, 'lot' | 'serial'>;
  /** Orders that take what a reservation holds. */
  readonly takeShare: number;
  /** Orders that say more than what is decided by, or come under the id of their channel. */
  readonly detailsShare: number;
  /** Commands that name things that do not exist, or make no sense. */
  readonly nonsenseShare: number;
  readonly retryShare: number;
  readonly kinds: Readonly<Record<CommandKind, number>>;
  readonly actions: Readonly<Record<Action['do'], number>>;
}

export function drawSettings(rng: Rng): Settings {
  const some = <T>(names: readonly T[]): T[] => names.slice(0, rng.between(1, names.length));
  const hasFaults = rng.chance(0.8);
  const dropShare = rng.pick([0, 0, 0.5, 0.9]);
  const skus = some(skuNames);
  const trackedShare = rng.pick([0, 0.4, 0.4, 1]);
  const tracked = skus.filter(() => rng.chance(trackedShare)).map((sku) => [sku, rng.chance(0.7) ? 'lot' : 'serial'] as const);
  const isPriced = rng.chance(0.4);
  return {
    limits: drawLimits(rng),
    isPriced,
    skus,
    tracked: new Map(tracked),
    locations: some(locationNames),
    carriers: rng.chance(0.1) ? [] : some(carrierNames),
    channels: some(channelNames),
    hotShare: rng.pick([0, 0.3, 0.9, 1]),
    unitsMax: rng.pick([1, 3, 3, 10, 100]),
    linesMax: rng.pick([1, 2, 4, 4, 8, 40]),
    burstMax: rng.pick([1, 3, 8, 8, 30]),
    kitShare: rng.pick([0, 0.05, 0.3]),
    mayWaitShare: rng.pick([0, 0.3, 0.7, 1]),
    calendarShare: rng.pick([0, 0.3, 0.8, 0.8]),
    startLimitShare: rng.pick([0, 0, 0.3, 0.8]),
    shortPickShare: rng.pick([0, 0.5, 1]),
    offerShare: rng.pick([0, 0, 0.6, 1]),
    growingShare: rng.pick([0, 0.2, 0.7]),
    untrackedShare: rng.pick([0, 0, 0.2, 0.6]),
    dropShare,
    takeShare: rng.pick([0, 0.3, 0.8]),
    delayShare: rng.pick([0, 0.3, 0.8]),
    detailsShare: rng.pick([0, 0.2, 0.7]),
    nonsenseShare: rng.pick([0, 0.05, 0.2]),
    retryShare: rng.pick([0, 0.05, 0.2]),
    kinds: drawKinds(rng, dropShare, tracked.length > 0),
    actions: {
      send: 40,
      turn: rng.pick([5, 20, 40]),
      settle: rng.pick([5, 20, 40]),
      rest: rng.pick([1, 5, 20]),
      wait: rng.pick([1, 5, 10]),
      stall: rng.pick([0, 1]),
      space: rng.pick([0, 0, 0.5]),
      audit: 1,
      backup: rng.pick([0, 0, 0.2]),
      fault: hasFaults ? rng.pick([0, 0.3, 1]) : 0,
      crash: hasFaults ? rng.pick([0.3, 1, 4]) : 0,
      close: rng.pick([0, 0.3]),
      rival: hasFaults ? rng.pick([0, 0.3]) : 0,
    },
  };
}

function drawLimits(rng: Rng): Partial<EngineLimits> {
  if (rng.chance(0.1)) return {};
  const turnCommandsMax = rng.pick([1, 2, 4, 8, 64]);
  return {
    turnCommandsMax,
    inboxCountMax: Math.max(turnCommandsMax, rng.pick([4, 16, 64, 256])),
    turnBytesMax: rng.pick([16 * 1024, 64 * 1024]),
    recordBytesMax: rng.pick([128 * 1024, 440 * 1024]),
    smallCommandLinesMax: rng.pick([2, 8, 200]),
    turnWakesMax: rng.pick([1, 2, 16, 256]),
    turnSweptMax: rng.pick([1, 3, 32]),
    reservationsOpenMax: rng.pick([2, 20, 1_000_000, 1_000_000]),
    returnsOpenMax: rng.pick([2, 10, 200_000]),
    casesOpenMax: rng.pick([2, 10, 100_000, 100_000]),
    suppliesOpenMax: rng.pick([2, 10, 50_000]),
    lotsOpenMax: rng.pick([3, 1_000_000, 1_000_000]),
    ordersInMemoryMax: Math.max(2 * turnCommandsMax, rng.pick([2, 8, 64, 1_000])),
    receiptsInMemoryMax: rng.pick([1, 16, 128, 10_000]),
    savePieceRows: rng.pick([1, 3, 16, 1_024]),
    saveLagMax: rng.pick([2, 5, 20, 200]),
    commitWarnMs: 2_000,
    commitExitMs: 10_000,
    retainMs: rng.pick([1_000, 3_600_000]),
    retainBytes: rng.pick([1, 4_096, 65_536, 2 ** 30]),
  };
}

function drawKinds(rng: Rng, dropShare: number, isTracked: boolean): Record<CommandKind, number> {
  const kinds: Record<CommandKind, number> = {
    'order.place': 30,
    'reservation.make': 15,
    'reservation.extend': 3,
    'reservation.release': 3,
    'order.cancel': 5,
    'order.hold': 3,
    'order.unhold': 3,
    'order.release': 3,
    'order.schedule': 4,
    'order.retry': 2,
    'order.move': 4,
    'order.reship': 3,
    'fulfillment.pick': 10,
    'fulfillment.short': 3,
    'fulfillment.reject': 3,
    'fulfillment.ship': 8,
    'fulfillment.substitute': 6,
    'fulfillment.split': 5,
    'fulfillment.merge': 4,
    'fulfillment.hold': 5,
    'fulfillment.unhold': 3,
    'fulfillment.requestCancel': 12,
    'fulfillment.acceptCancel': 10,
    'fulfillment.rejectCancel': 5,
    'fulfillment.deliver': 6,
    'tracking.scan': 12,
    'stock.receive': 10,
    'stock.adjust': 3,
    'stock.count': 2,
    'feed.open': 0.3,
    'feed.close': 1,
    'item.put': 1.5,
    'stock.return': 1,
    'stock.set-aside': 2,
    'stock.put-back': 2,
    'stock.dispose': 1,
    'stock.buffer': 1,
    'offer.accept': 20,
    'offer.decline': 8,
    'suspect.raise': 2,
    'suspect.clear': 0.7,
    'plan.put': 2,
    'plan.validate': 2,
    'plan.publish': 2,
    'plan.withdraw': 0.5,
    'plan.rollback': 0.5,
    'plan.archive': 0.2,
    'plan.canary': 2,
    'plan.promote': 0.3,
    'plan.abort': 0.3,
    'plan.shadow': 1,
    'plan.unshadow': 0.3,
    'pool.put': 2,
    'pool.remove': 1,
    'buffer.put': 3,
    'buffer.remove': 2,
    'lot.recall': isTracked ? 2 : 0.2,
    'lot.lift': isTracked ? 1.5 : 0.2,
    'supply.put': 8,
    'supply.order': 6,
    'supply.ship': 5,
    'supply.receive': 6,
    'supply.close': 1,
    'supply.cancel': 1.5,
    'return-policy.put': 1.5,
    'intake-policy.put': 1.5,
    'mapping.put': 2,
    'order.amend': 4,
    'order.edit': 7,
    'payment.authorise': 8,
    'payment.capture': 5,
    'payment.fail': 2,
    'payment.void': 0.7,
    'payment.refund': 3,
    'return.request': 8,
    'return.approve': 3,
    'return.reject': 0.7,
    'return.label': 1,
    'return.ship': 2,
    'return.receive': 7,
    'return.inspect': 7,
    'return.refund': 1,
    'return.cancel': 1,
    'terminal.open': 6,
    'terminal.beat': 3,
    'terminal.lose': 2,
    'terminal.close': 0.7,
    'task.ack': 14,
    'task.scan': 16,
    'task.short': 3,
    'task.substitute': 4,
    'task.pack': 9,
    'task.label': 6,
    'task.manifest': 2,
    'task.handOver': 7,
    'task.release': 1,
    'case.raise': 4,
    'case.retry': 1,
    'case.reassign': 0.7,
    'case.override': 2,
    'case.dismiss': 0.7,
    // Now and then so many that logs have pages.
    'case.comment': rng.pick([1, 1, 20]),
    'case.resolve': 1,
    'playbook.put': 1.5,
    'playbook.remove': 0.4,
    'location.put': 1,
    'location.pause': 1,
    'location.resume': 1,
    'transit.put': 0.7,
    'forecast.put': 0.7,
    'rates.put': 2,
    'rates.remove': 0.5,
    'channel.put': 1,
    'carrier.put': 0.5,
    'carrier.suspend': 0.5,
    'carrier.resume': 0.5,
    'carrier.report': 4,
    'carrier.embargo': 0.7,
    'carrier.lift': 0.7,
  };
  // Swarm: some kinds come often, some not at all.
  for (const kind of Object.keys(kinds) as CommandKind[]) kinds[kind] *= rng.pick([0, 0.3, 1, 1, 1, 3]);
  // Half of all worlds take orders as they come.
  if (rng.chance(0.5)) kinds['intake-policy.put'] = 0;
  if (rng.chance(0.5)) for (const kind of Object.keys(kinds) as CommandKind[]) if (kind.startsWith('payment.')) kinds[kind] = 0;
  // Half of all worlds go without plans; in the others they come into force early and change often.
  const planned = rng.chance(0.5) ? 0 : 5;
  for (const kind of ['plan.put', 'plan.validate', 'plan.publish'] as const) kinds[kind] = planned;
  if (planned === 0) for (const kind of Object.keys(kinds) as CommandKind[]) if (kind.startsWith('plan.')) kinds[kind] = 0;
  // Half of all worlds price parcels by kilometres alone.
  if (rng.chance(0.5)) kinds['rates.put'] = kinds['rates.remove'] = 0;
  // Without documents there is nothing to be said of them.
  if (kinds['supply.put'] === 0) for (const kind of Object.keys(kinds) as CommandKind[]) if (kind.startsWith('supply.')) kinds[kind] = 0;
  // In half of all worlds much is sent and comes back; in the others nothing does.
  const isReturning = rng.chance(0.5);
  if (isReturning) {
    const often = ['order.place', 'stock.receive', 'fulfillment.pick', 'fulfillment.ship', 'return.request', 'return.receive', 'return.inspect', 'tracking.scan'] as const;
    for (const kind of Object.keys(kinds) as CommandKind[]) kinds[kind] *= 0.3;
    for (const kind of often) kinds[kind] += 40;
    for (const kind of ['fulfillment.deliver', 'return.approve', 'return.ship'] as const) kinds[kind] += 10;
  } else for (const kind of Object.keys(kinds) as CommandKind[]) if (kind.startsWith('return')) kinds[kind] = 0;
  // Half of all worlds have terminals; there little is picked without.
  const hasTerminals = rng.chance(0.5);
  for (const kind of Object.keys(kinds) as CommandKind[]) {
    if (!hasTerminals && (kind.startsWith('terminal.') || kind.startsWith('task.'))) kinds[kind] = 0;
    if (hasTerminals && (kind.startsWith('terminal.') || kind.startsWith('task.'))) kinds[kind] *= 3;
    else if (hasTerminals && !kind.endsWith('Cancel') && !kind.startsWith('offer.')) kinds[kind] *= 0.2;
  }
  if (hasTerminals) for (const kind of ['order.place', 'stock.receive', 'task.ack', 'task.scan', 'task.pack', 'task.handOver'] as const) kinds[kind] += kind === 'order.place' ? 100 : 30;
  // In some worlds much is not found while it is picked, and something else is taken.
  if (rng.chance(0.3)) {
    const often = ['order.place', 'stock.receive', 'fulfillment.pick', 'fulfillment.substitute', ...(hasTerminals ? (['task.ack', 'task.substitute'] as const) : [])] as const;
    for (const kind of often) kinds[kind] += 40;
    kinds['item.put'] += 20;
  }
  // Lines are long where carts outnumber units.
  if (dropShare > 0) {
    kinds['item.put'] += 3;
    kinds['reservation.make'] += 15;
  }
  if (planned > 0) {
    kinds['plan.canary'] += 15;
    kinds['plan.shadow'] += 15;
    kinds['order.place'] += 60;
    kinds['stock.receive'] += 30;
  }
  kinds['order.place'] ||= 20;
  kinds['stock.receive'] ||= 5;
  return kinds;
}
