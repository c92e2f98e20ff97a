import {
  documentInputSchema,
  knowledgeDocumentSchema,
  knowledgeDocumentsQuerySchema,
  pageSchema,
  passageSchema,
  passageSearchResponseSchema,
  passagesQuerySchema,
  searchQuerySchema,
  storableText,
  type DocumentInput,
  type KnowledgeDocument,
  type Passage,
  type PassageSearchResponse,
} from '@attune/contracts';
import { ApiRoute, type Page, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Delete, Get, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DocumentService } from './document-service';
import { PassageSearch } from './passage-search';
import { readUpload } from './upload';

const idSchema = z.object({ id: storableText(100).min(1) });
const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' };
const MARKDOWN = '# Returns\n\n## Damaged goods\n\nSend us a picture of the damage within two days. We collect the parcel.\n';
const UPLOADS = {
  'text/markdown': { description: 'Markdown, GitHub flavour', example: MARKDOWN },
  'text/html': { description: 'A page; nothing in it runs', example: '<h1>Returns</h1><p>Within 30 days.</p>' },
  'application/pdf': { description: 'A PDF with text in it, without a password' },
  'text/plain': { description: 'Text, its paragraphs parted by blank lines', example: 'Returns are free.\n\nWithin 30 days.' },
};
const ABOUT =
  'Up to 10 MiB. It is split into passages along its headings and sentences, and the next question finds them. Texts are in UTF-8, or in the encoding that the header Content-Type, a byte order mark or the page itself names.';

/** Documents of which answers are composed where no entry has one. */
@Controller('/v1/documents')
export class DocumentsController {
  constructor(
    private readonly documents: DocumentService,
    private readonly search: PassageSearch,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Upload a document; the next question finds its passages',
    description: ABOUT,
    scope: 'write',
    responses: { 201: { description: 'Added', schema: knowledgeDocumentSchema } },
    problems: ['malformed-body', 'unprocessable', 'overloaded'],
    streams: UPLOADS,
    parameters: { title: 'Returns', tags: 'returns,policy', url: 'https://shop.example/returns' },
  })
  async createDocument(@ZodQuery(documentInputSchema) input: DocumentInput, @Req() request: FastifyRequest): Promise<KnowledgeDocument> {
    return this.documents.create(input, await readUpload(request));
  }

  @Get()
  @ApiRoute({
    summary: 'List documents',
    scope: 'read',
    responses: { 200: { description: 'A page of documents', schema: pageSchema(knowledgeDocumentSchema) } },
  })
  listDocuments(
    @ZodQuery(knowledgeDocumentsQuerySchema) query: z.infer<typeof knowledgeDocumentsQuerySchema>,
  ): Promise<Page<KnowledgeDocument>> {
    return this.documents.list(query);
  }

  @Get('search')
  @ApiRoute({
    summary: 'What a question finds, and how likely each passage answers it',
    scope: 'read',
    responses: { 200: { description: 'Passages, the likeliest first', schema: passageSearchResponseSchema } },
    problems: ['overloaded'],
    parameters: { text: 'my parcel is damaged' },
  })
  searchDocuments(@ZodQuery(searchQuerySchema) { text, locale, limit }: z.infer<typeof searchQuerySchema>): Promise<PassageSearchResponse> {
    return this.search.search(text, locale, limit);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One document',
    scope: 'read',
    responses: { 200: { description: 'The document', schema: knowledgeDocumentSchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  getDocument(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<KnowledgeDocument> {
    return this.documents.get(id);
  }

  @Get(':id/passages')
  @ApiRoute({
    summary: 'The passages that a document was split into, in their order',
    scope: 'read',
    responses: { 200: { description: 'Passages', schema: z.object({ items: z.array(passageSchema) }) } },
    problems: ['not-found'],
    parameters: ID,
  })
  listPassages(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodQuery(passagesQuerySchema) { after, limit }: z.infer<typeof passagesQuerySchema>,
  ): Promise<{ items: Passage[] }> {
    return this.documents.passages(id, after, limit);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Replace a document by another upload',
    description: ABOUT,
    scope: 'write',
    responses: { 200: { description: 'The document as it now is', schema: knowledgeDocumentSchema } },
    problems: ['not-found', 'malformed-body', 'unprocessable', 'overloaded'],
    streams: UPLOADS,
    parameters: { ...ID, title: 'Returns' },
  })
  async replaceDocument(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodQuery(documentInputSchema) input: DocumentInput,
    @Req() request: FastifyRequest,
  ): Promise<KnowledgeDocument> {
    return this.documents.replace(id, input, await readUpload(request));
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Delete a document with its passages and their vectors',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    parameters: ID,
  })
  deleteDocument(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<void> {
    return this.documents.delete(id);
  }
}
