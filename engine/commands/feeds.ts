/** The ends of a feed. Neither changes anything: what they are for is their place in the journal. */
import type { CommandBody } from '../../actors/commands.ts';
import { done, type Handled } from './handled.ts';

export function openFeed({ feed }: CommandBody<'feed.open'>, atMs: number): Handled {
  return done({ id: feed, openedAtMs: atMs });
}

export function closeFeed({ feed }: CommandBody<'feed.close'>): Handled {
  return done({ id: feed });
}
