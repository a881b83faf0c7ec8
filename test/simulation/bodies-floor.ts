/** The bodies of commands of terminals, drawn for the world as the shadow has it: scanners that drop out and repeat themselves. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { drawCarrier } from './bodies-network.ts';
import { drawLots } from './bodies-lots.ts';
import { drawSubstitute } from './draw-order.ts';
import { drawSku } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import { heldBy, type ShadowTask } from './shadow/floor.ts';
import type { Shadow } from './shadow/state.ts';

type FloorKind = Extract<CommandKind, `terminal.${string}` | `task.${string}`>;

const terminalNames = ['t1', 'toString', 't2', 't3', 'T-4.x'];
export const zoneNames = ['ambient', 'cold'];
export const needNames = ['forklift'];

export const floorDraws: Record<FloorKind, Draw> = {
  'terminal.open': drawTerminal,
  'terminal.beat': (rng, names, shadow) => ({ terminalId: drawId(rng, names, shadow) }),
  'terminal.lose': (rng, names, shadow) => ({ terminalId: drawId(rng, names, shadow) }),
  'terminal.close': (rng, names, shadow) => ({
    terminalId: drawId(rng, names, shadow), ...(rng.chance(0.4) ? { now: rng.chance(0.7) } : {}), ...(rng.chance(0.3) ? { reason: 'end of shift' } : {}),
  }),
  'task.ack': (rng, names, shadow) => ref(drawTask(rng, names, shadow, ['leased'])),
  'task.scan': drawScans,
  'task.short': (rng, names, shadow) => {
    const found = drawTask(rng, names, shadow, ['picking']);
    const left = (found.task?.lines ?? []).filter(({ quantity, scanned }) => quantity > scanned);
    const lines = left.filter(() => rng.chance(0.7)).map(({ lineId, sku, quantity, scanned }) => {
      const units = rng.between(1, quantity - scanned + (rng.chance(0.05) ? 1 : 0));
      return { lineId, quantity: units, ...(rng.chance(0.3) ? drawLots(rng, names, shadow, sku, found.task?.location ?? '', units, 'out') : {}) };
    });
    return { ...ref(found), lines: lines.length === 0 || rng.chance(0.03) ? [{ lineId: rng.chance(0.5) ? 'no-such' : '1', quantity: 1 }] : lines, reason: 'not on the shelf' };
  },
  'task.substitute': (rng, names, shadow) => {
    const found = drawTask(rng, names, shadow, ['picking']);
    const left = (found.task?.lines ?? []).filter(({ quantity, scanned }) => quantity > scanned);
    return { ...ref(found), ...drawSubstitute(rng, shadow, left.map(({ lineId, sku, quantity, scanned }) => ({ lineId, sku, quantity: quantity - scanned }))) };
  },
  'task.pack': drawParcels,
  'task.label': (rng, names, shadow) => {
    const found = drawTask(rng, names, shadow, ['packed', 'labelled']);
    const open = (found.task?.parcels ?? []).filter(({ label }) => label === undefined || rng.chance(0.1));
    return {
      ...ref(found), parcelId: open.length === 0 || rng.chance(0.03) ? 'no-such' : rng.pick(open).parcelId,
      ...(rng.chance(0.5) ? { carrier: drawCarrier(rng, names.settings) } : {}), tracking: `t${rng.below(1_000)}`, ...(rng.chance(0.3) ? { costMinor: rng.below(900) } : {}),
    };
  },
  'task.manifest': (rng, names, shadow) => ({ ...ref(drawTask(rng, names, shadow, ['labelled'])), manifest: `m${rng.below(20)}` }),
  'task.handOver': (rng, names, shadow) => ({
    ...ref(drawTask(rng, names, shadow, ['packed', 'labelled', 'manifested'])),
    ...(rng.chance(0.2) ? { carrier: drawCarrier(rng, names.settings) } : {}), ...(rng.chance(0.2) ? { tracking: 'own' } : {}),
  }),
  'task.release': (rng, names, shadow) => ({ ...ref(drawTask(rng, names, shadow, ['leased', 'picking', 'packed'])), ...(rng.chance(0.3) ? { reason: 'too heavy' } : {}) }),
};

function drawTerminal(rng: Rng, { settings }: Names, shadow: Shadow): object {
  const some = (share: number, field: object): object => (rng.chance(share) ? field : {});
  const terminalId = rng.pick(terminalNames);
  const known = shadow.terminals.get(terminalId)?.says.location;
  const busy = [...shadow.orders.values()].slice(-20).flatMap(({ parts }) => parts.flatMap(({ state, location }) => (state === 'released' ? [location] : [])));
  const any = rng.chance(settings.nonsenseShare / 8) ? 'nowhere' : rng.pick(busy.length > 0 && rng.chance(0.7) ? busy : settings.locations);
  const ms = (): number => rng.pick([1_000, 60_000, 3_600_000, 86_400_000, 86_400_000]);
  return {
    terminalId,
    location: known === undefined || rng.chance(0.05) ? any : known,
    capacity: rng.pick([1, 2, 5, 30]),
    ...some(0.3, { wave: rng.pick([1, 3, 10]) }), ...some(0.3, { unitsMax: rng.pick([1, 5, 50]) }),
    ...some(0.3, { zones: rng.pick([[], ['cold'], zoneNames]) }), ...some(0.6, { capabilities: needNames }),
    ...some(0.9, { leaseMs: ms() }), ...some(0.6, { ackMs: ms() }), ...some(0.6, { graceMs: ms() }), ...some(0.6, { keepMs: ms() }),
  };
}

function drawId(rng: Rng, { settings }: Names, shadow: Shadow): string {
  const open = [...shadow.terminals].flatMap(([id, one]) => (one === undefined ? [] : [id]));
  return open.length === 0 || rng.chance(settings.nonsenseShare / 4) ? rng.pick(terminalNames) : rng.pick(open);
}

interface Found {
  readonly terminalId: string;
  readonly task: ShadowTask | undefined;
}

const ref = ({ terminalId, task }: Found): { terminalId: string; orderId: string; fulfillmentId: string } =>
  ({ terminalId, orderId: task?.orderId ?? 'nobody', fulfillmentId: String((task?.index ?? 0) + 1) });

/** A task that a terminal holds, mostly in one of these states; now and then another terminal asks, or for one that is over. */
function drawTask(rng: Rng, names: Names, shadow: Shadow, states: readonly string[]): Found {
  const open = [...shadow.terminals].flatMap(([id, one]) => (one === undefined ? [] : [id]));
  const held = open.flatMap((id) => heldBy(shadow, id).map((task) => ({ terminalId: id, task })));
  const fitting = held.filter(({ task }) => states.includes(task.state));
  const found = fitting.length > 0 ? rng.pick(fitting) : held.length > 0 ? rng.pick(held) : undefined;
  if (found === undefined || rng.chance(0.06)) {
    const all = [...shadow.tasks.values()].slice(-30);
    return { terminalId: drawId(rng, names, shadow), task: all.length === 0 ? undefined : rng.pick(all) };
  }
  return rng.chance(0.03) ? { ...found, terminalId: drawId(rng, names, shadow) } : found;
}

