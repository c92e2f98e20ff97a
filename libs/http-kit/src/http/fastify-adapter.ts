import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpConfiguration } from '../configuration/define-configuration';
import { HttpProblem } from '../problems/http-problem';
import { PROBLEM_MEDIA_TYPE } from '../problems/problem.filter';
import type { RouteTable } from '../problems/route-table';
import { stateOf } from '../request/request-state';
import { RequestHooks, type RequestHooksOptions } from './request-hooks';

/** What the HTTP server is made of. */
export interface HttpServerOptions extends Omit<RequestHooksOptions, 'limitRate'> {
  readonly configuration: HttpConfiguration;
  readonly routes: RouteTable;
  readonly streamedMediaTypes: readonly string[];
}

/** Ids in paths have up to 200 characters, each of which may be written with three. */
const MOST_PATH_PARAMETER = 1_000;
const REQUEST_TIMEOUT = 300_000;
const MINUTE = 60_000;
const DEFAULT_RATE = 6_000;

/** Keys whose requests are counted; the least recently seen are forgotten. */
const COUNTED_CALLERS = 10_000;

/** Scripts, styles and images come from the service alone; the service speaks plain HTTP, so nothing is upgraded. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
  },
};

/** Fastify as Nest wants it, with what every request goes through. */
export async function createHttpAdapter(options: HttpServerOptions): Promise<FastifyAdapter> {
  const { configuration, routes, streamedMediaTypes } = options;
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: configuration.bodyLimit,
    trustProxy: configuration.trustProxy,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MOST_PATH_PARAMETER },
    // Nest middleware is not used; without it a request makes one step less.
    skipMiddie: true,
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) => sendBadAddress(reply),
  });
  const instance = adapter.getInstance();
  instance.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  const perMinute = configuration.rateLimit ?? (options.apiKeys.required ? DEFAULT_RATE : 0);
  let count: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  const hooks = new RequestHooks({
    ...options,
    limitRate: async (request) => {
      const counted = await count?.(request);
      return counted?.isAllowed === false && counted.isExceeded ? counted.ttlInSeconds : undefined;
    },
  });
  instance.addHook('onRequest', hooks.begin);
  await instance.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY });
  if (perMinute > 0) {
    await instance.register(rateLimit, {
      global: false,
      max: perMinute,
      timeWindow: MINUTE,
      cache: COUNTED_CALLERS,
      keyGenerator: callerOf,
    });
    count = instance.createRateLimit();
  }
  instance.addHook('onRequest', hooks.admit);
  instance.addHook('preParsing', hooks.check);
  instance.addHook('preValidation', hooks.resume);
  readJsonOnly(instance);
  for (const mediaType of streamedMediaTypes) {
    instance.addContentTypeParser(mediaType, (_request: unknown, payload: IncomingMessage, done: (error: null, body: unknown) => void) =>
      done(null, payload),
    );
  }
  return adapter;
}

type BodyRead = (error: Error | null, body?: unknown) => void;

/** Only JSON is read; what else a browser can send without asking first is refused. */
function readJsonOnly(instance: FastifyInstance): void {
  const parse = instance.getDefaultJsonParser('error', 'error');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/json', { parseAs: 'string' }, (request: FastifyRequest, body: string, done: BodyRead) => {
    void parse(request, body, (error, value) => {
      if (error === null) done(null, value);
      else done(new HttpProblem('malformed-body', { detail: error.message, cause: error }));
    });
  });
}

function callerOf(request: { raw: IncomingMessage; ip: string }): string {
  const name = stateOf(request.raw)?.identity?.name;
  return name === undefined ? `address ${request.ip}` : `key ${name}`;
}

function sendBadAddress(reply: FastifyReply): void {
  const problem = new HttpProblem('bad-request', { detail: 'The address of the request cannot be decoded.' });
  void reply
    .code(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.body(undefined)));
}
