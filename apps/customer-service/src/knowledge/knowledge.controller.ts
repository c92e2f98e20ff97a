import {
  entriesQuerySchema,
  entryInputSchema,
  entrySchema,
  pageSchema,
  searchQuerySchema,
  searchResponseSchema,
  type Entry,
  type EntryInput,
  type SearchResponse,
  storableText,
} from '@attune/contracts';
import { ApiRoute, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { z } from 'zod';
import { KnowledgeService } from './knowledge-service';

const idSchema = z.object({ id: storableText(100).min(1) });
const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' };
const EXAMPLE = {
  question: 'How do I return an item?',
  phrasings: ['I want to send something back', 'Can I return my order?'],
  answer: 'Print the label from your account, put it on the parcel and hand it in at any pick-up point within 30 days.',
  intent: 'return_item',
  tags: ['returns'],
};

/** What the service can answer. */
@Controller('/v1/knowledge')
export class KnowledgeController {
  constructor(private readonly knowledge: KnowledgeService) {}

  @Post()
  @ApiRoute({
    summary: 'Add an entry; the next question finds it',
    scope: 'write',
    responses: { 201: { description: 'Added', schema: entrySchema } },
    problems: ['unprocessable', 'overloaded'],
    examples: { returns: EXAMPLE },
  })
  createEntry(@ZodBody(entryInputSchema) input: EntryInput): Promise<Entry> {
    return this.knowledge.create(input);
  }

  @Get()
  @ApiRoute({
    summary: 'List entries',
    scope: 'read',
    responses: { 200: { description: 'A page of entries', schema: pageSchema(entrySchema) } },
  })
  listEntries(@ZodQuery(entriesQuerySchema) query: z.infer<typeof entriesQuerySchema>): Promise<Page<Entry>> {
    return this.knowledge.list(query);
  }

  @Get('search')
  @ApiRoute({
    summary: 'What a question finds, and how likely each entry answers it',
    scope: 'read',
    responses: { 200: { description: 'Entries, the likeliest first', schema: searchResponseSchema } },
    problems: ['overloaded'],
    parameters: { text: 'can i send it back' },
  })
  searchKnowledge(@ZodQuery(searchQuerySchema) { text, locale, limit }: z.infer<typeof searchQuerySchema>): Promise<SearchResponse> {
    return this.knowledge.search(text, locale, limit);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One entry',
    scope: 'read',
    responses: { 200: { description: 'The entry', schema: entrySchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  getEntry(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<Entry> {
    return this.knowledge.get(id);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Replace an entry',
    scope: 'write',
    responses: { 200: { description: 'The entry as it now is', schema: entrySchema } },
    problems: ['not-found', 'unprocessable', 'overloaded'],
    examples: { returns: EXAMPLE },
    parameters: ID,
  })
  replaceEntry(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>, @ZodBody(entryInputSchema) input: EntryInput): Promise<Entry> {
    return this.knowledge.replace(id, input);
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Delete an entry',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    parameters: ID,
  })
  deleteEntry(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<void> {
    return this.knowledge.delete(id);
  }
}
