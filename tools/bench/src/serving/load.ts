import autocannon from 'autocannon';

/** What a turn of load came to; milliseconds. */
export interface Turn {
  requestsPerSecond: number;
  /** From the start to the last answer. */
  seconds: number;
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
  const startedAt = performance.now();
  let answeredAt = startedAt;
  const result = await autocannon({
    // Its types are older than it is: it takes several addresses, to which connections are given in turns.
    url: url as string,
    ...('seconds' in amount ? { connections, duration: amount.seconds } : limitsOf(connections, amount)),
    setupClient: (client) => client.on('response', () => (answeredAt = performance.now())),
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
  // Autocannon notices at its next look that the last answer has come.
  const seconds = 'seconds' in amount ? result.duration : (answeredAt - startedAt) / 1_000;
  return {
    requestsPerSecond: result['2xx'] / seconds,
    seconds,
    requests: result['2xx'],
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

/** Milliseconds between two looks of autocannon's at whether it is done. */
const LOOK_EVERY = 50;
/** Seconds after which a request counts as failed. */
const PATIENCE = 60;

/** Autocannon gives each connection its part, and none may get nothing. */
function limitsOf(connections: number, { requests, rate }: { readonly requests: number; readonly rate?: number }) {
  const common = { amount: requests, sampleInt: LOOK_EVERY, timeout: PATIENCE };
  return rate === undefined
    ? { ...common, connections: Math.min(connections, requests) }
    : { ...common, connections: Math.min(connections, requests, rate), overallRate: rate };
}
