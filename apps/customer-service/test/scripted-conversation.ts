import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { citationSchema, entryInputSchema, HANDOFF_REASONS, REPLY_ACTIONS } from '@attune/contracts';
import { z } from 'zod';

const FOLDER = join(__dirname, 'conversations');

/** What is expected of the reply to a message. */
const expectedReply = z.strictObject({
  action: z.enum(REPLY_ACTIONS),
  entries: z.array(z.string()).optional().describe('Keys of the entries that answer'),
  citations: z.array(citationSchema.partial()).optional().describe('What is told of each thing that answers'),
  alternatives: z.array(z.string()).optional().describe('Keys of the entries that are offered, in any order'),
  reason: z.enum(HANDOFF_REASONS).optional(),
  intent: z.string().nullable().optional(),
  text: z.string().optional().describe('The whole text'),
  contains: z.string().optional(),
  without: z.string().optional().describe('What the text does not contain'),
});

/** What happens next: the customer says something, or a person does. */
const step = z.union([
  z.strictObject({ customer: z.string(), key: z.string().optional(), reply: expectedReply.nullable() }),
  z.strictObject({ customer: z.string(), sameReplyAs: z.literal('before') }),
  z.strictObject({ person: z.enum(['claim', 'return', 'resolve']) }),
  z.strictObject({ person: z.literal('reply'), text: z.string() }),
]);

const scriptSchema = z.strictObject({ name: z.string(), locale: z.string().optional(), steps: z.array(step).min(1) });
export type Script = z.infer<typeof scriptSchema>;
export type ExpectedReply = z.infer<typeof expectedReply>;

/** Every conversation of the data files, by file. */
export function readScripts(): { file: string; scripts: Script[] }[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && file !== 'knowledge.json')
    .map((file) => ({ file, scripts: z.array(scriptSchema).parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))) }));
}

/** The entries of the suite by their keys. */
export function readKnowledge(): { key: string; input: unknown }[] {
  const entries = z.array(z.looseObject({ key: z.string() })).parse(JSON.parse(readFileSync(join(FOLDER, 'knowledge.json'), 'utf8')));
  return entries.map(({ key, ...input }) => ({ key, input: entryInputSchema.parse(input) }));
}
