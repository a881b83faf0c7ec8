/**
 * Orders and locations to try a plan with. Their values are those the plan itself compares with, and one that is
 * none of them; numbers also one less and one more. The network's own locations come in where there is one.
 */
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import type { World } from '../../world.ts';
import { parse, type Node } from './cel.ts';
import { roots, type Field } from './environment.ts';
import type { LineFacts, OfferFacts, OrderFacts, PlaceFacts, ServiceFacts, StockFacts } from './facts.ts';
import { placeFacts } from './facts-of.ts';

/** An order and a network that show something, as plain values. */
export interface Example {
  readonly order: Readonly<Record<string, unknown>>;
  readonly location?: string | undefined;
}

/** An order with all that rules may ask about it. */
export interface TrialOrder {
  readonly order: OrderFacts;
  readonly places: readonly TrialPlace[];
}

export interface TrialPlace {
  readonly place: PlaceFacts;
  readonly offer: OfferFacts;
  readonly stock: StockFacts;
  readonly services: readonly ServiceFacts[];
}

const triedMax = { orders: 400, places: 40, values: 8 };

/** The values a document compares each field with. */
export function comparedValues(document: PlanDocument): Map<string, Set<string | number>> {
  const values = new Map<string, Set<string | number>>();
  const note = (field: string, value: unknown): void => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return;
    let known = values.get(field);
    if (known === undefined) values.set(field, (known = new Set()));
    known.add(typeof value === 'bigint' ? Number(value) : value);
  };
  const texts = [
    document.applies,
    document.split?.together,
    ...(document.rules ?? []).flatMap(({ when, cost }) => [when, typeof cost === 'string' ? cost : undefined]),
    ...(document.fallbacks ?? []).map(({ when }) => when),
  ];
  for (const text of texts) if (text !== undefined) visit(parse(text, roots).ast, note);
  return values;
}

type Note = (field: string, value: unknown) => void;

/** Walk a tree; every field and each value that stands beside it in a comparison is noted. */
function visit(node: Node, note: Note): void {
  const children = childrenOf(node);
  const fields = children.flatMap((child) => fieldIn(child) ?? []);
  for (const field of fields) {
    for (const child of children) {
      for (const value of child.op === 'list' ? child.args : [child]) if (value.op === 'value') note(field, value.args);
    }
  }
  const entry = entryIn(node);
  if (entry !== undefined) note(`${entry.map}:keys`, entry.key);
  for (const child of children) visit(child, note);
}

function childrenOf({ args }: Node): Node[] {
  const found: Node[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as Node);
  };
  collect(args);
  return found;
}

/** `order.channel` of a node that reads it, or an entry of one of its maps; members of `lines` are lines. */
function fieldIn(node: Node): string | undefined {
  const entry = entryIn(node);
  if (entry !== undefined) return `${entry.map}:${entry.key}`;
  if (node.op !== '.' || node.args[0].op !== 'id') return undefined;
  const root = Object.hasOwn(roots, node.args[0].args) ? node.args[0].args : 'line';
  return `${root}.${node.args[1]}`;
}

/** `order.attributes["gift"]` or `order.attributes.gift`. */
function entryIn(node: Node): { readonly map: string; readonly key: string } | undefined {
  if (node.op === '.' && node.args[0].op === '.') {
    const map = fieldIn(node.args[0]);
    return map === undefined ? undefined : { map, key: node.args[1] };
  }
  if (node.op !== '[]') return undefined;
  const [from, at] = node.args;
  const map = fieldIn(from);
  return map !== undefined && at.op === 'value' && typeof at.args === 'string' ? { map, key: at.args } : undefined;
}

/** A value for each field, drawn in turn from what the plan compares it with. */
class Drawer {
  readonly #values: ReadonlyMap<string, ReadonlySet<string | number>>;
  #turn = 0;

  constructor(values: ReadonlyMap<string, ReadonlySet<string | number>>) {
    this.#values = values;
  }

  /** Go on to the next combination. */
  next(): void {
    this.#turn += 1;
  }

