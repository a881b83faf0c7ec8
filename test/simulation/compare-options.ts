/**
 * Where the engine says that units of an order could come from: of some orders, other units each time. Each location is
 * told once, with the units that the shadow knows it to have, and with what stands against it; ways over several
 * locations give no unit twice and lose none. That nothing is held, the rest of the comparison sees.
 */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { isUntracked } from './shadow/items.ts';
import { isClosed } from './shadow/order-facts.ts';
import { wantedOf } from './shadow/move.ts';
import type { Wanted } from './shadow/orders.ts';
import { isSoldFrom, unitsFrom } from './shadow/selling.ts';
import type { Shadow, ShadowOrder } from './shadow/state.ts';

type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];
type Agree = (what: string, is: unknown, said: unknown) => void;
type Options = NonNullable<Answers['order.options']>;

/** Orders looked at in one comparison. */
const looked = 4;

export function compareOptions(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const open = [...shadow.orders.values()].filter((order) => !isClosed(order));
  for (let at = 0; at < Math.min(looked, open.length); at += 1) {
    const order = open[(turnOf * 11 + at * 17) % open.length] as ShadowOrder;
    // The units that wait, or those of a part, which may not be there.
    const part = (turnOf + at) % (order.parts.length + 2) - 1;
    const index = part < 0 ? undefined : part;
    const said = ask('order.options', { orderId: order.id, ...(index !== undefined && { fulfillmentId: String(index + 1) }) });
    const wanted = wantedOf(order, index, undefined);
    const what = `where units of ${order.id}${index === undefined ? '' : `, part ${index + 1},`} could come from`;
    expect((said !== null) === wanted instanceof Map, () => `${what}: ${said === null ? 'not told' : 'told, and they cannot be moved'}`);
    if (said !== null && wanted instanceof Map) check(shadow, order, index, wanted, what, agree, said);
  }
  expect(ask('order.options', { orderId: 'nobody' }) === null, 'options are told of an order that does not exist');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function check(
  shadow: Shadow, order: ShadowOrder, index: number | undefined, wanted: Wanted, what: string, agree: Agree, { at, lines, options, ways }: Options,
): void {
  const here = index === undefined ? undefined : order.parts[index]?.location;
  agree(what, { at: here, lines: [...wanted].map(([line, quantity]) => ({ lineId: order.lines[line]?.lineId, quantity })) }, { at, lines });
  agree(`${what}: the locations`, [...shadow.locations.keys()].sort(), options.map(({ location }) => location as string).sort());
  const feasible = options.map(({ isFeasible }) => isFeasible);
  expect(!feasible.slice(1).some((is, place) => is && feasible[place] === false), () => `${what}: what is not feasible comes first`);
  const view = { channel: order.channel, segment: order.segment, method: 'ship' } as const;
  const bySku = new Map<string, number>();
  for (const [line, quantity] of wanted) {
    const { sku = '' } = order.lines[line] ?? {};
    bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  }
  for (const { location, isFeasible, reason, rule, units } of options) {
    const place = shadow.locations.get(location);
    if (place === undefined) continue;
    const has = [...bySku].map(([sku, quantity]) => Math.min(quantity, unitsFrom(shadow, sku, location, view)));
    agree(`${what}: units at ${location}`, sum(has), units);
    const isOpen = isSoldFrom(shadow, view, place);
    const isAll = units === sum([...bySku.values()]);
    // In the order in which a move is refused.
    const may = location === here ? ['current'] : !isOpen ? ['location-closed'] : rule !== undefined ? ['rule-excludes']
      : [...(place.capacity === undefined ? [] : ['no-capacity']), isAll ? undefined : 'out-of-stock'];
    expect(may.includes(reason), () => `${what}: ${location} stands as ${reason}, it may be ${may.join(' or ')}`);
    expect(isFeasible === (reason === undefined), () => `${what}: ${location} is feasible and ${reason}`);
  }
  for (const { parts, short, costMinor } of ways) {
    const given = new Map<string, number>();
    for (const { location, lines: sent } of parts) {
      expect(location !== here, () => `${what}: a way leads where they are`);
      for (const { lineId, quantity } of sent) {
        const sku = order.lines.find((line) => line.lineId === lineId)?.sku ?? '';
        const key = `${location}/${sku}`;
        given.set(key, (given.get(key) ?? 0) + quantity);
        const isThere = isUntracked(shadow, sku, order.channel) || (given.get(key) ?? 0) <= unitsFrom(shadow, sku, location, view);
        expect(isThere, () => `${what}: a way takes ${given.get(key)} of ${sku} from ${location}`);
      }
    }
    agree(`${what}: the units of a way`, sum([...wanted.values()]), short + sum([...given.values()]));
    agree(`${what}: what a way costs`, sum(parts.map((part) => part.costMinor)), costMinor);
  }
}
