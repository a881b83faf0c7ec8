/** A scope for tests of plan expressions, and the same as the CEL library takes it: plain objects, whole numbers as bigint. */
import { roots } from '../../engine/routing/plans/environment.ts';
import { emptyScope, type LineFacts, type Scope } from '../../engine/routing/plans/facts.ts';

export interface Knobs {
  readonly channel?: string;
  readonly service?: string | undefined;
  readonly tags?: readonly string[];
  readonly gift?: string | undefined;
  readonly units?: number;
  readonly distanceKm?: number;
  readonly quantity?: number;
  readonly unitPriceMinor?: number;
  readonly type?: string;
  readonly region?: string | undefined;
  readonly hasZone?: boolean;
}

const line = (id: string, quantity: number, unitPriceMinor: number, attributes: Record<string, string>): LineFacts =>
  ({ id, sku: `S${id}`, quantity, unitPriceMinor, kit: undefined, attributes, numbers: { weight: 1.5 } });

export function scopeOf(knobs: Knobs = {}): Scope {
  const { quantity = 2, unitPriceMinor = 1_000, gift } = knobs;
  const lines = [line('1', quantity, unitPriceMinor, { season: 'winter' }), line('2', 1, 500, {})];
  const scope = emptyScope();
  scope.nowMs = 1_700_000_000_000;
  scope.order = {
    id: 'o1', channel: knobs.channel ?? 'web', currency: 'EUR', customer: undefined, segment: undefined, service: knobs.service,
    priority: 3, shortage: 'refuse', attempt: 0, placedAtMs: scope.nowMs - 600_000, promisedByMs: undefined,
    tags: knobs.tags ?? ['vip'], attributes: gift === undefined ? {} : { gift }, numbers: { risk: 0.25 },
    country: 'NL', postalCode: '1012AB', latitude: undefined, longitude: undefined, lines,
  };
  scope.line = lines[0];
  scope.place = {
    id: 'A', name: 'Store A', type: knobs.type ?? 'store', country: 'NL', region: knobs.region, postalCode: undefined,
    groups: ['north', 'city'], capabilities: ['ship', 'pickup'], attributes: { tier: 'gold' }, numbers: {},
    localMs: (nowMs) => (knobs.hasZone === true ? nowMs + 3_600_000 : undefined),
  };
  scope.offer = { distanceKm: knobs.distanceKm ?? 42, shippingMinor: 512, units: knobs.units ?? 2, wholeLines: 1, unitsToday: 7, parcelsToday: 3 };
  scope.stock = { atp: knobs.units ?? 2, onHand: 5, unavailable: 1, reserved: 0, allocated: 2, buffer: 0 };
  scope.service = { id: 'express', carrier: 'post', costMinor: 900 };
  return scope;
}

/** The scope as the library takes it; what is missing is left out. */
export function contextOf(scope: Scope): Record<string, unknown> {
  const facts = (root: string, subject: LineFacts): object =>
    Object.fromEntries(
      Object.entries(roots[root] ?? {}).flatMap(([name, field]) => {
        const value = field.read(scope, subject);
        return value === undefined ? [] : [[name, field.type === 'int' ? BigInt(value as number) : value]];
      }),
    );
  const all = Object.fromEntries(Object.keys(roots).map((root) => [root, facts(root, scope.line as LineFacts)]));
  return { ...all, lines: scope.order?.lines.map((each) => facts('line', each)) };
}
