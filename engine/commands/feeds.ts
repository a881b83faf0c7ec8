/**
 * The ends of a feed. What they are for is their place in the journal; the end may also say which locations
 * it covered, where buffers that grow with the age of feeds begin anew, and what it found there.
 */
import { growthAt } from '../../actors/buffer-growth.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { FedLocation } from '../../actors/feed-commands.ts';
import type { Core } from '../core.ts';
import { noteFed } from '../drift.ts';
import { stepBuffer } from './buffers.ts';
import { done, refuse, type Handled } from './handled.ts';

export function openFeed({ feed }: CommandBody<'feed.open'>, atMs: number): Handled {
  return done({ id: feed, openedAtMs: atMs });
}

export function closeFeed(core: Core, body: CommandBody<'feed.close'>, atMs: number): Handled {
  const { feed, locations = [], asOfMs = atMs, found = [] } = body;
  const { world } = core;
  if (asOfMs > atMs) return refuse('over-limit', `${asOfMs} has not come yet`, 'body.asOfMs');
  for (const [index, location] of locations.entries()) {
    if (world.locations.get(location)?.snapshot === undefined) {
      return refuse('unknown-location', `no location ${location}`, `body.locations[${index}]`);
    }
    for (const cell of world.selling.buffers.growingAt(location)) {
      const { grows, growth } = cell.snapshot?.context ?? {};
      // A feed that is older than the last one tells nothing new.
      if (grows === undefined || growth === undefined || asOfMs <= growth.sinceMs) continue;
      stepBuffer(core, cell, growthAt(grows, asOfMs, atMs));
    }
  }
  const wrong = wrongFinding(core, found);
  if (wrong !== undefined) return wrong;
  noteFed(core, feed, found, atMs);
  return done({ id: feed });
}

function wrongFinding({ world }: Core, found: readonly FedLocation[]): Handled | undefined {
  const seen = new Set<string>();
  for (const [index, { location }] of found.entries()) {
    const field = `body.found[${index}].location`;
    if (world.locations.get(location)?.snapshot === undefined) {
      return refuse('unknown-location', `no location ${location}`, field);
    }
    if (seen.has(location)) return refuse('duplicate', `${location} twice in one feed`, field);
    seen.add(location);
  }
  return undefined;
}
