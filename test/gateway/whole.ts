/** The real engine behind the real gateway, on a disk in memory. */
import { reject } from '../../actors/rejection.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { startGateway, type Gateway } from '../../gateway/gateway.ts';
import type { Role } from '../../gateway/auth/credential.ts';
import { MemoryDisk } from '../../storage/memory.ts';

export interface Whole {
  readonly engine: Engine;
  readonly gateway: Gateway;
  readonly url: string;
  stop(): Promise<void>;
}

/** @param role of whoever comes; the key `wrong` is refused. */
export async function serveWhole(role: Role = 'operator'): Promise<Whole> {
  const fail = (what: unknown): void => {
    throw new Error(`incident: ${String(what)}`);
  };
  const claim = await new MemoryDisk().journal().claim('test');
  const hooks = { onBug: fail, onSlowCommit: () => undefined, onHungCommit: () => fail('hung'), onLost: fail };
  const engine = await Engine.open({ claim, clock: systemClock, hooks });
  const gateway = await startGateway({
    engine,
    host: '127.0.0.1',
    port: 0,
    authenticate: async ({ headers }) =>
      headers.get('authorization') === 'Bearer wrong'
        ? reject('unauthenticated', 'this key is not known, or was revoked')
        : ({ name: 'op', role, channels: '*', locations: '*' } as const),
    allows: () => undefined,
    onIncident: fail,
  });
  return {
    engine,
    gateway,
    url: `ws://127.0.0.1:${gateway.port}/v1/socket`,
    async stop() {
      await gateway.close();
      await engine.close();
    },
  };
}
