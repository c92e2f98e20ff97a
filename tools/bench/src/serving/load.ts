import autocannon from 'autocannon';

/** What a turn of load came to; milliseconds. */
export interface Turn {
  requestsPerSecond: number;
  /** Those that were answered with success. */
  requests: number;
  p50: number;
  p99: number;
  failed: number;
}

/** How much is posted. */
export type Amount =
  | { readonly seconds: number }
  /** Exactly so many requests, where given at most so many a second: each second's follow one another at its beginning. */
  | { readonly requests: number; readonly rate?: number };

/** Posts bodies in turns to a URL, or to several in turns, with so many requests in flight, and measures from request to whole answer. */
export async function postUnderLoad(
  url: string | readonly string[],
  bodies: readonly string[],
  connections: number,
  amount: Amount,
): Promise<Turn> {
  let next = 0;
  const result = await autocannon({
    // Its types are older than it is: it takes several addresses, to which connections are given in turns.
    url: url as string,
    ...('seconds' in amount ? { connections, duration: amount.seconds } : limitsOf(connections, amount)),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => {
          next = (next + 1) % bodies.length;
          return { ...request, body: bodies[next] };
        },
      },
    ],
  });
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    requests: result['2xx'],
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

/** Autocannon gives each connection its part, and none may get nothing. */
function limitsOf(connections: number, { requests, rate }: { readonly requests: number; readonly rate?: number }) {
  return rate === undefined
    ? { connections: Math.min(connections, requests), amount: requests }
    : { connections: Math.min(connections, requests, rate), amount: requests, overallRate: rate };
}
