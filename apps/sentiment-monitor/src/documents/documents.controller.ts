import {
  documentsAcceptedSchema,
  documentsInputSchema,
  idPathSchema,
  marketDocumentSchema,
  scoredDocumentSchema,
  type DocumentsAccepted,
  uploadProgressSchema,
  type IdPath,
  type ScoredDocument,
} from '@attune/contracts';
import { ApiRoute, beginRawAnswer, ClientSignal, HttpProblem, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DocumentIntake } from './document-intake';
import { DocumentReader } from './document-reader';
import { uploadDocuments } from './document-upload';

const explainSchema = z.object({ explain: z.stringbool().default(false).describe('Say which tokens mattered most') });
const DOCUMENT = {
  id: 'harbour-wire:4711',
  source: 'Harbour Wire',
  publishedAt: '2026-03-01T09:30:00Z',
  title: 'Halden Freight withdraws its outlook',
  text: 'The carrier no longer expects to reach its targets and warns of a loss.',
};

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
      'One document a line, as many as you like within five minutes. The answer is NDJSON, too: a line after 500 documents at most, and a last one that is `done` or tells an `error`.',
    scope: 'write',
    responses: {
      200: { description: 'Progress', schema: uploadProgressSchema, contentType: 'application/x-ndjson' },
    },
    streams: {
      'application/x-ndjson': { description: 'A document a line', schema: marketDocumentSchema, example: `${JSON.stringify(DOCUMENT)}\n` },
    },
  })
  async uploadDocuments(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    const raw = beginRawAnswer(reply, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    for await (const progress of uploadDocuments(this.intake, request.body as AsyncIterable<Buffer>, client)) {
      raw.write(`${JSON.stringify(progress)}\n`);
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
