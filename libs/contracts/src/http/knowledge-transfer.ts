import { z } from 'zod';
import { storableText } from '../text';

/** Of an entry that a file names. */
export const entryIdSchema = z.string().regex(/^[\w-]{1,100}$/, 'an id has 1 to 100 letters, digits, _ and -');

/** Query of `POST /v1/knowledge/import`. */
export const importQuerySchema = z.object({
  kind: z
    .enum(['entries', 'conversations'])
    .default('entries')
    .describe('entries: one a row. conversations: past ones, of which the question and its best answer become an entry'),
  locale: z.string().max(40).optional().describe('Language of conversations that do not say theirs'),
});

/** A past conversation, as a line of JSON. */
export const pastConversationSchema = z.object({
  id: entryIdSchema.optional(),
  locale: z.string().max(40).optional(),
  messages: z
    .array(z.object({ author: z.enum(['customer', 'agent']), text: storableText(20_000) }))
    .min(2)
    .max(1_000),
});
export type PastConversation = z.infer<typeof pastConversationSchema>;

/** Progress of an import, a line each; the last one has `done: true`, or `error`. */
export const importProgressSchema = z.object({
  accepted: z.number().int().nonnegative(),
  refused: z.array(z.object({ row: z.number().int().positive().describe('From 1; a header is not counted'), message: z.string() })),
  refusedRows: z.number().int().nonnegative().describe('All of them; `refused` tells of the first thousand'),
  done: z.boolean(),
  error: z.string().optional(),
});
export type ImportProgress = z.infer<typeof importProgressSchema>;

/** Query of `GET /v1/knowledge/export`. */
export const exportQuerySchema = z.object({ format: z.enum(['csv', 'jsonl']).default('jsonl') });