/** What is next to be scanned, with scans that were sent before, as a scanner does that was offline. */
function drawScans(rng: Rng, names: Names, shadow: Shadow): object {
  const found = drawTask(rng, names, shadow, ['picking']);
  const { task } = found;
  const fresh = (task?.lines ?? []).flatMap(({ sku, quantity, scanned }, line) => {
    const left = quantity - scanned;
    if (left <= 0 || rng.chance(0.2)) return [];
    const units = rng.chance(0.6) ? left : rng.between(1, left + (rng.chance(0.05) ? 1 : 0));
    return [{ scanId: `s${task?.scans.length ?? 0}.${line}`, sku, ...(units === 1 && rng.chance(0.5) ? {} : { quantity: units }) }];
  });
  const skuOf = (lineId: string): string | undefined => task?.lines.find((line) => line.lineId === lineId)?.sku;
  const again = (task?.scans ?? []).filter(() => rng.chance(0.2)).flatMap(({ scanId, lineId, quantity }) => {
    const sku = rng.chance(0.02) ? drawSku(rng, names.settings) : skuOf(lineId);
    return sku === undefined ? [] : [{ scanId, sku, quantity: quantity + (rng.chance(0.02) ? 1 : 0) }];
  });
  const scans = [...again, ...fresh].slice(0, 100);
  const nonsense = { scanId: 'odd', sku: rng.chance(0.5) ? 'no-such' : drawSku(rng, names.settings) };
  return { ...ref(found), scans: scans.length === 0 || rng.chance(0.03) ? [...scans, nonsense] : scans };
}

function drawParcels(rng: Rng, names: Names, shadow: Shadow): object {
  const scanned = ({ lines }: ShadowTask): boolean => lines.every((line) => line.scanned === line.quantity);
  let found = drawTask(rng, names, shadow, ['picking']);
  for (let tries = 0; tries < 6 && found.task !== undefined && !scanned(found.task); tries += 1) found = drawTask(rng, names, shadow, ['picking']);
  const lines = (found.task?.lines ?? []).map(({ lineId, quantity }) => ({ lineId, quantity: quantity + (rng.chance(0.01) ? 1 : 0) }));
  const isSaid = lines.length > 0 && rng.chance(0.4);
  const parcel = (more: object): object => ({ weightGrams: rng.between(1, 30_000), ...(rng.chance(0.4) ? { lengthMm: 300, widthMm: 200, heightMm: 100 } : {}), ...more });
  const [one, ...others] = lines;
  const parcels = isSaid && others.length > 0 && rng.chance(0.5)
    ? [parcel({ lines: [one] }), parcel(rng.chance(0.05) ? {} : { lines: others })]
    : isSaid ? [parcel({ lines })] : Array.from({ length: rng.between(1, 3) }, (_, index) => parcel(rng.chance(0.3) ? { parcelId: rng.chance(0.02) ? '1' : `p${index}` } : {}));
  return { ...ref(found), parcels };
}
