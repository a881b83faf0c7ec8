/**
 * Which server runs: uWebSockets.js where this Node has a binary of it, node:http with `ws`
 * elsewhere. The server it starts tells in `why` what was chosen, for one log line.
 */
import { connectionsThatFit } from './open-files.ts';
import type { Server, ServerOptions } from './server.ts';
import { StartError } from './start-error.ts';

export interface StartOptions extends ServerOptions {
  /**
   * `uws` refuses to start where there is no binary for this Node; `auto`, the default, falls back.
   */
  readonly prefer?: 'auto' | 'uws' | 'node' | undefined;
}

/**
 * Start the one port. Rejects with a StartError when the address, the port or the TLS files will
 * not do.
 */
export async function startServer(options: StartOptions): Promise<Server> {
  const { prefer = 'auto', connectionsMax = Number.POSITIVE_INFINITY } = options;
  const fit = connectionsThatFit() ?? Number.POSITIVE_INFINITY;
  const bounded = { ...options, connectionsMax: Math.min(connectionsMax, fit) };
  if (prefer === 'node') return startFallback(bounded, 'node:http and ws, as asked');
  const loaded = await loadUws();
  if (typeof loaded !== 'string') return loaded.startUws(bounded);
  if (prefer === 'uws') throw new StartError(`uWebSockets.js was asked for, but ${loaded}`);
  return startFallback(bounded, `node:http and ws, slower than uWebSockets.js, but ${loaded}`);
}

async function startFallback(options: ServerOptions, why: string): Promise<Server> {
  const { startNode } = await import('./node.ts');
  return startNode(options, why);
}

/** The module, or why it cannot be loaded. */
async function loadUws(): Promise<typeof import('./uws.ts') | string> {
  try {
    return await import('./uws.ts');
  } catch (error) {
    const { platform, arch, versions } = process;
    const first = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
    return `it has no binary for Node ${versions.node} on ${platform} ${arch} (${first})`;
  }
}
