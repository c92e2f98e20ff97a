import {
  documentsAcceptedSchema,
  documentsInputSchema,
  idPathSchema,
  marketDocumentSchema,
  scoredDocumentSchema,
  type DocumentsAccepted,
  type IdPath,
  type ScoredDocument,
} from '@attune/contracts';
import { ApiRoute, ClientSignal, HttpProblem, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DocumentIntake } from './document-intake';
import { DocumentReader } from './document-reader';
import { readNdjson } from './ndjson';

const explainSchema = z.object({ explain: z.stringbool().default(false).describe('Say which tokens mattered most') });
const DOCUMENT = {
  id: 'harbour-wire:4711',
  source: 'Harbour Wire',
  publishedAt: '2026-03-01T09:30:00Z',
  title: 'Halden Freight withdraws its outlook',
  text: 'The carrier no longer expects to reach its targets and warns of a loss.',
};
/** Documents of an upload that are published together. */
const UPLOAD_BATCH = 500;
/** Refusals that an upload's answer tells in full. */
const MAX_REFUSALS = 1_000;

/** Documents in, and what was made of them. */
@Controller('/v1/documents')
export class DocumentsController {
  constructor(
    private readonly intake: DocumentIntake,
    private readonly reader: DocumentReader,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Hand in a document, or up to 500',
    description: 'Accepted documents stand on market.documents and are scored soon. A document that came before is not counted again.',
    scope: 'write',
    responses: { 202: { description: 'Accepted', schema: documentsAcceptedSchema, example: { accepted: 1, refused: [] } } },
    problems: ['too-large', 'unavailable'],
    examples: { one: DOCUMENT, several: { documents: [DOCUMENT, { ...DOCUMENT, id: 'harbour-wire:4712' }] } },
  })
  async createDocuments(@ZodBody(documentsInputSchema) body: z.infer<typeof documentsInputSchema>): Promise<DocumentsAccepted> {
    const answer = await this.intake.publish('documents' in body ? body.documents : [body]);
    if (answer.accepted > 0) return answer;
    throw new HttpProblem('invalid-request', {
      errors: answer.refused.map(({ index, message }) => ({ path: 'documents' in body ? `/body/documents/${index}` : '/body', message })),
    });
  }

  @Post('upload')
  @ApiRoute({
    summary: 'Hand in documents as NDJSON, with progress',
    description:
      'One document a line, as many as you like. The answer is NDJSON, too: a line `{"accepted","refused"}` after every 500 documents, the last one with `done: true`.',
    scope: 'write',
    responses: {
      200: { description: 'Progress', schema: documentsAcceptedSchema.extend({ done: z.boolean() }), contentType: 'application/x-ndjson' },
    },
    streams: {
      'application/x-ndjson': { description: 'A document a line', schema: marketDocumentSchema, example: `${JSON.stringify(DOCUMENT)}\n` },
    },
  })
  async uploadDocuments(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    const lines = readNdjson(request.body as AsyncIterable<Buffer>);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    let index = 0;
    let accepted = 0;
    const refused: DocumentsAccepted['refused'] = [];
    const publish = async (bodies: unknown[]): Promise<void> => {
      const answer = await this.intake.publish(bodies, index);
      index += bodies.length;
      accepted += answer.accepted;
      refused.push(...answer.refused.slice(0, MAX_REFUSALS - refused.length));
    };
    const progress = (more: object): void => {
      raw.write(`${JSON.stringify({ accepted, refused, ...more })}\n`);
    };
    try {
      let waiting: unknown[] = [];
      for await (const line of lines) {
        client.throwIfAborted();
        if (waiting.push(line) < UPLOAD_BATCH) continue;
        await publish(waiting);
        waiting = [];
        progress({ done: false });
      }
      await publish(waiting);
      progress({ done: true });
    } catch (error) {
      const message = error instanceof HttpProblem ? error.message : 'The upload broke off; what was accepted stays. Send the rest again.';
      progress({ done: false, error: message });
    }
    raw.end();
  }

  @Get(':id')
  @ApiRoute({
    summary: 'How a document was scored',
    scope: 'read',
    responses: { 200: { description: 'The document and its sentiment by watch', schema: scoredDocumentSchema } },
    problems: ['not-found', 'overloaded'],
    parameters: { id: DOCUMENT.id },
  })
  getDocument(
    @ZodPath(idPathSchema) { id }: IdPath,
    @ZodQuery(explainSchema) { explain }: z.infer<typeof explainSchema>,
    @ClientSignal() signal: AbortSignal,
  ): Promise<ScoredDocument> {
    return this.reader.read(id, { explain, signal });
  }
}
