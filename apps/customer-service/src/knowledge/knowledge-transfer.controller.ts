import { entrySchema, exportQuerySchema, importProgressSchema, importQuerySchema, type ImportProgress } from '@attune/contracts';
import { ApiRoute, beginRawAnswer, ClientSignal, HttpProblem, readNdjson, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readConversation, readCsv, readEntry, toCsv, type FileRow } from './entry-files';
import { KnowledgeImport } from './knowledge-import';
import { KnowledgeService } from './knowledge-service';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';
const EXAMPLE = { question: 'How do I return an item?', answer: 'Hand it in at any pick-up point within 30 days.', tags: ['returns'] };

/** The knowledge as a file. */
@Controller('/v1/knowledge')
export class KnowledgeTransferController {
  constructor(
    private readonly imports: KnowledgeImport,
    private readonly knowledge: KnowledgeService,
  ) {}

  @Post('import')
  @ApiRoute({
    summary: 'Take in a file of entries, or of past conversations, with progress',
    description:
      'A row with the id of an entry replaces it, any other adds one. The answer is NDJSON: a line after every hundred entries, the last one with `done: true`. Cells of phrasings and tags are parted by |.',
    scope: 'write',
    responses: { 200: { description: 'Progress', schema: importProgressSchema, contentType: NDJSON } },
    streams: {
      [NDJSON]: { description: 'An entry, or a past conversation, a line', example: `${JSON.stringify(EXAMPLE)}\n` },
      [CSV]: {
        description: 'An entry a row, with a header',
        example: 'question,phrasings,answer,tags\nHow do I pay?,do you take visa | paypal?,By card.,paying\n',
      },
    },
  })
  async importKnowledge(
    @ZodQuery(importQuerySchema) { kind, locale }: z.infer<typeof importQuerySchema>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @ClientSignal() client: AbortSignal,
  ): Promise<void> {
    const rows = rowsOf(request, kind, locale);
    const raw = beginRawAnswer(reply, { 'content-type': NDJSON, 'cache-control': 'no-store' });
    let last: ImportProgress = { accepted: 0, refused: [], refusedRows: 0, done: false };
    try {
      for await (last of this.imports.run(rows, client)) raw.write(`${JSON.stringify(last)}\n`);
    } catch (error) {
      const message = error instanceof HttpProblem ? error.message : 'The import broke off; what was accepted stays. Send the rest again.';
      raw.write(`${JSON.stringify({ ...last, done: false, error: message })}\n`);
    }
    raw.end();
  }

  @Get('export')
  @ApiRoute({
    summary: 'Every entry as a file that can be imported again',
    scope: 'read',
    responses: { 200: { description: 'Entries', schema: entrySchema, contentType: NDJSON, otherContentTypes: [CSV] } },
    parameters: { format: 'jsonl' },
  })
  async exportKnowledge(
    @ZodQuery(exportQuerySchema) { format }: z.infer<typeof exportQuerySchema>,
    @Res() reply: FastifyReply,
    @ClientSignal() client: AbortSignal,
  ): Promise<void> {
    const raw = beginRawAnswer(reply, {
      'content-type': format === 'csv' ? `${CSV}; charset=utf-8` : NDJSON,
      'content-disposition': `attachment; filename="knowledge.${format}"`,
      'cache-control': 'no-store',
    });
    try {
      let isFirst = true;
      for await (const page of this.knowledge.pages()) {
        client.throwIfAborted();
        const lines = format === 'csv' ? toCsv(page, isFirst) : page.map((entry) => `${JSON.stringify(entry)}\n`).join('');
        isFirst = false;
        if (!raw.write(lines)) await new Promise((resolve) => raw.once('drain', resolve));
      }
      raw.end();
    } catch {
      // The file has begun: that it is not whole shows in the connection, not in its content.
      raw.destroy();
    }
  }
}

async function* rowsOf(request: FastifyRequest, kind: 'entries' | 'conversations', locale: string | undefined): AsyncGenerator<FileRow> {
  const body = request.body as AsyncIterable<Buffer>;
  if (request.headers['content-type']?.startsWith(CSV) === true) {
    yield* readCsv(body);
    return;
  }
  for await (const { value } of readNdjson(body)) yield kind === 'entries' ? readEntry(value) : readConversation(value, locale);
}