  /** One of the choices: by turn and field alone, and evenly over many turns. */
  #pick<T>(field: string, choices: readonly T[]): T | undefined {
    let mixed = this.#turn;
    for (const letter of field) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x9e3779b1) ^ (mixed >>> 15);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    return choices[((mixed ^ (mixed >>> 15)) >>> 0) % choices.length];
  }

  text(field: string, otherwise: string): string {
    return this.#pick(field, [otherwise, ...this.#of(field).map(String)]) ?? otherwise;
  }

  maybe(field: string): string | undefined {
    return this.#pick(field, [undefined, ...this.#of(field).map(String)]);
  }

  number(field: string, otherwise: number): number {
    const near = this.#of(field).flatMap((value) => (typeof value === 'number' ? [value - 1, value, value + 1] : []));
    return Math.max(0, this.#pick(field, [otherwise, ...near]) ?? otherwise);
  }

  list(field: string): string[] {
    const all = this.#of(field).map(String);
    const one = this.#pick(field, [undefined, ...all, '']);
    return one === undefined ? [] : one === '' ? all : [one];
  }

  entries<T>(map: string, of: (field: string) => T): Record<string, T> {
    const all = this.#of(`${map}:keys`).map(String);
    const has = this.#pick(`${map}:keys`, [false, true, true]);
    return has === true ? Object.fromEntries(all.map((key) => [key, of(`${map}:${key}`)])) : {};
  }

  #of(field: string): (string | number)[] {
    return [...(this.#values.get(field) ?? [])].slice(0, triedMax.values);
  }
}

export function exampleOrders(world: World | undefined, document: PlanDocument, nowMs: number): TrialOrder[] {
  const values = comparedValues(document);
  const draw = new Drawer(values);
  const cards = (world?.locationList ?? []).flatMap(({ snapshot }) =>
    snapshot === undefined ? [] : [snapshot.context],
  );
  const own = cards.slice(0, triedMax.places).map(placeFacts);
  const orders: TrialOrder[] = [];
  for (let turn = 0; turn < triedMax.orders; turn += 1) {
    draw.next();
    const order = drawOrder(draw, nowMs);
    const places: TrialPlace[] = [];
    const count = own.length === 0 ? 3 : own.length;
    for (let index = 0; index < count; index += 1) {
      if (own.length === 0) draw.next();
      places.push(drawPlace(draw, own[index], order, index));
    }
    orders.push({ order, places });
  }
  return orders;
}

function drawOrder(draw: Drawer, nowMs: number): OrderFacts {
  const lines = Array.from({ length: 2 }, (_, index): LineFacts => {
    const quantity = Math.max(1, draw.number('line.quantity', 1));
    return {
      id: String(index + 1),
      sku: draw.text('line.sku', `SKU-${index + 1}`),
      quantity,
      unitPriceMinor: draw.number('line.unitPriceMinor', Math.ceil(draw.number('order.valueMinor', 5_000) / 2)),
      kit: draw.maybe('line.kit'),
      attributes: draw.entries('line.attributes', (field) => draw.text(field, 'other')),
      numbers: draw.entries('line.numbers', (field) => draw.number(field, 1)),
    };
  });
  return {
    id: 'example',
    channel: draw.text('order.channel', 'web'),
    currency: draw.maybe('order.currency'),
    customer: draw.maybe('customer.id'),
    segment: draw.maybe('customer.segment'),
    service: draw.maybe('order.service'),
    priority: draw.number('order.priority', 0),
    shortage: draw.text('order.shortage', 'backorder'),
    attempt: draw.number('order.attempt', 0),
    placedAtMs: nowMs - 60_000 * draw.number('order.ageMinutes', 0),
    promisedByMs: nowMs + 3_600_000 * draw.number('order.hoursToPromise', 48),
    tags: draw.list('order.tags'),
    attributes: draw.entries('order.attributes', (field) => draw.text(field, 'other')),
    numbers: draw.entries('order.numbers', (field) => draw.number(field, 1)),
    country: draw.text('destination.country', 'GB'),
    postalCode: draw.maybe('destination.postalCode'),
    latitude: undefined,
    longitude: undefined,
    lines,
  };
}

function drawPlace(draw: Drawer, own: PlaceFacts | undefined, order: OrderFacts, index: number): TrialPlace {
  const units = draw.number('location.units', 10);
  const abroad = order.country === 'DE' ? 'FR' : 'DE';
  const place: PlaceFacts = own ?? {
    id: draw.text('location.id', `L${index + 1}`),
    name: 'Example',
    type: draw.text('location.type', 'warehouse'),
    country: draw.text('location.country', index % 3 === 2 ? abroad : order.country),
    region: draw.maybe('location.region'),
    postalCode: undefined,
    groups: draw.list('location.groups'),
    capabilities: draw.list('location.capabilities'),
    attributes: draw.entries('location.attributes', (field) => draw.text(field, 'other')),
    numbers: draw.entries('location.numbers', (field) => draw.number(field, 1)),
    localMs: (nowMs) => nowMs,
  };
  const shippingMinor = draw.number('location.shippingMinor', 500);
  return {
    place,
    offer: {
      distanceKm: draw.number('location.distanceKm', 100 * (index + 1)),
      shippingMinor,
      units,
      wholeLines: Math.min(order.lines.length, draw.number('location.wholeLines', order.lines.length)),
      unitsToday: draw.number('location.unitsToday', 0),
      parcelsToday: draw.number('location.parcelsToday', 0),
    },
    stock: {
      atp: draw.number('stock.atp', units),
      onHand: draw.number('stock.onHand', units),
      unavailable: 0,
      reserved: 0,
      allocated: 0,
      buffer: 0,
    },
    services: [
      {
        id: draw.text('service.id', 'standard'),
        carrier: draw.text('service.carrier', 'carrier'),
        costMinor: draw.number('service.costMinor', shippingMinor),
      },
    ],
  };
}

/** Fields of an order that differ from what every order has, for people to read. */
export function exampleOf(order: OrderFacts, location?: string): Example {
  const shown: readonly (readonly [string, unknown])[] = [
    ['channel', order.channel],
    ['country', order.country],
    ['postalCode', order.postalCode],
    ['service', order.service],
    ['priority', order.priority],
    ['shortage', order.shortage],
    ['customer', order.customer],
    ['tags', order.tags],
    ['attributes', { ...order.attributes, ...order.numbers }],
    ['lines', order.lines.map(({ sku, quantity, unitPriceMinor }) => ({ sku, quantity, unitPriceMinor }))],
  ];
  const isSaid = (value: unknown): boolean =>
    value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return { order: Object.fromEntries(shown.filter(([, value]) => isSaid(value))), location };
}

/** The fields there are, for the page on the language. */
export function fieldNames(): readonly (readonly [name: string, field: Field])[] {
  return Object.entries(roots).flatMap(([root, fields]) =>
    Object.entries(fields).map(([key, field]) => [`${root}.${key}`, field] as const),
  );
}
