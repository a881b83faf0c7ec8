/** Which services may carry a parcel, and which of them is the cheapest. */
import { obstacleTo } from '../../actors/carrier-health.ts';
import type { ServiceId } from '../../actors/ids.ts';
import type { Destination } from '../../actors/order-commands.ts';
import { isBefore, priceOf, servicesOf, type CarrierService } from '../promise/services.ts';
import type { World } from '../world.ts';

/**
 * The services of open carriers, all, or those of the name asked for, that take parcels to a destination. Those whose
 * circuit is open, or that are under an embargo there, do not.
 */
export function openServices(
  world: World,
  asked: ServiceId | undefined,
  to: Destination | undefined,
): readonly CarrierService[] {
  const services: CarrierService[] = [];
  for (const { snapshot } of world.carriers.values()) {
    if (snapshot?.value !== 'open') continue;
    const { card, health } = snapshot.context;
    for (const service of servicesOf(card)) {
      if (asked !== undefined && service.id !== asked) continue;
      if (health === undefined || obstacleTo(health, service.id, to) === undefined) services.push(service);
    }
  }
  return services;
}

/** The cheapest service for a parcel over so many kilometres; of equals by carrier, then by service. */
export function cheapestService(services: readonly CarrierService[], km: number): CarrierService | undefined {
  let best: CarrierService | undefined;
  let bestMinor = Infinity;
  for (const service of services) {
    const minor = priceOf(service, km);
    if (minor > bestMinor || (minor === bestMinor && best !== undefined && !isBefore(service, best))) continue;
    best = service;
    bestMinor = minor;
  }
  return best;
}

/** Whether any carrier has a service, open or suspended. */
export function isOffered(world: World, service: ServiceId): boolean {
  for (const { snapshot } of world.carriers.values()) {
    if (snapshot !== undefined && servicesOf(snapshot.context.card).some(({ id }) => id === service)) return true;
  }
  return false;
}
