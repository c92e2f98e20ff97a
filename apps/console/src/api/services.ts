import createClient, { type Client } from 'openapi-fetch';
import type { paths as CustomerServicePaths } from './generated/customer-service';
import type { paths as RecommenderPaths } from './generated/recommender';
import type { paths as SentimentMonitorPaths } from './generated/sentiment-monitor';
import type { paths as TrainerPaths } from './generated/trainer';
import { keyOf, type ServiceName } from './keys';
import { problemOf, ServiceProblem } from './problem';

/** The address under which the console's own server hands requests on to a service. */
export function baseUrl(service: ServiceName): string {
  return `/api/${service}`;
}

/**
 * Calls a service with its key.
 *
 * @throws {ServiceProblem} where it refuses or does not answer; whatever the signal was aborted with
 */
export async function callService(service: ServiceName, request: Request): Promise<Response> {
  const key = keyOf(service);
  if (key !== undefined) request.headers.set('authorization', `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new ServiceProblem(service, 0, cause instanceof Error ? cause.message : String(cause), [], { cause });
  }
  if (!response.ok) throw await problemOf(service, response);
  return response;
}

function clientOf<Paths extends object>(service: ServiceName): Client<Paths> {
  return createClient<Paths>({ baseUrl: baseUrl(service), fetch: (request) => callService(service, request) });
}

export const customerService = clientOf<CustomerServicePaths>('customer-service');
export const sentimentMonitor = clientOf<SentimentMonitorPaths>('sentiment-monitor');
export const recommender = clientOf<RecommenderPaths>('recommender');
export const trainer = clientOf<TrainerPaths>('trainer');

/** What a call resolves with: an answer that is no success was thrown as a problem before. */
export async function dataOf<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await call;
  return data as Data;
}
