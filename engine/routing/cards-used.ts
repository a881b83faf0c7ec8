/** Which rate cards a decision went by: those in force for the services that its parcels go with. */
import type { CardUse, Plan } from '../../actors/order-context.ts';
import { standard } from '../promise/services.ts';
import type { Rates } from '../rates.ts';

/** A plan with the versions of the cards that its parcels are priced by; as it is where there are none. */
export function withCards(rates: Rates, plan: Plan, atMs: number): Plan {
  if (rates.isIdle) return plan;
  const used: CardUse[] = [];
  for (const { carrier, service = standard } of plan.fulfillments) {
    if (carrier === undefined || used.some((one) => one.carrier === carrier && one.service === service)) continue;
    const version = rates.inForce(carrier, service, atMs)?.card.version;
    if (version !== undefined) used.push({ carrier, service, version });
  }
  return used.length === 0 ? plan : { ...plan, rates: used };
}
