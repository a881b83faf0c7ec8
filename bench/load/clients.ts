/** The sockets of the load: connected by the client anybody uses (gateway/client), with retries off so that every refusal is seen. */
import { connect, type Baton } from '../../gateway/client/client.ts';
import { seeding, type Shape } from '../workload.ts';
import type { LoadOptions } from './options.ts';

/** Connections being opened at a time: a listening socket's queue is finite. */
const dialsMax = 128;
/** A request waits at most so long for its answer, milliseconds. */
export const timeoutMs = 60_000;

type Target = Pick<LoadOptions, 'key' | 'protocol'>;

/** Connect `count` clients. Rejects when one cannot, after closing the others. */
export async function connectMany(url: string, count: number, inFlight: number, target: Target): Promise<Baton[]> {
  const clients: Baton[] = [];
  const dial = async (): Promise<void> => {
    const client = await connect({
      url,
      key: target.key,
      protocol: target.protocol,
      inFlightMax: inFlight,
      queueMax: 10_000_000,
      retriesMax: 0,
      timeoutMs,
      connectTimeoutMs: 60_000,
      silenceMs: 120_000,
    });
    clients.push(client);
  };
  try {
    while (clients.length < count) {
      await Promise.all(Array.from({ length: Math.min(dialsMax, count - clients.length) }, dial));
    }
  } catch (error) {
    await closeAll(clients);
    throw error;
  }
  return clients;
}

export async function closeAll(clients: readonly Baton[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
}

/** Put the workload's network and stock through the socket. Rejects on the first refusal. */
export async function seed(client: Baton, shape: Shape): Promise<void> {
  let waiting: Promise<unknown>[] = [];
  for (const { kind, body } of seeding(shape)) {
    waiting.push(client.command(kind, body));
    if (waiting.length < 8) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
}
