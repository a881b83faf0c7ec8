/** What must hold of lots in the engine's own memory: they sum to the balance, and what may not be sold is held. */
import type { LotPlace } from '../../actors/lots.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';

const unsold = ({ onHand, damaged, quality, held, blocked }: LotPlace): number => onHand - damaged - quality - held - blocked;

export function checkLots(engine: Engine, orders: readonly { readonly context: OrderContext }[]): void {
  const { core, timers } = engine.inspect();
  const { world } = core;
  const set = new Set([...timers.all].map(({ atMs, owner }) => `${owner.kind} ${owner.id} ${atMs}`));
  const sums = new Map<string, { onHand: number; damaged: number; quality: number; held: number }>();
  const picked = new Map<string, number>();
  const serials = new Map<string, number>();
  let open = 0;
  for (const { id, sku, snapshot } of world.lots.cells.values()) {
    const lot = snapshot?.context;
    if (lot === undefined) continue;
    const isBlocked = lot.recall !== undefined || lot.hasLeft;
    const isOpen = lot.places.length > 0 || lot.transit.length > 0 || lot.recall !== undefined;
    if (isOpen) open += 1;
    expect((sku.lots?.open.filter((cell) => cell.id === id).length ?? 0) === (isOpen ? 1 : 0), `lot ${id} is listed wrongly`);
    for (const place of lot.places) {
      const key = `${place.location}/${sku.sku}`;
      const sum = sums.get(key) ?? { onHand: 0, damaged: 0, quality: 0, held: 0 };
      sum.onHand += place.onHand;
      sum.damaged += place.damaged;
      sum.quality += place.quality;
      sum.held += place.held + place.blocked;
      sums.set(key, sum);
      if (place.picked > 0) picked.set(`${place.location}/${id}`, place.picked);
      const { location: _location, ...units } = place;
      expect(Object.values(units).every((count) => count >= 0) && unsold(place) >= 0, () => `lot ${id}: ${JSON.stringify(place)}`);
      expect(isBlocked || place.blocked === 0, () => `lot ${id} may be sold, and ${place.blocked} are held back`);
      expect(!isBlocked || unsold(place) === 0 || set.has(`lot ${id} 0`), () => `lot ${id} may not be sold, and ${unsold(place)} are for sale at ${place.location}`);
      expect(sku.lots?.at(place.location).filter((cell) => cell.id === id).length === 1, `lot ${id} is not listed at ${place.location}`);
    }
    const isTimed = !isOpen || lot.hasLeft || lot.leavesAtMs === undefined || set.has(`lot ${id} ${lot.leavesAtMs}`);
    expect(isTimed, `lot ${id} will not leave sale at ${lot.leavesAtMs}`);
    const units = lot.places.reduce((sum, { onHand }) => sum + onHand, 0) + lot.transit.reduce((sum, one) => sum + one.units, 0);
    if (sku.item?.snapshot?.context.tracking?.by === 'serial') serials.set(id, units);
  }
  expect(open === world.lots.openCount, `${open} lots are open, counted are ${world.lots.openCount}`);
  for (const [id, units] of serials) expect(units <= 1, `serial ${id} is ${units} units`);
  checkSums(engine, sums);
  checkPicked(orders, picked);
}

/** Of a tracked SKU all units are of lots; of another none is. */
function checkSums(engine: Engine, sums: ReadonlyMap<string, object>): void {
  for (const { sku, item, stocks } of engine.inspect().core.world.skus.values()) {
    const isTracked = item?.snapshot?.context.tracking !== undefined;
    for (const { location, snapshot } of stocks) {
      if (snapshot === undefined) continue;
      const { onHand, damaged, quality, held } = snapshot.context;
      const sum = JSON.stringify(sums.get(`${location.id}/${sku}`) ?? { onHand: 0, damaged: 0, quality: 0, held: 0 });
      const expected = JSON.stringify(isTracked ? { onHand, damaged, quality, held } : { onHand: 0, damaged: 0, quality: 0, held: 0 });
      expect(sum === expected, () => `${location.id}/${sku}: the lots have ${sum}, the stock ${expected}`);
    }
  }
}

/** What lots have as picked is what orders are told to pick. */
function checkPicked(orders: readonly { readonly context: OrderContext }[], picked: Map<string, number>): void {
  const told = new Map<string, number>();
  for (const { context } of orders) {
    for (const { location, state, lots = [] } of context.fulfillments) {
      for (const { lineId, lot, quantity } of state === 'picking' ? lots : []) {
        const sku = context.lines.find((line) => line.lineId === lineId)?.sku;
        const key = `${location}/${lot}/${sku}`;
        told.set(key, (told.get(key) ?? 0) + quantity);
      }
    }
  }
  const sorted = (map: ReadonlyMap<string, number>): string => JSON.stringify([...map].sort());
  expect(sorted(told) === sorted(picked), () => `told to pick are ${sorted(told)}, the lots have ${sorted(picked)}`);
}
