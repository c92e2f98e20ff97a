import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger';
import type { Metrics } from '../metrics/metrics';
import { HttpProblem } from '../problems/http-problem';
import { runInContext } from '../request/request-context';
import { keepState, stateOf, type RequestState } from '../request/request-state';
import type { ApiKeys } from '../security/api-keys';
import { isLoopback } from '../security/loopback';
import { presentedKey } from '../security/presented-key';
import { unauthenticated } from '../security/scope.guard';
import type { OpenSpan, Tracing } from '../tracing/tracing';
import { assertMediaType, routeSettings } from './route-settings';

/** What the hooks of every request use. */
export interface RequestHooksOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly apiKeys: ApiKeys;
  /** Counts a request; resolves with the seconds to wait where it is one too many. */
  readonly limitRate: (request: FastifyRequest) => Promise<number | undefined>;
}

type Done = (error?: Error) => void;

/** Ids that callers send are taken over when they cannot break a line of a log. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;
const CLIENT_CLOSED_REQUEST = 499;
const QUIET_ROUTES = ['/health/', '/metrics'];

/** What happens to every request before its route, and after its answer. */
export class RequestHooks {
  constructor(private readonly options: RequestHooksOptions) {}

  /** The first: gives the request its id and its context, and follows it to its end. */
  readonly begin = (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    const { headers } = request;
    const offered = single(headers['x-request-id']);
    const requestId = offered !== undefined && REQUEST_ID.test(offered) ? offered : randomUUID();
    const route = request.routeOptions.url;
    const span = this.options.tracing.begin(
      { name: `${request.method} ${route ?? ''}`.trim(), kind: 'server', attributes: { 'http.request.method': request.method } },
      { traceparent: single(headers.traceparent), tracestate: single(headers.tracestate), requestId },
    );
    const state: RequestState = { context: span.context };
    keepState(request.raw, state);
    void reply.header('x-request-id', requestId);
    this.follow(request, reply, state, span);
    runInContext(state.context, done);
  };

  /** After the begin: whose request it is, whether it may come so often, and whether its route needs a key. The body is not read yet. */
  readonly admit = async (request: FastifyRequest): Promise<void> => {
    const { apiKeys, metrics } = this.options;
    const state = stateOf(request.raw);
    const identity = apiKeys.identify(presentedKey(request.headers));
    if (state !== undefined && identity !== undefined) state.identity = identity;
    const route = request.routeOptions.url;
    if (route !== undefined && QUIET_ROUTES.some((quiet) => route.startsWith(quiet))) return;
    if (!apiKeys.required && !isLoopback(request.hostname)) {
      metrics.requestRefused('host');
      // A page on the web can make a browser call this machine under a name that its own server points here (DNS rebinding).
      throw new HttpProblem('misdirected-request', { detail: 'Without API keys the service answers to loopback names alone.' });
    }
    const retryAfterSeconds = await this.options.limitRate(request);
    if (retryAfterSeconds !== undefined) {
      metrics.requestRefused('rate');
      throw new HttpProblem('too-many-requests', { detail: 'This key has sent more requests than it may.', retryAfterSeconds });
    }
    const needsKey = route !== undefined && routeSettings(request).public !== true;
    if (needsKey && identity === undefined) {
      metrics.requestRefused('key');
      throw unauthenticated();
    }
  };

  /** After the admission: a body of a kind that the route does not read is not read. */
  readonly check = (request: FastifyRequest, _reply: FastifyReply, _payload: unknown, done: Done): void => {
    try {
      assertMediaType(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  };

  /** When the body is read: its events came from the socket, outside the context of the request. */
  readonly resume = (request: FastifyRequest, _reply: FastifyReply, done: Done): void => {
    const state = stateOf(request.raw);
    if (state === undefined) done();
    else runInContext(state.context, done);
  };

  private follow(request: FastifyRequest, reply: FastifyReply, state: RequestState, span: OpenSpan): void {
    const { metrics, logger } = this.options;
    const began = performance.now();
    metrics.requestBegan();
    // Fastify's own hook misses answers whose client went away.
    reply.raw.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const status = reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_CLOSED_REQUEST;
      const route = request.routeOptions.url ?? '(none)';
      metrics.requestEnded({ method: request.method, route, status, seconds });
      span.end({
        attributes: { 'http.route': route, 'http.response.status_code': status },
        ...(status >= 500 ? { error: state.problem ?? status } : {}),
      });
      const quiet = status < 400 && QUIET_ROUTES.some((prefix) => route.startsWith(prefix));
      const entry = {
        method: request.method,
        route,
        status,
        milliseconds: Math.round(seconds * 1e4) / 10,
        key: state.identity?.name,
        problem: state.problem,
      };
      runInContext(state.context, () => (quiet ? logger.debug(entry, 'request') : logger.info(entry, 'request')));
    });
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
