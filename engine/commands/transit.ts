/** The command on transit times. */
import { transitRefusal } from '../../actors/calendar-checks.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { Core } from '../core.ts';
import { originName, transitKey } from '../promise/transit.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

/** Replace the lanes of one origin in one table. They hold for what is sourced from now on. */
export function putTransit(core: Core, body: CommandBody<'transit.put'>): Handled {
  const rejection = transitRefusal(body);
  if (rejection !== undefined) return refused(rejection);
  const key = transitKey(body.table, originName(body.origin));
  const { transits } = core.world;
  const { transitOriginsMax } = core.limits;
  if (transits.get(key)?.snapshot === undefined && transits.size >= transitOriginsMax) {
    return refuse('over-limit', `there are transit times from ${transitOriginsMax} origins already`, 'body.origin');
  }
  core.changes.set(core.world.transit(key), { value: 'put', context: body });
  return done({ id: key });
}
