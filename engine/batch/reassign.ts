/**
 * Better places for orders that have some, all in all: pure. Orders that want the same units are one class; each has
 * a price at every location. Moving some in a circle, or along a path that ends where units are free, keeps every
 * stock as it is; as long as there is a circle or path that costs less than nothing, it is gone along. That is the
 * cheapest flow of a class, exactly; classes that share SKUs, and orders in several parcels, take turns until none
 * gains.
 */

/** Units of a SKU, by its index. */
export interface Wanted {
  readonly sku: number;
  readonly quantity: number;
}

export interface JointOrder {
  readonly needs: readonly Wanted[];
  /** The one location it has all from; -1: it comes from several. */
  readonly at: number;
  /** What its present places cost. */
  readonly nowMinor: number;
  /** By location: what all of it costs from there; Infinity where it cannot come from. */
  readonly minor: readonly number[];
  /** What it has where, when it comes from several. */
  readonly parts: readonly (Wanted & { readonly location: number })[];
}

export interface Joint {
  readonly locations: number;
  readonly orders: readonly JointOrder[];
  /** By SKU and location: units that are free. */
  readonly free: readonly (readonly number[])[];
}

/** Where each order is to come from: its location; -1: as it does now. Never dearer in sum than now. */
export function reassign({ locations, orders, free: given }: Joint): readonly number[] {
  const free = given.map((units) => [...units]);
  const at = orders.map((order) => order.at);
  const classes = [...classesOf(orders).values()].filter((members) => members.length > 0);
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const members of classes) while (turn(members, orders, at, free, locations)) isBetter = true;
    for (const index of orders.keys()) {
      if (at[index] === -1 && join(index, orders, at, free)) isBetter = true;
    }
  }
  return at;
}

/** Orders that want the same, by what they want. */
function classesOf(orders: readonly JointOrder[]): Map<string, number[]> {
  const classes = new Map<string, number[]>();
  for (const [index, { needs }] of orders.entries()) {
    const key = [...needs].sort((a, b) => a.sku - b.sku).map(({ sku, quantity }) => `${sku}:${quantity}`).join();
    const members = classes.get(key);
    if (members === undefined) classes.set(key, [index]);
    else members.push(index);
  }
  return classes;
}

const hasFree = (free: readonly (readonly number[])[], needs: readonly Wanted[], location: number): boolean =>
  needs.every(({ sku, quantity }) => (free[sku]?.[location] ?? 0) >= quantity);

function give(free: number[][], needs: readonly Wanted[], location: number, sign: 1 | -1): void {
  for (const { sku, quantity } of needs) {
    const units = free[sku];
    if (units !== undefined) units[location] = (units[location] ?? 0) + sign * quantity;
  }
}

/** The least it costs to send one of a class from another location than now, and which one that is. */
interface Step {
  minor: number;
  order: number;
}

/** Go along one circle or path that costs less than nothing; false when there is none. */
function turn(
  members: readonly number[],
  orders: readonly JointOrder[],
  at: number[],
  free: number[][],
  locations: number,
): boolean {
  const [first = 0] = members;
  const needs = orders[first]?.needs ?? [];
  const steps = stepsOf(members, orders, at, locations);
  const open = Array.from({ length: locations }, (_, location) => hasFree(free, needs, location));
  const circle = circleIn(steps, open, locations);
  if (circle === undefined) return false;
  for (let index = 0; index + 1 < circle.length; index += 1) {
    const [from = 0, to = 0] = [circle[index], circle[index + 1]];
    if (from === locations) give(free, needs, to, 1);
    else if (to === locations) give(free, needs, from, -1);
    else at[steps[from]?.[to]?.order ?? -1] = to;
  }
  return true;
}

function stepsOf(
  members: readonly number[], orders: readonly JointOrder[], at: readonly number[], locations: number,
): Step[][] {
  const steps = Array.from({ length: locations }, () =>
    Array.from({ length: locations }, (): Step => ({ minor: Infinity, order: -1 })),
  );
  for (const order of members) {
    const from = at[order] ?? -1;
    const { minor = [] } = orders[order] ?? {};
    const row = steps[from];
    if (row === undefined) continue;
    for (let to = 0; to < locations; to += 1) {
      const more = (minor[to] ?? Infinity) - (minor[from] ?? Infinity);
      const step = row[to];
      if (to !== from && step !== undefined && more < step.minor) Object.assign(step, { minor: more, order });
    }
  }
  return steps;
}

