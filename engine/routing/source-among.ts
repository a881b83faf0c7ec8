/** A request that asks some of its candidates alone. */
import type { LocationId } from '../../actors/ids.ts';
import type { SourcingRequest } from './source.ts';

export function limitedTo(request: SourcingRequest, to: ReadonlySet<LocationId>): SourcingRequest {
  const kept = request.candidates.flatMap(({ location }, index) => (to.has(location) ? [index] : []));
  const candidates = kept.flatMap((index) => request.candidates[index] ?? []);
  return { ...request, candidates, available: (sku, candidate) => request.available(sku, kept[candidate] ?? -1) };
}
