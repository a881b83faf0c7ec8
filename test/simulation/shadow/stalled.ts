/** Picks that stand still, in the shadow: terminals that are silent with tasks that were begun with. */
import { clear, raise } from './case-raise.ts';
import { heldBy, isTouched } from './floor.ts';
import type { Doing } from './orders.ts';
import type { Shadow } from './state.ts';

interface Stalled {
  readonly id: string;
  readonly location: string;
}

export function stalledNow(shadow: Shadow): Stalled[] {
  const all = [...shadow.terminals].flatMap(([id, one]) => {
    const isSilent = one?.state === 'offline' && one.reason === 'it was silent for too long';
    return isSilent && heldBy(shadow, id).some(isTouched) ? [{ id, location: one.says.location as string }] : [];
  });
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What stands still that did not, and goes on that stood. */
export function settleStalled(doing: Doing): void {
  const { shadow } = doing;
  const now = stalledNow(shadow);
  const news = now.map((one) => ({ ...one, isNow: true, key: `stalled ${one.id}/${one.location}` }));
  const keys = new Set(news.map(({ key }) => key));
  const over = [...shadow.caseWatch].flatMap(([key, is]) => {
    const at = key.indexOf('/');
    return key.startsWith('stalled ') && is === true && !keys.has(key) ? [{ id: key.slice(8, at), location: key.slice(at + 1), isNow: false, key }] : [];
  });
  for (const { id, location, isNow, key } of [...news, ...over].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (shadow.caseWatch.get(key) === isNow) continue;
    shadow.set(shadow.caseWatch, key, isNow);
    if (isNow) raise(doing, { code: 'PICK_STALLED', subject: location, cause: `terminal ${id} is silent, with tasks that it has begun with`, orders: [], by: 'engine' });
    else if (!now.some((one) => one.location === location)) clear(doing, `PICK_STALLED/${location}`);
  }
}
