/** Commands on rate cards. */
import type { CommandBody } from '../../actors/commands.ts';
import { rateVersionsMax } from '../../actors/limits.ts';
import { rateRefusal } from '../../actors/rate-checks.ts';
import type { Core } from '../core.ts';
import { servicesOf } from '../promise/services.ts';
import { rateKey } from '../rates.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

export function putRates(core: Core, { card }: CommandBody<'rates.put'>, atMs: number): Handled {
  const { world, changes, limits } = core;
  const { carrier, service, version } = card;
  const offered = world.carriers.get(carrier)?.snapshot?.context.card;
  if (offered === undefined) return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.card.carrier');
  if (!servicesOf(offered).some(({ id }) => id === service)) {
    return refuse('unknown-service', `${carrier} has no service ${service}`, 'body.card.service');
  }
  const rejection = rateRefusal(card);
  if (rejection !== undefined) return refused(rejection);
  const key = rateKey(card);
  if (world.rates.find(key) === undefined) {
    if (world.rates.versionsOf(carrier, service).length >= rateVersionsMax) {
      const detail = `${carrier} ${service} has ${rateVersionsMax} versions: remove one`;
      return refuse('over-limit', detail, 'body.card.version');
    }
    if (world.rates.count >= limits.rateCardsMax) {
      return refuse('over-limit', `there are ${limits.rateCardsMax} rate cards already`, 'body.card');
    }
  }
  changes.set(world.rates.cell(key), { value: 'put', context: { card } });
  world.rates.expect(atMs);
  return done({ id: `${carrier}/${service}`, version });
}

export function removeRates({ world, changes }: Core, body: CommandBody<'rates.remove'>): Handled {
  const key = rateKey(body);
  const { carrier, service, version } = body;
  if (world.rates.find(key) === undefined) {
    const known = world.rates.versionsOf(carrier, service).length > 0;
    const detail = known ? `${carrier} ${service} has no version ${version}` : `${carrier} ${service} has no rate card`;
    return refuse('unknown-rates', detail, known ? 'body.version' : 'body.service');
  }
  changes.set(world.rates.cell(key), { value: 'put', context: {} });
  return done({ id: `${carrier}/${service}`, version });
}
