import { HttpProblem } from '@attune/http-kit';
import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ConsoleConfiguration } from './configuration';
import './public-routes';

/** Of a socket, what is needed here. */
interface WebSocket {
  readonly OPEN: number;
  readonly readyState: number;
  readonly bufferedAmount: number;
  terminate(): void;
}

/** The path under which the page speaks to a service, and where the service is. */
const SERVICES = [
  ['/api/customer-service', 'customerService'],
  ['/api/sentiment-monitor', 'sentimentMonitor'],
  ['/api/recommender', 'recommender'],
  ['/api/trainer', 'trainer'],
] as const;

/** The one service that is spoken to over WebSockets, and the longest message that it takes: bytes. */
const SOCKET_PREFIX = '/api/customer-service';
const MOST_SOCKET_BYTES = 131_072;
const MOST_WAITING_BYTES = 1_000_000;
/** Connections to a service. Each stream of events holds one for as long as somebody looks at it. */
const MOST_CONNECTIONS = 4_096;

/** A browser names its key as a subprotocol with this beginning. */
const KEY_PROTOCOL = 'key.';

/** The types of the proxy do not name what its documentation does. */
const SOCKETS = { headers: {}, rewriteRequestHeaders: socketHeaders };

/**
 * Hands requests of the page on to the services. The page and its APIs share one origin, so services need to allow no other;
 * which key a caller has, and what it may do, they decide themselves.
 */
export async function serveApis(http: FastifyInstance, configuration: ConsoleConfiguration): Promise<void> {
  // Bodies go through as they come; the parsers that were set read JSON alone.
  http.removeAllContentTypeParsers();
  for (const [prefix, service] of SERVICES) {
    await http.register(httpProxy, {
      prefix,
      upstream: configuration[service].replace(/\/$/, ''),
      websocket: prefix === SOCKET_PREFIX,
      wsServerOptions: { maxPayload: MOST_SOCKET_BYTES },
      wsHooks: { onConnect: endWithSource, onOutgoingMessage: endSlowReader },
      config: { public: true },
      // Streams of events are quiet for long.
      undici: { headersTimeout: 0, bodyTimeout: 0, connections: MOST_CONNECTIONS },
      replyOptions: {
        // A service that says when to come again is not asked at once.
        retryDelay: () => null,
        onError: (reply, { error }) => {
          void reply.send(new HttpProblem('unavailable', { detail: `The service behind ${prefix} does not answer.`, cause: error }));
        },
        // A service without keys answers to loopback names alone: it must see the name that the browser used.
        rewriteRequestHeaders: (request, headers) => ({ ...headers, host: request.headers.host }),
      },
      wsClientOptions: SOCKETS,
    });
  }
}

/** Whoever left while the service was being reached would leave a socket behind that nobody ends. */
function endWithSource(_context: unknown, source: WebSocket, target: WebSocket): void {
  if (source.readyState !== source.OPEN) target.terminate();
}

/** A reader that reads nothing would fill the memory; it joins again where it was. */
function endSlowReader(_context: unknown, source: WebSocket): void {
  if (source.bufferedAmount > MOST_WAITING_BYTES) source.terminate();
}

/** What a service must see of the request that opened a WebSocket: the name and page it was for, and whose it is. */
function socketHeaders(
  headers: Readonly<Record<string, string>>,
  { headers: { host, origin, ...given } }: FastifyRequest,
): Record<string, string> {
  const key = given['sec-websocket-protocol']
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length);
  return {
    ...headers,
    ...(host === undefined ? {} : { host }),
    ...(origin === undefined ? {} : { origin }),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
}
