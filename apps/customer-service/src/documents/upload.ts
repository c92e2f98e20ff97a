import { DOCUMENT_MEDIA_TYPES, MAX_DOCUMENT_BYTES } from '@attune/contracts';
import { HttpProblem, isLoopback } from '@attune/service-kit';
import type { FastifyRequest } from 'fastify';
import type { Upload } from './document-service';

/** Of a body that is too large, so much more is read, and thrown away, before the answer: who is still sending sees no answer. */
const MOST_DISCARDED = 10 * MAX_DOCUMENT_BYTES;
const CHARSET = /;\s*charset\s*=\s*"?([\w:.-]{1,40})"?/i;

/**
 * The document that a request carries.
 *
 * @throws HttpProblem `too-large`, `malformed-body` where there is none or it breaks off, `misdirected-request` for plain text from a
 * page of elsewhere
 */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const contentType = request.headers['content-type'] ?? '';
  const given = contentType.split(';', 1)[0].trim().toLowerCase();
  const mediaType = DOCUMENT_MEDIA_TYPES.find((each) => each === given);
  if (mediaType === undefined) throw new HttpProblem('unsupported-media-type');
  if (mediaType === 'text/plain') assertNoForeignPage(request);
  return { bytes: await readBody(request.body), mediaType, charset: CHARSET.exec(contentType)?.[1] };
}

async function readBody(body: unknown): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes <= MAX_DOCUMENT_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > MOST_DISCARDED) break;
    }
  } catch (cause) {
    throw new HttpProblem('malformed-body', { detail: 'The upload broke off. Nothing of it was kept.', cause });
  }
  if (bytes > MAX_DOCUMENT_BYTES) throw new HttpProblem('too-large', { detail: `A document has at most ${MAX_DOCUMENT_BYTES} bytes.` });
  if (bytes === 0) throw new HttpProblem('malformed-body', { detail: 'The document is empty.' });
  // Buffers share memory; a copy of its own can go to another thread.
  return new Uint8Array(Buffer.concat(chunks));
}

/** Of what is read here, plain text alone can be sent by any page on the web without asking first (CORS). */
function assertNoForeignPage({ headers: { origin, host } }: FastifyRequest): void {
  if (origin === undefined) return;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  if (from !== undefined && (from.host === host || isLoopback(from.hostname))) return;
  throw new HttpProblem('misdirected-request', { detail: 'Pages of elsewhere upload documents as text/markdown.' });
}
