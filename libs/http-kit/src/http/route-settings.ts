import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../problems/http-problem';

/** What the hooks of a request know of its route before its handler runs. */
export interface RouteSettings {
  /** Needs no key. */
  readonly public?: boolean;
  /** Media types of bodies that it takes; any where it says nothing, no body at all where there are none. */
  readonly mediaTypes?: readonly string[];
}

/** The settings of the route that a request goes to. */
export function routeSettings(request: FastifyRequest): RouteSettings {
  return request.routeOptions.config as RouteSettings;
}

/**
 * Refuses a body that the route does not read, before it is read.
 *
 * @throws {HttpProblem} `unsupported-media-type`
 */
export function assertMediaType(request: FastifyRequest): void {
  const { mediaTypes } = routeSettings(request);
  if (mediaTypes === undefined) return;
  const { 'content-type': contentType, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || Number(length ?? 0) > 0;
  const given = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (given !== undefined && mediaTypes.includes(given)) return;
  // A body that is missing where JSON is wanted is told by the schema, with what belongs there.
  if (!hasBody && (mediaTypes.length === 0 || mediaTypes.includes('application/json'))) return;
  const detail = mediaTypes.length === 0 ? 'This route takes no body.' : `This route takes ${mediaTypes.join(' or ')}.`;
  throw new HttpProblem('unsupported-media-type', { detail });
}
