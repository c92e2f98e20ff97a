import autocannon from 'autocannon';

/** What a turn of load came to; milliseconds. */
export interface Turn {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** Posts bodies in turns to a URL, with so many requests in flight, and measures from request to whole answer. */
export async function postUnderLoad(url: string, bodies: readonly string[], connections: number, seconds: number): Promise<Turn> {
  let next = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
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
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}
