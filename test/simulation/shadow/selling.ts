/**
 * What can be sold, in the shadow: asked anew each time, place by place, from the cards of locations and
 * channels and the movements of stocks. Nothing is kept.
 */
import type { Location } from '../../../actors/network-commands.ts';
import { heldBackBy, ruleFor } from './buffer-commands.ts';
import { ofOthers } from './pool-commands.ts';
import { free, stockKey, toPromise, type Shadow } from './state.ts';
import { isOnPreorder, isUntracked, kitOf } from './items.ts';

/** Who asks, and how it would be delivered. */
export interface ShadowView {
  readonly channel: string | undefined;
  readonly method: 'ship' | 'pickup';
  readonly segment?: string | undefined;
}

type Place = Location & { readonly groups?: readonly string[]; readonly capabilities?: readonly string[] };

export function isSoldFrom(shadow: Shadow, { channel, method }: ShadowView, location: Place): boolean {
  if (location.state !== 'open') return false;
  const { capabilities = location.type === 'store' ? ['ship', 'pickup'] : ['ship'] } = location;
  if (!capabilities.includes(method)) return false;
  const card = channel === undefined ? undefined : shadow.channels.get(channel);
  if (card?.locations === undefined && card?.groups === undefined) return true;
  const isIn = (location.groups ?? []).some((group) => (card.groups ?? []).includes(group));
  return isIn || (card.locations ?? []).includes(location.id);
}

/** Units of a SKU that one place gives to a view. */
export function unitsFrom(shadow: Shadow, sku: string, place: string, view: ShadowView): number {
  const kit = kitOf(shadow, sku);
  if (kit !== undefined) {
    return Math.min(...kit.components.map((one) => Math.floor(unitsFrom(shadow, one.sku, place, view) / one.quantity)));
  }
  const location = shadow.locations.get(place);
  if (isUntracked(shadow, sku, view.channel)) {
    const { locations, groups } = shadow.items.get(sku)?.item.untracked ?? {};
    const isNamed = (locations as readonly string[] | undefined)?.includes(place) === true || location?.groups?.some((group) => groups?.includes(group)) === true;
    const isAny = locations === undefined && groups === undefined;
    const sends = location !== undefined && isSoldFrom(shadow, view, location) && (isAny || isNamed) && !isOnPreorder(shadow, sku);
    return sends ? Infinity : 0;
  }
  const stock = shadow.stocks.get(stockKey(sku, place));
  if (location === undefined || stock === undefined || !isSoldFrom(shadow, view, location)) return 0;
  if (isOnPreorder(shadow, sku)) return 0;
  const rule = heldBackBy(shadow, ruleFor(shadow, sku, place, view), sku, place);
  const units = Math.max(0, Math.min(toPromise(stock), free(stock) - rule));
  return Math.max(0, units - ofOthers(shadow, sku, place, view));
}

/** Units of a SKU that a channel may sell; without a channel, over all open locations. */
export function promise(shadow: Shadow, sku: string, view: ShadowView): number {
  const kit = kitOf(shadow, sku);
  if (kit !== undefined && !kit.together) {
    return Math.min(...kit.components.map((one) => Math.floor(promise(shadow, one.sku, view) / one.quantity)));
  }
  if (kit !== undefined) return [...shadow.locations.keys()].reduce((sum, place) => sum + unitsFrom(shadow, sku, place, view), 0);
  let sum = 0;
  const places = isUntracked(shadow, sku, view.channel) ? shadow.locations.keys() : (shadow.places.get(sku) ?? []);
  for (const place of places) sum += unitsFrom(shadow, sku, place, view);
  return sum;
}
