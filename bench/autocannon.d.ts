/** The part of autocannon that the load tool uses; it brings no types of its own. */
declare module 'autocannon' {
  interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  }

  interface Options {
    readonly url: string;
    readonly connections: number;
    readonly pipelining: number;
    /** Seconds. */
    readonly duration: number;
    /** Requests per second over all connections; absent: as fast as answers come. */
    readonly overallRate?: number | undefined;
    readonly requests: readonly {
      readonly method: string;
      readonly path: string;
      /** Called before each request is sent. */
      setupRequest(request: Request): Request;
    }[];
  }

  interface Histogram {
    readonly average: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly p99_9: number;
    readonly max: number;
  }

  interface Result {
    /** Milliseconds. */
    readonly latency: Histogram;
    readonly requests: Histogram & { readonly total: number };
    /** Seconds. */
    readonly duration: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
    readonly '2xx': number;
  }

  export default function autocannon(options: Options): Promise<Result>;
}
