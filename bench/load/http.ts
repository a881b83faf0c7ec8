/** The HTTP door: orders by POST, sent by autocannon from this process. */
import autocannon from 'autocannon';
import { number } from '../kit.ts';
import { Orders } from '../workload.ts';
import { closeAll, connectMany, seed } from './clients.ts';
import type { LoadOptions } from './options.ts';
import { usageOf } from './processes.ts';
import { fact } from './report.ts';
import type { Server } from './server.ts';
import { shapeOf } from './under-load.ts';

export interface HttpResult {
  readonly ordersPerSecond: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Answers other than 2xx, and requests without an answer. */
  readonly refused: number;
  readonly lost: number;
  readonly serverMicrosEach: number | undefined;
}

export async function overHttp(options: LoadOptions, server: Server, say: (what: string) => void): Promise<HttpResult> {
  const clients = await connectMany(server.url, 1, 16, options);
  const shape = shapeOf(options);
  try {
    if (clients[0] !== undefined) await seed(clients[0], shape);
  } finally {
    await closeAll(clients);
  }
  const orders = new Orders(shape, 'h-');
  say(`${options.warmupMs / 1_000} s of warm-up, then ${options.durationMs / 1_000} s measured`);
  await fire(options, server, orders, options.warmupMs);
  const before = usageOf(server.pid);
  const result = await fire(options, server, orders, options.durationMs);
  const after = usageOf(server.pid);
  const answered = result['2xx'] + result.non2xx;
  const { p50, p90, p99, p99_9: p999, max } = result.latency;
  return {
    ordersPerSecond: result['2xx'] / result.duration,
    p50,
    p90,
    p99,
    p999,
    max,
    refused: result.non2xx,
    lost: result.errors + result.timeouts,
    serverMicrosEach:
      before === undefined || after === undefined ? undefined : ((after.cpuMs - before.cpuMs) * 1_000) / answered,
  };
}

function fire(options: LoadOptions, server: Server, orders: Orders, forMs: number): ReturnType<typeof autocannon> {
  const url = new URL(server.url);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return autocannon({
    url: url.origin,
    connections: options.connections,
    pipelining: 1,
    duration: Math.max(1, Math.round(forMs / 1_000)),
    ...(options.rate === 'max' ? {} : { overallRate: options.rate }),
    requests: [
      {
        method: 'POST',
        path: '/v1/commands/order.place',
        setupRequest(request) {
          const order = orders.next();
          return { ...request, headers: headersFor(options, order.orderId), body: JSON.stringify(order) };
        },
      },
    ],
  });
}

function headersFor({ key }: LoadOptions, id: string): Record<string, string> {
  const common = { 'content-type': 'application/json', 'idempotency-key': id };
  return key === undefined ? common : { ...common, authorization: `Bearer ${key}` };
}

export function httpLines(options: LoadOptions, result: HttpResult): string[] {
  const { ordersPerSecond, p50, p90, p99, p999, max, refused, lost, serverMicrosEach } = result;
  const how = options.rate === 'max' ? 'closed loop' : `${options.rate}/s asked, late sends charged to the server`;
  return [
    '',
    fact('HTTP', `POST /v1/commands/order.place, ${options.connections} connections kept alive, one in flight each, ${how}`),
    fact('orders', `${number(ordersPerSecond)}/s`),
    fact('latency', `p50 ${p50}  p90 ${p90}  p99 ${p99}  p99.9 ${p999}  max ${max} ms (whole milliseconds)`),
    fact('refused, lost', `${refused}, ${lost}`),
    fact('server CPU', serverMicrosEach === undefined ? 'not known' : `${number(serverMicrosEach)} µs/order`),
  ];
}
