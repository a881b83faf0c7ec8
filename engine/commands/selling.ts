/** Commands on what channels may sell: buffer rules and pools. */
import type { Command } from '../../actors/commands.ts';
import { unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import { putBuffer, removeBuffer } from './buffers.ts';
import type { Handled } from './handled.ts';
import { putPool, removePool } from './pools.ts';

export type SellingCommand = Extract<Command, { kind: `buffer.${string}` | `pool.${string}` }>;

export function changeSelling(core: Core, command: SellingCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'buffer.put':
      return putBuffer(core, command.body, atMs);
    case 'buffer.remove':
      return removeBuffer(core, command.body);
    case 'pool.put':
      return putPool(core, command.body);
    case 'pool.remove':
      return removePool(core, command.body);
    default:
      return unreachable(command);
  }
}
