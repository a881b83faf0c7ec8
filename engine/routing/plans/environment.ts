/**
 * Everything an expression may speak of: each name with its type, what it depends on and how it is read. The
 * type checker, the compiled expressions, their oracle in tests and the page on the language are made from this.
 */
import { dateOf, dayMs, hourMs, weekdayOf, weekdays } from '../../../actors/civil.ts';
import { must } from '../../assert.ts';
import { ageing, daily, flowing, hourly, localDaily, localHourly, type Clockwork } from './clockwork.ts';
import type { CaseFacts } from './facts.ts';
import type { LineFacts, OfferFacts, OrderFacts, PlaceFacts, Scope, ServiceFacts, StockFacts } from './facts.ts';

/** What a value depends on; an expression depends on all that its names do. */
export const uses = { order: 1, place: 2, offer: 4, line: 8, service: 16, time: 32, case: 64 } as const;

/** What a value is read from: as `uses`, but that a line is itself alone, and the name of a service as well. */
export const reads = { ...uses, carrier: 64 } as const;

export type FieldType =
  'string' | 'int' | 'double' | 'bool' | 'list<string>' | 'map<string, string>' | 'map<string, double>';

export interface Field {
  readonly type: FieldType;
  /** May be missing: an expression that reads it then fails, and the rule counts as its `otherwise` says. */
  readonly optional?: true;
  readonly uses: number;
  readonly reads: number;
  readonly meaning: string;
  /** How its value depends on time; absent: it does not. */
  readonly clock?: Clockwork;
  /** @param subject the line that is asked about; other roots read the scope. */
  read(scope: Scope, subject: LineFacts): unknown;
  /** The same as a function of the scope alone. */
  reader(subject: (scope: Scope) => LineFacts): (scope: Scope) => unknown;
}

type Reader<T> = (facts: T, scope: Scope) => unknown;
type Row<T> = readonly [type: `${FieldType}${'' | '?'}`, meaning: string, read: Reader<T>, reads?: number];
type Rows<T> = Readonly<Record<string, Row<T>>>;

/** Where facts stand in a scope; `scope`: it is the scope itself that is asked. */
type Root = 'order' | 'place' | 'offer' | 'stock' | 'service' | 'line' | 'case' | 'scope';

function fields<T>(mask: number, root: Root, rows: Rows<T>): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, [type, meaning, read, from = mask]]) => {
      const optional = type.endsWith('?') ? { optional: true as const } : {};
      const what = `facts for ${name}`;
      const ask = read as Reader<unknown>;
      const fact = (scope: Scope, subject: LineFacts): unknown => {
        const facts = root === 'line' ? subject : root === 'scope' ? scope : scope[root];
        return ask(must(facts, what), scope);
      };
      const reader: Field['reader'] = (subject) => readerOf(root, ask, subject);
      const how = { uses: mask, reads: from, meaning, read: fact, reader };
      return [name, { type: type.replace('?', '') as FieldType, ...optional, ...how }];
    }),
  );
}

/** One function for each root, so that each looks into the scope in one place. */
function readerOf(root: Root, ask: Reader<unknown>, subject: (scope: Scope) => LineFacts): (scope: Scope) => unknown {
  switch (root) {
    case 'order':
      return (scope) => ask(scope.order, scope);
    case 'place':
      return (scope) => ask(scope.place, scope);
    case 'offer':
      return (scope) => ask(scope.offer, scope);
    case 'stock':
      return (scope) => ask(scope.stock, scope);
    case 'service':
      return (scope) => ask(scope.service, scope);
    case 'line':
      return (scope) => ask(subject(scope), scope);
    case 'case':
      return (scope) => ask(scope.case, scope);
    case 'scope':
      return (scope) => ask(scope, scope);
  }
}

const sum = (lines: readonly LineFacts[], of: (line: LineFacts) => number): number => {
  let total = 0;
  for (let index = 0; index < lines.length; index += 1) total += of(lines[index] as LineFacts);
  return total;
};
const units = ({ lines }: OrderFacts): number => sum(lines, ({ quantity }) => quantity);

