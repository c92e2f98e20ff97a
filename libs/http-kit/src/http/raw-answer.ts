import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/**
 * Begins an answer that a handler writes bit by bit, with status 200 and the headers that every answer has. The handler
 * ends it; what it throws after this can only cut it short.
 */
export function beginRawAnswer(reply: FastifyReply, headers: OutgoingHttpHeaders): ServerResponse {
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  reply.hijack();
  return raw.writeHead(200, headers);
}
