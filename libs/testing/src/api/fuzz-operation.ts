import fc from 'fast-check';
import type { ApiDocument, ApiOperation } from './api-document';
import { sendApiRequest } from './api-request';
import { requestArbitrary, type KnownValues } from './request-arbitrary';

export interface FuzzOptions {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly requests: number;
  readonly seed: number;
  readonly known?: KnownValues;
}

/**
 * Sends an operation requests of all kinds, and holds each answer against the document.
 *
 * @throws Error with the smallest request found whose answer is an error of the service, or not as documented
 */
export async function fuzzOperation(
  document: ApiDocument,
  operation: ApiOperation,
  { url, headers, requests, seed, known }: FuzzOptions,
): Promise<void> {
  const property = fc.asyncProperty(requestArbitrary(document, operation, known), async (request) => {
    const answer = await sendApiRequest(url, request, headers);
    const fault = answer.status >= 500 ? 'an error of the service' : document.faultOf(operation, answer);
    if (fault !== undefined) throw new Error(`${fault}: ${answer.text.slice(0, 500)}`);
  });
  await fc.assert(property, { numRuns: requests, seed });
}