const order = fields<OrderFacts>(uses.order, 'order', {
  id: ['string', 'its id', ({ id }) => id],
  channel: ['string', 'the sales channel it came through', ({ channel }) => channel],
  currency: ['string?', 'ISO 4217', ({ currency }) => currency],
  service: ['string?', 'the carrier service it asked for', ({ service }) => service],
  priority: ['int', '0 to 9', ({ priority }) => priority],
  shortage: ['string', '`refuse` or `backorder`: what it wants when units are missing', ({ shortage }) => shortage],
  attempt: ['int', 'times it was sourced before', ({ attempt }) => attempt],
  ageMinutes: [
    'int',
    'whole minutes since it was placed',
    ({ placedAtMs }, { nowMs }) => Math.floor((nowMs - placedAtMs) / 60_000),
  ],
  hoursToPromise: [
    'double?',
    'hours until the time it was promised for; negative when that is over',
    ({ promisedByMs }, { nowMs }) => (promisedByMs === undefined ? undefined : (promisedByMs - nowMs) / hourMs),
  ],
  valueMinor: [
    'int',
    'worth of its units, in minor units',
    ({ lines }) => sum(lines, (line) => line.quantity * line.unitPriceMinor),
  ],
  units: ['int', 'units to be sourced', units],
  lineCount: ['int', 'lines with units to be sourced', ({ lines }) => lines.length],
  skus: ['list<string>', 'their SKUs', ({ lines }) => lines.map(({ sku }) => sku)],
  tags: ['list<string>', 'words that mark it', ({ tags }) => tags],
  attributes: ['map<string, string>', 'texts of its own', ({ attributes }) => attributes],
  numbers: ['map<string, double>', 'numbers of its own', ({ numbers }) => numbers],
});

const customer = fields<OrderFacts>(uses.order, 'order', {
  id: ['string?', 'the caller’s own reference', ({ customer }) => customer],
  segment: ['string?', 'the segment it belongs to, as the channel says', ({ segment }) => segment],
});

const destination = fields<OrderFacts>(uses.order, 'order', {
  country: ['string', 'ISO 3166-1 alpha-2', ({ country }) => country],
  postalCode: ['string?', 'postal code', ({ postalCode }) => postalCode],
  latitude: ['double?', 'degrees', ({ latitude }) => latitude],
  longitude: ['double?', 'degrees', ({ longitude }) => longitude],
});

const line = fields<LineFacts>(uses.line, 'line', {
  id: ['string', 'its id within the order', ({ id }) => id],
  sku: ['string', 'its SKU', ({ sku }) => sku],
  quantity: ['int', 'units to be sourced', ({ quantity }) => quantity],
  unitPriceMinor: ['int', 'price of a unit, in minor units', ({ unitPriceMinor }) => unitPriceMinor],
  valueMinor: ['int', 'worth of its units, in minor units', (one) => one.quantity * one.unitPriceMinor],
  kit: ['string?', 'the SKU of the kit it is a component of', ({ kit }) => kit],
  attributes: ['map<string, string>', 'texts of its item', ({ attributes }) => attributes],
  numbers: ['map<string, double>', 'numbers of its item', ({ numbers }) => numbers],
});

const place = fields<PlaceFacts>(uses.place, 'place', {
  id: ['string', 'its id', ({ id }) => id],
  name: ['string', 'as people know it', ({ name }) => name],
  type: ['string', '`warehouse`, `store`, `3pl`, `supplier` or `virtual`', ({ type }) => type],
  country: ['string', 'ISO 3166-1 alpha-2', ({ country }) => country],
  region: ['string?', 'state, province, county', ({ region }) => region],
  postalCode: ['string?', 'postal code', ({ postalCode }) => postalCode],
  groups: ['list<string>', 'groups it belongs to', ({ groups }) => groups],
  capabilities: ['list<string>', 'what it can do', ({ capabilities }) => capabilities],
  attributes: ['map<string, string>', 'texts of its own', ({ attributes }) => attributes],
  numbers: ['map<string, double>', 'numbers of its own', ({ numbers }) => numbers],
});

const offer = fields<OfferFacts>(uses.order | uses.place | uses.offer, 'offer', {
  distanceKm: ['int', 'kilometres to the destination', ({ distanceKm }) => distanceKm],
  shippingMinor: [
    'int',
    'what the cheapest service takes for a parcel from here',
    ({ shippingMinor }) => shippingMinor,
  ],
  units: ['int', 'units of the order that it has', (one) => one.units],
  wholeLines: ['int', 'lines of the order that it could ship whole', ({ wholeLines }) => wholeLines],
  hasAll: [
    'bool',
    'whether it could ship all of the order',
    ({ wholeLines }, scope) => wholeLines === scope.order?.lines.length,
  ],
  unitsToday: ['int', 'units it has been given for today; 0 without a capacity', ({ unitsToday }) => unitsToday],
  parcelsToday: [
    'int',
    'parcels it has been given for today; 0 without a capacity',
    ({ parcelsToday }) => parcelsToday,
  ],
});

const isHome: Field = {
  type: 'bool',
  uses: uses.order | uses.place,
  reads: uses.order | uses.place,
  meaning: 'whether it is in the country of the destination',
  read: ({ place, order }) => place?.country === order?.country,
  reader: () => ({ place, order }) => place?.country === order?.country,
};

