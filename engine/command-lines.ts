/** How large a command is, by what it carries. */
import type { Command } from '../actors/commands.ts';

/** Lines, entries or locations a command carries. */
export function linesOf({ body }: Command): number {
  if ('entries' in body) return body.entries.length;
  if ('supply' in body) return body.supply.lines.length;
  if ('lanes' in body) return body.lanes.length;
  if ('channel' in body && typeof body.channel === 'object') {
    return (body.channel.locations?.length ?? 0) + (body.channel.groups?.length ?? 0);
  }
  return 'lines' in body && body.lines !== undefined ? body.lines.length : 0;
}