/**
 * A circle of locations that costs less than nothing, its first one last again; undefined when there is none. The
 * place after the last location stands for units that are free: it is reached from where there are some.
 */
function circleIn(
  steps: readonly (readonly Step[])[], open: readonly boolean[], locations: number,
): number[] | undefined {
  const count = locations + 1;
  const cost = (from: number, to: number): number => {
    if (from === locations) return 0;
    if (to === locations) return open[from] === true ? 0 : Infinity;
    return steps[from]?.[to]?.minor ?? Infinity;
  };
  const sum = new Array<number>(count).fill(0);
  const before = new Array<number>(count).fill(-1);
  let last = -1;
  for (let round = 0; round < count; round += 1) {
    last = -1;
    for (let from = 0; from < count; from += 1) {
      for (let to = 0; to < count; to += 1) {
        const minor = (sum[from] ?? 0) + (from === to ? Infinity : cost(from, to));
        if (minor >= (sum[to] ?? 0)) continue;
        sum[to] = minor;
        before[to] = from;
        last = to;
      }
    }
    if (last < 0) return undefined;
  }
  // So many steps back, one stands on the circle.
  for (let step = 0; step < count; step += 1) last = before[last] ?? -1;
  const circle = [last];
  for (let node = before[last] ?? -1; node !== last; node = before[node] ?? -1) circle.push(node);
  circle.push(last);
  return circle.reverse();
}

/** An order in several parcels that comes in one, and the order that makes room for it elsewhere, if one must. */
interface Joining {
  readonly savedMinor: number;
  readonly to: number;
  readonly other: number;
  readonly otherTo: number;
}

/** An order in several parcels comes in one where that costs less, if need be once another has gone elsewhere. */
function join(index: number, orders: readonly JointOrder[], at: number[], free: number[][]): boolean {
  const { needs, parts } = orders[index] ?? { needs: [], parts: [] };
  for (const part of parts) give(free, [part], part.location, 1);
  const best = joiningOf(index, orders, at, free);
  if (best === undefined) {
    for (const part of parts) give(free, [part], part.location, -1);
    return false;
  }
  const { to, other, otherTo } = best;
  if (other >= 0) {
    const moved = orders[other]?.needs ?? [];
    give(free, moved, at[other] ?? -1, 1);
    give(free, moved, otherTo, -1);
    at[other] = otherTo;
  }
  give(free, needs, to, -1);
  at[index] = to;
  return true;
}

/** The best there is, its own units being free; undefined when none saves anything. */
function joiningOf(
  index: number, orders: readonly JointOrder[], at: readonly number[], free: number[][],
): Joining | undefined {
  const { needs = [], nowMinor = 0, minor = [] } = orders[index] ?? {};
  let best: Joining | undefined;
  const look = (joining: Joining): void => {
    if (joining.savedMinor > (best?.savedMinor ?? 0)) best = joining;
  };
  for (let to = 0; to < minor.length; to += 1) {
    const savedMinor = nowMinor - (minor[to] ?? Infinity);
    if (savedMinor <= (best?.savedMinor ?? 0)) continue;
    if (hasFree(free, needs, to)) look({ savedMinor, to, other: -1, otherTo: -1 });
    else for (let other = 0; other < orders.length; other += 1) {
      if (at[other] === to) lookAway(orders[other], free, needs, to, (otherTo, more) => {
        look({ savedMinor: savedMinor - more, to, other, otherTo });
      });
    }
  }
  return best;
}

/** Where an order could go so that there is room for other needs, with what that costs more. */
function lookAway(
  order: JointOrder | undefined, free: number[][], wanted: readonly Wanted[], from: number,
  look: (to: number, more: number) => void,
): void {
  const { needs = [], minor = [] } = order ?? {};
  give(free, needs, from, 1);
  if (hasFree(free, wanted, from)) {
    for (let to = 0; to < minor.length; to += 1) {
      if (to !== from && hasFree(free, needs, to)) look(to, (minor[to] ?? Infinity) - (minor[from] ?? 0));
    }
  }
  give(free, needs, from, -1);
}