const stock = fields<StockFacts>(uses.order | uses.place | uses.offer | uses.line, 'stock', {
  atp: ['int', 'units the order’s channel may take', ({ atp }) => atp],
  onHand: ['int', 'units physically there', ({ onHand }) => onHand],
  unavailable: ['int', 'of these, damaged, in quality control or held', ({ unavailable }) => unavailable],
  reserved: ['int', 'held for carts', ({ reserved }) => reserved],
  allocated: ['int', 'given to orders', ({ allocated }) => allocated],
  buffer: ['int', 'held back from sale', ({ buffer }) => buffer],
});

const service = fields<ServiceFacts>(uses.order | uses.place | uses.service, 'service', {
  id: ['string', 'its id, `standard` where the carrier names none', ({ id }) => id, reads.carrier],
  carrier: ['string', 'the carrier', ({ carrier }) => carrier, reads.carrier],
  costMinor: ['int', 'what it takes for a parcel from here', ({ costMinor }) => costMinor],
});

interface Clock {
  readonly day: number;
  readonly hour: number;
}
const clockOf = (ms: number | undefined): Clock | undefined =>
  ms === undefined ? undefined : { day: Math.floor(ms / dayMs), hour: Math.floor((ms % dayMs) / hourMs) };
const clockRows = (suffix: '' | '?', clock: (scope: Scope) => Clock | undefined): Rows<Scope> => ({
  weekday: [`string${suffix}`, '`monday` to `sunday`', (scope) => dayName(clock(scope))],
  hour: [`int${suffix}`, '0 to 23', (scope) => clock(scope)?.hour],
  date: [`string${suffix}`, 'such as `2026-12-24`', (scope) => dateName(clock(scope))],
});
const dayName = (clock: Clock | undefined): string | undefined => clock && weekdays[weekdayOf(clock.day)];
const dateName = (clock: Clock | undefined): string | undefined => clock && dateOf(clock.day);
const calendar = fields<Scope>(
  uses.place | uses.time,
  'scope',
  clockRows('?', ({ place, nowMs }) => clockOf(place?.localMs(nowMs))),
);
const now = fields<Scope>(uses.time, 'scope', {
  ms: ['int', 'milliseconds since 1970', ({ nowMs }) => nowMs],
  ...clockRows('', ({ nowMs }) => clockOf(nowMs)),
});

const clocks: Readonly<Record<string, Readonly<Record<string, Clockwork>>>> = {
  order: { ageMinutes: ageing, hoursToPromise: flowing },
  calendar: { weekday: localDaily, hour: localHourly, date: localDaily },
  now: { ms: flowing, weekday: daily, hour: hourly, date: daily },
};

const timed = (root: 'order' | 'calendar' | 'now', of: Record<string, Field>): Record<string, Field> =>
  Object.fromEntries(
    Object.entries(of).map(([name, field]) => {
      const clock = clocks[root]?.[name];
      return [name, clock === undefined ? field : { ...field, clock }];
    }),
  );

export type Roots = Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** Every root with its fields. `lines` is beside them: the list of all lines, for macros. */
export const roots: Roots = {
  order: timed('order', order),
  customer,
  destination,
  line,
  location: { ...place, isHome, ...offer },
  stock,
  service,
  calendar: timed('calendar', calendar),
  now: timed('now', now),
};

/** What conditions of playbooks may speak of beside what they share with plans. Plans know nothing of it. */
export const caseFields = fields<CaseFacts>(uses.case, 'case', {
  code: ['string', 'Its kind, such as OVERSOLD', ({ code }) => code],
  subject: ['string', 'What it is about', ({ subject }) => subject.id],
  severity: ['string', 'low, medium, high or critical', ({ severity }) => severity],
  owner: ['string', 'Whose it is', ({ owner }) => owner],
  orders: ['int', 'Orders it concerns now', ({ orders }) => orders],
  times: ['int', 'How often it was raised', ({ times }) => times],
  attempt: ['int', 'Attempts of this step before this one', ({ attempt }) => attempt],
  isLate: ['bool', 'It should have ended by now', ({ isLate }) => isLate],
  isEscalated: ['bool', 'It was escalated', ({ isEscalated }) => isEscalated],
  ageMinutes: [
    'int', 'Whole minutes since it was raised',
    ({ raisedAtMs }, { nowMs }) => Math.floor((nowMs - raisedAtMs) / 60_000),
  ],
});
export const caseRoots: Roots = { ...roots, case: caseFields };

/** Members a list or map is reckoned with when the cost of an expression is estimated. */
export const reckonedMembers = 20;
