import type { IncomingHttpHeaders } from 'node:http';

/** No key is longer; more is not worth a hash. */
const MOST_CHARACTERS = 200;

/** The key a request came with: `Authorization: Bearer <key>` or `X-API-Key: <key>`. */
export function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const named = headers['x-api-key'];
  const key = bearer ?? (typeof named === 'string' && named !== '' ? named : undefined);
  return key !== undefined && key.length <= MOST_CHARACTERS ? key : undefined;
}
